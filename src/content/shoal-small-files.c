/* shoal-small-files.c: many small files from memory, each verified and in place in few system calls
 *
 * A file costs open, write, link and close, and one more if it has a time to set: the folder
 * stays open between files of the same folder, and the mode goes with the open. Until it is whole a
 * file has no name, so that a kill leaves nothing behind; where the file system cannot do that, it
 * has a temporary one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-small-files"

#include "config.h"

#include "shoal-small-files-private.h"

#include "shoal-dir.h"
#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-merkle.h"
#include "shoal-partial.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <glib/gi18n.h>

#define TEMPORARY_PREFIX ".shoal-"
#define TEMPORARY_SUFFIX ".tmp"
#define TEMPORARY_SIZE (32)

struct _ShoalSmallFileWriter
{
  int root_fd; /* borrowed */
  int parent_fd;
  char *parent; /* path of parent_fd; NULL: none is open */
  guint64 token;
  gboolean needs_names; /* the file system has no files without one */
};

gboolean
shoal_is_unfinished_name (const char *name)
{
  g_return_val_if_fail (name != NULL, FALSE);

  gsize length = strlen (name);
  if (length > strlen (SHOAL_PART_SUFFIX) && g_str_has_suffix (name, SHOAL_PART_SUFFIX))
    return TRUE;
  return g_str_has_prefix (name, TEMPORARY_PREFIX) && g_str_has_suffix (name, TEMPORARY_SUFFIX);
}

void
shoal_small_files_sweep (int dirfd)
{
  int fd = openat (dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *folder = fd >= 0 ? fdopendir (fd) : NULL;

  if (folder == NULL)
    {
      shoal_fd_clear (&fd);
      return;
    }
  for (struct dirent *entry; (entry = readdir (folder)) != NULL;)
    {
      gsize length = strlen (entry->d_name);
      struct stat st;

      if (length == strlen (TEMPORARY_PREFIX) + 16 + strlen (TEMPORARY_SUFFIX)
          && g_str_has_prefix (entry->d_name, TEMPORARY_PREFIX)
          && g_str_has_suffix (entry->d_name, TEMPORARY_SUFFIX)
          && fstatat (fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG (st.st_mode))
        unlinkat (fd, entry->d_name, 0);
    }
  closedir (folder);
}

ShoalSmallFileWriter *
shoal_small_file_writer_new (int root_fd)
{
  ShoalSmallFileWriter *self = g_new0 (ShoalSmallFileWriter, 1);

  self->root_fd = root_fd;
  self->parent_fd = -1;
  self->token = (guint64) g_random_int () << 32 | g_random_int ();
  return self;
}

void
shoal_small_file_writer_free (ShoalSmallFileWriter *self)
{
  g_return_if_fail (self != NULL);
  shoal_fd_clear (&self->parent_fd);
  g_free (self->parent);
  g_free (self);
}

void
shoal_small_file_writer_use_names (ShoalSmallFileWriter *self)
{
  self->needs_names = TRUE;
}

/* Opens the folder of @path, unless it is the one that is open. Returns: the name in it */
static const char *
enter_parent (ShoalSmallFileWriter *self, const char *path, GError **error)
{
  const char *slash = strrchr (path, '/');
  gsize length = slash != NULL ? (gsize) (slash - path) : 0;
  const char *name = slash != NULL ? slash + 1 : path;

  if (name[0] == '\0' || strcmp (name, ".") == 0 || strcmp (name, "..") == 0 || slash == path
      || (length == 1 && path[0] == '.'))
    {
      shoal_set_field_error (error, "path", "“%s” is not a path for a file", path);
      return NULL;
    }
  if (self->parent != NULL && strncmp (self->parent, path, length) == 0
      && self->parent[length] == '\0')
    return name;

  shoal_fd_clear (&self->parent_fd);
  g_clear_pointer (&self->parent, g_free);
  g_autofree char *parent = g_strndup (path, length);
  self->parent_fd = shoal_dir_open_sub (self->root_fd, parent, TRUE, error);
  if (self->parent_fd < 0)
    return NULL;
  self->parent = g_steal_pointer (&parent);
  return name;
}

static gboolean
is_content (gconstpointer data, gsize length, const ShoalDigest *id)
{
  ShoalDigest root = { 0 };

  if (length > 0)
    shoal_merkle_piece_root (data, length, length, &root);
  return shoal_digest_equal (&root, id);
}

/* The name is taken: by just what we wanted to put there? */
static gboolean
is_there (ShoalSmallFileWriter *self, const char *name, gsize length, const ShoalDigest *id)
{
  struct stat st;
  g_auto (ShoalFd) fd = shoal_dir_open_file (self->parent_fd, name, O_RDONLY, 0, NULL);

  if (fd < 0 || fstat (fd, &st) < 0 || st.st_size != (off_t) length)
    return FALSE;
  g_autofree guint8 *data = g_malloc (MAX (length, 1));
  return shoal_fd_read_all (fd, data, length, 0, NULL) && is_content (data, length, id);
}

static gboolean
fill (int fd, const char *name, gconstpointer data, gsize length, gint64 mtime_ms, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (!shoal_fd_write_all (fd, data, length, 0, &local_error))
    {
      g_propagate_prefixed_error (error, g_steal_pointer (&local_error), "“%s”: ", name);
      return FALSE;
    }
  if (mtime_ms >= 0)
    {
      const struct timespec times[2] = {
        { .tv_nsec = UTIME_OMIT },
        { .tv_sec = mtime_ms / 1000, .tv_nsec = mtime_ms % 1000 * 1000000 },
      };
      if (futimens (fd, times) < 0)
        g_debug ("Cannot set the time of “%s”: %s", name, g_strerror (errno));
    }
  return TRUE;
}

/* A file that has no name yet and is gone if we are. Returns: -1 where there is no such thing, and
 * for other errors */
static int
open_unnamed (ShoalSmallFileWriter *self, mode_t mode)
{
  if (self->needs_names)
    return -1;

  int fd = openat (self->parent_fd, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, mode);

  /* EISDIR and ENOENT are what kernels and file systems that do not know the flag say. */
  if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT || errno == EINVAL))
    self->needs_names = TRUE;
  return fd;
}

