/* shoal-search-row.c: an item as it stands in an answer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-search-row"

#include "config.h"

#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-search.h"

/* Offers that are looked at for names of members. */
#define MAX_OFFERS (256)

typedef struct
{
  gint64 row;
  gint64 listing_row;
  ShoalType type;
  ShoalDigest digest;
  gint64 size;
  gint64 manifest_size;
  gint64 entries;
  gint64 mtime_ms;
  gint64 added_ms;
  gint64 name_at;
  char *path;
} Item;

static void
item_clear (Item *self)
{
  g_clear_pointer (&self->path, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Item, item_clear)

/* FALSE without an error: there is none. */
static gboolean
read_item (Item *self, ShoalConnection *connection, gint64 row, GError **error)
{
  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error,
      "SELECT listing_id, type, digest, size, manifest_size, entries, mtime_ms, added_ms, "
      "name_at, path FROM items WHERE id = ?",
      "i", row);
  gsize length = 0;

  if (rows == NULL || !shoal_rows_next (rows, error))
    return FALSE;
  self->row = row;
  self->listing_row = shoal_rows_integer (rows, 0);
  self->type = (ShoalType) shoal_rows_integer (rows, 1);
  self->size = shoal_rows_integer (rows, 3);
  self->manifest_size = shoal_rows_integer (rows, 4);
  self->entries = shoal_rows_integer (rows, 5);
  self->mtime_ms = shoal_rows_integer (rows, 6);
  self->added_ms = shoal_rows_integer (rows, 7);
  self->name_at = shoal_rows_integer (rows, 8);
  self->path = shoal_rows_dup_string (rows, 9);

  gconstpointer bytes = shoal_rows_blob (rows, 2, &length);

  return shoal_digest_from_bytes (&self->digest, bytes, length, error);
}

static gboolean
has_string (JsonArray *array, const char *text)
{
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (g_str_equal (json_array_get_string_element (array, i), text))
      return TRUE;
  return FALSE;
}

/* Whose row it is, those who are online first. */
static gboolean
add_users (ShoalSearch *self,
           ShoalConnection *connection,
           const Item *item,
           JsonArray *users,
           GError **error)
{
  g_autoptr (JsonArray) offline = json_array_new ();
  g_autoptr (GError) local_error = NULL;
  const char *sql = item->listing_row != 0
                        ? "SELECT o.device_id, a.user FROM offers AS o JOIN accounts AS a ON a.id "
                          "= o.account_id "
                          "WHERE o.listing_id = ? AND o.listing_id != 0 AND o.complete = 1 LIMIT ?"
                        : "SELECT o.device_id, a.user FROM offers AS o JOIN accounts AS a ON a.id "
                          "= o.account_id "
                          "WHERE o.item_id = ? AND o.complete = 1 LIMIT ?";
  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error, sql, "ii", item->listing_row != 0 ? item->listing_row : item->row,
      (gint64) MAX_OFFERS);

  if (rows == NULL)
    return FALSE;
  while (json_array_get_length (users) < SHOAL_MAX_ROW_USERS
         && shoal_rows_next (rows, &local_error))
    {
      gboolean online = shoal_is_online (self->online, shoal_rows_integer (rows, 0));
      const char *user = shoal_rows_string (rows, 1);

      if (!has_string (users, user) && (online || !has_string (offline, user)))
        json_array_add_string_element (online ? users : offline, user);
    }
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  for (guint i = 0;
       i < json_array_get_length (offline) && json_array_get_length (users) < SHOAL_MAX_ROW_USERS;
       i++)
    {
      const char *user = json_array_get_string_element (offline, i);

      if (!has_string (users, user))
        json_array_add_string_element (users, user);
    }
  return TRUE;
}

/* The folder an entry is in: its manifest, and a name it is offered under. */
static gboolean
add_folder (ShoalConnection *connection, const Item *item, JsonObject *object, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error,
      "SELECT i.path, i.digest FROM offers AS o JOIN items AS i ON i.id = o.item_id "
      "WHERE o.listing_id = ? AND o.listing_id != 0 AND o.complete = 1 LIMIT 1",
      "i", item->listing_row);

  if (rows == NULL)
    return FALSE;
  if (shoal_rows_next (rows, &local_error))
    {
      ShoalDigest digest;
      char hex[SHOAL_DIGEST_HEX_SIZE];
      gsize length = 0;
      gconstpointer bytes = shoal_rows_blob (rows, 1, &length);

      if (!shoal_digest_from_bytes (&digest, bytes, length, error))
        return FALSE;
      shoal_digest_to_hex (&digest, hex);
      json_object_set_string_member (object, "folder", hex);
      json_object_set_string_member (object, "folder_name", shoal_rows_string (rows, 0));
    }
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* Of the content, under whatever name. */
static gboolean
add_sources (ShoalSearch *self,
             ShoalConnection *connection,
             const Item *item,
             JsonObject *object,
             GError **error)
{
  g_autoptr (GArray) holders = shoal_content_collect (
      connection, &item->digest, item->type == SHOAL_TYPE_FOLDER ? item->manifest_size : item->size,
      error);
  gint64 online = 0;

  if (holders == NULL)
    return FALSE;
  for (guint i = 0; i < holders->len; i++)
    online += shoal_is_online (self->online, g_array_index (holders, ShoalHolder, i).device_row);
  json_object_set_int_member (object, "sources", holders->len);
  json_object_set_int_member (object, "online", online);
  return TRUE;
}

JsonObject *
shoal_search_make_row (ShoalSearch *self,
                       ShoalConnection *connection,
                       gint64 item_row,
                       GError **error)
{
  g_auto (Item) item = { 0 };
  char hex[SHOAL_DIGEST_HEX_SIZE];

  if (!read_item (&item, connection, item_row, error))
    return NULL;
  shoal_digest_to_hex (&item.digest, hex);

  gboolean folder = item.type == SHOAL_TYPE_FOLDER;
  g_autoptr (JsonArray) users = json_array_new ();
  g_autoptr (JsonObject) object = shoal_json_new (
      "name", "s", item.path + item.name_at, "path", "s", item.listing_row != 0 ? item.path : NULL,
      "kind", "s", folder ? "folder" : "file", "type", "s", shoal_type_to_string (item.type), "id",
      "s", hex, "size", "i", item.size, "added_ms", "i", item.added_ms, NULL);

  if (folder)
    {
      json_object_set_int_member (object, "manifest_size", item.manifest_size);
      json_object_set_int_member (object, "entries", item.entries);
    }
  if (item.mtime_ms != SHOAL_NO_MTIME)
    json_object_set_int_member (object, "mtime_ms", item.mtime_ms);
  if (!add_users (self, connection, &item, users, error)
      || !add_sources (self, connection, &item, object, error)
      || (item.listing_row != 0 && !add_folder (connection, &item, object, error)))
    return NULL;
  json_object_set_array_member (object, "users", g_steal_pointer (&users));
  return g_steal_pointer (&object);
}
