/* shoal-part-file.c: finding or making the file that holds a download's data
 *
 * The journal records number and inode of the file before it has any data. What has this name and
 * this inode is ours: recorded pieces count, other data is hashed. After that there is doubt (a
 * folder was copied, the journal was lost, another version of the same file is being downloaded
 * beside us), so candidates are judged by their pieces alone: one with at least as many right as
 * wrong is adopted, by renaming it, which takes it away from whoever else may have recorded it. A
 * download that is running holds a lock on its file and is never touched. What another file of the
 * same download is called is never a candidate: "a" and "a.part" may both be in a folder, and the
 * one often begins like the other. Everything else is left alone.
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
#include "shoal-safe-name.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include <glib/gi18n.h>

/* So many wrong pieces without a right one say enough. */
#define ENOUGH_WRONG (8)

static void
part_file_clear (ShoalPartFile *self)
{
  shoal_fd_clear (&self->fd);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->have, g_free);
  g_clear_pointer (&self->found, g_free);
}

static char *
numbered_name (const char *name, guint32 number)
{
  return number <= 1 ? g_strdup (name) : shoal_name_numbered (name, number);
}

static char *
part_name (const ShoalPartPlace *place, guint32 number)
{
  /* Room for the number too, or all of them would have one name. */
  g_autofree char *cut = shoal_name_cut (
      place->name, SHOAL_MAX_NAME_BYTES - strlen (SHOAL_PART_SUFFIX) - strlen (" (9999)"));
  g_autofree char *name = numbered_name (cut, number);

  return g_strconcat (name, SHOAL_PART_SUFFIX, NULL);
}

/* Whether another file of the download is to have this name. Some disks know no case. */
static gboolean
is_others (const ShoalPartPlace *place, const char *name)
{
  g_autofree char *folded = place->others != NULL ? g_utf8_casefold (name, -1) : NULL;

  return folded != NULL && g_hash_table_contains (place->others, folded);
}

/* Marks the pieces that have any data on disk. */
static gboolean
mark_data (int fd, guint64 size, guint8 *data, GError **error)
{
  for (off_t at = 0; (guint64) at < size;)
    {
      off_t start = lseek (fd, at, SEEK_DATA);
      if (start < 0 && errno == ENXIO)
        return TRUE;
      if (start < 0 && errno != EINVAL)
        return shoal_error_from_errno (error, errno,
                                       _ ("Cannot look for data in the unfinished file"));
      off_t end = start < 0 ? (off_t) size : lseek (fd, start, SEEK_HOLE);
      if (start < 0)
        start = at; /* it cannot tell: all may be data */
      if (end <= start)
        return TRUE; /* cut off meanwhile */
      guint64 stop = MIN ((guint64) end, size);
      for (guint64 piece = (guint64) start / SHOAL_PIECE_SIZE; piece * SHOAL_PIECE_SIZE < stop;
           piece++)
        shoal_bitmap_set (data, (guint32) piece);
      at = end;
    }
  return TRUE;
}

typedef struct
{
  guint right;
  guint wrong;
  guint lost; /* recorded, but not on disk */
} Score;

/* Hashes the pieces that have data and are not in @file->have, and adds those that are right to it
 * and to
 * @file->found. What the journal says is believed only where there is data. */
