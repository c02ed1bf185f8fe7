/* shoal-search-model.c: what a search finds, page by page
 *
 * One request is under way at most. Each has a number; an answer with another one than the last is
 * of no interest any more. Rows are kept in a table by what makes them the same row, and in one by
 * content id to tell what is here of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-search-model"

#include "config.h"

#include "shoal-search-model.h"

#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-browse-query.h"

struct _ShoalSearchModel
{
  GObject parent_instance;

  ShoalDirectory *directory;
  ShoalLocalIndex *index;
  GPtrArray *rows;
  GHashTable *by_key; /* ShoalBrowseRow → itself, not owned */
  GHashTable *by_id;  /* const ShoalDigest * → GPtrArray of ShoalBrowseRow, not owned */

  ShoalQuery query; /* strings owned */
  char *cursor;     /* for the next page; NULL at the end */
  gint64 total;
  gboolean total_is_minimum;
  gint64 kept_ms; /* 0: the rows are not kept ones */

  GCancellable *cancellable; /* of the request under way */
  guint serial;
  guint timer; /* waits for more words, or gathers changes of the catalogue */
  GError *error;
  ShoalSearchState state;
  gboolean loading_more;
  gboolean stale;
  gboolean follow;
};

typedef struct
{
  ShoalSearchModel *model;
  guint serial;
  gboolean more;
} Request;

enum
{
  LEAVING,
  STATE_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ShoalSearchModel,
                               shoal_search_model,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
emit_changed (ShoalSearchModel *self)
{
  g_signal_emit (self, signals[STATE_CHANGED], 0);
}

/* ---- Rows ---- */

static void
index_row (ShoalSearchModel *self, ShoalBrowseRow *row)
{
  const ShoalDigest *id = shoal_result_get_id (shoal_browse_row_get_result (row));
  GPtrArray *same = g_hash_table_lookup (self->by_id, id);

  if (same == NULL)
    {
      same = g_ptr_array_new ();
      g_hash_table_insert (self->by_id, shoal_digest_dup (id), same);
    }
  g_ptr_array_add (same, row);
  g_hash_table_add (self->by_key, row);
}

/* The row of @result: one of @known, or a new one. */
static ShoalBrowseRow *
take_row (ShoalSearchModel *self, GHashTable *known, ShoalResult *result)
{
  g_autoptr (ShoalBrowseRow) row = shoal_browse_row_new (result);
  ShoalBrowseRow *old = g_hash_table_lookup (known, row);

  if (old != NULL)
    {
      shoal_browse_row_set_result (old, result);
      g_set_object (&row, old);
    }
  shoal_browse_row_set_inside (row, self->query.folder != NULL);
  if (self->index != NULL)
    shoal_browse_row_set_local (
        row, shoal_local_index_lookup (self->index, shoal_result_get_id (result)));
  return g_steal_pointer (&row);
}

/* Puts @rows in the place of those that are there, and tells about the part that differs. */
static void
replace_rows (ShoalSearchModel *self, GPtrArray *results)
{
  g_autoptr (GPtrArray) old = g_ptr_array_ref (self->rows);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_full (results->len, g_object_unref);
  g_autoptr (GHashTable) known = self->by_key;
  guint head = 0, tail = 0;

  self->by_key = g_hash_table_new (shoal_browse_row_hash, shoal_browse_row_equal);
  g_hash_table_remove_all (self->by_id);
  for (guint i = 0; i < results->len; i++)
    {
      g_autoptr (ShoalBrowseRow) row = take_row (self, known, g_ptr_array_index (results, i));

      if (g_hash_table_contains (self->by_key, row))
        continue;
      index_row (self, row);
      g_ptr_array_add (rows, g_steal_pointer (&row));
    }

  guint shorter = MIN (old->len, rows->len);
  while (head < shorter && old->pdata[head] == rows->pdata[head])
    head++;
  while (tail < shorter - head
         && old->pdata[old->len - 1 - tail] == rows->pdata[rows->len - 1 - tail])
    tail++;
  guint removed = old->len - head - tail;
  guint added = rows->len - head - tail;
  if (removed > 0 && removed == old->len)
    g_signal_emit (self, signals[LEAVING], 0);
  g_ptr_array_unref (self->rows);
  self->rows = g_steal_pointer (&rows);
  if (removed > 0 || added > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), head, removed, added);
}

