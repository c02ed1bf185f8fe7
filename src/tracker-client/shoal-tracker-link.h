/* shoal-tracker-link.h: the one channel to the tracker, which comes back by itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

#include "shoal-device-key.h"
#include "shoal-directory.h"

G_BEGIN_DECLS

/**
 * ShoalTrackerLink:
 *
 * Main thread. Keeps one channel to the tracker open while it is wanted, and signed in. Everything
 * that asks the tracker or hears from it stands on the link; the link knows none of them.
 *
 * Signals:
 * - "signed-in" (#JsonObject): the answer to sign-in or sign-up, for each to take what is its own;
 *   right before "state-changed" says that we are online, and before any notification. Who finds it
 *   malformed says so with shoal_tracker_link_refuse().
 * - "state-changed": of shoal_tracker_link_get_state(). Online means signed in: from then until the
 *   next change calls go out.
 * - "notification::METHOD" (method, #JsonObject): the tracker tells something unasked.
 * - "network-changed": while online: the addresses of this machine may be others.
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

/**
 * shoal_tracker_link_sign_in_async:
 * @self: the link
 * @method: what signs in without a token
 * @params: (transfer full): its parameters but for the name of the device. With a "uuid" among them
 *   it takes effect once: it is asked again when the answer is lost.
 * @cancellable: (nullable): ends it
 * @callback: when it is signed in or has failed
 * @user_data: for @callback
 *
 * Connects anew, signs in with @method in place of the token and stays. The token that the tracker
 * gives is kept by the link until somebody takes it from there. One that fails leaves the link as
 * it was: with a token it comes back with that.
 */
void shoal_tracker_link_sign_in_async (ShoalTrackerLink *self,
                                       const char *method,
                                       JsonObject *params,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
/** shoal_tracker_link_sign_in_finish: Returns: whether it is signed in */
gboolean
shoal_tracker_link_sign_in_finish (ShoalTrackerLink *self, GAsyncResult *result, GError **error);
/** shoal_tracker_link_refuse: what the tracker says cannot be understood: ends the connection as if
 * it had failed with @error. Does nothing without one. */
void shoal_tracker_link_refuse (ShoalTrackerLink *self, const GError *error);

/** shoal_tracker_link_call_async: asks the tracker. @params: (transfer full) (nullable). Fails with
 * %SHOAL_ERROR_DISCONNECTED at once while it is not online, and when the connection is lost before
 * the answer; with the tracker's own error if it refuses. */
void shoal_tracker_link_call_async (ShoalTrackerLink *self,
                                    const char *method,
                                    JsonObject *params,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
/** shoal_tracker_link_call_finish: Returns: (transfer full): the answer */
JsonObject *
shoal_tracker_link_call_finish (ShoalTrackerLink *self, GAsyncResult *result, GError **error);

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
