/* shoal-dir.c: file work relative to an open folder, so that no link can lead out of it
 *
 * A path is walked one component at a time with O_NOFOLLOW: openat2 (RESOLVE_BENEATH) would do it
 * in one call, but sandboxes refuse it. Folders on the way are opened with O_PATH, so that a folder
 * that may be entered but not listed is no obstacle.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-dir"

#include "config.h"

#include "shoal-dir.h"

#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-safe-name.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>
#include <glib/gi18n.h>

static gboolean
is_plain_component (const char *name)
{
  return name[0] != '\0' && strcmp (name, ".") != 0 && strcmp (name, "..") != 0
         && strchr (name, '/') == NULL;
}

static int
refuse_path (const char *path, GError **error)
{
  shoal_set_field_error (error, "path", "“%s” is not a plain relative path", path);
  return -1;
}

/* What an open with O_NOFOLLOW failed of: a link is not an I/O error but somebody's trick. */
static int
fail_open (int dirfd, const char *name, int saved_errno, GError **error)
{
  struct stat st;

  if ((saved_errno == ELOOP || saved_errno == ENOTDIR)
      && fstatat (dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
    shoal_set_local_error (error, SHOAL_ERROR_INVALID,
                           S_ISLNK (st.st_mode) ? _ ("“%s” is a link, and links are not followed")
                                                : _ ("“%s” is not a folder"),
                           name);
  else
    shoal_error_from_errno (error, saved_errno, _ ("Cannot open “%s”"), name);
  return -1;
}

static int
open_folder (int dirfd, const char *name, int flags, gboolean create, GError **error)
{
  flags |= O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  int fd = openat (dirfd, name, flags);

  if (fd < 0 && errno == ENOENT && create)
    {
      /* Somebody else may make it at the same time. */
      if (mkdirat (dirfd, name, 0777) < 0 && errno != EEXIST)
        {
          shoal_error_from_errno (error, errno, _ ("Cannot make the folder “%s”"), name);
          return -1;
        }
      fd = openat (dirfd, name, flags);
    }
  return fd >= 0 ? fd : fail_open (dirfd, name, errno, error);
}

int
shoal_dir_open (const char *path, gboolean create, GError **error)
{
  g_return_val_if_fail (path != NULL, -1);

  if (create && g_mkdir_with_parents (path, 0777) < 0)
    {
      shoal_error_from_errno (error, errno, _ ("Cannot make the folder “%s”"), path);
      return -1;
    }
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    shoal_error_from_errno (error, errno, _ ("Cannot open the folder “%s”"), path);
  return fd;
}

/* Opens the folder that holds the last component of @path, which is put into *@base. Returns: an fd
 * of its own, or -1 */
static int
open_parent (int dirfd, const char *path, gboolean create, const char **base, GError **error)
{
  int fd = -1;

  const char *p = path;
  for (const char *slash; (slash = strchr (p, '/')) != NULL; p = slash + 1)
    {
      char name[NAME_MAX + 1];
      gsize length = (gsize) (slash - p);
      if (length > NAME_MAX)
        {
          shoal_fd_clear (&fd);
          return refuse_path (path, error);
        }
      memcpy (name, p, length);
      name[length] = '\0';
      int next = is_plain_component (name)
                     ? open_folder (fd < 0 ? dirfd : fd, name, O_PATH, create, error)
                     : refuse_path (path, error);
      shoal_fd_clear (&fd);
      if (next < 0)
        return -1;
      fd = next;
    }
  *base = p;
  if (!is_plain_component (p))
    {
      shoal_fd_clear (&fd);
      return refuse_path (path, error);
    }
  if (fd < 0)
    {
      fd = fcntl (dirfd, F_DUPFD_CLOEXEC, 3);
      if (fd < 0)
        shoal_error_from_errno (error, errno, _ ("Cannot open a folder once more"));
    }
  return fd;
}

int
shoal_dir_open_sub (int dirfd, const char *path, gboolean create, GError **error)
{
  g_return_val_if_fail (path != NULL, -1);

  if (path[0] == '\0' || strcmp (path, ".") == 0)
    {
      int same = fcntl (dirfd, F_DUPFD_CLOEXEC, 3);
      if (same < 0)
        shoal_error_from_errno (error, errno, _ ("Cannot open a folder once more"));
      return same;
    }

  const char *base;
  int parent = open_parent (dirfd, path, create, &base, error);
  if (parent < 0)
    return -1;
  int fd = open_folder (parent, base, O_RDONLY, create, error);
  close (parent);
  return fd;
}

int
shoal_dir_open_file (int dirfd, const char *path, int flags, mode_t mode, GError **error)
{
  g_return_val_if_fail (path != NULL, -1);

  const char *base;
  int parent = open_parent (dirfd, path, FALSE, &base, error);
  if (parent < 0)
    return -1;

  int fd = openat (parent, base, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, mode);
  struct stat st;
  if (fd < 0 && (errno == ELOOP || errno == ENOTDIR))
    fail_open (parent, base, errno, error);
  else if (fd < 0 && (errno == EISDIR || errno == ENXIO || errno == ENODEV))
    shoal_set_local_error (error, SHOAL_ERROR_INVALID, _ ("“%s” is not a regular file"), base);
  else if (fd < 0)
    shoal_error_from_errno (error, errno, _ ("Cannot open “%s”"), base);
  else if (fstat (fd, &st) < 0)
    {
      shoal_error_from_errno (error, errno, _ ("Cannot examine “%s”"), base);
      shoal_fd_clear (&fd);
    }
  else if (!S_ISREG (st.st_mode))
    {
      shoal_set_local_error (error, SHOAL_ERROR_INVALID, _ ("“%s” is not a regular file"), base);
      shoal_fd_clear (&fd);
    }
  close (parent);
  return fd;
}

gboolean
shoal_dir_make_link (int dirfd, const char *path, const char *target, GError **error)
{
  g_return_val_if_fail (path != NULL && target != NULL, FALSE);

  const char *base;
  int parent = open_parent (dirfd, path, FALSE, &base, error);
  if (parent < 0)
    return FALSE;
  gboolean ok = symlinkat (target, parent, base) == 0;
  if (!ok)
    shoal_error_from_errno (error, errno, _ ("Cannot make the link “%s”"), base);
  close (parent);
  return ok;
}

/* A temporary file beside @name under a name nobody uses. */
static int
make_temporary (int dirfd, const char *name, mode_t mode, char **made, GError **error)
{
  for (guint try = 0; try < 100; try++)
    {
      g_autofree char *tried = g_strdup_printf (".%.*s-%08x.tmp", 200, name, g_random_int ());
      int fd = openat (dirfd, tried, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
      if (fd >= 0)
        {
          *made = g_steal_pointer (&tried);
          return fd;
        }
      if (errno != EEXIST)
        break;
    }
  shoal_error_from_errno (error, errno, _ ("Cannot make a temporary file beside “%s”"), name);
  return -1;
}

static gboolean
fill_and_rename (int dirfd,
                 int fd,
                 const char *temporary,
                 const char *name,
                 gconstpointer data,
                 gsize size,
                 mode_t mode,
                 GError **error)
{
  if (!shoal_fd_write_all (fd, data, size, 0, error))
    return FALSE;
  if (fchmod (fd, mode) < 0 || fsync (fd) < 0 || renameat (dirfd, temporary, dirfd, name) < 0)
    return shoal_error_from_errno (error, errno, _ ("Cannot save “%s”"), name);
  return TRUE;
}

gboolean
shoal_dir_write_file (
    int dirfd, const char *name, gconstpointer data, gsize size, mode_t mode, GError **error)
{
  g_return_val_if_fail (name != NULL && (data != NULL || size == 0), FALSE);

  if (!is_plain_component (name))
    {
      refuse_path (name, error);
      return FALSE;
    }
  g_autofree char *temporary = NULL;
  /* Private until it has its mode. */
  int fd = make_temporary (dirfd, name, 0600, &temporary, error);
  if (fd < 0)
    return FALSE;
  gboolean ok = fill_and_rename (dirfd, fd, temporary, name, data, size, mode, error);
  close (fd);
  if (!ok)
    {
      unlinkat (dirfd, temporary, 0);
      return FALSE;
    }
  /* Some file systems cannot sync a folder; the rename itself is done. */
  if (fsync (dirfd) < 0 && errno != EINVAL && errno != EROFS && errno != EBADF)
    return shoal_error_from_errno (error, errno, _ ("Cannot save the folder of “%s”"), name);
  return TRUE;
}

void
shoal_fd_clear (int *fd)
{
  g_return_if_fail (fd != NULL);

  int saved_errno = errno;
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
  errno = saved_errno;
}

gboolean
shoal_fd_write_all (int fd, gconstpointer data, gsize size, guint64 offset, GError **error)
{
  const guint8 *p = data;

  while (size > 0)
    {
      gssize n = pwrite (fd, p, size, (off_t) offset);
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return shoal_error_from_errno (error, n < 0 ? errno : EIO, _ ("Cannot write to the file"));
      p += n;
      size -= (gsize) n;
      offset += (guint64) n;
    }
  return TRUE;
}

gboolean
shoal_fd_read_all (int fd, gpointer data, gsize size, guint64 offset, GError **error)
{
  guint8 *p = data;

  while (size > 0)
    {
      gssize n = pread (fd, p, size, (off_t) offset);
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return shoal_error_from_errno (error, errno, _ ("Cannot read the file"));
      if (n == 0)
        {
          g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_CHANGED,
                               _ ("The file is shorter than it was"));
          return FALSE;
        }
      p += n;
      size -= (gsize) n;
      offset += (guint64) n;
    }
  return TRUE;
}

gboolean
shoal_fd_read_cached (int fd, gpointer data, gsize size, guint64 offset)
{
  struct iovec part = { .iov_base = data, .iov_len = size };
  gssize n = preadv2 (fd, &part, 1, (off_t) offset, RWF_NOWAIT);

  if (n < 0 && errno == EOPNOTSUPP)
    {
      /* tmpfs does not know the flag, and is memory. */
      struct statfs fs;

      if (fstatfs (fd, &fs) != 0 || fs.f_type != TMPFS_MAGIC)
        return FALSE;
      n = pread (fd, data, size, (off_t) offset);
    }
  return n >= 0 && (gsize) n == size;
}

void
shoal_file_stamp_from_stat (ShoalFileStamp *stamp, const struct stat *st)
{
  g_return_if_fail (stamp != NULL && st != NULL);

  stamp->size = (guint64) st->st_size;
  stamp->mtime_ns = (gint64) st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
  stamp->ctime_ns = (gint64) st->st_ctim.tv_sec * 1000000000 + st->st_ctim.tv_nsec;
  stamp->inode = st->st_ino;
  stamp->device = st->st_dev;
}

gboolean
shoal_file_stamp_equal (const ShoalFileStamp *a, const ShoalFileStamp *b)
{
  g_return_val_if_fail (a != NULL && b != NULL, FALSE);

  return a->size == b->size && a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns
         && a->inode == b->inode && a->device == b->device;
}
