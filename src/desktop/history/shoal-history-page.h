/* shoal-history-page.h: the page "History" of the main window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "shoal-engine.h"
#include "shoal-window-page.h"

G_BEGIN_DECLS

/** ShoalHistoryPage: main thread. Property "search-mode" (boolean): whether its search bar is
 * shown; the window's search button is bound to it. */
#define SHOAL_TYPE_HISTORY_PAGE (shoal_history_page_get_type ())
G_DECLARE_FINAL_TYPE (ShoalHistoryPage, shoal_history_page, SHOAL, HISTORY_PAGE, ShoalWindowPage)

GtkWidget *shoal_history_page_new (void);
/** shoal_history_page_set_engine: @engine: (nullable): what is shown; called again when the group
 * changes */
void shoal_history_page_set_engine (ShoalHistoryPage *self, ShoalEngine *engine);

G_END_DECLS
