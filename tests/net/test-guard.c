/* test-guard.c: what a known device may not say to a peer, on the wire
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "net-test.h"
#include "shoal-limits.h"
#include "shoal-tls.h"

static char *
ask (NetTestServer *server, const char *text)
{
  g_autoptr (ShoalDeviceKey) key = net_test_key (2);
  g_autoptr (NetRaw) raw = net_raw_connect (server->port, key, NULL);

  g_assert_nonnull (raw);
  net_raw_send (raw, text);
  return net_raw_read_all (raw, NULL);
}

static void
assert_bad_request (NetTestServer *server, const char *text)
{
  g_autofree char *answer = ask (server, text);

  g_assert_cmpstr (answer, ==,
                   "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

static void
test_bad_requests (void)
{
  g_autoptr (NetTestServer) server = net_test_server_new ();

  assert_bad_request (server, "HEAD /v1/whole/5 HTTP/1.1\r\nHost: x\r\n\r\n");
  assert_bad_request (server, "POST /v1/whole/5 HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello");
  assert_bad_request (server, "GET /v1/whole/5?x HTTP/1.1\r\nHost: x\r\n\r\n");
  assert_bad_request (server, "GET /v1/whole/5 HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello");
  assert_bad_request (server, "GET /v1/whole/5 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
  assert_bad_request (server, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  g_assert_cmpuint (server->requests, ==, 0);
}

static void
test_endless_head (void)
{
  g_autoptr (NetTestServer) server = net_test_server_new ();
  g_autofree char *filler = g_strnfill (2 * SHOAL_MAX_HTTP_HEADER, 'a');
  g_autofree char *head = g_strconcat ("GET /v1/whole/5 HTTP/1.1\r\nA: ", filler, NULL);

  assert_bad_request (server, head);
  g_assert_cmpuint (server->requests, ==, 0);
}

static char *
without_date (const char *answer)
{
  g_autoptr (GRegex) regex = g_regex_new ("Date: [^\r]*\r\n", 0, 0, NULL);

  return g_regex_replace_literal (regex, answer, -1, 0, "", 0, NULL);
}

/* Two answers 404 are the same, whatever was asked; Range changes nothing. */
static void
test_same_bytes (void)
{
  g_autoptr (NetTestServer) server = net_test_server_new ();
  g_autofree char *one = ask (server, "GET /v1/status/404 HTTP/1.1\r\nConnection: close\r\n\r\n");
  g_autofree char *other = ask (
      server, "GET /v1/status/0404 HTTP/1.1\r\nHost: y\r\nX: z\r\nConnection: close\r\n\r\n");
  g_autofree char *one_text = without_date (one);
  g_autofree char *other_text = without_date (other);
  g_autofree char *ranged = ask (server, "GET /v1/whole/5 HTTP/1.1\r\nRange: bytes=1-2\r\n"
                                         "Connection: close\r\n\r\n");

  g_assert_true (g_str_has_prefix (one, "HTTP/1.1 404 Not Found\r\n"));
  g_assert_cmpstr (one_text, ==, other_text);
  g_assert_true (g_str_has_prefix (ranged, "HTTP/1.1 200 OK\r\n"));
  g_assert_nonnull (strstr (ranged, "Content-Length: 5\r\n"));
}

/* Requests sent together are answered one after the other. */
static void
test_pipelined (void)
{
  g_autoptr (NetTestServer) server = net_test_server_new ();
  g_autofree char *answer = ask (server, "GET /v1/status/404 HTTP/1.1\r\n\r\n"
                                         "GET /v1/stream/70000 HTTP/1.1\r\n\r\n"
                                         "GET /v1/status/409 HTTP/1.1\r\nConnection: close\r\n\r\n"
                                         "GET /v1/status/416 HTTP/1.1\r\n\r\n");
  const char *first = strstr (answer, " 404 ");
  const char *last = g_strstr_len (answer, -1, "Content-Length: 70000");

  g_assert_nonnull (first);
  g_assert_nonnull (last);
  g_assert_true (first < last);
  g_assert_cmpuint (server->requests, ==, 3);
}

/* Also when more was sent at once than is read at a time: TLS holds the rest, and the socket has
 * nothing more to tell of it. */
static void
test_many_pipelined (void)
{
  const guint n = 50;
  g_autoptr (NetTestServer) server = net_test_server_new ();
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append (text, "GET /v1/status/404 HTTP/1.1\r\nHost: somewhere.example\r\n\r\n");
  g_assert_cmpuint (text->len, >, 2 * 1024);
  g_string_append (text, "GET /v1/status/409 HTTP/1.1\r\nConnection: close\r\n\r\n");

  g_autofree char *answer = ask (server, text->str);
  guint found = 0;

  for (const char *p = answer; (p = strstr (p, "HTTP/1.1 404 ")) != NULL; p++)
    found++;
  g_assert_cmpuint (found, ==, n);
  g_assert_nonnull (strstr (answer, "HTTP/1.1 409 "));
}

/* A head that comes byte by byte is a head. */
static void
test_slow_head (void)
{
  g_autoptr (NetTestServer) server = net_test_server_new ();
  g_autoptr (ShoalDeviceKey) key = net_test_key (2);
  g_autoptr (NetRaw) raw = net_raw_connect (server->port, key, NULL);
  const char *text = "GET /v1/whole/0 HTTP/1.1\r\nConnection: close\r\n\r\n";

  for (const char *p = text; *p != '\0'; p++)
    {
      const char byte[] = { *p, '\0' };

      net_raw_send (raw, byte);
    }
  g_autofree char *answer = net_raw_read_all (raw, NULL);
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 200 OK\r\n"));
}

/* Who asks for much and reads nothing costs two chunks, and is let go when the server stops. */
static void
test_never_reads (void)
{
  g_autoptr (NetTestServer) server = net_test_server_new ();
  g_autoptr (ShoalDeviceKey) key = net_test_key (2);
  g_autoptr (NetRaw) raw = net_raw_connect (server->port, key, NULL);

  net_raw_send (raw, "GET /v1/stream/100000000000 HTTP/1.1\r\n\r\n");
  /* Others are served meanwhile. */
  g_autofree char *answer
      = ask (server, "GET /v1/status/404 HTTP/1.1\r\nConnection: close\r\n\r\n");
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 404"));
  shoal_peer_server_stop (server->server);
  g_assert_cmpuint (server->done, ==, 1);
  g_assert_cmpuint (server->complete, ==, 0);
  g_assert_cmpuint (server->sent, <, 64 * SHOAL_MIB);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  g_assert_true (shoal_tls_init (&error));
  g_test_add_func ("/guard/bad-requests", test_bad_requests);
  g_test_add_func ("/guard/endless-head", test_endless_head);
  g_test_add_func ("/guard/same-bytes", test_same_bytes);
  g_test_add_func ("/guard/pipelined", test_pipelined);
  g_test_add_func ("/guard/many-pipelined", test_many_pipelined);
  g_test_add_func ("/guard/slow-head", test_slow_head);
  g_test_add_func ("/guard/never-reads", test_never_reads);
  return g_test_run ();
}
