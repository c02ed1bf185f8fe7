/* shoal-transfer-loop.c: the loop of a run: sources, workers, waiting, room on the disk
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfer"

#include "config.h"

#include "shoal-transfer-loop.h"

#include <glib/gi18n.h>

#include "shoal-connection-count.h"
#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-transfer-disk.h"
#include "shoal-transfer-gone.h"
#include "shoal-transfer-news.h"
#include "shoal-transfer-pace.h"
#include "shoal-transfer-pieces.h"
#include "shoal-transfer-state.h"
#include "shoal-transfer-work.h"
#include "shoal-transfer-worker.h"

/* How often the thread looks at what no signal tells it: retry times, free space, the sync window.
 */
#define TICK_US (G_USEC_PER_SEC / 5)
/* Sources are asked for again: soon while nobody delivers, seldom while somebody does. */
#define ASK_WHEN_WAITING_US (3 * G_USEC_PER_SEC)
#define ASK_WHEN_ACTIVE_US (15 * G_USEC_PER_SEC)

/* ---- Sources ------------------------------------------------------------------------------- */

/* Under the lock: what a source of @id must say its size is; -1: nothing more is wanted of it. */
static gint64
find_size (ShoalTransferRun *self, const ShoalDigest *id)
{
  if (shoal_digest_equal (id, &self->id))
    return (gint64) self->size;
  for (guint i = 0; i < self->works->len; i++)
    {
      const ShoalPieceWork *work = g_ptr_array_index (self->works, i);

      if (shoal_digest_equal (id, &work->id))
        return (gint64) work->size;
    }
  return -1;
}

