/* gui-disk.c: for tests: a disk that is slow to answer, and who waits for it
 *
 * A program's own functions come before those of the C library, also for the libraries that it
 * uses: here are those that ask about a path.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "gui-disk.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

static char *slow_folder; /* (nullable) */
static gulong delay;
static GThread *asking; /* whose questions are counted */
static gint n_asked;

static void
ask (const char *path)
{
  const char *folder = g_atomic_pointer_get (&slow_folder);
  gsize length;

  if (folder == NULL || path == NULL)
    return;
  length = strlen (folder);
  if (strncmp (path, folder, length) != 0 || (path[length] != '\0' && path[length] != '/'))
    return;
  if (g_thread_self () == asking)
    g_atomic_int_inc (&n_asked);
  g_usleep (delay);
}

/* The C library's own function of that name. */
#define REAL(name) ((__typeof__ (&name)) find_real (#name))

static gpointer
find_real (const char *name)
{
  gpointer function = dlsym (RTLD_NEXT, name);

  g_assert (function != NULL);
  return function;
}

void
gui_disk_begin (const char *folder, guint delay_us)
{
  g_assert (slow_folder == NULL);
  delay = delay_us;
  asking = g_thread_self ();
  g_atomic_int_set (&n_asked, 0);
  g_atomic_pointer_set (&slow_folder, g_strdup (folder));
}

/* The folder's name stays allocated: another thread may be looking at it. */
guint
gui_disk_end (void)
{
  g_atomic_pointer_set (&slow_folder, NULL);
  return (guint) g_atomic_int_get (&n_asked);
}

/* ---- Functions of the C library ---- */

int
access (const char *path, int mode)
{
  ask (path);
  return REAL (access) (path, mode);
}

char *
realpath (const char *restrict path, char *restrict resolved)
{
  ask (path);
  return REAL (realpath) (path, resolved);
}

int
stat (const char *restrict path, struct stat *restrict st)
{
  ask (path);
  return REAL (stat) (path, st);
}

int
lstat (const char *restrict path, struct stat *restrict st)
{
  ask (path);
  return REAL (lstat) (path, st);
}

int
statx (
    int dirfd, const char *restrict path, int flags, unsigned int mask, struct statx *restrict st)
{
  ask (path);
  return REAL (statx) (dirfd, path, flags, mask, st);
}

int
statfs (const char *path, struct statfs *st)
{
  ask (path);
  return REAL (statfs) (path, st);
}

int
inotify_add_watch (int fd, const char *path, uint32_t mask)
{
  ask (path);
  return REAL (inotify_add_watch) (fd, path, mask);
}
