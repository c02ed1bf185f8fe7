/* shoal-layer-store.c: the piece layers of what is here, in the profile's database
 *
 * A layer is kept once for each content, whoever brought it. Who needs it no more removes it with
 * its own rows, in the same job.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-layer-store"

#include "config.h"

#include "shoal-layer-store.h"

#include "shoal-error.h"

const char shoal_layer_store_schema[] = "CREATE TABLE layer (\n"
                                        "  id INTEGER PRIMARY KEY,\n"
                                        "  content BLOB NOT NULL UNIQUE,\n"
                                        "  layer BLOB NOT NULL\n"
                                        ") STRICT;\n";

void
shoal_stored_layer_clear (ShoalStoredLayer *self)
{
  g_clear_pointer (&self->layer, g_bytes_unref);
}

gboolean
shoal_layer_store_add (ShoalConnection *connection, GArray *layers, GError **error)
{
  for (guint i = 0; i < layers->len; i++)
    {
      ShoalStoredLayer *stored = &g_array_index (layers, ShoalStoredLayer, i);
      gint64 there = 0;
      if (!shoal_connection_query_integer (connection, 0, &there, error,
                                           "SELECT id FROM layer WHERE content = ?", "d",
                                           stored->id.bytes, (gsize) SHOAL_DIGEST_SIZE))
        return FALSE;
      if (there != 0)
        continue;
      if (stored->layer == NULL)
        {
          g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_CHANGED,
                               "The piece layer of a file is gone; it must be hashed again");
          return FALSE;
        }
      if (!shoal_connection_run (connection, error,
                                 "INSERT INTO layer (content, layer) VALUES (?, ?)", "db",
                                 stored->id.bytes, (gsize) SHOAL_DIGEST_SIZE, stored->layer))
        return FALSE;
    }
  return TRUE;
}

GBytes *
shoal_layer_store_get (ShoalConnection *connection, const ShoalDigest *id, GError **error)
{
  g_autoptr (ShoalRows) rows = shoal_connection_query (connection, error,
                                                       "SELECT layer FROM layer WHERE content = ?",
                                                       "d", id->bytes, (gsize) SHOAL_DIGEST_SIZE);

  if (rows == NULL || !shoal_rows_next (rows, error))
    return NULL;
  return shoal_rows_dup_blob (rows, 0);
}
