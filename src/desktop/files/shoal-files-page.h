/* shoal-files-page.h: the page "My Files" of the main window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "shoal-engine.h"
#include "shoal-window-page.h"

G_BEGIN_DECLS

/** ShoalFilesPage: main thread. Property "search-mode" (boolean): whether its search bar is shown;
 * the window's search button is bound to it. */
#define SHOAL_TYPE_FILES_PAGE (shoal_files_page_get_type ())
G_DECLARE_FINAL_TYPE (ShoalFilesPage, shoal_files_page, SHOAL, FILES_PAGE, ShoalWindowPage)

GtkWidget *shoal_files_page_new (void);
/** shoal_files_page_set_engine: @engine: (nullable): what is shown; called again when the group
 * changes */
void shoal_files_page_set_engine (ShoalFilesPage *self, ShoalEngine *engine);
/** shoal_files_page_show_path: opens the shared folder @path (absolute, free of links), now or as
 * soon as it is in the list */
void shoal_files_page_show_path (ShoalFilesPage *self, const char *path);

G_END_DECLS
