/* shoal-database.c: two threads with a queue each: one that writes in groups, one that reads
 *
 * Threads: each worker owns its connection while it runs. A job lives in its GTask (or on the stack
 * of a blocked caller); an asynchronous one is completed by a source in the caller's main context,
 * which also drops the last reference there, so that @destroy never runs in a worker.
 *
 * Turns: those whose jobs wait take turns, so that nobody's many jobs keep out another's few.
 *
 * Groups: the writer takes what is queued, each job in a savepoint, and commits once. Nobody is
 * told of success before the commit has returned. If SQLite rolls the whole transaction back by
 * itself (disk full, I/O error), every job of the group fails with that error: none was
 * acknowledged.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-database"

#include "config.h"

#include "shoal-database.h"

#include <unistd.h>

#include "shoal-connection-private.h"
#include "shoal-error.h"
#include "shoal-limits.h"

typedef struct _Worker Worker;

typedef struct
{
  Worker *worker;
  ShoalDatabaseFunc func;
  gpointer data;
  GDestroyNotify destroy;
  GTask *task;        /* owned until completed; NULL: somebody waits for done */
  gboolean unwrapped; /* no savepoint around it, so that it can set pragmas */
  gboolean done;
  GError *error;
} Job;

struct _Worker
{
  ShoalConnection *connection;
  GThread *thread;
  GMutex mutex;
  GCond cond; /* a job was queued, a blocking job is done, stop was set */
  ShoalFairQueue *jobs;
  gboolean stop;
  guint max_undelivered; /* 0: any number */
  guint n_undelivered; /* asynchronous jobs that are done, and whose callers have not heard of it */
  guint n_blocking;    /* callers that wait, and may be those who would take what is done */
};

struct _ShoalDatabase
{
  GObject parent_instance;
  Worker writer;
  Worker reader;
  int lock_fd;
};

G_DEFINE_FINAL_TYPE (ShoalDatabase, shoal_database, G_TYPE_OBJECT)

static void
job_free (gpointer data)
{
  Job *job = data;

  if (job->destroy != NULL)
    job->destroy (job->data);
  g_clear_error (&job->error);
  g_free (job);
}

static gboolean
on_job_done_cb (gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Job *job = g_task_get_task_data (task);
  Worker *worker = job->worker;

  g_mutex_lock (&worker->mutex);
  worker->n_undelivered--;
  g_cond_broadcast (&worker->cond);
  g_mutex_unlock (&worker->mutex);
  if (job->error != NULL)
    g_task_return_error (task, g_steal_pointer (&job->error));
  else
    g_task_return_boolean (task, TRUE);
  return G_SOURCE_REMOVE;
}

/* Hands the job back; it may be gone afterwards. */
static void
job_complete (Worker *worker, Job *job)
{
  if (job->task != NULL)
    {
      GTask *task = g_steal_pointer (&job->task);
      g_autoptr (GSource) source = g_idle_source_new ();
      /* The task may be gone as soon as the source is attached. */
      g_autoptr (GMainContext) context = g_main_context_ref (g_task_get_context (task));

      g_source_set_priority (source, g_task_get_priority (task));
      g_source_set_static_name (source, "shoal_database");
      g_source_set_callback (source, on_job_done_cb, task, NULL);
      g_mutex_lock (&worker->mutex);
      worker->n_undelivered++;
      g_mutex_unlock (&worker->mutex);
      g_source_attach (source, context);
      return;
    }
  g_mutex_lock (&worker->mutex);
  job->done = TRUE;
  g_cond_broadcast (&worker->cond);
  g_mutex_unlock (&worker->mutex);
}

/* Whether to run it at all. */
static gboolean
job_is_wanted (Job *job)
{
  return job->task == NULL
         || !g_cancellable_set_error_if_cancelled (g_task_get_cancellable (job->task), &job->error);
}

static void
job_run (ShoalConnection *connection, Job *job)
{
  if (!job->func (connection, job->data, &job->error))
    {
      if (job->error == NULL)
        g_set_error_literal (&job->error, SHOAL_ERROR, SHOAL_ERROR_INTERNAL,
                             "A database job failed without a reason");
    }
  else
    g_warn_if_fail (job->error == NULL);
  shoal_connection_reset_all (connection);
}

/* One job inside the writer's transaction. FALSE: the transaction itself is over, with its error.
 */
