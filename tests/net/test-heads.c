/* test-heads.c: the two things that strangers and peers can say to us: a ClientHello and a head
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "shoal-client-hello.h"
#include "shoal-connect-race.h"
#include "shoal-limits.h"
#include "shoal-request-head.h"
#include "shoal-socket.h"

#define REST " HTTP/1.1\r\n\r\n"

/* ---- Heads ---------------------------------------------------------------------------------- */

static const struct
{
  const char *head;
  const char *path;
  gboolean close;
} good[] = {
  { "GET /v1/have/00ff" REST, "/v1/have/00ff", FALSE },
  { "GET /v1/" REST, "/v1/", FALSE },
  { "GET /v1/pieces/ab/0-64 HTTP/1.1\r\nHost: 127.0.0.1:20000\r\nAccept-Encoding: gzip\r\n\r\n",
    "/v1/pieces/ab/0-64", FALSE },
  { "GET /v1/x HTTP/1.1\r\nConnection: close\r\n\r\n", "/v1/x", TRUE },
  { "GET /v1/x HTTP/1.1\r\nconnection:   Close  \r\n\r\n", "/v1/x", TRUE },
  { "GET /v1/x HTTP/1.1\r\nConnection: Keep-Alive\r\n\r\n", "/v1/x", FALSE },
  { "GET /v1/x HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "/v1/x", FALSE },
  { "GET /v1/x HTTP/1.1\r\nRange: bytes=0-1\r\nX: \r\n\r\n", "/v1/x", FALSE },
  { "GET /v1/x HTTP/1.1\r\nX:\xc3\xa9\r\n\r\n", "/v1/x", FALSE },
};

static const char *const bad[] = {
  "\r\n\r\n",
  "GET /v1/x\r\n\r\n",
  "GET  /v1/x" REST,
  "GET /v1/x  HTTP/1.1\r\n\r\n",
  "GET /v1/x HTTP/1.0\r\n\r\n",
  "GET /v1/x HTTP/1.10\r\n\r\n",
  "GET /v1/x HTTP/2.0\r\n\r\n",
  "get /v1/x" REST,
  "HEAD /v1/x" REST,
  "POST /v1/x" REST,
  "PUT /v1/x" REST,
  "DELETE /v1/x" REST,
  "CONNECT a:1" REST,
  "OPTIONS *" REST,
  "GET *" REST,
  "GET http://x/v1/x" REST,
  "GET /" REST,
  "GET /v1" REST,
  "GET /v2/x" REST,
  "GET /v1/x?y" REST,
  "GET /v1/%41" REST,
  "GET /v1/../x" REST,
  "GET /v1/X" REST,
  "GET /v1/x\t" REST,
  " GET /v1/x" REST,
  "\r\nGET /v1/x" REST,
  "GET /v1/x HTTP/1.1\r\nContent-Length: 1\r\n\r\n",
  "GET /v1/x HTTP/1.1\r\nContent-Length: +0\r\n\r\n",
  "GET /v1/x HTTP/1.1\r\nContent-Length: 0, 5\r\n\r\n",
  "GET /v1/x HTTP/1.1\r\nContent-Length:\r\n\r\n",
  "GET /v1/x HTTP/1.1\r\ncontent-length: 18446744073709551616\r\n\r\n",
  "GET /v1/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
  "GET /v1/x HTTP/1.1\r\ntransfer-encoding: identity\r\n\r\n",
  "GET /v1/x HTTP/1.1\r\nExpect: 100-continue\r\n\r\n",
  "GET /v1/x HTTP/1.1\r\nno colon\r\n\r\n",
  "GET /v1/x HTTP/1.1\r\n: no name\r\n\r\n",
  "GET /v1/x HTTP/1.1\r\nTwo words: x\r\n\r\n",
  "GET /v1/x HTTP/1.1\r\nContent-Length : 5\r\n\r\n",
  "GET /v1/x HTTP/1.1\r\nA: b\r\n folded\r\n\r\n",
  "GET /v1/x HTTP/1.1\r\nA: b\nC: d\r\n\r\n",
  "GET /v1/x HTTP/1.1\r\nA: b\rC: d\r\n\r\n",
  "GET /v1/x HTTP/1.1\r\nA: \x01\r\n\r\n",
  "GET /v1/x HTTP/1.1\nA: b\r\n\r\n",
};

static void
test_good_heads (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      gsize size = strlen (good[i].head);
      g_autofree char *path = NULL;
      gboolean close = !good[i].close;

      g_assert_cmpuint (shoal_request_head_find_end (good[i].head, size), ==, size);
      g_assert_cmpuint (shoal_request_head_find_end (good[i].head, size - 1), ==, 0);
      g_assert_true (shoal_request_head_check (good[i].head, size, &path, &close));
      g_assert_cmpstr (path, ==, good[i].path);
      g_assert_cmpint (close, ==, good[i].close);
    }
}

