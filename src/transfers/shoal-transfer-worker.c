/* shoal-transfer-worker.c: one connection to one source: take work, fetch, verify, write
 *
 * A worker is a thread with its own ShoalPeerClient. It ends when there is nothing for it, when the
 * run stops or when its source fails; the run's thread starts another when that makes sense. Every
 * piece and every small file is verified before it counts, so a worker that dies loses at most one
 * of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfer"

#include "config.h"

#include "shoal-transfer-worker.h"

#include <string.h>

#include "shoal-connection-count.h"
#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-merkle.h"
#include "shoal-peer-client.h"
#include "shoal-retry.h"
#include "shoal-safe-name.h"
#include "shoal-small-files.h"
#include "shoal-transfer-gone.h"
#include "shoal-transfer-news.h"
#include "shoal-transfer-pieces.h"
#include "shoal-transfer-state.h"
#include "shoal-transfer-work.h"

/* A worker without work looks again after this time; changes wake it earlier. */
#define IDLE_WAIT_US (G_USEC_PER_SEC / 2)
/* A worker that found nothing for so long ends and frees its connection. */
#define IDLE_LIMIT_US (5 * G_USEC_PER_SEC)
/* What a partial source has is asked for again after this time. */
#define HAVE_AGE_US (2 * G_USEC_PER_SEC)
/* How long a source that does not have a content is not asked for it. */
#define LACKS_US (20 * G_USEC_PER_SEC)
/* With a rate limit the body is read in steps of this size. */
#define LIMITED_STEP (64 * SHOAL_KIB)

typedef struct
{
  ShoalTransferRun *run; /* owned */
  ShoalRunPeer *peer;    /* in the book while somebody works at it */
  ShoalSource *source;   /* owned: as it was when the worker started */
  guint number;
  ShoalPeerClient *client;
  ShoalSmallFileWriter *writer;
  guint8 *buffer; /* one piece */
  double rate;
  GHashTable *have; /* ShoalDigest → Have, of a partial source */
} Worker;

typedef struct
{
  GBytes *bits;
  gint64 asked_us;
} Have;

typedef struct
{
  enum
  {
    TASK_NONE,
    TASK_LAYER,
    TASK_HAVE,
    TASK_SPAN,
    TASK_BATCH,
  } kind;
  ShoalPieceWork *work; /* owned */
  ShoalSpan span;
  ShoalBatch batch;
} Task;

