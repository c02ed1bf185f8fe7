/* shoal-tls-private.h: what the parts of net/ share about TLS
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-tls.h"

G_BEGIN_DECLS

/** shoal_tls_client_connection_new: a client side over @stream; it completes with nobody until an
 * accept-certificate handler says so. Returns: (transfer full) */
GTlsConnection *shoal_tls_client_connection_new (GIOStream *stream,
                                                 ShoalDeviceKey *key,
                                                 const char *alpn,
                                                 GError **error);

/** shoal_tls_set_wrong_key_error: %SHOAL_ERROR_UNTRUSTED with both keys */
void shoal_tls_set_wrong_key_error (GError **error, const char *fingerprint, const char *pin);

G_END_DECLS
