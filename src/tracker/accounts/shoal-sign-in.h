/* shoal-sign-in.h: how a stranger becomes a member's device: state shared by sign-up, sign-in and
 * password
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-accounts.h"
#include "shoal-lockout.h"
#include "shoal-tracker-session.h"

G_BEGIN_DECLS

/** ShoalSignIn: one attempt, from its parameters to its answer. It belongs to one step at a time:
 * to the main thread, or to the database's while a job runs. */
typedef struct
{
  ShoalTrackerSession *session;
  ShoalRequest *request;
  ShoalActor *actor; /* device and address of the session */

  /* What was asked. */
  char *user;
  char *fold;
  char *password;
  char *new_password; /* password */
  char *token;
  char *device_name;
  char *uuid;   /* sign-up */
  char *invite; /* sign-up */

  /* What has been found so far. */
  ShoalAccount account;
  ShoalBinding binding;
  char *hash; /* Argon2id of a new password */
  gboolean known_device;
  gboolean counted;  /* the lockout waits for the end of this try */
  gboolean repeated; /* sign-up: the account was made by an earlier one */
  gboolean new_device;
  GPtrArray *lockout_rows; /* (nullable): to be written */
  gint64 blocked_ms;
  gboolean logged; /* a wrong password has its own entry in the log */
  gint64 now_ms;
  gint64 token_ms; /* of the clock by which tokens get old */
} ShoalSignIn;

/** shoal_sign_in_new: marks the session as busy; @error is set if it is already */
ShoalSignIn *
shoal_sign_in_new (ShoalTrackerSession *session, ShoalRequest *request, GError **error);
void shoal_sign_in_free (ShoalSignIn *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalSignIn, shoal_sign_in_free)

/** shoal_sign_in_read_names: @user and @password from @params, and the optional device name */
gboolean shoal_sign_in_read_names (ShoalSignIn *self, JsonObject *params, GError **error);

/** shoal_sign_in_get_turn: Returns: whose turn it takes where many wait: a device that is known
 * does not wait behind the strangers at its address */
ShoalTurn shoal_sign_in_get_turn (ShoalSignIn *self);
/** shoal_sign_in_read, shoal_sign_in_write: a step in the database, in its turn. @data: the job's;
 * nobody frees it */
void shoal_sign_in_read (ShoalSignIn *self,
                         ShoalDatabaseFunc func,
                         gpointer data,
                         GAsyncReadyCallback callback);
void shoal_sign_in_write (ShoalSignIn *self,
                          ShoalDatabaseFunc func,
                          gpointer data,
                          GAsyncReadyCallback callback);
/** shoal_sign_in_fail: answers with @error and ends. @self: (transfer full) */
void shoal_sign_in_fail (ShoalSignIn *self, const GError *error);
/** shoal_sign_in_get_known_device: Returns: (nullable): its device, if that is bound to the account
 * already */
const char *shoal_sign_in_get_known_device (ShoalSignIn *self);
/** shoal_sign_in_end_count: tells the lockout how the try ended; the rows to write are in @self */
void shoal_sign_in_end_count (ShoalSignIn *self, ShoalLockoutOutcome outcome);
/** shoal_sign_in_write_failure: writes a wrong password into the log and the lockout's table, then
 * answers that name or password is wrong. @self: (transfer full) */
void shoal_sign_in_write_failure (ShoalSignIn *self);
/** shoal_sign_in_bind: the part of the last write job that all share: device, token, entry in the
 * log */
gboolean shoal_sign_in_bind (ShoalConnection *connection,
                             ShoalSignIn *self,
                             gboolean with_token,
                             const char *event,
                             const char *text,
                             GError **error);
/** shoal_sign_in_complete: after that job: the device is online, the answer and the roster go out.
 * @self: (transfer full) */
void shoal_sign_in_complete (ShoalSignIn *self);

/** shoal_sign_in_handle: the method sign-in */
gboolean shoal_sign_in_handle (ShoalTrackerSession *session,
                               ShoalRequest *request,
                               JsonObject *params,
                               GError **error);
/** shoal_sign_up_handle: the method sign-up */
gboolean shoal_sign_up_handle (ShoalTrackerSession *session,
                               ShoalRequest *request,
                               JsonObject *params,
                               GError **error);
/** shoal_password_handle: the method password */
gboolean shoal_password_handle (ShoalTrackerSession *session,
                                ShoalRequest *request,
                                JsonObject *params,
                                GError **error);

G_END_DECLS
