/* shoal-tracker-service.h: what a server arranges with the system that runs it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** shoal_tracker_service_notify: tells a service manager that waits for it ("READY=1",
 * "STOPPING=1"); nothing without NOTIFY_SOCKET */
void shoal_tracker_service_notify (const char *state);

/** shoal_tracker_service_raise_limits: takes all the file descriptors we may have.
 * Returns: how many connections fit below that, @wanted at most */
guint shoal_tracker_service_raise_limits (guint wanted);

G_END_DECLS
