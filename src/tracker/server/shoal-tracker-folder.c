/* shoal-tracker-folder.c: the tracker's data folder: its lock and its key
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tracker-folder"

#include "config.h"

#include "shoal-tracker-folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "shoal-dir.h"
#include "shoal-error.h"
#include "shoal-tracker-schema.h"

#define KEY_NAME "key"
#define LOCK_NAME "lock"
#define SEED_BYTES (32)

int
shoal_tracker_folder_lock (const char *data, GError **error)
{
  if (g_mkdir_with_parents (data, 0700) != 0)
    {
      shoal_error_from_errno (error, errno, "Cannot make the data folder “%s”", data);
      return -1;
    }

  g_autofree char *path = g_build_filename (data, LOCK_NAME, NULL);
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

  if (fd < 0)
    {
      shoal_error_from_errno (error, errno, "Cannot open “%s”", path);
      return -1;
    }
  if (flock (fd, LOCK_EX | LOCK_NB) != 0)
    {
      int saved_errno = errno;

      close (fd);
      if (saved_errno == EWOULDBLOCK)
        g_set_error (
            error, SHOAL_ERROR, SHOAL_ERROR_EXISTS,
            "Another tracker is running with the data folder “%s”. Stop it first, or choose "
            "another folder with --data.",
            data);
      else
        shoal_error_from_errno (error, saved_errno, "Cannot lock “%s”", path);
      return -1;
    }
  return fd;
}

static ShoalDeviceKey *
read_key (int fd, const char *data, GError **error)
{
  struct stat st;

  if (fstat (fd, &st) != 0)
    {
      shoal_error_from_errno (error, errno, "Cannot read the key in “%s”", data);
      return NULL;
    }
  if ((st.st_mode & 0077) != 0)
    {
      g_set_error (
          error, SHOAL_ERROR, SHOAL_ERROR_DENIED,
          "The tracker's key “%s/%s” can be read by others. If you trust everybody who could, "
          "run “chmod 600” on it.",
          data, KEY_NAME);
      return NULL;
    }
  if (st.st_size != SEED_BYTES)
    {
      g_set_error (
          error, SHOAL_ERROR, SHOAL_ERROR_IO,
          "“%s/%s” is not a key: it must have %d bytes. Restore it from a backup; without it "
          "the members' programs will not trust this tracker.",
          data, KEY_NAME, SEED_BYTES);
      return NULL;
    }

  guint8 seed[SEED_BYTES];

  if (!shoal_fd_read_all (fd, seed, sizeof seed, 0, error))
    return NULL;

  g_autoptr (GBytes) bytes = g_bytes_new (seed, sizeof seed);
  ShoalDeviceKey *key = shoal_device_key_from_seed (bytes, error);

  sodium_memzero (seed, sizeof seed);
  return key;
}

gboolean
shoal_tracker_folder_check_database (const char *data, GError **error)
{
  g_autofree char *key = g_build_filename (data, KEY_NAME, NULL);
  g_autofree char *database = g_build_filename (data, SHOAL_TRACKER_DATABASE, NULL);
  struct stat st;

  if (stat (key, &st) != 0 || (stat (database, &st) == 0 && st.st_size > 0))
    return TRUE;
  g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND,
               "The tracker's database “%s” is missing or empty, and its key is there. Nothing was "
               "changed. Restore it from a backup, or mount the disk that it is on. To begin a new "
               "group, use an empty folder.",
               database);
  return FALSE;
}

static ShoalDeviceKey *
make_key (int dirfd, GError **error)
{
  g_autoptr (ShoalDeviceKey) key = shoal_device_key_generate (error);

  if (key == NULL)
    return NULL;

  g_autoptr (GBytes) seed = shoal_device_key_dup_seed (key);
  gsize size = 0;
  gconstpointer bytes = g_bytes_get_data (seed, &size);

  if (!shoal_dir_write_file (dirfd, KEY_NAME, bytes, size, 0600, error))
    return NULL;
  return g_steal_pointer (&key);
}

ShoalDeviceKey *
shoal_tracker_folder_load_key (const char *data, gboolean create, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  int dirfd = shoal_dir_open (data, FALSE, error);

  if (dirfd < 0)
    return NULL;

  int fd = shoal_dir_open_file (dirfd, KEY_NAME, O_RDONLY, 0, &local_error);
  ShoalDeviceKey *key = NULL;

  if (fd >= 0)
    {
      key = read_key (fd, data, error);
      close (fd);
    }
  else if (create && g_error_matches (local_error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND))
    key = make_key (dirfd, error);
  else if (g_error_matches (local_error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND))
    g_set_error (
        error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND,
        "The tracker's key “%s/%s” is missing. Restore it from a backup: the members' programs "
        "trust no other. To begin a new group, use an empty folder.",
        data, KEY_NAME);
  else
    g_propagate_error (error, g_steal_pointer (&local_error));
  close (dirfd);
  return key;
}
