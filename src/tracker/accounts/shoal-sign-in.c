/* shoal-sign-in.c: how a stranger becomes a member's device: state shared by sign-up, sign-in and
 * password
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-sign-in"

#include "config.h"

#include "shoal-sign-in.h"

#include <sodium.h>
#include <string.h>

#include "shoal-audit.h"
#include "shoal-clock.h"
#include "shoal-error.h"
#include "shoal-failed-tries.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-password.h"
#include "shoal-presence.h"
#include "shoal-safe-name.h"
#include "shoal-sessions.h"
#include "shoal-text.h"
#include "shoal-token-clock.h"
#include "shoal-tracker-log.h"

/* Longer names than an account can have are counted like any wrong name. */
#define MAX_NAME_CHARS (256)

ShoalSignIn *
shoal_sign_in_new (ShoalTrackerSession *session, ShoalRequest *request, GError **error)
{
  if (!shoal_tracker_session_set_busy (session, TRUE, error))
    return NULL;

  ShoalSignIn *self = g_new0 (ShoalSignIn, 1);

  self->session = shoal_tracker_session_ref (session);
  self->request = shoal_request_ref (request);
  self->actor = shoal_actor_ref (shoal_tracker_session_get_actor (session));
  self->now_ms = shoal_now_ms ();
  self->token_ms
      = shoal_token_clock_now_ms (shoal_tracker_session_get_parts (session)->token_clock);
  return self;
}

static void
wipe (char **secret)
{
  if (*secret != NULL)
    sodium_memzero (*secret, strlen (*secret));
  g_clear_pointer (secret, g_free);
}

void
shoal_sign_in_free (ShoalSignIn *self)
{
  shoal_sign_in_end_count (self, SHOAL_LOCKOUT_ABANDONED);
  shoal_tracker_session_set_busy (self->session, FALSE, NULL);
  g_clear_pointer (&self->session, shoal_tracker_session_unref);
  g_clear_pointer (&self->request, shoal_request_unref);
  g_clear_pointer (&self->actor, shoal_actor_unref);
  g_clear_pointer (&self->user, g_free);
  g_clear_pointer (&self->fold, g_free);
  wipe (&self->password);
  wipe (&self->new_password);
  wipe (&self->token);
  g_clear_pointer (&self->device_name, g_free);
  g_clear_pointer (&self->uuid, g_free);
  wipe (&self->invite);
  shoal_account_clear (&self->account);
  shoal_binding_clear (&self->binding);
  g_clear_pointer (&self->hash, g_free);
  g_clear_pointer (&self->lockout_rows, g_ptr_array_unref);
  g_free (self);
}

gboolean
shoal_sign_in_read_names (ShoalSignIn *self, JsonObject *params, GError **error)
{
  const char *device_name = NULL;
  const char *user = NULL;
  const char *password = NULL;

  if (!shoal_json_get_optional_string (params, "device_name", SHOAL_MAX_DEVICE_NAME_CHARS,
                                       &device_name, error)
      || !shoal_json_get_optional_string (params, "user", MAX_NAME_CHARS, &user, error)
      || !shoal_json_get_optional_string (params, "password", SHOAL_MAX_PASSWORD_BYTES, &password,
                                          error))
    return FALSE;
  if (device_name != NULL)
    self->device_name = shoal_text_clean (device_name, SHOAL_MAX_DEVICE_NAME_CHARS * 4);
  self->user = g_strdup (user);
  self->fold = user != NULL ? shoal_name_fold (user) : NULL;
  self->password = g_strdup (password);
  return TRUE;
}

ShoalTurn
shoal_sign_in_get_turn (ShoalSignIn *self)
{
  const char *device = shoal_sign_in_get_known_device (self);

  return device != NULL ? (ShoalTurn){ device, TRUE }
                        : shoal_tracker_session_get_turn (self->session);
}

void
shoal_sign_in_read (ShoalSignIn *self,
                    ShoalDatabaseFunc func,
                    gpointer data,
                    GAsyncReadyCallback callback)
{
  const ShoalTurn turn = shoal_sign_in_get_turn (self);

  shoal_database_read_for_async (shoal_tracker_session_get_parts (self->session)->database, &turn,
                                 func, data, NULL, NULL, callback, data);
}

