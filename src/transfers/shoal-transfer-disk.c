/* shoal-transfer-disk.c: what the disk here refuses: waited for, left out, or the end
 *
 * No room is waited for. Whatever else an entry of a folder is refused with concerns that entry
 * alone as long as a file can be made beside it: it is left out with the reason, and the rest goes
 * on. Else it concerns the disk or the whole folder, and the run ends with that.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfer"

#include "config.h"

#include "shoal-transfer-disk.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "shoal-dir.h"
#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-transfer-gone.h"
#include "shoal-transfer-loop.h"
#include "shoal-transfer-state.h"

/* After a full disk: go on when so much is free, or what is missing if that is less. */
#define ROOM_TO_GO_ON (64 * SHOAL_MIB)
#define FILES_TO_GO_ON 64
/* What a quota leaves is in no figure: so much is reserved for a moment to find out. */
#define PROBE_BYTES (4 * SHOAL_MIB)
/* How often it looks for room. Where going on soon ends at the same wall, what was fetched for it
 * is fetched in vain, so the next try comes later and later. */
#define ROOM_WAIT_US G_USEC_PER_SEC
#define MAX_ROOM_WAIT_US (30 * G_USEC_PER_SEC)
#define TICK_US (G_USEC_PER_SEC / 5)

/* Makes a file of @bytes and deletes it. It has the name that is swept after a kill. Returns: 0 or
 * an errno value */
