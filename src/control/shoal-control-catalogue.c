/* shoal-control-catalogue.c: control methods: search, sources
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-control"

#include "config.h"

#include "shoal-control-private.h"

#include <string.h>
#include <glib/gi18n.h>

#include "shoal-control-json.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-result-json.h"

#define MAX_CURSOR 4096

/* ---- search ---- */

static gboolean
read_sort (JsonObject *params, ShoalSort *sort, GError **error)
{
  const char *name;

  if (!shoal_json_get_optional_string (params, "sort", 16, &name, error))
    return FALSE;
  *sort = SHOAL_SORT_NEWEST;
  if (name == NULL || shoal_sort_from_string (name, sort))
    return TRUE;
  return shoal_set_field_error (error, "sort",
                                _ ("Sort by “newest”, “name”, “size”, “type” or “who”."));
}

/* Strings of @query belong to @params. */
static gboolean
read_query (JsonObject *params, ShoalQuery *query, GError **error)
{
  gint64 limit;

  if (!shoal_json_get_optional_string (params, "words", SHOAL_MAX_PATH_BYTES, &query->words, error)
      || !shoal_json_get_optional_string (params, "type", 16, &query->type, error)
      || !shoal_json_get_optional_string (params, "user", SHOAL_MAX_ACCOUNT_NAME_CHARS,
                                          &query->user, error)
      || !shoal_json_get_optional_string (params, "folder", SHOAL_DIGEST_HEX_SIZE - 1,
                                          &query->folder, error)
      || !shoal_json_get_optional_string (params, "cursor", MAX_CURSOR, &query->cursor, error)
      || !shoal_json_get_optional_integer (params, "min_size", 0, SHOAL_MAX_JSON_INTEGER, -1,
                                           &query->min_size, error)
      || !shoal_json_get_optional_integer (params, "max_size", 0, SHOAL_MAX_JSON_INTEGER, -1,
                                           &query->max_size, error)
      || !shoal_json_get_optional_boolean (params, "available", FALSE, &query->available, error)
      || !shoal_json_get_optional_boolean (params, "descending", FALSE, &query->descending, error)
      || !shoal_json_get_optional_integer (params, "limit", 1, SHOAL_MAX_SEARCH_ROWS, 100, &limit,
                                           error)
      || !read_sort (params, &query->sort, error))
    return FALSE;
  query->limit = (guint) limit;
  return TRUE;
}

static void
on_search_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalControlCall) call = user_data;
  ShoalDirectory *directory = SHOAL_DIRECTORY (object);
  GError *error = NULL;
  g_autoptr (ShoalPage) page = shoal_directory_search_finish (directory, result, &error);

  if (page == NULL)
    {
      /* That nothing is kept says less than why the tracker cannot be asked. */
      if (call->offline != NULL && g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED))
        {
          g_error_free (error);
          error = g_steal_pointer (&call->offline);
        }
      shoal_control_call_fail (call, error);
      return;
    }
  JsonArray *rows = json_array_new ();
  for (guint i = 0; i < page->rows->len; i++)
    json_array_add_object_element (rows, shoal_result_to_json (g_ptr_array_index (page->rows, i)));
  JsonObject *reply = shoal_json_new (
      "rows", "a", rows, "total", "i", page->total, "total_is_minimum", "b", page->total_is_minimum,
      "cursor", "s", page->cursor, "time_ms", "i", shoal_directory_get_now_ms (directory), NULL);
  if (page->kept_ms > 0)
    {
      json_object_set_int_member (reply, "kept_ms", page->kept_ms);
      if (call->offline != NULL)
        json_object_set_string_member (reply, "offline", call->offline->message);
    }
  shoal_control_call_reply (call, reply);
}

static void
handle_search (ShoalControlCall *call)
{
  ShoalQuery query = { 0 };
  GError *error = NULL;

  if (!read_query (call->params, &query, &error))
    shoal_control_call_fail (call, error);
  else
    shoal_directory_search_async (shoal_engine_get_directory (call->engine), &query,
                                  call->cancellable, on_search_cb, shoal_control_call_ref (call));
}

/* ---- sources ---- */

/* Our own device is no source for us, but it is one for the others. */
static void
add_own (ShoalControlCall *call, const char *id, JsonArray *list)
{
  g_autoptr (GPtrArray) own = shoal_shares_find (shoal_engine_get_shares (call->engine), id);
  ShoalTrackerAccount *account = shoal_engine_get_account (call->engine);
  ShoalSettings *settings = shoal_engine_get_settings (call->engine);

  if (own->len == 0)
    return;
  ShoalShare *share = g_ptr_array_index (own, 0);
  json_array_add_object_element (
      list, shoal_json_new ("device", "s", shoal_engine_get_fingerprint (call->engine),
                            "device_name", "s", shoal_settings_get_device_name (settings),
                            "account", "s", shoal_tracker_account_get_id (account), "user", "s",
                            shoal_tracker_account_get_user (account), "online", "b",
                            shoal_uploads_get_port (shoal_engine_get_uploads (call->engine)) != 0,
                            "partial", "b", FALSE, "manifest", "b", shoal_share_is_folder (share),
                            "name", "s", shoal_share_get_name (share), "size", "i",
                            (gint64) shoal_share_get_content_size (share), "addresses", "a",
                            json_array_new (), "own", "b", TRUE, NULL));
}

static void
on_sources_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalControlCall) call = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) sources
             = shoal_directory_sources_finish (SHOAL_DIRECTORY (object), result, &error);

  if (sources == NULL)
    {
      shoal_control_call_fail (call, error);
      return;
    }
  JsonArray *list = json_array_new ();
  for (guint i = 0; i < MIN (sources->len, SHOAL_MAX_CONTROL_ROWS); i++)
    json_array_add_object_element (
        list, shoal_source_to_json (g_ptr_array_index (sources, i), SHOAL_DIRECTORY (object)));
  add_own (call, json_object_get_string_member (call->params, "id"), list);
  shoal_control_call_reply (
      call, shoal_json_new ("sources", "a", list, "total", "i", (gint64) sources->len, NULL));
}

static void
handle_sources (ShoalControlCall *call)
{
  const char *hex;
  ShoalDigest id;
  GError *error = NULL;

  if (!shoal_json_get_string (call->params, "id", SHOAL_DIGEST_HEX_SIZE - 1, &hex, &error))
    shoal_control_call_fail (call, error);
  else if (!shoal_digest_from_hex (&id, hex))
    shoal_control_call_fail (
        call,
        shoal_error_new_field (
            "id", _ ("A content id is 64 lower-case hexadecimal digits; search shows them.")));
  else
    shoal_directory_sources_async (shoal_engine_get_directory (call->engine), &id,
                                   call->cancellable, on_sources_cb, shoal_control_call_ref (call));
}

const ShoalControlMethod shoal_control_catalogue_methods[] = {
  { "search", handle_search, SHOAL_CONTROL_NEEDS_ANSWER },
  { "sources", handle_sources, SHOAL_CONTROL_NEEDS_TRACKER },
  { NULL },
};