static void
task_clear (Task *task)
{
  g_clear_pointer (&task->work, shoal_piece_work_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Task, task_clear)

static void
have_free (gpointer data)
{
  Have *have = data;

  g_clear_pointer (&have->bits, g_bytes_unref);
  g_free (have);
}

/* Under the lock. */
static gboolean
take_from_work (Worker *self, ShoalPieceWork *work, gint64 now_us, Task *task)
{
  GBytes *bits = NULL;

  if (!shoal_source_book_may_have (self->run->book, self->peer, &work->id, now_us))
    return FALSE;
  if (work->state == SHOAL_WORK_NEEDS_LAYER)
    {
      work->state = SHOAL_WORK_FETCHING_LAYER;
      task->kind = TASK_LAYER;
      return TRUE;
    }
  if (work->state != SHOAL_WORK_READY)
    return FALSE;
  if (shoal_run_peer_is_partial (self->peer, &work->id))
    {
      const Have *have = g_hash_table_lookup (self->have, &work->id);

      if (have == NULL || now_us - have->asked_us > HAVE_AGE_US)
        {
          task->kind = TASK_HAVE;
          return TRUE;
        }
      bits = have->bits;
    }
  if (!shoal_scheduler_take (work->scheduler, self->number, bits, self->rate, self->run->n_workers,
                             now_us, &task->span))
    return FALSE;
  task->kind = TASK_SPAN;
  shoal_run_map_set (self->run, work->first_piece + task->span.first, task->span.count,
                     SHOAL_PIECE_COMING_FROM (self->peer->number));
  return TRUE;
}

/* Under the lock. */
static gboolean
take_task (Worker *self, gint64 now_us, Task *task)
{
  ShoalTransferRun *run = self->run;

  task->kind = TASK_NONE;
  if (!g_queue_is_empty (&run->batches) && !shoal_run_peer_is_partial (self->peer, &run->id)
      && shoal_source_book_may_have (run->book, self->peer, &run->id, now_us))
    {
      g_autofree ShoalBatch *batch = g_queue_pop_head (&run->batches);

      task->kind = TASK_BATCH;
      task->batch = *batch;
      run->n_batches_out++;
      shoal_run_map_batch (run, batch->first, batch->first + batch->count,
                           SHOAL_PIECE_COMING_FROM (self->peer->number));
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
  return FALSE;
}

/* Reads through the rate limit; what came counts as fetched even if it turns out wrong. */
static gboolean
read_body (Worker *self, guint8 *buffer, gsize length, GError **error)
{
  ShoalTransferRun *run = self->run;

  for (gsize done = 0; done < length;)
    {
      gsize step = length - done;

      if (shoal_token_bucket_get_rate (run->limit) > 0)
        {
          step = MIN (step, LIMITED_STEP);
          if (!shoal_token_bucket_take (run->limit, step, run->cancellable, error))
            return FALSE;
        }
      if (!shoal_peer_client_read (self->client, buffer + done, step, run->cancellable, error))
        return FALSE;
      done += step;
      __atomic_fetch_add (&run->bytes_fetched, (gint64) step, __ATOMIC_RELAXED);
    }
  return TRUE;
}

static gboolean
fetch_layer (Worker *self, ShoalPieceWork *work, GError **error)
{
  g_autofree char *hex = shoal_digest_dup_hex (&work->id);
  g_autofree char *path = g_strconcat ("/v1/layer/", hex, NULL);
  gint64 expected = (gint64) shoal_piece_count (work->size) * SHOAL_DIGEST_SIZE;
  g_autoptr (GBytes) layer = shoal_peer_client_get (
      self->client, path, expected, (guint64) expected, self->run->cancellable, error);

  if (layer == NULL || !shoal_merkle_check_layer (layer, &work->id, work->size, error)
      || !shoal_piece_work_set_layer (self->run, work, layer, error))
    {
      g_mutex_lock (&self->run->lock);
      if (work->state == SHOAL_WORK_FETCHING_LAYER)
        work->state = SHOAL_WORK_NEEDS_LAYER;
      g_cond_broadcast (&self->run->changed);
      g_mutex_unlock (&self->run->lock);
      return FALSE;
    }
  shoal_run_serve (self->run, work);
  return TRUE;
}

static gboolean
fetch_have (Worker *self, ShoalPieceWork *work, GError **error)
{
  g_autofree char *hex = shoal_digest_dup_hex (&work->id);
  g_autofree char *path = g_strconcat ("/v1/have/", hex, NULL);
  gint64 expected = ((gint64) shoal_piece_count (work->size) + 7) / 8;
  g_autoptr (GBytes) bits = shoal_peer_client_get (self->client, path, expected, (guint64) expected,
                                                   self->run->cancellable, error);

  if (bits == NULL)
    return FALSE;

  Have *have = g_new0 (Have, 1);

  have->bits = g_steal_pointer (&bits);
  have->asked_us = g_get_monotonic_time ();
  g_hash_table_replace (self->have, shoal_digest_dup (&work->id), have);
  return TRUE;
}

static void
learn_rate (Worker *self, gsize bytes, gint64 elapsed_us)
{
  double now = (double) bytes * G_USEC_PER_SEC / (double) MAX (elapsed_us, 1);

  self->rate = self->rate > 0 ? 0.7 * self->rate + 0.3 * now : now;
}

static gboolean
fetch_span (Worker *self, ShoalPieceWork *work, ShoalSpan span, GError **error)
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

  if (!shoal_peer_client_open (self->client, path, (gint64) length, length, run->cancellable, &got,
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
store_small (Worker *self, const ShoalManifestEntry *entry, const guint8 *data, GError **error)
{
  g_autoptr (GError) taken = NULL;
  g_autofree char *path = shoal_safe_path (entry->path, error);
  gboolean executable = entry->kind == SHOAL_ENTRY_EXECUTABLE;

  if (path == NULL)
    return FALSE;
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

/* Fetches as many files of the batch as it can; what is left goes back to the queue. */
static gboolean
fetch_batch (Worker *self, const ShoalBatch *batch, GError **error)
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
                                        run->cancellable, &length, error);

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
      ok = store_small (self, entry, self->buffer + used, error);
      if (!ok)
        break;
      used += entry->size;
      bytes += entry->size;
      g_array_append_val (stored, next);
      __atomic_fetch_add (&run->bytes_done, (gint64) entry->size, __ATOMIC_RELAXED);
      __atomic_fetch_add (&run->pieces_done, 1, __ATOMIC_RELAXED);
    }
  shoal_peer_client_close_body (self->client);
  if (bytes > 0)
    learn_rate (self, bytes, g_get_monotonic_time () - began);

  g_mutex_lock (&run->lock);
  g_array_append_vals (run->unsynced, stored->data, stored->len);
  shoal_run_map_batch (run, batch->first, next, SHOAL_PIECE_HERE_FROM (self->peer->number));
  shoal_run_map_batch (run, next, end, SHOAL_PIECE_MISSING);
  self->peer->bytes += bytes;
  if (bytes > 0)
    {
      self->peer->n_failures = 0;
      self->peer->rate = self->rate;
    }
  run->n_batches_out--;
  if (next < end)
    {
      ShoalBatch rest = { next, end - next, batch->bytes - bytes };

      g_queue_push_head (&run->batches, g_memdup2 (&rest, sizeof rest));
    }
  g_cond_broadcast (&run->changed);
  g_mutex_unlock (&run->lock);
  return ok;
}

static gboolean
perform (Worker *self, const Task *task, GError **error)
{
  switch (task->kind)
    {
    case TASK_LAYER:
      return fetch_layer (self, task->work, error);
    case TASK_HAVE:
      return fetch_have (self, task->work, error);
    case TASK_SPAN:
      return fetch_span (self, task->work, task->span, error);
    case TASK_BATCH:
      return fetch_batch (self, &task->batch, error);
    case TASK_NONE:
    default:
      g_assert_not_reached ();
    }
}

/* What a failed task means for the source and for the run. Returns whether the worker can go on. */
static gboolean
judge (Worker *self, const Task *task, const GError *error)
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
  if (g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_CORRUPT))
    {
      bad = !peer->bad;
      peer->bad = TRUE;
    }
  else if (g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND)
           || g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_CHANGED)
           || g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_INVALID))
    {
      shoal_run_peer_lacks (peer, task->kind == TASK_BATCH ? &run->id : &task->work->id,
                            now + LACKS_US);
      shoal_run_note_failure (run, task->kind == TASK_BATCH ? NULL : task->work, TRUE);
      go_on = TRUE;
    }
  else if (g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_NO_SPACE))
    run->no_space = TRUE;
  else
    {
      gint64 delay = shoal_retry_delay_ms (error, peer->n_failures + 1, g_random_int ());

      shoal_run_note_failure (run, task->kind == TASK_BATCH ? NULL : task->work, FALSE);
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
work_until_done (Worker *self)
{
  ShoalTransferRun *run = self->run;
  gint64 idle_since = 0;

  while (TRUE)
    {
      g_autoptr (GError) error = NULL;
      g_auto (Task) task = { .kind = TASK_NONE };

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
      if (task.kind != TASK_NONE
          && (g_cancellable_is_cancelled (run->cancellable) || run->no_space || self->peer->bad))
        {
          /* Give it back untouched. */
          if (task.kind == TASK_LAYER)
            task.work->state = SHOAL_WORK_NEEDS_LAYER;
          else if (task.kind == TASK_SPAN)
            {
              shoal_scheduler_release (task.work->scheduler, self->number);
              shoal_run_map_release (run, task.work, task.span);
            }
          else if (task.kind == TASK_BATCH)
            {
              g_queue_push_head (&run->batches, g_memdup2 (&task.batch, sizeof task.batch));
              run->n_batches_out--;
              shoal_run_map_batch (run, task.batch.first, task.batch.first + task.batch.count,
                                   SHOAL_PIECE_MISSING);
            }
          task.kind = TASK_NONE;
        }
      g_mutex_unlock (&run->lock);
      if (task.kind == TASK_NONE)
        return;
      idle_since = 0;
      if (!perform (self, &task, &error) && !judge (self, &task, error))
        return;
    }
}

static gpointer
worker_thread (gpointer data)
{
  Worker *self = data;
  ShoalTransferRun *run = self->run;

  self->client = shoal_peer_client_new (run->key, self->source->device,
                                        (const char *const *) self->source->addresses);
  self->buffer = g_malloc (SHOAL_PIECE_SIZE);
  self->have = g_hash_table_new_full (shoal_digest_hash, shoal_digest_equal, g_free, have_free);

  work_until_done (self);

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
  shoal_transfer_run_unref (run);
  g_free (self);
  return NULL;
}

void
shoal_run_spawn_worker (ShoalTransferRun *run, ShoalRunPeer *peer)
{
  Worker *self = g_new0 (Worker, 1);

  self->run = shoal_transfer_run_ref (run);
  self->peer = peer;
  self->source = shoal_source_ref (peer->source);
  self->number = run->next_worker++;
  self->rate = peer->rate;
  peer->n_workers++;
  run->n_workers++;
  /* Nobody joins it: its last sign under the lock is n_workers, and it holds the run itself. */
  g_thread_unref (g_thread_new ("shoal-download", worker_thread, self));
}
