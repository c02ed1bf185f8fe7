/* shoal-tooltip.h: what a widget says when the pointer rests on it, made to be changed often
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** ShoalTooltip: the tooltip of a widget in a row. Setting #GtkWidget:tooltip-text asks the display
 * where the pointer is and waits for its answer, each time, which is most of what it costs to bind
 * two hundred rows. This asks only when the pointer is on the widget. For templates: it has the
 * properties “widget” (on construction) and “text” (nullable), and lives as long as the widget. Of
 * a button, which has no words of its own, it is the accessible label, too. */
#define SHOAL_TYPE_TOOLTIP (shoal_tooltip_get_type ())
G_DECLARE_FINAL_TYPE (ShoalTooltip, shoal_tooltip, SHOAL, TOOLTIP, GObject)

/** shoal_tooltip_new: Returns: (transfer none): the tooltip that @widget has from now on */
ShoalTooltip *shoal_tooltip_new (GtkWidget *widget);

G_END_DECLS