static gboolean
hash_data (const ShoalPartPlace *place,
           ShoalPartFile *file,
           guint64 disk_size,
           gboolean judge,
           Score *score,
           GCancellable *cancellable,
           GError **error)
{
  g_autofree guint8 *data = g_malloc0 (shoal_bitmap_size (place->n_pieces));
  g_autofree guint8 *buffer = NULL;

  if (!mark_data (file->fd, disk_size, data, error))
    return FALSE;
  for (guint32 i = 0; i < place->n_pieces; i++)
    {
      guint64 start = (guint64) i * SHOAL_PIECE_SIZE;
      gsize length = shoal_piece_length (place->size, i);
      gboolean recorded = shoal_bitmap_get (file->have, i);
      gboolean on_disk = shoal_bitmap_get (data, i) && start + length <= disk_size;
      if (recorded == on_disk)
        continue;
      if (recorded)
        {
          shoal_bitmap_clear (file->have, i);
          score->lost++;
          /* Some file systems make holes of zeros, so what is in a hole may still be right. */
          if (start + length > disk_size)
            continue;
        }
      if (judge && score->right == 0 && score->wrong >= ENOUGH_WRONG)
        break;
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (buffer == NULL)
        buffer = g_malloc (MIN (place->size, SHOAL_PIECE_SIZE));
      if (!shoal_fd_read_all (file->fd, buffer, length, start, error))
        return FALSE;
      ShoalDigest root;
      shoal_merkle_piece_root (buffer, length, place->size, &root);
      if (!shoal_digest_equal (&root, &place->layer[i]))
        {
          score->wrong++;
          continue;
        }
      score->right++;
      shoal_bitmap_set (file->have, i);
      shoal_bitmap_set (file->found, i);
    }
  return TRUE;
}

static void
forget (const ShoalPartPlace *place, ShoalPartFile *file)
{
  shoal_fd_clear (&file->fd);
  g_clear_pointer (&file->name, g_free);
  memset (file->have, 0, shoal_bitmap_size (place->n_pieces));
  memset (file->found, 0, shoal_bitmap_size (place->n_pieces));
}

/* Opens an existing regular file of a possible size. Returns: whether there is one; only what makes
 * everything else useless is an error. */
