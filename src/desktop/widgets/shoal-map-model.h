/* shoal-map-model.h: a list of what is shown for each object of another list
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** ShoalMapModel: what GtkMapListModel is, for GTK 4.8 too, whose own mixes up its items when one
 * is inserted right before one that has been asked for. An item is made when it is asked for, and
 * stays the same as long as its object is in the list. */
#define SHOAL_TYPE_MAP_MODEL (shoal_map_model_get_type ())
G_DECLARE_FINAL_TYPE (ShoalMapModel, shoal_map_model, SHOAL, MAP_MODEL, GObject)

/** shoal_map_model_new: @source: (transfer full) (nullable): of objects. @func: gets an object
 * (transfer full) and returns its item (transfer full) */
ShoalMapModel *
shoal_map_model_new (GListModel *source, GtkMapListModelMapFunc func, gpointer user_data);
/** shoal_map_model_set_source: @source: (nullable) */
void shoal_map_model_set_source (ShoalMapModel *self, GListModel *source);

G_END_DECLS
