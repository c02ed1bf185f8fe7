/* shoal-sign-up.c: the method sign-up: a new account
 *
 * Whether the account may be made is asked twice: before Argon2, so that strangers without an
 * invite cost nothing, and in the transaction that makes it, which decides.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-sign-up"

#include "config.h"

#include "shoal-audit.h"
#include "shoal-error.h"
#include "shoal-invites.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-link.h"
#include "shoal-password.h"
#include "shoal-presence.h"
#include "shoal-safe-name.h"
#include "shoal-sign-in.h"

#define MAX_UUID_CHARS (64)
#define MAX_INVITE_CHARS (64)

/* The job's view of the attempt: the configuration is not touched in the database's threads. */
typedef struct
{
  ShoalSignIn *sign_in;
  ShoalSignUp mode;
} SignUp;

static void
sign_up_free (SignUp *self)
{
  g_clear_pointer (&self->sign_in, shoal_sign_in_free);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignUp, sign_up_free)

static void
sign_up_fail (SignUp *self, const GError *error)
{
  shoal_sign_in_fail (g_steal_pointer (&self->sign_in), error);
  sign_up_free (self);
}

static gboolean
check_allowed (
    SignUp *self, ShoalConnection *connection, gboolean use, gboolean *owner, GError **error)
{
  ShoalSignIn *sign_in = self->sign_in;

  *owner = FALSE;
  if (sign_in->invite != NULL)
    {
      if (!(use ? shoal_invites_use : shoal_invites_check) (connection, sign_in->invite,
                                                            sign_in->now_ms, owner, error))
        return FALSE;
      if (*owner || self->mode != SHOAL_SIGN_UP_CLOSED)
        return TRUE;
    }
  if (self->mode == SHOAL_SIGN_UP_OPEN)
    return TRUE;
  g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_DENIED,
                       self->mode == SHOAL_SIGN_UP_CLOSED
                           ? "This group takes no new members."
                           : "You need an invite to join this group. Ask a member for a link.");
  return FALSE;
}

static gboolean
write_sign_up (ShoalConnection *connection, gpointer data, GError **error)
{
  SignUp *self = data;
  ShoalSignIn *sign_in = self->sign_in;
  gboolean owner = FALSE;

  return check_allowed (self, connection, TRUE, &owner, error)
         && shoal_accounts_insert (connection, sign_in->user, sign_in->fold, sign_in->hash, owner,
                                   sign_in->actor->device, sign_in->uuid, sign_in->now_ms,
                                   &sign_in->account, error)
         && shoal_sign_in_bind (connection, sign_in, TRUE, SHOAL_AUDIT_SIGN_UP,
                                owner                     ? "Made the owner's account."
                                : sign_in->invite != NULL ? "Made an account with an invite."
                                                          : "Made an account.",
                                error);
}

static gboolean
write_repeated_sign_up (ShoalConnection *connection, gpointer data, GError **error)
{
  SignUp *self = data;

  return shoal_sign_in_bind (connection, self->sign_in, TRUE, SHOAL_AUDIT_SIGN_IN,
                             "Signed in by repeating the sign-up.", error);
}

static void
on_sign_up_written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SignUp) self = user_data;
  g_autoptr (GError) error = NULL;

  shoal_database_finish (SHOAL_DATABASE (source), result, &error);
  if (error != NULL)
    sign_up_fail (g_steal_pointer (&self), error);
  else
    shoal_sign_in_complete (g_steal_pointer (&self->sign_in));
}

static void
write_async (SignUp *self, ShoalDatabaseFunc func)
{
  shoal_sign_in_write (self->sign_in, func, self, on_sign_up_written_cb);
}

static void
on_hashed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SignUp) self = user_data;
  g_autoptr (GError) error = NULL;

  self->sign_in->hash = shoal_password_hash_finish (result, &error);
  if (error != NULL)
    sign_up_fail (g_steal_pointer (&self), error);
  else
    write_async (g_steal_pointer (&self), write_sign_up);
}

/* A repeated sign-up shows the same password from the same device, so guessing gains nothing here.
 */
static void
on_repeated_verified_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SignUp) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean matches = FALSE;

  if (shoal_password_verify_finish (result, &matches, &error) && !matches)
    g_set_error_literal (&error, SHOAL_ERROR, SHOAL_ERROR_EXISTS,
                         "This sign-up was made before, with another password. Sign in instead.");
  if (error != NULL)
    sign_up_fail (g_steal_pointer (&self), error);
  else
    write_async (g_steal_pointer (&self), write_repeated_sign_up);
}

