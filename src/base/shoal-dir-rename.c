/* shoal-dir-rename.c: giving a file its name without ever replacing another one
 *
 * renameat2 (RENAME_NOREPLACE) is one atomic step. Where the file system does not know it, a hard
 * link is (and the old name goes afterwards). Where there are no hard links either, an empty
 * place-holder is made with O_EXCL (a folder: mkdir) and then renamed over: the name is ours from
 * the first step.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-dir"

#include "config.h"

#include "shoal-dir-private.h"

#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-safe-name.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <glib/gi18n.h>

/* Whether @saved_errno says "not here", so that the next way is worth a try. */
static gboolean
is_unsupported (int saved_errno)
{
  return saved_errno == ENOSYS || saved_errno == EINVAL || saved_errno == EOPNOTSUPP
         || saved_errno == EPERM || saved_errno == ENOTTY;
}

static gboolean
rename_by_link (int from_fd, const char *from, int to_fd, const char *to)
{
  if (linkat (from_fd, from, to_fd, to, 0) < 0)
    return FALSE;
  if (unlinkat (from_fd, from, 0) == 0)
    return TRUE;
  int saved_errno = errno;
  unlinkat (to_fd, to, 0);
  /* Whatever it was, another way would meet it too. */
  errno = is_unsupported (saved_errno) ? EACCES : saved_errno;
  return FALSE;
}

static gboolean
rename_by_placeholder (int from_fd, const char *from, int to_fd, const char *to)
{
  struct stat st;

  if (fstatat (from_fd, from, &st, AT_SYMLINK_NOFOLLOW) < 0)
    return FALSE;
  gboolean folder = S_ISDIR (st.st_mode);
  if (folder)
    {
      if (mkdirat (to_fd, to, 0700) < 0)
        return FALSE;
    }
  else
    {
      int fd = openat (to_fd, to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
      if (fd < 0)
        return FALSE;
      close (fd);
    }
  if (renameat (from_fd, from, to_fd, to) == 0)
    return TRUE;
  int saved_errno = errno;
  unlinkat (to_fd, to, folder ? AT_REMOVEDIR : 0);
  errno = saved_errno;
  return FALSE;
}

gboolean
shoal_dir_rename_new_from (ShoalRenameMethod method,
                           int from_fd,
                           const char *from,
                           int to_fd,
                           const char *to,
                           GError **error)
{
  g_assert (from != NULL && to != NULL);

  if (to[0] == '\0' || strchr (to, '/') != NULL || strcmp (to, ".") == 0 || strcmp (to, "..") == 0)
    return shoal_set_field_error (error, "name", _ ("“%s” is not a name for a file"), to);

  if (method <= SHOAL_RENAME_NOREPLACE)
    {
      if (renameat2 (from_fd, from, to_fd, to, RENAME_NOREPLACE) == 0)
        return TRUE;
      if (!is_unsupported (errno))
        return shoal_error_from_errno (error, errno, _ ("Cannot name the file “%s”"), to);
    }
  if (method <= SHOAL_RENAME_LINK)
    {
      if (rename_by_link (from_fd, from, to_fd, to))
        return TRUE;
      if (!is_unsupported (errno) && errno != EMLINK)
        return shoal_error_from_errno (error, errno, _ ("Cannot name the file “%s”"), to);
    }
  if (rename_by_placeholder (from_fd, from, to_fd, to))
    return TRUE;
  return shoal_error_from_errno (error, errno, _ ("Cannot name the file “%s”"), to);
}

gboolean
shoal_dir_rename_new (int from_fd, const char *from, int to_fd, const char *to, GError **error)
{
  g_return_val_if_fail (from != NULL && to != NULL, FALSE);

  return shoal_dir_rename_new_from (SHOAL_RENAME_NOREPLACE, from_fd, from, to_fd, to, error);
}

gboolean
shoal_dir_rename_unique (
    int from_fd, const char *from, int to_fd, const char *to, char **made, GError **error)
{
  g_return_val_if_fail (from != NULL && to != NULL, FALSE);

  for (guint number = 1; number <= SHOAL_MAX_NAME_TRIES; number++)
    {
      g_autoptr (GError) local_error = NULL;
      g_autofree char *tried = number == 1 ? g_strdup (to) : shoal_name_numbered (to, number);
      if (shoal_dir_rename_new (from_fd, from, to_fd, tried, &local_error))
        {
          if (made != NULL)
            *made = g_steal_pointer (&tried);
          return TRUE;
        }
      if (!g_error_matches (local_error, SHOAL_ERROR, SHOAL_ERROR_EXISTS))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
    }
  return shoal_set_local_error (error, SHOAL_ERROR_EXISTS,
                                _ ("Every name from “%s” on is taken; move some away"), to);
}
