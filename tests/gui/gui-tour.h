/* gui-tour.h: for tests: a small real group, and a visit to everything the app can show of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "gui-fixture.h"

G_BEGIN_DECLS

/** GuiGroup: Ben is online and offers files and a folder; Cleo was, and is away. Ada, who uses the
 * app, owns the group. */
typedef struct
{
  GuiTracker *tracker;
  GuiPeer *ben;
  GuiPeer *cleo;
} GuiGroup;

GuiGroup *gui_group_new (void);
void gui_group_free (GuiGroup *self);
/** gui_group_enter: by widgets, from the welcome page: Ada becomes the owner, shares, downloads
 * from Ben, and waits for what only Cleo has */
void gui_group_enter (GuiGroup *self, GuiApp *app);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GuiGroup, gui_group_free)

/** GuiVisit: @name: one word, for messages and file names. @root: what is visited: the main window
 * or a dialog, on the screen */
typedef void (*GuiVisit) (GuiApp *app, const char *name, GtkWindow *root, gpointer user_data);

/** gui_tour_first_start: each page of the way into a group; the app has none yet, and none
 * afterwards */
void gui_tour_first_start (GuiApp *app, const char *link, GuiVisit visit, gpointer user_data);
/** gui_tour_pages: each page of the main window, in each of its states that has a look of its own
 */
void gui_tour_pages (GuiApp *app, GuiVisit visit, gpointer user_data);
/** gui_tour_dialogs: each window besides the main one. They are closed by the Escape key's action,
 * and must be gone then */
void gui_tour_dialogs (GuiApp *app, GuiVisit visit, gpointer user_data);

/** gui_select: selects the only row of @list (a GtkListView, also that inside a column view) with
 * @text in it */
void gui_select (GtkWidget *list, const char *text);

G_END_DECLS
