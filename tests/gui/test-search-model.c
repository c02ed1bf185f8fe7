/* test-search-model.c: the list of what the group offers, over a directory in memory
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "shoal-search-model.h"

#include <string.h>

#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-result-json.h"

#define DEADLINE_US (60 * G_USEC_PER_SEC)

/* ---- A directory of numbered rows ---- */

#define CATALOGUE_TYPE (catalogue_get_type ())
G_DECLARE_FINAL_TYPE (Catalogue, catalogue, TEST, CATALOGUE, GObject)

struct _Catalogue
{
  GObject parent_instance;
  guint first; /* the number of the first row */
  guint n_rows;
  guint n_asked;
  guint n_cancelled;
  gboolean failing;
  gboolean away; /* answers with what it has kept */
  char *words;   /* of the last search */
  ShoalSort sort;
  gboolean descending;
};

static void directory_init (ShoalDirectoryInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (Catalogue,
                               catalogue,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SHOAL_TYPE_DIRECTORY, directory_init))

static ShoalResult *
new_result (guint number)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_strdup_printf ("file %u", number);
  g_autofree char *id = g_strdup_printf ("%064x", number);
  g_autoptr (JsonObject) row = json_object_new ();

  json_object_set_string_member (row, "name", name);
  json_object_set_string_member (row, "kind", "file");
  json_object_set_string_member (row, "id", id);
  json_object_set_int_member (row, "size", number);
  json_object_set_array_member (row, "users", json_array_new ());
  ShoalResult *result = shoal_result_new_from_json (row, &error);
  g_assert_no_error (error);
  return result;
}

