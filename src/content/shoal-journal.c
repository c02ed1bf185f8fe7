/* shoal-journal.c: an append-only record of what a transfer has on disk, synced
 *
 * The file is a header of 64 bytes (which content) and records of 32. Everything is little-endian.
 * A record ends in a checksum over itself and the header, so that a torn or foreign one is
 * recognized; reading stops there and the rest is cut off. What is lost that way is found again on
 * the disk by hashing. The header is written before the file gets its name, so it is never torn.
 *
 * Threads: everything is under one mutex, also the writing, so that records never mix.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-journal"

#include "config.h"

#include "shoal-journal-private.h"

#include "shoal-bitmap-private.h"
#include "shoal-dir.h"
#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-merkle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <glib/gi18n.h>

#define MAGIC "shoal-journal 1\n"
#define MAX_PIECES ((guint32) (SHOAL_MAX_FILE_SIZE / SHOAL_PIECE_SIZE))

typedef struct
{
  char magic[16];
  ShoalDigest id;
  guint64 size;
  guint64 checksum;
} Header;

typedef enum
{
  RECORD_PIECES = 1, /* first, count */
  RECORD_FILES = 2,  /* count, from file on */
  RECORD_PART = 3,   /* first: number, extra: inode */
} RecordKind;

typedef struct
{
  guint32 kind;
  guint32 file;
  guint32 first;
  guint32 count;
  guint64 extra;
  guint64 checksum;
} Record;

G_STATIC_ASSERT (sizeof (Header) == 64);
G_STATIC_ASSERT (sizeof (Record) == 32);

typedef struct
{
  GByteArray *have;
  gboolean has_part;
  guint32 number;
  guint64 inode;
} FileState;

struct _ShoalJournal
{
  gatomicrefcount refs;
  int dirfd;
  char *name;
  Header header;
  GMutex mutex;
  /* Under the mutex: */
  int fd;
  guint64 size;
  GHashTable *files; /* number to FileState */
  GByteArray *whole; /* bits of the files that are whole */
  gboolean removed;
};

static void
file_state_free (gpointer data)
{
  FileState *state = data;

  g_byte_array_unref (state->have);
  g_free (state);
}

static FileState *
get_file (ShoalJournal *self, guint32 file)
{
  FileState *state = g_hash_table_lookup (self->files, GUINT_TO_POINTER (file));

  if (state == NULL)
    {
      state = g_new0 (FileState, 1);
      state->have = g_byte_array_new ();
      g_hash_table_insert (self->files, GUINT_TO_POINTER (file), state);
    }
  return state;
}

static void
set_bits (GByteArray *bits, guint32 first, guint32 count)
{
  gsize needed = shoal_bitmap_size (first + count);
  gsize old = bits->len;

  if (needed > old)
    {
      g_byte_array_set_size (bits, (guint) needed);
      memset (bits->data + old, 0, needed - old);
    }
  for (guint32 i = 0; i < count; i++)
    shoal_bitmap_set (bits->data, first + i);
}

static guint64
checksum_of (const Header *header, gconstpointer record, gsize size)
{
  guint8 text[sizeof (Header) + sizeof (Record)];
  ShoalDigest digest;
  guint64 sum;

  g_assert (size <= sizeof (Record));
  memcpy (text, header, G_STRUCT_OFFSET (Header, checksum));
  if (size > 0)
    memcpy (text + G_STRUCT_OFFSET (Header, checksum), record, size);
  shoal_digest_of (text, G_STRUCT_OFFSET (Header, checksum) + size, &digest);
  memcpy (&sum, &digest, sizeof sum);
  return sum;
}

static Record
make_record (
    ShoalJournal *self, RecordKind kind, guint32 file, guint32 first, guint32 count, guint64 extra)
{
  Record record = {
    .kind = GUINT32_TO_LE (kind),
    .file = GUINT32_TO_LE (file),
    .first = GUINT32_TO_LE (first),
    .count = GUINT32_TO_LE (count),
    .extra = GUINT64_TO_LE (extra),
  };

  record.checksum = checksum_of (&self->header, &record, G_STRUCT_OFFSET (Record, checksum));
  return record;
}

