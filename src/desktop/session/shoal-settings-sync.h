/* shoal-settings-sync.h: what the user sets in the app reaches the engine at once, and back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-engine.h"

G_BEGIN_DECLS

/** ShoalSettingsSync: main thread. GSettings hold what the user sets in the app, for all groups;
 * each engine has settings of its own, which the command line can change too. What was set in the
 * app goes to each engine that is opened; what was not is taken from the engine, so that the
 * preferences show what holds. Signal "failed" (const char *message): the engine does not take what
 * was set, and its own value holds. */
#define SHOAL_TYPE_SETTINGS_SYNC (shoal_settings_sync_get_type ())
G_DECLARE_FINAL_TYPE (ShoalSettingsSync, shoal_settings_sync, SHOAL, SETTINGS_SYNC, GObject)

ShoalSettingsSync *shoal_settings_sync_new (GSettings *settings);
/** shoal_settings_sync_set_engine: @engine: (nullable) */
void shoal_settings_sync_set_engine (ShoalSettingsSync *self, ShoalEngine *engine);

/** shoal_settings_sync_open_settings: the app's schema, installed or beside the program in the
 * build folder. Returns: (transfer full) */
GSettings *shoal_settings_sync_open_settings (void);

G_END_DECLS
