/* shoal-transfer-fetch.c: what a worker asks its source for, one request at a time
 *
 * Every piece and every small file is verified before it counts, so a worker that dies loses at
 * most one of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfer"

#include "config.h"

#include "shoal-transfer-fetch.h"

#include <string.h>

#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-merkle.h"
#include "shoal-safe-name.h"
#include "shoal-transfer-disk.h"
#include "shoal-transfer-news.h"
#include "shoal-transfer-pace.h"
#include "shoal-transfer-pieces.h"
#include "shoal-transfer-state.h"

/* With a rate limit the body is read in steps of this size. */
#define LIMITED_STEP (64 * SHOAL_KIB)

void
shoal_have_free (gpointer data)
{
  ShoalHave *have = data;

  g_clear_pointer (&have->bits, g_bytes_unref);
  g_free (have);
}

/* Reads through the rate limit; what came counts as fetched even if it turns out wrong. */
static gboolean
read_body (ShoalWorker *self, guint8 *buffer, gsize length, GError **error)
{
  ShoalTransferRun *run = self->run;

  for (gsize done = 0; done < length;)
    {
      gsize step = length - done;

      if (shoal_token_bucket_get_rate (run->limit) > 0)
        {
          step = MIN (step, LIMITED_STEP);
          /* Our own limit is not the source's fault. */
          shoal_worker_pause_pace (self);
          if (!shoal_token_bucket_take (run->limit, step, self->cancellable, error))
            return FALSE;
          shoal_worker_begin_pace (self);
        }
      if (!shoal_peer_client_read (self->client, buffer + done, step, self->cancellable, error))
        return FALSE;
      done += step;
      __atomic_fetch_add (&run->bytes_fetched, (gint64) step, __ATOMIC_RELAXED);
    }
  return TRUE;
}

/* Two may fetch the same layer: the first that has it right opens the work. */
static gboolean
take_opening (ShoalWorker *self, ShoalPieceWork *work)
{
  g_mutex_lock (&self->run->lock);
  gboolean mine = work->state == SHOAL_WORK_NEEDS_LAYER || work->state == SHOAL_WORK_FETCHING_LAYER;
  if (mine)
    work->state = SHOAL_WORK_OPENING;
  self->window_us = 0;
  g_mutex_unlock (&self->run->lock);
  return mine;
}

static void
give_layer_back (ShoalWorker *self, ShoalPieceWork *work, ShoalWorkState from)
{
  g_mutex_lock (&self->run->lock);
  if (work->state == from)
    work->state = SHOAL_WORK_NEEDS_LAYER;
  g_cond_broadcast (&self->run->changed);
  g_mutex_unlock (&self->run->lock);
}

static gboolean
fetch_layer (ShoalWorker *self, ShoalPieceWork *work, GError **error)
{
  g_autofree char *hex = shoal_digest_dup_hex (&work->id);
  g_autofree char *path = g_strconcat ("/v1/layer/", hex, NULL);
  gint64 expected = (gint64) shoal_piece_count (work->size) * SHOAL_DIGEST_SIZE;
  g_autoptr (GBytes) layer = shoal_peer_client_get (self->client, path, expected,
                                                    (guint64) expected, self->cancellable, error);

  if (layer == NULL || !shoal_merkle_check_layer (layer, &work->id, work->size, error))
    {
      give_layer_back (self, work, SHOAL_WORK_FETCHING_LAYER);
      return FALSE;
    }
  if (!take_opening (self, work))
    return TRUE;
  if (!shoal_piece_work_set_layer (self->run, work, layer, error))
    {
      give_layer_back (self, work, SHOAL_WORK_OPENING);
      return FALSE;
    }
  shoal_run_serve (self->run, work);
  return TRUE;
}

static gboolean
fetch_have (ShoalWorker *self, ShoalPieceWork *work, GError **error)
{
  g_autofree char *hex = shoal_digest_dup_hex (&work->id);
  g_autofree char *path = g_strconcat ("/v1/have/", hex, NULL);
  gint64 expected = ((gint64) shoal_piece_count (work->size) + 7) / 8;
  g_autoptr (GBytes) bits = shoal_peer_client_get (self->client, path, expected, (guint64) expected,
                                                   self->cancellable, error);

  if (bits == NULL)
    return FALSE;

  ShoalHave *have = g_new0 (ShoalHave, 1);

  have->bits = g_steal_pointer (&bits);
  have->asked_us = g_get_monotonic_time ();
  g_hash_table_replace (self->have, shoal_digest_dup (&work->id), have);
  return TRUE;
}

static void
learn_rate (ShoalWorker *self, gsize bytes, gint64 elapsed_us)
{
  double now = (double) bytes * G_USEC_PER_SEC / (double) MAX (elapsed_us, 1);

  self->rate = self->rate > 0 ? 0.7 * self->rate + 0.3 * now : now;
}

