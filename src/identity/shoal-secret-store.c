/* shoal-secret-store.c: where keys and tokens are kept: the interface, and which back end it is
 *
 * The back end is chosen once, when the profile is new, and recorded in its folder: a key that was
 * put into the keyring must not be silently made anew in a file because the keyring is locked
 * today.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-secret-store"

#include "config.h"

#include "shoal-secret-store-private.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>
#include <glib/gi18n.h>

#include "shoal-device-key.h"
#include "shoal-dir.h"
#include "shoal-error.h"
#include "shoal-limits.h"

#define RECORD_NAME "secret-store"
#define SECRETS_NAME "secrets"
#define MAX_KIND_LENGTH 32

G_DEFINE_INTERFACE (ShoalSecretStore, shoal_secret_store, G_TYPE_OBJECT)

static void
shoal_secret_store_default_init (ShoalSecretStoreInterface *iface)
{
}

/* ---- For the back ends ---------------------------------------------------------------------- */

gboolean
shoal_secret_kind_is_valid (const char *kind)
{
  gsize length = strspn (kind, "abcdefghijklmnopqrstuvwxyz-");

  return length > 0 && length <= MAX_KIND_LENGTH && kind[length] == '\0';
}

gboolean
shoal_secret_group_is_valid (const char *group)
{
  return *group == '\0' || shoal_is_fingerprint (group);
}

GError *
shoal_secret_not_found (const char *kind)
{
  return g_error_new (SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND,
                      _ ("The secret store has no “%s” for this group"), kind);
}

/* ---- The interface -------------------------------------------------------------------------- */

const char *
shoal_secret_store_get_kind (ShoalSecretStore *self)
{
  g_return_val_if_fail (SHOAL_IS_SECRET_STORE (self), NULL);

  return SHOAL_SECRET_STORE_GET_IFACE (self)->get_kind (self);
}

void
shoal_secret_store_store_async (ShoalSecretStore *self,
                                const char *kind,
                                const char *group,
                                GBytes *secret,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_SECRET_STORE (self));
  g_return_if_fail (kind != NULL && shoal_secret_kind_is_valid (kind));
  g_return_if_fail (group != NULL && shoal_secret_group_is_valid (group));
  g_return_if_fail (secret != NULL && g_bytes_get_size (secret) <= SHOAL_MAX_SECRET_BYTES);

  SHOAL_SECRET_STORE_GET_IFACE (self)->store_async (self, kind, group, secret, cancellable,
                                                    callback, user_data);
}

gboolean
shoal_secret_store_store_finish (ShoalSecretStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (SHOAL_IS_SECRET_STORE (self), FALSE);

  return SHOAL_SECRET_STORE_GET_IFACE (self)->store_finish (self, result, error);
}

void
shoal_secret_store_lookup_async (ShoalSecretStore *self,
                                 const char *kind,
                                 const char *group,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_SECRET_STORE (self));
  g_return_if_fail (kind != NULL && shoal_secret_kind_is_valid (kind));
  g_return_if_fail (group != NULL && shoal_secret_group_is_valid (group));

  SHOAL_SECRET_STORE_GET_IFACE (self)->lookup_async (self, kind, group, cancellable, callback,
                                                     user_data);
}

GBytes *
shoal_secret_store_lookup_finish (ShoalSecretStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (SHOAL_IS_SECRET_STORE (self), NULL);

  return SHOAL_SECRET_STORE_GET_IFACE (self)->lookup_finish (self, result, error);
}

void
shoal_secret_store_clear_async (ShoalSecretStore *self,
                                const char *kind,
                                const char *group,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_SECRET_STORE (self));
  g_return_if_fail (kind != NULL && shoal_secret_kind_is_valid (kind));
  g_return_if_fail (group != NULL && shoal_secret_group_is_valid (group));

  SHOAL_SECRET_STORE_GET_IFACE (self)->clear_async (self, kind, group, cancellable, callback,
                                                    user_data);
}

gboolean
shoal_secret_store_clear_finish (ShoalSecretStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (SHOAL_IS_SECRET_STORE (self), FALSE);

  return SHOAL_SECRET_STORE_GET_IFACE (self)->clear_finish (self, result, error);
}

/* ---- Opening -------------------------------------------------------------------------------- */

typedef struct
{
  char *folder;
  char *profile_id;
} OpenData;

