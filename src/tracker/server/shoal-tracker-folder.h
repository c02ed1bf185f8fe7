/* shoal-tracker-folder.h: the tracker's data folder: its lock and its key
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-device-key.h"

G_BEGIN_DECLS

/** shoal_tracker_folder_lock: makes the folder (0700) if it is missing and takes the server's lock
 * on it. A folder whose lock is held is %SHOAL_ERROR_EXISTS. Returns: an fd that holds the lock
 * until it is closed, or -1 */
int shoal_tracker_folder_lock (const char *data, GError **error);

/** shoal_tracker_folder_check_database: Returns: whether the database is there if the key is: a key
 * without one is no first start but a loss, and a new group beside it would be joined by nobody;
 * else %FALSE with %SHOAL_ERROR_NOT_FOUND */
gboolean shoal_tracker_folder_check_database (const char *data, GError **error);

/** shoal_tracker_folder_load_key: reads the tracker's key (a file that only its owner can read,
 * else %SHOAL_ERROR_DENIED), or makes one if there is none and @create. Never make one beside an
 * old database: members trust the key it had. Returns: (transfer full): the key, or %NULL, with
 * %SHOAL_ERROR_NOT_FOUND if there is none */
ShoalDeviceKey *shoal_tracker_folder_load_key (const char *data, gboolean create, GError **error);

G_END_DECLS
