/* shoal-columns.h: what the pages' tables have in common
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** ShoalColumnStyle: how a column of text looks */
typedef enum
{
  SHOAL_COLUMN_TEXT,
  SHOAL_COLUMN_DIM,    /* less important */
  SHOAL_COLUMN_NUMBER, /* at the end, digits of one width */
} ShoalColumnStyle;

/** shoal_columns_new_text: Returns: (transfer full): makes cells that show the string property
 * @property of an @item_type, kept up to date; @tooltip: (nullable): a property for the tooltip */
GtkListItemFactory *shoal_columns_new_text (GType item_type,
                                            const char *property,
                                            const char *tooltip,
                                            ShoalColumnStyle style,
                                            guint min_chars);
/** shoal_columns_new_name: Returns: (transfer full): makes cells with the properties "icon-name",
 * "name" and "label" (all of it, as tooltip); below them @second (nullable) while it is not empty,
 * and @details while the boolean property @details_if of @owner is true */
GtkListItemFactory *shoal_columns_new_name (GType item_type,
                                            const char *second,
                                            const char *details,
                                            GObject *owner,
                                            const char *details_if);
/** shoal_columns_new_state: Returns: (transfer full): makes cells with the properties "state-icon"
 * (nullable) and "state" */
GtkListItemFactory *shoal_columns_new_state (GType item_type, guint min_chars);

/** shoal_columns_get_position: Returns: the row at @x, @y of @view, or %GTK_INVALID_LIST_POSITION
 */
guint shoal_columns_get_position (GtkColumnView *view, double x, double y);

/** shoal_columns_set_remote_sorter: lets @column's header be clicked though the order is made
 * elsewhere: its sorter only records being asked, as @number, for shoal_columns_get_remote_order()
 */
void shoal_columns_set_remote_sorter (GtkColumnViewColumn *column, int number);
/** shoal_columns_get_remote_order: @descending: (out): whether it is turned round. Returns: the
 * number of the column that @view is sorted by, or -1 */
int shoal_columns_get_remote_order (GtkColumnView *view, gboolean *descending);

/** shoal_columns_add_menu: shows @menu for the row under the pointer, or at the selection with the
 * Menu key and Shift+F10. A row that is not selected is selected first. */
void shoal_columns_add_menu (GtkColumnView *view, GMenuModel *menu);

/** ShoalColumnsPathFunc: Returns: (transfer full) (nullable): the path of @item, if it is here */
typedef char *(*ShoalColumnsPathFunc) (gpointer item, gpointer user_data);
/** shoal_columns_add_drag: lets what is selected be dragged out as files; @user_data lives as long
 * as @view */
void
shoal_columns_add_drag (GtkColumnView *view, ShoalColumnsPathFunc get_path, gpointer user_data);
/** shoal_columns_make_files: what is dragged out of a list: the files of what is selected if the
 * row
 * @pointed is, else that row's. Returns: (transfer full) (nullable): %NULL if none is here */
GdkContentProvider *shoal_columns_make_files (GtkSelectionModel *model,
                                              guint pointed,
                                              ShoalColumnsPathFunc get_path,
                                              gpointer user_data);

G_END_DECLS
