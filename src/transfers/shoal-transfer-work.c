/* shoal-transfer-work.c: the pieces of work of a run: contents with pieces, batches of small files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfer"

#include "config.h"

#include "shoal-transfer-work.h"

#include <fcntl.h>
#include <unistd.h>
#include <glib/gi18n.h>

#include "shoal-dir.h"
#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-merkle.h"
#include "shoal-transfer-pieces.h"
#include "shoal-transfer-state.h"

/* Bytes of one batch of small files: large enough that a request costs nothing, small enough that
 * several workers share a folder evenly and that little is fetched again after a kill. */
#define BATCH_BYTES (2 * SHOAL_MIB)

/* The layer of an earlier run of the same transfer, if it is there and right. */
static GBytes *
load_layer (const char *path, const ShoalDigest *id, guint64 size)
{
  g_autofree char *data = NULL;
  gsize length;

  if (!g_file_get_contents (path, &data, &length, NULL))
    return NULL;

  g_autoptr (GBytes) layer = g_bytes_new_take (g_steal_pointer (&data), length);

  if (!shoal_merkle_check_layer (layer, id, size, NULL))
    return NULL;
  return g_steal_pointer (&layer);
}

/* The names in its folder that look like those of unfinished files and are not. */
static GHashTable *
find_others (ShoalTransferRun *run, guint32 file_index)
{
  if (run->part_names == NULL || file_index >= shoal_manifest_get_n_entries (run->manifest))
    return NULL;

  g_autofree char *folder
      = g_path_get_dirname (shoal_local_names_get_path (run->names, file_index));

  return g_hash_table_lookup (run->part_names, folder);
}

void
shoal_run_note_part_names (ShoalTransferRun *run)
{
  run->part_names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                           (GDestroyNotify) g_hash_table_unref);
  for (guint i = 0; i < shoal_manifest_get_n_entries (run->manifest); i++)
    {
      const char *path = shoal_local_names_get_path (run->names, i);
      g_autofree char *name = g_path_get_basename (path);
      g_autofree char *folded = g_utf8_casefold (name, -1);

      if (!g_str_has_suffix (folded, SHOAL_PART_SUFFIX))
        continue;

      g_autofree char *folder = g_path_get_dirname (path);
      GHashTable *names = g_hash_table_lookup (run->part_names, folder);

      if (names == NULL)
        {
          names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
          g_hash_table_insert (run->part_names, g_strdup (folder), names);
        }
      g_hash_table_add (names, g_steal_pointer (&folded));
    }
}

ShoalPieceWork *
shoal_piece_work_new (ShoalTransferRun *run,
                      int dirfd,
                      const char *name,
                      const ShoalDigest *id,
                      guint64 size,
                      guint32 file_index,
                      const char *layer_name,
                      GError **error)
{
  g_autoptr (ShoalPieceWork) self = g_new0 (ShoalPieceWork, 1);
  g_autoptr (GBytes) layer = NULL;

  g_atomic_ref_count_init (&self->ref_count);
  self->id = *id;
  self->size = size;
  self->file_index = file_index;
  if (run->first_pieces != NULL)
    self->first_piece = run->first_pieces[file_index];
  self->dirfd = fcntl (dirfd, F_DUPFD_CLOEXEC, 3);
  self->name = g_strdup (name);
  self->others = find_others (run, file_index);
  self->layer_path = g_build_filename (run->journals, layer_name, NULL);
  self->state = SHOAL_WORK_NEEDS_LAYER;
  self->counted = TRUE;
  if (self->dirfd < 0)
    {
      shoal_error_from_errno (error, errno, _ ("Cannot keep the folder open"));
      return NULL;
    }
  if (shoal_piece_count (size) == 1)
    layer = g_bytes_new (id->bytes, SHOAL_DIGEST_SIZE);
  else
    layer = load_layer (self->layer_path, id, size);
  if (layer != NULL && !shoal_piece_work_set_layer (run, self, layer, error))
    return NULL;
  return g_steal_pointer (&self);
}

