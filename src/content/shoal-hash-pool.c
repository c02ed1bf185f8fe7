/* shoal-hash-pool.c: threads that hash files
 *
 * Threads: a job is queued by the caller's thread, taken by one worker and, while its file has
 * pieces left and nothing else is queued, joined by idle ones; the last to leave it returns its
 * task. A job that is cancelled in the queue leaves it at once and is answered from its own main
 * context.
 *
 * Ownership: the pool and its threads share a State. A job holds its task, which holds the pool; so
 * the pool is only finalized, maybe by a worker, when there is no job, and then tells the threads
 * to go.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-hasher"

#include "config.h"

#include "shoal-hash-file-private.h"

#include "shoal-error.h"
#include "shoal-limits.h"

#include <unistd.h>

typedef struct
{
  gatomicrefcount refs;
  GMutex mutex;
  GCond changed;
  /* Under the mutex: */
  GQueue queued;  /* of Job */
  GQueue running; /* of Job whose file several threads can work on */
  gboolean quit;
} State;

typedef struct
{
  State *state; /* outlives the job: the task holds the pool */
  GTask *task;
  int fd;
  gint64 *progress;
  gulong handler;
  ShoalHashFile *file;
  /* Under the state's mutex: */
  GList queued_link;
  GList running_link;
  gboolean is_queued;
  gboolean is_running; /* listed for others to help */
  guint workers;
} Job;

struct _ShoalHashPool
{
  GObject parent_instance;

  State *state;
};

G_DEFINE_FINAL_TYPE (ShoalHashPool, shoal_hash_pool, G_TYPE_OBJECT)

static void
state_unref (State *state)
{
  if (!g_atomic_ref_count_dec (&state->refs))
    return;
  g_assert (g_queue_is_empty (&state->queued) && g_queue_is_empty (&state->running));
  g_mutex_clear (&state->mutex);
  g_cond_clear (&state->changed);
  g_free (state);
}

static void
job_free (Job *job)
{
  shoal_fd_clear (&job->fd);
  g_object_unref (job->task);
  g_free (job);
}

/* Not under the mutex: it waits for a handler that runs, and that takes the mutex. */
static void
job_disconnect (Job *job)
{
  if (job->handler != 0)
    g_cancellable_disconnect (g_task_get_cancellable (job->task), job->handler);
  job->handler = 0;
}

static void
job_return_cancelled (Job *job)
{
  g_task_return_new_error (job->task, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                           "Hashing was stopped before it began");
  job_free (job);
}

static void
job_end (Job *job)
{
  GError *error = NULL;
  ShoalContent *content = shoal_hash_file_end (g_steal_pointer (&job->file), &error);

  if (content != NULL)
    g_task_return_pointer (job->task, content, (GDestroyNotify) shoal_content_free);
  else
    g_task_return_error (job->task, error);
  job_free (job);
}

/* Works on @job's file until it has nothing left for this thread. */
static void
help (State *state, Job *job, gpointer buffer)
{
  shoal_hash_file_work (job->file, buffer);

  g_mutex_lock (&state->mutex);
  gboolean last = --job->workers == 0;
  if (last && job->is_running)
    g_queue_unlink (&state->running, &job->running_link);
  g_mutex_unlock (&state->mutex);
  if (last)
    job_end (job);
}

static void
start (State *state, Job *job, gpointer buffer)
{
  GError *error = NULL;

  job_disconnect (job);
  job->file
      = shoal_hash_file_begin (job->fd, job->progress, g_task_get_cancellable (job->task), &error);
  if (job->file == NULL)
    {
      g_task_return_error (job->task, error);
      job_free (job);
      return;
    }
  g_mutex_lock (&state->mutex);
  job->workers = 1;
  job->is_running = shoal_hash_file_is_large (job->file);
  if (job->is_running)
    {
      g_queue_push_tail_link (&state->running, &job->running_link);
      g_cond_broadcast (&state->changed);
    }
  g_mutex_unlock (&state->mutex);
  help (state, job, buffer);
}

static Job *
find_job_to_help (State *state)
{
  for (GList *l = state->running.head; l != NULL; l = l->next)
    if (shoal_hash_file_has_work (((Job *) l->data)->file))
      return l->data;
  return NULL;
}