static gboolean
fetch_span (ShoalWorker *self, ShoalPieceWork *work, ShoalSpan span, GError **error)
{
  ShoalTransferRun *run = self->run;
  char hex[SHOAL_DIGEST_HEX_SIZE];
  guint64 start = (guint64) span.first * SHOAL_PIECE_SIZE;
  guint64 length = MIN ((guint64) span.count * SHOAL_PIECE_SIZE, work->size - start);
  guint64 got;
  gint64 began = g_get_monotonic_time ();
  gboolean ok = TRUE;

  shoal_digest_to_hex (&work->id, hex);

  g_autofree char *path = g_strdup_printf ("/v1/pieces/%s/%u-%u", hex, span.first, span.count);

  if (!shoal_peer_client_open (self->client, path, (gint64) length, length, self->cancellable, &got,
                               error))
    ok = FALSE;
  for (guint32 piece = span.first; ok && piece < span.first + span.count; piece++)
    {
      gsize size = shoal_piece_length (work->size, piece);

      g_mutex_lock (&run->lock);
      gboolean mine = shoal_scheduler_owns (work->scheduler, self->number, piece);
      g_mutex_unlock (&run->lock);
      if (!mine)
        break;
      if (!read_body (self, self->buffer, size, error)
          || !shoal_partial_write_piece (work->partial, piece, self->buffer, size, error))
        {
          ok = FALSE;
          break;
        }

      gint64 now = g_get_monotonic_time ();

      learn_rate (self, size, now - began);
      began = now;
      g_mutex_lock (&run->lock);
      /* A piece that two workers fetched counts once. */
      gboolean first = shoal_scheduler_owns (work->scheduler, self->number, piece);
      shoal_scheduler_done (work->scheduler, self->number, piece, now);
      if (first)
        shoal_run_map_set (run, work->first_piece + piece, 1,
                           SHOAL_PIECE_HERE_FROM (self->peer->number));
      self->peer->bytes += size;
      self->peer->n_failures = 0;
      self->peer->rate = self->rate;
      if (shoal_scheduler_is_complete (work->scheduler))
        {
          work->state = SHOAL_WORK_COMPLETE;
          g_cond_broadcast (&run->changed);
        }
      g_mutex_unlock (&run->lock);
      if (first && work->counted)
        {
          __atomic_fetch_add (&run->bytes_done, (gint64) size, __ATOMIC_RELAXED);
          __atomic_fetch_add (&run->pieces_done, 1, __ATOMIC_RELAXED);
        }
    }
  shoal_peer_client_close_body (self->client);
  g_mutex_lock (&run->lock);
  shoal_scheduler_release (work->scheduler, self->number);
  shoal_run_map_release (run, work, span);
  g_cond_broadcast (&run->changed);
  g_mutex_unlock (&run->lock);
  return ok;
}

/* Puts a small file in its place. If something else has taken its name there, a numbered one is
 * used: what is there is never replaced. */
static gboolean
store_small (ShoalWorker *self, guint32 index, const guint8 *data, GError **error)
{
  g_autoptr (GError) taken = NULL;
  const ShoalManifestEntry *entry = shoal_manifest_get_entry (self->run->manifest, index);
  const char *path = shoal_local_names_get_path (self->run->names, index);
  gboolean executable = entry->kind == SHOAL_ENTRY_EXECUTABLE;

  if (shoal_small_file_writer_store (self->writer, path, data, entry->size, &entry->id, executable,
                                     -1, &taken))
    return TRUE;
  for (guint number = 2; number < 100 && g_error_matches (taken, SHOAL_ERROR, SHOAL_ERROR_EXISTS);
       number++)
    {
      g_autofree char *folder = g_path_get_dirname (path);
      g_autofree char *name = g_path_get_basename (path);
      g_autofree char *numbered = shoal_name_numbered (name, number);
      g_autofree char *other = g_strcmp0 (folder, ".") == 0
                                   ? g_strdup (numbered)
                                   : g_strconcat (folder, "/", numbered, NULL);

      g_clear_error (&taken);
      if (shoal_small_file_writer_store (self->writer, other, data, entry->size, &entry->id,
                                         executable, -1, &taken))
        return TRUE;
    }
  g_propagate_error (error, g_steal_pointer (&taken));
  return FALSE;
}

/* Two may fetch the same batch: each file is stored by the first that has it right. */
static gboolean
take_entry (ShoalTransferRun *run, guint32 index)
{
  g_mutex_lock (&run->lock);
  gboolean mine = run->wanted[index] != 0;
  run->wanted[index] = 0;
  g_mutex_unlock (&run->lock);
  return mine;
}

