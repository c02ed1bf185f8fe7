/* shoal-sidebar-layout.h: a sidebar beside the content where there is room, one over the other
 * where not
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** ShoalSidebarLayout: main thread. Properties: "sidebar", "content" (widgets); "collapsed"
 * (read-only: there is no room for both: each has all of the width, and one is seen at a time);
 * "show-content" (which of them that is; the sidebar can still be seen for a moment while the other
 * comes). Asks for no more width than the wider of them. */
#define SHOAL_TYPE_SIDEBAR_LAYOUT (shoal_sidebar_layout_get_type ())
G_DECLARE_FINAL_TYPE (ShoalSidebarLayout, shoal_sidebar_layout, SHOAL, SIDEBAR_LAYOUT, GtkWidget)

/** shoal_sidebar_layout_get_collapsed: Returns: whether one is seen at a time */
gboolean shoal_sidebar_layout_get_collapsed (ShoalSidebarLayout *self);
/** shoal_sidebar_layout_set_show_content: lets the content come over the sidebar, or go; while
 * there is room for both it counts from when there is not. Both can take the focus when it returns.
 */
void shoal_sidebar_layout_set_show_content (ShoalSidebarLayout *self, gboolean show_content);
/** shoal_sidebar_layout_get_show_content: Returns: whether the content is what is seen when there
 * is no room for both */
gboolean shoal_sidebar_layout_get_show_content (ShoalSidebarLayout *self);

G_END_DECLS
