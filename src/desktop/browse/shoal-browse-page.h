/* shoal-browse-page.h: the page "Browse" of the main window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "shoal-engine.h"
#include "shoal-window-page.h"

G_BEGIN_DECLS

/** ShoalBrowsePage: main thread. Property "search-mode" (boolean): whether its search bar is shown;
 * the window's search button is bound to it. */
#define SHOAL_TYPE_BROWSE_PAGE (shoal_browse_page_get_type ())
G_DECLARE_FINAL_TYPE (ShoalBrowsePage, shoal_browse_page, SHOAL, BROWSE_PAGE, ShoalWindowPage)

GtkWidget *shoal_browse_page_new (void);
/** shoal_browse_page_set_engine: @engine: (nullable): what is shown; called again when the group
 * changes */
void shoal_browse_page_set_engine (ShoalBrowsePage *self, ShoalEngine *engine);
/** shoal_browse_page_show_user: what @user offers, and nothing else */
void shoal_browse_page_show_user (ShoalBrowsePage *self, const char *user);

G_END_DECLS
