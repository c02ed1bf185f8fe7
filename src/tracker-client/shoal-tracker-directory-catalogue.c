/* shoal-tracker-directory-catalogue.c: search, find and sources
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tracker-directory"

#include "config.h"

#include "shoal-tracker-directory-private.h"

#include <glib/gi18n.h>

#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-methods.h"
#include "shoal-result-json.h"
#include "shoal-tracker-link-json.h"

/* A cursor is opaque; ours to carry, not to understand. */
#define MAX_CURSOR 4096
/* More devices than this for one content are of no use to anybody. */
#define MAX_SOURCE_ROWS 10000

/* ---- Search ---- */

static ShoalPage *
parse_page (JsonObject *reply, GError **error)
{
  g_autoptr (ShoalPage) page = shoal_page_new ();
  const char *cursor;
  JsonArray *rows;

  if (!shoal_json_get_array (reply, "rows", SHOAL_MAX_SEARCH_ROWS, &rows, error)
      || !shoal_json_get_optional_integer (reply, "total", 0, SHOAL_MAX_JSON_INTEGER,
                                           json_array_get_length (rows), &page->total, error)
      || !shoal_json_get_optional_boolean (reply, "total_is_minimum", FALSE,
                                           &page->total_is_minimum, error)
      || !shoal_json_get_optional_string (reply, "cursor", MAX_CURSOR, &cursor, error))
    return NULL;
  g_ptr_array_unref (page->rows);
  page->rows = shoal_results_from_json (rows);
  page->cursor = g_strdup (cursor);
  return g_steal_pointer (&page);
}

/* The query of a search, for the memory. */
static void
query_free (gpointer data)
{
  ShoalQuery *query = data;

  g_free ((char *) query->words);
  g_free ((char *) query->type);
  g_free ((char *) query->user);
  g_free ((char *) query->folder);
  g_free ((char *) query->cursor);
  g_free (query);
}

static ShoalQuery *
query_dup (const ShoalQuery *query)
{
  ShoalQuery *copy = g_memdup2 (query, sizeof *query);

  copy->words = g_strdup (query->words);
  copy->type = g_strdup (query->type);
  copy->user = g_strdup (query->user);
  copy->folder = g_strdup (query->folder);
  copy->cursor = g_strdup (query->cursor);
  return copy;
}

static void
on_search_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  ShoalTrackerDirectory *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (JsonObject) reply
             = shoal_tracker_link_call_finish (SHOAL_TRACKER_LINK (object), result, &error);
  ShoalPage *page = reply != NULL ? parse_page (reply, &error) : NULL;

  if (page == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  if (self->kept_rows != NULL)
    shoal_kept_rows_add (self->kept_rows, g_task_get_task_data (task), page);
  g_task_return_pointer (task, page, (GDestroyNotify) shoal_page_free);
}

static void
on_kept_search_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (ShoalPage) page
             = shoal_kept_rows_search_finish (SHOAL_KEPT_ROWS (object), result, &error);

  if (page == NULL)
    g_task_return_error (task, error);
  else if (page->kept_ms == 0) /* nothing has ever been seen */
    g_task_return_new_error (task, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED,
                             _ ("Not connected to the tracker."));
  else
    g_task_return_pointer (task, g_steal_pointer (&page), (GDestroyNotify) shoal_page_free);
}

/* While the tracker is away what was seen is known; a list that was begun with it is ended with it.
 * Nobody who has signed out is shown anything. */
static gboolean
asks_memory (ShoalTrackerDirectory *self, const ShoalQuery *query)
{
  if (self->kept_rows == NULL || shoal_tracker_link_get_token (self->link) == NULL)
    return FALSE;
  return !self->online || shoal_kept_rows_is_cursor (query->cursor);
}

static void
search_async (ShoalDirectory *directory,
              const ShoalQuery *query,
              GCancellable *cancellable,
              GAsyncReadyCallback callback,
              gpointer user_data)
{
  ShoalTrackerDirectory *self = SHOAL_TRACKER_DIRECTORY (directory);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, search_async);
  if (asks_memory (self, query))
    {
      shoal_kept_rows_search_async (self->kept_rows, query, cancellable, on_kept_search_cb,
                                    g_steal_pointer (&task));
      return;
    }
  g_task_set_task_data (task, query_dup (query), query_free);

  JsonObject *params
      = shoal_json_new ("words", "s", query->words, "type", "s", query->type, "user", "s",
                        query->user, "folder", "s", query->folder, "sort", "s",
                        shoal_sort_to_string (query->sort), "cursor", "s", query->cursor, NULL);

  if (query->min_size >= 0)
    json_object_set_int_member (params, "min_size", query->min_size);
  if (query->max_size >= 0)
    json_object_set_int_member (params, "max_size", query->max_size);
  if (query->available)
    json_object_set_boolean_member (params, "available", TRUE);
  if (query->top)
    json_object_set_boolean_member (params, "top", TRUE);
  if (query->descending)
    json_object_set_boolean_member (params, "descending", TRUE);
  if (query->limit > 0)
    json_object_set_int_member (params, "limit", MIN (query->limit, SHOAL_MAX_SEARCH_ROWS));
  shoal_tracker_link_call_async (self->link, SHOAL_METHOD_SEARCH, params, cancellable, on_search_cb,
                                 g_steal_pointer (&task));
}

static ShoalPage *
search_finish (ShoalDirectory *directory, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, directory), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- Find ---- */

