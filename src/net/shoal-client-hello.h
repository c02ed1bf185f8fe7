/* shoal-client-hello.h: is the first message of a TLS handshake there as a whole?
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  SHOAL_CLIENT_HELLO_WHOLE, /* all of it is there */
  SHOAL_CLIENT_HELLO_MORE,  /* more bytes have to come */
  SHOAL_CLIENT_HELLO_BAD,   /* not TLS, or too long */
} ShoalClientHello;

/** shoal_client_hello_check: looks at the framing of the first @size bytes of a connection, at
 * nothing inside. @needed: (out): with MORE, how many bytes from the beginning must be there before
 * asking again; always more than @size and at most %SHOAL_MAX_CLIENT_HELLO */
ShoalClientHello shoal_client_hello_check (const guint8 *data, gsize size, gsize *needed);

G_END_DECLS
