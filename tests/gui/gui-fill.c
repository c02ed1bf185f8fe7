/* gui-fill.c: for tests: a profile with as many rows as years would bring
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "gui-fill.h"

#include <sqlite3.h>

/* Each takes the number of rows. */
static const char history_sql[]
    = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) "
      "INSERT INTO history (uuid, upload, name, folder, content, size, bytes, elapsed_ms, "
      "ended_ms, outcome, users, destination) "
      "SELECT printf ('%08x-0000-4000-8000-000000000000', i), i % 2, "
      "printf ('transfer %d.bin', i), 0, randomblob (32), i * 1000, i * 1000, 1000, "
      "1700000000000 + i * 1000, CASE i % 10 WHEN 0 THEN 'failed' ELSE 'finished' END, 'ben', "
      "printf ('/nowhere/transfer %d.bin', i) FROM n";
static const char transfers_sql[]
    = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) "
      "INSERT INTO transfer (uuid, position, name, content, size, total_size, folder, folder_path, "
      "mtime_ms, state) "
      "SELECT printf ('%08x-1111-4000-8000-000000000000', i), i, printf ('queued %d.bin', i), "
      "randomblob (32), i * 1000, i * 1000, 0, '/nowhere', 0, 'paused' FROM n";
static const char offers_sql[]
    = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) "
      "INSERT INTO kept_rows (same, seen_ms, fold, name, type, users, size, sources, added_ms, "
      "json) "
      "SELECT printf ('%064x', i) || char (10, 10) || printf ('offer %d.bin', i), "
      "1700000000000, printf ('offer %d.bin', i), printf ('offer %d.bin', i), 'other', "
      "char (10) || 'ben' || char (10), i * 1000, 1, 1700000000000 + i, "
      "json_object ('name', printf ('offer %d.bin', i), 'kind', 'file', 'type', 'other', 'id', "
      "printf ('%064x', i), 'size', i * 1000, 'sources', 1, 'online', 1, 'users', "
      "json_array ('ben'), 'added_ms', 1700000000000 + i, 'mtime_ms', 1700000000000) FROM n";

static void
run (sqlite3 *database, const char *sql, guint n)
{
  sqlite3_stmt *statement = NULL;

  if (n == 0)
    return;
  if (sqlite3_prepare_v2 (database, sql, -1, &statement, NULL) != SQLITE_OK
      || sqlite3_bind_int64 (statement, 1, n) != SQLITE_OK
      || sqlite3_step (statement) != SQLITE_DONE)
    g_error ("%s", sqlite3_errmsg (database));
  sqlite3_finalize (statement);
}

static sqlite3 *
open_profile (void)
{
  g_autofree char *path
      = g_build_filename (g_get_user_data_dir (), "shoal", "default", "shoal.db", NULL);
  sqlite3 *database = NULL;

  if (sqlite3_open_v2 (path, &database, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
    g_error ("%s: %s", path, sqlite3_errmsg (database));
  return database;
}

void
gui_fill (guint n_history, guint n_transfers, guint n_offers)
{
  sqlite3 *database = open_profile ();

  sqlite3_exec (database, "BEGIN", NULL, NULL, NULL);
  run (database, history_sql, n_history);
  run (database, transfers_sql, n_transfers);
  run (database, offers_sql, n_offers);
  g_assert_cmpint (sqlite3_exec (database, "COMMIT", NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (database);
}

void
gui_fail_transfers (void)
{
  sqlite3 *database = open_profile ();

  g_assert_cmpint (sqlite3_exec (database,
                                 "UPDATE transfer SET state = 'failed', message = 'Too late.'",
                                 NULL, NULL, NULL),
                   ==, SQLITE_OK);
  sqlite3_close (database);
}