void
shoal_sign_in_write (ShoalSignIn *self,
                     ShoalDatabaseFunc func,
                     gpointer data,
                     GAsyncReadyCallback callback)
{
  const ShoalTurn turn = shoal_sign_in_get_turn (self);

  shoal_database_write_for_async (shoal_tracker_session_get_parts (self->session)->database, &turn,
                                  func, data, NULL, NULL, callback, data);
}

void
shoal_sign_in_fail (ShoalSignIn *self, const GError *error)
{
  if (error->domain != SHOAL_ERROR && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_warning ("“%s” failed: %s", shoal_request_get_method (self->request), error->message);
  shoal_request_fail (self->request, error);
  shoal_sign_in_free (self);
}

const char *
shoal_sign_in_get_known_device (ShoalSignIn *self)
{
  return self->known_device ? self->actor->device : NULL;
}

void
shoal_sign_in_end_count (ShoalSignIn *self, ShoalLockoutOutcome outcome)
{
  if (!self->counted)
    return;
  self->counted = FALSE;
  g_clear_pointer (&self->lockout_rows, g_ptr_array_unref);
  self->lockout_rows = shoal_lockout_end (
      shoal_tracker_session_get_parts (self->session)->lockout, self->user, self->actor->address,
      shoal_sign_in_get_known_device (self), outcome, shoal_now_ms (), &self->blocked_ms);
}

/* ---- Wrong ---- */

static gboolean
write_failure (ShoalConnection *connection, gpointer data, GError **error)
{
  ShoalSignIn *self = data;
  /* A name that nobody has may be a password in the wrong field: it is not written down. */
  g_autoptr (ShoalActor) actor
             = shoal_actor_new (self->account.row, 0, self->account.account, self->account.user,
                                self->actor->device, self->actor->address, FALSE);
  g_autofree char *lockout = g_strdup_printf (
      "Too many wrong passwords: no sign-ins from there for %" G_GINT64_FORMAT " s.",
      self->blocked_ms / 1000);

  return shoal_lockout_write (connection, self->lockout_rows, error)
         && (!self->logged
             || shoal_audit_append (connection, actor, SHOAL_AUDIT_SIGN_IN_FAILED,
                                    "Wrong name or password.", error))
         && (self->blocked_ms == 0
             || shoal_audit_append (connection, actor, SHOAL_AUDIT_LOCKOUT, lockout, error));
}

static void
on_failure_written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalSignIn) self = user_data;
  g_autoptr (GError) error = NULL;

  shoal_database_finish (SHOAL_DATABASE (source), result, &error);
  if (error == NULL)
    g_set_error_literal (&error, SHOAL_ERROR, SHOAL_ERROR_AUTH, "Wrong name or password.");
  else
    g_warning ("Cannot write a failed sign-in: %s", error->message);
  shoal_sign_in_fail (g_steal_pointer (&self), error);
}

void
shoal_sign_in_write_failure (ShoalSignIn *self)
{
  const ShoalTrackerParts *parts = shoal_tracker_session_get_parts (self->session);

  shoal_sign_in_end_count (self, SHOAL_LOCKOUT_WRONG);
  self->logged = shoal_failed_tries_note (parts->failed_tries, self->actor->address);
  if (self->logged || self->blocked_ms > 0)
    shoal_log_event (G_LOG_LEVEL_MESSAGE,
                     self->blocked_ms > 0 ? SHOAL_AUDIT_LOCKOUT : SHOAL_AUDIT_SIGN_IN_FAILED,
                     self->account.user, self->actor->address,
                     self->blocked_ms > 0
                         ? "Wrong name or password; sign-ins from there are blocked for a while"
                         : "Wrong name or password");
  shoal_sign_in_write (self, write_failure, self, on_failure_written_cb);
}

/* ---- Right ---- */

