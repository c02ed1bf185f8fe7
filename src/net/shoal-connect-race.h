/* shoal-connect-race.h: which of several addresses answers first
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** shoal_parse_peer_address: @text: "192.0.2.1:20000" or "[2001:db8::1]:20000". Returns: (transfer
 * full) (nullable): the address, if it is a literal with a port of 1024 or more */
GInetSocketAddress *shoal_parse_peer_address (const char *text);

/** shoal_connect_race: dials @addresses (GInetSocketAddress) in order, the next one 250 ms after
 * the last or as soon as it failed (RFC 8305); the first that connects wins. Blocks at most
 * %SHOAL_CONNECT_TIMEOUT_S. The connections are closed again. @winner: (out): its index. Returns:
 * %FALSE with the last address's error, or %G_IO_ERROR_CANCELLED */
gboolean
shoal_connect_race (GPtrArray *addresses, GCancellable *cancellable, guint *winner, GError **error);

G_END_DECLS
