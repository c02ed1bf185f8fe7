/* shoal-tls.h: the one TLS policy: version 1.3, both certificates, pins instead of authorities
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-device-key.h"

G_BEGIN_DECLS

#define SHOAL_ALPN_TRACKER "shoal-rpc/1"
#define SHOAL_ALPN_PEER "http/1.1"

/** shoal_tls_init: fixes TLS 1.3 with Ed25519 signatures, the other side's too, for the whole
 * process; call first in main(), before any thread.
 * Sets G_TLS_GNUTLS_PRIORITY, loads the connection classes, unsets it again. Fails without
 * glib-networking. */
gboolean shoal_tls_init (GError **error);

/** shoal_tls_server_connection_new: a server side over @stream that asks for a client certificate,
 * loads no authorities and completes whatever key is shown. Returns: (transfer full) */
GTlsConnection *shoal_tls_server_connection_new (GIOStream *stream,
                                                 ShoalDeviceKey *key,
                                                 const char *const *alpn,
                                                 GError **error);

/** shoal_tls_check_peer: after the handshake: protocol is 1.3, a certificate was shown, and (unless
 * @pin is %NULL) its fingerprint is @pin. Returns: (transfer full): the fingerprint; else %NULL
 * with %SHOAL_ERROR_UNTRUSTED (another key) or %SHOAL_ERROR_DISCONNECTED */
char *shoal_tls_check_peer (GTlsConnection *connection, const char *pin, GError **error);

/** shoal_tls_connect_async: dials @addresses ("host:port") in order with RFC 8305 within each name,
 * shows
 * @key, and completes only if the other side shows the key @pin. TCP_NODELAY and keep-alive set;
 * time limit %SHOAL_CONNECT_TIMEOUT_S for each address in all. Another key is
 * %SHOAL_ERROR_UNTRUSTED and not tried further. Main thread. */
void shoal_tls_connect_async (const char *const *addresses,
                              ShoalDeviceKey *key,
                              const char *pin,
                              const char *alpn,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
/** shoal_tls_connect_finish: @address: (out) (optional): which of the addresses answered */
GTlsConnection *shoal_tls_connect_finish (GAsyncResult *result, char **address, GError **error);

/** shoal_tls_probe_async: asks which key a tracker shows, says nothing to it and closes: for
 * showing the key to the user before it is trusted */
void shoal_tls_probe_async (const char *const *addresses,
                            ShoalDeviceKey *key,
                            const char *alpn,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
/** shoal_tls_probe_finish: Returns: (transfer full): the fingerprint */
char *shoal_tls_probe_finish (GAsyncResult *result, GError **error);

G_END_DECLS