gboolean
shoal_sign_in_bind (ShoalConnection *connection,
                    ShoalSignIn *self,
                    gboolean with_token,
                    const char *event,
                    const char *text,
                    GError **error)
{
  g_autoptr (ShoalActor) actor
             = shoal_actor_new (self->account.row, 0, self->account.account, self->account.user,
                                self->actor->device, self->actor->address, self->account.owner);
  const ShoalBind bind = {
    .device = self->actor->device,
    .name = self->device_name,
    .with_token = with_token,
    .now_ms = self->now_ms,
    .token_ms = self->token_ms,
    .removed = shoal_tracker_session_get_parts (self->session)->device_removed,
  };

  return shoal_accounts_bind (connection, &self->account, &bind, &self->binding, error)
         && (self->lockout_rows == NULL
             || shoal_lockout_write (connection, self->lockout_rows, error))
         && shoal_audit_append (connection, actor, event, text, error)
         && shoal_audit_get_head (connection, &self->binding.audit_count, &self->binding.audit_head,
                                  error);
}

/* The roster follows what was committed, whether the client is still there or not. */
static void
update_presence (ShoalSignIn *self, const ShoalTrackerParts *parts)
{
  ShoalPresence *presence = parts->presence;
  ShoalTrackerSession *older = shoal_sessions_find (parts->sessions, self->actor->device);
  ShoalDeviceRecord record = {
    .row = self->binding.device_row,
    .account_row = self->account.row,
    .device = self->actor->device,
    .name = self->binding.name,
    .signed_by = self->binding.signed_by,
    .added_ms = self->binding.added_ms,
    .last_seen_ms = self->binding.last_seen_ms,
    .has_token = TRUE,
  };

  if (self->binding.removed_device != NULL)
    shoal_presence_remove_device (presence, self->binding.removed_device);
  if (older != NULL && shoal_tracker_session_get_actor (older)->account_row != self->account.row)
    shoal_tracker_session_close (older);
  shoal_presence_put_member (presence, self->account.row, self->account.account, self->account.user,
                             self->account.owner);
  shoal_presence_put_device (presence, &record);
  if (self->binding.is_removed)
    parts->device_removed->committed (parts);
}

static JsonObject *
make_result (ShoalSignIn *self)
{
  JsonObject *audit = shoal_json_new ("count", "i", self->binding.audit_count, "head", "s",
                                      self->binding.audit_head, NULL);

  return shoal_json_new ("account", "s", self->account.account, "user", "s", self->account.user,
                         "owner", "b", self->account.owner, "token", "s", self->binding.token,
                         "device", "s", self->actor->device, "audit", "o", audit, "max_batch", "i",
                         (gint64) SHOAL_MAX_BATCH_ENTRIES, NULL);
}

void
shoal_sign_in_complete (ShoalSignIn *self)
{
  g_autoptr (ShoalSignIn) owned = self;
  const ShoalTrackerParts *parts = shoal_tracker_session_get_parts (self->session);
  ShoalPresence *presence = parts->presence;

  update_presence (self, parts);
  if (shoal_tracker_session_is_closed (self->session))
    return;

  g_autoptr (ShoalActor) actor = shoal_actor_new (
      self->account.row, self->binding.device_row, self->account.account, self->account.user,
      self->actor->device, self->actor->address, self->account.owner);

  shoal_tracker_session_set_signed_in (self->session, actor);
  shoal_sessions_register (parts->sessions, self->session);
  shoal_log_event (G_LOG_LEVEL_INFO, SHOAL_AUDIT_SIGN_IN, actor->user, actor->address, "Signed in");
  shoal_request_reply (self->request, make_result (self));
  shoal_channel_notify_line (shoal_tracker_session_get_channel (self->session),
                             shoal_presence_get_roster_line (presence));
}

/* ---- The method sign-in ---- */

static void
finish_job (GObject *source, GAsyncResult *result, ShoalSignIn *self)
{
  g_autoptr (GError) error = NULL;

  shoal_database_finish (SHOAL_DATABASE (source), result, &error);
  if (error != NULL)
    shoal_sign_in_fail (self, error);
  else
    shoal_sign_in_complete (self);
}

static void
on_bound_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  finish_job (source, result, user_data);
}

static gboolean
write_sign_in (ShoalConnection *connection, gpointer data, GError **error)
{
  ShoalSignIn *self = data;
  g_autofree char *hash = g_strdup (self->account.password);

  /* The password may have been changed while this one was compared. */
  if (!shoal_accounts_find (connection, self->fold, &self->account, error))
    return FALSE;
  if (self->account.row == 0 || g_strcmp0 (hash, self->account.password) != 0)
    {
      g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_AUTH, "Wrong name or password.");
      return FALSE;
    }
  return shoal_sign_in_bind (connection, self, TRUE, SHOAL_AUDIT_SIGN_IN,
                             "Signed in with the password.", error);
}