/* The catalogue may have moved since the last page: what is there already is left out. */
static void
append_rows (ShoalSearchModel *self, GPtrArray *results)
{
  guint before = self->rows->len;

  for (guint i = 0; i < results->len; i++)
    {
      g_autoptr (ShoalBrowseRow) row
                 = take_row (self, self->by_key, g_ptr_array_index (results, i));

      if (g_hash_table_contains (self->by_key, row))
        continue;
      index_row (self, row);
      g_ptr_array_add (self->rows, g_steal_pointer (&row));
    }
  if (self->rows->len > before)
    g_list_model_items_changed (G_LIST_MODEL (self), before, 0, self->rows->len - before);
}

static void
clear_rows (ShoalSearchModel *self)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();

  replace_rows (self, none);
  g_clear_pointer (&self->cursor, g_free);
  self->total = 0;
  self->total_is_minimum = FALSE;
  self->kept_ms = 0;
}

static void
on_local_changed_cb (ShoalLocalIndex *index, const ShoalDigest *id, ShoalSearchModel *self)
{
  GPtrArray *same = g_hash_table_lookup (self->by_id, id);

  if (same == NULL)
    return;
  ShoalLocalState local = shoal_local_index_lookup (index, id);
  for (guint i = 0; i < same->len; i++)
    shoal_browse_row_set_local (g_ptr_array_index (same, i), local);
}

static void
on_local_reset_cb (ShoalLocalIndex *index, ShoalSearchModel *self)
{
  GHashTableIter iter;
  gpointer id, same;

  g_hash_table_iter_init (&iter, self->by_id);
  while (g_hash_table_iter_next (&iter, &id, &same))
    {
      ShoalLocalState local = shoal_local_index_lookup (index, id);

      for (guint i = 0; i < ((GPtrArray *) same)->len; i++)
        shoal_browse_row_set_local (g_ptr_array_index ((GPtrArray *) same, i), local);
    }
}

/* ---- Requests ---- */

static void
stop_request (ShoalSearchModel *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  self->serial++;
  self->loading_more = FALSE;
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

static void
request_free (Request *request)
{
  g_object_unref (request->model);
  g_free (request);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)

static gboolean on_timer_cb (gpointer user_data);

/* Gathers changes: while a group is busy they come every second. Does not disturb a request that is
 * under way: its answer is new enough, or the next change is. */
static void
follow_changes (ShoalSearchModel *self)
{
  if (self->stale && self->follow && self->timer == 0 && self->cancellable == NULL)
    self->timer = g_timeout_add (SHOAL_SEARCH_FOLLOW_MS, on_timer_cb, self);
}

static void
take_page (ShoalSearchModel *self, ShoalPage *page, gboolean more)
{
  g_free (self->cursor);
  self->cursor = g_steal_pointer (&page->cursor);
  self->total = page->total;
  self->total_is_minimum = page->total_is_minimum;
  self->kept_ms = page->kept_ms;
  self->state = SHOAL_SEARCH_READY;
  if (more)
    append_rows (self, page->rows);
  else
    replace_rows (self, page->rows);
}

static void
on_search_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Request) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalPage) page
             = shoal_directory_search_finish (SHOAL_DIRECTORY (object), result, &error);
  ShoalSearchModel *self = request->model;

  if (request->serial != self->serial)
    return;
  g_clear_object (&self->cancellable);
  g_clear_error (&self->error);
  self->loading_more = FALSE;
  if (page != NULL)
    take_page (self, page, request->more);
  else
    {
      self->error = g_steal_pointer (&error);
      if (!request->more)
        self->state = SHOAL_SEARCH_FAILED;
    }
  emit_changed (self);
  follow_changes (self);
}

static void
start_request (ShoalSearchModel *self, gboolean more)
{
  ShoalQuery query = self->query;

  stop_request (self);
  Request *request = g_new0 (Request, 1);
  request->model = g_object_ref (self);
  request->serial = self->serial;
  request->more = more;
  self->cancellable = g_cancellable_new ();
  self->loading_more = more;
  if (more)
    query.cursor = self->cursor;
  else
    {
      self->stale = FALSE;
      self->state = SHOAL_SEARCH_LOADING;
    }
  shoal_directory_search_async (self->directory, &query, self->cancellable, on_search_cb, request);
  emit_changed (self);
}