static void
on_find_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  JsonArray *rows;
  g_autoptr (JsonObject) reply
             = shoal_tracker_link_call_finish (SHOAL_TRACKER_LINK (object), result, &error);

  if (reply != NULL && shoal_json_get_array (reply, "rows", SHOAL_MAX_SEARCH_ROWS, &rows, &error))
    g_task_return_pointer (task, shoal_results_from_json (rows),
                           (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

static void
find_async (ShoalDirectory *directory,
            const char *name,
            const char *user,
            GCancellable *cancellable,
            GAsyncReadyCallback callback,
            gpointer user_data)
{
  ShoalTrackerDirectory *self = SHOAL_TRACKER_DIRECTORY (directory);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, find_async);
  shoal_tracker_link_call_async (self->link, SHOAL_METHOD_FIND,
                                 shoal_json_new ("name", "s", name, "user", "s", user, NULL),
                                 cancellable, on_find_cb, g_steal_pointer (&task));
}

static GPtrArray *
find_finish (ShoalDirectory *directory, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, directory), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- Sources ---- */

static ShoalSource *
parse_source (ShoalTrackerDirectory *self, JsonObject *row, GError **error)
{
  const char *device, *account, *user, *offer_name;
  gboolean online, partial, manifest;
  gint64 size;

  if (!shoal_json_get_string (row, "device", SHOAL_FINGERPRINT_LENGTH, &device, error)
      || !shoal_json_get_string (row, "account", 32, &account, error)
      || !shoal_json_get_string (row, "user", SHOAL_MAX_ACCOUNT_NAME_CHARS, &user, error)
      || !shoal_json_get_optional_boolean (row, "online", FALSE, &online, error)
      || !shoal_json_get_optional_boolean (row, "partial", FALSE, &partial, error)
      || !shoal_json_get_optional_boolean (row, "manifest", FALSE, &manifest, error)
      || !shoal_json_get_optional_string (row, "offer_name", SHOAL_MAX_PATH_BYTES, &offer_name,
                                          error)
      || !shoal_json_get_integer (row, "size", 0, SHOAL_MAX_JSON_INTEGER, &size, error))
    return NULL;
  if (!shoal_is_fingerprint (device))
    {
      shoal_set_field_error (error, "device", "A device must be a fingerprint.");
      return NULL;
    }

  ShoalDevice *known = shoal_roster_lookup_device (self->roster, device, NULL);
  static const char *const nowhere[] = { NULL };
  const char *const *addresses = known != NULL ? shoal_device_get_addresses (known) : nowhere;
  ShoalSource *source = shoal_source_new ();
  source->device = g_strdup (device);
  source->account = g_strdup (account);
  source->user = g_strdup (user);
  source->addresses = g_strdupv ((char **) addresses);
  source->offer_name = g_strdup (offer_name);
  source->size = (guint64) size;
  source->online = online;
  source->partial = partial;
  source->manifest = manifest;
  return source;
}

static int
compare_sources (gconstpointer a, gconstpointer b)
{
  const ShoalSource *one = *(ShoalSource *const *) a;
  const ShoalSource *other = *(ShoalSource *const *) b;

  if (one->online != other->online)
    return one->online ? -1 : 1;
  if (one->partial != other->partial)
    return one->partial ? 1 : -1;
  return 0;
}

static void
on_sources_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  ShoalTrackerDirectory *self = g_task_get_source_object (task);
  GError *error = NULL;
  JsonArray *rows;
  g_autoptr (JsonObject) reply
             = shoal_tracker_link_call_finish (SHOAL_TRACKER_LINK (object), result, &error);

  if (reply == NULL || !shoal_json_get_array (reply, "sources", MAX_SOURCE_ROWS, &rows, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  const char *own = shoal_tracker_link_get_fingerprint (self->link);
  g_autoptr (GPtrArray) sources
             = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_source_unref);
  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      g_autoptr (GError) malformed = NULL;
      g_autoptr (ShoalSource) source = NULL;
      JsonObject *row;

      if (shoal_json_array_get_object (rows, i, &row, &malformed))
        source = parse_source (self, row, &malformed);
      if (source == NULL)
        g_debug ("Left out a source: %s", malformed->message);
      else if (!g_str_equal (source->device, own))
        g_ptr_array_add (sources, g_steal_pointer (&source));
    }
  g_ptr_array_sort (sources, compare_sources);
  g_task_return_pointer (task, g_steal_pointer (&sources), (GDestroyNotify) g_ptr_array_unref);
}

static void
sources_async (ShoalDirectory *directory,
               const ShoalDigest *id,
               GCancellable *cancellable,
               GAsyncReadyCallback callback,
               gpointer user_data)
{
  ShoalTrackerDirectory *self = SHOAL_TRACKER_DIRECTORY (directory);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  char hex[SHOAL_DIGEST_HEX_SIZE];

  g_task_set_source_tag (task, sources_async);
  shoal_digest_to_hex (id, hex);
  shoal_tracker_link_call_async (self->link, SHOAL_METHOD_SOURCES,
                                 shoal_json_new ("id", "s", hex, NULL), cancellable, on_sources_cb,
                                 g_steal_pointer (&task));
}

static GPtrArray *
sources_finish (ShoalDirectory *directory, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, directory), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
shoal_tracker_directory_init_catalogue (ShoalDirectoryInterface *iface)
{
  iface->search_async = search_async;
  iface->search_finish = search_finish;
  iface->find_async = find_async;
  iface->find_finish = find_finish;
  iface->sources_async = sources_async;
  iface->sources_finish = sources_finish;
}
