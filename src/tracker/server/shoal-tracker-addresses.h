/* shoal-tracker-addresses.h: where the tracker listens, and under which addresses links name it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-database.h"
#include "shoal-listener.h"
#include "shoal-tracker.h"

G_BEGIN_DECLS

/** shoal_tracker_parse_listen: "192.0.2.1:7707", "[::1]:0", "*:7707", ":7707", or a literal alone
 * for the usual port.
 * @address: (out) (transfer full) (nullable): the literal, %NULL for all addresses.
 * Returns: whether @text is one; else %SHOAL_ERROR_INVALID */
gboolean
shoal_tracker_parse_listen (const char *text, char **address, guint16 *port, GError **error);
/** shoal_tracker_parse_public: "tracker.example.org", "tracker.example.org:7707",
 * "[2001:db8::1]:7707".
 * @port: (out): 0 if it names none. Returns: whether @text is one; else %SHOAL_ERROR_INVALID */
gboolean shoal_tracker_parse_public (const char *text, char **host, guint16 *port, GError **error);

/** shoal_tracker_bind: opens the listening sockets. Returns: (transfer full): the addresses for
 * links: the public one, else those listened on, with the host's name in place of "all" */
char **
shoal_tracker_bind (ShoalListener *listener, const ShoalTrackerConfig *config, GError **error);

/** shoal_tracker_save_addresses: keeps the addresses for the subcommands. Blocking */
gboolean shoal_tracker_save_addresses (ShoalDatabase *database,
                                       const char *const *addresses,
                                       GError **error);
/** shoal_tracker_load_addresses: a job (@data: char ***) that reads them; empty if the server never
 * ran */
gboolean shoal_tracker_load_addresses (ShoalConnection *connection, gpointer data, GError **error);

G_END_DECLS
