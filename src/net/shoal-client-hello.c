/* shoal-client-hello.c: is the first message of a TLS handshake there as a whole?
 *
 * RFC 8446, 5.1: records of five bytes of header (type, version, length) and up to 2^14 bytes; the
 * message may be spread over several. Its own header is four bytes (type, length).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-listener"

#include "config.h"

#include "shoal-client-hello.h"

#include "shoal-limits.h"

#define RECORD_HEADER 5
#define RECORD_HANDSHAKE 22
#define MAX_RECORD (1 << 14)
#define MESSAGE_HEADER 4
#define MESSAGE_CLIENT_HELLO 1

static ShoalClientHello
need (gsize bytes, gsize *needed)
{
  *needed = bytes;
  return bytes <= SHOAL_MAX_CLIENT_HELLO ? SHOAL_CLIENT_HELLO_MORE : SHOAL_CLIENT_HELLO_BAD;
}

ShoalClientHello
shoal_client_hello_check (const guint8 *data, gsize size, gsize *needed)
{
  guint8 header[MESSAGE_HEADER];
  gsize collected = 0; /* bytes of the message in the records so far */
  gsize position = 0;

  *needed = 0;
  for (;;)
    {
      if (size < position + RECORD_HEADER)
        return need (position + RECORD_HEADER, needed);

      const guint8 *record = data + position;
      gsize length = (gsize) record[3] << 8 | record[4];
      if (record[0] != RECORD_HANDSHAKE || record[1] != 3 || length == 0 || length > MAX_RECORD)
        return SHOAL_CLIENT_HELLO_BAD;

      gsize end = position + RECORD_HEADER + length;
      if (size < end)
        return need (end, needed);
      for (gsize i = 0; i < length && collected + i < MESSAGE_HEADER; i++)
        header[collected + i] = record[RECORD_HEADER + i];
      collected += length;
      position = end;

      if (collected < MESSAGE_HEADER)
        continue;
      gsize total
          = MESSAGE_HEADER + ((gsize) header[1] << 16 | (gsize) header[2] << 8 | (gsize) header[3]);
      if (header[0] != MESSAGE_CLIENT_HELLO || total > SHOAL_MAX_CLIENT_HELLO)
        return SHOAL_CLIENT_HELLO_BAD;
      if (collected >= total)
        return SHOAL_CLIENT_HELLO_WHOLE;
    }
}
