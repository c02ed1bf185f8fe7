/* shoal-dir.h: file work relative to an open folder, so that no link can lead out of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>
#include <sys/stat.h>

G_BEGIN_DECLS

/* All functions are thread-safe and blocking. File descriptors are close-on-exec. On failure they
 * return -1 or %FALSE with an error of %SHOAL_ERROR (see shoal_error_from_errno()). @path is
 * relative with "/" between components; every component is opened with O_NOFOLLOW. */

/** shoal_dir_open: opens @path (absolute or relative to the process) as a folder; links in it are
 * followed, for it is the user's own choice. Makes it and its parents if @create. Returns: an fd */
int shoal_dir_open (const char *path, gboolean create, GError **error);

/** shoal_dir_open_sub: opens the folder @path below @dirfd without following links, making missing
 * folders (mode 0777 less umask) if @create. @path "" or "." gives a duplicate. Returns: an fd */
int shoal_dir_open_sub (int dirfd, const char *path, gboolean create, GError **error);

/** shoal_dir_open_file: openat() below @dirfd without following any link. @flags as of open(2);
 * O_CLOEXEC, O_NOFOLLOW and O_NONBLOCK are added; anything but a regular file is refused with
 * %SHOAL_ERROR_INVALID. Returns: an fd */
int shoal_dir_open_file (int dirfd, const char *path, int flags, mode_t mode, GError **error);

/** shoal_dir_rename_new: renames @from (in @from_fd) to @to (in @to_fd), never replacing anything:
 * renameat2 (RENAME_NOREPLACE), else linkat + unlinkat, else an O_EXCL place-holder. An existing
 * @to is %SHOAL_ERROR_EXISTS. Does not sync. */
gboolean
shoal_dir_rename_new (int from_fd, const char *from, int to_fd, const char *to, GError **error);

/** shoal_dir_rename_unique: as shoal_dir_rename_new(), trying "name (2)" and so on.
 * @made: (out) (optional): the name it got */
gboolean shoal_dir_rename_unique (
    int from_fd, const char *from, int to_fd, const char *to, char **made, GError **error);

/** shoal_dir_make_link: a symbolic link at @path below @dirfd; the target is checked by the caller
 */
gboolean shoal_dir_make_link (int dirfd, const char *path, const char *target, GError **error);

/** shoal_dir_write_file: replaces @name in @dirfd by @data atomically (temporary file, fsync,
 * rename, fsync of the folder), with @mode */
gboolean shoal_dir_write_file (
    int dirfd, const char *name, gconstpointer data, gsize size, mode_t mode, GError **error);

/** ShoalFd: a file descriptor that closes itself: `g_auto (ShoalFd) fd = open (...)`, given away
 * with g_steal_fd () */
typedef int ShoalFd;
/** shoal_fd_clear: closes *@fd if it is open and sets it to -1; keeps errno */
void shoal_fd_clear (int *fd);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ShoalFd, shoal_fd_clear)

/** shoal_fd_write_all: pwrite() until all is written */
gboolean
shoal_fd_write_all (int fd, gconstpointer data, gsize size, guint64 offset, GError **error);

/** shoal_fd_read_all: pread() of exactly @size bytes; an early end of file is %SHOAL_ERROR_CHANGED
 */
gboolean shoal_fd_read_all (int fd, gpointer data, gsize size, guint64 offset, GError **error);

/** shoal_fd_read_cached: pread() of exactly @size bytes if that does not have to wait for a disk or
 * a network. Returns: whether they were read; FALSE says nothing about the file */
gboolean shoal_fd_read_cached (int fd, gpointer data, gsize size, guint64 offset);

/**
 * ShoalFileStamp: what tells that a file is still the one that was hashed
 *
 * Two stamps are of the same bytes as far as the file system can tell if all members are equal.
 */
typedef struct
{
  guint64 size;
  gint64 mtime_ns;
  gint64 ctime_ns;
  guint64 inode;
  guint64 device;
} ShoalFileStamp;

/** shoal_file_stamp_from_stat: fills @stamp */
void shoal_file_stamp_from_stat (ShoalFileStamp *stamp, const struct stat *st);
/** shoal_file_stamp_equal: Returns: whether both are the same */
gboolean shoal_file_stamp_equal (const ShoalFileStamp *a, const ShoalFileStamp *b);

G_END_DECLS
