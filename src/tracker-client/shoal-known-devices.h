/* shoal-known-devices.h: every device we have seen, so that a new one cannot slip in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-database.h"

G_BEGIN_DECLS

/** shoal_known_devices_schema: the table, for the first migration of the profile's database */
extern const char shoal_known_devices_schema[];

/** ShoalKnownDevices: main thread. The devices of an account that is seen for the first time are
 * taken as they are (there is nothing to compare them with); one that appears later in an account
 * that we know is "new" and unconfirmed until the user has compared its words. What a tracker says
 * about who vouches for a device is no proof and changes nothing. */
#define SHOAL_TYPE_KNOWN_DEVICES (shoal_known_devices_get_type ())
G_DECLARE_FINAL_TYPE (ShoalKnownDevices, shoal_known_devices, SHOAL, KNOWN_DEVICES, GObject)

/** shoal_known_devices_new: @database: (nullable): %NULL keeps all in memory (tests) */
ShoalKnownDevices *shoal_known_devices_new (ShoalDatabase *database);
/** shoal_known_devices_load_async: reads the table, in the database's thread, which there must be;
 * ask and tell nothing before it is done */
void shoal_known_devices_load_async (ShoalKnownDevices *self,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
gboolean
shoal_known_devices_load_finish (ShoalKnownDevices *self, GAsyncResult *result, GError **error);
/** shoal_known_devices_see: an account and all its devices, as the roster tells them; records what
 * is new */
void
shoal_known_devices_see (ShoalKnownDevices *self, const char *account, const char *const *devices);
/** shoal_known_devices_is_confirmed: Returns: whether the device was there when its account was
 * first seen, or has been confirmed since */
gboolean
shoal_known_devices_is_confirmed (ShoalKnownDevices *self, const char *account, const char *device);
/** shoal_known_devices_confirm: the user has compared the words (or it is our own). Recorded. */
void shoal_known_devices_confirm (ShoalKnownDevices *self, const char *account, const char *device);

G_END_DECLS
