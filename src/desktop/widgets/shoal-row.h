/* shoal-row.h: the frame of a row in a list view, with its context menu
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "shoal-columns.h"

G_BEGIN_DECLS

/** ShoalRow: what is in it comes from the list's factory. A secondary click or a long press selects
 * it in its #GtkListView, unless it is selected already, and shows the menu. Properties: "position"
 * (uint): of the list item; "menu-model" (#GMenuModel, nullable) */
#define SHOAL_TYPE_ROW (shoal_row_get_type ())
G_DECLARE_FINAL_TYPE (ShoalRow, shoal_row, SHOAL, ROW, AdwBin)

/** shoal_row_add_drag: lets the rows of @view be dragged out as files; @get_path gets the item, and
 * @view as data */
void shoal_row_add_drag (GtkListView *view, ShoalColumnsPathFunc get_path);

G_END_DECLS
