/* shoal-tray-menu.h: the menu of the tray icon, shown by the desktop
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** ShoalTrayMenu: main thread. Offers com.canonical.dbusmenu on a bus: Open, Pause All, Resume All
 * and Quit, which activate "show", "pause-all", "resume-all" and "quit" of an action group. Which
 * of them are there follows from which of these actions are enabled. Whoever calls it with nonsense
 * gets an error. */
#define SHOAL_TYPE_TRAY_MENU (shoal_tray_menu_get_type ())
G_DECLARE_FINAL_TYPE (ShoalTrayMenu, shoal_tray_menu, SHOAL, TRAY_MENU, GObject)

/** shoal_tray_menu_new: offers it at @path until it is disposed of. Returns: (transfer full)
 * (nullable): %NULL if the path is taken */
ShoalTrayMenu *shoal_tray_menu_new (GDBusConnection *connection,
                                    const char *path,
                                    GActionGroup *actions,
                                    GError **error);

G_END_DECLS
