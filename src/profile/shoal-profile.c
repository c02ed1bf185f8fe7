/* shoal-profile.c: the folder of one membership: its lock, its id and where everything in it lies
 *
 * The lock is flock() on PROFILE/lock: the kernel drops it with the process, so a killed holder
 * leaves nothing to clean up. The file itself stays, for removing it would let two processes hold
 * two locks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-profile"

#include "config.h"

#include "shoal-profile.h"

#include <errno.h>
#include <limits.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <glib/gi18n.h>

#include "shoal-dir.h"
#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-task.h"

#define ID_LENGTH 32

struct _ShoalProfile
{
  GObject parent_instance;

  char *folder;
  char *id;
  char *database_path;
  char *settings_path;
  char *journals_folder;
  char *manifests_folder;
  char *control_path;
  int dirfd;
  int lock_fd; /* -1 while it is not ours */
};

G_DEFINE_FINAL_TYPE (ShoalProfile, shoal_profile, G_TYPE_OBJECT)

static void
shoal_profile_finalize (GObject *object)
{
  ShoalProfile *self = SHOAL_PROFILE (object);

  shoal_profile_unlock (self);
  shoal_fd_clear (&self->dirfd);
  g_clear_pointer (&self->folder, g_free);
  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->database_path, g_free);
  g_clear_pointer (&self->settings_path, g_free);
  g_clear_pointer (&self->journals_folder, g_free);
  g_clear_pointer (&self->manifests_folder, g_free);
  g_clear_pointer (&self->control_path, g_free);
  G_OBJECT_CLASS (shoal_profile_parent_class)->finalize (object);
}

static void
shoal_profile_class_init (ShoalProfileClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = shoal_profile_finalize;
}

static void
shoal_profile_init (ShoalProfile *self)
{
  self->dirfd = -1;
  self->lock_fd = -1;
}

/* What lies in a profile is for its owner's eyes; a folder of another user is not ours to fix. */
static gboolean
check_owner (ShoalProfile *self, GError **error)
{
  struct stat st;

  if (fstat (self->dirfd, &st) != 0)
    return shoal_error_from_errno (error, errno, _ ("Cannot look at “%s”"), self->folder);
  if (st.st_uid != geteuid ())
    {
      g_set_error (
          error, SHOAL_ERROR, SHOAL_ERROR_DENIED,
          _ ("The profile folder “%s” belongs to another user. Choose another one with --profile."),
          self->folder);
      return FALSE;
    }
  if ((st.st_mode & 0077) != 0 && fchmod (self->dirfd, 0700) != 0)
    return shoal_error_from_errno (error, errno, _ ("Cannot make “%s” private"), self->folder);
  return TRUE;
}

static gboolean
is_id (const char *text)
{
  return strlen (text) == ID_LENGTH && strspn (text, "0123456789abcdef") == ID_LENGTH;
}

static char *
make_id (void)
{
  g_autofree char *uuid = g_uuid_string_random ();
  GString *id = g_string_sized_new (ID_LENGTH);

  for (const char *c = uuid; *c != '\0'; c++)
    if (*c != '-')
      g_string_append_c (id, *c);
  return g_string_free (id, FALSE);
}

static char *
read_id (ShoalProfile *self, GError **error)
{
  char text[ID_LENGTH + 2] = "";
  g_auto (ShoalFd) fd = shoal_dir_open_file (self->dirfd, "id", O_RDONLY, 0, error);

  if (fd < 0)
    return NULL;
  ssize_t n = read (fd, text, sizeof text - 1);
  if (n < 0)
    {
      shoal_error_from_errno (error, errno, _ ("Cannot read “%s/id”"), self->folder);
      return NULL;
    }
  text[n] = '\0';
  g_strchomp (text);
  if (!is_id (text))
    {
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID,
                   _ ("The file “%s/id” is damaged: it must hold %d hexadecimal digits"),
                   self->folder, ID_LENGTH);
      return NULL;
    }
  return g_strdup (text);
}

/* Two first starts at once must agree: whoever gives its file the name first has named the profile.
 */
