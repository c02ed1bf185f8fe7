/* shoal-password.h: Argon2id in threads of its own, few at a time
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-fair-queue.h"

G_BEGIN_DECLS

/** ShoalPasswordPool: %SHOAL_ARGON2_AT_ONCE threads and a queue of %SHOAL_ARGON2_QUEUE, so that a
 * storm of sign-ins costs neither memory nor the threads that others need; above it the one that
 * waits for most is refused with %SHOAL_ERROR_BUSY. Those who wait take turns; wrong passwords of
 * one of them are compared at a pace. Copies of passwords are wiped. Main thread. */
typedef struct _ShoalPasswordPool ShoalPasswordPool;

/** shoal_password_pool_new: Returns: (transfer full): or %NULL if libsodium does not start */
ShoalPasswordPool *shoal_password_pool_new (GError **error);
/** shoal_password_pool_stop: waits for what runs; what waits, and what is asked for from now on,
 * fails with %SHOAL_ERROR_DISCONNECTED. Callbacks still come later, from the main context */
void shoal_password_pool_stop (ShoalPasswordPool *self);
/** shoal_password_pool_free: waits for what runs; what waits is cancelled */
void shoal_password_pool_free (ShoalPasswordPool *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalPasswordPool, shoal_password_pool_free)

/** shoal_password_hash_async: makes the string to keep for @password. @turn: who waits.
 * @cancellable: drops it if it still waits */
void shoal_password_hash_async (ShoalPasswordPool *self,
                                const ShoalTurn *turn,
                                const char *password,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
/** shoal_password_hash_finish: Returns: (transfer full) */
char *shoal_password_hash_finish (GAsyncResult *result, GError **error);

/** shoal_password_verify_async: compares @password with @hash, or, where there is none, with one
 * that nothing matches, which takes as long */
void shoal_password_verify_async (ShoalPasswordPool *self,
                                  const ShoalTurn *turn,
                                  const char *password,
                                  const char *hash,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
/** shoal_password_verify_finish: @matches: (out). Returns: %FALSE with an error if it was not
 * compared */
gboolean shoal_password_verify_finish (GAsyncResult *result, gboolean *matches, GError **error);

/** shoal_password_check: Returns: whether @password has an allowed length; else
 * %SHOAL_ERROR_INVALID with @field */
gboolean shoal_password_check (const char *password, const char *field, GError **error);

/** shoal_secret_new: Returns: (transfer full): 256 random bits as 64 hex digits */
char *shoal_secret_new (void);
/** shoal_secret_digest: Returns: (transfer full): SHA-256 of a token or invite code, hex: all that
 * is kept of it */
char *shoal_secret_digest (const char *secret);
/** shoal_random_id: Returns: (transfer full): 128 random bits as 32 hex digits */
char *shoal_random_id (void);

G_END_DECLS
