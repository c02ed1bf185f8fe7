/* shoal-partial.c: a download on disk: pieces in any order, verified before they count
 *
 * Threads: any number of workers. Hashing, reading and writing happen outside the mutex; it guards
 * the bitmaps and counters. A piece counts ("have") once it is written; it is "pending" until its
 * data is synced and then recorded, in this order, by one thread at a time while the others go on.
 * If syncing fails the kernel may have dropped the data, so these pieces stop counting.
 *
 * Two workers may write the same piece at once: both have verified it, so they write the same
 * bytes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-partial"

#include "config.h"

#include "shoal-partial-private.h"

#include "shoal-bitmap-private.h"
#include "shoal-dir.h"
#include "shoal-error.h"
#include "shoal-journal-private.h"
#include "shoal-limits.h"
#include "shoal-merkle.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <glib/gi18n.h>

struct _ShoalPartial
{
  GObject parent_instance;

  /* Constant. */
  int dirfd;
  int fd;
  char *final_name;
  guint64 size;
  guint32 n_pieces;
  GBytes *layer;
  ShoalJournal *journal;
  guint32 file_index;
  guint32 number; /* of the ".part" name */

  GMutex mutex;
  GCond synced;
  /* Under the mutex: */
  char *name; /* what the file is called now */
  guint8 *have;
  guint8 *pending;
  guint32 n_have;
  guint32 n_pending;
  gint64 window_start_us; /* when the oldest pending piece was written */
  gboolean syncing;
  gboolean folder_synced;
  gboolean finished;
  gboolean discarded;
};

G_DEFINE_FINAL_TYPE (ShoalPartial, shoal_partial, G_TYPE_OBJECT)

static void
shoal_partial_finalize (GObject *object)
{
  ShoalPartial *self = SHOAL_PARTIAL (object);

  shoal_fd_clear (&self->fd);
  shoal_fd_clear (&self->dirfd);
  g_clear_pointer (&self->final_name, g_free);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->have, g_free);
  g_clear_pointer (&self->pending, g_free);
  g_clear_pointer (&self->layer, g_bytes_unref);
  g_clear_pointer (&self->journal, shoal_journal_unref);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->synced);
  G_OBJECT_CLASS (shoal_partial_parent_class)->finalize (object);
}

static void
shoal_partial_class_init (ShoalPartialClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = shoal_partial_finalize;
}

static void
shoal_partial_init (ShoalPartial *self)
{
  self->dirfd = -1;
  self->fd = -1;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->synced);
}

static guint32
count_bits (const guint8 *bits, guint32 n)
{
  guint32 count = 0;

  for (guint32 i = 0; i < n; i++)
    count += (guint32) shoal_bitmap_get (bits, i);
  return count;
}

static const ShoalDigest *
layer_of (ShoalPartial *self)
{
  return g_bytes_get_data (self->layer, NULL);
}

ShoalPartial *
shoal_partial_open (int dirfd,
                    const char *name,
                    const ShoalDigest *id,
                    guint64 size,
                    GBytes *layer,
                    ShoalJournal *journal,
                    guint32 file_index,
                    GHashTable *others,
                    GCancellable *cancellable,
                    GError **error)
{
  g_return_val_if_fail (name != NULL && id != NULL && layer != NULL && journal != NULL, NULL);

  if (size == 0 || size > SHOAL_MAX_FILE_SIZE || file_index >= SHOAL_MAX_JOURNAL_FILES
      || g_bytes_get_size (layer) != shoal_piece_count (size) * sizeof (ShoalDigest))
    {
      g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_INVALID,
                           "The size of the file and its piece hashes do not go together");
      return NULL;
    }
  if (name[0] == '\0' || strchr (name, '/') != NULL || strlen (name) > SHOAL_MAX_NAME_BYTES)
    {
      shoal_set_field_error (error, "name", _ ("“%s” is not a name for a file"), name);
      return NULL;
    }

  g_autoptr (ShoalPartial) self = g_object_new (SHOAL_TYPE_PARTIAL, NULL);
  self->dirfd = shoal_dir_open_sub (dirfd, ".", FALSE, error);
  if (self->dirfd < 0)
    return NULL;
  self->final_name = g_strdup (name);
  self->size = size;
  self->n_pieces = shoal_piece_count (size);
  self->layer = g_bytes_ref (layer);
  self->journal = shoal_journal_ref (journal);
  self->file_index = file_index;

  const ShoalPartPlace place = {
    .dirfd = self->dirfd,
    .name = self->final_name,
    .size = self->size,
    .n_pieces = self->n_pieces,
    .layer = layer_of (self),
    .journal = self->journal,
    .file_index = self->file_index,
    .others = others,
  };
  ShoalPartFile file;
  if (!shoal_part_file_open (&place, cancellable, &file, error))
    return NULL;
  self->fd = file.fd;
  self->name = file.name;
  self->number = file.number;
  self->have = file.have;
  self->pending = file.found;
  self->finished = file.finished;
  self->n_have = count_bits (self->have, self->n_pieces);
  self->n_pending = count_bits (self->pending, self->n_pieces);
  self->window_start_us = g_get_monotonic_time ();
  return g_steal_pointer (&self);
}

