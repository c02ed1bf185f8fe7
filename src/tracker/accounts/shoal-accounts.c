/* shoal-accounts.c: accounts, their devices and tokens in the database
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-accounts"

#include "config.h"

#include "shoal-accounts.h"

#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-look-alike.h"
#include "shoal-password.h"

#define HOUR_MS (60 * 60 * 1000)
#define DAY_MS (G_GINT64_CONSTANT (24) * HOUR_MS)
/* How exactly the last use of a token is kept. */
#define TOKEN_TOUCH_MS HOUR_MS

void
shoal_account_clear (ShoalAccount *self)
{
  g_clear_pointer (&self->account, g_free);
  g_clear_pointer (&self->user, g_free);
  g_clear_pointer (&self->password, g_free);
  self->row = 0;
}

void
shoal_binding_clear (ShoalBinding *self)
{
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->signed_by, g_free);
  g_clear_pointer (&self->removed_device, g_free);
  g_clear_pointer (&self->token, g_free);
  g_clear_pointer (&self->audit_head, g_free);
}

/* Takes the first row, if there is one, of a query for id, account, user, password, owner. */
static gboolean
take_account (ShoalRows *rows, ShoalAccount *account, GError **error)
{
  g_autoptr (ShoalRows) owned = rows;
  g_autoptr (GError) local_error = NULL;

  shoal_account_clear (account);
  if (owned == NULL)
    return FALSE;
  if (shoal_rows_next (owned, &local_error))
    {
      account->row = shoal_rows_integer (owned, 0);
      account->account = shoal_rows_dup_string (owned, 1);
      account->user = shoal_rows_dup_string (owned, 2);
      account->password = shoal_rows_dup_string (owned, 3);
      account->owner = shoal_rows_integer (owned, 4) != 0;
    }
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

gboolean
shoal_accounts_find (ShoalConnection *connection,
                     const char *fold,
                     ShoalAccount *account,
                     GError **error)
{
  return take_account (shoal_connection_query (
                           connection, error,
                           "SELECT id, account, user, password, owner FROM accounts WHERE fold = ?",
                           "s", fold),
                       account, error);
}

gboolean
shoal_accounts_find_by_row (ShoalConnection *connection,
                            gint64 row,
                            ShoalAccount *account,
                            GError **error)
{
  return take_account (shoal_connection_query (
                           connection, error,
                           "SELECT id, account, user, password, owner FROM accounts WHERE id = ?",
                           "i", row),
                       account, error);
}

gboolean
shoal_accounts_find_sign_up (ShoalConnection *connection,
                             const char *device,
                             const char *uuid,
                             ShoalAccount *account,
                             GError **error)
{
  return take_account (
      shoal_connection_query (connection, error,
                              "SELECT id, account, user, password, owner FROM accounts "
                              "WHERE sign_up_device = ? AND sign_up_uuid = ?",
                              "ss", device, uuid),
      account, error);
}

gboolean
shoal_accounts_find_token (ShoalConnection *connection,
                           const char *token,
                           const char *device,
                           gint64 token_ms,
                           ShoalAccount *account,
                           GError **error)
{
  g_autofree char *hash = shoal_secret_digest (token);
  gint64 oldest_ms = token_ms - SHOAL_TOKEN_IDLE_DAYS * DAY_MS;

  if (!take_account (shoal_connection_query (
                         connection, error,
                         "SELECT a.id, a.account, a.user, a.password, a.owner "
                         "FROM tokens AS t JOIN devices AS d ON d.id = t.device_id "
                         "JOIN accounts AS a ON a.id = t.account_id "
                         "WHERE t.hash = ? AND d.device = ? AND d.account_id = t.account_id "
                         "AND t.used_ms > ?",
                         "ssi", hash, device, oldest_ms),
                     account, error))
    return FALSE;
  if (account->row == 0)
    return TRUE;
  return shoal_connection_run (connection, error,
                               "UPDATE tokens SET used_ms = ? WHERE hash = ? AND used_ms <= ?",
                               "isi", token_ms, hash, token_ms - TOKEN_TOUCH_MS);
}

static gboolean
check_look_alikes (ShoalConnection *connection, const char *user, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (ShoalRows) rows
             = shoal_connection_query (connection, error, "SELECT user FROM accounts", "");

  if (rows == NULL)
    return FALSE;
  while (shoal_rows_next (rows, &local_error))
    if (shoal_names_look_alike (user, shoal_rows_string (rows, 0)))
      {
        g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_EXISTS,
                             "That name looks like one that is taken. Choose another one.");
        return FALSE;
      }
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

gboolean
shoal_accounts_insert (ShoalConnection *connection,
                       const char *user,
                       const char *fold,
                       const char *password,
                       gboolean owner,
                       const char *device,
                       const char *uuid,
                       gint64 now_ms,
                       ShoalAccount *account,
                       GError **error)
{
  gint64 count = 0;

  if (!shoal_accounts_find (connection, fold, account, error))
    return FALSE;
  if (account->row != 0)
    {
      shoal_account_clear (account);
      g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_EXISTS,
                           "That name is taken. Choose another one.");
      return FALSE;
    }
  if (!check_look_alikes (connection, user, error)
      || !shoal_connection_query_integer (connection, 0, &count, error,
                                          "SELECT count(*) FROM accounts", ""))
    return FALSE;
  if (count >= SHOAL_MAX_ACCOUNTS)
    {
      g_propagate_error (error, shoal_error_new_limit ("accounts", SHOAL_MAX_ACCOUNTS,
                                                       "The group is full: no more accounts."));
      return FALSE;
    }
  account->account = shoal_random_id ();
  account->user = g_strdup (user);
  account->password = g_strdup (password);
  account->owner = owner;
  if (!shoal_connection_run (
          connection, error,
          "INSERT INTO accounts (account, user, fold, password, owner, created_ms, "
          "sign_up_uuid, sign_up_device) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
          "ssssiiss", account->account, user, fold, password, (gint64) owner, now_ms, uuid, device))
    return FALSE;
  account->row = shoal_connection_last_row_id (connection);
  return TRUE;
}

