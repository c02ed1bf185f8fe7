/* shoal-history-peek.c: one entry of a profile's history, read beside whoever works on the profile
 *
 * A connection of its own that can only read: SQLite keeps readers and the writer apart, also
 * between processes, so no lock on the profile is needed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-history"

#include "config.h"

#include <glib/gi18n.h>

#include "shoal-error.h"
#include "shoal-history.h"

typedef struct
{
  char *path;
  char *uuid;
  ShoalHistoryEntry *entry; /* (nullable): what was found */
} Peek;

static void
peek_free (gpointer data)
{
  Peek *peek = data;

  g_free (peek->path);
  g_free (peek->uuid);
  g_clear_pointer (&peek->entry, shoal_history_entry_free);
  g_free (peek);
}

static gboolean
peek_job (ShoalConnection *connection, gpointer data, GError **error)
{
  Peek *peek = data;
  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error,
      "SELECT uuid, upload, name, folder, outcome, destination FROM history WHERE uuid = ?", "s",
      peek->uuid);

  g_autoptr (GError) local = NULL;

  if (rows == NULL)
    return FALSE;
  if (!shoal_rows_next (rows, &local))
    {
      if (local == NULL)
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  peek->entry = shoal_history_entry_new ();
  peek->entry->uuid = shoal_rows_dup_string (rows, 0);
  peek->entry->upload = shoal_rows_integer (rows, 1) != 0;
  peek->entry->name = shoal_rows_dup_string (rows, 2);
  peek->entry->folder = shoal_rows_integer (rows, 3) != 0;
  peek->entry->outcome = shoal_rows_dup_string (rows, 4);
  peek->entry->destination = shoal_rows_dup_string (rows, 5);
  return TRUE;
}

static void
peek_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Peek *peek = data;
  GError *error = NULL;

  if (!shoal_database_peek (peek->path, peek_job, peek, &error)
      && !g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND))
    g_task_return_error (task, g_steal_pointer (&error));
  else if (peek->entry != NULL)
    g_task_return_pointer (task, g_steal_pointer (&peek->entry),
                           (GDestroyNotify) shoal_history_entry_free);
  else
    g_task_return_new_error (task, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND,
                             _ ("The transfer is not in the history any more."));
  g_clear_error (&error);
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
