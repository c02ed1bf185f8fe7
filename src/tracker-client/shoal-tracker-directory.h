/* shoal-tracker-directory.h: the directory that a tracker keeps
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-audit-page.h"
#include "shoal-device-key.h"
#include "shoal-directory.h"
#include "shoal-kept-roster.h"
#include "shoal-kept-rows.h"
#include "shoal-known-devices.h"
#include "shoal-member.h"

G_BEGIN_DECLS

/** ShoalTrackerDirectory: a #ShoalDirectory; main thread. Keeps one channel to the tracker open and
 * comes back by itself. Signals beside those of the interface: "account-changed" (account, user,
 * owner, token or group name are others: to be kept), "audit-changed" (the pair to remember, or the
 * warning). */
#define SHOAL_TYPE_TRACKER_DIRECTORY (shoal_tracker_directory_get_type ())
G_DECLARE_FINAL_TYPE (
    ShoalTrackerDirectory, shoal_tracker_directory, SHOAL, TRACKER_DIRECTORY, GObject)

/** shoal_tracker_directory_new: @known: (nullable): where devices are remembered */
ShoalTrackerDirectory *shoal_tracker_directory_new (ShoalDeviceKey *key, ShoalKnownDevices *known);
/** shoal_tracker_directory_set_kept: where it keeps what it was told, and finds it while the
 * tracker is away. Takes over the members that are kept; nobody is admitted because of them: there
 * is no "roster-changed". Before shoal_tracker_directory_start(); blocking. */
gboolean shoal_tracker_directory_set_kept (ShoalTrackerDirectory *self,
                                           ShoalKeptRows *rows,
                                           ShoalKeptRoster *roster,
                                           GError **error);
/** shoal_tracker_directory_flush_kept: writes it now; before the database is closed */
void shoal_tracker_directory_flush_kept (ShoalTrackerDirectory *self);
/** shoal_tracker_directory_forget_kept: the group is left for good */
void shoal_tracker_directory_forget_kept (ShoalTrackerDirectory *self);
/** shoal_tracker_directory_set_tracker: where it is ("host:port") and the key it must show, for the
 * next connection */
void shoal_tracker_directory_set_tracker (ShoalTrackerDirectory *self,
                                          const char *const *addresses,
                                          const char *group);
const char *const *
shoal_tracker_directory_get_addresses (ShoalTrackerDirectory *self);         /* (nullable) */
const char *shoal_tracker_directory_get_group (ShoalTrackerDirectory *self); /* (nullable) */
/** shoal_tracker_directory_set_token: what signs this device in; (nullable) */
void shoal_tracker_directory_set_token (ShoalTrackerDirectory *self, const char *token);
const char *shoal_tracker_directory_get_token (ShoalTrackerDirectory *self);
/** shoal_tracker_directory_set_identity: what was known at the last sign-in, until the next; all
 * nullable */
void shoal_tracker_directory_set_identity (ShoalTrackerDirectory *self,
                                           const char *account,
                                           const char *user,
                                           const char *group_name);
void shoal_tracker_directory_set_device_name (ShoalTrackerDirectory *self, const char *name);

/** shoal_tracker_directory_start: connects and signs in with the token, and again whenever the
 * connection is lost, until shoal_tracker_directory_stop(). Also leaves the states that wait for
 * the user: "replaced" and "untrusted". */
void shoal_tracker_directory_start (ShoalTrackerDirectory *self);
void shoal_tracker_directory_stop (ShoalTrackerDirectory *self);
/** shoal_tracker_directory_flush_async: done when the tracker has taken all reports, or cannot be
 * asked now */
void shoal_tracker_directory_flush_async (ShoalTrackerDirectory *self,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);
gboolean shoal_tracker_directory_flush_finish (ShoalTrackerDirectory *self,
                                               GAsyncResult *result,
                                               GError **error);

/** shoal_tracker_directory_get_user: Returns: (nullable): our name in the group */
const char *shoal_tracker_directory_get_user (ShoalTrackerDirectory *self);
gboolean shoal_tracker_directory_get_owner (ShoalTrackerDirectory *self);
/** shoal_tracker_directory_get_group_name: Returns: (nullable): what the tracker calls the group */
const char *shoal_tracker_directory_get_group_name (ShoalTrackerDirectory *self);
/** shoal_tracker_directory_get_now_ms: Returns: the tracker's clock as far as known: times "…_ms"
 * compare with it */
gint64 shoal_tracker_directory_get_now_ms (ShoalTrackerDirectory *self);
/** shoal_tracker_directory_lookup_device: Returns: (transfer none) (nullable); @member: (out)
 * (optional) (transfer none) */
ShoalDevice *shoal_tracker_directory_lookup_device (ShoalTrackerDirectory *self,
                                                    const char *fingerprint,
                                                    ShoalMember **member);
/** shoal_tracker_directory_confirm_device: the user has compared its words. Returns: whether there
 * is such a device */
gboolean shoal_tracker_directory_confirm_device (ShoalTrackerDirectory *self,
                                                 const char *fingerprint);

