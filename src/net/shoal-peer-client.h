/* shoal-peer-client.h: one blocking HTTP connection to one device, for a worker thread
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-device-key.h"
#include "shoal-token-bucket.h"

G_BEGIN_DECLS

/** ShoalPeerClient: a blocking SoupSession with at most one connection, kept alive between
 * requests; used by the thread that made it only (asserted), which has or gets its own pushed
 * GMainContext. */
typedef struct _ShoalPeerClient ShoalPeerClient;

/**
 * shoal_peer_client_new:
 * @key: our key
 * @fingerprint: the device; the pin, checked on the completed connection and on every message
 * @addresses: "literal:port" strings, best first; only literals with ports ≥ 1024 are dialled,
 * staggered by 250 ms (RFC 8305); an address where another key answers is skipped without alarm
 *
 * Does not connect yet.
 */
ShoalPeerClient *
shoal_peer_client_new (ShoalDeviceKey *key, const char *fingerprint, const char *const *addresses);
void shoal_peer_client_free (ShoalPeerClient *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalPeerClient, shoal_peer_client_free)

/**
 * shoal_peer_client_open:
 * @path: "/v1/…"
 * @expected: the exact length of the body if known (then any other Content-Length is
 *   %SHOAL_ERROR_CORRUPT), or -1
 * @max: ceiling of the body; a longer one is %SHOAL_ERROR_LIMIT
 * @cancellable: stops connecting and waiting at once
 * @length: (out): the body's length
 *
 * Sends a GET and waits for the headers. 404 is %SHOAL_ERROR_NOT_FOUND, 409 %SHOAL_ERROR_CHANGED,
 * 416 %SHOAL_ERROR_INVALID, 503 %SHOAL_ERROR_BUSY with its time; a refused, reset or timed-out
 * connection (also an end before the first byte) is %SHOAL_ERROR_DISCONNECTED; a wrong key
 * everywhere %SHOAL_ERROR_UNTRUSTED.
 */
gboolean shoal_peer_client_open (ShoalPeerClient *self,
                                 const char *path,
                                 gint64 expected,
                                 guint64 max,
                                 GCancellable *cancellable,
                                 guint64 *length,
                                 GError **error);

/** shoal_peer_client_read: reads exactly @size bytes of the body into @buffer; a body that ends
 * early is %SHOAL_ERROR_DISCONNECTED; no byte for %SHOAL_STALL_MS is %SHOAL_ERROR_DISCONNECTED too
 */
gboolean shoal_peer_client_read (
    ShoalPeerClient *self, gpointer buffer, gsize size, GCancellable *cancellable, GError **error);

/** shoal_peer_client_close_body: done with this body; if bytes are left the connection is dropped
 */
void shoal_peer_client_close_body (ShoalPeerClient *self);

/** shoal_peer_client_get: open + read all + close. Returns: (transfer full) */
GBytes *shoal_peer_client_get (ShoalPeerClient *self,
                               const char *path,
                               gint64 expected,
                               guint64 max,
                               GCancellable *cancellable,
                               GError **error);

/** shoal_peer_client_get_received: Returns: bytes of bodies that have come so far, also in the
 * middle of a read. Any thread */
guint64 shoal_peer_client_get_received (ShoalPeerClient *self);

/** shoal_peer_client_get_address: Returns: (nullable): the address in use, for the history */
const char *shoal_peer_client_get_address (ShoalPeerClient *self);

G_END_DECLS