static void
on_verified_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalSignIn) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean matches = FALSE;

  if (!shoal_password_verify_finish (result, &matches, &error))
    {
      shoal_sign_in_fail (g_steal_pointer (&self), error);
      return;
    }
  if (!matches || self->account.row == 0)
    {
      shoal_sign_in_write_failure (g_steal_pointer (&self));
      return;
    }

  const ShoalTrackerParts *parts = shoal_tracker_session_get_parts (self->session);

  if (!self->known_device && !shoal_presence_check_room (parts->presence, &error))
    {
      shoal_sign_in_fail (g_steal_pointer (&self), error);
      return;
    }

  ShoalSignIn *moved = g_steal_pointer (&self);

  shoal_sign_in_end_count (moved, SHOAL_LOCKOUT_RIGHT);
  shoal_sign_in_write (moved, write_sign_in, moved, on_bound_cb);
}

static gboolean
read_account (ShoalConnection *connection, gpointer data, GError **error)
{
  ShoalSignIn *self = data;

  return shoal_accounts_find (connection, self->fold, &self->account, error);
}

static void
on_account_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalSignIn) self = user_data;
  g_autoptr (GError) error = NULL;
  const ShoalTrackerParts *parts = shoal_tracker_session_get_parts (self->session);

  shoal_database_finish (SHOAL_DATABASE (source), result, &error);
  self->known_device
      = self->account.row != 0
        && shoal_presence_has_device (parts->presence, self->account.row, self->actor->device);
  if (error != NULL
      || !shoal_lockout_begin (parts->lockout, self->user, self->actor->address,
                               shoal_sign_in_get_known_device (self), shoal_now_ms (), &error))
    {
      shoal_sign_in_fail (g_steal_pointer (&self), error);
      return;
    }
  self->counted = TRUE;

  ShoalSignIn *moved = g_steal_pointer (&self);
  const ShoalTurn turn = shoal_sign_in_get_turn (moved);

  shoal_password_verify_async (parts->passwords, &turn, moved->password, moved->account.password,
                               shoal_tracker_session_get_cancellable (moved->session),
                               on_verified_cb, moved);
}

static gboolean
write_token_sign_in (ShoalConnection *connection, gpointer data, GError **error)
{
  ShoalSignIn *self = data;

  if (!shoal_accounts_find_token (connection, self->token, self->actor->device, self->token_ms,
                                  &self->account, error))
    return FALSE;
  if (self->account.row == 0)
    {
      g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_AUTH,
                           "Your session has ended. Sign in with your password.");
      return FALSE;
    }
  return shoal_sign_in_bind (connection, self, FALSE, SHOAL_AUDIT_SIGN_IN,
                             "Signed in with a session token.", error);
}

static gboolean
read_sign_in (ShoalSignIn *self, JsonObject *params, GError **error)
{
  const char *token = NULL;

  if (!shoal_sign_in_read_names (self, params, error)
      || !shoal_json_get_optional_string (params, "token", SHOAL_FINGERPRINT_LENGTH, &token, error))
    return FALSE;
  self->token = g_strdup (token);
  if (token == NULL && self->user == NULL)
    return shoal_set_field_error (error, "user", "Give a name and a password, or a token.");
  if (token == NULL && self->password == NULL)
    return shoal_set_field_error (error, "password", "Give the password.");
  return TRUE;
}

gboolean
shoal_sign_in_handle (ShoalTrackerSession *session,
                      ShoalRequest *request,
                      JsonObject *params,
                      GError **error)
{
  if (shoal_tracker_session_is_signed_in (session))
    return shoal_set_field_error (error, "method", "This connection is signed in already.");

  g_autoptr (ShoalSignIn) self = shoal_sign_in_new (session, request, error);

  if (self == NULL || !read_sign_in (self, params, error))
    return FALSE;

  ShoalSignIn *moved = g_steal_pointer (&self);

  if (moved->token != NULL)
    shoal_sign_in_write (moved, write_token_sign_in, moved, on_bound_cb);
  else
    shoal_sign_in_read (moved, read_account, moved, on_account_read_cb);
  return TRUE;
}
