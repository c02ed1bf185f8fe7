/* shoal-transfer-pace.c: whose source delivers too slowly, and who may do the same work beside it
 *
 * A piece layer or a batch of small files is fetched by one worker. If its source sends a byte now
 * and then, no time-out ends it, and all the others wait for it. So what came is counted: a worker
 * below the least rate is late, and then a second one does the same. The first that has verified it
 * wins, the request of the other is ended. Nobody is ended for being slow as long as its work is
 * wanted: a slow source may be the only one that has what it promises. Pieces have the scheduler
 * for this.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfer"

#include "config.h"

#include "shoal-transfer-pace.h"

#include "shoal-limits.h"
#include "shoal-transfer-state.h"

static void
set_window (ShoalWorker *self, gint64 now_us)
{
  self->window_us = now_us;
  self->window_received = shoal_peer_client_get_received (self->client);
}

void
shoal_worker_begin_pace (ShoalWorker *self)
{
  g_mutex_lock (&self->run->lock);
  set_window (self, g_get_monotonic_time ());
  g_mutex_unlock (&self->run->lock);
}

void
shoal_worker_pause_pace (ShoalWorker *self)
{
  g_mutex_lock (&self->run->lock);
  self->window_us = 0;
  g_mutex_unlock (&self->run->lock);
}

static void
measure (ShoalWorker *self, gint64 now_us)
{
  gint64 elapsed_us = now_us - self->window_us;

  if (self->task == NULL || self->window_us == 0 || elapsed_us < SHOAL_STALL_MS * 1000)
    return;

  guint64 came = shoal_peer_client_get_received (self->client) - self->window_received;

  self->late = came < (guint64) elapsed_us * SHOAL_LEAST_RATE / G_USEC_PER_SEC;
  if (self->late)
    self->peer->late_us = now_us + SHOAL_LATE_MS * 1000;
  set_window (self, now_us);
}

/* Whether what it fetches is still to be fetched. */
static gboolean
is_needed (const ShoalWorker *self)
{
  const ShoalTask *task = self->task;
  ShoalBatch rest = task->batch;

  switch (task->kind)
    {
    case SHOAL_TASK_LAYER:
      return task->work->state == SHOAL_WORK_NEEDS_LAYER
             || task->work->state == SHOAL_WORK_FETCHING_LAYER;
    case SHOAL_TASK_HAVE:
      return task->work->state == SHOAL_WORK_READY;
    case SHOAL_TASK_SPAN:
      for (guint32 i = 0; i < task->span.count; i++)
        if (shoal_scheduler_owns (task->work->scheduler, self->number, task->span.first + i))
          return TRUE;
      return FALSE;
    case SHOAL_TASK_BATCH:
      return shoal_run_trim_batch (self->run, &rest);
    case SHOAL_TASK_NONE:
    default:
      return FALSE;
    }
}

/* Whether all places are taken and somebody better has none. */
static gboolean
is_in_the_way (ShoalTransferRun *run, const ShoalWorker *worker, gint64 now_us)
{
  guint n_peers = shoal_source_book_get_n_peers (run->book);
  const ShoalDigest *id
      = worker->task->kind == SHOAL_TASK_BATCH ? &run->id : &worker->task->work->id;

  if (run->n_workers < SHOAL_MAX_WORKERS_PER_DOWNLOAD)
    return FALSE;
  for (guint i = 0; i < n_peers; i++)
    {
      const ShoalRunPeer *peer = shoal_source_book_get_peer (run->book, i);

      if (peer->n_workers == 0 && !peer->bad && peer->late_us <= now_us && peer->retry_us <= now_us
          && shoal_run_peer_is_reachable (peer)
          && shoal_source_book_may_have (run->book, peer, id, now_us))
        return TRUE;
    }
  return FALSE;
}

void
shoal_run_watch_pace (ShoalTransferRun *run, gint64 now_us)
{
  gboolean ended = FALSE;

  for (guint i = 0; i < run->workers->len; i++)
    measure (g_ptr_array_index (run->workers, i), now_us);
  for (guint i = 0; i < run->workers->len; i++)
    {
      ShoalWorker *worker = g_ptr_array_index (run->workers, i);

      if (!worker->late || worker->task == NULL || g_cancellable_is_cancelled (worker->cancellable))
        continue;
      gboolean needed = is_needed (worker);
      /* One place is enough for the better one. */
      if (needed && (ended || !is_in_the_way (run, worker, now_us)))
        continue;
      ended = ended || needed;
      g_debug ("%s: %s is too slow", run->name, worker->source->user);
      g_cancellable_cancel (worker->cancellable);
    }
}

static gboolean
is_same (const ShoalTask *one, const ShoalTask *other)
{
  if (one->kind != other->kind)
    return FALSE;
  if (one->kind == SHOAL_TASK_LAYER)
    return one->work == other->work;
  return one->batch.first < other->batch.first + other->batch.count
         && other->batch.first < one->batch.first + one->batch.count;
}

/* Whether somebody who is not late does the same. */
static gboolean
is_relieved (ShoalTransferRun *run, const ShoalWorker *late)
{
  for (guint i = 0; i < run->workers->len; i++)
    {
      const ShoalWorker *worker = g_ptr_array_index (run->workers, i);

      if (!worker->late && worker->task != NULL && is_same (worker->task, late->task))
        return TRUE;
    }
  return FALSE;
}

static gboolean
can_relieve (ShoalTransferRun *run, const ShoalRunPeer *peer, const ShoalTask *task, gint64 now_us)
{
  if (task->kind == SHOAL_TASK_LAYER)
    return shoal_source_book_may_have (run->book, peer, &task->work->id, now_us);
  return task->kind == SHOAL_TASK_BATCH && !shoal_run_peer_is_partial (peer, &run->id)
         && shoal_source_book_may_have (run->book, peer, &run->id, now_us);
}

const ShoalWorker *
shoal_run_find_late (ShoalTransferRun *run, const ShoalRunPeer *peer, gint64 now_us)
{
  if (peer->late_us > now_us)
    return NULL;
  for (guint i = 0; i < run->workers->len; i++)
    {
      const ShoalWorker *worker = g_ptr_array_index (run->workers, i);

      if (worker->late && worker->task != NULL && worker->peer != peer
          && can_relieve (run, peer, worker->task, now_us) && is_needed (worker)
          && !is_relieved (run, worker))
        return worker;
    }
  return NULL;
}