static gboolean
run_in_savepoint (ShoalConnection *connection, Job *job, GError **error)
{
  if (!shoal_connection_run (connection, error, "SAVEPOINT job", ""))
    return FALSE;
  job_run (connection, job);
  if (!shoal_connection_is_in_transaction (connection))
    {
      if (job->error != NULL)
        g_propagate_error (error, g_error_copy (job->error));
      else
        g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_INTERNAL,
                             "A database job ended its transaction");
      return FALSE;
    }
  if (job->error != NULL && !shoal_connection_run (connection, error, "ROLLBACK TO job", ""))
    return FALSE;
  return shoal_connection_run (connection, error, "RELEASE job", "");
}

static Job *
worker_try_pop (Worker *worker)
{
  g_mutex_lock (&worker->mutex);

  Job *job = shoal_fair_queue_pop (worker->jobs);

  g_mutex_unlock (&worker->mutex);
  return job;
}

/* Results are large and pile up where they are taken more slowly than they are made. */
static gboolean
must_wait (const Worker *worker)
{
  if (worker->stop)
    return FALSE;
  return shoal_fair_queue_get_length (worker->jobs) == 0
         || (worker->max_undelivered > 0 && worker->n_undelivered >= worker->max_undelivered
             && worker->n_blocking == 0);
}

/* NULL: the queue is empty and there will be no more. */
static Job *
worker_wait_pop (Worker *worker)
{
  g_mutex_lock (&worker->mutex);
  while (must_wait (worker))
    g_cond_wait (&worker->cond, &worker->mutex);

  Job *job = shoal_fair_queue_pop (worker->jobs);

  g_mutex_unlock (&worker->mutex);
  return job;
}

/* @first and what is queued behind it, in @group; FALSE with the error that they all get. */
static gboolean
write_group (Worker *worker, Job *first, GPtrArray *group, GError **error)
{
  ShoalConnection *connection = worker->connection;
  gint64 enough = g_get_monotonic_time () + SHOAL_DATABASE_GROUP_US;
  Job *job = first;

  if (!shoal_connection_run (connection, error, "BEGIN IMMEDIATE", ""))
    return FALSE;
  while (job != NULL)
    {
      if (job != first)
        g_ptr_array_add (group, job);
      if (job_is_wanted (job) && !run_in_savepoint (connection, job, error))
        return FALSE;
      job = group->len < SHOAL_DATABASE_GROUP_JOBS && g_get_monotonic_time () < enough
                ? worker_try_pop (worker)
                : NULL;
    }
  return shoal_connection_run (connection, error, "COMMIT", "");
}

static gpointer
writer_thread (gpointer data)
{
  Worker *worker = data;
  g_autoptr (GPtrArray) group = g_ptr_array_new ();

  while (TRUE)
    {
      Job *first = worker_wait_pop (worker);
      g_autoptr (GError) error = NULL;

      if (first == NULL)
        return NULL;
      g_ptr_array_set_size (group, 0);
      g_ptr_array_add (group, first);
      if (first->unwrapped)
        job_run (worker->connection, first);
      else if (!write_group (worker, first, group, &error)
               && shoal_connection_is_in_transaction (worker->connection))
        shoal_connection_run (worker->connection, NULL, "ROLLBACK", "");
      for (guint i = 0; i < group->len; i++)
        {
          Job *job = group->pdata[i];

          if (error != NULL && job->error == NULL)
            job->error = g_error_copy (error);
          job_complete (worker, job);
        }
    }
}

/* One snapshot for all of a job's queries. */
static void
read_one (ShoalConnection *connection, Job *job)
{
  if (!shoal_connection_run (connection, &job->error, "BEGIN", ""))
    return;
  if (job->task != NULL)
    shoal_connection_set_cancellable (connection, g_task_get_cancellable (job->task));
  job_run (connection, job);
  shoal_connection_set_cancellable (connection, NULL);
  if (shoal_connection_is_in_transaction (connection))
    shoal_connection_run (connection, NULL, "ROLLBACK", "");
}

static gpointer
reader_thread (gpointer data)
{
  Worker *worker = data;

  while (TRUE)
    {
      Job *job = worker_wait_pop (worker);

      if (job == NULL)
        return NULL;
      if (job->unwrapped)
        job_run (worker->connection, job);
      else if (job_is_wanted (job))
        read_one (worker->connection, job);
      job_complete (worker, job);
    }
}

static void
worker_init (Worker *worker)
{
  g_mutex_init (&worker->mutex);
  g_cond_init (&worker->cond);
  worker->jobs = shoal_fair_queue_new ();
}

