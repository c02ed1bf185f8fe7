/* gui-fixture.h: for tests: the real application in this process, with its real engine
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "gui-peers.h"
#include "gui-widgets.h"
#include "shoal-application.h"
#include "shoal-window.h"

G_BEGIN_DECLS

/** GuiApp: @window is there from the beginning; it is %NULL once it has closed. @view: the same */
typedef struct
{
  ShoalApplication *application;
  ShoalWindow *window;
  GtkWidget *view;
} GuiApp;

typedef void (*GuiBody) (GuiApp *app, gpointer user_data);

/** gui_init: instead of gtk_test_init(): what main() of the app does, too */
void gui_init (int *argc, char ***argv);
/** gui_run: runs the application with @argument (nullable) on its command line, and @body while it
 * runs, as soon as it has a window; then quits it as its menu would. Nothing may be left of it. */
void gui_run (const char *argument, GuiBody body, gpointer user_data);
/** gui_forget: removes the app's profiles, so that the next run is a first start again */
void gui_forget (void);

/** gui_join: by widgets alone: from the welcome page into the group of @link, with a new account
 */
void gui_join (GuiApp *app, const char *link, const char *user, const char *password);
/** gui_wait_connected: until the header says so */
void gui_wait_connected (GuiApp *app);
/** gui_get_page: shows the page @name and returns it when it is on the screen */
GtkWidget *gui_get_page (GuiApp *app, const char *name);
/** gui_dup_downloads: the folder that is set for downloads; there after the first call */
char *gui_dup_downloads (GuiApp *app);

G_END_DECLS