/* The device's row as it is; *device_row is 0 if there is none. */
static gboolean
find_device (ShoalConnection *connection,
             const char *device,
             gint64 *account_row,
             ShoalBinding *binding,
             GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error,
      "SELECT id, account_id, name, signed_by, added_ms, last_seen_ms "
      "FROM devices WHERE device = ?",
      "s", device);

  if (rows == NULL)
    return FALSE;
  if (shoal_rows_next (rows, &local_error))
    {
      binding->device_row = shoal_rows_integer (rows, 0);
      *account_row = shoal_rows_integer (rows, 1);
      binding->name = shoal_rows_dup_string (rows, 2);
      binding->signed_by = shoal_rows_dup_string (rows, 3);
      binding->added_ms = shoal_rows_integer (rows, 4);
      binding->last_seen_ms = shoal_rows_integer (rows, 5);
    }
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* The device that has been away longest, if its token would have ended too. */
static gboolean
find_stale_device (ShoalConnection *connection,
                   gint64 account_row,
                   gint64 token_ms,
                   gint64 *stale_row,
                   char **device,
                   GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error,
      "SELECT id, device FROM devices WHERE account_id = ? "
      "AND since_ms <= last_seen_ms AND max(last_seen_ms, added_ms) < ? "
      "ORDER BY max(last_seen_ms, added_ms) LIMIT 1",
      "ii", account_row, token_ms - SHOAL_TOKEN_IDLE_DAYS * DAY_MS);

  if (rows == NULL)
    return FALSE;
  if (shoal_rows_next (rows, &local_error))
    {
      *stale_row = shoal_rows_integer (rows, 0);
      *device = shoal_rows_dup_string (rows, 1);
      return TRUE;
    }
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  else
    g_propagate_error (error, shoal_error_new_limit ("devices", SHOAL_MAX_DEVICES_PER_ACCOUNT,
                                                     "This account has too many devices. One that "
                                                     "has not been used for 90 days makes room."));
  return FALSE;
}