static gboolean
on_timer_cb (gpointer user_data)
{
  ShoalSearchModel *self = user_data;

  self->timer = 0;
  start_request (self, FALSE);
  return G_SOURCE_REMOVE;
}

static void
start_later (ShoalSearchModel *self, guint delay_ms)
{
  stop_request (self);
  self->timer = g_timeout_add (delay_ms, on_timer_cb, self);
}

/* ---- The directory ---- */

static void
on_catalogue_changed_cb (ShoalDirectory *directory, ShoalSearchModel *self)
{
  gboolean was_stale = self->stale;

  self->stale = TRUE;
  follow_changes (self);
  if (!was_stale)
    emit_changed (self);
}

static void
on_directory_state_changed_cb (ShoalDirectory *directory, ShoalSearchModel *self)
{
  gboolean online = shoal_directory_get_state (directory) == SHOAL_DIRECTORY_ONLINE;

  /* What is known while nobody can be asked is kept by the directory. It is asked for once. */
  if (!online && (self->kept_ms > 0 || self->rows->len == 0 || !self->follow))
    {
      emit_changed (self);
      return;
    }
  /* Whatever was on the way is lost; rows of before are shown until the answer comes. Somebody who
   * has scrolled down is not torn away. */
  if (self->follow || self->rows->len == 0 || self->state != SHOAL_SEARCH_READY)
    start_request (self, FALSE);
  else
    on_catalogue_changed_cb (directory, self);
}

/* ---- The object ---- */

static GType
get_item_type (GListModel *model)
{
  return SHOAL_TYPE_BROWSE_ROW;
}