static void
worker_clear (Worker *worker)
{
  g_clear_pointer (&worker->jobs, shoal_fair_queue_free);
  g_mutex_clear (&worker->mutex);
  g_cond_clear (&worker->cond);
}

static gboolean
worker_start (Worker *worker,
              const char *name,
              GThreadFunc func,
              const char *path,
              gboolean read_only,
              gsize cache_bytes,
              GError **error)
{
  worker->connection = shoal_connection_open (path, read_only, cache_bytes, error);
  if (worker->connection == NULL)
    return FALSE;
  worker->thread = g_thread_try_new (name, func, worker, error);
  return worker->thread != NULL;
}

static void
worker_stop (Worker *worker)
{
  g_mutex_lock (&worker->mutex);
  worker->stop = TRUE;
  g_cond_broadcast (&worker->cond);
  g_mutex_unlock (&worker->mutex);
  if (worker->thread != NULL)
    {
      g_assert (worker->thread != g_thread_self ());
      g_thread_join (g_steal_pointer (&worker->thread));
    }
  g_clear_pointer (&worker->connection, shoal_connection_free);
}

/* FALSE: it is closed, and @job was given the error. */
static gboolean
worker_push (Worker *worker, const ShoalTurn *turn, Job *job)
{
  g_mutex_lock (&worker->mutex);

  gboolean stopped = worker->stop;

  if (stopped)
    g_set_error_literal (&job->error, SHOAL_ERROR, SHOAL_ERROR_CANCELLED,
                         "The database has been closed");
  else
    {
      shoal_fair_queue_push (worker->jobs, turn, job);
      g_cond_broadcast (&worker->cond);
    }
  g_mutex_unlock (&worker->mutex);
  return !stopped;
}

static gboolean
worker_call (
    Worker *worker, ShoalDatabaseFunc func, gpointer data, gboolean unwrapped, GError **error)
{
  Job job = { .func = func, .data = data, .unwrapped = unwrapped };

  g_return_val_if_fail (worker->thread != g_thread_self (), FALSE);
  if (worker_push (worker, NULL, &job))
    {
      g_mutex_lock (&worker->mutex);
      worker->n_blocking++;
      g_cond_broadcast (&worker->cond);
      while (!job.done)
        g_cond_wait (&worker->cond, &worker->mutex);
      worker->n_blocking--;
      g_mutex_unlock (&worker->mutex);
    }
  if (job.error == NULL)
    return TRUE;
  g_propagate_error (error, job.error);
  return FALSE;
}

static void
call_async (ShoalDatabase *self,
            Worker *worker,
            gpointer source_tag,
            const ShoalTurn *turn,
            ShoalDatabaseFunc func,
            gpointer data,
            GDestroyNotify destroy,
            GCancellable *cancellable,
            GAsyncReadyCallback callback,
            gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Job *job = g_new0 (Job, 1);

  g_task_set_source_tag (task, source_tag);
  /* What has been committed is reported as done, even if somebody has lost interest. */
  g_task_set_check_cancellable (task, FALSE);
  job->worker = worker;
  job->func = func;
  job->data = data;
  job->destroy = destroy;
  job->task = task;
  g_task_set_task_data (task, job, job_free);
  if (!worker_push (worker, turn, job))
    job_complete (worker, job);
}

void
shoal_database_write_for_async (ShoalDatabase *self,
                                const ShoalTurn *turn,
                                ShoalDatabaseFunc func,
                                gpointer data,
                                GDestroyNotify destroy,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_DATABASE (self));
  g_return_if_fail (func != NULL);
  call_async (self, &self->writer, shoal_database_write_for_async, turn, func, data, destroy,
              cancellable, callback, user_data);
}

void
shoal_database_write_async (ShoalDatabase *self,
                            ShoalDatabaseFunc func,
                            gpointer data,
                            GDestroyNotify destroy,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  shoal_database_write_for_async (self, NULL, func, data, destroy, cancellable, callback,
                                  user_data);
}

void
shoal_database_read_for_async (ShoalDatabase *self,
                               const ShoalTurn *turn,
                               ShoalDatabaseFunc func,
                               gpointer data,
                               GDestroyNotify destroy,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_DATABASE (self));
  g_return_if_fail (func != NULL);
  call_async (self, &self->reader, shoal_database_read_for_async, turn, func, data, destroy,
              cancellable, callback, user_data);
}

