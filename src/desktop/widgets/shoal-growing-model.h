/* shoal-growing-model.h: a list whose first rows come a few at a time
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** ShoalGrowingModel: a #GListModel with the items of another one. A view of GTK makes widgets for
 * the first two hundred rows at once, shown or not, and stands still for as long as that takes. So
 * when many rows come into a short list this has the first few of them, and the others follow when
 * the user and the next frame had their turn. */
#define SHOAL_TYPE_GROWING_MODEL (shoal_growing_model_get_type ())
G_DECLARE_FINAL_TYPE (ShoalGrowingModel, shoal_growing_model, SHOAL, GROWING_MODEL, GObject)

/** shoal_growing_model_new: @source: (transfer full) */
ShoalGrowingModel *shoal_growing_model_new (GListModel *source);

G_END_DECLS