static gboolean
remove_token (ShoalConnection *connection, gint64 device_row, GError **error)
{
  return shoal_connection_run (connection, error, "DELETE FROM tokens WHERE device_id = ?", "i",
                               device_row);
}

static gboolean
make_room_for_device (ShoalConnection *connection,
                      gint64 account_row,
                      const ShoalBind *bind,
                      ShoalBinding *binding,
                      GError **error)
{
  gint64 count = 0;
  gint64 stale_row = 0;

  if (!shoal_connection_query_integer (connection, 0, &count, error,
                                       "SELECT count(*) FROM devices WHERE account_id = ?", "i",
                                       account_row))
    return FALSE;
  if (count < SHOAL_MAX_DEVICES_PER_ACCOUNT)
    return TRUE;
  binding->is_removed = TRUE;
  return find_stale_device (connection, account_row, bind->token_ms, &stale_row,
                            &binding->removed_device, error)
         && bind->removed->in_job (connection, stale_row, error)
         && remove_token (connection, stale_row, error)
         && shoal_connection_run (connection, error, "DELETE FROM devices WHERE id = ?", "i",
                                  stale_row);
}

/* From one account to another: what it offered and its token were the other's. */
static gboolean
move_device (ShoalConnection *connection,
             gint64 account_row,
             const ShoalBind *bind,
             ShoalBinding *binding,
             GError **error)
{
  g_clear_pointer (&binding->signed_by, g_free);
  binding->added_ms = bind->now_ms;
  binding->is_removed = TRUE;
  return make_room_for_device (connection, account_row, bind, binding, error)
         && bind->removed->in_job (connection, binding->device_row, error)
         && remove_token (connection, binding->device_row, error)
         && shoal_connection_run (connection, error,
                                  "UPDATE devices SET account_id = ?, signed_by = NULL, port = 0, "
                                  "addresses = '', added_ms = ? WHERE id = ?",
                                  "iii", account_row, bind->now_ms, binding->device_row);
}

static gboolean
add_device (ShoalConnection *connection,
            gint64 account_row,
            const ShoalBind *bind,
            ShoalBinding *binding,
            GError **error)
{
  binding->added_ms = bind->now_ms;
  binding->name = g_strdup ("");
  if (!make_room_for_device (connection, account_row, bind, binding, error)
      || !shoal_connection_run (
          connection, error, "INSERT INTO devices (device, account_id, added_ms) VALUES (?, ?, ?)",
          "sii", bind->device, account_row, bind->now_ms))
    return FALSE;
  binding->device_row = shoal_connection_last_row_id (connection);
  return TRUE;
}

static gboolean
set_name (ShoalConnection *connection, const char *name, ShoalBinding *binding, GError **error)
{
  if (name == NULL || g_strcmp0 (name, binding->name) == 0)
    return TRUE;
  g_free (binding->name);
  binding->name = g_strdup (name);
  return shoal_connection_run (connection, error, "UPDATE devices SET name = ? WHERE id = ?", "si",
                               name, binding->device_row);
}

gboolean
shoal_accounts_bind (ShoalConnection *connection,
                     const ShoalAccount *account,
                     const ShoalBind *bind,
                     ShoalBinding *binding,
                     GError **error)
{
  gint64 present_account = 0;
  gboolean done = TRUE;

  if (!find_device (connection, bind->device, &present_account, binding, error))
    return FALSE;
  if (binding->device_row == 0)
    done = add_device (connection, account->row, bind, binding, error);
  else if (present_account != account->row)
    done = move_device (connection, account->row, bind, binding, error);
  if (!done || !set_name (connection, bind->name, binding, error))
    return FALSE;
  if (!bind->with_token)
    return TRUE;
  binding->token = shoal_accounts_make_token (connection, account->row, binding->device_row,
                                              bind->token_ms, error);
  return binding->token != NULL;
}

