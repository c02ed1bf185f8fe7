/* shoal-preferences-window.h: what the user can set; everything applies at once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "shoal-session.h"

G_BEGIN_DECLS

#define SHOAL_TYPE_PREFERENCES_WINDOW (shoal_preferences_window_get_type ())
G_DECLARE_FINAL_TYPE (
    ShoalPreferencesWindow, shoal_preferences_window, SHOAL, PREFERENCES_WINDOW, AdwWindow)

/** shoal_preferences_window_present: shows the one that is there, or a new one above @parent, which
 * belongs to an application. @session: whose engine some settings are shown of; @settings: what is
 * set */
void
shoal_preferences_window_present (GtkWindow *parent, ShoalSession *session, GSettings *settings);

G_END_DECLS
