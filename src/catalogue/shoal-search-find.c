/* shoal-search-find.c: what has exactly this name: the work of “find”
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-search-find"

#include "config.h"

#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-safe-name.h"
#include "shoal-search.h"

typedef struct
{
  ShoalSearch *search;
  GHashTable *contents; /* set of keys and sizes as strings: one row for each */
  const char *fold;
} Find;

/* By the bytes of the name, not by its fold. */
static gboolean
is_called (Find *self,
           ShoalConnection *connection,
           const ShoalCandidate *candidate,
           gboolean *called,
           GError **error)
{
  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error,
      "SELECT path, name_at, digest, iif (type = 1, manifest_size, size) FROM items WHERE id = ?",
      "i", candidate->row);
  g_autoptr (GError) local_error = NULL;
  gsize length = 0;

  *called = FALSE;
  if (rows == NULL)
    return FALSE;
  if (!shoal_rows_next (rows, &local_error))
    {
      if (local_error != NULL)
        g_propagate_error (error, g_steal_pointer (&local_error));
      return local_error == NULL;
    }

  const char *path = shoal_rows_string (rows, 0);
  gconstpointer bytes = shoal_rows_blob (rows, 2, &length);
  ShoalDigest digest;
  char hex[SHOAL_DIGEST_HEX_SIZE];

  if (!g_str_equal (path, self->search->find)
      && !g_str_equal (path + shoal_rows_integer (rows, 1), self->search->find))
    return TRUE;
  if (!shoal_digest_from_bytes (&digest, bytes, length, error))
    return FALSE;
  shoal_digest_to_hex (&digest, hex);
  *called = g_hash_table_add (
      self->contents, g_strdup_printf ("%s %" G_GINT64_FORMAT, hex, shoal_rows_integer (rows, 3)));
  return TRUE;
}

static gboolean
find_with (Find *self, ShoalConnection *connection, gboolean top, GError **error)
{
  g_autoptr (GString) query = g_string_new (NULL);
  g_autoptr (GError) local_error = NULL;
  ShoalCandidate candidate;

  shoal_name_query (self->fold, query);
  if (top)
    shoal_query_append (query, SHOAL_TOKEN_LISTING, 0);

  g_autoptr (ShoalRows) rows = shoal_search_open (connection, query->str, G_MAXINT64, error);

  if (rows == NULL)
    return FALSE;
  while (self->search->found->len < SHOAL_MAX_FIND_ROWS
         && shoal_search_next (self->search, connection, rows, &candidate, &local_error))
    {
      gboolean called = FALSE;

      if (!is_called (self, connection, &candidate, &called, error))
        return FALSE;
      const ShoalSearchKey key = { .row = candidate.row };

      if (called)
        g_array_append_val (self->search->found, key);
    }
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

gboolean
shoal_search_run_find (ShoalConnection *connection, gpointer data, GError **error)
{
  ShoalSearch *self = data;
  g_autoptr (GHashTable) contents = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gsize name_at = 0;
  g_autofree char *fold = shoal_path_fold (self->find, &name_at);
  Find find = { self, contents, fold };

  if (!shoal_search_prepare (self, connection, error))
    return FALSE;
  if (self->is_empty)
    return TRUE;
  return find_with (&find, connection, TRUE, error)
         && (self->found->len > 0 || find_with (&find, connection, FALSE, error))
         && shoal_search_make_rows (self, connection, error);
}

JsonObject *
shoal_search_make_find_answer (ShoalSearch *self)
{
  return shoal_json_new ("rows", "a", json_array_ref (self->rows), NULL);
}

gboolean
shoal_search_read_find (ShoalSearch *self, JsonObject *params, GError **error)
{
  const char *name = NULL;
  const char *user = NULL;

  if (!shoal_json_get_string (params, "name", SHOAL_MAX_PATH_BYTES, &name, error)
      || !shoal_json_get_optional_string (params, "user", SHOAL_MAX_ACCOUNT_NAME_CHARS, &user,
                                          error))
    return FALSE;
  if (*name == '\0')
    return shoal_set_field_error (error, "name", "“name” must not be empty.");
  self->find = g_strdup (name);
  self->user_fold = user != NULL ? shoal_name_fold (user) : NULL;
  return TRUE;
}
