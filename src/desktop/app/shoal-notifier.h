/* shoal-notifier.h: tells the user about downloads that have ended
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-engine.h"

G_BEGIN_DECLS

/** ShoalNotifier: main thread. Sends one notification for one download, and one for all that end
 * while it is fresh. What the user is looking at is not notified, and what he then looks at is
 * withdrawn; so is what is not so any more. Whether something is notified is in the settings
 * "notify-finished" and "notify-failed". The buttons activate "app.open-download" and
 * "app.show-download" with a target of shoal_notified_make_target(), and "app.show-page". */
#define SHOAL_TYPE_NOTIFIER (shoal_notifier_get_type ())
G_DECLARE_FINAL_TYPE (ShoalNotifier, shoal_notifier, SHOAL, NOTIFIER, GObject)

/** shoal_notifier_new: @application: not owned: outlives it or is disposed of before it */
ShoalNotifier *shoal_notifier_new (GApplication *application, GSettings *settings);
/** shoal_notifier_set_engine: @engine: (nullable): whose downloads it tells about from now on; what
 * has been told stays */
void shoal_notifier_set_engine (ShoalNotifier *self, ShoalEngine *engine);
/** shoal_notifier_set_looked_at: @looked_at: the user sees downloads and their ends now */
void shoal_notifier_set_looked_at (ShoalNotifier *self, gboolean looked_at);
/** shoal_notifier_withdraw: takes back the application's notification @id, as soon as that is safe
 */
void shoal_notifier_withdraw (ShoalNotifier *self, const char *id);
/** shoal_notifier_forget: withdraws what tells about the entry @uuid: it has been acted upon */
void shoal_notifier_forget (ShoalNotifier *self, const char *uuid);

G_END_DECLS