ShoalPieceWork *
shoal_piece_work_ref (ShoalPieceWork *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
shoal_piece_work_unref (ShoalPieceWork *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  if (self->dirfd >= 0)
    close (self->dirfd);
  g_clear_pointer (&self->scheduler, shoal_scheduler_free);
  g_clear_object (&self->partial);
  g_clear_pointer (&self->layer, g_bytes_unref);
  g_clear_error (&self->error);
  g_free (self->layer_path);
  g_free (self->name);
  g_free (self);
}

static gboolean
save_layer (ShoalPieceWork *self, GBytes *layer, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (self->layer_path);
  g_autofree char *name = g_path_get_basename (self->layer_path);
  gsize size;
  gconstpointer data = g_bytes_get_data (layer, &size);
  int dirfd = shoal_dir_open (folder, TRUE, error);

  if (dirfd < 0)
    return FALSE;

  gboolean ok = shoal_dir_write_file (dirfd, name, data, size, 0600, error);

  close (dirfd);
  return ok;
}

gboolean
shoal_piece_work_set_layer (ShoalTransferRun *run,
                            ShoalPieceWork *self,
                            GBytes *layer,
                            GError **error)
{
  guint32 n_pieces = shoal_piece_count (self->size);

  if (n_pieces > 1 && !g_file_test (self->layer_path, G_FILE_TEST_EXISTS)
      && !save_layer (self, layer, error))
    return FALSE;

  g_autoptr (ShoalPartial) partial = shoal_partial_open (
      self->dirfd, self->name, &self->id, self->size, layer, run->journal, self->file_index,
      self->others, run->cancellable, error);

  if (partial == NULL)
    return FALSE;

  ShoalScheduler *scheduler = shoal_scheduler_new (n_pieces, g_random_int ());
  guint32 n_have = 0;

  for (guint32 piece = 0; piece < n_pieces; piece++)
    if (shoal_partial_has_piece (partial, piece))
      {
        shoal_scheduler_set_done (scheduler, piece);
        n_have++;
      }
  if (self->counted)
    {
      __atomic_fetch_add (&run->bytes_done, (gint64) shoal_partial_get_bytes_have (partial),
                          __ATOMIC_RELAXED);
      __atomic_fetch_add (&run->pieces_done, n_have, __ATOMIC_RELAXED);
    }

  g_mutex_lock (&run->lock);
  self->layer = g_bytes_ref (layer);
  self->partial = g_steal_pointer (&partial);
  self->scheduler = scheduler;
  self->state = shoal_scheduler_is_complete (scheduler) ? SHOAL_WORK_COMPLETE : SHOAL_WORK_READY;
  shoal_run_map_work (run, self);
  g_cond_broadcast (&run->changed);
  g_mutex_unlock (&run->lock);
  return TRUE;
}

void
shoal_run_plan_batches (ShoalTransferRun *run)
{
  const guint8 *wanted = run->wanted;
  guint n_entries = shoal_manifest_get_n_entries (run->manifest);
  ShoalBatch *batch = NULL;

  for (guint i = 0; i < n_entries; i++)
    {
      const ShoalManifestEntry *entry = shoal_manifest_get_entry (run->manifest, i);

      /* What lies between two wanted files and carries no bytes does not end a batch. */
      if (!wanted[i] && (entry->size == 0 || entry->size > SHOAL_PIECE_SIZE))
        continue;
      if (!wanted[i])
        {
          batch = NULL;
          continue;
        }
      if (batch != NULL
          && (batch->bytes + entry->size > BATCH_BYTES
              || i - batch->first >= SHOAL_MAX_BATCH_FILES))
        batch = NULL;
      if (batch == NULL)
        {
          batch = g_new0 (ShoalBatch, 1);
          batch->first = i;
          g_queue_push_tail (&run->batches, batch);
        }
      batch->count = i - batch->first + 1;
      batch->bytes += entry->size;
    }
}

gboolean
shoal_run_trim_batch (ShoalTransferRun *run, ShoalBatch *batch)
{
  guint32 end = batch->first + batch->count;

  while (batch->first < end && !run->wanted[batch->first])
    batch->first++;
  while (end > batch->first && !run->wanted[end - 1])
    end--;
  batch->count = end - batch->first;
  batch->bytes = 0;
  for (guint32 i = batch->first; i < end; i++)
    {
      guint64 size = shoal_manifest_get_entry (run->manifest, i)->size;

      /* As the source counts: what is not wanted any more comes along. */
      if (size <= SHOAL_PIECE_SIZE)
        batch->bytes += size;
    }
  return batch->count > 0;
}

gboolean
shoal_run_sync_small (ShoalTransferRun *run, GError **error)
{
  g_mutex_lock (&run->lock);

  g_autoptr (GArray) files = g_steal_pointer (&run->unsynced);

  run->unsynced = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_mutex_unlock (&run->lock);
  if (files->len == 0)
    return TRUE;

  gboolean ok = syncfs (run->root_fd) == 0;

  if (!ok)
    shoal_error_from_errno (error, errno, _ ("Cannot write “%s” to the disk"), run->name);
  else
    ok = shoal_journal_add_files (run->journal, (const guint32 *) (void *) files->data, files->len,
                                  error);
  if (!ok)
    {
      g_mutex_lock (&run->lock);
      g_array_append_vals (run->unsynced, files->data, files->len);
      g_mutex_unlock (&run->lock);
    }
  return ok;
}
