/* shoal-people-page.h: the page "People" of the main window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "shoal-engine.h"
#include "shoal-window-page.h"

G_BEGIN_DECLS

/** ShoalPeoplePage: main thread. Property "search-mode" (boolean): whether its search bar is shown;
 * the window's search button is bound to it. */
#define SHOAL_TYPE_PEOPLE_PAGE (shoal_people_page_get_type ())
G_DECLARE_FINAL_TYPE (ShoalPeoplePage, shoal_people_page, SHOAL, PEOPLE_PAGE, ShoalWindowPage)

GtkWidget *shoal_people_page_new (void);
/** shoal_people_page_set_engine: @engine: (nullable): what is shown; called again when the group
 * changes */
void shoal_people_page_set_engine (ShoalPeoplePage *self, ShoalEngine *engine);

G_END_DECLS