gboolean
shoal_accounts_set_password (ShoalConnection *connection,
                             gint64 account_row,
                             const char *password,
                             GError **error)
{
  return shoal_connection_run (connection, error, "UPDATE accounts SET password = ? WHERE id = ?",
                               "si", password, account_row);
}

char *
shoal_accounts_make_token (ShoalConnection *connection,
                           gint64 account_row,
                           gint64 device_row,
                           gint64 token_ms,
                           GError **error)
{
  g_autofree char *token = shoal_secret_new ();
  g_autofree char *hash = shoal_secret_digest (token);

  if (!shoal_connection_run (
          connection, error,
          "INSERT OR REPLACE INTO tokens "
          "(device_id, account_id, hash, created_ms, used_ms) VALUES (?, ?, ?, ?, ?)",
          "iisii", device_row, account_row, hash, token_ms, token_ms))
    return NULL;
  return g_steal_pointer (&token);
}

gboolean
shoal_accounts_void_tokens (ShoalConnection *connection,
                            gint64 account_row,
                            gint64 device_row,
                            GError **error)
{
  if (device_row == 0)
    return shoal_connection_run (connection, error, "DELETE FROM tokens WHERE account_id = ?", "i",
                                 account_row);
  return shoal_connection_run (connection, error,
                               "DELETE FROM tokens WHERE account_id = ? AND device_id = ?", "ii",
                               account_row, device_row);
}

/* A device that came or went. */
typedef struct
{
  ShoalActor *actor;
  gboolean online;
  gint64 now_ms;
} Note;

static void
note_free (Note *note)
{
  shoal_actor_unref (note->actor);
  g_free (note);
}

static gboolean
write_note (ShoalConnection *connection, gpointer data, GError **error)
{
  Note *note = data;

  if (note->online)
    return shoal_connection_run (connection, error,
                                 "UPDATE devices SET since_ms = ?, seen = ? WHERE id = ?", "isi",
                                 note->now_ms, note->actor->address, note->actor->device_row);
  return shoal_connection_run (connection, error,
                               "UPDATE devices SET last_seen_ms = ? WHERE id = ?", "ii",
                               note->now_ms, note->actor->device_row);
}

static void
on_note_written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  shoal_database_finish (SHOAL_DATABASE (source), result, &error);
  if (error != NULL)
    g_warning ("Cannot write who is online: %s", error->message);
}

void
shoal_accounts_note_online (ShoalDatabase *database,
                            ShoalActor *actor,
                            gboolean online,
                            gint64 now_ms)
{
  Note *note = g_new0 (Note, 1);

  note->actor = shoal_actor_ref (actor);
  note->online = online;
  note->now_ms = now_ms;
  shoal_database_write_async (database, write_note, note, (GDestroyNotify) note_free, NULL,
                              on_note_written_cb, NULL);
}

typedef struct
{
  gint64 now_ms;
  gint64 token_ms;
} CleanUp;

static gboolean
clean_up (ShoalConnection *connection, gpointer data, GError **error)
{
  const CleanUp *at = data;

  return shoal_connection_run (
             connection, error,
             "UPDATE devices SET last_seen_ms = since_ms WHERE since_ms > last_seen_ms", "")
         && shoal_connection_run (connection, error, "DELETE FROM tokens WHERE used_ms <= ?", "i",
                                  at->token_ms - SHOAL_TOKEN_IDLE_DAYS * DAY_MS)
         && shoal_connection_run (connection, error, "DELETE FROM reports WHERE time_ms <= ?", "i",
                                  at->token_ms - SHOAL_REPORT_DAYS * DAY_MS)
         && shoal_connection_run (connection, error,
                                  "DELETE FROM lockouts WHERE max(last_ms, until_ms) <= ?", "i",
                                  at->now_ms - SHOAL_LOCKOUT_FORGET_MS);
}

gboolean
shoal_accounts_clean_up (ShoalDatabase *database, gint64 now_ms, gint64 token_ms, GError **error)
{
  CleanUp at = { now_ms, token_ms };

  return shoal_database_write (database, clean_up, &at, error);
}