static gboolean
open_candidate (const ShoalPartPlace *place,
                const char *name,
                struct stat *st,
                ShoalPartFile *file,
                GError **error)
{
  g_autoptr (GError) local_error = NULL;
  int fd = shoal_dir_open_file (place->dirfd, name, O_RDWR, 0, &local_error);

  if (fd < 0)
    {
      if (g_error_matches (local_error, SHOAL_ERROR, SHOAL_ERROR_IO))
        g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (fstat (fd, st) < 0 || (guint64) st->st_size > place->size)
    {
      close (fd);
      return FALSE;
    }
  file->fd = fd;
  file->name = g_strdup (name);
  return TRUE;
}

/* The file that the journal names. */
static gboolean
open_recorded (const ShoalPartPlace *place,
               guint32 number,
               guint64 inode,
               ShoalPartFile *file,
               GCancellable *cancellable,
               GError **error)
{
  g_autofree char *name = part_name (place, number);
  struct stat st;
  Score score = { 0 };

  if (!open_candidate (place, name, &st, file, error))
    return FALSE;
  if ((guint64) st.st_ino != inode)
    {
      forget (place, file);
      return FALSE;
    }
  /* Not held only if an older object for the same transfer is still alive; that one does the same.
   */
  if (flock (file->fd, LOCK_EX | LOCK_NB) < 0)
    g_debug ("“%s” is not locked: %s", name, g_strerror (errno));
  file->number = number;
  shoal_journal_fill_have (place->journal, place->file_index, file->have, place->n_pieces);
  if (!hash_data (place, file, (guint64) st.st_size, FALSE, &score, cancellable, error))
    return FALSE;
  if (score.lost == 0)
    return TRUE;
  /* The record is wrong: begun anew, with all that is here still to be recorded. */
  memcpy (file->found, file->have, shoal_bitmap_size (place->n_pieces));
  return shoal_journal_set_part (place->journal, place->file_index, number, inode, error);
}

/* The file that the journal names under its final name: the last run was killed after renaming it.
 */
static gboolean
open_finished (const ShoalPartPlace *place, guint64 inode, ShoalPartFile *file)
{
  shoal_journal_fill_have (place->journal, place->file_index, file->have, place->n_pieces);
  for (guint32 i = 0; i < place->n_pieces; i++)
    if (!shoal_bitmap_get (file->have, i))
      {
        forget (place, file);
        return FALSE;
      }
  struct stat st = { 0 };
  for (guint32 number = 1; number <= SHOAL_MAX_NAME_TRIES; number++)
    {
      g_autofree char *name = numbered_name (place->name, number);
      if (fstatat (place->dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        break;
      if ((guint64) st.st_ino != inode || (guint64) st.st_size != place->size)
        continue;
      if (!open_candidate (place, name, &st, file, NULL))
        break;
      file->finished = TRUE;
      return TRUE;
    }
  forget (place, file);
  return FALSE;
}

/* Gives the file a number that no journal has for it, and records that. */
static gboolean
adopt (const ShoalPartPlace *place, ShoalPartFile *file, guint64 inode, GError **error)
{
  for (guint32 number = 1; number <= SHOAL_MAX_NAME_TRIES; number++)
    {
      g_autoptr (GError) local_error = NULL;
      g_autofree char *name = part_name (place, number);
      if (is_others (place, name))
        continue;
      if (shoal_dir_rename_new (place->dirfd, file->name, place->dirfd, name, &local_error))
        {
          g_free (file->name);
          file->name = g_steal_pointer (&name);
          file->number = number;
          return shoal_journal_set_part (place->journal, place->file_index, number, inode, error);
        }
      if (!g_error_matches (local_error, SHOAL_ERROR, SHOAL_ERROR_EXISTS))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
    }
  return shoal_set_local_error (error, SHOAL_ERROR_EXISTS, _ ("Every name for “%s” is taken"),
                                place->name);
}

/* A file that nobody uses, that belongs to us alone, and whose pieces are rather right than wrong.
 */
static gboolean
open_ours_by_pieces (const ShoalPartPlace *place,
                     const char *name,
                     ShoalPartFile *file,
                     GCancellable *cancellable,
                     GError **error)
{
  g_autoptr (GError) local_error = NULL;
  struct stat st;
  Score score = { 0 };

  if (!open_candidate (place, name, &st, file, &local_error))
    {
      if (local_error != NULL)
        g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  gboolean ours = st.st_size > 0 && st.st_nlink == 1 && st.st_uid == geteuid ()
                  && (flock (file->fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK);
  if (ours
      && !hash_data (place, file, (guint64) st.st_size, TRUE, &score, cancellable, &local_error))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (!ours || score.right == 0 || score.right < score.wrong)
    {
      forget (place, file);
      return FALSE;
    }
  return adopt (place, file, st.st_ino, error);
}

static gboolean
search (const ShoalPartPlace *place, ShoalPartFile *file, GCancellable *cancellable, GError **error)
{
  for (guint32 number = 1; number <= SHOAL_MAX_NAME_TRIES; number++)
    {
      g_autoptr (GError) local_error = NULL;
      g_autofree char *name = part_name (place, number);
      if (is_others (place, name))
        continue;
      if (faccessat (place->dirfd, name, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
        return FALSE;
      if (open_ours_by_pieces (place, name, file, cancellable, &local_error))
        return TRUE;
      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
    }
  return FALSE;
}

/* A file without a name, recorded and then named; a crash in between leaves nothing behind.
 * Returns: whether it worked; without an error if there is no such thing here. */
static gboolean
create_unnamed (const ShoalPartPlace *place, ShoalPartFile *file, GError **error)
{
  char path[64];
  struct stat st;

  g_auto (ShoalFd) fd = openat (place->dirfd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
  if (fd < 0 || fstat (fd, &st) < 0)
    return FALSE;
  g_snprintf (path, sizeof path, "/proc/self/fd/%d", fd);
  for (guint32 number = 1; number <= SHOAL_MAX_NAME_TRIES; number++)
    {
      g_autofree char *name = part_name (place, number);
      if (is_others (place, name) || faccessat (place->dirfd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        continue;
      if (!shoal_journal_set_part (place->journal, place->file_index, number, st.st_ino, error))
        return FALSE;
      if (linkat (AT_FDCWD, path, place->dirfd, name, AT_SYMLINK_FOLLOW) == 0)
        {
          file->fd = g_steal_fd (&fd);
          file->name = g_steal_pointer (&name);
          file->number = number;
          return TRUE;
        }
      if (errno != EEXIST)
        return FALSE;
    }
  return FALSE;
}

static gboolean
create_named (const ShoalPartPlace *place, ShoalPartFile *file, GError **error)
{
  for (guint32 number = 1; number <= SHOAL_MAX_NAME_TRIES; number++)
    {
      g_autoptr (GError) local_error = NULL;
      g_autofree char *name = part_name (place, number);
      struct stat st;
      if (is_others (place, name))
        continue;
      g_auto (ShoalFd) fd = shoal_dir_open_file (place->dirfd, name, O_RDWR | O_CREAT | O_EXCL,
                                                 0666, &local_error);
      if (g_error_matches (local_error, SHOAL_ERROR, SHOAL_ERROR_EXISTS))
        continue;
      if (fd < 0)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      if (fstat (fd, &st) < 0)
        return shoal_error_from_errno (error, errno, _ ("Cannot examine “%s”"), name);
      if (!shoal_journal_set_part (place->journal, place->file_index, number, st.st_ino, error))
        {
          unlinkat (place->dirfd, name, 0);
          return FALSE;
        }
      file->fd = g_steal_fd (&fd);
      file->name = g_steal_pointer (&name);
      file->number = number;
      return TRUE;
    }
  g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_EXISTS, _ ("Every name for “%s” is taken"),
               place->name);
  return FALSE;
}

static gboolean
open_or_create (const ShoalPartPlace *place,
                ShoalPartFile *file,
                GCancellable *cancellable,
                GError **error)
{
  g_autoptr (GError) local_error = NULL;
  guint32 number;
  guint64 inode;

  gboolean done = FALSE;
  if (shoal_journal_get_part (place->journal, place->file_index, &number, &inode))
    {
      done = open_recorded (place, number, inode, file, cancellable, &local_error);
      if (!done && local_error == NULL)
        done = open_finished (place, inode, file);
    }
  if (!done && local_error == NULL)
    done = search (place, file, cancellable, &local_error);
  if (!done && local_error == NULL)
    done = create_unnamed (place, file, &local_error);
  if (!done && local_error == NULL)
    done = create_named (place, file, &local_error);
  if (done)
    flock (file->fd, LOCK_EX | LOCK_NB);
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return done;
}

gboolean
shoal_part_file_open (const ShoalPartPlace *place,
                      GCancellable *cancellable,
                      ShoalPartFile *file,
                      GError **error)
{
  *file = (ShoalPartFile){ .fd = -1 };
  file->have = g_malloc0 (shoal_bitmap_size (place->n_pieces));
  file->found = g_malloc0 (shoal_bitmap_size (place->n_pieces));
  if (open_or_create (place, file, cancellable, error))
    return TRUE;
  part_file_clear (file);
  return FALSE;
}

gboolean
shoal_part_discard (
    int dirfd, const char *name, ShoalJournal *journal, guint32 file_index, GError **error)
{
  g_return_val_if_fail (name != NULL && journal != NULL, FALSE);

  const ShoalPartPlace place = { .dirfd = dirfd, .name = name };
  guint32 number;
  guint64 inode;
  struct stat st;

  if (!shoal_journal_get_part (journal, file_index, &number, &inode))
    return TRUE;

  g_autofree char *part = part_name (&place, number);
  g_autoptr (GError) local_error = NULL;
  g_auto (ShoalFd) fd = shoal_dir_open_file (dirfd, part, O_RDONLY, 0, &local_error);
  if (fd < 0 && !g_error_matches (local_error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND)
      && !g_error_matches (local_error, SHOAL_ERROR, SHOAL_ERROR_INVALID))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (fd < 0 || fstat (fd, &st) < 0 || (guint64) st.st_ino != inode)
    return TRUE;
  /* Who looks whether it is his holds the lock, and then takes it away under another name. */
  if (flock (fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
    {
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_BUSY, "“%s” is in use", part);
      return FALSE;
    }
  if (fstatat (dirfd, part, &st, AT_SYMLINK_NOFOLLOW) < 0 || (guint64) st.st_ino != inode)
    return TRUE;
  if (unlinkat (dirfd, part, 0) < 0 && errno != ENOENT)
    return shoal_error_from_errno (error, errno, _ ("Cannot delete “%s”"), part);
  return TRUE;
}
