/* shoal-connection-count.h: how many connections this device has open to each other device
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A peer serves %SHOAL_MAX_CONNECTIONS_PER_DEVICE connections of one device, whatever downloads
 * they belong to. All downloads of the process share them. Thread-safe. */

/** shoal_connection_count_acquire: counts one more connection from @own to @device (fingerprints),
 * if there is room.
 * @extra: it would be the download's second or later to that device: the last place is kept for a
 * download that has none. Returns: whether it may be opened */
gboolean shoal_connection_count_acquire (const char *own, const char *device, gboolean extra);
/** shoal_connection_count_release: it is closed */
void shoal_connection_count_release (const char *own, const char *device);

G_END_DECLS