static gboolean
on_answer_cb (gpointer user_data)
{
  GTask *task = user_data;
  Catalogue *self = g_task_get_source_object (task);
  guint from = GPOINTER_TO_UINT (g_task_get_task_data (task));
  guint to = MIN (from + SHOAL_SEARCH_PAGE_ROWS, self->n_rows);
  g_autoptr (ShoalPage) page = shoal_page_new ();

  if (g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    self->n_cancelled++;
  if (g_task_return_error_if_cancelled (task))
    return G_SOURCE_REMOVE;
  if (self->failing)
    {
      g_task_return_new_error (task, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED, "No connection.");
      return G_SOURCE_REMOVE;
    }
  for (guint i = from; i < to; i++)
    g_ptr_array_add (page->rows, new_result (self->first + i));
  page->total = self->n_rows;
  page->kept_ms = self->away ? 1000 : 0;
  if (to < self->n_rows)
    page->cursor = g_strdup_printf ("%u", to);
  g_task_return_pointer (task, g_steal_pointer (&page), (GDestroyNotify) shoal_page_free);
  return G_SOURCE_REMOVE;
}

static void
search_async (ShoalDirectory *directory,
              const ShoalQuery *query,
              GCancellable *cancellable,
              GAsyncReadyCallback callback,
              gpointer user_data)
{
  Catalogue *self = TEST_CATALOGUE (directory);
  guint from = query->cursor != NULL ? (guint) g_ascii_strtoull (query->cursor, NULL, 10) : 0;
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_assert_cmpuint (query->limit, ==, SHOAL_SEARCH_PAGE_ROWS);
  self->n_asked++;
  g_free (self->words);
  self->words = g_strdup (query->words);
  self->sort = query->sort;
  self->descending = query->descending;
  g_task_set_task_data (task, GUINT_TO_POINTER (from), NULL);
  g_idle_add_full (G_PRIORITY_DEFAULT, on_answer_cb, task, g_object_unref);
}

static ShoalPage *
search_finish (ShoalDirectory *directory, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static ShoalDirectoryState
get_state (ShoalDirectory *directory)
{
  return TEST_CATALOGUE (directory)->away ? SHOAL_DIRECTORY_OFFLINE : SHOAL_DIRECTORY_ONLINE;
}

static void
directory_init (ShoalDirectoryInterface *iface)
{
  iface->get_state = get_state;
  iface->search_async = search_async;
  iface->search_finish = search_finish;
}

static void
catalogue_finalize (GObject *object)
{
  g_free (TEST_CATALOGUE (object)->words);
  G_OBJECT_CLASS (catalogue_parent_class)->finalize (object);
}

static void
catalogue_class_init (CatalogueClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = catalogue_finalize;
}

static void
catalogue_init (Catalogue *self)
{
}

/* ---- The tests ---- */

typedef struct
{
  Catalogue *catalogue;
  ShoalSearchModel *model;
  guint n_changes;
} Fixture;

static gboolean
on_deadline_cb (gpointer user_data)
{
  g_error ("It did not happen in time.");
  return G_SOURCE_REMOVE;
}

#define WAIT_UNTIL(condition)                                                                      \
  do                                                                                               \
    {                                                                                              \
      guint deadline = g_timeout_add (DEADLINE_US / 1000, on_deadline_cb, NULL);                   \
      while (!(condition))                                                                         \
        g_main_context_iteration (NULL, TRUE);                                                     \
      g_source_remove (deadline);                                                                  \
    }                                                                                              \
  while (0)

#define N_ITEMS(f) g_list_model_get_n_items (G_LIST_MODEL ((f)->model))

static void
on_items_changed_cb (GListModel *model, guint position, guint removed, guint added, Fixture *f)
{
  f->n_changes++;
}

static void
wait_ready (Fixture *f)
{
  WAIT_UNTIL (shoal_search_model_get_state (f->model) == SHOAL_SEARCH_READY
              && !shoal_search_model_get_loading_more (f->model));
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->catalogue = g_object_new (CATALOGUE_TYPE, NULL);
  f->catalogue->n_rows = GPOINTER_TO_UINT (data);
  f->model = shoal_search_model_new ();
  g_signal_connect (f->model, "items-changed", G_CALLBACK (on_items_changed_cb), f);
  shoal_search_model_set_directory (f->model, SHOAL_DIRECTORY (f->catalogue), NULL);
  g_assert_cmpint (shoal_search_model_get_state (f->model), ==, SHOAL_SEARCH_LOADING);
  wait_ready (f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  /* What was cancelled still has its answer to come. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (f->model);
  g_assert_finalize_object (f->catalogue);
}

static void
set_words (Fixture *f, const char *words)
{
  ShoalQuery query = { .words = words, .min_size = -1, .max_size = -1 };

  shoal_search_model_set_query (f->model, &query);
}

static void
test_pages (Fixture *f, gconstpointer data)
{
  guint n_rows = f->catalogue->n_rows;
  gboolean is_minimum;

  g_assert_cmpuint (N_ITEMS (f), ==, SHOAL_SEARCH_PAGE_ROWS);
  g_assert_cmpint (shoal_search_model_get_total (f->model, &is_minimum), ==, n_rows);
  while (shoal_search_model_has_more (f->model))
    {
      guint before = N_ITEMS (f);

      shoal_search_model_load_more (f->model);
      shoal_search_model_load_more (f->model); /* one is on the way */
      wait_ready (f);
      g_assert_cmpuint (N_ITEMS (f), ==, MIN (before + SHOAL_SEARCH_PAGE_ROWS, n_rows));
    }
  g_assert_cmpuint (N_ITEMS (f), ==, n_rows);
  g_assert_cmpuint (f->catalogue->n_asked, ==, n_rows / SHOAL_SEARCH_PAGE_ROWS);
  g_assert_cmpuint (f->n_changes, ==, f->catalogue->n_asked);
  g_autoptr (ShoalBrowseRow) last = g_list_model_get_item (G_LIST_MODEL (f->model), n_rows - 1);
  g_assert_cmpuint (shoal_result_get_size (shoal_browse_row_get_result (last)), ==, n_rows - 1);
}

static void
test_refresh_keeps_rows (Fixture *f, gconstpointer data)
{
  g_autoptr (ShoalBrowseRow) before = g_list_model_get_item (G_LIST_MODEL (f->model), 5);

  f->n_changes = 0;
  shoal_search_model_refresh (f->model);
  wait_ready (f);
  g_assert_cmpuint (f->n_changes, ==, 0);

  f->catalogue->first = 3; /* the first three are gone */
  shoal_search_model_refresh (f->model);
  wait_ready (f);
  g_autoptr (ShoalBrowseRow) after = g_list_model_get_item (G_LIST_MODEL (f->model), 2);
  g_assert_true (before == after);
}

static void
test_typing (Fixture *f, gconstpointer data)
{
  guint asked = f->catalogue->n_asked;

  set_words (f, "a");
  set_words (f, "ab");
  set_words (f, "abc");
  g_assert_cmpuint (f->catalogue->n_asked, ==, asked);
  wait_ready (f);
  g_assert_cmpuint (f->catalogue->n_asked, ==, asked + 1);
  g_assert_cmpstr (f->catalogue->words, ==, "abc");
  set_words (f, "abc"); /* nothing new */
  g_assert_cmpuint (f->catalogue->n_asked, ==, asked + 1);
}

static void
test_cancel_and_order (Fixture *f, gconstpointer data)
{
  ShoalQuery query = { .min_size = -1, .max_size = -1, .sort = SHOAL_SORT_NAME };

  shoal_search_model_set_query (f->model, &query);
  query.sort = SHOAL_SORT_SIZE;
  query.descending = TRUE;
  shoal_search_model_set_query (f->model, &query);
  wait_ready (f);
  WAIT_UNTIL (f->catalogue->n_cancelled == 1);
  g_assert_cmpint (f->catalogue->sort, ==, SHOAL_SORT_SIZE);
  g_assert_true (f->catalogue->descending);
}

static void
test_failure (Fixture *f, gconstpointer data)
{
  f->catalogue->failing = TRUE;
  shoal_search_model_load_more (f->model);
  WAIT_UNTIL (shoal_search_model_get_error (f->model) != NULL);
  g_assert_cmpint (shoal_search_model_get_state (f->model), ==, SHOAL_SEARCH_READY);
  guint asked = f->catalogue->n_asked;
  shoal_search_model_load_more (f->model); /* scrolling on does not ask again and again */
  g_assert_cmpuint (f->catalogue->n_asked, ==, asked);
  f->catalogue->failing = FALSE;
  shoal_search_model_retry (f->model);
  wait_ready (f);
  g_assert_cmpuint (N_ITEMS (f), ==, 2 * SHOAL_SEARCH_PAGE_ROWS);

  f->catalogue->failing = TRUE;
  shoal_search_model_refresh (f->model);
  WAIT_UNTIL (shoal_search_model_get_state (f->model) == SHOAL_SEARCH_FAILED);
  g_assert_error (shoal_search_model_get_error (f->model), SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
  g_assert_cmpuint (N_ITEMS (f), ==, 2 * SHOAL_SEARCH_PAGE_ROWS);
}

static void
test_follow (Fixture *f, gconstpointer data)
{
  guint asked = f->catalogue->n_asked;

  shoal_search_model_set_follow (f->model, FALSE);
  g_signal_emit_by_name (f->catalogue, "catalogue-changed");
  g_assert_true (shoal_search_model_get_stale (f->model));
  g_assert_cmpuint (f->catalogue->n_asked, ==, asked);
  shoal_search_model_set_follow (f->model, TRUE);
  WAIT_UNTIL (f->catalogue->n_asked == asked + 1);
  wait_ready (f);
  g_assert_false (shoal_search_model_get_stale (f->model));
}

static void
set_away (Fixture *f, gboolean away)
{
  f->catalogue->away = away;
  g_signal_emit_by_name (f->catalogue, "state-changed");
}

static void
test_away_and_back (Fixture *f, gconstpointer data)
{
  guint asked = f->catalogue->n_asked;

  g_assert_cmpint (shoal_search_model_get_kept_ms (f->model), ==, 0);
  set_away (f, TRUE);
  wait_ready (f);
  g_assert_cmpint (shoal_search_model_get_kept_ms (f->model), ==, 1000);
  g_assert_cmpuint (f->catalogue->n_asked, ==, asked + 1);
  g_assert_cmpuint (N_ITEMS (f), ==, SHOAL_SEARCH_PAGE_ROWS);
  /* Each try to connect again changes the state, not what is kept. */
  set_away (f, TRUE);
  g_assert_cmpuint (f->catalogue->n_asked, ==, asked + 1);
  f->catalogue->first = 3;
  set_away (f, FALSE);
  wait_ready (f);
  g_assert_cmpint (shoal_search_model_get_kept_ms (f->model), ==, 0);
  g_autoptr (ShoalBrowseRow) first = g_list_model_get_item (G_LIST_MODEL (f->model), 0);
  g_assert_cmpuint (shoal_result_get_size (shoal_browse_row_get_result (first)), ==, 3);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, n, function)                                                                     \
  g_test_add (path, Fixture, GUINT_TO_POINTER (n), set_up, function, tear_down)
  ADD ("/search-model/pages", 100000, test_pages);
  ADD ("/search-model/refresh-keeps-rows", 1000, test_refresh_keeps_rows);
  ADD ("/search-model/typing", 1000, test_typing);
  ADD ("/search-model/cancel-and-order", 1000, test_cancel_and_order);
  ADD ("/search-model/failure", 1000, test_failure);
  ADD ("/search-model/follow", 1000, test_follow);
  ADD ("/search-model/away-and-back", 1000, test_away_and_back);
  return g_test_run ();
}
