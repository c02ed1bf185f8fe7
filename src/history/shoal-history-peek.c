/* shoal-history-peek.c: one entry of a profile's history, read beside whoever works on the profile
 *
 * A connection of its own that can only read: SQLite keeps readers and the writer apart, also
 * between processes, so no lock on the profile is needed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-history"

#include "config.h"

#include <sqlite3.h>
#include <glib/gi18n.h>

#include "shoal-error.h"
#include "shoal-history.h"

#define BUSY_MS 5000

typedef struct
{
  char *path;
  char *uuid;
} Peek;

static void
peek_free (gpointer data)
{
  Peek *peek = data;

  g_free (peek->path);
  g_free (peek->uuid);
  g_free (peek);
}

static void
close_database (sqlite3 *database)
{
  sqlite3_close (database);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3, close_database)

static char *
dup_column (sqlite3_stmt *statement, int column)
{
  return g_strdup ((const char *) sqlite3_column_text (statement, column));
}

static ShoalHistoryEntry *
read_entry (sqlite3_stmt *statement)
{
  ShoalHistoryEntry *entry = shoal_history_entry_new ();

  entry->uuid = dup_column (statement, 0);
  entry->upload = sqlite3_column_int (statement, 1) != 0;
  entry->name = dup_column (statement, 2);
  entry->folder = sqlite3_column_int (statement, 3) != 0;
  entry->outcome = dup_column (statement, 4);
  entry->destination = dup_column (statement, 5);
  return entry;
}

static ShoalHistoryEntry *
peek_at (const Peek *peek, GError **error)
{
  sqlite3 *opened = NULL;
  sqlite3_stmt *statement = NULL;
  ShoalHistoryEntry *entry = NULL;
  int code
      = sqlite3_open_v2 (peek->path, &opened, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
  g_autoptr (sqlite3) database = opened;

  if (code == SQLITE_OK)
    {
      sqlite3_busy_timeout (database, BUSY_MS);
      code = sqlite3_prepare_v2 (database,
                                 "SELECT uuid, upload, name, folder, outcome, destination "
                                 "FROM history WHERE uuid = ?",
                                 -1, &statement, NULL);
    }
  if (code == SQLITE_OK)
    code = sqlite3_bind_text (statement, 1, peek->uuid, -1, SQLITE_STATIC);
  if (code == SQLITE_OK)
    code = sqlite3_step (statement);
  if (code == SQLITE_ROW)
    entry = read_entry (statement);
  else if (code == SQLITE_DONE || code == SQLITE_CANTOPEN)
    g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND,
                         _ ("The transfer is not in the history any more."));
  else
    g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_INTERNAL, _ ("The history cannot be read: %s"),
                 sqlite3_errmsg (database));
  sqlite3_finalize (statement);
  return entry;
}

static void
peek_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  ShoalHistoryEntry *entry = peek_at (data, &error);

  if (entry != NULL)
    g_task_return_pointer (task, entry, (GDestroyNotify) shoal_history_entry_free);
  else
    g_task_return_error (task, error);
}

void
shoal_history_peek_async (const char *path,
                          const char *uuid,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_return_if_fail (path != NULL);
  g_return_if_fail (uuid != NULL);

  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Peek *peek = g_new0 (Peek, 1);

  peek->path = g_strdup (path);
  peek->uuid = g_strdup (uuid);
  g_task_set_source_tag (task, shoal_history_peek_async);
  g_task_set_task_data (task, peek, peek_free);
  g_task_run_in_thread (task, peek_in_thread);
}

ShoalHistoryEntry *
shoal_history_peek_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
