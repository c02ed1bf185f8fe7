/* shoal-tracker-link.h: the one channel to the tracker, which comes back by itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-device-key.h"
#include "shoal-directory.h"

G_BEGIN_DECLS

/**
 * ShoalTrackerLink:
 *
 * Main thread. Keeps one channel to the tracker open while it is wanted, and signed in. Everything
 * that asks the tracker or hears from it stands on the link; the link knows none of them.
 *
 * The signal "state-changed" is of shoal_tracker_link_get_state(): online means signed in. How to
 * ask the tracker, and what it tells by itself, is in shoal-tracker-link-json.h.
 */
#define SHOAL_TYPE_TRACKER_LINK (shoal_tracker_link_get_type ())
G_DECLARE_FINAL_TYPE (ShoalTrackerLink, shoal_tracker_link, SHOAL, TRACKER_LINK, GObject)

/** shoal_tracker_link_new: @key: this device's */
ShoalTrackerLink *shoal_tracker_link_new (ShoalDeviceKey *key);
/** shoal_tracker_link_get_fingerprint: Returns: this device's */
const char *shoal_tracker_link_get_fingerprint (ShoalTrackerLink *self);

/** shoal_tracker_link_set_tracker: where it is ("host:port") and the key it must show, for the next
 * connection */
void shoal_tracker_link_set_tracker (ShoalTrackerLink *self,
                                     const char *const *addresses,
                                     const char *group);
/** shoal_tracker_link_get_addresses: Returns: (nullable) (array zero-terminated=1): where the
 * tracker is */
const char *const *shoal_tracker_link_get_addresses (ShoalTrackerLink *self);
/** shoal_tracker_link_get_group: Returns: (nullable): the key that the tracker must show */
const char *shoal_tracker_link_get_group (ShoalTrackerLink *self);
/** shoal_tracker_link_set_group_name: (nullable): what was known at the last connection, until the
 * next */
void shoal_tracker_link_set_group_name (ShoalTrackerLink *self, const char *name);
/** shoal_tracker_link_get_group_name: Returns: (nullable): what the tracker calls the group */
const char *shoal_tracker_link_get_group_name (ShoalTrackerLink *self);
/** shoal_tracker_link_set_token: what signs this device in; (nullable) */
void shoal_tracker_link_set_token (ShoalTrackerLink *self, const char *token);
/** shoal_tracker_link_get_token: Returns: (nullable): a secret; %NULL: nobody is signed in */
const char *shoal_tracker_link_get_token (ShoalTrackerLink *self);
/** shoal_tracker_link_set_device_name: (nullable): what the tracker is told at the next sign-in */
void shoal_tracker_link_set_device_name (ShoalTrackerLink *self, const char *name);
/** shoal_tracker_link_get_device_name: Returns: (nullable): as it was set */
const char *shoal_tracker_link_get_device_name (ShoalTrackerLink *self);

/** shoal_tracker_link_start: connects and signs in with the token, and again whenever the
 * connection is lost, until shoal_tracker_link_stop(). Also leaves the states that wait for the
 * user: "replaced" and "untrusted". */
void shoal_tracker_link_start (ShoalTrackerLink *self);
/** shoal_tracker_link_stop: lets go of the tracker until shoal_tracker_link_start() */
void shoal_tracker_link_stop (ShoalTrackerLink *self);
/** shoal_tracker_link_sign_out: stops, and forgets the token */
void shoal_tracker_link_sign_out (ShoalTrackerLink *self);

/** shoal_tracker_link_get_state: Returns: as of a #ShoalDirectory, but that online does not mean
 * that anything is known of the members */
ShoalDirectoryState shoal_tracker_link_get_state (ShoalTrackerLink *self);
/** shoal_tracker_link_get_error: Returns: (nullable) (transfer none): why it is not online */
const GError *shoal_tracker_link_get_error (ShoalTrackerLink *self);
/** shoal_tracker_link_is_loopback: Returns: whether the tracker is on this machine, as the channel
 * has it */
gboolean shoal_tracker_link_is_loopback (ShoalTrackerLink *self);
/** shoal_tracker_link_get_now_ms: Returns: the tracker's clock as far as known: times "…_ms"
 * compare with it */
gint64 shoal_tracker_link_get_now_ms (ShoalTrackerLink *self);

G_END_DECLS
