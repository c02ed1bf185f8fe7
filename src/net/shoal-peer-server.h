/* shoal-peer-server.h: serves HTTP to known devices in a thread of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-device-key.h"
#include "shoal-token-bucket.h"

G_BEGIN_DECLS

/** ShoalPeerServer: a SoupServer without a socket of its own behind a ShoalListener, in one thread
 * with its own GMainContext. What is served is decided by the handler. Public calls come from the
 * main thread unless stated. */
#define SHOAL_TYPE_PEER_SERVER (shoal_peer_server_get_type ())
G_DECLARE_FINAL_TYPE (ShoalPeerServer, shoal_peer_server, SHOAL, PEER_SERVER, GObject)

/** ShoalPeerRequest: one GET; used on the server's thread until one of the answers has been given,
 * which may come later and from any thread. Exactly one answer. Reference counted. */
typedef struct _ShoalPeerRequest ShoalPeerRequest;

/** ShoalPeerHandler: called on the server's thread for each well-formed GET without a body under
 * "/v1/"; must not block; takes over nothing but may keep a reference to answer later */
typedef void (*ShoalPeerHandler) (ShoalPeerServer *server,
                                  ShoalPeerRequest *request,
                                  gpointer user_data);

/** ShoalPeerReadFunc: fills @buffer with exactly @length bytes of the body at @offset; called in
 * order from a reading thread, never twice at once for one request. On failure the connection is
 * cut, so that the other side sees a short body, never wrong bytes called complete. */
typedef gboolean (*ShoalPeerReadFunc) (
    gpointer data, guint64 offset, guint8 *buffer, gsize length, GError **error);

/** ShoalPeerReadNowFunc: the same without waiting for a disk; called on the server's thread,
 * instead of a #ShoalPeerReadFunc and never at the same time. Returns: whether all of it was there;
 * if not, the reading thread is asked, which then tells what is wrong. */
typedef gboolean (*ShoalPeerReadNowFunc) (gpointer data,
                                          guint64 offset,
                                          guint8 *buffer,
                                          gsize length);

/** ShoalPeerDoneFunc: called once on the server's thread when the answer has been sent or has
 * failed:
 * @sent: bytes of the body that were written */
typedef void (*ShoalPeerDoneFunc) (gpointer data, guint64 sent, gboolean complete);

/** shoal_peer_server_new: @handler: called in the server's thread for each request that has passed
 * the guard; it answers now or later */
ShoalPeerServer *
shoal_peer_server_new (ShoalDeviceKey *key, ShoalPeerHandler handler, gpointer user_data);

/** shoal_peer_server_start: starts the thread and listens on all addresses. @address: (nullable):
 * one literal instead (tests: "127.0.0.1"). @port: wished port, or 0; if taken, any free one.
 * @bound: (out): the real port */
gboolean shoal_peer_server_start (
    ShoalPeerServer *self, const char *address, guint16 port, guint16 *bound, GError **error);
/** shoal_peer_server_stop: closes everything and joins the thread */
void shoal_peer_server_stop (ShoalPeerServer *self);

/** shoal_peer_server_set_known: as shoal_listener_set_known(); connections of devices that are no
 * longer known are closed at once. Any thread. */
void shoal_peer_server_set_known (ShoalPeerServer *self,
                                  GHashTable *fingerprints,
                                  GHashTable *addresses);

/** shoal_peer_server_set_patience: before it starts: after how long without progress a connection
 * is closed (else %SHOAL_SERVE_IDLE_MS), and after how long its place may be taken by a new one of
 * the same device (else %SHOAL_STALE_CONNECTION_MS) */
void shoal_peer_server_set_patience (ShoalPeerServer *self, guint idle_ms, guint stale_ms);

/** shoal_peer_server_set_limit: @bucket: (nullable): upload rate over all connections */
void shoal_peer_server_set_limit (ShoalPeerServer *self, ShoalTokenBucket *bucket);

ShoalPeerRequest *shoal_peer_request_ref (ShoalPeerRequest *self);
void shoal_peer_request_unref (ShoalPeerRequest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalPeerRequest, shoal_peer_request_unref)

/** shoal_peer_request_get_device: Returns: the fingerprint of the device that asks */
const char *shoal_peer_request_get_device (ShoalPeerRequest *self);
/** shoal_peer_request_set_party: requests of one party, of however many devices and connections,
 * share the upload limit as one. Before it is answered; a device is a party of its own. */
void shoal_peer_request_set_party (ShoalPeerRequest *self, const char *party);
/** shoal_peer_request_get_path: Returns: the path as sent, no query, checked to be printable ASCII
 * of [a-z0-9/-] and at most 256 bytes */
const char *shoal_peer_request_get_path (ShoalPeerRequest *self);

/** shoal_peer_request_respond: a whole answer: @status 200 with @body, or 404, 409, 416 with none,
 * or 400, after which the connection ends. Equal statuses look equal to the byte. */
void shoal_peer_request_respond (ShoalPeerRequest *self, guint status, GBytes *body);
/** shoal_peer_request_respond_busy: 503 with Retry-After: @seconds */
void shoal_peer_request_respond_busy (ShoalPeerRequest *self, guint seconds);
/** shoal_peer_request_respond_stream: 200 with a body of @length bytes (≥ 1) read in chunks of
 * 256 KiB to 1 MiB, at the upload limit, through @read_now (nullable) as long as that can, and then
 * through @read; @data is freed with @destroy after @done */
void shoal_peer_request_respond_stream (ShoalPeerRequest *self,
                                        guint64 length,
                                        ShoalPeerReadFunc read,
                                        ShoalPeerReadNowFunc read_now,
                                        ShoalPeerDoneFunc done,
                                        gpointer data,
                                        GDestroyNotify destroy);

G_END_DECLS
