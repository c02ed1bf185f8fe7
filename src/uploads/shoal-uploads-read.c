/* shoal-uploads-read.c: the bytes of an answer, from files that must still be those that were
 * hashed
 *
 * A file is opened below the root of its share without following any link, and its stamp compared
 * by fstat() before each read and again before what was read is handed out. Never mapped: a
 * truncated map kills. In a batch of small files each is open only while it is read; the folder of
 * the last one stays open, for neighbours in a manifest mostly share it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-uploads"

#include "config.h"

#include "shoal-uploads-read.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <glib/gi18n.h>

#include "shoal-error.h"
#include "shoal-limits.h"

struct _ShoalReader
{
  guint64 length;
  ShoalHoldingSet *set;  /* nullable */
  ShoalPartial *partial; /* nullable */

  /* One file. */
  ShoalFd fd;
  ShoalFileStamp stamp;
  guint64 start; /* where the body begins in it */

  /* A batch. */
  ShoalFd root;
  ShoalFd folder; /* of the last file */
  char *folder_path;
  guint next;          /* entry */
  guint end;           /* behind the last */
  guint64 next_offset; /* of the next entry's file in the body */
};

static ShoalReader *
reader_new (guint64 length)
{
  ShoalReader *self = g_new0 (ShoalReader, 1);

  self->length = length;
  self->fd = -1;
  self->root = -1;
  self->folder = -1;
  return self;
}

void
shoal_reader_free (ShoalReader *self)
{
  g_return_if_fail (self != NULL);

  shoal_fd_clear (&self->fd);
  shoal_fd_clear (&self->root);
  shoal_fd_clear (&self->folder);
  g_clear_pointer (&self->folder_path, g_free);
  g_clear_pointer (&self->set, shoal_holding_set_unref);
  g_clear_object (&self->partial);
  g_free (self);
}

static gboolean
set_changed (GError **error, const char *path)
{
  g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_CHANGED, _ ("“%s” has changed since it was offered"),
               path);
  return FALSE;
}

static gboolean
lacks_descriptors (void)
{
  g_auto (ShoalFd) fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);

  return fd < 0;
}

/* Whatever keeps us from reading a shared file (deleted, replaced by a link or a pipe, forbidden)
 * means that what was offered is not there any more; only a lack of descriptors is our own trouble.
 */
static gboolean
translate_error (GError *local, GError **error, const char *path)
{
  if (g_error_matches (local, SHOAL_ERROR, SHOAL_ERROR_IO) && lacks_descriptors ())
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  g_debug ("%s: %s", path, local->message);
  g_error_free (local);
  return set_changed (error, path);
}

static gboolean
check_fd (int fd, const ShoalFileStamp *stamp, const char *path, GError **error)
{
  struct stat st;
  ShoalFileStamp now;

  if (fstat (fd, &st) != 0)
    return shoal_error_from_errno (error, errno, _ ("Cannot look at “%s”"), path);
  shoal_file_stamp_from_stat (&now, &st);
  return shoal_file_stamp_equal (&now, stamp) ? TRUE : set_changed (error, path);
}

static int
open_root (ShoalHoldingSet *set, GError **error)
{
  GError *local = NULL;
  int root = shoal_dir_open (shoal_holding_set_get_root (set), FALSE, &local);

  if (root < 0)
    translate_error (local, error, shoal_holding_set_get_root (set));
  return root;
}

ShoalReader *
shoal_reader_new_file (ShoalHoldingSet *set,
                       const ShoalHolding *holding,
                       guint64 offset,
                       guint64 length,
                       GError **error)
{
  g_autoptr (ShoalReader) self = reader_new (length);
  const char *path = shoal_holding_set_get_path (set, holding);
  GError *local = NULL;

  self->set = shoal_holding_set_ref (set);
  self->stamp = holding->stamp;
  self->start = offset;
  g_auto (ShoalFd) root = open_root (set, error);
  if (root < 0)
    return NULL;
  self->fd = shoal_dir_open_file (root, path, O_RDONLY, 0, &local);
  if (self->fd < 0)
    {
      translate_error (local, error, path);
      return NULL;
    }
  if (!check_fd (self->fd, &self->stamp, path, error))
    return NULL;
  posix_fadvise (self->fd, (off_t) offset, (off_t) length, POSIX_FADV_SEQUENTIAL);
  return g_steal_pointer (&self);
}

