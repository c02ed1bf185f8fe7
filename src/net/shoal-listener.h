/* shoal-listener.h: the guard before every listener: no stranger's byte reaches a parser
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-device-key.h"

G_BEGIN_DECLS

/** ShoalListener: accepts, waits (peeking) for a whole ClientHello, completes the handshake in one
 * of a few slots within a time limit, compares the key, and hands the connection over. See WIRE.md
 * §2. Lives in the thread-default main context it was created in; all calls but set_known() come
 * from that thread. */
#define SHOAL_TYPE_LISTENER (shoal_listener_get_type ())
G_DECLARE_FINAL_TYPE (ShoalListener, shoal_listener, SHOAL, LISTENER, GObject)

/** ShoalListenerFunc: @connection is complete, TLS 1.3; @fingerprint is the client's key; @remote
 * its address. Take a reference to keep it. */
typedef void (*ShoalListenerFunc) (ShoalListener *self,
                                   GTlsConnection *connection,
                                   const char *fingerprint,
                                   GInetSocketAddress *remote,
                                   gpointer user_data);

/** ShoalListenerConfig: copied by shoal_listener_new() */
typedef struct
{
  const char *const *alpn;
  gboolean known_only; /* refuse keys that are not known, after the handshake, with close_notify */
  guint max_connections; /* in total; accepting stops there */
  guint max_per_address; /* established; IPv6 by /64, and four times as many by /48 */
  /* In handshake, and as many not shoal_listener_connection_settled() yet, in total; a quarter is
   * for addresses that are known. */
  guint max_strangers;
  guint max_strangers_per_address;
  const char *last_words; /* (nullable): static: what a stranger is told for whom there is no room
                             after the handshake */
  guint handshake_timeout_ms;
} ShoalListenerConfig;

ShoalListener *shoal_listener_new (ShoalDeviceKey *key,
                                   const ShoalListenerConfig *config,
                                   ShoalListenerFunc callback,
                                   gpointer user_data);

/** shoal_listener_listen: @address: "127.0.0.1", "::", "0.0.0.0", or %NULL for all (dual-stack);
 * @port: 0 for any free. Backlog 512. @bound: (out) (optional): the real port. */
gboolean shoal_listener_listen (
    ShoalListener *self, const char *address, guint16 port, guint16 *bound, GError **error);

/** shoal_listener_set_known: the roster: @fingerprints: a set of hex strings, @addresses: a set of
 * literals (both may be %NULL); immutable from now on, swapped atomically, from any thread. Half of
 * the handshake slots are kept for @addresses. A device of @fingerprints counts as settled after
 * its handshake, up to %SHOAL_MAX_CONNECTIONS_PER_DEVICE that have not signed in. */
void
shoal_listener_set_known (ShoalListener *self, GHashTable *fingerprints, GHashTable *addresses);

/** shoal_listener_connection_settled: the connection has signed in: it no longer counts as a
 * stranger */
void shoal_listener_connection_settled (ShoalListener *self, GTlsConnection *connection);
/** shoal_listener_connection_busy: a request of a stranger is under way, or not any more: only
 * those who are idle make room for others, by an end of their connection */
void
shoal_listener_connection_busy (ShoalListener *self, GTlsConnection *connection, gboolean busy);
/** shoal_listener_connection_closed: must be called once for each connection handed over, when it
 * ends */
void shoal_listener_connection_closed (ShoalListener *self, GTlsConnection *connection);
/** shoal_listener_stop: closes the sockets and drops handshakes under way */
void shoal_listener_stop (ShoalListener *self);

G_END_DECLS
