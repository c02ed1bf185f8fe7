/* shoal-transfer-store.c: the queue of downloads in the profile's database
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfer-store"

#include "config.h"

#include "shoal-transfer-store.h"

#include <string.h>

#include "shoal-error.h"

const char shoal_transfer_store_schema[] = "CREATE TABLE transfer ("
                                           "  uuid TEXT PRIMARY KEY,"
                                           "  position INTEGER NOT NULL,"
                                           "  name TEXT NOT NULL,"
                                           "  content BLOB NOT NULL,"
                                           "  size INTEGER NOT NULL,"
                                           "  total_size INTEGER NOT NULL,"
                                           "  folder INTEGER NOT NULL,"
                                           "  folder_path TEXT NOT NULL,"
                                           "  device TEXT,"
                                           "  mtime_ms INTEGER NOT NULL,"
                                           "  made TEXT,"
                                           "  state TEXT NOT NULL,"
                                           "  message TEXT,"
                                           "  bytes_fetched INTEGER NOT NULL DEFAULT 0,"
                                           "  active_ms INTEGER NOT NULL DEFAULT 0"
                                           ") STRICT;";

const char shoal_transfer_store_entries_schema[]
    = "ALTER TABLE transfer ADD COLUMN entries INTEGER NOT NULL DEFAULT -1;";

ShoalTransferRow *
shoal_transfer_row_copy (const ShoalTransferRow *row)
{
  ShoalTransferRow *copy = g_memdup2 (row, sizeof *row);

  copy->uuid = g_strdup (row->uuid);
  copy->name = g_strdup (row->name);
  copy->folder_path = g_strdup (row->folder_path);
  copy->device = g_strdup (row->device);
  copy->made = g_strdup (row->made);
  copy->state = g_strdup (row->state);
  copy->message = g_strdup (row->message);
  return copy;
}

void
shoal_transfer_row_free (ShoalTransferRow *row)
{
  g_free (row->uuid);
  g_free (row->name);
  g_free (row->folder_path);
  g_free (row->device);
  g_free (row->made);
  g_free (row->state);
  g_free (row->message);
  g_free (row);
}

static gboolean
insert_row (ShoalConnection *connection, const ShoalTransferRow *row, GError **error)
{
  return shoal_connection_run (connection, error,
                               "INSERT INTO transfer (uuid, position, name, content, size, "
                               "total_size, folder, folder_path, device,"
                               " mtime_ms, made, state, message, bytes_fetched, active_ms, entries)"
                               " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                               "sisdiiississsiii", row->uuid, row->position, row->name,
                               row->id.bytes, (gsize) SHOAL_DIGEST_SIZE, (gint64) row->size,
                               (gint64) row->total_size, (gint64) row->folder, row->folder_path,
                               row->device, row->mtime_ms, row->made, row->state, row->message,
                               (gint64) row->bytes_fetched, row->active_ms, row->n_entries);
}

static ShoalTransferRow *
read_row (ShoalRows *rows)
{
  ShoalTransferRow *row = g_new0 (ShoalTransferRow, 1);
  gsize size;
  gconstpointer id = shoal_rows_blob (rows, 3, &size);

  row->uuid = shoal_rows_dup_string (rows, 0);
  row->position = shoal_rows_integer (rows, 1);
  row->name = shoal_rows_dup_string (rows, 2);
  if (size == SHOAL_DIGEST_SIZE)
    memcpy (row->id.bytes, id, SHOAL_DIGEST_SIZE);
  row->size = (guint64) shoal_rows_integer (rows, 4);
  row->total_size = (guint64) shoal_rows_integer (rows, 5);
  row->folder = shoal_rows_integer (rows, 6) != 0;
  row->folder_path = shoal_rows_dup_string (rows, 7);
  row->device = shoal_rows_dup_string (rows, 8);
  row->mtime_ms = shoal_rows_integer (rows, 9);
  row->made = shoal_rows_dup_string (rows, 10);
  row->state = shoal_rows_dup_string (rows, 11);
  row->message = shoal_rows_dup_string (rows, 12);
  row->bytes_fetched = (guint64) shoal_rows_integer (rows, 13);
  row->active_ms = shoal_rows_integer (rows, 14);
  row->n_entries = shoal_rows_integer (rows, 15);
  return row;
}

/* @where: what follows the table's name, with one string for its parameter */
static gboolean
read_rows (ShoalConnection *connection, const char *where, GPtrArray *list, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autofree char *sql = g_strconcat (
      "SELECT uuid, position, name, content, size, total_size, folder, folder_path, device, "
      "mtime_ms, made, state, message, bytes_fetched, active_ms, entries FROM transfer ",
      where, NULL);
  g_autoptr (ShoalRows) rows
             = shoal_connection_query (connection, error, sql, "s", SHOAL_ROW_LEFT_OUT);

  if (rows == NULL)
    return FALSE;
  while (shoal_rows_next (rows, &local_error))
    g_ptr_array_add (list, read_row (rows));
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* What an earlier download of the same left out is tried again, in the folder that it made. */
static gboolean
take_left_out (ShoalConnection *connection,
               const GPtrArray *left_out,
               ShoalTransferRow *row,
               GError **error)
{
  for (guint i = 0; row->folder && i < left_out->len; i++)
    {
      ShoalTransferRow *earlier = g_ptr_array_index (left_out, i);

      if (!shoal_digest_equal (&earlier->id, &row->id)
          || !g_str_equal (earlier->folder_path, row->folder_path))
        continue;
      g_free (row->made);
      row->made = g_strdup (earlier->made);
      if (!shoal_transfer_store_delete (connection, earlier->uuid, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
shoal_transfer_store_insert (ShoalConnection *connection, gpointer data, GError **error)
{
  GPtrArray *rows = data;
  g_autoptr (GPtrArray) left_out
             = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_transfer_row_free);
  gint64 last = 0;

  /* Once for all of them: it looks at each that is there. */
  if (!shoal_connection_query_integer (connection, 0, &last, error,
                                       "SELECT coalesce(max(position), 0) FROM transfer", "")
      || !read_rows (connection, "WHERE state = ? ORDER BY position", left_out, error))
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      ShoalTransferRow *row = g_ptr_array_index (rows, i);

      row->position = ++last;
      if (!take_left_out (connection, left_out, row, error) || !insert_row (connection, row, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
shoal_transfer_store_update (ShoalConnection *connection, gpointer data, GError **error)
{
  const ShoalTransferRow *row = data;

  return shoal_connection_run (
      connection, error,
      "UPDATE transfer SET state = ?, message = ?, bytes_fetched = ?, active_ms = ?,"
      " position = ? WHERE uuid = ?",
      "ssiiis", row->state, row->message, (gint64) row->bytes_fetched, row->active_ms,
      row->position, row->uuid);
}

gboolean
shoal_transfer_store_set_made (ShoalConnection *connection, gpointer data, GError **error)
{
  const ShoalTransferRow *row = data;

  return shoal_connection_run (connection, error, "UPDATE transfer SET made = ? WHERE uuid = ?",
                               "ss", row->made, row->uuid);
}

gboolean
shoal_transfer_store_order (ShoalConnection *connection, gpointer data, GError **error)
{
  const GPtrArray *rows = data;

  for (guint i = 0; i < rows->len; i++)
    {
      const ShoalTransferRow *row = g_ptr_array_index (rows, i);

      if (!shoal_connection_run (connection, error,
                                 "UPDATE transfer SET position = ? WHERE uuid = ?", "is",
                                 row->position, row->uuid))
        return FALSE;
    }
  return TRUE;
}

gboolean
shoal_transfer_store_delete (ShoalConnection *connection, gpointer data, GError **error)
{
  const char *uuid = data;

  return shoal_connection_run (connection, error, "DELETE FROM transfer WHERE uuid = ?", "s", uuid);
}

gboolean
shoal_transfer_store_list (ShoalConnection *connection, gpointer data, GError **error)
{
  return read_rows (connection, "WHERE state <> ? ORDER BY position", data, error);
}