static void
open_data_free (gpointer data)
{
  OpenData *open = data;

  g_clear_pointer (&open->folder, g_free);
  g_clear_pointer (&open->profile_id, g_free);
  g_free (open);
}

/* Returns the recorded back end, "" if the profile is new, %NULL with an error if it cannot be
 * told. */
static const char *
read_record (int dirfd, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  char text[16] = { 0 };
  int fd = shoal_dir_open_file (dirfd, RECORD_NAME, O_RDONLY, 0, &local_error);

  if (fd >= 0)
    {
      struct stat st;
      gboolean read = fstat (fd, &st) == 0 && st.st_size < (goffset) sizeof text
                      && shoal_fd_read_all (fd, text, (gsize) st.st_size, 0, NULL);

      g_close (fd, NULL);
      g_strchomp (text);
      if (read && strcmp (text, SHOAL_SECRET_STORE_KEYRING) == 0)
        return SHOAL_SECRET_STORE_KEYRING;
      if (read && strcmp (text, SHOAL_SECRET_STORE_FILE) == 0)
        return SHOAL_SECRET_STORE_FILE;
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID,
                   _ ("The file “%s” in the profile is damaged: it must say “%s” or “%s”"),
                   RECORD_NAME, SHOAL_SECRET_STORE_KEYRING, SHOAL_SECRET_STORE_FILE);
      return NULL;
    }
  if (!g_error_matches (local_error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }

  /* Killed between the first secret and the record */
  struct stat st;
  if (fstatat (dirfd, SECRETS_NAME, &st, AT_SYMLINK_NOFOLLOW) == 0)
    return SHOAL_SECRET_STORE_FILE;
  return "";
}

static ShoalSecretStore *
make_store (const OpenData *open, const char *kind)
{
  if (strcmp (kind, SHOAL_SECRET_STORE_KEYRING) == 0)
    return shoal_keyring_secret_store_new (open->profile_id);

  g_autofree char *path = g_build_filename (open->folder, SECRETS_NAME, NULL);
  return shoal_file_secret_store_new (path);
}

static gboolean
write_record (const char *folder, const char *kind, GError **error)
{
  int dirfd = shoal_dir_open (folder, TRUE, error);
  g_autofree char *text = g_strconcat (kind, "\n", NULL);

  if (dirfd < 0)
    return FALSE;
  gboolean written = shoal_dir_write_file (dirfd, RECORD_NAME, text, strlen (text), 0600, error);
  g_close (dirfd, NULL);
  return written;
}

static void
on_probe_done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) reason = NULL;
  GError *error = NULL;
  OpenData *open = g_task_get_task_data (task);
  const char *kind = SHOAL_SECRET_STORE_KEYRING;

  if (!shoal_keyring_probe_finish (result, &reason))
    {
      /* Who gave up while we asked has chosen nothing. */
      if (g_task_return_error_if_cancelled (task))
        return;
      g_info ("No keyring, keys go into a file: %s", reason->message);
      kind = SHOAL_SECRET_STORE_FILE;
    }
  if (!write_record (open->folder, kind, &error))
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, make_store (open, kind), g_object_unref);
}

void
shoal_secret_store_open_async (const char *folder,
                               const char *profile_id,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_return_if_fail (folder != NULL);
  g_return_if_fail (profile_id != NULL && *profile_id != '\0');

  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  OpenData *open = g_new0 (OpenData, 1);
  GError *error = NULL;

  open->folder = g_strdup (folder);
  open->profile_id = g_strdup (profile_id);
  g_task_set_source_tag (task, shoal_secret_store_open_async);
  g_task_set_task_data (task, open, open_data_free);
  if (g_task_return_error_if_cancelled (task))
    return;

  int dirfd = shoal_dir_open (folder, TRUE, &error);
  if (dirfd < 0)
    {
      g_task_return_error (task, error);
      return;
    }
  const char *kind = read_record (dirfd, &error);
  g_close (dirfd, NULL);
  if (kind == NULL)
    g_task_return_error (task, error);
  else if (*kind != '\0')
    g_task_return_pointer (task, make_store (open, kind), g_object_unref);
  else
    shoal_keyring_probe_async (profile_id, cancellable, on_probe_done_cb, g_steal_pointer (&task));
}

ShoalSecretStore *
shoal_secret_store_open_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_TASK (result), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
