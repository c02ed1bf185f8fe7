/* shoal-sidebar-layout.h: a sidebar beside the content where there is room, the content alone where
 * not
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** ShoalSidebarLayout: properties "sidebar", "content" (widgets) and "collapsed" (read-only: there
 * is no room for the sidebar, which is hidden then). Asks for no more width than the content alone.
 */
#define SHOAL_TYPE_SIDEBAR_LAYOUT (shoal_sidebar_layout_get_type ())
G_DECLARE_FINAL_TYPE (ShoalSidebarLayout, shoal_sidebar_layout, SHOAL, SIDEBAR_LAYOUT, GtkWidget)

gboolean shoal_sidebar_layout_get_collapsed (ShoalSidebarLayout *self);

G_END_DECLS