/* Takes a record into account. Returns: whether it is one of ours */
static gboolean
apply (ShoalJournal *self, const Record *record)
{
  guint32 file = GUINT32_FROM_LE (record->file);
  guint32 first = GUINT32_FROM_LE (record->first);
  guint32 count = GUINT32_FROM_LE (record->count);

  if (record->checksum != checksum_of (&self->header, record, G_STRUCT_OFFSET (Record, checksum))
      || file >= SHOAL_MAX_JOURNAL_FILES)
    return FALSE;
  FileState *state;
  switch (GUINT32_FROM_LE (record->kind))
    {
    case RECORD_PIECES:
      if (count == 0 || count > MAX_PIECES || first > MAX_PIECES - count)
        return FALSE;
      set_bits (get_file (self, file)->have, first, count);
      return TRUE;
    case RECORD_FILES:
      if (count == 0 || count > SHOAL_MAX_JOURNAL_FILES - file)
        return FALSE;
      set_bits (self->whole, file, count);
      return TRUE;
    case RECORD_PART:
      state = get_file (self, file);
      state->has_part = TRUE;
      state->number = first;
      state->inode = GUINT64_FROM_LE (record->extra);
      g_byte_array_set_size (state->have, 0);
      return TRUE;
    default:
      return FALSE;
    }
}

/* Under the mutex: appends all or nothing, then syncs, then takes the records into account. */
static gboolean
append (ShoalJournal *self, const Record *records, gsize n, GError **error)
{
  g_return_val_if_fail (!self->removed, FALSE);

  if (n == 0)
    return TRUE;
  if (!shoal_fd_write_all (self->fd, records, n * sizeof *records, self->size, error))
    {
      /* Whatever got there would make those after it unreadable. */
      if (ftruncate (self->fd, (off_t) self->size) < 0)
        g_debug ("Cannot cut the journal: %s", g_strerror (errno));
      return FALSE;
    }
  if (fdatasync (self->fd) < 0)
    {
      shoal_error_from_errno (error, errno, _ ("Cannot save the state of the transfer"));
      if (ftruncate (self->fd, (off_t) self->size) < 0)
        g_debug ("Cannot cut the journal: %s", g_strerror (errno));
      return FALSE;
    }
  self->size += n * sizeof *records;
  for (gsize i = 0; i < n; i++)
    if (!apply (self, &records[i]))
      g_assert_not_reached ();
  return TRUE;
}

static gboolean
read_records (ShoalJournal *self, GError **error)
{
  Record records[1024];
  struct stat st;

  if (fstat (self->fd, &st) < 0)
    return shoal_error_from_errno (error, errno, _ ("Cannot examine the state of the transfer"));
  guint64 end = (guint64) st.st_size;
  gboolean torn = FALSE;
  self->size = sizeof (Header);
  while (!torn && self->size + sizeof (Record) <= end)
    {
      gsize n = (gsize) MIN ((end - self->size) / sizeof (Record), G_N_ELEMENTS (records));
      if (!shoal_fd_read_all (self->fd, records, n * sizeof (Record), self->size, error))
        return FALSE;
      for (gsize i = 0; i < n && !torn; i++)
        {
          torn = !apply (self, &records[i]);
          if (!torn)
            self->size += sizeof (Record);
        }
    }
  if (self->size < end)
    {
      g_debug ("Cutting %" G_GUINT64_FORMAT " bytes of a torn record", end - self->size);
      if (ftruncate (self->fd, (off_t) self->size) < 0)
        return shoal_error_from_errno (error, errno, _ ("Cannot repair the state of the transfer"));
    }
  return TRUE;
}

/* Makes the file with its header under another name first, so that it is there whole or not at all.
 */