static void
test_bad_heads (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *path = NULL;
      g_autofree char *shown = g_strescape (bad[i], NULL);
      gboolean close = FALSE;

      g_test_message ("%s", shown);
      g_assert_false (shoal_request_head_check (bad[i], strlen (bad[i]), &path, &close));
      g_assert_null (path);
    }
}

static void
test_odd_heads (void)
{
  static const char nul[] = "GET /v1/x HTTP/1.1\r\nA: b\0c\r\n\r\n";
  static const char nul_name[] = "GET /v1/x HTTP/1.1\r\nA\0: b\r\n\r\n";
  g_autofree char *digits = g_strnfill (SHOAL_MAX_HTTP_PATH - 4, '0');
  g_autofree char *longest = g_strconcat ("GET /v1/", digits, REST, NULL);
  g_autofree char *too_long = g_strconcat ("GET /v1/0", digits, REST, NULL);
  g_autofree char *path = NULL;
  gboolean close = FALSE;

  g_assert_true (shoal_request_head_check (longest, strlen (longest), &path, &close));
  g_assert_cmpuint (strlen (path), ==, SHOAL_MAX_HTTP_PATH);
  g_clear_pointer (&path, g_free);
  g_assert_false (shoal_request_head_check (too_long, strlen (too_long), &path, &close));
  g_assert_false (shoal_request_head_check (nul, sizeof nul - 1, &path, &close));
  g_assert_false (shoal_request_head_check (nul_name, sizeof nul_name - 1, &path, &close));
  g_assert_false (shoal_request_head_check ("", 0, &path, &close));
  g_assert_cmpuint (shoal_request_head_find_end (NULL, 0), ==, 0);
}

/* ---- ClientHello ---------------------------------------------------------------------------- */

static void
add_record (GByteArray *array, gsize length)
{
  const guint8 header[] = { 22, 3, 1, (guint8) (length >> 8), (guint8) length };

  g_byte_array_append (array, header, sizeof header);
  for (gsize i = 0; i < length; i++)
    g_byte_array_append (array, (const guint8 *) "", 1);
}

/* A message of @size bytes, in records of @record bytes */
static GByteArray *
make_hello (gsize size, gsize record)
{
  GByteArray *array = g_byte_array_new ();
  const guint8 header[]
      = { 1, (guint8) ((size - 4) >> 16), (guint8) ((size - 4) >> 8), (guint8) (size - 4) };

  for (gsize left = size; left > 0; left -= MIN (left, record))
    add_record (array, MIN (left, record));
  /* The message's own header stands across the first records. */
  for (gsize i = 0; i < sizeof header; i++)
    array->data[5 + i + 5 * (i / record)] = header[i];
  return array;
}

/* However the bytes arrive, each answer names a later point, and the last one is "whole". */
static void
check_hello (gsize size, gsize record)
{
  g_autoptr (GByteArray) hello = make_hello (size, record);
  gsize have = 0;

  for (;;)
    {
      gsize needed = 0;
      ShoalClientHello check = shoal_client_hello_check (hello->data, have, &needed);

      if (check == SHOAL_CLIENT_HELLO_WHOLE)
        break;
      g_assert_cmpint (check, ==, SHOAL_CLIENT_HELLO_MORE);
      g_assert_cmpuint (needed, >, have);
      g_assert_cmpuint (needed, <=, hello->len);
      have = needed;
    }
  g_assert_cmpuint (have, ==, hello->len);
}

