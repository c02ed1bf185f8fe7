/* shoal-json.c: building, parsing and typed reading of JSON objects, and errors as JSON-RPC objects
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-json"

#include "config.h"

#include "shoal-json.h"

#include <string.h>

#include "shoal-error.h"
#include "shoal-limits.h"

JsonObject *
shoal_json_parse (const char *text, gsize length, GError **error)
{
  if (!shoal_json_check (text, length, error))
    return NULL;

  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) local_error = NULL;

  if (!json_parser_load_from_data (parser, text, (gssize) length, &local_error))
    {
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID, "Not strict JSON: %s",
                   local_error->message);
      return NULL;
    }

  JsonNode *root = json_parser_get_root (parser);

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_INVALID, "JSON: an object is expected");
      return NULL;
    }
  return json_node_dup_object (root);
}

/* json-glib 1.6 writes U+001F, and no other control character, as it is, which is not JSON. It can
 * stand only in strings, because the text has no white space. @text: (transfer full) */
static char *
escape_unit_separators (char *text, gsize *length)
{
  g_autofree char *owned = text;

  if (strchr (text, 0x1f) == NULL)
    return g_steal_pointer (&owned);

  g_autoptr (GString) escaped = g_string_new (NULL);

  for (const char *at = text; *at != '\0'; at++)
    if (*at == 0x1f)
      g_string_append (escaped, "\\u001f");
    else
      g_string_append_c (escaped, *at);
  if (length != NULL)
    *length = escaped->len;
  return g_string_free (g_steal_pointer (&escaped), FALSE);
}

char *
shoal_json_to_line (JsonObject *object, gsize *length)
{
  g_autoptr (JsonNode) node = json_node_alloc ();

  json_node_init_object (node, object);

  g_autoptr (JsonGenerator) generator = json_generator_new ();

  json_generator_set_root (generator, node);
  return escape_unit_separators (json_generator_to_data (generator, length), length);
}

JsonObject *
shoal_json_new (const char *first, ...)
{
  JsonObject *object = json_object_new ();
  va_list args;

  va_start (args, first);
  for (const char *name = first; name != NULL; name = va_arg (args, const char *))
    {
      const char *type = va_arg (args, const char *);

      if (strcmp (type, "s") == 0)
        {
          const char *value = va_arg (args, const char *);

          if (value != NULL)
            json_object_set_string_member (object, name, value);
        }
      else if (strcmp (type, "i") == 0)
        json_object_set_int_member (object, name, va_arg (args, gint64));
      else if (strcmp (type, "b") == 0)
        json_object_set_boolean_member (object, name, va_arg (args, gboolean));
      else if (strcmp (type, "o") == 0)
        {
          JsonObject *value = va_arg (args, JsonObject *);

          if (value != NULL)
            json_object_set_object_member (object, name, value);
        }
      else if (strcmp (type, "a") == 0)
        {
          JsonArray *value = va_arg (args, JsonArray *);

          if (value != NULL)
            json_object_set_array_member (object, name, value);
        }
      else
        {
          g_critical ("%s: unknown type “%s” of “%s”", G_STRFUNC, type, name);
          break;
        }
    }
  va_end (args);
  return object;
}

static gboolean
node_is (JsonNode *node, GType type)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type;
}

/* @name: the member's, or what an element of an array is called in the message */
static gboolean
take_string (JsonNode *node, const char *name, gsize max_chars, const char **value, GError **error)
{
  if (!node_is (node, G_TYPE_STRING))
    return shoal_set_field_error (error, name, "“%s” must be a string", name);

  const char *text = json_node_get_string (node);

  /* Bytes first: counting the characters of a long text is not free. */
  if (strlen (text) > max_chars && (gsize) g_utf8_strlen (text, -1) > max_chars)
    return shoal_set_field_error (
        error, name, "“%s” must have at most %" G_GSIZE_FORMAT " characters", name, max_chars);
  *value = text;
  return TRUE;
}

static gboolean
is_missing (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node == NULL || JSON_NODE_HOLDS_NULL (node);
}

gboolean
shoal_json_get_string (
    JsonObject *object, const char *name, gsize max_chars, const char **value, GError **error)
{
  return take_string (json_object_get_member (object, name), name, max_chars, value, error);
}

gboolean
shoal_json_get_optional_string (
    JsonObject *object, const char *name, gsize max_chars, const char **value, GError **error)
{
  *value = NULL;
  return is_missing (object, name) || shoal_json_get_string (object, name, max_chars, value, error);
}

gboolean
shoal_json_get_integer (
    JsonObject *object, const char *name, gint64 min, gint64 max, gint64 *value, GError **error)
{
  JsonNode *node = json_object_get_member (object, name);

  if (!node_is (node, G_TYPE_INT64))
    return shoal_set_field_error (error, name, "“%s” must be an integer", name);

  gint64 number = json_node_get_int (node);

  if (number < min || number > max)
    return shoal_set_field_error (
        error, name, "“%s” must be from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, name, min, max);
  *value = number;
  return TRUE;
}

gboolean
shoal_json_get_optional_integer (JsonObject *object,
                                 const char *name,
                                 gint64 min,
                                 gint64 max,
                                 gint64 fallback,
                                 gint64 *value,
                                 GError **error)
{
  *value = fallback;
  return is_missing (object, name) || shoal_json_get_integer (object, name, min, max, value, error);
}

gboolean
shoal_json_get_optional_boolean (
    JsonObject *object, const char *name, gboolean fallback, gboolean *value, GError **error)
{
  *value = fallback;
  if (is_missing (object, name))
    return TRUE;

  JsonNode *node = json_object_get_member (object, name);

  if (!node_is (node, G_TYPE_BOOLEAN))
    return shoal_set_field_error (error, name, "“%s” must be true or false", name);
  *value = json_node_get_boolean (node);
  return TRUE;
}

gboolean
shoal_json_get_array (
    JsonObject *object, const char *name, guint max_items, JsonArray **value, GError **error)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return shoal_set_field_error (error, name, "“%s” must be an array", name);

  JsonArray *array = json_node_get_array (node);

  if (json_array_get_length (array) > max_items)
    return shoal_set_field_error (error, name, "“%s” must have at most %u items", name, max_items);
  *value = array;
  return TRUE;
}

gboolean
shoal_json_get_optional_array (
    JsonObject *object, const char *name, guint max_items, JsonArray **value, GError **error)
{
  *value = NULL;
  return is_missing (object, name) || shoal_json_get_array (object, name, max_items, value, error);
}

static JsonNode *
array_element (JsonArray *array, guint index)
{
  return index < json_array_get_length (array) ? json_array_get_element (array, index) : NULL;
}

gboolean
shoal_json_array_get_object (JsonArray *array, guint index, JsonObject **value, GError **error)
{
  JsonNode *node = array_element (array, index);

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    {
      g_autofree char *name = g_strdup_printf ("[%u]", index);

      return shoal_set_field_error (error, name, "Item %u must be an object", index);
    }
  *value = json_node_get_object (node);
  return TRUE;
}

gboolean
shoal_json_array_get_string (
    JsonArray *array, guint index, gsize max_chars, const char **value, GError **error)
{
  g_autofree char *name = g_strdup_printf ("[%u]", index);

  return take_string (array_element (array, index), name, max_chars, value, error);
}

gboolean
shoal_json_get_object (JsonObject *object, const char *name, JsonObject **value, GError **error)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return shoal_set_field_error (error, name, "“%s” must be an object", name);
  *value = json_node_get_object (node);
  return TRUE;
}
