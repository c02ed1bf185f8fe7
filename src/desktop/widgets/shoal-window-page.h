/* shoal-window-page.h: what the pages of the main window have in common
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/** ShoalWindowPage: main thread. Properties: "search-mode" (boolean): whether the search bar is
 * shown, to which a page's template binds it, and the window its search button; "narrow" (boolean,
 * read-only): see shoal_window_page_set_narrow(). */
#define SHOAL_TYPE_WINDOW_PAGE (shoal_window_page_get_type ())
G_DECLARE_DERIVABLE_TYPE (ShoalWindowPage, shoal_window_page, SHOAL, WINDOW_PAGE, AdwBin)

/**
 * ShoalWindowPageClass:
 * @width_changed: what shoal_window_page_watch_width() watches has this width now
 */
struct _ShoalWindowPageClass
{
  AdwBinClass parent_class;

  void (*width_changed) (ShoalWindowPage *self, double width);
};

/** shoal_window_page_watch_width: from now on @width_changed follows the width of @scroller, which
 * is a part of the page; outside of any allocation, so that columns can come and go */
void shoal_window_page_watch_width (ShoalWindowPage *self, GtkScrolledWindow *scroller);
/** shoal_window_page_set_narrow: whether a row tells in further lines what has no column */
void shoal_window_page_set_narrow (ShoalWindowPage *self, gboolean narrow);

G_END_DECLS
