/* shoal-catalogue-sources.c: who has a content: the work of “sources”
 *
 * A content is on offer as a file or manifest of its own (table offers), or as an entry of folders
 * (table items). Both are asked by jumping from one device, or listing, to the next in an index, so
 * that a member who offers the same bytes under 100,000 names does not make everybody wait.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-catalogue-sources"

#include "config.h"

#include "shoal-catalogue-private.h"
#include "shoal-catalogue-text.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"

gboolean
shoal_is_online (GHashTable *online, gint64 device_row)
{
  return g_hash_table_contains (online, GINT_TO_POINTER (device_row));
}

/* ---- Holders ------------------------------------------------------------------------------- */

typedef struct
{
  ShoalConnection *connection;
  const ShoalDigest *digest;
  gint64 size; /* -1: any */
  GHashTable *devices;
  GArray *holders;
} Collection;

/* @size: of the content, not of the folder */
static void
add_holder (Collection *self, gint64 device_row, gint64 item_row, gint64 size, gboolean manifest)
{
  ShoalHolder holder = { device_row, item_row, size, manifest };

  if (g_hash_table_add (self->devices, GINT_TO_POINTER (device_row)))
    g_array_append_val (self->holders, holder);
}

/* One of the device's offers of its own is enough. */
static gboolean
collect_offer (Collection *self, gint64 device_row, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (ShoalRows) rows = shoal_connection_query (
      self->connection, error,
      "SELECT i.id, iif (i.type = 1, i.manifest_size, i.size) AS content_size, i.type = 1 "
      "FROM offers AS o JOIN items AS i ON i.id = o.item_id "
      "WHERE o.key = ?1 AND o.device_id = ?2 AND o.complete = 1 AND i.digest = ?3 "
      "AND (?4 < 0 OR content_size = ?4) LIMIT 1",
      "iidi", shoal_digest_key (self->digest), device_row, self->digest->bytes,
      (gsize) SHOAL_DIGEST_SIZE, self->size);

  G_STATIC_ASSERT (SHOAL_TYPE_FOLDER == 1);
  if (rows == NULL)
    return FALSE;
  if (shoal_rows_next (rows, &local_error))
    add_holder (self, device_row, shoal_rows_integer (rows, 0), shoal_rows_integer (rows, 1),
                shoal_rows_integer (rows, 2) != 0);
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* @row: (out): 0 if the listing does not have the content */
static gboolean
find_entry (Collection *self, gint64 listing_row, gint64 *row, gint64 *size, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (ShoalRows) rows = shoal_connection_query (
      self->connection, error,
      "SELECT id, size FROM items WHERE key = ?1 AND listing_id = ?2 AND digest = ?3 "
      "AND (?4 < 0 OR size = ?4) LIMIT 1",
      "iidi", shoal_digest_key (self->digest), listing_row, self->digest->bytes,
      (gsize) SHOAL_DIGEST_SIZE, self->size);

  *row = 0;
  if (rows == NULL)
    return FALSE;
  if (shoal_rows_next (rows, &local_error))
    {
      *row = shoal_rows_integer (rows, 0);
      *size = shoal_rows_integer (rows, 1);
    }
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
collect_listing (Collection *self, gint64 listing_row, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  gint64 size = -1;
  gint64 entry_row = 0;

  if (!find_entry (self, listing_row, &entry_row, &size, error))
    return FALSE;
  if (entry_row == 0)
    return TRUE;

  g_autoptr (ShoalRows) rows
             = shoal_connection_query (self->connection, error,
                                       "SELECT device_id FROM offers WHERE listing_id = ? "
                                       "AND listing_id != 0 AND complete = 1 LIMIT ?",
                                       "ii", listing_row, (gint64) SHOAL_MAX_HOLDERS);

  if (rows == NULL)
    return FALSE;
  while (shoal_rows_next (rows, &local_error))
    add_holder (self, shoal_rows_integer (rows, 0), entry_row, size, FALSE);
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* Calls @collect with each value that @next_sql finds after the one before it. */
static gboolean
jump (Collection *self,
      const char *next_sql,
      gboolean (*collect) (Collection *self, gint64 row, GError **error),
      GError **error)
{
  gint64 row = 0;

  for (int i = 0; i < SHOAL_MAX_HOLDERS && self->holders->len < SHOAL_MAX_HOLDERS; i++)
    {
      if (!shoal_connection_query_integer (self->connection, 0, &row, error, next_sql, "ii",
                                           shoal_digest_key (self->digest), row))
        return FALSE;
      if (row == 0)
        return TRUE;
      if (!collect (self, row, error))
        return FALSE;
    }
  return TRUE;
}

GArray *
shoal_content_collect (ShoalConnection *connection,
                       const ShoalDigest *digest,
                       gint64 size,
                       GError **error)
{
  g_autoptr (GHashTable) devices = g_hash_table_new (NULL, NULL);
  g_autoptr (GArray) holders = g_array_new (FALSE, FALSE, sizeof (ShoalHolder));
  Collection self = { connection, digest, size, devices, holders };

  if (!jump (&self, "SELECT min (device_id) FROM offers WHERE key = ? AND device_id > ?",
             collect_offer, error)
      || !jump (&self, "SELECT min (listing_id) FROM items WHERE key = ? AND listing_id > ?",
                collect_listing, error))
    return NULL;
  return g_steal_pointer (&holders);
}

gboolean
shoal_content_count_sources (ShoalConnection *connection,
                             const ShoalDigest *digest,
                             gint64 size,
                             gint64 device_row,
                             gint64 *n_sources,
                             GError **error)
{
  gint64 others = 1;

  /* Most of what is offered nobody else has: found out without looking at anything but indexes. */
  if (device_row != 0
      && !shoal_connection_query_integer (
          connection, 0, &others, error,
          "SELECT EXISTS (SELECT 1 FROM offers WHERE key = ?1 AND device_id < ?2) "
          "OR EXISTS (SELECT 1 FROM offers WHERE key = ?1 AND device_id > ?2) "
          "OR EXISTS (SELECT 1 FROM items WHERE key = ?1 AND listing_id > 0)",
          "ii", shoal_digest_key (digest), device_row))
    return FALSE;
  if (others == 0)
    {
      *n_sources = 1;
      return TRUE;
    }

  g_autoptr (GArray) holders = shoal_content_collect (connection, digest, size, error);
  gboolean found = device_row == 0;

  if (holders == NULL)
    return FALSE;
  for (guint i = 0; i < holders->len && !found; i++)
    found = g_array_index (holders, ShoalHolder, i).device_row == device_row;
  *n_sources = holders->len + (found ? 0 : 1);
  return TRUE;
}

/* ---- sources ------------------------------------------------------------------------------- */

struct _ShoalSources
{
  ShoalDigest digest;
  gint64 size;        /* -1: any */
  GHashTable *online; /* set of device rows */
  GPtrArray *pullers; /* of ShoalPuller */
  JsonArray *rows;
};

void
shoal_sources_free (ShoalSources *self)
{
  g_clear_pointer (&self->online, g_hash_table_unref);
  g_clear_pointer (&self->pullers, g_ptr_array_unref);
  g_clear_pointer (&self->rows, json_array_unref);
  g_free (self);
}

static gboolean
add_holder_row (ShoalSources *self,
                ShoalConnection *connection,
                const ShoalHolder *holder,
                GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error,
      "SELECT d.device, a.account, a.user, (SELECT path FROM items WHERE id = ?) "
      "FROM devices AS d JOIN accounts AS a ON a.id = d.account_id WHERE d.id = ?",
      "ii", holder->item_row, holder->device_row);

  if (rows == NULL)
    return FALSE;
  if (shoal_rows_next (rows, &local_error))
    json_array_add_object_element (
        self->rows,
        shoal_json_new ("device", "s", shoal_rows_string (rows, 0), "account", "s",
                        shoal_rows_string (rows, 1), "user", "s", shoal_rows_string (rows, 2),
                        "online", "b", shoal_is_online (self->online, holder->device_row),
                        "partial", "b", FALSE, "manifest", "b", holder->manifest, "offer_name", "s",
                        shoal_path_name (shoal_rows_string (rows, 3)), "size", "i", holder->size,
                        NULL));
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static void
add_puller_row (ShoalSources *self, const ShoalPuller *puller)
{
  json_array_add_object_element (
      self->rows,
      shoal_json_new ("device", "s", puller->device, "account", "s", puller->account, "user", "s",
                      puller->user, "online", "b", TRUE, "partial", "b", TRUE, "manifest", "b",
                      puller->manifest, "size", "i", puller->size, NULL));
}

static gboolean
has_holder (GArray *holders, gint64 device_row)
{
  for (guint i = 0; i < holders->len; i++)
    if (g_array_index (holders, ShoalHolder, i).device_row == device_row)
      return TRUE;
  return FALSE;
}

static gboolean
add_holder_rows (ShoalSources *self,
                 ShoalConnection *connection,
                 GArray *holders,
                 gboolean online,
                 GError **error)
{
  for (guint i = 0; i < holders->len && json_array_get_length (self->rows) < SHOAL_MAX_SOURCE_ROWS;
       i++)
    {
      const ShoalHolder *holder = &g_array_index (holders, ShoalHolder, i);

      if (shoal_is_online (self->online, holder->device_row) == online
          && !add_holder_row (self, connection, holder, error))
        return FALSE;
    }
  return TRUE;
}

/* Online first, and of those the complete ones. Who is downloading is online. */
gboolean
shoal_sources_run (ShoalConnection *connection, gpointer data, GError **error)
{
  ShoalSources *self = data;
  g_autoptr (GArray) holders = shoal_content_collect (connection, &self->digest, self->size, error);

  if (holders == NULL || !add_holder_rows (self, connection, holders, TRUE, error))
    return FALSE;
  for (guint i = 0; i < self->pullers->len; i++)
    {
      const ShoalPuller *puller = self->pullers->pdata[i];

      if (json_array_get_length (self->rows) < SHOAL_MAX_SOURCE_ROWS
          && (self->size < 0 || puller->size == self->size)
          && !has_holder (holders, puller->device_row))
        add_puller_row (self, puller);
    }
  return add_holder_rows (self, connection, holders, FALSE, error);
}

JsonObject *
shoal_sources_make_answer (ShoalSources *self)
{
  return shoal_json_new ("sources", "a", json_array_ref (self->rows), NULL);
}

const ShoalDigest *
shoal_sources_get_digest (ShoalSources *self)
{
  return &self->digest;
}

ShoalSources *
shoal_sources_new (JsonObject *params, GError **error)
{
  g_autoptr (ShoalSources) self = g_new0 (ShoalSources, 1);

  if (!shoal_params_get_digest (params, "id", &self->digest, error)
      || !shoal_json_get_optional_integer (params, "size", 0, (gint64) SHOAL_MAX_FILE_SIZE, -1,
                                           &self->size, error))
    return NULL;
  self->rows = json_array_new ();
  return g_steal_pointer (&self);
}

void
shoal_sources_take (ShoalSources *self, GHashTable *online, GPtrArray *pullers)
{
  g_clear_pointer (&self->online, g_hash_table_unref);
  g_clear_pointer (&self->pullers, g_ptr_array_unref);
  self->online = online;
  self->pullers = pullers;
}
