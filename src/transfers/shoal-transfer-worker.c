/* shoal-transfer-worker.c: one connection to one source: what it does next, and what a failure
 * means
 *
 * A worker is a thread with its own ShoalPeerClient. It ends when there is nothing for it, when the
 * run stops or when its source fails; the run's thread starts another when that makes sense.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfer"

#include "config.h"

#include "shoal-transfer-worker.h"

#include "shoal-connection-count.h"
#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-retry.h"
#include "shoal-transfer-fetch.h"
#include "shoal-transfer-gone.h"
#include "shoal-transfer-news.h"
#include "shoal-transfer-pace.h"
#include "shoal-transfer-pieces.h"
#include "shoal-transfer-state.h"

/* A worker without work looks again after this time; changes wake it earlier. */
#define IDLE_WAIT_US (G_USEC_PER_SEC / 2)
/* A worker that found nothing for so long ends and frees its connection. */
#define IDLE_LIMIT_US (5 * G_USEC_PER_SEC)
/* What a partial source has is asked for again after this time. */
#define HAVE_AGE_US (2 * G_USEC_PER_SEC)
/* How long a source that does not have a content is not asked for it. */
#define LACKS_US (20 * G_USEC_PER_SEC)

static void
task_clear (ShoalTask *task)
{
  g_clear_pointer (&task->work, shoal_piece_work_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ShoalTask, task_clear)

/* Under the lock. */
static gboolean
take_from_work (ShoalWorker *self, ShoalPieceWork *work, gint64 now_us, ShoalTask *task)
{
  GBytes *bits = NULL;

  if (!shoal_source_book_may_have (self->run->book, self->peer, &work->id, now_us))
    return FALSE;
  if (work->state == SHOAL_WORK_NEEDS_LAYER)
    {
      work->state = SHOAL_WORK_FETCHING_LAYER;
      task->kind = SHOAL_TASK_LAYER;
      return TRUE;
    }
  if (work->state != SHOAL_WORK_READY)
    return FALSE;
  if (shoal_run_peer_is_partial (self->peer, &work->id))
    {
      const ShoalHave *have = g_hash_table_lookup (self->have, &work->id);

      if (have == NULL || now_us - have->asked_us > HAVE_AGE_US)
        {
          task->kind = SHOAL_TASK_HAVE;
          return TRUE;
        }
      bits = have->bits;
    }
  if (!shoal_scheduler_take (work->scheduler, self->number, bits, self->rate, self->run->n_workers,
                             now_us, &task->span))
    return FALSE;
  task->kind = SHOAL_TASK_SPAN;
  shoal_run_map_set (self->run, work->first_piece + task->span.first, task->span.count,
                     SHOAL_PIECE_COMING_FROM (self->peer->number));
  return TRUE;
}

/* Under the lock: @batch is taken off the queue, or is somebody else's too. */
static void
take_batch (ShoalWorker *self, const ShoalBatch *batch, ShoalTask *task)
{
  task->kind = SHOAL_TASK_BATCH;
  task->batch = *batch;
  self->run->n_batches_out++;
  shoal_run_map_batch (self->run, batch->first, batch->first + batch->count,
                       SHOAL_PIECE_COMING_FROM (self->peer->number));
}

/* Under the lock: does what a slow one does as well. */
static gboolean
take_from_late (ShoalWorker *self, gint64 now_us, ShoalTask *task)
{
  const ShoalWorker *late = shoal_run_find_late (self->run, self->peer, now_us);

  if (late == NULL)
    return FALSE;
  if (late->task->kind == SHOAL_TASK_BATCH)
    {
      ShoalBatch batch = late->task->batch;

      shoal_run_trim_batch (self->run, &batch);
      take_batch (self, &batch, task);
      return TRUE;
    }
  task->kind = late->task->kind;
  task->work = shoal_piece_work_ref (late->task->work);
  return TRUE;
}

/* Under the lock. */
static gboolean
take_task (ShoalWorker *self, gint64 now_us, ShoalTask *task)
{
  ShoalTransferRun *run = self->run;

  task->kind = SHOAL_TASK_NONE;
  if (!g_queue_is_empty (&run->batches) && !shoal_run_peer_is_partial (self->peer, &run->id)
      && shoal_source_book_may_have (run->book, self->peer, &run->id, now_us))
    {
      g_autofree ShoalBatch *batch = g_queue_pop_head (&run->batches);

      take_batch (self, batch, task);
      return TRUE;
    }
  for (guint i = 0; i < run->works->len; i++)
    {
      ShoalPieceWork *work = g_ptr_array_index (run->works, i);

      if (take_from_work (self, work, now_us, task))
        {
          task->work = shoal_piece_work_ref (work);
          return TRUE;
        }
    }
  return take_from_late (self, now_us, task);
}

/* Whether all of @task was done, in the time that its source takes. */
static gboolean
perform (ShoalWorker *self, const ShoalTask *task, GError **error)
{
  shoal_worker_begin_pace (self);
  gboolean ok = shoal_worker_perform (self, task, error);
  g_mutex_lock (&self->run->lock);
  self->task = NULL;
  self->late = FALSE;
  self->window_us = 0;
  g_mutex_unlock (&self->run->lock);
  return ok;
}

/* Under the lock: the disk here refused it, which is not the source's fault. Whether it concerns
 * more than this one content is for the run's thread to find out. */
static void
note_local (ShoalTransferRun *run, ShoalPieceWork *work, const GError *error)
{
  GError **place = work != NULL ? &work->error : &run->fatal;

  if (*place == NULL)
    *place = g_error_copy (error);
  if (work != NULL && work->state != SHOAL_WORK_COMPLETE)
    work->state = SHOAL_WORK_GONE;
}

/* What a failed task means for the source and for the run. Returns whether the worker can go on. */
static gboolean
judge (ShoalWorker *self, const ShoalTask *task, const GError *error)
{
  ShoalTransferRun *run = self->run;
  ShoalRunPeer *peer = self->peer;
  gint64 now = g_get_monotonic_time ();
  gboolean go_on = FALSE, bad = FALSE;

  g_debug ("%s: %s: %s", run->name, self->source->user, error->message);
  if (g_cancellable_is_cancelled (run->cancellable)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return FALSE;

  g_mutex_lock (&run->lock);
  if (g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_NO_SPACE))
    run->no_space = TRUE;
  else if (shoal_error_is_local (error))
    {
      note_local (run, task->kind == SHOAL_TASK_BATCH ? NULL : task->work, error);
      go_on = TRUE;
    }
  else if (g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_CORRUPT))
    {
      bad = !peer->bad;
      peer->bad = TRUE;
    }
  else if (g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND)
           || g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_CHANGED)
           || g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_INVALID))
    {
      shoal_run_peer_lacks (peer, task->kind == SHOAL_TASK_BATCH ? &run->id : &task->work->id,
                            now + LACKS_US);
      shoal_run_note_failure (run, task->kind == SHOAL_TASK_BATCH ? NULL : task->work, TRUE);
      go_on = TRUE;
    }
  else
    {
      gint64 delay = shoal_retry_delay_ms (error, peer->n_failures + 1, g_random_int ());

      shoal_run_note_failure (run, task->kind == SHOAL_TASK_BATCH ? NULL : task->work, FALSE);
      if (delay >= 0)
        {
          peer->n_failures++;
          peer->retry_us = now + delay * 1000;
        }
      else if (g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_UNTRUSTED)
               || g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_LIMIT))
        peer->retry_us = now + 60 * G_USEC_PER_SEC;
      else if (run->fatal == NULL)
        run->fatal = g_error_copy (error);
    }
  g_cond_broadcast (&run->changed);
  g_mutex_unlock (&run->lock);
  if (bad)
    shoal_run_bad_source (run, self->source);
  return go_on;
}