/* Gives the unnamed file its name, unless that is taken. */
static gboolean
give_name (ShoalSmallFileWriter *self, int fd, const char *name)
{
  char path[32];

  g_snprintf (path, sizeof path, "/proc/self/fd/%d", fd);
  if (linkat (AT_FDCWD, path, self->parent_fd, name, AT_SYMLINK_FOLLOW) == 0)
    return TRUE;
  /* No /proc, or a file system that only looks as if it could. */
  if (errno != EEXIST && errno != ENOSPC && errno != EDQUOT && errno != EIO)
    self->needs_names = TRUE;
  return FALSE;
}

/* One that a crash left has its name by chance only, so another is soon found. */
static int
open_temporary (ShoalSmallFileWriter *self, char name[TEMPORARY_SIZE], mode_t mode)
{
  int fd = -1;

  for (guint try = 0; try < 100 && fd < 0 && (try == 0 || errno == EEXIST); try++)
    {
      g_snprintf (name, TEMPORARY_SIZE,
                  TEMPORARY_PREFIX "%016" G_GINT64_MODIFIER "x" TEMPORARY_SUFFIX, self->token++);
      fd = openat (self->parent_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                   mode);
    }
  return fd;
}

typedef enum
{
  STORED,
  TAKEN, /* the name is */
  FAILED,
} Outcome;

static Outcome
store_unnamed (ShoalSmallFileWriter *self,
               int unnamed,
               const char *path,
               const char *name,
               gconstpointer data,
               gsize length,
               gint64 mtime_ms,
               GError **error)
{
  g_auto (ShoalFd) fd = unnamed;

  if (!fill (fd, path, data, length, mtime_ms, error))
    return FAILED;
  if (give_name (self, fd, name))
    return STORED;
  if (errno == EEXIST)
    return TAKEN;
  shoal_error_from_errno (error, errno, _ ("Cannot name the file “%s”"), path);
  return FAILED;
}

static Outcome
store_named (ShoalSmallFileWriter *self,
             const char *path,
             const char *name,
             gconstpointer data,
             gsize length,
             mode_t mode,
             gint64 mtime_ms,
             GError **error)
{
  g_autoptr (GError) local_error = NULL;
  char temporary[TEMPORARY_SIZE];
  int fd = open_temporary (self, temporary, mode);

  if (fd < 0)
    {
      shoal_error_from_errno (error, errno, _ ("Cannot make “%s”"), path);
      return FAILED;
    }
  gboolean ok = fill (fd, path, data, length, mtime_ms, &local_error);
  /* Network file systems may tell only now that there is no room. */
  if (close (fd) < 0 && errno != EINTR && ok)
    ok = shoal_error_from_errno (&local_error, errno, _ ("Cannot write “%s”"), path);
  if (ok && shoal_dir_rename_new (self->parent_fd, temporary, self->parent_fd, name, &local_error))
    return STORED;
  unlinkat (self->parent_fd, temporary, 0);
  if (ok && g_error_matches (local_error, SHOAL_ERROR, SHOAL_ERROR_EXISTS))
    return TAKEN;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FAILED;
}

static Outcome
store (ShoalSmallFileWriter *self,
       const char *path,
       const char *name,
       gconstpointer data,
       gsize length,
       mode_t mode,
       gint64 mtime_ms,
       GError **error)
{
  g_autoptr (GError) local_error = NULL;
  int fd = open_unnamed (self, mode);

  if (fd < 0 && !self->needs_names)
    {
      shoal_error_from_errno (error, errno, _ ("Cannot make “%s”"), path);
      return FAILED;
    }
  if (fd >= 0)
    {
      Outcome outcome = store_unnamed (self, fd, path, name, data, length, mtime_ms, &local_error);

      if (outcome != FAILED || !self->needs_names)
        {
          if (outcome == FAILED)
            g_propagate_error (error, g_steal_pointer (&local_error));
          return outcome;
        }
    }
  return store_named (self, path, name, data, length, mode, mtime_ms, error);
}

gboolean
shoal_small_file_writer_store (ShoalSmallFileWriter *self,
                               const char *path,
                               gconstpointer data,
                               gsize length,
                               const ShoalDigest *id,
                               gboolean executable,
                               gint64 mtime_ms,
                               GError **error)
{
  g_return_val_if_fail (self != NULL && path != NULL && id != NULL, FALSE);
  g_return_val_if_fail (data != NULL || length == 0, FALSE);

  if (length > SHOAL_PIECE_SIZE)
    return shoal_set_field_error (error, "size",
                                  "“%s” is larger than one piece and not a small file", path);
  if (!is_content (data, length, id))
    {
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_CORRUPT, "“%s” has wrong bytes", path);
      return FALSE;
    }
  const char *name = enter_parent (self, path, error);
  if (name == NULL)
    return FALSE;

  mode_t mode = executable ? 0777 : 0666;
  switch (store (self, path, name, data, length, mode, mtime_ms, error))
    {
    case STORED:
      return TRUE;
    case TAKEN:
      if (is_there (self, name, length, id))
        return TRUE;
      return shoal_set_local_error (error, SHOAL_ERROR_EXISTS, _ ("There is another “%s” already"),
                                    path);
    case FAILED:
    default:
      return FALSE;
    }
}
