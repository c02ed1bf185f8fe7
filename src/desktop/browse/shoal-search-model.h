/* shoal-search-model.h: what a search finds, page by page
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-directory.h"
#include "shoal-local-index.h"
#include "shoal-browse-row.h"

G_BEGIN_DECLS

/**
 * ShoalSearchState:
 * @SHOAL_SEARCH_IDLE: nobody to ask
 * @SHOAL_SEARCH_LOADING: the first answer to what was asked last is on the way; the rows are still
 *   those of before
 * @SHOAL_SEARCH_READY: the rows are those of what was asked
 * @SHOAL_SEARCH_FAILED: see shoal_search_model_get_error(); the rows are those of before
 */
typedef enum
{
  SHOAL_SEARCH_IDLE,
  SHOAL_SEARCH_LOADING,
  SHOAL_SEARCH_READY,
  SHOAL_SEARCH_FAILED,
} ShoalSearchState;

/** ShoalSearchModel: a #GListModel of #ShoalBrowseRow; main thread. Loads a page, and the next one
 * when asked; never all. A row that an answer has again stays the same object. Signal
 * "state-changed": any of the getters' values may have changed. Signal "leaving": all rows that are
 * there are about to go, in one step. */
#define SHOAL_TYPE_SEARCH_MODEL (shoal_search_model_get_type ())
G_DECLARE_FINAL_TYPE (ShoalSearchModel, shoal_search_model, SHOAL, SEARCH_MODEL, GObject)

ShoalSearchModel *shoal_search_model_new (void);
/** shoal_search_model_set_directory: @directory: (nullable): whom to ask; @index: (nullable): what
 * is here already. Forgets all rows. */
void shoal_search_model_set_directory (ShoalSearchModel *self,
                                       ShoalDirectory *directory,
                                       ShoalLocalIndex *index);
/** shoal_search_model_set_query: @query: copied; its cursor and limit do not count. What was on the
 * way is cancelled. If only the words differ, it waits a moment for more of them. */
void shoal_search_model_set_query (ShoalSearchModel *self, const ShoalQuery *query);
/** shoal_search_model_refresh: asks again from the beginning; the rows stay until it is answered */
void shoal_search_model_refresh (ShoalSearchModel *self);
/** shoal_search_model_load_more: the next page, unless there is none, one is on the way or the last
 * one failed */
void shoal_search_model_load_more (ShoalSearchModel *self);
/** shoal_search_model_retry: what failed */
void shoal_search_model_retry (ShoalSearchModel *self);
/** shoal_search_model_set_follow: whether it refreshes by itself when the catalogue has changed:
 * while the user looks at its beginning */
void shoal_search_model_set_follow (ShoalSearchModel *self, gboolean follow);

ShoalSearchState shoal_search_model_get_state (ShoalSearchModel *self);
/** shoal_search_model_get_error: Returns: (nullable): why the last request failed, also one for
 * more */
const GError *shoal_search_model_get_error (ShoalSearchModel *self);
/** shoal_search_model_get_stale: Returns: whether the catalogue has changed since */
gboolean shoal_search_model_get_stale (ShoalSearchModel *self);
gboolean shoal_search_model_get_loading_more (ShoalSearchModel *self);
gboolean shoal_search_model_has_more (ShoalSearchModel *self);
/** shoal_search_model_get_total: @is_minimum: (out): there may be more */
gint64 shoal_search_model_get_total (ShoalSearchModel *self, gboolean *is_minimum);
/** shoal_search_model_get_kept_ms: Returns: 0, or when the rows were seen: nobody can be asked now
 */
gint64 shoal_search_model_get_kept_ms (ShoalSearchModel *self);

G_END_DECLS