static void
test_hello (void)
{
  check_hello (300, 16384);
  check_hello (4, 16384);
  check_hello (2000, 500);
  check_hello (40, 1);
  check_hello (9, 3);
  check_hello (SHOAL_MAX_CLIENT_HELLO - 5, 16384);
}

static void
test_bad_hello (void)
{
  static const struct
  {
    guint8 bytes[9];
    gsize size;
  } cases[] = {
    { { 'G', 'E', 'T', ' ', '/' }, 5 },
    { { 0, 0, 0, 0, 0 }, 5 },
    { { 23, 3, 1, 0, 4 }, 5 },             /* not a handshake */
    { { 22, 2, 0, 0, 4 }, 5 },             /* an old version */
    { { 22, 3, 1, 0, 0 }, 5 },             /* an empty record */
    { { 22, 3, 1, 0x40, 1 }, 5 },          /* a record that is too long */
    { { 22, 3, 1, 0x40, 0 }, 5 },          /* one that we would not peek whole */
    { { 22, 3, 1, 0, 4, 2, 0, 0, 0 }, 9 }, /* a ServerHello */
    { { 22, 3, 1, 0, 4, 1, 1, 0, 0 }, 9 }, /* a message that is too long */
    { { 22, 3, 1, 0, 4, 1, 255, 255, 255 }, 9 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gsize needed = 0;

      g_assert_cmpint (shoal_client_hello_check (cases[i].bytes, cases[i].size, &needed), ==,
                       SHOAL_CLIENT_HELLO_BAD);
    }
}

/* ---- Addresses ------------------------------------------------------------------------------ */

static void
assert_name (const char *literal, const char *name)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (literal);
  g_autofree char *made = shoal_address_name (address);

  g_assert_cmpstr (made, ==, name);
}

static void
test_address_names (void)
{
  assert_name ("192.0.2.1", "192.0.2.1");
  assert_name ("2001:db8:1:2:3:4:5:6", "20010db800010002");
  assert_name ("2001:db8:1:2::1", "20010db800010002");
  assert_name ("2001:db8:1:3::1", "20010db800010003");
  assert_name ("::1", "0000000000000000");
}

static void
test_peer_addresses (void)
{
  static const char *const refused[] = { "",
                                         ":",
                                         "1",
                                         "127.0.0.1",
                                         "127.0.0.1:",
                                         "127.0.0.1:1023",
                                         "h:20000",
                                         ":20000",
                                         "[]:20000",
                                         "::1:20000",
                                         "[127.0.0.1]:2000",
                                         "127.0.0.1:65536",
                                         "[::1]",
                                         "[::1:2000",
                                         "[::1%lo]:2000",
                                         "1.2.3:2000",
                                         "127.0.0.1:2000x",
                                         " 127.0.0.1:2000" };

  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    g_assert_null (shoal_parse_peer_address (refused[i]));

  g_autoptr (GInetSocketAddress) v4 = shoal_parse_peer_address ("192.0.2.1:1024");
  g_autoptr (GInetSocketAddress) v6 = shoal_parse_peer_address ("[2001:db8::1]:65535");
  g_assert_nonnull (v4);
  g_assert_nonnull (v6);
  g_assert_cmpuint (g_inet_socket_address_get_port (v4), ==, 1024);
  g_assert_cmpuint (g_inet_socket_address_get_port (v6), ==, 65535);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/heads/good", test_good_heads);
  g_test_add_func ("/heads/bad", test_bad_heads);
  g_test_add_func ("/heads/odd", test_odd_heads);
  g_test_add_func ("/heads/hello", test_hello);
  g_test_add_func ("/heads/bad-hello", test_bad_hello);
  g_test_add_func ("/heads/address-names", test_address_names);
  g_test_add_func ("/heads/peer-addresses", test_peer_addresses);
  return g_test_run ();
}