static void
give_entry_back (ShoalTransferRun *run, guint32 index)
{
  g_mutex_lock (&run->lock);
  run->wanted[index] = 1;
  g_mutex_unlock (&run->lock);
}

/* Under the lock. */
static void
queue_rest (ShoalTransferRun *run, guint32 first, guint32 end)
{
  ShoalBatch rest = { first, end - first, 0 };

  if (shoal_run_trim_batch (run, &rest))
    g_queue_push_head (&run->batches, g_memdup2 (&rest, sizeof rest));
}

/* Stores it, or goes on without it. */
static gboolean
settle_small (
    ShoalWorker *self, guint32 index, const guint8 *data, gboolean *left_out, GError **error)
{
  g_autoptr (GError) local = NULL;

  *left_out = FALSE;
  if (store_small (self, index, data, &local))
    return TRUE;
  *left_out = shoal_run_leave_out (self->run, index, &local);
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return *left_out;
}

/* Fetches as many files of the batch as it can; what is left goes back to the queue. */
static gboolean
fetch_batch (ShoalWorker *self, const ShoalBatch *batch, GError **error)
{
  ShoalTransferRun *run = self->run;
  char hex[SHOAL_DIGEST_HEX_SIZE];
  g_autoptr (GArray) stored = g_array_new (FALSE, FALSE, sizeof (guint32));
  gint64 began = g_get_monotonic_time ();
  guint64 length, bytes = 0;
  guint32 next = batch->first;
  guint32 end = batch->first + batch->count;
  gsize filled = 0, used = 0;
  guint64 unread;

  if (self->writer == NULL)
    self->writer = shoal_small_file_writer_new (run->root_fd);
  shoal_digest_to_hex (&run->id, hex);

  g_autofree char *path = g_strdup_printf ("/v1/entries/%s/%u-%u", hex, batch->first, batch->count);
  gboolean ok = shoal_peer_client_open (self->client, path, (gint64) batch->bytes, batch->bytes,
                                        self->cancellable, &length, error);

  for (unread = batch->bytes; ok && next < end; next++)
    {
      const ShoalManifestEntry *entry = shoal_manifest_get_entry (run->manifest, next);

      if (entry->size == 0 || entry->size > SHOAL_PIECE_SIZE)
        continue;
      if (filled - used < entry->size)
        {
          gsize more;

          memmove (self->buffer, self->buffer + used, filled - used);
          filled -= used;
          used = 0;
          more = (gsize) MIN (unread, (guint64) (SHOAL_PIECE_SIZE - filled));
          ok = read_body (self, self->buffer + filled, more, error);
          if (!ok)
            break;
          filled += more;
          unread -= more;
        }
      used += entry->size;
      if (!take_entry (run, next))
        continue;

      gboolean left_out;

      ok = settle_small (self, next, self->buffer + used - entry->size, &left_out, error);
      if (!ok)
        {
          give_entry_back (run, next);
          break;
        }
      bytes += entry->size;
      if (left_out)
        continue;
      g_array_append_val (stored, next);
      __atomic_fetch_add (&run->bytes_done, (gint64) entry->size, __ATOMIC_RELAXED);
      __atomic_fetch_add (&run->pieces_done, 1, __ATOMIC_RELAXED);
    }
  shoal_peer_client_close_body (self->client);
  if (bytes > 0)
    learn_rate (self, bytes, g_get_monotonic_time () - began);

  g_mutex_lock (&run->lock);
  g_array_append_vals (run->unsynced, stored->data, stored->len);
  for (guint i = 0; i < stored->len; i++)
    shoal_run_map_entry (run, g_array_index (stored, guint32, i),
                         SHOAL_PIECE_HERE_FROM (self->peer->number));
  shoal_run_map_batch (run, batch->first, end, SHOAL_PIECE_MISSING);
  self->peer->bytes += bytes;
  if (bytes > 0)
    {
      self->peer->n_failures = 0;
      self->peer->rate = self->rate;
    }
  run->n_batches_out--;
  queue_rest (run, next, end);
  g_cond_broadcast (&run->changed);
  g_mutex_unlock (&run->lock);
  return ok;
}

gboolean
shoal_worker_perform (ShoalWorker *self, const ShoalTask *task, GError **error)
{
  switch (task->kind)
    {
    case SHOAL_TASK_LAYER:
      return fetch_layer (self, task->work, error);
    case SHOAL_TASK_HAVE:
      return fetch_have (self, task->work, error);
    case SHOAL_TASK_SPAN:
      return fetch_span (self, task->work, task->span, error);
    case SHOAL_TASK_BATCH:
      return fetch_batch (self, &task->batch, error);
    case SHOAL_TASK_NONE:
    default:
      g_assert_not_reached ();
    }
}
