/* shoal-result-json.c: rows of a catalogue from and to JSON
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-result-json"

#include "config.h"

#include "shoal-result-json.h"

#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"

/* Whether a member stands for nothing: missing, or null as the rows of files have it. */
static gboolean
is_absent (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node == NULL || JSON_NODE_HOLDS_NULL (node);
}

static gboolean
get_integer (JsonObject *row,
             const char *name,
             gint64 min,
             gint64 max,
             gint64 fallback,
             gint64 *value,
             GError **error)
{
  if (is_absent (row, name))
    {
      *value = fallback;
      return TRUE;
    }
  return shoal_json_get_integer (row, name, min, max, value, error);
}

static char **
get_users (JsonObject *row, GError **error)
{
  JsonArray *array = NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (!shoal_json_get_optional_array (row, "users", SHOAL_MAX_SEARCH_ROWS, &array, error))
    return NULL;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      const char *user;

      if (!shoal_json_array_get_string (array, i, SHOAL_MAX_ACCOUNT_NAME_CHARS, &user, error))
        return NULL;
      g_strv_builder_add (builder, user);
    }
  return g_strv_builder_end (builder);
}

static gboolean
read_strings (ShoalResultFields *self, JsonObject *row, GError **error)
{
  const char *kind, *id;
  ShoalDigest digest;

  if (!shoal_json_get_string (row, "name", SHOAL_MAX_PATH_BYTES, &self->name, error)
      || !shoal_json_get_optional_string (row, "path", SHOAL_MAX_PATH_BYTES, &self->path, error)
      || !shoal_json_get_string (row, "kind", 16, &kind, error)
      || !shoal_json_get_optional_string (row, "type", 16, &self->type, error)
      || !shoal_json_get_string (row, "id", SHOAL_DIGEST_HEX_SIZE - 1, &id, error)
      || !shoal_json_get_optional_string (row, "folder", SHOAL_DIGEST_HEX_SIZE - 1, &self->folder,
                                          error)
      || !shoal_json_get_optional_string (row, "folder_name", SHOAL_MAX_PATH_BYTES,
                                          &self->folder_name, error))
    return FALSE;
  if (*self->name == '\0')
    return shoal_set_field_error (error, "name", "A row of the catalogue has no name.");
  if (!shoal_digest_from_hex (&self->id, id))
    return shoal_set_field_error (error, "id", "A content id must be 64 hexadecimal digits.");
  if (self->folder != NULL && !shoal_digest_from_hex (&digest, self->folder))
    return shoal_set_field_error (error, "folder", "A content id must be 64 hexadecimal digits.");
  self->is_folder = g_str_equal (kind, "folder");
  if (!self->is_folder && !g_str_equal (kind, "file"))
    return shoal_set_field_error (error, "kind", "A row must be of a file or a folder.");
  return TRUE;
}

static gboolean
read_numbers (ShoalResultFields *self, JsonObject *row, GError **error)
{
  gint64 size, manifest_size, n_entries, n_sources, n_online;

  if (!shoal_json_get_integer (row, "size", 0, SHOAL_MAX_JSON_INTEGER, &size, error)
      || !get_integer (row, "manifest_size", 0, SHOAL_MAX_MANIFEST_SIZE, 0, &manifest_size, error)
      || !get_integer (row, "entries", 0, SHOAL_MAX_MANIFEST_ENTRIES, 0, &n_entries, error)
      || !get_integer (row, "sources", 0, G_MAXINT32, 0, &n_sources, error)
      || !get_integer (row, "online", 0, G_MAXINT32, 0, &n_online, error)
      || !get_integer (row, "added_ms", 0, SHOAL_MAX_JSON_INTEGER, 0, &self->added_ms, error)
      || !get_integer (row, "mtime_ms", -SHOAL_MAX_JSON_INTEGER, SHOAL_MAX_JSON_INTEGER, -1,
                       &self->mtime_ms, error))
    return FALSE;
  if (!self->is_folder && (guint64) size > SHOAL_MAX_FILE_SIZE)
    return shoal_set_field_error (error, "size", "A file of this size is not possible.");
  self->size = (guint64) size;
  self->manifest_size = (guint64) manifest_size;
  self->n_entries = (guint) n_entries;
  self->n_sources = (guint) n_sources;
  self->n_online = (guint) n_online;
  return TRUE;
}

ShoalResult *
shoal_result_new_from_json (JsonObject *row, GError **error)
{
  g_return_val_if_fail (row != NULL, NULL);

  ShoalResultFields fields = { 0 };
  if (!read_strings (&fields, row, error) || !read_numbers (&fields, row, error))
    return NULL;
  g_auto (GStrv) users = get_users (row, error);
  if (users == NULL)
    return NULL;
  fields.users = (const char *const *) users;
  return shoal_result_new (&fields);
}

JsonObject *
shoal_result_to_json (ShoalResult *self)
{
  char id[SHOAL_DIGEST_HEX_SIZE];

  g_return_val_if_fail (SHOAL_IS_RESULT (self), NULL);

  shoal_digest_to_hex (shoal_result_get_id (self), id);
  JsonArray *users = json_array_new ();
  for (const char *const *user = shoal_result_get_users (self); *user != NULL; user++)
    json_array_add_string_element (users, *user);
  JsonObject *row = shoal_json_new (
      "name", "s", shoal_result_get_name (self), "path", "s", shoal_result_get_path (self), "kind",
      "s", shoal_result_is_folder (self) ? "folder" : "file", "type", "s",
      shoal_result_get_content_type (self), "id", "s", id, "size", "i",
      (gint64) shoal_result_get_size (self), "folder", "s", shoal_result_get_folder (self),
      "folder_name", "s", shoal_result_get_folder_name (self), "sources", "i",
      (gint64) shoal_result_get_n_sources (self), "online", "i",
      (gint64) shoal_result_get_n_online (self), "users", "a", users, "added_ms", "i",
      shoal_result_get_added_ms (self), NULL);
  if (shoal_result_is_folder (self))
    {
      json_object_set_int_member (row, "manifest_size",
                                  (gint64) shoal_result_get_manifest_size (self));
      json_object_set_int_member (row, "entries", shoal_result_get_n_entries (self));
    }
  if (shoal_result_get_mtime_ms (self) != -1)
    json_object_set_int_member (row, "mtime_ms", shoal_result_get_mtime_ms (self));
  return row;
}

GPtrArray *
shoal_results_from_json (JsonArray *rows)
{
  GPtrArray *results = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; rows != NULL && i < json_array_get_length (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      JsonObject *row;
      ShoalResult *result = NULL;

      if (shoal_json_array_get_object (rows, i, &row, &error))
        result = shoal_result_new_from_json (row, &error);
      if (result != NULL)
        g_ptr_array_add (results, result);
      else
        g_debug ("Left out a row of the catalogue: %s", error->message);
    }
  return results;
}
