/* shoal-search-row.h: a row of a search, ready to be shown
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-directory.h"
#include "shoal-local-index.h"

G_BEGIN_DECLS

/** ShoalSearchRow: main thread. Properties (read-only strings, made when they are first read and
 * notified when they change): name, icon-name, place (the folder that an entry is in; ""), size,
 * type, who, when, details (size and who, for narrow windows), state (what is here of it; ""),
 * state-icon, label (all of it, for screen readers), and available (boolean). */
#define SHOAL_TYPE_SEARCH_ROW (shoal_search_row_get_type ())
G_DECLARE_FINAL_TYPE (ShoalSearchRow, shoal_search_row, SHOAL, SEARCH_ROW, GObject)

ShoalSearchRow *shoal_search_row_new (ShoalResult *result);
/** shoal_search_row_get_result: Returns: (transfer none) */
ShoalResult *shoal_search_row_get_result (ShoalSearchRow *self);
/** shoal_search_row_set_result: a newer answer about the same row */
void shoal_search_row_set_result (ShoalSearchRow *self, ShoalResult *result);
ShoalLocalState shoal_search_row_get_local (ShoalSearchRow *self);
void shoal_search_row_set_local (ShoalSearchRow *self, ShoalLocalState local);

/** shoal_search_row_set_inside: whether the folder that it is in is the one that is shown: then its
 * place need not name it */
void shoal_search_row_set_inside (ShoalSearchRow *self, gboolean inside);
/** shoal_search_row_hash: a #GHashFunc: of what makes it this row: content, name and folder */
guint shoal_search_row_hash (gconstpointer row);
/** shoal_search_row_equal: a #GEqualFunc */
gboolean shoal_search_row_equal (gconstpointer a, gconstpointer b);

G_END_DECLS
