/* shoal-application-background.h: running without a window, and starting at sign-in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "shoal-application-notices.h"
#include "shoal-session.h"

G_BEGIN_DECLS

/** ShoalApplicationBackground: main thread. Decides what closing the window means, and follows the
 * settings "run-in-background" and "start-at-sign-in"; what cannot be followed is put back, and
 * told. It ends the program by the application's action "quit". */
#define SHOAL_TYPE_APPLICATION_BACKGROUND (shoal_application_background_get_type ())
G_DECLARE_FINAL_TYPE (ShoalApplicationBackground,
                      shoal_application_background,
                      SHOAL,
                      APPLICATION_BACKGROUND,
                      GObject)

/** shoal_application_background_new: @application: not owned: outlives it or has stopped it;
 * @session: whose trackers end with the program; @notices: what else is seen of the program */
ShoalApplicationBackground *shoal_application_background_new (GtkApplication *application,
                                                              GSettings *settings,
                                                              ShoalSession *session,
                                                              ShoalApplicationNotices *notices);
/** shoal_application_background_stop: nothing is followed or asked any more; may be called again */
void shoal_application_background_stop (ShoalApplicationBackground *self);
/** shoal_application_background_close: the user closes @window, the main one: it is hidden while
 * transfers go on in the background, or the program ends, perhaps after a question. Returns:
 * whether the window is not to be destroyed now */
gboolean shoal_application_background_close (ShoalApplicationBackground *self, GtkWindow *window);
/** shoal_application_background_note_shown: the window is there again */
void shoal_application_background_note_shown (ShoalApplicationBackground *self);
/** shoal_application_background_is_asking: Returns: whether the user or the sandbox is being asked
 * about the end */
gboolean shoal_application_background_is_asking (ShoalApplicationBackground *self);
/** shoal_application_background_set_sandboxed: for tests: in place of what was found at the start
 */
void shoal_application_background_set_sandboxed (ShoalApplicationBackground *self,
                                                 gboolean sandboxed);

G_END_DECLS