ShoalReader *
shoal_reader_new_manifest (
    ShoalHoldingSet *set, const char *manifests, guint64 offset, guint64 length, GError **error)
{
  g_autoptr (ShoalReader) self = reader_new (length);
  char hex[SHOAL_DIGEST_HEX_SIZE];
  struct stat st;
  GError *local = NULL;

  self->set = shoal_holding_set_ref (set);
  self->start = offset;
  shoal_digest_to_hex (shoal_holding_set_get_id (set), hex);
  g_auto (ShoalFd) root = shoal_dir_open (manifests, FALSE, error);
  if (root < 0)
    return NULL;
  self->fd = shoal_dir_open_file (root, hex, O_RDONLY, 0, &local);
  if (self->fd < 0)
    {
      translate_error (local, error, hex);
      return NULL;
    }
  if (fstat (self->fd, &st) != 0
      || (guint64) st.st_size != shoal_holding_set_get_manifest_size (set))
    {
      set_changed (error, hex);
      return NULL;
    }
  shoal_file_stamp_from_stat (&self->stamp, &st);
  return g_steal_pointer (&self);
}

ShoalReader *
shoal_reader_new_partial (ShoalPartial *partial, guint64 offset, guint64 length)
{
  ShoalReader *self = reader_new (length);

  self->partial = g_object_ref (partial);
  self->start = offset;
  return self;
}

/* ---- Batches ---- */

static gboolean
is_in_batch (const ShoalHolding *entry)
{
  return (entry->kind == SHOAL_ENTRY_FILE || entry->kind == SHOAL_ENTRY_EXECUTABLE)
         && entry->stamp.size > 0 && entry->stamp.size <= SHOAL_PIECE_SIZE;
}

guint64
shoal_reader_entries_length (ShoalHoldingSet *set, guint first, guint count)
{
  guint64 length = 0;

  for (guint i = first; i < first + count; i++)
    {
      const ShoalHolding *entry = shoal_holding_set_get_entry (set, i);
      if (is_in_batch (entry))
        length += entry->stamp.size;
    }
  return length;
}

/* The folder that @path lies in, with @name set to the last component. */
static int
enter_folder (ShoalReader *self, const char *path, const char **name, GError **error)
{
  const char *slash = strrchr (path, '/');

  *name = slash != NULL ? slash + 1 : path;
  if (slash == NULL)
    return self->root;
  gsize length = (gsize) (slash - path);
  if (self->folder >= 0 && strncmp (self->folder_path, path, length) == 0
      && self->folder_path[length] == '\0')
    return self->folder;
  GError *local = NULL;
  g_free (self->folder_path);
  self->folder_path = g_strndup (path, length);
  shoal_fd_clear (&self->folder);
  self->folder = shoal_dir_open_sub (self->root, self->folder_path, FALSE, &local);
  if (self->folder < 0)
    translate_error (local, error, path);
  return self->folder;
}

