/* shoal-catalogue-list.c: what a device offers, page by page: the work of “offers”
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-catalogue-list"

#include "config.h"

#include "shoal-catalogue-private.h"
#include "shoal-catalogue-text.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"

struct _ShoalOfferList
{
  gint64 device_row;
  gint64 after;
  gint64 next; /* 0: there are no more */
  JsonArray *rows;
};

void
shoal_offer_list_free (ShoalOfferList *self)
{
  json_array_unref (self->rows);
  g_free (self);
}
static gboolean
add_row (ShoalOfferList *self, ShoalConnection *connection, ShoalRows *rows, GError **error)
{
  gboolean folder = shoal_rows_integer (rows, 2) == SHOAL_TYPE_FOLDER;
  ShoalDigest digest;
  char hex[SHOAL_DIGEST_HEX_SIZE];
  gsize size = 0;
  gconstpointer bytes = shoal_rows_blob (rows, 4, &size);
  gint64 sources = 0;

  if (!shoal_digest_from_bytes (&digest, bytes, size, error)
      || !shoal_content_count_sources (
          connection, &digest, shoal_rows_integer (rows, folder ? 6 : 5), 0, &sources, error))
    return FALSE;
  shoal_digest_to_hex (&digest, hex);

  JsonObject *object = shoal_json_new (
      "offer", "s", shoal_rows_string (rows, 1), "kind", "s", folder ? "folder" : "file", "name",
      "s", shoal_rows_string (rows, 3), "id", "s", hex, "size", "i", shoal_rows_integer (rows, 5),
      "complete", "b", shoal_rows_integer (rows, 8) != 0, "sources", "i", sources, NULL);

  if (folder)
    {
      json_object_set_int_member (object, "manifest_size", shoal_rows_integer (rows, 6));
      json_object_set_int_member (object, "entries", shoal_rows_integer (rows, 7));
    }
  json_array_add_object_element (self->rows, object);
  return TRUE;
}

gboolean
shoal_offer_list_run (ShoalConnection *connection, gpointer data, GError **error)
{
  ShoalOfferList *self = data;
  g_autoptr (GError) local_error = NULL;
  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error,
      "SELECT o.id, o.offer, i.type, i.path, i.digest, i.size, i.manifest_size, i.entries, "
      "o.complete "
      "FROM offers AS o JOIN items AS i ON i.id = o.item_id WHERE o.device_id = ? AND o.id > ? "
      "ORDER BY o.id LIMIT ?",
      "iii", self->device_row, self->after, (gint64) SHOAL_MAX_BATCH_ENTRIES);

  if (rows == NULL)
    return FALSE;
  while (shoal_rows_next (rows, &local_error))
    {
      if (!add_row (self, connection, rows, error))
        return FALSE;
      self->next = shoal_rows_integer (rows, 0);
    }
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (json_array_get_length (self->rows) < SHOAL_MAX_BATCH_ENTRIES)
    self->next = 0;
  return TRUE;
}

JsonObject *
shoal_offer_list_make_answer (ShoalOfferList *self)
{
  g_autofree char *cursor
      = self->next != 0 ? g_strdup_printf ("%" G_GINT64_FORMAT, self->next) : NULL;

  return shoal_json_new ("offers", "a", json_array_ref (self->rows), "cursor", "s", cursor, NULL);
}

ShoalOfferList *
shoal_offer_list_new (JsonObject *params, gint64 device_row, GError **error)
{
  g_autoptr (ShoalOfferList) self = g_new0 (ShoalOfferList, 1);
  const char *cursor = NULL;
  guint64 after = 0;

  self->device_row = device_row;
  self->rows = json_array_new ();
  if (!shoal_json_get_optional_string (params, "cursor", SHOAL_MAX_CURSOR_CHARS, &cursor, error))
    return NULL;
  if (cursor != NULL && !g_ascii_string_to_unsigned (cursor, 10, 0, G_MAXINT64, &after, NULL))
    {
      shoal_set_field_error (error, "cursor", "This cursor is not from an answer to “offers”.");
      return NULL;
    }
  self->after = (gint64) after;
  return g_steal_pointer (&self);
}