static guint
get_n_items (GListModel *model)
{
  return SHOAL_SEARCH_MODEL (model)->rows->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  ShoalSearchModel *self = SHOAL_SEARCH_MODEL (model);

  if (position >= self->rows->len)
    return NULL;
  return g_object_ref (g_ptr_array_index (self->rows, position));
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static void
leave_directory (ShoalSearchModel *self)
{
  stop_request (self);
  if (self->directory != NULL)
    g_signal_handlers_disconnect_by_data (self->directory, self);
  if (self->index != NULL)
    g_signal_handlers_disconnect_by_data (self->index, self);
  g_clear_object (&self->directory);
  g_clear_object (&self->index);
  g_clear_error (&self->error);
}

static void
dispose (GObject *object)
{
  leave_directory (SHOAL_SEARCH_MODEL (object));
  G_OBJECT_CLASS (shoal_search_model_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  ShoalSearchModel *self = SHOAL_SEARCH_MODEL (object);

  shoal_browse_query_clear (&self->query);
  g_clear_pointer (&self->cursor, g_free);
  g_clear_pointer (&self->by_id, g_hash_table_unref);
  g_clear_pointer (&self->by_key, g_hash_table_unref);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  G_OBJECT_CLASS (shoal_search_model_parent_class)->finalize (object);
}

static void
shoal_search_model_class_init (ShoalSearchModelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = dispose;
  object_class->finalize = finalize;
  signals[LEAVING] = g_signal_new ("leaving", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
  signals[STATE_CHANGED] = g_signal_new ("state-changed", G_TYPE_FROM_CLASS (klass),
                                         G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
shoal_search_model_init (ShoalSearchModel *self)
{
  static const ShoalQuery all = { .min_size = -1, .max_size = -1 };

  shoal_browse_query_copy (&self->query, &all);
  self->rows = g_ptr_array_new_with_free_func (g_object_unref);
  self->by_key = g_hash_table_new (shoal_browse_row_hash, shoal_browse_row_equal);
  self->by_id = g_hash_table_new_full (shoal_digest_hash, shoal_digest_equal, g_free,
                                       (GDestroyNotify) g_ptr_array_unref);
  self->follow = TRUE;
}

ShoalSearchModel *
shoal_search_model_new (void)
{
  return g_object_new (SHOAL_TYPE_SEARCH_MODEL, NULL);
}

void
shoal_search_model_set_directory (ShoalSearchModel *self,
                                  ShoalDirectory *directory,
                                  ShoalLocalIndex *index)
{
  g_return_if_fail (SHOAL_IS_SEARCH_MODEL (self));
  g_return_if_fail (directory == NULL || SHOAL_IS_DIRECTORY (directory));

  leave_directory (self);
  clear_rows (self);
  self->state = SHOAL_SEARCH_IDLE;
  self->stale = FALSE;
  if (directory == NULL)
    {
      emit_changed (self);
      return;
    }
  self->directory = g_object_ref (directory);
  g_signal_connect (directory, "catalogue-changed", G_CALLBACK (on_catalogue_changed_cb), self);
  g_signal_connect (directory, "state-changed", G_CALLBACK (on_directory_state_changed_cb), self);
  if (index != NULL)
    {
      self->index = g_object_ref (index);
      g_signal_connect (index, "changed", G_CALLBACK (on_local_changed_cb), self);
      g_signal_connect (index, "reset", G_CALLBACK (on_local_reset_cb), self);
    }
  start_request (self, FALSE);
}

void
shoal_search_model_set_query (ShoalSearchModel *self, const ShoalQuery *query)
{
  g_return_if_fail (SHOAL_IS_SEARCH_MODEL (self));
  g_return_if_fail (query != NULL);

  const char *words = query->words != NULL ? query->words : "";
  gboolean same_words = g_str_equal (words, self->query.words);
  gboolean same_rest = shoal_browse_query_equal (query, &self->query);
  if (same_words && same_rest && !query->top == !self->query.top)
    return;
  shoal_browse_query_copy (&self->query, query);
  if (self->directory == NULL)
    return;
  /* Emptying the field is no typing: the answer can come at once. */
  if (same_rest && *words != '\0')
    {
      start_later (self, SHOAL_SEARCH_DELAY_MS);
      self->state = SHOAL_SEARCH_LOADING;
      emit_changed (self);
    }
  else
    start_request (self, FALSE);
}

void
shoal_search_model_refresh (ShoalSearchModel *self)
{
  g_return_if_fail (SHOAL_IS_SEARCH_MODEL (self));

  if (self->directory != NULL)
    start_request (self, FALSE);
}

void
shoal_search_model_load_more (ShoalSearchModel *self)
{
  g_return_if_fail (SHOAL_IS_SEARCH_MODEL (self));

  if (self->directory != NULL && self->cursor != NULL && self->cancellable == NULL
      && self->error == NULL && self->state == SHOAL_SEARCH_READY)
    start_request (self, TRUE);
}

void
shoal_search_model_retry (ShoalSearchModel *self)
{
  g_return_if_fail (SHOAL_IS_SEARCH_MODEL (self));

  if (self->directory == NULL || self->error == NULL)
    return;
  start_request (self, self->state == SHOAL_SEARCH_READY && self->cursor != NULL);
}

void
shoal_search_model_set_follow (ShoalSearchModel *self, gboolean follow)
{
  g_return_if_fail (SHOAL_IS_SEARCH_MODEL (self));

  self->follow = follow;
  if (!follow && self->state != SHOAL_SEARCH_LOADING)
    g_clear_handle_id (&self->timer, g_source_remove);
  follow_changes (self);
}

ShoalSearchState
shoal_search_model_get_state (ShoalSearchModel *self)
{
  g_return_val_if_fail (SHOAL_IS_SEARCH_MODEL (self), SHOAL_SEARCH_IDLE);
  return self->state;
}

const GError *
shoal_search_model_get_error (ShoalSearchModel *self)
{
  g_return_val_if_fail (SHOAL_IS_SEARCH_MODEL (self), NULL);
  return self->error;
}

gboolean
shoal_search_model_get_stale (ShoalSearchModel *self)
{
  g_return_val_if_fail (SHOAL_IS_SEARCH_MODEL (self), FALSE);
  return self->stale;
}

gboolean
shoal_search_model_get_loading_more (ShoalSearchModel *self)
{
  g_return_val_if_fail (SHOAL_IS_SEARCH_MODEL (self), FALSE);
  return self->loading_more;
}

gboolean
shoal_search_model_has_more (ShoalSearchModel *self)
{
  g_return_val_if_fail (SHOAL_IS_SEARCH_MODEL (self), FALSE);
  return self->cursor != NULL;
}

gint64
shoal_search_model_get_total (ShoalSearchModel *self, gboolean *is_minimum)
{
  g_return_val_if_fail (SHOAL_IS_SEARCH_MODEL (self), 0);

  *is_minimum = self->total_is_minimum;
  return self->total;
}

gint64
shoal_search_model_get_kept_ms (ShoalSearchModel *self)
{
  g_return_val_if_fail (SHOAL_IS_SEARCH_MODEL (self), 0);
  return self->kept_ms;
}