static gboolean
load_id (ShoalProfile *self, GError **error)
{
  g_autoptr (GError) local = NULL;

  self->id = read_id (self, &local);
  if (self->id != NULL)
    return TRUE;
  if (!g_error_matches (local, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  g_clear_error (&local);

  g_autofree char *id = make_id ();
  g_autofree char *temporary = g_strconcat ("id.", id, NULL);
  g_autofree char *line = g_strconcat (id, "\n", NULL);
  if (!shoal_dir_write_file (self->dirfd, temporary, line, strlen (line), 0600, error))
    return FALSE;
  gboolean named = shoal_dir_rename_new (self->dirfd, temporary, self->dirfd, "id", &local);
  if (!named)
    unlinkat (self->dirfd, temporary, 0);
  if (!named && !g_error_matches (local, SHOAL_ERROR, SHOAL_ERROR_EXISTS))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (named && fsync (self->dirfd) != 0)
    return shoal_error_from_errno (error, errno, _ ("Cannot write to “%s”"), self->folder);
  self->id = read_id (self, error);
  return self->id != NULL;
}

static gboolean
make_sub_folder (ShoalProfile *self, const char *name, char **path, GError **error)
{
  if (mkdirat (self->dirfd, name, 0700) != 0 && errno != EEXIST)
    return shoal_error_from_errno (error, errno, _ ("Cannot make the folder “%s/%s”"), self->folder,
                                   name);
  *path = g_build_filename (self->folder, name, NULL);
  return TRUE;
}

/* Nobody else can put something in the place of what lies in it. */
static gboolean
is_ours_alone (const char *folder)
{
  struct stat st;

  return lstat (folder, &st) == 0 && S_ISDIR (st.st_mode) && st.st_uid == geteuid ()
         && (st.st_mode & 0022) == 0 && access (folder, W_OK | X_OK) == 0;
}

/* The usual place for sockets, unless this session has none or it is not ours to use (sudo). */
static char *
choose_control_path (ShoalProfile *self)
{
  const char *runtime = g_getenv ("XDG_RUNTIME_DIR");

  if (runtime != NULL && g_path_is_absolute (runtime))
    {
      g_autofree char *folder = g_build_filename (runtime, "shoal", NULL);
      g_autofree char *name = g_strconcat (self->id, ".sock", NULL);
      if (g_mkdir_with_parents (runtime, 0700) == 0 && is_ours_alone (runtime)
          && (mkdir (folder, 0700) == 0 || errno == EEXIST) && is_ours_alone (folder))
        return g_build_filename (folder, name, NULL);
      g_debug ("“%s” cannot be used for the control socket", folder);
    }
  return g_build_filename (self->folder, "control", NULL);
}

/* A session and a cron job see different environments: the holder writes down where it listens. */
static gboolean
write_control_path (ShoalProfile *self, int fd, GError **error)
{
  if (ftruncate (fd, 0) != 0)
    return shoal_error_from_errno (error, errno, _ ("Cannot write “%s/lock”"), self->folder);
  return shoal_fd_write_all (fd, self->control_path, strlen (self->control_path), 0, error);
}

static void
read_control_path (ShoalProfile *self, int fd)
{
  char text[PATH_MAX + 1] = "";
  ssize_t n = pread (fd, text, sizeof text - 1, 0);

  if (n <= 0 || text[0] != '/' || strlen (text) != (gsize) n)
    return; /* it has only just started */
  g_free (self->control_path);
  self->control_path = g_strdup (text);
}

ShoalProfile *
shoal_profile_open (const char *folder, GError **error)
{
  g_autoptr (ShoalProfile) self = g_object_new (SHOAL_TYPE_PROFILE, NULL);
  g_autofree char *chosen
      = folder != NULL ? g_canonicalize_filename (folder, NULL)
                       : g_build_filename (g_get_user_data_dir (), "shoal", "default", NULL);

  if (g_mkdir_with_parents (chosen, 0700) != 0)
    {
      shoal_error_from_errno (error, errno, _ ("Cannot make the profile folder “%s”"), chosen);
      return NULL;
    }
  g_autofree char *real = realpath (chosen, NULL);
  self->folder = g_strdup (real != NULL ? real : chosen);
  self->dirfd = shoal_dir_open (self->folder, FALSE, error);
  if (self->dirfd < 0 || !check_owner (self, error) || !load_id (self, error)
      || !make_sub_folder (self, "journals", &self->journals_folder, error)
      || !make_sub_folder (self, "manifests", &self->manifests_folder, error))
    return NULL;
  self->control_path = choose_control_path (self);
  self->database_path = g_build_filename (self->folder, "shoal.db", NULL);
  self->settings_path = g_build_filename (self->folder, "settings.ini", NULL);
  return g_steal_pointer (&self);
}

gboolean
shoal_profile_lock (ShoalProfile *self, GError **error)
{
  g_return_val_if_fail (SHOAL_IS_PROFILE (self), FALSE);

  if (self->lock_fd >= 0)
    return TRUE;
  g_auto (ShoalFd) fd = shoal_dir_open_file (self->dirfd, "lock", O_RDWR | O_CREAT, 0600, error);
  if (fd < 0)
    return FALSE;
  int result;
  do
    result = flock (fd, LOCK_EX | LOCK_NB);
  while (result != 0 && errno == EINTR);
  int saved_errno = errno;
  if (result == 0)
    {
      g_free (self->control_path);
      self->control_path = choose_control_path (self);
      if (!write_control_path (self, fd, error))
        return FALSE;
      self->lock_fd = g_steal_fd (&fd);
      return TRUE;
    }
  if (saved_errno != EWOULDBLOCK)
    return shoal_error_from_errno (error, saved_errno, _ ("Cannot lock “%s/lock”"), self->folder);
  read_control_path (self, fd);
  g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_BUSY,
               _ ("Another Shoal program is using the profile “%s”"), self->folder);
  return FALSE;
}

void
shoal_profile_unlock (ShoalProfile *self)
{
  g_return_if_fail (SHOAL_IS_PROFILE (self));

  shoal_fd_clear (&self->lock_fd);
}

static void
open_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  g_autoptr (ShoalProfile) profile = shoal_profile_open (data, &error);

  if (profile != NULL && shoal_profile_lock (profile, &error))
    g_task_return_pointer (task, g_steal_pointer (&profile), g_object_unref);
  else
    g_task_return_error (task, error);
}