static gboolean
check_sign_up (ShoalConnection *connection, gpointer data, GError **error)
{
  SignUp *self = data;
  ShoalSignIn *sign_in = self->sign_in;
  gboolean owner = FALSE;

  if (!shoal_accounts_find_sign_up (connection, sign_in->actor->device, sign_in->uuid,
                                    &sign_in->account, error))
    return FALSE;
  sign_in->repeated = sign_in->account.row != 0;
  if (sign_in->repeated)
    return TRUE;
  if (!check_allowed (self, connection, FALSE, &owner, error)
      || !shoal_accounts_find (connection, sign_in->fold, &sign_in->account, error))
    return FALSE;
  if (sign_in->account.row == 0)
    return TRUE;
  g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_EXISTS,
                       "That name is taken. Choose another one.");
  return FALSE;
}

static void
on_sign_up_checked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SignUp) self = user_data;
  g_autoptr (GError) error = NULL;
  ShoalTrackerSession *session = self->sign_in->session;
  ShoalPasswordPool *passwords = shoal_tracker_session_get_parts (session)->passwords;
  GCancellable *cancellable = shoal_tracker_session_get_cancellable (session);

  shoal_database_finish (SHOAL_DATABASE (source), result, &error);
  if (error != NULL)
    {
      sign_up_fail (g_steal_pointer (&self), error);
      return;
    }

  SignUp *moved = g_steal_pointer (&self);
  const ShoalTurn turn = shoal_sign_in_get_turn (moved->sign_in);

  if (moved->sign_in->repeated)
    shoal_password_verify_async (passwords, &turn, moved->sign_in->password,
                                 moved->sign_in->account.password, cancellable,
                                 on_repeated_verified_cb, moved);
  else
    shoal_password_hash_async (passwords, &turn, moved->sign_in->password, cancellable,
                               on_hashed_cb, moved);
}

static gboolean
read_invite (ShoalSignIn *sign_in, JsonObject *params, GError **error)
{
  const char *invite = NULL;

  if (!shoal_json_get_optional_string (params, "invite", MAX_INVITE_CHARS, &invite, error))
    return FALSE;
  if (invite == NULL)
    return TRUE;
  sign_in->invite = g_ascii_strdown (invite, -1);
  if (!shoal_invite_is_code (sign_in->invite))
    return shoal_set_field_error (error, "invite", "This is not an invite's code. Check the link.");
  return TRUE;
}

static gboolean
read_sign_up (ShoalSignIn *sign_in, JsonObject *params, GError **error)
{
  const char *uuid = NULL;

  if (!shoal_sign_in_read_names (sign_in, params, error)
      || !shoal_json_get_string (params, "uuid", MAX_UUID_CHARS, &uuid, error))
    return FALSE;
  if (*uuid == '\0')
    return shoal_set_field_error (error, "uuid", "The uuid is empty.");
  sign_in->uuid = g_strdup (uuid);
  if (sign_in->user == NULL)
    return shoal_set_field_error (error, "user", "Give the name of the new account.");
  if (sign_in->password == NULL)
    return shoal_set_field_error (error, "password", "Give the password of the new account.");
  return shoal_check_account_name (sign_in->user, error)
         && shoal_password_check (sign_in->password, "password", error)
         && read_invite (sign_in, params, error);
}

gboolean
shoal_sign_up_handle (ShoalTrackerSession *session,
                      ShoalRequest *request,
                      JsonObject *params,
                      GError **error)
{
  const ShoalTrackerParts *parts = shoal_tracker_session_get_parts (session);

  if (shoal_tracker_session_is_signed_in (session))
    return shoal_set_field_error (error, "method", "This connection is signed in already.");

  g_autoptr (ShoalSignIn) sign_in = shoal_sign_in_new (session, request, error);

  if (sign_in == NULL || !read_sign_up (sign_in, params, error)
      || !shoal_presence_check_room (parts->presence, error))
    return FALSE;

  SignUp *self = g_new0 (SignUp, 1);

  self->sign_in = g_steal_pointer (&sign_in);
  self->mode = parts->config->sign_up;
  shoal_sign_in_read (self->sign_in, check_sign_up, self, on_sign_up_checked_cb);
  return TRUE;
}