static void
work_until_done (ShoalWorker *self)
{
  ShoalTransferRun *run = self->run;
  gint64 idle_since = 0;

  while (TRUE)
    {
      g_autoptr (GError) error = NULL;
      g_auto (ShoalTask) task = { .kind = SHOAL_TASK_NONE };

      g_mutex_lock (&run->lock);
      while (!take_task (self, g_get_monotonic_time (), &task))
        {
          gint64 now = g_get_monotonic_time ();

          if (idle_since == 0)
            idle_since = now;
          if (g_cancellable_is_cancelled (run->cancellable) || run->no_space || run->fatal != NULL
              || self->peer->bad || now - idle_since > IDLE_LIMIT_US)
            break;
          g_cond_wait_until (&run->changed, &run->lock, now + IDLE_WAIT_US);
        }
      if (task.kind != SHOAL_TASK_NONE
          && (g_cancellable_is_cancelled (run->cancellable) || run->no_space || self->peer->bad))
        {
          /* Give it back untouched. */
          if (task.kind == SHOAL_TASK_LAYER)
            task.work->state = SHOAL_WORK_NEEDS_LAYER;
          else if (task.kind == SHOAL_TASK_SPAN)
            {
              shoal_scheduler_release (task.work->scheduler, self->number);
              shoal_run_map_release (run, task.work, task.span);
            }
          else if (task.kind == SHOAL_TASK_BATCH)
            {
              g_queue_push_head (&run->batches, g_memdup2 (&task.batch, sizeof task.batch));
              run->n_batches_out--;
              shoal_run_map_batch (run, task.batch.first, task.batch.first + task.batch.count,
                                   SHOAL_PIECE_MISSING);
            }
          task.kind = SHOAL_TASK_NONE;
        }
      if (task.kind != SHOAL_TASK_NONE)
        self->task = &task;
      g_mutex_unlock (&run->lock);
      if (task.kind == SHOAL_TASK_NONE)
        return;
      idle_since = 0;
      if (!perform (self, &task, &error) && !judge (self, &task, error))
        return;
    }
}

