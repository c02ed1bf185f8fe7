/* shoal-tracker-schema.c: the tables of the tracker's database
 *
 * One file holds everything, so that one transaction can. Rows are named by integers inside the
 * database and by the ids of the protocol outside. Times are Unix milliseconds. Nothing here lets
 * anybody sign in: passwords are Argon2id strings, tokens and invite codes SHA-256 hashes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tracker-schema"

#include "config.h"

#include "shoal-tracker-schema.h"

#include "shoal-catalogue.h"

static const char schema_1[] =
    /* What the server knows about itself and its subcommands ask for: addresses, … */
    "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"

    /* files, bytes: what the member offers; kept by the catalogue. sign_up_uuid, sign_up_device: so
     * that a sign-up that is repeated after a lost reply is recognised. */
    "CREATE TABLE accounts ("
    "  id INTEGER PRIMARY KEY,"
    "  account TEXT NOT NULL UNIQUE,"
    "  user TEXT NOT NULL,"
    "  fold TEXT NOT NULL UNIQUE,"
    "  password TEXT NOT NULL,"
    "  owner INTEGER NOT NULL DEFAULT 0,"
    "  files INTEGER NOT NULL DEFAULT 0,"
    "  bytes INTEGER NOT NULL DEFAULT 0,"
    "  created_ms INTEGER NOT NULL,"
    "  sign_up_uuid TEXT NOT NULL,"
    "  sign_up_device TEXT NOT NULL,"
    "  UNIQUE (sign_up_device, sign_up_uuid));"
    "CREATE UNIQUE INDEX accounts_owner ON accounts (owner) WHERE owner = 1;"

    /* addresses: announced literals, separated by spaces. */
    "CREATE TABLE devices ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  device TEXT NOT NULL UNIQUE,"
    "  account_id INTEGER NOT NULL REFERENCES accounts (id),"
    "  name TEXT NOT NULL DEFAULT '',"
    "  signed_by TEXT,"
    "  seen TEXT,"
    "  port INTEGER NOT NULL DEFAULT 0,"
    "  addresses TEXT NOT NULL DEFAULT '',"
    "  added_ms INTEGER NOT NULL,"
    "  since_ms INTEGER NOT NULL DEFAULT 0,"
    "  last_seen_ms INTEGER NOT NULL DEFAULT 0);"
    "CREATE INDEX devices_account ON devices (account_id);"

    /* One token for each device; bound to it. */
    "CREATE TABLE tokens ("
    "  device_id INTEGER PRIMARY KEY REFERENCES devices (id) ON DELETE CASCADE,"
    "  account_id INTEGER NOT NULL REFERENCES accounts (id),"
    "  hash TEXT NOT NULL UNIQUE,"
    "  created_ms INTEGER NOT NULL,"
    "  used_ms INTEGER NOT NULL);"
    "CREATE INDEX tokens_account ON tokens (account_id);"

    /* remaining: how many accounts can still be made with it. hint: its first letters, to tell it
       from others. */
    "CREATE TABLE invites ("
    "  id INTEGER PRIMARY KEY,"
    "  hash TEXT NOT NULL UNIQUE,"
    "  hint TEXT NOT NULL,"
    "  uses INTEGER NOT NULL,"
    "  remaining INTEGER NOT NULL,"
    "  owner INTEGER NOT NULL DEFAULT 0,"
    "  created_ms INTEGER NOT NULL,"
    "  expires_ms INTEGER NOT NULL);"

    /* key: hash of a folded name, and an address or nothing (shoal-lockout.c). */
    "CREATE TABLE lockouts ("
    "  key TEXT PRIMARY KEY,"
    "  failures INTEGER NOT NULL,"
    "  until_ms INTEGER NOT NULL,"
    "  last_ms INTEGER NOT NULL) WITHOUT ROWID;"

    /* The chain (shoal-audit.c), and its end, which tells that entries were cut off. */
    "CREATE TABLE audit ("
    "  n INTEGER PRIMARY KEY,"
    "  time_ms INTEGER NOT NULL,"
    "  event TEXT NOT NULL,"
    "  user TEXT NOT NULL,"
    "  device TEXT NOT NULL,"
    "  address TEXT NOT NULL,"
    "  text TEXT NOT NULL,"
    "  hash TEXT NOT NULL);"
    "CREATE TABLE audit_head ("
    "  id INTEGER PRIMARY KEY CHECK (id = 1),"
    "  count INTEGER NOT NULL,"
    "  hash TEXT NOT NULL);"
    "INSERT INTO audit_head VALUES "
    "  (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');"

    /* Reports that were taken, so that a repeated one is not logged twice. */
    "CREATE TABLE reports ("
    "  account_id INTEGER NOT NULL REFERENCES accounts (id),"
    "  uuid TEXT NOT NULL,"
    "  time_ms INTEGER NOT NULL,"
    "  PRIMARY KEY (account_id, uuid)) WITHOUT ROWID;"
    "CREATE INDEX reports_time ON reports (time_ms);";

ShoalDatabase *
shoal_tracker_open_database (const char *data, GError **error)
{
  const char *const migrations[] = { schema_1, shoal_catalogue_schema_1, shoal_catalogue_schema_2 };
  g_autofree char *path = g_build_filename (data, SHOAL_TRACKER_DATABASE, NULL);

  return shoal_database_open (path, migrations, G_N_ELEMENTS (migrations), error);
}
