/* shoal-catalogue-items.c: the table items and the words of its rows
 *
 * Threads: all of it runs in jobs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-catalogue-items"

#include "config.h"

#include "shoal-catalogue-private.h"

#include <string.h>

#include "shoal-catalogue-text.h"
#include "shoal-error.h"

gint64
shoal_digest_key (const ShoalDigest *digest)
{
  gint64 key = 0;

  memcpy (&key, digest->bytes, sizeof key);
  return GINT64_FROM_BE (key);
}

gboolean
shoal_digest_from_bytes (ShoalDigest *digest, gconstpointer bytes, gsize size, GError **error)
{
  if (size == SHOAL_DIGEST_SIZE)
    {
      memcpy (digest->bytes, bytes, size);
      return TRUE;
    }
  g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_INTERNAL,
               "A content id in the database has %" G_GSIZE_FORMAT " bytes", size);
  return FALSE;
}

gint64
shoal_item_content_size (const ShoalItem *item)
{
  return item->folder ? item->manifest_size : item->size;
}

/* Of what makes an item of the top level another one. */
static gint64
item_ident (const ShoalItem *item)
{
  g_autoptr (GString) text = g_string_new (NULL);
  ShoalDigest digest;

  if (item->listing_row != 0)
    return 0;
  g_string_append_printf (text, "%d %" G_GINT64_FORMAT " ", item->folder,
                          shoal_item_content_size (item));
  g_string_append_len (text, (const char *) item->digest->bytes, SHOAL_DIGEST_SIZE);
  g_string_append (text, item->path);
  shoal_digest_of (text->str, text->len, &digest);

  gint64 ident = shoal_digest_key (&digest);

  return ident != 0 ? ident : 1;
}

gboolean
shoal_items_find_top (ShoalConnection *connection,
                      const ShoalItem *item,
                      gint64 *row,
                      GError **error)
{
  return shoal_connection_query_integer (
      connection, 0, row, error,
      "SELECT id FROM items WHERE ident = ? AND ident != 0 AND digest = ? AND path = ? "
      "AND (type = ?) = ? AND size = ? AND manifest_size = ? AND entries = ?",
      "idsiiiii", item_ident (item), item->digest->bytes, (gsize) SHOAL_DIGEST_SIZE, item->path,
      (gint64) SHOAL_TYPE_FOLDER, (gint64) item->folder, item->size, item->manifest_size,
      item->entries);
}

static void
make_words (GString *words,
            const char *fold,
            gint64 fold_at,
            ShoalType type,
            gint64 size,
            gint64 listing_row)
{
  shoal_tokens_of_path (fold, words);
  shoal_tokens_append (words, SHOAL_TOKEN_TYPE, type);
  shoal_tokens_append (words, SHOAL_TOKEN_SIZE, shoal_size_class (size));
  shoal_tokens_append (words, SHOAL_TOKEN_LISTING, listing_row);
  shoal_tokens_append (words, SHOAL_TOKEN_INITIAL, (guchar) fold[fold_at]);
}

gboolean
shoal_items_insert (
    ShoalConnection *connection, const ShoalItem *item, gint64 live, gint64 *row, GError **error)
{
  gsize fold_at = 0;
  g_autofree char *fold = shoal_path_fold (item->path, &fold_at);
  const char *name = shoal_path_name (item->path);
  ShoalType type = item->folder ? SHOAL_TYPE_FOLDER : shoal_type_of_name (name);

  if (!shoal_connection_run (connection, error,
                             "INSERT INTO items (listing_id, refs, live, type, key, digest, size, "
                             "manifest_size, entries, ident, "
                             "mtime_ms, added_ms, name_at, fold_at, path, fold) VALUES (?, 1, ?, "
                             "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                             "iiiidiiiiiiiiss", item->listing_row, live, (gint64) type,
                             shoal_digest_key (item->digest), item->digest->bytes,
                             (gsize) SHOAL_DIGEST_SIZE, item->size, item->manifest_size,
                             item->entries, item_ident (item), item->mtime_ms, item->added_ms,
                             (gint64) (name - item->path), (gint64) fold_at, item->path,
                             g_str_equal (fold, item->path) ? NULL : fold))
    return FALSE;

  gint64 id = shoal_connection_last_row_id (connection);
  g_autoptr (GString) words = g_string_sized_new (512);

  make_words (words, fold, (gint64) fold_at, type, item->size, item->listing_row);
  if (row != NULL)
    *row = id;
  return shoal_connection_run (connection, error,
                               "INSERT INTO item_words (rowid, words) VALUES (?, ?)", "is", id,
                               words->str);
}

gboolean
shoal_items_delete (ShoalConnection *connection, gint64 row, GError **error)
{
  g_autoptr (GString) words = g_string_sized_new (512);
  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error,
      "SELECT ifnull (fold, path), fold_at, type, size, listing_id FROM items WHERE id = ?", "i",
      row);

  if (rows == NULL)
    return FALSE;

  g_autoptr (GError) local_error = NULL;

  if (!shoal_rows_next (rows, &local_error))
    {
      if (local_error != NULL)
        g_propagate_error (error, g_steal_pointer (&local_error));
      return local_error == NULL;
    }
  make_words (words, shoal_rows_string (rows, 0), shoal_rows_integer (rows, 1),
              (ShoalType) shoal_rows_integer (rows, 2), shoal_rows_integer (rows, 3),
              shoal_rows_integer (rows, 4));
  g_clear_pointer (&rows, shoal_rows_free);
  /* An index without content is told what it had. */
  return shoal_connection_run (
             connection, error,
             "INSERT INTO item_words (item_words, rowid, words) VALUES ('delete', ?, ?)", "is", row,
             words->str)
         && shoal_connection_run (connection, error, "DELETE FROM items WHERE id = ?", "i", row);
}

gboolean
shoal_listings_insert (ShoalConnection *connection,
                       const ShoalItem *item,
                       gint64 *row,
                       GError **error)
{
  if (!shoal_connection_run (
          connection, error,
          "INSERT INTO listings (digest, size, entries, refs, live) VALUES (?, ?, ?, 0, 0)", "dii",
          item->digest->bytes, (gsize) SHOAL_DIGEST_SIZE, item->manifest_size, item->entries))
    return FALSE;
  *row = shoal_connection_last_row_id (connection);
  return TRUE;
}
