/* shoal-tracker-link-json.h: asking the tracker over its link, and hearing from it
 *
 * Signals of the link, beside "state-changed":
 *
 * - "signed-in" (#JsonObject): the answer to sign-in or sign-up, for each to take what is its own;
 *   right before "state-changed" says that we are online, and before any notification. Who finds it
 *   malformed says so with shoal_tracker_link_refuse().
 * - "notification::METHOD" (method, #JsonObject): the tracker tells something unasked.
 * - "network-changed" (): while online: the addresses of this machine may be others.
 *
 * Whoever stands on the link connects to them with g_signal_connect_object(), and asks once
 * "state-changed" says that it is online.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

#include "shoal-tracker-link.h"

G_BEGIN_DECLS

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

G_END_DECLS
