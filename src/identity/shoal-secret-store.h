/* shoal-secret-store.h: where keys and tokens are kept: keyring, file or memory behind one
 * interface
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** ShoalSecretStore: secrets are named by kind ("device-key", "token") and group (fingerprint of
 * the tracker, or "" for the profile itself) within one profile. Called on the main thread. */
#define SHOAL_TYPE_SECRET_STORE (shoal_secret_store_get_type ())
G_DECLARE_INTERFACE (ShoalSecretStore, shoal_secret_store, SHOAL, SECRET_STORE, GObject)

struct _ShoalSecretStoreInterface
{
  GTypeInterface parent_iface;

  const char *(*get_kind) (ShoalSecretStore *self);
  void (*store_async) (ShoalSecretStore *self,
                       const char *kind,
                       const char *group,
                       GBytes *secret,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data);
  gboolean (*store_finish) (ShoalSecretStore *self, GAsyncResult *result, GError **error);
  void (*lookup_async) (ShoalSecretStore *self,
                        const char *kind,
                        const char *group,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
  GBytes *(*lookup_finish) (ShoalSecretStore *self, GAsyncResult *result, GError **error);
  void (*clear_async) (ShoalSecretStore *self,
                       const char *kind,
                       const char *group,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data);
  gboolean (*clear_finish) (ShoalSecretStore *self, GAsyncResult *result, GError **error);
};

/** shoal_secret_store_get_kind: Returns: "keyring", "file" or "memory"; what the user is told */
const char *shoal_secret_store_get_kind (ShoalSecretStore *self);
/** shoal_secret_store_store_async: keeps @secret, replacing what was there */
void shoal_secret_store_store_async (ShoalSecretStore *self,
                                     const char *kind,
                                     const char *group,
                                     GBytes *secret,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
/** shoal_secret_store_store_finish: Returns: whether it is stored */
gboolean
shoal_secret_store_store_finish (ShoalSecretStore *self, GAsyncResult *result, GError **error);
/** shoal_secret_store_lookup_async: a secret that is not there is %SHOAL_ERROR_NOT_FOUND; a keyring
 * that does not answer within 10 s (locked, over ssh) is %SHOAL_ERROR_DENIED */
void shoal_secret_store_lookup_async (ShoalSecretStore *self,
                                      const char *kind,
                                      const char *group,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
GBytes *
shoal_secret_store_lookup_finish (ShoalSecretStore *self, GAsyncResult *result, GError **error);
/** shoal_secret_store_clear_async: forgets the secret @kind of the profile; one that is not there
 * is no error */
void shoal_secret_store_clear_async (ShoalSecretStore *self,
                                     const char *kind,
                                     const char *group,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
/** shoal_secret_store_clear_finish: Returns: whether nothing is stored any more */
gboolean
shoal_secret_store_clear_finish (ShoalSecretStore *self, GAsyncResult *result, GError **error);

/** shoal_secret_store_open_async: opens the store of the profile in @folder with the random id
 * @profile_id. The back end recorded in the folder at creation is used and never switched; a new
 * profile takes the keyring if one answers, else a file "secrets" with mode 0600 in @folder. */
void shoal_secret_store_open_async (const char *folder,
                                    const char *profile_id,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
ShoalSecretStore *shoal_secret_store_open_finish (GAsyncResult *result, GError **error);

/** shoal_memory_secret_store_new: for tests and throw-away profiles. Returns: (transfer full) */
ShoalSecretStore *shoal_memory_secret_store_new (void);
/** shoal_file_secret_store_new: @path: the file (0600; refused if others can read it) */
ShoalSecretStore *shoal_file_secret_store_new (const char *path);

G_END_DECLS
