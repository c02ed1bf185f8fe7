/* catalogue-fixture.c: short ways to offer and to search, for tests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "catalogue-fixture"

#include "config.h"

#include "catalogue-fixture.h"

#include <string.h>

#include "shoal-json.h"
#include "shoal-methods.h"

char *
make_id (guint n)
{
  g_autofree char *text = g_strdup_printf ("content %u", n);

  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
}

char *
make_offer_id (guint n)
{
  return g_strdup_printf ("%032x", n);
}

JsonObject *
file_offer (guint offer, const char *name, guint content, gint64 size)
{
  g_autofree char *id = size > 0 ? make_id (content) : g_strnfill (64, '0');
  g_autofree char *uuid = make_offer_id (offer);

  return shoal_json_new ("offer", "s", uuid, "kind", "s", "file", "name", "s", name, "id", "s", id,
                         "size", "i", size, "mtime_ms", "i", (gint64) 1700000000000, NULL);
}

JsonObject *
folder_offer (guint offer, const char *name, guint content, gint64 size, gint64 entries)
{
  g_autofree char *id = make_id (content);
  g_autofree char *uuid = make_offer_id (offer);

  return shoal_json_new ("offer", "s", uuid, "kind", "s", "folder", "name", "s", name, "id", "s",
                         id, "size", "i", size, "manifest_size", "i", (gint64) 1234, "entries", "i",
                         entries, NULL);
}

JsonObject *
offer_params (JsonObject *first, ...)
{
  JsonArray *array = json_array_new ();
  va_list args;

  va_start (args, first);
  for (JsonObject *object = first; object != NULL; object = va_arg (args, JsonObject *))
    json_array_add_object_element (array, object);
  va_end (args);
  return shoal_json_new ("offers", "a", array, NULL);
}

static JsonObject *
first_result (JsonObject *answer)
{
  JsonArray *results = json_object_get_array_member (answer, "results");

  g_assert_cmpuint (json_array_get_length (results), ==, 1);
  return json_object_ref (json_array_get_object_element (results, 0));
}

JsonObject *
offer_one (gpointer caller, guint offer, const char *name, guint content, gint64 size)
{
  g_autoptr (JsonObject) answer = catalogue_test_call (
      caller, SHOAL_METHOD_OFFER, offer_params (file_offer (offer, name, content, size), NULL));

  return first_result (answer);
}

JsonObject *
offer_folder (gpointer caller, guint offer, const char *name, guint content, gint64 entries)
{
  g_autoptr (JsonObject) answer = catalogue_test_call (
      caller, SHOAL_METHOD_OFFER,
      offer_params (folder_offer (offer, name, content, 10 * entries, entries), NULL));

  return first_result (answer);
}

JsonObject *
entry (const char *path, guint content)
{
  g_autofree char *id = make_id (content);

  return shoal_json_new ("path", "s", path, "kind", "s", "f", "id", "s", id, "size", "i",
                         (gint64) 10, NULL);
}

JsonObject *
entries_params (guint offer, gint64 first, JsonObject *entry, ...)
{
  g_autofree char *uuid = make_offer_id (offer);
  JsonArray *array = json_array_new ();
  va_list args;

  va_start (args, entry);
  for (JsonObject *object = entry; object != NULL; object = va_arg (args, JsonObject *))
    json_array_add_object_element (array, object);
  va_end (args);
  return shoal_json_new ("offer", "s", uuid, "first", "i", first, "entries", "a", array, NULL);
}

JsonObject *
search (gpointer caller, const char *json)
{
  g_autoptr (GError) error = NULL;
  JsonObject *params = shoal_json_parse (json, strlen (json), &error);

  g_assert_no_error (error);
  return catalogue_test_call (caller, SHOAL_METHOD_SEARCH, params);
}

static void
append_names (GString *out, JsonObject *answer)
{
  JsonArray *rows = json_object_get_array_member (answer, "rows");

  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      JsonObject *row = json_array_get_object_element (rows, i);
      const char *member = json_object_has_member (row, "path") ? "path" : "name";

      g_string_append_printf (out, "%s%s", out->len > 0 ? "," : "",
                              json_object_get_string_member (row, member));
    }
}

char *
names_of (JsonObject *answer)
{
  GString *out = g_string_new (NULL);

  append_names (out, answer);
  return g_string_free (out, FALSE);
}

char *
found (gpointer caller, const char *json)
{
  g_autoptr (JsonObject) answer = search (caller, json);

  return names_of (answer);
}

char *
search_all (gpointer caller, const char *words, const char *sort, gboolean descending, int limit)
{
  GString *out = g_string_new (NULL);
  g_autofree char *cursor = NULL;

  do
    {
      g_autoptr (JsonObject) answer = catalogue_test_call (
          caller, SHOAL_METHOD_SEARCH,
          shoal_json_new ("words", "s", words, "sort", "s", sort, "descending", "b", descending,
                          "limit", "i", (gint64) limit, "cursor", "s", cursor, NULL));

      append_names (out, answer);
      g_free (cursor);
      cursor = g_strdup (json_object_get_string_member_with_default (answer, "cursor", NULL));
    }
  while (cursor != NULL);
  return g_string_free (out, FALSE);
}

JsonArray *
sources_of (gpointer caller, guint content)
{
  g_autofree char *id = make_id (content);
  g_autoptr (JsonObject) answer = catalogue_test_call (caller, SHOAL_METHOD_SOURCES,
                                                       shoal_json_new ("id", "s", id, NULL));

  return json_array_ref (json_object_get_array_member (answer, "sources"));
}

gint64
withdraw_one (gpointer caller, guint offer)
{
  g_autofree char *uuid = make_offer_id (offer);
  JsonArray *array = json_array_new ();

  json_array_add_string_element (array, uuid);

  g_autoptr (JsonObject) answer = catalogue_test_call (caller, SHOAL_METHOD_WITHDRAW,
                                                       shoal_json_new ("offers", "a", array, NULL));

  return json_object_get_int_member (answer, "withdrawn");
}

gint64
withdraw_all (gpointer caller)
{
  g_autoptr (JsonObject) answer = catalogue_test_call (caller, SHOAL_METHOD_WITHDRAW,
                                                       shoal_json_new ("all", "b", TRUE, NULL));

  return json_object_get_int_member (answer, "withdrawn");
}
