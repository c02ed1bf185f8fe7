/* shoal-growing-model.h: a list whose first rows come a few at a time, and its last ones go so
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** ShoalGrowingModel: a #GListModel with the items of another one. A view of GTK makes widgets for
 * the first two hundred rows at once, shown or not, and stands still for as long as that takes. So
 * when many rows come into a short list this has the first few of them, and the others follow when
 * the user and the next frame had their turn. */
#define SHOAL_TYPE_GROWING_MODEL (shoal_growing_model_get_type ())
G_DECLARE_FINAL_TYPE (ShoalGrowingModel, shoal_growing_model, SHOAL, GROWING_MODEL, GObject)

/** shoal_growing_model_new: @source: (transfer full) */
ShoalGrowingModel *shoal_growing_model_new (GListModel *source);
/** shoal_growing_model_let_go: to be called before the source drops all of its rows, where nobody
 * sees the list: a view takes as long to give up the widgets of its rows as to make them. They go a
 * few at a time, whatever the source does meanwhile; then what it has comes. @scrolled: how far
 * down the view is */
void shoal_growing_model_let_go (ShoalGrowingModel *self, GtkAdjustment *scrolled);

G_END_DECLS
