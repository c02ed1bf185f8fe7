/* shoal-window.h: the main window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "shoal-session.h"
#include "shoal-toaster.h"

G_BEGIN_DECLS

/** ShoalWindow: main thread. Property "visible-page" (string, read-only): the name of the page that
 * is shown, %NULL while none is. Signal "closing", with a boolean for an answer: the user closes
 * it; a handler that returns %TRUE keeps it from being destroyed. Pages reach it through its
 * actions: "win.show-page" (s), "win.toast" (s), "win.show-person" (s: account), "win.open-path"
 * (s), "win.show-in-folder" (s). */
#define SHOAL_TYPE_WINDOW (shoal_window_get_type ())
G_DECLARE_FINAL_TYPE (ShoalWindow, shoal_window, SHOAL, WINDOW, AdwApplicationWindow)

/** shoal_window_new: @session: whose groups it shows; @settings: the app's, which keep its size and
 * page */
ShoalWindow *
shoal_window_new (GtkApplication *application, ShoalSession *session, GSettings *settings);
/** shoal_window_share: shares @files (of #GFile) in the group that is open, or as soon as the one
 * that is being opened is */
void shoal_window_share (ShoalWindow *self, GListModel *files);
/** shoal_window_choose_files: lets the user choose files, and shares them; without a group it does
 * nothing */
void shoal_window_choose_files (ShoalWindow *self);
/** shoal_window_join: shows what the link @text leads to and asks whether to join; @text:
 * (nullable): asks for one */
void shoal_window_join (ShoalWindow *self, const char *text);
/** shoal_window_get_toaster: Returns: (transfer none): what tells things in this window */
ShoalToaster *shoal_window_get_toaster (ShoalWindow *self);
/** shoal_window_has_page: Returns: whether there is a page @name */
gboolean shoal_window_has_page (const char *name);
/** shoal_window_show_page: @name: "browse", "transfers", "files", "people" or "history" */
void shoal_window_show_page (ShoalWindow *self, const char *name);
/** shoal_window_get_visible_page: Returns: (nullable): its name: "browse", …; %NULL while something
 * else is shown in the place of the pages */
const char *shoal_window_get_visible_page (ShoalWindow *self);

G_END_DECLS
