/* shoal-tracker-account.h: who we are at the tracker
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-tracker-link.h"

G_BEGIN_DECLS

/** ShoalTrackerAccount: main thread. The account that this device is signed in to, and what only
 * its holder may ask for. The signal "account-changed" says that the account, its user, whether
 * that is an owner, or the link's token are others: to be kept. */
#define SHOAL_TYPE_TRACKER_ACCOUNT (shoal_tracker_account_get_type ())
G_DECLARE_FINAL_TYPE (ShoalTrackerAccount, shoal_tracker_account, SHOAL, TRACKER_ACCOUNT, GObject)

/** shoal_tracker_account_new: of whoever @link signs in */
ShoalTrackerAccount *shoal_tracker_account_new (ShoalTrackerLink *link);
/** shoal_tracker_account_get_link: Returns: (transfer none): what it was made with */
ShoalTrackerLink *shoal_tracker_account_get_link (ShoalTrackerAccount *self);
/** shoal_tracker_account_set_identity: what was known at the last sign-in, until the next; all
 * nullable */
void
shoal_tracker_account_set_identity (ShoalTrackerAccount *self, const char *id, const char *user);
/** shoal_tracker_account_get_id: Returns: (nullable): 32 hexadecimal digits */
const char *shoal_tracker_account_get_id (ShoalTrackerAccount *self);
/** shoal_tracker_account_get_user: Returns: (nullable): our name in the group */
const char *shoal_tracker_account_get_user (ShoalTrackerAccount *self);
/** shoal_tracker_account_get_owner: Returns: whether we are an owner of the group, as of the last
 * sign-in */
gboolean shoal_tracker_account_get_owner (ShoalTrackerAccount *self);

/** shoal_tracker_account_sign_up_async: makes the account, signs in and stays. @invite: (nullable).
 * Repeats itself when the answer is lost, with effect once. */
void shoal_tracker_account_sign_up_async (ShoalTrackerAccount *self,
                                          const char *user,
                                          const char *password,
                                          const char *invite,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);
/** shoal_tracker_account_sign_up_finish: Returns: whether we are signed in; the link has the token
 */
gboolean shoal_tracker_account_sign_up_finish (ShoalTrackerAccount *self,
                                               GAsyncResult *result,
                                               GError **error);
/** shoal_tracker_account_sign_in_async: signs in to an account that is there and stays */
void shoal_tracker_account_sign_in_async (ShoalTrackerAccount *self,
                                          const char *user,
                                          const char *password,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);
/** shoal_tracker_account_sign_in_finish: Returns: whether we are signed in; the link has the token
 */
gboolean shoal_tracker_account_sign_in_finish (ShoalTrackerAccount *self,
                                               GAsyncResult *result,
                                               GError **error);
/** shoal_tracker_account_sign_out_async: voids the token at the tracker, @everywhere: those of all
 * devices. The token is forgotten here in any case; an error says that the tracker did not hear of
 * it. */
void shoal_tracker_account_sign_out_async (ShoalTrackerAccount *self,
                                           gboolean everywhere,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);
/** shoal_tracker_account_sign_out_finish: Returns: whether the tracker has heard of it */
gboolean shoal_tracker_account_sign_out_finish (ShoalTrackerAccount *self,
                                                GAsyncResult *result,
                                                GError **error);
/** shoal_tracker_account_password_async: changes it; voids all other tokens of the account */
void shoal_tracker_account_password_async (ShoalTrackerAccount *self,
                                           const char *old_password,
                                           const char *new_password,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);
/** shoal_tracker_account_password_finish: Returns: whether it has; the link has another token then
 */
gboolean shoal_tracker_account_password_finish (ShoalTrackerAccount *self,
                                                GAsyncResult *result,
                                                GError **error);

/** shoal_tracker_account_invite_async: for owners: makes a link that @uses people can sign up with
 * during @expires_days */
void shoal_tracker_account_invite_async (ShoalTrackerAccount *self,
                                         guint uses,
                                         guint expires_days,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
/** shoal_tracker_account_invite_finish: @expires_ms: (out) (optional). Returns: (transfer full):
 * the link, a secret */
char *shoal_tracker_account_invite_finish (ShoalTrackerAccount *self,
                                           GAsyncResult *result,
                                           gint64 *expires_ms,
                                           GError **error);

/** ShoalInvite: one that has been given out */
typedef struct
{
  char *code_hint; /* enough to tell it from the others, not to use it */
  gint64 uses;
  gint64 left;
  gint64 expires_ms;
} ShoalInvite;
/** shoal_invite_free: @self: (nullable) */
void shoal_invite_free (ShoalInvite *self);
/** shoal_tracker_account_invites_async: for owners: which invites can still be used */
void shoal_tracker_account_invites_async (ShoalTrackerAccount *self,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);
/** shoal_tracker_account_invites_finish: Returns: (transfer full) (element-type ShoalInvite) */
GPtrArray *shoal_tracker_account_invites_finish (ShoalTrackerAccount *self,
                                                 GAsyncResult *result,
                                                 GError **error);

G_END_DECLS
