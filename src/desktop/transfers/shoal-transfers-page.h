/* shoal-transfers-page.h: the page "Transfers" of the main window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "shoal-engine.h"
#include "shoal-window-page.h"

G_BEGIN_DECLS

/** ShoalTransfersPage: main thread. Property "search-mode" (boolean): whether its search bar is
 * shown; the window's search button is bound to it. */
#define SHOAL_TYPE_TRANSFERS_PAGE (shoal_transfers_page_get_type ())
G_DECLARE_FINAL_TYPE (
    ShoalTransfersPage, shoal_transfers_page, SHOAL, TRANSFERS_PAGE, ShoalWindowPage)

GtkWidget *shoal_transfers_page_new (void);
/** shoal_transfers_page_set_engine: @engine: (nullable): what is shown; called again when the group
 * changes */
void shoal_transfers_page_set_engine (ShoalTransfersPage *self, ShoalEngine *engine);

G_END_DECLS