guint32
shoal_partial_get_n_pieces (ShoalPartial *self)
{
  g_return_val_if_fail (SHOAL_IS_PARTIAL (self), 0);
  return self->n_pieces;
}

guint32
shoal_partial_get_n_have (ShoalPartial *self)
{
  g_return_val_if_fail (SHOAL_IS_PARTIAL (self), 0);
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->n_have;
}

guint64
shoal_partial_get_bytes_have (ShoalPartial *self)
{
  g_return_val_if_fail (SHOAL_IS_PARTIAL (self), 0);
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  guint64 bytes = (guint64) self->n_have * SHOAL_PIECE_SIZE;
  if (shoal_bitmap_get (self->have, self->n_pieces - 1))
    bytes -= SHOAL_PIECE_SIZE - shoal_piece_length (self->size, self->n_pieces - 1);
  return bytes;
}

gboolean
shoal_partial_has_piece (ShoalPartial *self, guint32 piece)
{
  g_return_val_if_fail (SHOAL_IS_PARTIAL (self), FALSE);
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return piece < self->n_pieces && shoal_bitmap_get (self->have, piece);
}

GBytes *
shoal_partial_dup_have (ShoalPartial *self)
{
  g_return_val_if_fail (SHOAL_IS_PARTIAL (self), NULL);
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return g_bytes_new (self->have, shoal_bitmap_size (self->n_pieces));
}

/* Under the mutex: these pieces do not count any more. */
static void
lose_pieces (ShoalPartial *self, const guint8 *pieces)
{
  for (guint32 i = 0; i < self->n_pieces; i++)
    if (shoal_bitmap_get (pieces, i) && shoal_bitmap_get (self->have, i))
      {
        shoal_bitmap_clear (self->have, i);
        self->n_have--;
      }
}

/* Under the mutex: these are on disk, but still not recorded. */
static void
put_back_pending (ShoalPartial *self, const guint8 *pieces)
{
  for (guint32 i = 0; i < self->n_pieces; i++)
    if (shoal_bitmap_get (pieces, i) && !shoal_bitmap_get (self->pending, i))
      {
        shoal_bitmap_set (self->pending, i);
        self->n_pending++;
      }
}

/* Under the mutex, which is given up in between; syncing is set by the caller. The order is what
 * keeps the promise after a power cut: first the data, then the record of it. */
static gboolean
sync_pending (ShoalPartial *self, GError **error)
{
  g_autofree guint8 *taken = g_steal_pointer (&self->pending);
  gboolean folder_synced = self->folder_synced;

  self->pending = g_malloc0 (shoal_bitmap_size (self->n_pieces));
  self->n_pending = 0;
  self->window_start_us = g_get_monotonic_time ();
  g_mutex_unlock (&self->mutex);

  gboolean data_ok = fdatasync (self->fd) == 0;
  gboolean ok = data_ok;
  if (!data_ok)
    shoal_set_local_error (error, SHOAL_ERROR_IO, _ ("Cannot save the data of “%s”: %s"),
                           self->final_name, g_strerror (errno));
  else
    {
      /* The name of the unfinished file has to survive, too; a file system that cannot sync a
       * folder has other ways. */
      if (!folder_synced && fsync (self->dirfd) < 0)
        g_debug ("Cannot sync the folder: %s", g_strerror (errno));
      ok = shoal_journal_add_bitmap (self->journal, self->file_index, taken, self->n_pieces, error);
    }

  g_mutex_lock (&self->mutex);
  self->folder_synced = self->folder_synced || data_ok;
  if (!data_ok)
    lose_pieces (self, taken);
  else if (!ok)
    put_back_pending (self, taken);
  return ok;
}

