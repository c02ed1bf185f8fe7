/* shoal-application.h: the program as the desktop sees it: one instance, its actions, its windows
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "shoal-application-background.h"
#include "shoal-session.h"
#include "shoal-settings-sync.h"

G_BEGIN_DECLS

/** ShoalApplication: main thread. Holds itself while a group is open; ends with
 * shoal_application_quit(). Actions: "app.share" (as: paths), "app.add-files", "app.preferences",
 * "app.about", "app.show", "app.show-page" (s), "app.open-download" and "app.show-download" (ss:
 * see shoal_notified_make_target()), "app.pause-all", "app.resume-all", "app.quit". */
#define SHOAL_TYPE_APPLICATION (shoal_application_get_type ())
G_DECLARE_FINAL_TYPE (ShoalApplication, shoal_application, SHOAL, APPLICATION, AdwApplication)

/** shoal_application_new: Returns: (transfer full): the program, to be run once */
ShoalApplication *shoal_application_new (void);
/** shoal_application_get_session: Returns: (transfer none): which group is open */
ShoalSession *shoal_application_get_session (ShoalApplication *self);
/** shoal_application_get_settings: Returns: (transfer none): what the user has set for the app */
GSettings *shoal_application_get_settings (ShoalApplication *self);
/** shoal_application_get_background: Returns: (transfer none): what closing the window means */
ShoalApplicationBackground *shoal_application_get_background (ShoalApplication *self);
/** shoal_application_is_quitting: Returns: whether the end has begun */
gboolean shoal_application_is_quitting (ShoalApplication *self);
/** shoal_application_quit: closes the group and all windows, then ends; takes up to a few seconds
 */
void shoal_application_quit (ShoalApplication *self);

G_END_DECLS
