/* shoal-control.h: an engine, worked by others on this machine: JSON-RPC on a UNIX socket
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-engine.h"

G_BEGIN_DECLS

/** ShoalControl: main thread. What may be asked is in docs/control.md. Signals: "stop-requested"
 * (somebody asks this process to end), "idle" (nothing that a client of the socket asked for is
 * under way any more). */
#define SHOAL_TYPE_CONTROL (shoal_control_get_type ())
G_DECLARE_FINAL_TYPE (ShoalControl, shoal_control, SHOAL, CONTROL, GObject)

ShoalControl *shoal_control_new (ShoalEngine *engine);
/** shoal_control_listen: accepts clients of the same user on the UNIX socket @path (0600),
 * replacing one left over from a process that is gone: the caller holds the profile's lock */
gboolean shoal_control_listen (ShoalControl *self, const char *path, GError **error);
/** shoal_control_attach: a client in this process. Returns: (transfer full): its end */
GIOStream *shoal_control_attach (ShoalControl *self, GError **error);
/** shoal_control_is_busy: Returns: whether a client of the socket waits for something */
gboolean shoal_control_is_busy (ShoalControl *self);
/** shoal_control_stop_listening: no new clients; those that are there go on */
void shoal_control_stop_listening (ShoalControl *self);
/** shoal_control_stop: also closes all clients */
void shoal_control_stop (ShoalControl *self);

/** shoal_control_connect: the client's side: connects to the socket @path, and makes sure that the
 * same user answers. Returns: (transfer full): %NULL with %SHOAL_ERROR_DISCONNECTED if nobody
 * listens */
GIOStream *shoal_control_connect (const char *path, GError **error);

G_END_DECLS