void
shoal_profile_open_locked_async (const char *folder,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, shoal_profile_open_locked_async);
  g_task_set_task_data (task, g_strdup (folder), g_free);
  shoal_task_run_in_own_thread (task, "shoal-profile", open_in_thread);
}

ShoalProfile *
shoal_profile_open_locked_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

gboolean
shoal_profile_is_locked (ShoalProfile *self)
{
  g_return_val_if_fail (SHOAL_IS_PROFILE (self), FALSE);

  return self->lock_fd >= 0;
}

const char *
shoal_profile_get_folder (ShoalProfile *self)
{
  g_return_val_if_fail (SHOAL_IS_PROFILE (self), NULL);

  return self->folder;
}

const char *
shoal_profile_get_id (ShoalProfile *self)
{
  g_return_val_if_fail (SHOAL_IS_PROFILE (self), NULL);

  return self->id;
}

const char *
shoal_profile_get_database_path (ShoalProfile *self)
{
  g_return_val_if_fail (SHOAL_IS_PROFILE (self), NULL);

  return self->database_path;
}

gboolean
shoal_profile_check_database (ShoalProfile *self, const char *group_path, GError **error)
{
  struct stat st;

  g_return_val_if_fail (SHOAL_IS_PROFILE (self) && group_path != NULL, FALSE);

  if (stat (self->database_path, &st) == 0 ? st.st_size > 0 : errno != ENOENT)
    return TRUE;
  return shoal_set_local_error (
      error, SHOAL_ERROR_NOT_FOUND,
      _ ("The database “%s” is missing or empty, although this profile had one. Nothing was "
         "changed."
         " Restore it from a backup, or delete “%s” and sign in again to begin without the shares,"
         " downloads and history that were in it."),
      self->database_path, group_path);
}

const char *
shoal_profile_get_settings_path (ShoalProfile *self)
{
  g_return_val_if_fail (SHOAL_IS_PROFILE (self), NULL);

  return self->settings_path;
}

const char *
shoal_profile_get_journals_folder (ShoalProfile *self)
{
  g_return_val_if_fail (SHOAL_IS_PROFILE (self), NULL);

  return self->journals_folder;
}

const char *
shoal_profile_get_manifests_folder (ShoalProfile *self)
{
  g_return_val_if_fail (SHOAL_IS_PROFILE (self), NULL);

  return self->manifests_folder;
}

const char *
shoal_profile_get_control_path (ShoalProfile *self)
{
  g_return_val_if_fail (SHOAL_IS_PROFILE (self), NULL);

  return self->control_path;
}