/* Under the mutex: whether it is time to sync. */
static gboolean
is_window_full (ShoalPartial *self)
{
  return !self->syncing
         && ((guint64) self->n_pending * SHOAL_PIECE_SIZE >= SHOAL_SYNC_WINDOW_BYTES
             || g_get_monotonic_time () - self->window_start_us >= SHOAL_SYNC_WINDOW_MS * 1000);
}

static gboolean
run_sync (ShoalPartial *self, GError **error)
{
  self->syncing = TRUE;
  gboolean ok = sync_pending (self, error);
  self->syncing = FALSE;
  g_cond_broadcast (&self->synced);
  return ok;
}

static gboolean
add_written_piece (ShoalPartial *self, guint32 piece, GError **error)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (!shoal_bitmap_get (self->have, piece))
    {
      if (self->n_pending == 0)
        self->window_start_us = g_get_monotonic_time ();
      shoal_bitmap_set (self->have, piece);
      shoal_bitmap_set (self->pending, piece);
      self->n_have++;
      self->n_pending++;
    }
  return !is_window_full (self) || run_sync (self, error);
}

gboolean
shoal_partial_write_piece (
    ShoalPartial *self, guint32 piece, gconstpointer data, gsize length, GError **error)
{
  g_return_val_if_fail (SHOAL_IS_PARTIAL (self) && data != NULL, FALSE);

  if (piece >= self->n_pieces || length != shoal_piece_length (self->size, piece))
    return shoal_set_field_error (error, "piece",
                                  "Piece %u of %" G_GSIZE_FORMAT " bytes is not one of this file",
                                  piece, length);

  ShoalDigest root;
  shoal_merkle_piece_root (data, length, self->size, &root);
  if (!shoal_digest_equal (&root, &layer_of (self)[piece]))
    {
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_CORRUPT, "Piece %u has wrong bytes", piece);
      return FALSE;
    }
  if (shoal_partial_has_piece (self, piece))
    return TRUE;

  g_autoptr (GError) local_error = NULL;
  if (!shoal_fd_write_all (self->fd, data, length, (guint64) piece * SHOAL_PIECE_SIZE,
                           &local_error))
    {
      g_propagate_prefixed_error (error, g_steal_pointer (&local_error),
                                  "“%s”: ", self->final_name);
      return FALSE;
    }
  return add_written_piece (self, piece, error);
}

gboolean
shoal_partial_read (ShoalPartial *self, guint64 offset, gpointer data, gsize length, GError **error)
{
  g_return_val_if_fail (SHOAL_IS_PARTIAL (self) && (data != NULL || length == 0), FALSE);

  if (offset > self->size || length > self->size - offset)
    return shoal_set_field_error (error, "offset", "The range is not within the file");
  if (length == 0)
    return TRUE;
  for (guint64 piece = offset / SHOAL_PIECE_SIZE; piece * SHOAL_PIECE_SIZE < offset + length;
       piece++)
    if (!shoal_partial_has_piece (self, (guint32) piece))
      {
        g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND, "Piece %u is not here yet",
                     (guint32) piece);
        return FALSE;
      }
  return shoal_fd_read_all (self->fd, data, length, offset, error);
}

gboolean
shoal_partial_sync (ShoalPartial *self, GError **error)
{
  g_return_val_if_fail (SHOAL_IS_PARTIAL (self), FALSE);
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  /* What a sync that runs already has taken is recorded when it ends; what came later is not. */
  while (self->syncing)
    g_cond_wait (&self->synced, &self->mutex);
  return self->n_pending == 0 || run_sync (self, error);
}

/* Whether the name still stands for the file that we have open: another could have taken its place.
 */
static gboolean
is_in_place (ShoalPartial *self, const char *name, struct stat *st)
{
  struct stat named;

  return fstat (self->fd, st) == 0 && fstatat (self->dirfd, name, &named, AT_SYMLINK_NOFOLLOW) == 0
         && named.st_ino == st->st_ino && named.st_dev == st->st_dev;
}

