/* shoal-result.c: one row of a catalogue: a content under a name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-result"

#include "config.h"

#include "shoal-result.h"

#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"

struct _ShoalResult
{
  GObject parent_instance;

  char *name;
  char *path;
  char *type;
  char *folder;
  char *folder_name;
  char **users;
  ShoalDigest id;
  guint64 size;
  guint64 manifest_size;
  gint64 added_ms;
  gint64 mtime_ms;
  guint n_entries;
  guint n_sources;
  guint n_online;
  gboolean is_folder;
};

G_DEFINE_FINAL_TYPE (ShoalResult, shoal_result, G_TYPE_OBJECT)

static void
shoal_result_finalize (GObject *object)
{
  ShoalResult *self = SHOAL_RESULT (object);

  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->type, g_free);
  g_clear_pointer (&self->folder, g_free);
  g_clear_pointer (&self->folder_name, g_free);
  g_clear_pointer (&self->users, g_strfreev);
  G_OBJECT_CLASS (shoal_result_parent_class)->finalize (object);
}

static void
shoal_result_class_init (ShoalResultClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = shoal_result_finalize;
}

static void
shoal_result_init (ShoalResult *self)
{
}

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
read_strings (ShoalResult *self, JsonObject *row, GError **error)
{
  const char *name, *path, *kind, *type, *id, *folder, *folder_name;
  ShoalDigest digest;

  if (!shoal_json_get_string (row, "name", SHOAL_MAX_PATH_BYTES, &name, error)
      || !shoal_json_get_optional_string (row, "path", SHOAL_MAX_PATH_BYTES, &path, error)
      || !shoal_json_get_string (row, "kind", 16, &kind, error)
      || !shoal_json_get_optional_string (row, "type", 16, &type, error)
      || !shoal_json_get_string (row, "id", SHOAL_DIGEST_HEX_SIZE - 1, &id, error)
      || !shoal_json_get_optional_string (row, "folder", SHOAL_DIGEST_HEX_SIZE - 1, &folder, error)
      || !shoal_json_get_optional_string (row, "folder_name", SHOAL_MAX_PATH_BYTES, &folder_name,
                                          error))
    return FALSE;
  if (*name == '\0')
    return shoal_set_field_error (error, "name", "A row of the catalogue has no name.");
  if (!shoal_digest_from_hex (&self->id, id))
    return shoal_set_field_error (error, "id", "A content id must be 64 hexadecimal digits.");
  if (folder != NULL && !shoal_digest_from_hex (&digest, folder))
    return shoal_set_field_error (error, "folder", "A content id must be 64 hexadecimal digits.");
  self->is_folder = g_str_equal (kind, "folder");
  if (!self->is_folder && !g_str_equal (kind, "file"))
    return shoal_set_field_error (error, "kind", "A row must be of a file or a folder.");

  self->name = g_strdup (name);
  self->path = g_strdup (path);
  self->type = g_strdup (type != NULL ? type : self->is_folder ? "folder" : "other");
  self->folder = g_strdup (folder);
  self->folder_name = g_strdup (folder_name);
  return TRUE;
}

static gboolean
read_numbers (ShoalResult *self, JsonObject *row, GError **error)
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

  g_autoptr (ShoalResult) self = g_object_new (SHOAL_TYPE_RESULT, NULL);
  if (!read_strings (self, row, error) || !read_numbers (self, row, error))
    return NULL;
  self->users = get_users (row, error);
  if (self->users == NULL)
    return NULL;
  return g_steal_pointer (&self);
}

JsonObject *
shoal_result_to_json (ShoalResult *self)
{
  char id[SHOAL_DIGEST_HEX_SIZE];

  g_return_val_if_fail (SHOAL_IS_RESULT (self), NULL);

  shoal_digest_to_hex (&self->id, id);
  JsonArray *users = json_array_new ();
  for (guint i = 0; self->users[i] != NULL; i++)
    json_array_add_string_element (users, self->users[i]);
  JsonObject *row = shoal_json_new (
      "name", "s", self->name, "path", "s", self->path, "kind", "s",
      self->is_folder ? "folder" : "file", "type", "s", self->type, "id", "s", id, "size", "i",
      (gint64) self->size, "folder", "s", self->folder, "folder_name", "s", self->folder_name,
      "sources", "i", (gint64) self->n_sources, "online", "i", (gint64) self->n_online, "users",
      "a", users, "added_ms", "i", self->added_ms, NULL);
  if (self->is_folder)
    {
      json_object_set_int_member (row, "manifest_size", (gint64) self->manifest_size);
      json_object_set_int_member (row, "entries", self->n_entries);
    }
  if (self->mtime_ms != -1)
    json_object_set_int_member (row, "mtime_ms", self->mtime_ms);
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

const char *
shoal_result_get_name (ShoalResult *self)
{
  g_return_val_if_fail (SHOAL_IS_RESULT (self), NULL);
  return self->name;
}

const char *
shoal_result_get_path (ShoalResult *self)
{
  g_return_val_if_fail (SHOAL_IS_RESULT (self), NULL);
  return self->path;
}

gboolean
shoal_result_is_folder (ShoalResult *self)
{
  g_return_val_if_fail (SHOAL_IS_RESULT (self), FALSE);
  return self->is_folder;
}

const char *
shoal_result_get_content_type (ShoalResult *self)
{
  g_return_val_if_fail (SHOAL_IS_RESULT (self), NULL);
  return self->type;
}

const ShoalDigest *
shoal_result_get_id (ShoalResult *self)
{
  g_return_val_if_fail (SHOAL_IS_RESULT (self), NULL);
  return &self->id;
}

guint64
shoal_result_get_size (ShoalResult *self)
{
  g_return_val_if_fail (SHOAL_IS_RESULT (self), 0);
  return self->size;
}

guint64
shoal_result_get_manifest_size (ShoalResult *self)
{
  g_return_val_if_fail (SHOAL_IS_RESULT (self), 0);
  return self->manifest_size;
}

guint
shoal_result_get_n_entries (ShoalResult *self)
{
  g_return_val_if_fail (SHOAL_IS_RESULT (self), 0);
  return self->n_entries;
}

const char *
shoal_result_get_folder (ShoalResult *self)
{
  g_return_val_if_fail (SHOAL_IS_RESULT (self), NULL);
  return self->folder;
}

const char *
shoal_result_get_folder_name (ShoalResult *self)
{
  g_return_val_if_fail (SHOAL_IS_RESULT (self), NULL);
  return self->folder_name;
}

guint
shoal_result_get_n_sources (ShoalResult *self)
{
  g_return_val_if_fail (SHOAL_IS_RESULT (self), 0);
  return self->n_sources;
}

guint
shoal_result_get_n_online (ShoalResult *self)
{
  g_return_val_if_fail (SHOAL_IS_RESULT (self), 0);
  return self->n_online;
}

const char *const *
shoal_result_get_users (ShoalResult *self)
{
  g_return_val_if_fail (SHOAL_IS_RESULT (self), NULL);
  return (const char *const *) self->users;
}

gint64
shoal_result_get_added_ms (ShoalResult *self)
{
  g_return_val_if_fail (SHOAL_IS_RESULT (self), 0);
  return self->added_ms;
}

gint64
shoal_result_get_mtime_ms (ShoalResult *self)
{
  g_return_val_if_fail (SHOAL_IS_RESULT (self), -1);
  return self->mtime_ms;
}

ShoalPage *
shoal_page_new (void)
{
  ShoalPage *self = g_new0 (ShoalPage, 1);

  self->rows = g_ptr_array_new_with_free_func (g_object_unref);
  return self;
}

void
shoal_page_free (ShoalPage *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_pointer (&self->cursor, g_free);
  g_free (self);
}
