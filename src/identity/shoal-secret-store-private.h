/* shoal-secret-store-private.h: what the back ends of the secret store share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-secret-store.h"

G_BEGIN_DECLS

/* The names of the back ends, for people and in the profile's record */
#define SHOAL_SECRET_STORE_KEYRING "keyring"
#define SHOAL_SECRET_STORE_FILE "file"
#define SHOAL_SECRET_STORE_MEMORY "memory"

/** shoal_keyring_secret_store_new: @profile_id: the random id of the profile */
ShoalSecretStore *shoal_keyring_secret_store_new (const char *profile_id);

/** shoal_keyring_probe_async: finds out whether a keyring is there and keeps what it is given,
 * within %SHOAL_KEYRING_TIMEOUT_MS */
void shoal_keyring_probe_async (const char *profile_id,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
/** shoal_keyring_probe_finish: Returns: whether to use it; the error says why not */
gboolean shoal_keyring_probe_finish (GAsyncResult *result, GError **error);

/** shoal_secret_kind_is_valid: Returns: whether @kind is 1 to 32 of [a-z-] */
gboolean shoal_secret_kind_is_valid (const char *kind);
/** shoal_secret_group_is_valid: Returns: whether @group is "" or a fingerprint */
gboolean shoal_secret_group_is_valid (const char *group);
/** shoal_secret_not_found: Returns: (transfer full): the error for a secret that is not there */
GError *shoal_secret_not_found (const char *kind);

G_END_DECLS