static gpointer
run_worker (gpointer user_data)
{
  State *state = user_data;
  g_autofree guint8 *buffer = g_malloc (SHOAL_PIECE_SIZE);

  g_mutex_lock (&state->mutex);
  while (!state->quit)
    {
      GList *link = g_queue_pop_head_link (&state->queued);
      Job *running = link == NULL ? find_job_to_help (state) : NULL;
      if (link != NULL)
        ((Job *) link->data)->is_queued = FALSE;
      else if (running != NULL)
        running->workers++;
      else
        {
          g_cond_wait (&state->changed, &state->mutex);
          continue;
        }
      g_mutex_unlock (&state->mutex);
      if (link != NULL)
        start (state, link->data, buffer);
      else
        help (state, running, buffer);
      g_mutex_lock (&state->mutex);
    }
  g_mutex_unlock (&state->mutex);
  state_unref (state);
  return NULL;
}

static gboolean
on_answer_cancelled_cb (gpointer user_data)
{
  Job *job = user_data;

  job_disconnect (job);
  job_return_cancelled (job);
  return G_SOURCE_REMOVE;
}

/* Of a job in the queue; in whatever thread cancels. The answer comes later and from the job's own
 * context, for here the handler cannot be disconnected. */
static void
on_cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  Job *job = user_data;
  State *state = job->state;

  g_mutex_lock (&state->mutex);
  gboolean left = job->is_queued;
  if (left)
    {
      g_queue_unlink (&state->queued, &job->queued_link);
      job->is_queued = FALSE;
    }
  g_mutex_unlock (&state->mutex);
  if (!left)
    return;

  g_autoptr (GSource) source = g_idle_source_new ();
  g_source_set_priority (source, g_task_get_priority (job->task));
  g_source_set_callback (source, on_answer_cancelled_cb, job, NULL);
  g_source_attach (source, g_task_get_context (job->task));
}

static void
shoal_hash_pool_finalize (GObject *object)
{
  ShoalHashPool *self = SHOAL_HASH_POOL (object);

  g_mutex_lock (&self->state->mutex);
  self->state->quit = TRUE;
  g_cond_broadcast (&self->state->changed);
  g_mutex_unlock (&self->state->mutex);
  state_unref (self->state);
  G_OBJECT_CLASS (shoal_hash_pool_parent_class)->finalize (object);
}

static void
shoal_hash_pool_class_init (ShoalHashPoolClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = shoal_hash_pool_finalize;
}

static void
shoal_hash_pool_init (ShoalHashPool *self)
{
  self->state = g_new0 (State, 1);
  g_atomic_ref_count_init (&self->state->refs);
  g_mutex_init (&self->state->mutex);
  g_cond_init (&self->state->changed);
  g_queue_init (&self->state->queued);
  g_queue_init (&self->state->running);
}

ShoalHashPool *
shoal_hash_pool_new (guint n_threads)
{
  g_return_val_if_fail (n_threads <= SHOAL_MAX_HASH_THREADS, NULL);

  ShoalHashPool *self = g_object_new (SHOAL_TYPE_HASH_POOL, NULL);
  if (n_threads == 0)
    n_threads = MIN (g_get_num_processors (), SHOAL_DEFAULT_MAX_HASH_THREADS);
  for (guint i = 0; i < n_threads; i++)
    {
      g_atomic_ref_count_inc (&self->state->refs);
      g_thread_unref (g_thread_new ("shoal-hash", run_worker, self->state));
    }
  return self;
}

void
shoal_hash_pool_hash_async (ShoalHashPool *self,
                            int fd,
                            gint64 *progress,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_HASH_POOL (self) && fd >= 0);

  Job *job = g_new0 (Job, 1);
  job->state = self->state;
  job->task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (job->task, shoal_hash_pool_hash_async);
  g_task_set_name (job->task, "hash a file");
  job->fd = fd;
  job->progress = progress;
  job->queued_link.data = job;
  job->running_link.data = job;

  if (g_cancellable_is_cancelled (cancellable))
    {
      job_return_cancelled (job);
      return;
    }
  if (cancellable != NULL)
    job->handler = g_signal_connect (cancellable, "cancelled", G_CALLBACK (on_cancelled_cb), job);
  /* Whoever cancels from here on finds it in the queue. */
  g_mutex_lock (&self->state->mutex);
  gboolean cancelled = g_cancellable_is_cancelled (cancellable);
  if (!cancelled)
    {
      job->is_queued = TRUE;
      g_queue_push_tail_link (&self->state->queued, &job->queued_link);
      g_cond_signal (&self->state->changed);
    }
  g_mutex_unlock (&self->state->mutex);
  if (cancelled)
    {
      job_disconnect (job);
      job_return_cancelled (job);
    }
}

ShoalContent *
shoal_hash_pool_hash_finish (ShoalHashPool *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
