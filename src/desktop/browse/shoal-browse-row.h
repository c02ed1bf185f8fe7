/* shoal-browse-row.h: a row of a search, ready to be shown
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-directory.h"
#include "shoal-local-index.h"

G_BEGIN_DECLS

/** ShoalBrowseRow: main thread. Properties (read-only strings, made when they are first read and
 * notified when they change): name, icon-name, place (the folder that an entry is in; ""), size,
 * type, who, when, details (size and who, for narrow windows), state (what is here of it; ""),
 * state-icon, label (all of it, for screen readers), and available (boolean). */
#define SHOAL_TYPE_BROWSE_ROW (shoal_browse_row_get_type ())
G_DECLARE_FINAL_TYPE (ShoalBrowseRow, shoal_browse_row, SHOAL, BROWSE_ROW, GObject)

ShoalBrowseRow *shoal_browse_row_new (ShoalResult *result);
/** shoal_browse_row_get_result: Returns: (transfer none) */
ShoalResult *shoal_browse_row_get_result (ShoalBrowseRow *self);
/** shoal_browse_row_set_result: a newer answer about the same row */
void shoal_browse_row_set_result (ShoalBrowseRow *self, ShoalResult *result);
ShoalLocalState shoal_browse_row_get_local (ShoalBrowseRow *self);
void shoal_browse_row_set_local (ShoalBrowseRow *self, ShoalLocalState local);

/** shoal_browse_row_set_inside: whether the folder that it is in is the one that is shown: then its
 * place need not name it */
void shoal_browse_row_set_inside (ShoalBrowseRow *self, gboolean inside);
/** shoal_browse_row_count_state_chars: Returns: how long what a row says about its state may be, in
 * the user's language */
guint shoal_browse_row_count_state_chars (void);
/** shoal_browse_row_hash: a #GHashFunc: of what makes it this row: content, name and folder */
guint shoal_browse_row_hash (gconstpointer row);
/** shoal_browse_row_equal: a #GEqualFunc */
gboolean shoal_browse_row_equal (gconstpointer a, gconstpointer b);

G_END_DECLS