static gboolean
create (ShoalJournal *self, GError **error)
{
  g_autofree char *temporary = g_strconcat (self->name, ".new", NULL);

  /* Of a run that was killed here. */
  unlinkat (self->dirfd, temporary, 0);
  g_auto (ShoalFd) fd
          = shoal_dir_open_file (self->dirfd, temporary, O_RDWR | O_CREAT | O_EXCL, 0600, error);

  if (fd < 0)
    return FALSE;
  gboolean ok = shoal_fd_write_all (fd, &self->header, sizeof self->header, 0, error);
  if (ok && fsync (fd) < 0)
    ok = shoal_error_from_errno (error, errno, _ ("Cannot save the state of the transfer"));
  ok = ok && shoal_dir_rename_new (self->dirfd, temporary, self->dirfd, self->name, error);
  if (!ok)
    {
      unlinkat (self->dirfd, temporary, 0);
      return FALSE;
    }
  fsync (self->dirfd);
  self->fd = g_steal_fd (&fd);
  self->size = sizeof self->header;
  return TRUE;
}

static gboolean
open_existing (ShoalJournal *self, int fd, GError **error)
{
  Header header;
  struct stat st;

  self->fd = fd;
  if (fstat (fd, &st) < 0)
    return shoal_error_from_errno (error, errno, _ ("Cannot examine the state of the transfer"));
  if (st.st_size == 0)
    {
      /* Where renaming needs a place-holder, a crash can leave that one. */
      self->size = sizeof header;
      return shoal_fd_write_all (fd, &self->header, sizeof header, 0, error);
    }
  if (st.st_size < (off_t) sizeof header)
    memset (&header, 0, sizeof header);
  else if (!shoal_fd_read_all (fd, &header, sizeof header, 0, error))
    return FALSE;
  if (memcmp (&header, &self->header, sizeof header) != 0)
    {
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_EXISTS,
                   _ ("“%s” is not the state of this transfer; it was left as it is"), self->name);
      return FALSE;
    }
  return read_records (self, error);
}

ShoalJournal *
shoal_journal_open (const char *path, const ShoalDigest *id, guint64 size, GError **error)
{
  g_return_val_if_fail (path != NULL && id != NULL, NULL);

  g_autofree char *folder = g_path_get_dirname (path);
  g_auto (ShoalFd) dirfd = shoal_dir_open (folder, FALSE, error);
  if (dirfd < 0)
    return NULL;

  g_autoptr (ShoalJournal) self = g_new0 (ShoalJournal, 1);
  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->mutex);
  self->fd = -1;
  self->dirfd = g_steal_fd (&dirfd);
  self->name = g_path_get_basename (path);
  self->files = g_hash_table_new_full (NULL, NULL, NULL, file_state_free);
  self->whole = g_byte_array_new ();
  memcpy (self->header.magic, MAGIC, sizeof self->header.magic);
  self->header.id = *id;
  self->header.size = GUINT64_TO_LE (size);
  self->header.checksum = checksum_of (&self->header, NULL, 0);

  g_autoptr (GError) local_error = NULL;
  int fd = shoal_dir_open_file (self->dirfd, self->name, O_RDWR, 0, &local_error);
  gboolean ok;
  if (fd >= 0)
    ok = open_existing (self, fd, error);
  else if (g_error_matches (local_error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND))
    ok = create (self, error);
  else
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      ok = FALSE;
    }
  return ok ? g_steal_pointer (&self) : NULL;
}

