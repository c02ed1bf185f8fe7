/* shoal-tray.h: the icon in the desktop's tray, where there is one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-activity.h"

G_BEGIN_DECLS

#define SHOAL_TRAY_ITEM_PATH "/StatusNotifierItem"
#define SHOAL_TRAY_MENU_PATH "/StatusNotifierItem/menu"

/** ShoalTray: main thread. Offers org.kde.StatusNotifierItem with a #ShoalTrayMenu on a bus, and
 * registers it with each org.kde.StatusNotifierWatcher that comes. Property "registered" (boolean,
 * read-only): whether a tray has taken it; it may still not be seen, so nothing may depend on it.
 * Signal "activate" (const char *page, const char *token): the icon was clicked: show the window;
 * @page: (nullable): that page of it; @token: (nullable): for the compositor. Without a tray it
 * does nothing. */
#define SHOAL_TYPE_TRAY (shoal_tray_get_type ())
G_DECLARE_FINAL_TYPE (ShoalTray, shoal_tray, SHOAL, TRAY, GObject)

/** shoal_tray_new: @actions: what the menu activates. Returns: (transfer full) (nullable): %NULL if
 * the object paths are taken */
ShoalTray *shoal_tray_new (GDBusConnection *connection, GActionGroup *actions, GError **error);
/** shoal_tray_set_activity: @activity: (nullable): what icon and tooltip show from now on */
void shoal_tray_set_activity (ShoalTray *self, ShoalActivity *activity);
gboolean shoal_tray_get_registered (ShoalTray *self);

G_END_DECLS
