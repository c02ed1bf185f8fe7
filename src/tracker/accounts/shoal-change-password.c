/* shoal-change-password.c: the method password: a new password, which signs all other devices out
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-change-password"

#include "config.h"

#include "shoal-audit.h"
#include "shoal-clock.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-lockout.h"
#include "shoal-password.h"
#include "shoal-presence.h"
#include "shoal-sessions.h"
#include "shoal-sign-in.h"

static gboolean
write_password (ShoalConnection *connection, gpointer data, GError **error)
{
  ShoalSignIn *self = data;
  g_autofree char *old_hash = g_strdup (self->account.password);

  /* Somebody else may have changed it while this one was being made. */
  if (!shoal_accounts_find_by_row (connection, self->actor->account_row, &self->account, error))
    return FALSE;
  if (g_strcmp0 (old_hash, self->account.password) != 0)
    {
      g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_AUTH, "The old password is wrong.");
      return FALSE;
    }
  if (!shoal_accounts_set_password (connection, self->actor->account_row, self->hash, error)
      || !shoal_accounts_void_tokens (connection, self->actor->account_row, 0, error)
      || !shoal_lockout_write (connection, self->lockout_rows, error)
      || !shoal_audit_append (connection, self->actor, SHOAL_AUDIT_PASSWORD,
                              "Changed the password.", error))
    return FALSE;
  self->binding.token = shoal_accounts_make_token (connection, self->actor->account_row,
                                                   self->actor->device_row, self->token_ms, error);
  return self->binding.token != NULL;
}

static void
on_password_written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalSignIn) self = user_data;
  g_autoptr (GError) error = NULL;

  shoal_database_finish (SHOAL_DATABASE (source), result, &error);
  if (error != NULL)
    {
      shoal_sign_in_fail (g_steal_pointer (&self), error);
      return;
    }

  const ShoalTrackerParts *parts = shoal_tracker_session_get_parts (self->session);

  shoal_sessions_close_account (parts->sessions, self->actor->account_row, self->session);
  shoal_presence_sign_out_member (parts->presence, self->actor->account_row, self->actor->device);
  shoal_request_reply (self->request, shoal_json_new ("token", "s", self->binding.token, NULL));
}

static void
on_hashed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalSignIn) self = user_data;
  g_autoptr (GError) error = NULL;

  self->hash = shoal_password_hash_finish (result, &error);
  if (error != NULL)
    {
      shoal_sign_in_fail (g_steal_pointer (&self), error);
      return;
    }

  ShoalSignIn *moved = g_steal_pointer (&self);

  shoal_sign_in_write (moved, write_password, moved, on_password_written_cb);
}

static void
on_old_verified_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalSignIn) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean matches = FALSE;

  if (!shoal_password_verify_finish (result, &matches, &error))
    {
      shoal_sign_in_fail (g_steal_pointer (&self), error);
      return;
    }
  if (!matches)
    {
      shoal_sign_in_write_failure (g_steal_pointer (&self));
      return;
    }

  const ShoalTrackerParts *parts = shoal_tracker_session_get_parts (self->session);
  ShoalSignIn *moved = g_steal_pointer (&self);
  const ShoalTurn turn = shoal_sign_in_get_turn (moved);

  shoal_sign_in_end_count (moved, SHOAL_LOCKOUT_RIGHT);
  shoal_password_hash_async (parts->passwords, &turn, moved->new_password,
                             shoal_tracker_session_get_cancellable (moved->session), on_hashed_cb,
                             moved);
}

static gboolean
read_own_account (ShoalConnection *connection, gpointer data, GError **error)
{
  ShoalSignIn *self = data;

  return shoal_accounts_find_by_row (connection, self->actor->account_row, &self->account, error);
}

static void
on_own_account_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalSignIn) self = user_data;
  g_autoptr (GError) error = NULL;
  const ShoalTrackerParts *parts = shoal_tracker_session_get_parts (self->session);

  shoal_database_finish (SHOAL_DATABASE (source), result, &error);
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
                               on_old_verified_cb, moved);
}

gboolean
shoal_password_handle (ShoalTrackerSession *session,
                       ShoalRequest *request,
                       JsonObject *params,
                       GError **error)
{
  const char *old_password = NULL;
  const char *new_password = NULL;

  if (!shoal_json_get_string (params, "old", SHOAL_MAX_PASSWORD_BYTES, &old_password, error)
      || !shoal_json_get_string (params, "new", SHOAL_MAX_PASSWORD_BYTES, &new_password, error)
      || !shoal_password_check (new_password, "new", error))
    return FALSE;

  g_autoptr (ShoalSignIn) self = shoal_sign_in_new (session, request, error);

  if (self == NULL)
    return FALSE;
  self->user = g_strdup (self->actor->user);
  self->password = g_strdup (old_password);
  self->new_password = g_strdup (new_password);
  self->known_device = TRUE;

  ShoalSignIn *moved = g_steal_pointer (&self);

  shoal_sign_in_read (moved, read_own_account, moved, on_own_account_read_cb);
  return TRUE;
}
