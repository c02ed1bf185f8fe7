/* shoal-row.h: the frame of a row in a list view, with its context menu
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/** ShoalRow: what is in it comes from the list's factory. A secondary click or a long press selects
 * it in its #GtkListView, unless it is selected already, and shows the menu. Properties: "position"
 * (uint): of the list item; "menu-model" (#GMenuModel, nullable) */
#define SHOAL_TYPE_ROW (shoal_row_get_type ())
G_DECLARE_FINAL_TYPE (ShoalRow, shoal_row, SHOAL, ROW, AdwBin)

G_END_DECLS