void
shoal_transfer_run_set_sources (ShoalTransferRun *self, const ShoalDigest *id, GPtrArray *sources)
{
  g_mutex_lock (&self->lock);
  g_autoptr (GArray) renamed = shoal_source_book_list (self->book, id, find_size (self, id),
                                                       sources, g_get_monotonic_time ());
  if (renamed != NULL)
    shoal_run_map_rename (self, renamed);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/* ---- The loop ------------------------------------------------------------------------------ */

/* Under the lock: whether a new worker at @peer would find something to do. */
static gboolean
has_work_for (ShoalTransferRun *self, ShoalRunPeer *peer, gint64 now)
{
  if (!g_queue_is_empty (&self->batches)
      && shoal_source_book_may_have (self->book, peer, &self->id, now))
    return TRUE;
  for (guint i = 0; i < self->works->len; i++)
    {
      ShoalPieceWork *work = g_ptr_array_index (self->works, i);

      if (!shoal_source_book_may_have (self->book, peer, &work->id, now))
        continue;
      if (work->state == SHOAL_WORK_NEEDS_LAYER)
        return TRUE;
      /* Something missing, or so much under way that it can be taken over. */
      if (work->state == SHOAL_WORK_READY
          && (shoal_scheduler_get_n_missing (work->scheduler) > 0 || self->n_workers == 0
              || peer->n_workers == 0))
        return TRUE;
    }
  return shoal_run_find_late (self, peer, now) != NULL;
}

/* Under the lock: more connections than there is work for cost more than they bring. */
static guint
useful_workers (ShoalTransferRun *self)
{
  guint useful = g_queue_get_length (&self->batches) + self->n_batches_out;

  for (guint i = 0; i < self->works->len && useful < SHOAL_MAX_WORKERS_PER_DOWNLOAD; i++)
    {
      ShoalPieceWork *work = g_ptr_array_index (self->works, i);

      if (work->state == SHOAL_WORK_READY)
        useful += 1 + shoal_scheduler_get_n_missing (work->scheduler) / 4;
      else if (work->state != SHOAL_WORK_COMPLETE && work->state != SHOAL_WORK_GONE)
        useful += 1;
    }
  return CLAMP (useful, 1, SHOAL_MAX_WORKERS_PER_DOWNLOAD);
}

/* Under the lock. Every source gets its first connection before one gets its second. */
static void
spawn_workers (ShoalTransferRun *self)
{
  gint64 now = g_get_monotonic_time ();
  guint useful = useful_workers (self);
  guint n_peers = shoal_source_book_get_n_peers (self->book);

  self->crowded = FALSE;
  self->no_lane = FALSE;
  if (self->no_space || self->fatal != NULL)
    return;
  for (guint round = 1; round <= self->per_source; round++)
    for (guint i = 0; i < n_peers; i++)
      {
        ShoalRunPeer *peer
            = shoal_source_book_get_peer (self->book, (i + self->next_peer) % n_peers);

        /* A source that has answered nobody yet, or failed last, is tried with one connection. */
        if (peer->bad || !shoal_run_peer_is_reachable (peer) || peer->retry_us > now
            || peer->n_workers >= round
            || (peer->n_workers > 0 && (peer->n_failures > 0 || self->n_workers >= useful))
            || self->n_workers >= SHOAL_MAX_WORKERS_PER_DOWNLOAD || !has_work_for (self, peer, now))
          continue;
        if (!self->has_lane && !shoal_lanes_take (self->lanes))
          {
            self->no_lane = TRUE;
            return;
          }
        self->has_lane = TRUE;
        /* Other downloads may have taken all the connections that the source allows. */
        if (!shoal_connection_count_acquire (shoal_device_key_get_fingerprint (self->key),
                                             peer->source->device, peer->n_workers > 0))
          {
            self->crowded = TRUE;
            continue;
          }
        shoal_run_spawn_worker (self, peer);
        self->next_peer++;
      }
}

/* Under the lock: the words for why nothing moves. */
static const char *
reason_to_wait (ShoalTransferRun *self)
{
  guint n_active, n_reachable, n_bad;

  shoal_source_book_count (self->book, &n_active, &n_reachable, &n_bad);
  if (self->no_lane)
    return _ ("Other downloads go first.");
  if (self->crowded)
    return _ ("Other downloads from the same person go first.");
  if (shoal_run_describe_gone (self) != NULL)
    return shoal_run_describe_gone (self);
  if (n_reachable > 0)
    return _ ("The people who have it are online but do not answer. Trying again.");
  if (n_bad > 0)
    return _ ("Who has it sent wrong data. Waiting for somebody else.");
  return _ ("Nobody who has it is online. It goes on by itself when somebody is.");
}

static void
ask_for_sources (ShoalTransferRun *self)
{
  g_autoptr (GPtrArray) ids = NULL;
  gint64 now = g_get_monotonic_time ();

  g_mutex_lock (&self->lock);
  if (now - self->asked_us > (self->n_workers == 0 ? ASK_WHEN_WAITING_US : ASK_WHEN_ACTIVE_US))
    {
      self->asked_us = now;
      ids = shoal_source_book_dup_wanted (self->book);
    }
  g_mutex_unlock (&self->lock);
  for (guint i = 0; ids != NULL && i < ids->len; i++)
    shoal_run_ask_for_sources (self, g_ptr_array_index (ids, i));
}

static void
give_lane (ShoalTransferRun *self)
{
  if (self->has_lane)
    shoal_lanes_give (self->lanes);
  self->has_lane = FALSE;
}

void
shoal_run_give_lane (ShoalTransferRun *self)
{
  g_mutex_lock (&self->lock);
  give_lane (self);
  g_mutex_unlock (&self->lock);
}

/* Ends the work of this run: no worker is left when it returns. */
void
shoal_run_stop_workers (ShoalTransferRun *self)
{
  g_cancellable_cancel (self->cancellable);
  g_mutex_lock (&self->lock);
  g_cond_broadcast (&self->changed);
  while (self->n_workers > 0)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

/* What could not be recorded for want of room is recorded later. */
static gboolean
sync_small (ShoalTransferRun *self, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (shoal_run_sync_small (self, &local))
    return TRUE;
  if (!g_error_matches (local, SHOAL_ERROR, SHOAL_ERROR_NO_SPACE))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  g_mutex_lock (&self->lock);
  self->no_space = TRUE;
  g_mutex_unlock (&self->lock);
  return TRUE;
}

/* Runs workers until @done (called under the lock) says so. */
gboolean
shoal_run_until (ShoalTransferRun *self,
                 gboolean (*done) (ShoalTransferRun *run, gpointer data),
                 gpointer data,
                 GError **error)
{
  gint64 synced_us = g_get_monotonic_time ();
  gint64 waiting_since = 0;

  while (TRUE)
    {
      gboolean full = FALSE;

      g_mutex_lock (&self->lock);
      shoal_run_find_gone (self);
      if (done (self, data))
        {
          g_mutex_unlock (&self->lock);
          return TRUE;
        }
      if (self->fatal != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&self->fatal));
          g_mutex_unlock (&self->lock);
          return FALSE;
        }
      full = self->no_space;
      shoal_run_watch_pace (self, g_get_monotonic_time ());
      spawn_workers (self);
      if (full)
        {
          shoal_run_set_no_space_locked (self);
          if (self->n_workers == 0)
            give_lane (self);
        }
      else if (self->n_workers > 0)
        {
          waiting_since = 0;
          shoal_run_set_state_locked (self, SHOAL_TRANSFER_ACTIVE, NULL);
        }
      else
        {
          gint64 now = g_get_monotonic_time ();

          /* The first answer of the directory takes a moment: that is not waiting yet. */
          if (waiting_since == 0)
            waiting_since = now;
          /* Between two files it keeps its lane. */
          if (now - waiting_since > G_USEC_PER_SEC)
            give_lane (self);
          if (self->state != SHOAL_TRANSFER_STARTING || now - waiting_since > G_USEC_PER_SEC)
            shoal_run_set_state_locked (self, SHOAL_TRANSFER_WAITING, reason_to_wait (self));
        }
      g_cond_wait_until (&self->changed, &self->lock, g_get_monotonic_time () + TICK_US);
      g_mutex_unlock (&self->lock);

      if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
        return FALSE;
      if (full)
        shoal_run_find_room (self);
      ask_for_sources (self);
      if (g_get_monotonic_time () - synced_us > SHOAL_SYNC_WINDOW_MS * 1000)
        {
          if (!sync_small (self, error))
            return FALSE;
          synced_us = g_get_monotonic_time ();
        }
    }
}
