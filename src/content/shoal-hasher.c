/* shoal-hasher.c: the content id of one file or of bytes in memory
 *
 * Threads: the pieces of a file are independent. Each thread that works on it takes the next piece
 * and reads it under the mutex, so that the disk sees one sequential read, and hashes it outside.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-hasher"

#include "config.h"

#include "shoal-hash-file-private.h"

#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-merkle.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>

struct _ShoalHashFile
{
  int fd;
  gint64 *progress;
  GCancellable *cancellable;
  struct stat before;
  guint64 size;
  guint32 n_pieces;
  ShoalDigest *layer;
  GMutex mutex;
  guint next;  /* written under the mutex, read atomically */
  gint failed; /* likewise: error is set */
  GError *error;
};

void
shoal_content_free (ShoalContent *self)
{
  g_return_if_fail (self != NULL);
  g_clear_pointer (&self->layer, g_bytes_unref);
  g_free (self);
}

/* Fills id and layer from the piece roots, which are taken over. */
static void
content_take_layer (ShoalContent *self, ShoalDigest *layer, guint32 n_pieces)
{
  if (n_pieces > 0)
    shoal_merkle_root_of_layer (layer, n_pieces, &self->id);
  self->layer = g_bytes_new_take (layer, n_pieces * sizeof *layer);
}

ShoalHashFile *
shoal_hash_file_begin (int fd, gint64 *progress, GCancellable *cancellable, GError **error)
{
  struct stat st;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (fstat (fd, &st) < 0)
    {
      shoal_error_from_errno (error, errno, _ ("Cannot examine the file"));
      return NULL;
    }
  if (!S_ISREG (st.st_mode))
    {
      g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_INVALID, _ ("Not a regular file"));
      return NULL;
    }
  if ((guint64) st.st_size > SHOAL_MAX_FILE_SIZE)
    {
      g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_LIMIT,
                           _ ("The file is larger than 8 TiB and cannot be shared"));
      return NULL;
    }
  posix_fadvise (fd, 0, 0, POSIX_FADV_SEQUENTIAL);

  ShoalHashFile *self = g_new0 (ShoalHashFile, 1);
  self->fd = fd;
  self->progress = progress;
  self->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  self->before = st;
  self->size = (guint64) st.st_size;
  self->n_pieces = shoal_piece_count (self->size);
  self->layer = g_new (ShoalDigest, self->n_pieces);
  g_mutex_init (&self->mutex);
  return self;
}

/* Reads the next piece into @buffer. Returns: whether there was one */
static gboolean
take_piece (ShoalHashFile *self, gpointer buffer, guint32 *piece, gsize *length)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->error != NULL || self->next == self->n_pieces)
    return FALSE;
  *piece = self->next;
  *length = shoal_piece_length (self->size, *piece);
  g_atomic_int_inc (&self->next);
  if (!g_cancellable_set_error_if_cancelled (self->cancellable, &self->error)
      && shoal_fd_read_all (self->fd, buffer, *length, (guint64) *piece * SHOAL_PIECE_SIZE,
                            &self->error))
    return TRUE;
  g_atomic_int_set (&self->failed, TRUE);
  return FALSE;
}

void
shoal_hash_file_work (ShoalHashFile *self, gpointer buffer)
{
  guint32 piece;
  gsize length;

  while (take_piece (self, buffer, &piece, &length))
    {
      shoal_merkle_piece_root (buffer, length, self->size, &self->layer[piece]);
      if (self->progress != NULL)
        __atomic_fetch_add (self->progress, (gint64) length, __ATOMIC_RELAXED);
    }
}

gboolean
shoal_hash_file_is_large (ShoalHashFile *self)
{
  return self->n_pieces > 1;
}

gboolean
shoal_hash_file_has_work (ShoalHashFile *self)
{
  /* Without the mutex, which is held while the disk is read. */
  return !g_atomic_int_get (&self->failed)
         && (guint) g_atomic_int_get (&self->next) < self->n_pieces;
}

ShoalContent *
shoal_hash_file_end (ShoalHashFile *self, GError **error)
{
  ShoalContent *content = NULL;
  ShoalFileStamp before, after;
  struct stat st;

  shoal_file_stamp_from_stat (&before, &self->before);
  if (self->error == NULL && fstat (self->fd, &st) < 0)
    shoal_error_from_errno (&self->error, errno, _ ("Cannot examine the file"));
  if (self->error == NULL)
    {
      shoal_file_stamp_from_stat (&after, &st);
      if (!shoal_file_stamp_equal (&before, &after))
        g_set_error_literal (&self->error, SHOAL_ERROR, SHOAL_ERROR_CHANGED,
                             _ ("The file changed while it was read"));
    }
  if (self->error == NULL)
    {
      content = g_new0 (ShoalContent, 1);
      content->size = self->size;
      content->stamp = before;
      content->executable = (self->before.st_mode & 0100) != 0;
      content->mtime_ms
          = (gint64) self->before.st_mtim.tv_sec * 1000 + self->before.st_mtim.tv_nsec / 1000000;
      content_take_layer (content, g_steal_pointer (&self->layer), self->n_pieces);
    }
  else
    g_propagate_error (error, g_steal_pointer (&self->error));

  g_mutex_clear (&self->mutex);
  g_clear_object (&self->cancellable);
  g_free (self->layer);
  g_free (self);
  return content;
}

ShoalContent *
shoal_hash_fd (int fd, gint64 *progress, GCancellable *cancellable, GError **error)
{
  ShoalHashFile *file = shoal_hash_file_begin (fd, progress, cancellable, error);

  if (file == NULL)
    return NULL;
  g_autofree guint8 *buffer = g_malloc (CLAMP (file->size, 1, SHOAL_PIECE_SIZE));
  shoal_hash_file_work (file, buffer);
  return shoal_hash_file_end (file, error);
}

ShoalContent *
shoal_hash_bytes (GBytes *bytes)
{
  g_return_val_if_fail (bytes != NULL, NULL);

  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  guint32 n_pieces = shoal_piece_count (size);
  g_autofree ShoalDigest *layer = g_new (ShoalDigest, n_pieces);
  for (guint32 i = 0; i < n_pieces; i++)
    shoal_merkle_piece_root (data + (gsize) i * SHOAL_PIECE_SIZE, shoal_piece_length (size, i),
                             size, &layer[i]);

  ShoalContent *content = g_new0 (ShoalContent, 1);
  content->size = size;
  content->mtime_ms = -1;
  content_take_layer (content, g_steal_pointer (&layer), n_pieces);
  return content;
}
