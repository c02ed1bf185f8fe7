/* shoal-profile.h: the folder of one membership: its lock, its id and where everything in it lies
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** ShoalProfile: one profile is one membership: one group, one tracker, one device key. One thread
 * at a time; the getters' strings do not change while it lives, but for the control path. */
#define SHOAL_TYPE_PROFILE (shoal_profile_get_type ())
G_DECLARE_FINAL_TYPE (ShoalProfile, shoal_profile, SHOAL, PROFILE, GObject)

/** shoal_profile_open: opens the folder @folder (made with mode 0700 if missing, its access
 * narrowed to the owner if it was wider) and reads its id, or gives it one. Does not lock: that is
 * for whoever works on it. @folder: (nullable): $XDG_DATA_HOME/shoal/default if %NULL. Returns:
 * (transfer full) (nullable) */
ShoalProfile *shoal_profile_open (const char *folder, GError **error);
/** shoal_profile_lock: takes the lock without waiting; held by another process is %SHOAL_ERROR_BUSY
 * (then ask that one through the control socket). Released by shoal_profile_unlock(), by the last
 * unref or by the end of the process. */
gboolean shoal_profile_lock (ShoalProfile *self, GError **error);
void shoal_profile_unlock (ShoalProfile *self);
/** shoal_profile_open_locked_async: shoal_profile_open() and shoal_profile_lock() in a thread: the
 * folder may lie on a disk that sleeps. Cancelled or refused, it is open and locked no more. */
void shoal_profile_open_locked_async (const char *folder,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
/** shoal_profile_open_locked_finish: Returns: (transfer full) (nullable) */
ShoalProfile *shoal_profile_open_locked_finish (GAsyncResult *result, GError **error);
/** shoal_profile_is_locked: Returns: whether this process holds the profile */
gboolean shoal_profile_is_locked (ShoalProfile *self);

/** shoal_profile_get_folder: Returns: its canonical absolute path */
const char *shoal_profile_get_folder (ShoalProfile *self);
/** shoal_profile_get_id: Returns: 32 hex digits, random, made with the profile */
const char *shoal_profile_get_id (ShoalProfile *self);
/** shoal_profile_get_database_path: Returns: (transfer none): absolute; there is a file once the
 * database was opened */
const char *shoal_profile_get_database_path (ShoalProfile *self);
/** shoal_profile_check_database: of a profile that belongs to a group: Returns: whether its
 * database is there; else %FALSE with %SHOAL_ERROR_NOT_FOUND: an empty one in its place would take
 * back all that is shared. @group_path: what makes it belong to the group */
gboolean shoal_profile_check_database (ShoalProfile *self, const char *group_path, GError **error);
/** shoal_profile_get_settings_path: Returns: (transfer none): absolute */
const char *shoal_profile_get_settings_path (ShoalProfile *self);
/** shoal_profile_get_journals_folder: Returns: for downloads under way; exists */
const char *shoal_profile_get_journals_folder (ShoalProfile *self);
/** shoal_profile_get_manifests_folder: Returns: for manifests of shared folders; exists */
const char *shoal_profile_get_manifests_folder (ShoalProfile *self);
/** shoal_profile_get_control_path: Returns: where the holder of the lock listens: the folder of
 * $XDG_RUNTIME_DIR/shoal/ID.sock (made, 0700), or PROFILE/control where that cannot be used. After
 * shoal_profile_lock() has failed with %SHOAL_ERROR_BUSY it is what the holder wrote down; valid
 * until the next such call */
const char *shoal_profile_get_control_path (ShoalProfile *self);

G_END_DECLS