static int
probe (int dirfd, guint64 bytes)
{
  g_autofree char *name = g_strdup_printf (".shoal-%08x%08x.tmp", g_random_int (), g_random_int ());
  g_auto (ShoalFd) fd
          = openat (dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

  if (fd < 0)
    return errno;
  unlinkat (dirfd, name, 0);
  return bytes > 0 && fallocate (fd, 0, 0, (off_t) bytes) < 0 ? errno : 0;
}

static gboolean
is_full (int saved_errno)
{
  return saved_errno == ENOSPC || saved_errno == EDQUOT;
}

static gboolean
has_room_in (int dirfd, guint64 bytes, guint64 files)
{
  struct statvfs fs;

  if (fstatvfs (dirfd, &fs) == 0
      && ((guint64) fs.f_bavail * fs.f_frsize < bytes
          || (fs.f_files > 0 && (guint64) fs.f_favail < files)))
    return FALSE;
  /* What else is wrong is told by whoever meets it. */
  return !is_full (probe (dirfd, MIN (bytes, PROBE_BYTES)));
}

/* The folder of the download, or the one that it is to be made in. */
static int
open_nearest (const char *path)
{
  g_autofree char *nearest = g_strdup (path);
  int fd;

  while ((fd = open (nearest, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0 && errno == ENOENT
         && !g_str_equal (nearest, "/"))
    {
      char *parent = g_path_get_dirname (nearest);

      g_free (nearest);
      nearest = parent;
    }
  return fd;
}

static gboolean
has_room (ShoalTransferRun *self)
{
  g_auto (ShoalFd) other = self->root_fd < 0 ? open_nearest (self->folder_path) : -1;
  g_auto (ShoalFd) journals = open (self->journals, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int dirfd = self->root_fd < 0 ? other : self->root_fd;
  gint64 done = __atomic_load_n (&self->bytes_done, __ATOMIC_RELAXED);
  guint64 bytes = (guint64) MAX ((gint64) self->bytes_total - done, 0) + SHOAL_MIB;
  guint64 files = 1;

  if (self->manifest != NULL)
    files = MIN (shoal_manifest_get_n_entries (self->manifest),
                 self->pieces_total - MIN ((guint64) self->pieces_done, self->pieces_total) + 1);
  return (dirfd < 0 || has_room_in (dirfd, MIN (bytes, ROOM_TO_GO_ON), MIN (files, FILES_TO_GO_ON)))
         && (journals < 0 || has_room_in (journals, 0, 1));
}

void
shoal_run_find_room (ShoalTransferRun *self)
{
  gint64 now = g_get_monotonic_time ();
  gint64 done = __atomic_load_n (&self->bytes_done, __ATOMIC_RELAXED);

  if (self->look_us == 0)
    {
      gboolean vain = self->room_wait_us > 0 && done - self->full_at < (gint64) PROBE_BYTES;

      self->room_wait_us = vain ? MIN (2 * self->room_wait_us, MAX_ROOM_WAIT_US) : ROOM_WAIT_US;
      self->full_at = done;
      self->look_us = now + self->room_wait_us;
    }
  if (now < self->look_us)
    return;
  if (!has_room (self))
    {
      self->look_us = now + ROOM_WAIT_US;
      return;
    }
  self->look_us = 0;
  g_mutex_lock (&self->lock);
  self->no_space = FALSE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/* Returns: whether there is room now */
static gboolean
wait_a_moment (ShoalTransferRun *self)
{
  g_mutex_lock (&self->lock);
  shoal_run_set_no_space_locked (self);
  gboolean idle = self->n_workers == 0;
  g_cond_wait_until (&self->changed, &self->lock, g_get_monotonic_time () + TICK_US);
  g_mutex_unlock (&self->lock);
  if (idle)
    shoal_run_give_lane (self);
  shoal_run_find_room (self);

  g_mutex_lock (&self->lock);
  gboolean room = !self->no_space;
  g_mutex_unlock (&self->lock);
  return room;
}

gboolean
shoal_run_await_room (ShoalTransferRun *self, GError **error)
{
  if (!g_error_matches (*error, SHOAL_ERROR, SHOAL_ERROR_NO_SPACE))
    return FALSE;
  g_clear_error (error);
  g_mutex_lock (&self->lock);
  self->no_space = TRUE;
  g_mutex_unlock (&self->lock);
  do
    if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
      return FALSE;
  while (!wait_a_moment (self));
  shoal_run_set_state (self, SHOAL_TRANSFER_STARTING, NULL);
  return TRUE;
}

int
shoal_run_open_place (ShoalTransferRun *self, GError **error)
{
  g_autoptr (GError) local = NULL;
  int dirfd;

  while ((dirfd = shoal_dir_open (self->folder_path, TRUE, &local)) < 0
         && shoal_run_await_room (self, &local))
    ;
  if (dirfd < 0)
    g_propagate_error (error, g_steal_pointer (&local));
  return dirfd;
}

/* Whether files can be made in the folder, and what belongs to the download be recorded. Returns: 0
 * or an errno value */
static int
check_disk (ShoalTransferRun *self)
{
  int failed = probe (self->root_fd, 0);

  if (failed != 0)
    return failed;

  g_auto (ShoalFd) journals = open (self->journals, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  return journals < 0 ? errno : probe (journals, 0);
}

static gboolean
is_deleted (ShoalTransferRun *self)
{
  struct stat st;

  return fstat (self->root_fd, &st) == 0 && st.st_nlink == 0;
}

gboolean
shoal_run_leave_out (ShoalTransferRun *self, guint index, GError **error)
{
  const char *path = shoal_manifest_get_entry (self->manifest, index)->path;

  /* An unfinished file that was changed by somebody has its own end. */
  if (!shoal_error_is_local (*error) || g_error_matches (*error, SHOAL_ERROR, SHOAL_ERROR_NO_SPACE)
      || g_error_matches (*error, SHOAL_ERROR, SHOAL_ERROR_CHANGED))
    return FALSE;

  g_autoptr (GError) reason = g_steal_pointer (error);
  int failed = check_disk (self);

  if (is_deleted (self))
    return shoal_run_set_deleted_error (self, error);
  if (is_full (failed))
    return shoal_error_from_errno (error, failed, "%s", path);
  if (failed != 0)
    {
      *error = g_steal_pointer (&reason);
      return FALSE;
    }
  g_debug ("%s: %s is left out: %s", self->name, path, reason->message);
  g_mutex_lock (&self->lock);
  if (self->left_out == NULL)
    self->left_out = g_ptr_array_new_with_free_func (g_free);
  if (self->left_out->len < SHOAL_MAX_LEFT_OUT_LINES)
    g_ptr_array_add (self->left_out, g_strdup_printf ("%s: %s", path, reason->message));
  self->n_left_out++;
  g_mutex_unlock (&self->lock);
  return TRUE;
}

char **
shoal_transfer_run_dup_left_out (ShoalTransferRun *self, guint *n)
{
  char **lines = NULL;

  g_mutex_lock (&self->lock);
  *n = self->n_left_out;
  if (self->left_out != NULL)
    {
      lines = g_new0 (char *, self->left_out->len + 1);
      for (guint i = 0; i < self->left_out->len; i++)
        lines[i] = g_strdup (g_ptr_array_index (self->left_out, i));
    }
  g_mutex_unlock (&self->lock);
  return lines;
}
