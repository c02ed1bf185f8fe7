/* shoal-application-notices.h: what is told outside of the window: notifications, the tray, sleep
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "shoal-engine.h"

G_BEGIN_DECLS

/** ShoalApplicationNotices: main thread. Tells about downloads that have ended, shows an icon in
 * the tray, keeps the computer awake while something moves, and enables the application's actions
 * "pause-all" and "resume-all" while they would do something. Signal "activate" (const char *page,
 * const char *token): as that of #ShoalTray. */
#define SHOAL_TYPE_APPLICATION_NOTICES (shoal_application_notices_get_type ())
G_DECLARE_FINAL_TYPE (
    ShoalApplicationNotices, shoal_application_notices, SHOAL, APPLICATION_NOTICES, GObject)

/** shoal_application_notices_new: @application: not owned: outlives it or has stopped it */
ShoalApplicationNotices *shoal_application_notices_new (GtkApplication *application,
                                                        GSettings *settings);
/** shoal_application_notices_start: once the application has its bus and its actions */
void shoal_application_notices_start (ShoalApplicationNotices *self);
/** shoal_application_notices_stop: nothing is told any more; may be called again */
void shoal_application_notices_stop (ShoalApplicationNotices *self);
/** shoal_application_notices_set_engine: @engine: (nullable): the one that is open now */
void shoal_application_notices_set_engine (ShoalApplicationNotices *self, ShoalEngine *engine);
/** shoal_application_notices_watch_window: what is seen in @window, which has a property
 * "visible-page", is not notified */
void shoal_application_notices_watch_window (ShoalApplicationNotices *self, GtkWindow *window);
/** shoal_application_notices_get_activity: Returns: (transfer none) (nullable): of the engine that
 * is open */
ShoalActivity *shoal_application_notices_get_activity (ShoalApplicationNotices *self);
/** shoal_application_notices_has_icon: Returns: whether a tray has taken the icon */
gboolean shoal_application_notices_has_icon (ShoalApplicationNotices *self);
/** shoal_application_notices_withdraw: see shoal_notifier_withdraw() */
void shoal_application_notices_withdraw (ShoalApplicationNotices *self, const char *id);
/** shoal_application_notices_forget: see shoal_notifier_forget() */
void shoal_application_notices_forget (ShoalApplicationNotices *self, const char *uuid);

G_END_DECLS