ShoalJournal *
shoal_journal_ref (ShoalJournal *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
shoal_journal_unref (ShoalJournal *self)
{
  g_return_if_fail (self != NULL);
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  shoal_fd_clear (&self->fd);
  shoal_fd_clear (&self->dirfd);
  g_mutex_clear (&self->mutex);
  g_hash_table_unref (self->files);
  g_byte_array_unref (self->whole);
  g_free (self->name);
  g_free (self);
}

gboolean
shoal_journal_add (ShoalJournal *self, guint32 file, guint32 first, guint32 count, GError **error)
{
  g_return_val_if_fail (self != NULL && file < SHOAL_MAX_JOURNAL_FILES, FALSE);
  g_return_val_if_fail (count > 0 && count <= MAX_PIECES && first <= MAX_PIECES - count, FALSE);
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  Record record = make_record (self, RECORD_PIECES, file, first, count, 0);
  return append (self, &record, 1, error);
}

gboolean
shoal_journal_add_bitmap (
    ShoalJournal *self, guint32 file, const guint8 *pieces, guint32 n_pieces, GError **error)
{
  g_assert (file < SHOAL_MAX_JOURNAL_FILES && n_pieces <= MAX_PIECES);
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_autoptr (GArray) records = g_array_new (FALSE, FALSE, sizeof (Record));
  for (guint32 i = 0; i < n_pieces; i++)
    {
      guint32 first = i;
      while (i < n_pieces && shoal_bitmap_get (pieces, i))
        i++;
      if (i == first)
        continue;
      Record record = make_record (self, RECORD_PIECES, file, first, i - first, 0);
      g_array_append_val (records, record);
    }
  return append (self, (const Record *) (gpointer) records->data, records->len, error);
}

gboolean
shoal_journal_add_files (ShoalJournal *self, const guint32 *files, guint n, GError **error)
{
  g_return_val_if_fail (self != NULL && (files != NULL || n == 0), FALSE);
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_autoptr (GArray) records = g_array_new (FALSE, FALSE, sizeof (Record));
  for (guint i = 0; i < n;)
    {
      guint first = i++;
      g_return_val_if_fail (files[first] < SHOAL_MAX_JOURNAL_FILES, FALSE);
      while (i < n && files[i] == files[i - 1] + 1 && files[i] < SHOAL_MAX_JOURNAL_FILES)
        i++;
      Record record = make_record (self, RECORD_FILES, files[first], 0, i - first, 0);
      g_array_append_val (records, record);
    }
  return append (self, (const Record *) (gpointer) records->data, records->len, error);
}

gboolean
shoal_journal_has_file (ShoalJournal *self, guint32 file)
{
  g_return_val_if_fail (self != NULL, FALSE);
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return file / 8 < self->whole->len && shoal_bitmap_get (self->whole->data, file);
}

gboolean
shoal_journal_set_part (
    ShoalJournal *self, guint32 file, guint32 number, guint64 inode, GError **error)
{
  g_assert (file < SHOAL_MAX_JOURNAL_FILES);
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  Record record = make_record (self, RECORD_PART, file, number, 0, inode);
  return append (self, &record, 1, error);
}

gboolean
shoal_journal_get_part (ShoalJournal *self, guint32 file, guint32 *number, guint64 *inode)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  const FileState *state = g_hash_table_lookup (self->files, GUINT_TO_POINTER (file));

  if (state == NULL || !state->has_part)
    return FALSE;
  *number = state->number;
  *inode = state->inode;
  return TRUE;
}

GArray *
shoal_journal_dup_parts (ShoalJournal *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  GArray *parts = g_array_new (FALSE, FALSE, sizeof (guint32));
  GHashTableIter iter;
  gpointer file, state;

  g_hash_table_iter_init (&iter, self->files);
  while (g_hash_table_iter_next (&iter, &file, &state))
    {
      guint32 number = GPOINTER_TO_UINT (file);

      if (((const FileState *) state)->has_part)
        g_array_append_val (parts, number);
    }
  return parts;
}

void
shoal_journal_fill_have (ShoalJournal *self, guint32 file, guint8 *have, guint32 n_pieces)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  const FileState *state = g_hash_table_lookup (self->files, GUINT_TO_POINTER (file));

  if (state == NULL)
    return;
  for (guint32 i = 0; i < n_pieces && i / 8 < state->have->len; i++)
    if (shoal_bitmap_get (state->have->data, i))
      shoal_bitmap_set (have, i);
}

void
shoal_journal_remove (ShoalJournal *self)
{
  g_return_if_fail (self != NULL);
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (!self->removed && unlinkat (self->dirfd, self->name, 0) < 0)
    g_debug ("Cannot remove the journal: %s", g_strerror (errno));
  self->removed = TRUE;
}
