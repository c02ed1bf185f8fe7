/* shoal-invites.c: codes that let somebody make an account
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-invites"

#include "config.h"

#include "shoal-invites.h"

#include "shoal-audit.h"
#include "shoal-clock.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-link.h"
#include "shoal-password.h"

#define DAY_MS (G_GINT64_CONSTANT (24) * 60 * 60 * 1000)
/* Of 26 letters: enough to tell one invite from another, nothing to guess the rest from. */
#define HINT_CHARS (4)
#define SETTING_OWNER_LINK "owner-link-made"

ShoalInvite *
shoal_invite_new (ShoalActor *actor, gint64 uses, gint64 expires_days, gint64 now_ms)
{
  ShoalInvite *self = g_new0 (ShoalInvite, 1);

  self->actor = actor != NULL ? shoal_actor_ref (actor) : NULL;
  self->uses = uses;
  self->expires_days = expires_days;
  self->now_ms = now_ms;
  return self;
}

void
shoal_invite_free (ShoalInvite *self)
{
  g_clear_pointer (&self->actor, shoal_actor_unref);
  g_free (self->code);
  g_free (self);
}

static gboolean
insert_invite (ShoalConnection *connection,
               const char *code,
               gint64 uses,
               gboolean owner,
               gint64 now_ms,
               gint64 expires_ms,
               GError **error)
{
  g_autofree char *hash = shoal_secret_digest (code);
  g_autofree char *hint = g_strndup (code, HINT_CHARS);

  return shoal_connection_run (connection, error,
                               "INSERT INTO invites "
                               "(hash, hint, uses, remaining, owner, created_ms, expires_ms) "
                               "VALUES (?, ?, ?, ?, ?, ?, ?)",
                               "ssiiiii", hash, hint, uses, uses, (gint64) owner, now_ms,
                               expires_ms);
}

static gboolean
log_invite (ShoalConnection *connection, ShoalActor *actor, const char *text, GError **error)
{
  g_autoptr (ShoalActor) operator= shoal_actor_new (0, 0, NULL, NULL, "", "", FALSE);

  return shoal_audit_append (connection, actor != NULL ? actor : operator, SHOAL_AUDIT_INVITE, text,
                             error);
}

gboolean
shoal_invites_make (ShoalConnection *connection, gpointer data, GError **error)
{
  ShoalInvite *invite = data;
  g_autofree char *text = NULL;
  gint64 open_invites = 0;

  if (!shoal_connection_run (
          connection, error,
          "DELETE FROM invites WHERE owner = 0 AND (remaining = 0 OR expires_ms <= ?)", "i",
          invite->now_ms)
      || !shoal_connection_query_integer (connection, 0, &open_invites, error,
                                          "SELECT count(*) FROM invites WHERE owner = 0", ""))
    return FALSE;
  if (open_invites >= SHOAL_MAX_INVITES)
    {
      g_propagate_error (
          error, shoal_error_new_limit (
                     "invites", SHOAL_MAX_INVITES,
                     "There are too many open invites. Wait until some are used or have expired."));
      return FALSE;
    }
  g_free (invite->code);
  invite->code = shoal_invite_new_code ();
  invite->expires_ms = invite->now_ms + invite->expires_days * DAY_MS;
  text = g_strdup_printf ("Made an invite for %" G_GINT64_FORMAT
                          " account(s) within %" G_GINT64_FORMAT " day(s).",
                          invite->uses, invite->expires_days);
  return insert_invite (connection, invite->code, invite->uses, FALSE, invite->now_ms,
                        invite->expires_ms, error)
         && log_invite (connection, invite->actor, text, error);
}

gboolean
shoal_invites_make_owner (ShoalConnection *connection, gpointer data, GError **error)
{
  ShoalOwnerInvite *invite = data;
  gint64 made = 0;
  gint64 owners = 0;

  if (!shoal_connection_query_integer (connection, 0, &made, error,
                                       "SELECT 1 FROM settings WHERE name = ?", "s",
                                       SETTING_OWNER_LINK)
      || !shoal_connection_query_integer (connection, 0, &owners, error,
                                          "SELECT count(*) FROM accounts WHERE owner = 1", ""))
    return FALSE;
  if (invite->only_first && made)
    return TRUE;
  if (owners > 0)
    {
      g_set_error_literal (
          error, SHOAL_ERROR, SHOAL_ERROR_EXISTS,
          "The group has an owner already. Invite others with “shoal-tracker invite”.");
      return FALSE;
    }
  g_free (invite->code);
  invite->code = shoal_invite_new_code ();
  return shoal_connection_run (connection, error, "DELETE FROM invites WHERE owner = 1", "")
         && insert_invite (connection, invite->code, 1, TRUE, invite->now_ms, 0, error)
         && shoal_connection_run (connection, error,
                                  "INSERT OR REPLACE INTO settings (name, value) VALUES (?, '1')",
                                  "s", SETTING_OWNER_LINK)
         && log_invite (connection, NULL, "Made the link for the owner.", error);
}

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_DENIED, message);
  return FALSE;
}

gboolean
shoal_invites_check (
    ShoalConnection *connection, const char *code, gint64 now_ms, gboolean *owner, GError **error)
{
  g_autofree char *hash = shoal_secret_digest (code);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error, "SELECT remaining, expires_ms, owner FROM invites WHERE hash = ?", "s",
      hash);

  if (rows == NULL)
    return FALSE;
  if (!shoal_rows_next (rows, &local_error))
    {
      if (local_error == NULL)
        return refuse (error, "The tracker does not know this invite. Ask for a new one.");
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (shoal_rows_integer (rows, 0) <= 0)
    return refuse (error, "This invite is used up. Ask for a new one.");
  if (shoal_rows_integer (rows, 1) != 0 && shoal_rows_integer (rows, 1) <= now_ms)
    return refuse (error, "This invite has expired. Ask for a new one.");
  *owner = shoal_rows_integer (rows, 2) != 0;
  return TRUE;
}

gboolean
shoal_invites_use (
    ShoalConnection *connection, const char *code, gint64 now_ms, gboolean *owner, GError **error)
{
  g_autofree char *hash = shoal_secret_digest (code);

  return shoal_invites_check (connection, code, now_ms, owner, error)
         && shoal_connection_run (connection, error,
                                  "UPDATE invites SET remaining = remaining - 1 WHERE hash = ?",
                                  "s", hash);
}

gboolean
shoal_invites_list (ShoalConnection *connection, gpointer data, GError **error)
{
  JsonArray **list = data;
  g_autoptr (JsonArray) array = json_array_new ();
  g_autoptr (GError) local_error = NULL;
  g_autoptr (ShoalRows) rows
             = shoal_connection_query (connection, error,
                                       "SELECT hint, uses, remaining, expires_ms FROM invites "
                                       "WHERE owner = 0 AND remaining > 0 AND expires_ms > ? "
                                       "ORDER BY expires_ms, id",
                                       "i", shoal_now_ms ());

  if (rows == NULL)
    return FALSE;
  while (shoal_rows_next (rows, &local_error))
    json_array_add_object_element (
        array,
        shoal_json_new ("code_hint", "s", shoal_rows_string (rows, 0), "uses", "i",
                        shoal_rows_integer (rows, 1), "left", "i", shoal_rows_integer (rows, 2),
                        "expires_ms", "i", shoal_rows_integer (rows, 3), NULL));
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  *list = g_steal_pointer (&array);
  return TRUE;
}