/** shoal_tracker_directory_sign_up_async: makes the account, signs in and stays. @invite:
 * (nullable). Repeats itself when the answer is lost, with effect once. */
void shoal_tracker_directory_sign_up_async (ShoalTrackerDirectory *self,
                                            const char *user,
                                            const char *password,
                                            const char *invite,
                                            GCancellable *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer user_data);
gboolean shoal_tracker_directory_sign_up_finish (ShoalTrackerDirectory *self,
                                                 GAsyncResult *result,
                                                 GError **error);
void shoal_tracker_directory_sign_in_async (ShoalTrackerDirectory *self,
                                            const char *user,
                                            const char *password,
                                            GCancellable *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer user_data);
gboolean shoal_tracker_directory_sign_in_finish (ShoalTrackerDirectory *self,
                                                 GAsyncResult *result,
                                                 GError **error);
/** shoal_tracker_directory_sign_out_async: voids the token at the tracker, @everywhere: those of
 * all devices. The token is forgotten here in any case; an error says that the tracker did not hear
 * of it. */
void shoal_tracker_directory_sign_out_async (ShoalTrackerDirectory *self,
                                             gboolean everywhere,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer user_data);
gboolean shoal_tracker_directory_sign_out_finish (ShoalTrackerDirectory *self,
                                                  GAsyncResult *result,
                                                  GError **error);
void shoal_tracker_directory_password_async (ShoalTrackerDirectory *self,
                                             const char *old_password,
                                             const char *new_password,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer user_data);
gboolean shoal_tracker_directory_password_finish (ShoalTrackerDirectory *self,
                                                  GAsyncResult *result,
                                                  GError **error);

/** shoal_tracker_directory_audit_async: entries after number @after (0: from the first), at most
 * @limit */
void shoal_tracker_directory_audit_async (ShoalTrackerDirectory *self,
                                          gint64 after,
                                          guint limit,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);
/** shoal_tracker_directory_audit_finish: Returns: (transfer full) */
ShoalAuditPage *shoal_tracker_directory_audit_finish (ShoalTrackerDirectory *self,
                                                      GAsyncResult *result,
                                                      GError **error);
/** shoal_tracker_directory_set_audit_mark: what was seen last, from the profile; @head: (nullable):
 * nothing yet */
void shoal_tracker_directory_set_audit_mark (ShoalTrackerDirectory *self,
                                             gint64 count,
                                             const char *head);
/** shoal_tracker_directory_get_audit_mark: @count: (out). Returns: (nullable): the head hash */
const char *shoal_tracker_directory_get_audit_mark (ShoalTrackerDirectory *self, gint64 *count);
/** shoal_tracker_directory_get_audit_warning: Returns: (nullable): in words, if the log does not
 * extend the one seen before */
const char *shoal_tracker_directory_get_audit_warning (ShoalTrackerDirectory *self);
/** shoal_tracker_directory_accept_audit: the user has been told; the log as it is now is the one to
 * extend */
void shoal_tracker_directory_accept_audit (ShoalTrackerDirectory *self);
/** shoal_tracker_directory_verify_audit_async: fetches the whole log and checks it, also against
 * what was seen before */
void shoal_tracker_directory_verify_audit_async (ShoalTrackerDirectory *self,
                                                 GCancellable *cancellable,
                                                 GAsyncReadyCallback callback,
                                                 gpointer user_data);
/** shoal_tracker_directory_verify_audit_finish: Returns: how many entries are in order, or -1 with
 * %SHOAL_ERROR_CORRUPT that names the first that is not; @head: (out) (optional) (transfer full) */
gint64 shoal_tracker_directory_verify_audit_finish (ShoalTrackerDirectory *self,
                                                    GAsyncResult *result,
                                                    char **head,
                                                    GError **error);

/** shoal_tracker_directory_invite_async: for owners */
void shoal_tracker_directory_invite_async (ShoalTrackerDirectory *self,
                                           guint uses,
                                           guint expires_days,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);
/** shoal_tracker_directory_invite_finish: @expires_ms: (out) (optional). Returns: (transfer full):
 * the link, a secret */
char *shoal_tracker_directory_invite_finish (ShoalTrackerDirectory *self,
                                             GAsyncResult *result,
                                             gint64 *expires_ms,
                                             GError **error);

/** ShoalInvite: one that has been given out */
typedef struct
{
  char *code_hint;
  gint64 uses;
  gint64 left;
  gint64 expires_ms;
} ShoalInvite;
void shoal_invite_free (ShoalInvite *self);
void shoal_tracker_directory_invites_async (ShoalTrackerDirectory *self,
                                            GCancellable *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer user_data);
/** shoal_tracker_directory_invites_finish: Returns: (transfer full) (element-type ShoalInvite) */
GPtrArray *shoal_tracker_directory_invites_finish (ShoalTrackerDirectory *self,
                                                   GAsyncResult *result,
                                                   GError **error);

G_END_DECLS
