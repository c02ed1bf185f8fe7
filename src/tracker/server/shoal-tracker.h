/* shoal-tracker.h: the tracker: who is a member, who is online, what is shared
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-tracker-config.h"

G_BEGIN_DECLS

/** ShoalTracker: the whole server; lives in the default main context of the main thread */
#define SHOAL_TYPE_TRACKER (shoal_tracker_get_type ())
G_DECLARE_FINAL_TYPE (ShoalTracker, shoal_tracker, SHOAL, TRACKER, GObject)

/** shoal_tracker_new: @config: copied */
ShoalTracker *shoal_tracker_new (const ShoalTrackerConfig *config);
/** shoal_tracker_open: takes the folder's lock, reads or makes the key, opens the database and
 * loads the roster. Blocking. A folder in use by another server is %SHOAL_ERROR_EXISTS. */
gboolean shoal_tracker_open (ShoalTracker *self, GError **error);
/** shoal_tracker_listen: after shoal_tracker_open(): accepts connections from now on */
gboolean shoal_tracker_listen (ShoalTracker *self, GError **error);
/** shoal_tracker_stop: says good-bye on all channels, then closes the database; runs the main
 * context until that is done, 3 s at most */
void shoal_tracker_stop (ShoalTracker *self);
/** shoal_tracker_dup_link: after shoal_tracker_listen(). Returns: (transfer full): the link without
 * an invite */
char *shoal_tracker_dup_link (ShoalTracker *self);
/** shoal_tracker_dup_owner_link: Returns: (transfer full) (nullable): the owner link, if this was
 * the first start; a secret */
char *shoal_tracker_dup_owner_link (ShoalTracker *self);

G_END_DECLS