/* Without opening it. */
static gboolean
check_entry (ShoalReader *self, const ShoalHolding *entry, GError **error)
{
  const char *path = shoal_holding_set_get_path (self->set, entry);
  const char *name = NULL;
  struct stat st;
  ShoalFileStamp now;
  int folder = enter_folder (self, path, &name, error);

  if (folder < 0)
    return FALSE;
  if (fstatat (folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG (st.st_mode))
    return set_changed (error, path);
  shoal_file_stamp_from_stat (&now, &st);
  return shoal_file_stamp_equal (&now, &entry->stamp) ? TRUE : set_changed (error, path);
}

static gboolean
open_entry (ShoalReader *self, const ShoalHolding *entry, GError **error)
{
  const char *path = shoal_holding_set_get_path (self->set, entry);
  const char *name = NULL;
  int folder = enter_folder (self, path, &name, error);
  GError *local = NULL;

  if (folder < 0)
    return FALSE;
  shoal_fd_clear (&self->fd);
  self->fd = shoal_dir_open_file (folder, name, O_RDONLY, 0, &local);
  if (self->fd < 0)
    return translate_error (local, error, path);
  self->stamp = entry->stamp;
  return TRUE;
}

ShoalReader *
shoal_reader_new_entries (ShoalHoldingSet *set, guint first, guint count, GError **error)
{
  g_autoptr (ShoalReader) self = reader_new (shoal_reader_entries_length (set, first, count));

  self->set = shoal_holding_set_ref (set);
  self->next = first;
  self->end = first + count;
  self->root = open_root (set, error);
  if (self->root < 0)
    return NULL;
  for (guint i = first; i < self->end; i++)
    {
      const ShoalHolding *entry = shoal_holding_set_get_entry (set, i);
      if (is_in_batch (entry) && !check_entry (self, entry, error))
        return NULL;
    }
  return g_steal_pointer (&self);
}

/* ---- Reading ---- */

guint64
shoal_reader_get_length (ShoalReader *self)
{
  return self->length;
}

ShoalHoldingSet *
shoal_reader_get_set (ShoalReader *self)
{
  return self->set;
}

/* A file that has become shorter, too, is one that has changed. */
static gboolean
read_checked (ShoalReader *self, guint64 offset, guint8 *buffer, gsize length, GError **error)
{
  const char *path = self->set != NULL ? shoal_holding_set_get_name (self->set) : "file";

  return check_fd (self->fd, &self->stamp, path, error)
         && shoal_fd_read_all (self->fd, buffer, length, offset, error)
         && check_fd (self->fd, &self->stamp, path, error);
}

/* Goes to the next file with bytes in it. */
static gboolean
next_entry (ShoalReader *self, GError **error)
{
  for (; self->next < self->end; self->next++)
    {
      const ShoalHolding *entry = shoal_holding_set_get_entry (self->set, self->next);
      if (!is_in_batch (entry))
        continue;
      self->next++;
      self->start = self->next_offset;
      self->next_offset += entry->stamp.size;
      return open_entry (self, entry, error);
    }
  g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_INTERNAL, "A batch ended before its length");
  return FALSE;
}

static gboolean
read_batch (ShoalReader *self, guint64 offset, guint8 *buffer, gsize length, GError **error)
{
  while (length > 0)
    {
      if (offset >= self->next_offset && !next_entry (self, error))
        return FALSE;
      gsize here = (gsize) MIN ((guint64) length, self->next_offset - offset);
      if (!read_checked (self, offset - self->start, buffer, here, error))
        return FALSE;
      offset += here;
      buffer += here;
      length -= here;
    }
  return TRUE;
}

gboolean
shoal_reader_read (ShoalReader *self, guint64 offset, guint8 *buffer, gsize length, GError **error)
{
  g_return_val_if_fail (offset <= self->length && length <= self->length - offset, FALSE);

  if (self->partial != NULL)
    return shoal_partial_read (self->partial, self->start + offset, buffer, length, error);
  if (self->root >= 0)
    return read_batch (self, offset, buffer, length, error);
  return read_checked (self, self->start + offset, buffer, length, error);
}

gboolean
shoal_reader_read_cached (ShoalReader *self, guint64 offset, guint8 *buffer, gsize length)
{
  g_return_val_if_fail (offset <= self->length && length <= self->length - offset, FALSE);

  /* Read first: whether the file is still the same is asked only where nobody has to be waited for,
   * and what it was before is seen afterwards, too. */
  return self->partial == NULL && self->root < 0
         && shoal_fd_read_cached (self->fd, buffer, length, self->start + offset)
         && check_fd (self->fd, &self->stamp, "file", NULL);
}