void
shoal_database_read_async (ShoalDatabase *self,
                           ShoalDatabaseFunc func,
                           gpointer data,
                           GDestroyNotify destroy,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  shoal_database_read_for_async (self, NULL, func, data, destroy, cancellable, callback, user_data);
}

gpointer
shoal_database_finish (ShoalDatabase *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  return ((Job *) g_task_get_task_data (G_TASK (result)))->data;
}

gboolean
shoal_database_write (ShoalDatabase *self, ShoalDatabaseFunc func, gpointer data, GError **error)
{
  g_return_val_if_fail (SHOAL_IS_DATABASE (self), FALSE);
  return worker_call (&self->writer, func, data, FALSE, error);
}

gboolean
shoal_database_read (ShoalDatabase *self, ShoalDatabaseFunc func, gpointer data, GError **error)
{
  g_return_val_if_fail (SHOAL_IS_DATABASE (self), FALSE);
  return worker_call (&self->reader, func, data, FALSE, error);
}

static gboolean
set_cache_job (ShoalConnection *connection, gpointer data, GError **error)
{
  g_autofree char *sql
      = g_strdup_printf ("PRAGMA cache_size = -%" G_GSIZE_FORMAT, *(gsize *) data / SHOAL_KIB);

  return shoal_connection_exec (connection, sql, error);
}

gboolean
shoal_database_set_cache (ShoalDatabase *self,
                          gsize writer_bytes,
                          gsize reader_bytes,
                          GError **error)
{
  g_return_val_if_fail (SHOAL_IS_DATABASE (self), FALSE);
  return worker_call (&self->writer, set_cache_job, &writer_bytes, TRUE, error)
         && worker_call (&self->reader, set_cache_job, &reader_bytes, TRUE, error);
}

gboolean
shoal_database_peek (const char *path, ShoalDatabaseFunc func, gpointer data, GError **error)
{
  g_return_val_if_fail (path != NULL && func != NULL, FALSE);

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND, "There is no database “%s”", path);
      return FALSE;
    }
  g_autoptr (ShoalConnection) connection = shoal_connection_peek (path, error);
  if (connection == NULL)
    return FALSE;
  gboolean done = func (connection, data, error);
  shoal_connection_reset_all (connection);
  return done;
}

ShoalDatabase *
shoal_database_open_cancellable (const char *path,
                                 const char *const *migrations,
                                 guint n_migrations,
                                 GCancellable *cancellable,
                                 GError **error)
{

  g_autoptr (ShoalDatabase) self = g_object_new (SHOAL_TYPE_DATABASE, NULL);
  gboolean is_first = FALSE;

  self->lock_fd = shoal_database_lock_file (path, &is_first, cancellable, error);
  if (self->lock_fd < 0
      || !shoal_database_prepare (path, migrations, n_migrations, is_first, cancellable, error)
      || !worker_start (&self->writer, "shoal-db-write", writer_thread, path, FALSE,
                        SHOAL_DATABASE_WRITER_CACHE, error)
      || !worker_start (&self->reader, "shoal-db-read", reader_thread, path, TRUE,
                        SHOAL_DATABASE_READER_CACHE, error))
    return NULL;
  shoal_database_share_lock (self->lock_fd);
  return g_steal_pointer (&self);
}

void
shoal_database_close (ShoalDatabase *self)
{
  g_return_if_fail (SHOAL_IS_DATABASE (self));
  /* The reader first: the last connection to close folds the log into the file. */
  worker_stop (&self->reader);
  worker_stop (&self->writer);
  if (self->lock_fd >= 0)
    close (self->lock_fd);
  self->lock_fd = -1;
}

static void
shoal_database_dispose (GObject *object)
{
  shoal_database_close (SHOAL_DATABASE (object));
  G_OBJECT_CLASS (shoal_database_parent_class)->dispose (object);
}

static void
shoal_database_finalize (GObject *object)
{
  ShoalDatabase *self = SHOAL_DATABASE (object);

  worker_clear (&self->writer);
  worker_clear (&self->reader);
  G_OBJECT_CLASS (shoal_database_parent_class)->finalize (object);
}

static void
shoal_database_class_init (ShoalDatabaseClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = shoal_database_dispose;
  G_OBJECT_CLASS (klass)->finalize = shoal_database_finalize;
}

static void
shoal_database_init (ShoalDatabase *self)
{
  self->lock_fd = -1;
  worker_init (&self->writer);
  worker_init (&self->reader);
  self->reader.max_undelivered = SHOAL_DATABASE_UNDELIVERED;
}
