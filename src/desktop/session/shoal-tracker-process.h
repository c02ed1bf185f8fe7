/* shoal-tracker-process.h: a group's tracker, run by the app as a child process
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * ShoalTrackerState:
 * @SHOAL_TRACKER_STOPPED: not started, or stopped
 * @SHOAL_TRACKER_STARTING: on the way
 * @SHOAL_TRACKER_READY: accepts connections
 * @SHOAL_TRACKER_FAILED: ended by itself; see shoal_tracker_process_get_message(); started again
 * after a while
 */
typedef enum
{
  SHOAL_TRACKER_STOPPED,
  SHOAL_TRACKER_STARTING,
  SHOAL_TRACKER_READY,
  SHOAL_TRACKER_FAILED,
} ShoalTrackerState;

/** ShoalTrackerProcess: main thread. Ends with this process, whatever way that ends. Signal
 * "changed": the state is another. Signal "ended" (const char *message): it has ended by itself
 * after it had accepted connections, and why; not for the same reason again and again. */
#define SHOAL_TYPE_TRACKER_PROCESS (shoal_tracker_process_get_type ())
G_DECLARE_FINAL_TYPE (ShoalTrackerProcess, shoal_tracker_process, SHOAL, TRACKER_PROCESS, GObject)

/** shoal_tracker_process_load: the tracker that was set up in @profile. Returns: (transfer full)
 * (nullable): %NULL if there is none */
ShoalTrackerProcess *shoal_tracker_process_load (const char *profile);
/** shoal_tracker_process_create: sets one up in @profile. @port: 0 for the usual one, or the next
 * that is free;
 * @public_host: (nullable): the name or address that links have, instead of this computer's present
 * one. Returns: (transfer full) (nullable) */
ShoalTrackerProcess *shoal_tracker_process_create (
    const char *profile, const char *name, guint16 port, const char *public_host, GError **error);
/** shoal_tracker_process_start: starts it, and again when it ends by itself, until
 * shoal_tracker_process_stop() */
void shoal_tracker_process_start (ShoalTrackerProcess *self);
/** shoal_tracker_process_stop: asks it to end and does not wait for that */
void shoal_tracker_process_stop (ShoalTrackerProcess *self);
/** shoal_tracker_process_stop_async: as shoal_tracker_process_stop(); done when the process has
 * ended and its data can be used by another. One that takes more than 5 s is killed. */
void shoal_tracker_process_stop_async (ShoalTrackerProcess *self,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
void shoal_tracker_process_stop_finish (ShoalTrackerProcess *self, GAsyncResult *result);
/** shoal_tracker_process_wait_async: done when it accepts connections; fails with the reason if it
 * ended */
void shoal_tracker_process_wait_async (ShoalTrackerProcess *self,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
gboolean
shoal_tracker_process_wait_finish (ShoalTrackerProcess *self, GAsyncResult *result, GError **error);
/** shoal_tracker_process_owner_link_async: a link that makes its account the owner; only while
 * there is none */
void shoal_tracker_process_owner_link_async (ShoalTrackerProcess *self,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer user_data);
/** shoal_tracker_process_owner_link_finish: Returns: (transfer full): the link, a secret */
char *shoal_tracker_process_owner_link_finish (ShoalTrackerProcess *self,
                                               GAsyncResult *result,
                                               GError **error);

/** shoal_tracker_process_get_message: Returns: (nullable): why it ended */
const char *shoal_tracker_process_get_message (ShoalTrackerProcess *self);
guint16 shoal_tracker_process_get_port (ShoalTrackerProcess *self);

G_END_DECLS