/* Somebody cut the file: what lies behind its end is missing again, also for the journal. */
static gboolean
lose_tail (ShoalPartial *self, const struct stat *st, GError **error)
{
  g_autofree guint8 *lost = g_malloc0 (shoal_bitmap_size (self->n_pieces));

  for (guint32 i = 0; i < self->n_pieces; i++)
    if ((guint64) i * SHOAL_PIECE_SIZE + shoal_piece_length (self->size, i) > (guint64) st->st_size)
      shoal_bitmap_set (lost, i);
  if (!shoal_journal_set_part (self->journal, self->file_index, self->number, st->st_ino, error))
    return FALSE;
  g_mutex_lock (&self->mutex);
  lose_pieces (self, lost);
  put_back_pending (self, self->have);
  g_mutex_unlock (&self->mutex);
  return TRUE;
}

static gboolean
set_attributes (
    ShoalPartial *self, const struct stat *st, gboolean executable, gint64 mtime_ms, GError **error)
{
  /* Who may read it may run it: what the umask left of the reading bits. */
  mode_t mode = st->st_mode & 0777;
  mode_t wanted = executable ? mode | (mode & 0444) >> 2 : mode;

  if (wanted != mode && fchmod (self->fd, wanted) < 0)
    g_debug ("Cannot make “%s” executable: %s", self->final_name, g_strerror (errno));
  if (mtime_ms >= 0)
    {
      const struct timespec times[2] = {
        { .tv_nsec = UTIME_OMIT },
        { .tv_sec = mtime_ms / 1000, .tv_nsec = mtime_ms % 1000 * 1000000 },
      };
      if (futimens (self->fd, times) < 0)
        g_debug ("Cannot set the time of “%s”: %s", self->final_name, g_strerror (errno));
    }
  if (fsync (self->fd) < 0)
    return shoal_error_from_errno (error, errno, _ ("Cannot save “%s”"), self->final_name);
  return TRUE;
}

static gboolean
give_final_name (
    ShoalPartial *self, const char *part, gboolean executable, gint64 mtime_ms, GError **error)
{
  struct stat st;

  gboolean in_place = is_in_place (self, part, &st);
  if (in_place && (guint64) st.st_size < self->size && !lose_tail (self, &st, error))
    return FALSE;
  if (!in_place || (guint64) st.st_size != self->size)
    return shoal_set_local_error (error, SHOAL_ERROR_CHANGED,
                                  _ ("Somebody changed the unfinished file of “%s”"),
                                  self->final_name);
  if (!set_attributes (self, &st, executable, mtime_ms, error))
    return FALSE;

  g_autofree char *made = NULL;
  if (!shoal_dir_rename_unique (self->dirfd, part, self->dirfd, self->final_name, &made, error))
    return FALSE;
  flock (self->fd, LOCK_UN);
  g_mutex_lock (&self->mutex);
  g_free (self->name);
  self->name = g_steal_pointer (&made);
  self->finished = TRUE;
  g_mutex_unlock (&self->mutex);
  return TRUE;
}

gboolean
shoal_partial_finish (
    ShoalPartial *self, gboolean executable, gint64 mtime_ms, char **made, GError **error)
{
  g_return_val_if_fail (SHOAL_IS_PARTIAL (self), FALSE);

  if (!shoal_partial_sync (self, error))
    return FALSE;
  g_mutex_lock (&self->mutex);
  guint32 missing = self->n_pieces - self->n_have;
  gboolean finished = self->finished;
  g_autofree char *part = g_strdup (self->name);
  g_mutex_unlock (&self->mutex);
  if (missing > 0)
    {
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND,
                   _ ("“%s” is not complete: %u pieces are missing"), self->final_name, missing);
      return FALSE;
    }
  if (!finished && !give_final_name (self, part, executable, mtime_ms, error))
    return FALSE;
  if (fsync (self->dirfd) < 0 && errno != EINVAL)
    return shoal_error_from_errno (error, errno, _ ("Cannot save the folder of “%s”"),
                                   self->final_name);
  if (made != NULL)
    {
      g_mutex_lock (&self->mutex);
      *made = g_strdup (self->name);
      g_mutex_unlock (&self->mutex);
    }
  return TRUE;
}

void
shoal_partial_discard (ShoalPartial *self)
{
  g_return_if_fail (SHOAL_IS_PARTIAL (self));
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  struct stat st;

  if (!self->finished && !self->discarded && is_in_place (self, self->name, &st)
      && unlinkat (self->dirfd, self->name, 0) < 0)
    g_debug ("Cannot delete “%s”: %s", self->name, g_strerror (errno));
  self->discarded = TRUE;
}