static void
on_run_cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

static gpointer
worker_thread (gpointer data)
{
  ShoalWorker *self = data;
  ShoalTransferRun *run = self->run;
  gulong handler = g_cancellable_connect (run->cancellable, G_CALLBACK (on_run_cancelled_cb),
                                          g_object_ref (self->cancellable), g_object_unref);

  self->client = shoal_peer_client_new (run->key, self->source->device,
                                        (const char *const *) self->source->addresses);
  self->buffer = g_malloc (SHOAL_PIECE_SIZE);
  self->have
      = g_hash_table_new_full (shoal_digest_hash, shoal_digest_equal, g_free, shoal_have_free);

  g_mutex_lock (&run->lock);
  g_ptr_array_add (run->workers, self);
  g_mutex_unlock (&run->lock);

  work_until_done (self);

  g_mutex_lock (&run->lock);
  g_ptr_array_remove_fast (run->workers, self);
  g_mutex_unlock (&run->lock);
  g_cancellable_disconnect (run->cancellable, handler);
  g_hash_table_unref (self->have);
  g_clear_pointer (&self->writer, shoal_small_file_writer_free);
  g_free (self->buffer);
  shoal_peer_client_free (self->client);
  shoal_connection_count_release (shoal_device_key_get_fingerprint (run->key),
                                  self->source->device);

  g_mutex_lock (&run->lock);
  self->peer->n_workers--;
  run->n_workers--;
  g_cond_broadcast (&run->changed);
  g_mutex_unlock (&run->lock);

  shoal_source_unref (self->source);
  g_object_unref (self->cancellable);
  shoal_transfer_run_unref (run);
  g_free (self);
  return NULL;
}

void
shoal_run_spawn_worker (ShoalTransferRun *run, ShoalRunPeer *peer)
{
  ShoalWorker *self = g_new0 (ShoalWorker, 1);

  self->run = shoal_transfer_run_ref (run);
  self->peer = peer;
  self->source = shoal_source_ref (peer->source);
  self->cancellable = g_cancellable_new ();
  self->number = run->next_worker++;
  self->rate = peer->rate;
  peer->n_workers++;
  run->n_workers++;
  /* Nobody joins it: its last sign under the lock is n_workers, and it holds the run itself. */
  g_thread_unref (g_thread_new ("shoal-download", worker_thread, self));
}
