/* net-test.h: a server and clients for the tests of net/
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-peer-client.h"
#include "shoal-peer-server.h"

/** net_test_key: Returns: (transfer full): the throw-away key of a number */
ShoalDeviceKey *net_test_key (guint8 number);
/** net_test_set: Returns: (transfer full): a set of the strings, up to NULL */
GHashTable *net_test_set (const char *first, ...) G_GNUC_NULL_TERMINATED;
/** net_test_wait: iterates the main context until @done says so; fails after 60 s */
void net_test_wait (gboolean (*done) (gpointer data), gpointer data);
/** net_test_byte: what stands at an offset of every test body */
guint8 net_test_byte (guint64 offset);

/** NetTestServer: a peer server on loopback with the key 1 that knows the key 2 and answers:
 * /v1/whole/N: N bytes at once; /v1/stream/N: N bytes read piece by piece; /v1/fail/N: a stream of
 * 1 MiB whose reading fails at offset N; /v1/status/N; /v1/busy; /v1/later: kept in @held;
 * /v1/drop: never answered. */
typedef struct
{
  ShoalPeerServer *server;
  char *address; /* for a client */
  guint16 port;
  char *fingerprint;

  GMutex mutex; /* for what follows */
  guint requests;
  guint done;
  guint complete;
  guint64 sent;
  ShoalPeerRequest *held;
} NetTestServer;

NetTestServer *net_test_server_new (void);
/** net_test_server_new_with_patience: see shoal_peer_server_set_patience() */
NetTestServer *net_test_server_new_with_patience (guint idle_ms, guint stale_ms);
void net_test_server_free (NetTestServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NetTestServer, net_test_server_free)
/** net_test_server_client: Returns: (transfer full): a client with the key @number */
ShoalPeerClient *net_test_server_client (NetTestServer *self, guint8 number);
/** net_test_server_count: Returns: one of the guints above, read safely */
guint net_test_server_count (NetTestServer *self, const guint *counter);

/** NetRaw: a TLS client of GnuTLS itself, for what our own would never do */
typedef struct _NetRaw NetRaw;

/** net_raw_connect: @key: (nullable): shown as certificate; @priority: (nullable): GnuTLS's, for
 * older versions. Returns: (transfer full) (nullable): NULL if the handshake failed */
NetRaw *net_raw_connect (guint16 port, ShoalDeviceKey *key, const char *priority);
/** net_raw_connect_rsa: the same with an RSA key, which no device of ours has */
NetRaw *net_raw_connect_rsa (guint16 port);
/** net_raw_accept_rsa: a server with such a key, for the next connection to @listening. Returns:
 * (transfer full) (nullable): NULL if the handshake failed */
NetRaw *net_raw_accept_rsa (GSocket *listening);
void net_raw_free (NetRaw *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NetRaw, net_raw_free)
void net_raw_send (NetRaw *self, const char *text);
/** net_raw_read_all: Returns: (transfer full): what comes until the end. @clean: (out) (optional):
 * whether the end was a close_notify */
char *net_raw_read_all (NetRaw *self, gboolean *clean);

/** net_tcp_connect: Returns: a connected blocking socket to loopback */
int net_tcp_connect (guint16 port);
/** net_tcp_is_closed: waits for the other side to close @fd, 60 s at most. Returns: whether it did
 */
gboolean net_tcp_is_closed (int fd);
/** net_send_hello: sends the ClientHello of a TLS handshake, and no more */
void net_send_hello (int fd);
