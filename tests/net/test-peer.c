/* test-peer.c: a peer serves another: bodies, failures, limits, and who may ask
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "net-test.h"
#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-tls.h"

static void
assert_body (GBytes *body, gsize size)
{
  gsize length = 0;
  const guint8 *data = g_bytes_get_data (body, &length);

  g_assert_cmpuint (length, ==, size);
  for (gsize i = 0; i < size; i++)
    if (data[i] != net_test_byte (i))
      g_error ("Byte %" G_GSIZE_FORMAT " is wrong", i);
}

static void
assert_get (ShoalPeerClient *client, const char *path, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = shoal_peer_client_get (client, path, (gint64) size, size, NULL, &error);

  g_assert_no_error (error);
  assert_body (body, size);
}

static void
assert_refused (ShoalPeerClient *client, const char *path, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (shoal_peer_client_get (client, path, -1, SHOAL_MIB, NULL, &error));
  g_assert_error (error, SHOAL_ERROR, code);
}

/* Without connections left, requests ended and all done functions have run. */
static gboolean
is_done (gpointer data)
{
  NetTestServer *server = data;

  if (net_test_server_count (server, &server->done) > 0)
    return TRUE;
  g_usleep (1000);
  g_main_context_wakeup (NULL);
  return FALSE;
}

static gboolean
is_held (gpointer data)
{
  NetTestServer *server = data;

  g_mutex_lock (&server->mutex);
  gboolean held = server->held != NULL;
  g_mutex_unlock (&server->mutex);
  if (held)
    return TRUE;
  g_usleep (1000);
  g_main_context_wakeup (NULL);
  return FALSE;
}

static void
test_bodies (void)
{
  static const gsize sizes[] = { 1,
                                 2,
                                 16383,
                                 16384,
                                 16385,
                                 SHOAL_SERVE_CHUNK - 1,
                                 SHOAL_SERVE_CHUNK,
                                 SHOAL_SERVE_CHUNK + 1,
                                 3 * SHOAL_SERVE_CHUNK + 7,
                                 8 * SHOAL_MIB };
  g_autoptr (NetTestServer) server = net_test_server_new ();
  g_autoptr (ShoalPeerClient) client = net_test_server_client (server, 2);

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *whole = g_strdup_printf ("/v1/whole/%" G_GSIZE_FORMAT, sizes[i]);
      g_autofree char *stream = g_strdup_printf ("/v1/stream/%" G_GSIZE_FORMAT, sizes[i]);
      g_autofree char *cached = g_strdup_printf ("/v1/cached/%" G_GSIZE_FORMAT, sizes[i]);
      g_autofree char *half = g_strdup_printf ("/v1/half/%" G_GSIZE_FORMAT, sizes[i]);

      assert_get (client, whole, sizes[i]);
      assert_get (client, stream, sizes[i]);
      assert_get (client, cached, sizes[i]);
      assert_get (client, half, sizes[i]);
      g_assert_cmpstr (shoal_peer_client_get_address (client), ==, server->address);
    }
  assert_get (client, "/v1/whole/0", 0);
  g_assert_cmpuint (server->requests, ==, 4 * G_N_ELEMENTS (sizes) + 1);
}

static void
test_read_in_pieces (void)
{
  g_autoptr (NetTestServer) server = net_test_server_new ();
  g_autoptr (ShoalPeerClient) client = net_test_server_client (server, 2);
  g_autoptr (GError) error = NULL;
  guint64 length = 0;
  guint64 offset = 0;
  guint8 data[7777];

  g_assert_true (
      shoal_peer_client_open (client, "/v1/stream/1000000", -1, 1000000, NULL, &length, &error));
  g_assert_cmpuint (length, ==, 1000000);
  while (offset < length)
    {
      gsize size = (gsize) MIN (sizeof data, length - offset);

      g_assert_true (shoal_peer_client_read (client, data, size, NULL, &error));
      for (gsize i = 0; i < size; i++)
        g_assert_cmpuint (data[i], ==, net_test_byte (offset + i));
      offset += size;
    }
  shoal_peer_client_close_body (client);
  net_test_wait (is_done, server);
  g_assert_cmpuint (server->complete, ==, 1);
  g_assert_cmpuint (server->sent, ==, 1000000);
}

static void
test_statuses (void)
{
  g_autoptr (NetTestServer) server = net_test_server_new ();
  g_autoptr (ShoalPeerClient) client = net_test_server_client (server, 2);
  g_autoptr (GError) error = NULL;

  assert_refused (client, "/v1/status/404", SHOAL_ERROR_NOT_FOUND);
  assert_refused (client, "/v1/status/409", SHOAL_ERROR_CHANGED);
  assert_refused (client, "/v1/status/416", SHOAL_ERROR_INVALID);
  g_assert_null (shoal_peer_client_get (client, "/v1/busy", -1, 10, NULL, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_BUSY);
  g_assert_cmpint (shoal_error_get_retry_ms (error), ==, 7000);
  /* and the connection goes on */
  assert_get (client, "/v1/whole/5", 5);
}

static void
test_lengths (void)
{
  g_autoptr (NetTestServer) server = net_test_server_new ();
  g_autoptr (ShoalPeerClient) client = net_test_server_client (server, 2);
  g_autoptr (GError) error = NULL;

  g_assert_null (shoal_peer_client_get (client, "/v1/stream/100", 99, 1000, NULL, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_CORRUPT);
  g_clear_error (&error);
  g_assert_null (shoal_peer_client_get (client, "/v1/stream/100", 101, 1000, NULL, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_CORRUPT);
  g_clear_error (&error);
  g_assert_null (shoal_peer_client_get (client, "/v1/stream/100", -1, 99, NULL, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_LIMIT);
  assert_get (client, "/v1/stream/100", 100);
}

static void
test_short_body (void)
{
  static const char *const paths[] = { "/v1/fail/0", "/v1/fail/600000" };

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (NetTestServer) server = net_test_server_new ();
      g_autoptr (ShoalPeerClient) client = net_test_server_client (server, 2);
      g_autoptr (GError) error = NULL;

      g_assert_null (shoal_peer_client_get (client, paths[i], 1 << 20, 1 << 20, NULL, &error));
      g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
      net_test_wait (is_done, server);
      g_assert_cmpuint (server->complete, ==, 0);
      assert_get (client, "/v1/whole/5", 5);
    }
}

static void
test_answer_later (void)
{
  g_autoptr (NetTestServer) server = net_test_server_new ();
  g_autoptr (NetRaw) raw = NULL;
  g_autoptr (ShoalDeviceKey) key = net_test_key (2);

  raw = net_raw_connect (server->port, key, NULL);
  g_assert_nonnull (raw);
  net_raw_send (raw, "GET /v1/later HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  net_test_wait (is_held, server);
  g_assert_cmpstr (shoal_peer_request_get_device (server->held), ==,
                   shoal_device_key_get_fingerprint (key));
  g_autoptr (GBytes) body = g_bytes_new_static ("late", 4);
  shoal_peer_request_respond (server->held, 200, body);

  gboolean clean = FALSE;
  g_autofree char *text = net_raw_read_all (raw, &clean);
  g_assert_true (g_str_has_prefix (text, "HTTP/1.1 200 OK\r\n"));
  g_assert_true (g_str_has_suffix (text, "\r\n\r\nlate"));
  g_assert_true (clean);
}

static void
test_never_answered (void)
{
  g_autoptr (NetTestServer) server = net_test_server_new ();
  g_autoptr (ShoalPeerClient) client = net_test_server_client (server, 2);

  assert_refused (client, "/v1/drop", SHOAL_ERROR_DISCONNECTED);
}

/* A request that outlives its server is answered into the void. */
static void
test_answer_after_stop (void)
{
  g_autoptr (NetTestServer) server = net_test_server_new ();
  g_autoptr (ShoalDeviceKey) key = net_test_key (2);
  g_autoptr (NetRaw) raw = net_raw_connect (server->port, key, NULL);

  net_raw_send (raw, "GET /v1/later HTTP/1.1\r\n\r\n");
  net_test_wait (is_held, server);
  shoal_peer_server_stop (server->server);
  shoal_peer_request_respond (server->held, 404, NULL);
  g_autofree char *text = net_raw_read_all (raw, NULL);
  g_assert_cmpstr (text, ==, "");
}

static void
test_stop_while_serving (void)
{
  g_autoptr (NetTestServer) server = net_test_server_new ();
  g_autoptr (ShoalPeerClient) client = net_test_server_client (server, 2);
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *data = g_malloc (64 * SHOAL_MIB);

  g_assert_true (
      shoal_peer_client_open (client, "/v1/stream/67108864", -1, G_MAXINT64, NULL, NULL, &error));
  shoal_peer_server_stop (server->server);
  g_assert_cmpuint (server->done, ==, 1);
  g_assert_cmpuint (server->complete, ==, 0);
  g_assert_false (shoal_peer_client_read (client, data, 64 * SHOAL_MIB, NULL, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
}

/* ---- Who may ask ---------------------------------------------------------------------------- */

static void
test_unknown_device (void)
{
  g_autoptr (NetTestServer) server = net_test_server_new ();
  g_autoptr (ShoalPeerClient) client = net_test_server_client (server, 3);

  assert_refused (client, "/v1/whole/5", SHOAL_ERROR_DISCONNECTED);
  g_assert_cmpuint (server->requests, ==, 0);
}

static void
test_unknown_device_is_told (void)
{
  g_autoptr (NetTestServer) server = net_test_server_new ();
  g_autoptr (ShoalDeviceKey) stranger = net_test_key (3);
  g_autoptr (NetRaw) with_key = net_raw_connect (server->port, stranger, NULL);
  g_autoptr (NetRaw) without_key = net_raw_connect (server->port, NULL, NULL);
  NetRaw *const raws[] = { with_key, without_key };

  for (gsize i = 0; i < G_N_ELEMENTS (raws); i++)
    {
      gboolean clean = FALSE;

      g_assert_nonnull (raws[i]);
      net_raw_send (raws[i], "GET /v1/whole/5 HTTP/1.1\r\nHost: x\r\n\r\n");
      g_autofree char *text = net_raw_read_all (raws[i], &clean);
      g_assert_cmpstr (text, ==, "");
      g_assert_true (clean);
    }
  g_assert_cmpuint (server->requests, ==, 0);
}

static void
test_old_tls (void)
{
  g_autoptr (NetTestServer) server = net_test_server_new ();
  g_autoptr (ShoalDeviceKey) key = net_test_key (2);

  g_assert_null (net_raw_connect (server->port, key, "NORMAL:-VERS-ALL:+VERS-TLS1.2"));
  g_autoptr (NetRaw) raw = net_raw_connect (server->port, key, "NORMAL:-VERS-ALL:+VERS-TLS1.3");
  g_assert_nonnull (raw);
}

static void
test_wrong_pin (void)
{
  g_autoptr (NetTestServer) server = net_test_server_new ();
  g_autoptr (ShoalDeviceKey) key = net_test_key (2);
  g_autoptr (ShoalDeviceKey) other = net_test_key (9);
  const char *const addresses[] = { server->address, NULL };
  g_autoptr (ShoalPeerClient) client
             = shoal_peer_client_new (key, shoal_device_key_get_fingerprint (other), addresses);

  assert_refused (client, "/v1/whole/5", SHOAL_ERROR_UNTRUSTED);
  assert_refused (client, "/v1/whole/5", SHOAL_ERROR_UNTRUSTED);
  g_assert_cmpuint (server->requests, ==, 0);
}

static void
on_hello (ShoalPeerServer *server, ShoalPeerRequest *request, gpointer user_data)
{
  g_autoptr (GBytes) body = g_bytes_new_static ("hello", 5);

  shoal_peer_request_respond (request, 200, body);
}

/* Another key at the first address, nobody at the second, the right one at the third */
static void
test_several_addresses (void)
{
  g_autoptr (NetTestServer) wrong = net_test_server_new ();
  g_autoptr (NetTestServer) gone = net_test_server_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalDeviceKey) key = net_test_key (2);
  g_autoptr (ShoalDeviceKey) right_key = net_test_key (5);
  g_autoptr (GHashTable) known = net_test_set (shoal_device_key_get_fingerprint (key), NULL);
  g_autoptr (ShoalPeerServer) right = shoal_peer_server_new (right_key, on_hello, NULL);
  guint16 port = 0;

  shoal_peer_server_stop (gone->server);
  shoal_peer_server_set_known (right, known, NULL);
  shoal_peer_server_start (right, "127.0.0.1", 0, &port, &error);
  g_assert_no_error (error);
  g_autofree char *right_address = g_strdup_printf ("127.0.0.1:%u", port);
  const char *const addresses[] = { wrong->address, gone->address, right_address, NULL };
  g_autoptr (ShoalPeerClient) client
             = shoal_peer_client_new (key, shoal_device_key_get_fingerprint (right_key), addresses);

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GBytes) body = shoal_peer_client_get (client, "/v1/x", 5, 5, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (g_bytes_get_size (body), ==, 5);
      g_assert_cmpstr (shoal_peer_client_get_address (client), ==, right_address);
    }
  g_assert_cmpuint (wrong->requests, ==, 0);
  shoal_peer_server_stop (right);
}

static void
test_bad_addresses (void)
{
  const char *const addresses[] = { "localhost:20000",
                                    "127.0.0.1:80",
                                    "127.0.0.1",
                                    "[::1",
                                    "::1:20000",
                                    "127.0.0.1:99999",
                                    "[fe80::1%lo]:20000",
                                    "",
                                    ":",
                                    "[]:20000",
                                    NULL };
  g_autoptr (ShoalDeviceKey) key = net_test_key (2);
  g_autoptr (ShoalPeerClient) client
             = shoal_peer_client_new (key, shoal_device_key_get_fingerprint (key), addresses);

  assert_refused (client, "/v1/whole/5", SHOAL_ERROR_DISCONNECTED);
  g_assert_null (shoal_peer_client_get_address (client));
}

static void
test_nobody_there (void)
{
  g_autoptr (NetTestServer) server = net_test_server_new ();
  g_autoptr (ShoalPeerClient) client = net_test_server_client (server, 2);

  shoal_peer_server_stop (server->server);
  assert_refused (client, "/v1/whole/5", SHOAL_ERROR_DISCONNECTED);
}

static void
test_removed_device (void)
{
  g_autoptr (NetTestServer) server = net_test_server_new ();
  g_autoptr (ShoalPeerClient) client = net_test_server_client (server, 2);
  g_autoptr (ShoalDeviceKey) key = net_test_key (2);
  g_autoptr (NetRaw) raw = net_raw_connect (server->port, key, NULL);
  g_autoptr (GHashTable) nobody = net_test_set (NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *data = g_malloc (64 * SHOAL_MIB);

  /* one in the middle of an answer, one whose answer is being made */
  g_assert_true (
      shoal_peer_client_open (client, "/v1/stream/67108864", -1, G_MAXINT64, NULL, NULL, &error));
  net_raw_send (raw, "GET /v1/later HTTP/1.1\r\n\r\n");
  net_test_wait (is_held, server);

  shoal_peer_server_set_known (server->server, nobody, NULL);
  g_assert_false (shoal_peer_client_read (client, data, 64 * SHOAL_MIB, NULL, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
  g_autofree char *text = net_raw_read_all (raw, NULL);
  g_assert_cmpstr (text, ==, "");
  assert_refused (client, "/v1/whole/5", SHOAL_ERROR_DISCONNECTED);
}

/* As soon as the server lets it. */
static void
get_at_last (ShoalPeerClient *client)
{
  gint64 deadline = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;
  g_autoptr (GError) error = NULL;

  while (TRUE)
    {
      g_autoptr (GBytes) body = shoal_peer_client_get (client, "/v1/whole/5", 5, 5, NULL, &error);

      if (body != NULL || g_get_monotonic_time () > deadline)
        break;
      g_clear_error (&error);
      g_usleep (1000);
    }
  g_assert_no_error (error);
}

static gboolean
is_asked (gpointer data)
{
  NetTestServer *server = data;

  return net_test_server_count (server, &server->requests) > 0;
}

static void
test_too_many_of_one_device (void)
{
  g_autoptr (NetTestServer) server = net_test_server_new ();
  g_autoptr (GPtrArray) clients
             = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_peer_client_free);

  for (guint i = 0; i < SHOAL_MAX_CONNECTIONS_PER_DEVICE; i++)
    {
      g_ptr_array_add (clients, net_test_server_client (server, 2));
      assert_get (clients->pdata[i], "/v1/whole/5", 5);
    }
  g_autoptr (ShoalPeerClient) fifth = net_test_server_client (server, 2);
  assert_refused (fifth, "/v1/whole/5", SHOAL_ERROR_DISCONNECTED);
  for (guint i = 0; i < clients->len; i++)
    assert_get (clients->pdata[i], "/v1/whole/5", 5);

  /* One goes, one may come, as soon as the server has seen it. */
  g_ptr_array_set_size (clients, SHOAL_MAX_CONNECTIONS_PER_DEVICE - 1);
  get_at_last (fifth);
}

/* After a change of network the server still has the old connections of a device: a new one takes
 * the place of the one that has moved nothing for longest. */
static void
test_stale_connection (void)
{
  g_autoptr (NetTestServer) server = net_test_server_new_with_patience (SHOAL_SERVE_IDLE_MS, 100);
  g_autoptr (ShoalDeviceKey) key = net_test_key (2);
  g_autoptr (GPtrArray) clients
             = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_peer_client_free);
  g_autoptr (NetRaw) oldest = net_raw_connect (server->port, key, NULL);
  gboolean clean = FALSE;

  g_assert_nonnull (oldest);
  net_raw_send (oldest, "GET /v1/whole/5 HTTP/1.1\r\nHost: x\r\n\r\n");
  net_test_wait (is_asked, server);
  for (guint i = 1; i < SHOAL_MAX_CONNECTIONS_PER_DEVICE; i++)
    {
      g_ptr_array_add (clients, net_test_server_client (server, 2));
      assert_get (clients->pdata[i - 1], "/v1/whole/5", 5);
    }

  g_autoptr (ShoalPeerClient) fifth = net_test_server_client (server, 2);
  get_at_last (fifth);
  g_autofree char *text = net_raw_read_all (oldest, &clean);
  g_assert_true (g_str_has_prefix (text, "HTTP/1.1 200 OK\r\n"));
  for (guint i = 0; i < clients->len; i++)
    assert_get (clients->pdata[i], "/v1/whole/5", 5);
  /* Nobody had to come again: all that were asked were asked once. */
  g_assert_cmpuint (server->requests, ==, 1 + 2 * clients->len + 1);
}

static void
test_kept_connection (void)
{
  g_autoptr (NetTestServer) server = net_test_server_new ();
  g_autoptr (GPtrArray) others
             = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_peer_client_free);
  g_autoptr (ShoalPeerClient) client = net_test_server_client (server, 2);

  /* With the other three taken, a second connection would be refused. */
  for (guint i = 0; i < SHOAL_MAX_CONNECTIONS_PER_DEVICE - 1; i++)
    {
      g_ptr_array_add (others, net_test_server_client (server, 2));
      assert_get (others->pdata[i], "/v1/whole/5", 5);
    }
  for (guint i = 0; i < 50; i++)
    {
      assert_get (client, "/v1/stream/70000", 70000);
      assert_refused (client, "/v1/status/404", SHOAL_ERROR_NOT_FOUND);
    }
}

/* ---- Connections that move nothing ----------------------------------------------------------- */

#define IDLE_MS 300

static void
test_idle_connection (void)
{
  g_autoptr (NetTestServer) server = net_test_server_new_with_patience (IDLE_MS, IDLE_MS);
  g_autoptr (ShoalDeviceKey) key = net_test_key (2);
  g_autoptr (NetRaw) raw = net_raw_connect (server->port, key, NULL);
  gboolean clean = FALSE;

  g_assert_nonnull (raw);
  gint64 began = g_get_monotonic_time ();
  net_raw_send (raw, "GET /v1/whole/5 HTTP/1.1\r\nHost: x\r\n\r\n");
  g_autofree char *text = net_raw_read_all (raw, &clean);
  gint64 elapsed = g_get_monotonic_time () - began;

  /* It is answered, kept for a while, and ended as is proper. */
  g_assert_true (g_str_has_prefix (text, "HTTP/1.1 200 OK\r\n"));
  g_assert_true (clean);
  g_assert_cmpint (elapsed, >=, IDLE_MS * 1000);

  /* A client of ours notices and comes again. */
  g_autoptr (ShoalPeerClient) client = net_test_server_client (server, 2);
  assert_get (client, "/v1/whole/5", 5);
  g_usleep (2 * IDLE_MS * 1000);
  assert_get (client, "/v1/whole/5", 5);
}

/* Who asks and does not read is cut off in the middle of the answer. */
static void
test_idle_reader (void)
{
  g_autoptr (NetTestServer) server = net_test_server_new_with_patience (IDLE_MS, IDLE_MS);
  g_autoptr (ShoalDeviceKey) key = net_test_key (2);
  g_autoptr (NetRaw) raw = net_raw_connect (server->port, key, NULL);

  g_assert_nonnull (raw);
  net_raw_send (raw, "GET /v1/stream/100000000000 HTTP/1.1\r\nHost: x\r\n\r\n");
  net_test_wait (is_done, server);
  g_assert_cmpuint (net_test_server_count (server, &server->complete), ==, 0);
}

/* ---- Cancelling ----------------------------------------------------------------------------- */

static gpointer
cancel_thread (gpointer data)
{
  g_usleep (50 * 1000);
  g_cancellable_cancel (data);
  return NULL;
}

static void
test_cancel (void)
{
  g_autoptr (NetTestServer) server = net_test_server_new ();
  g_autoptr (ShoalPeerClient) client = net_test_server_client (server, 2);
  g_autoptr (GCancellable) waiting = g_cancellable_new ();
  g_autoptr (GCancellable) reading = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  guint8 data[100];

  /* before */
  g_cancellable_cancel (waiting);
  g_assert_null (shoal_peer_client_get (client, "/v1/whole/5", 5, 5, waiting, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  /* while an answer is waited for */
  g_cancellable_reset (waiting);
  GThread *thread = g_thread_new ("cancel", cancel_thread, waiting);
  g_assert_null (shoal_peer_client_get (client, "/v1/later", 5, 5, waiting, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_thread_join (thread);

  /* while bytes are waited for: a limit of 1 byte a second holds them back */
  g_autoptr (ShoalTokenBucket) bucket = shoal_token_bucket_new (1);
  shoal_peer_server_set_limit (server->server, bucket);
  shoal_token_bucket_delay (bucket, SHOAL_MIB);
  g_assert_true (shoal_peer_client_open (client, "/v1/stream/100", -1, 100, NULL, NULL, &error));
  thread = g_thread_new ("cancel", cancel_thread, reading);
  g_assert_false (shoal_peer_client_read (client, data, sizeof data, reading, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);

  /* and the client can be used again */
  shoal_peer_server_set_limit (server->server, NULL);
  assert_get (client, "/v1/whole/5", 5);
}

static void
test_limited_body (void)
{
  g_autoptr (NetTestServer) server = net_test_server_new ();
  g_autoptr (ShoalPeerClient) client = net_test_server_client (server, 2);
  g_autoptr (ShoalTokenBucket) bucket = shoal_token_bucket_new (4 * SHOAL_MIB);

  shoal_peer_server_set_limit (server->server, bucket);
  assert_get (client, "/v1/stream/1500000", 1500000);
  assert_get (client, "/v1/whole/300000", 300000);
}

/* A body that is not wanted any more costs the connection, not the bytes. */
static void
test_close_early (void)
{
  g_autoptr (NetTestServer) server = net_test_server_new ();
  g_autoptr (ShoalPeerClient) client = net_test_server_client (server, 2);
  g_autoptr (GError) error = NULL;
  guint8 data[100];

  g_assert_true (shoal_peer_client_open (client, "/v1/stream/100000000000", -1, G_MAXINT64, NULL,
                                         NULL, &error));
  g_assert_true (shoal_peer_client_read (client, data, sizeof data, NULL, &error));
  shoal_peer_client_close_body (client);
  assert_get (client, "/v1/whole/5", 5);
  net_test_wait (is_done, server);
  g_assert_cmpuint (server->complete, ==, 0);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  g_assert_true (shoal_tls_init (&error));
  g_test_add_func ("/peer/bodies", test_bodies);
  g_test_add_func ("/peer/read-in-pieces", test_read_in_pieces);
  g_test_add_func ("/peer/statuses", test_statuses);
  g_test_add_func ("/peer/lengths", test_lengths);
  g_test_add_func ("/peer/short-body", test_short_body);
  g_test_add_func ("/peer/answer-later", test_answer_later);
  g_test_add_func ("/peer/never-answered", test_never_answered);
  g_test_add_func ("/peer/answer-after-stop", test_answer_after_stop);
  g_test_add_func ("/peer/stop-while-serving", test_stop_while_serving);
  g_test_add_func ("/peer/unknown-device", test_unknown_device);
  g_test_add_func ("/peer/unknown-device-is-told", test_unknown_device_is_told);
  g_test_add_func ("/peer/old-tls", test_old_tls);
  g_test_add_func ("/peer/wrong-pin", test_wrong_pin);
  g_test_add_func ("/peer/several-addresses", test_several_addresses);
  g_test_add_func ("/peer/bad-addresses", test_bad_addresses);
  g_test_add_func ("/peer/nobody-there", test_nobody_there);
  g_test_add_func ("/peer/removed-device", test_removed_device);
  g_test_add_func ("/peer/too-many-of-one-device", test_too_many_of_one_device);
  g_test_add_func ("/peer/stale-connection", test_stale_connection);
  g_test_add_func ("/peer/kept-connection", test_kept_connection);
  g_test_add_func ("/peer/idle-connection", test_idle_connection);
  g_test_add_func ("/peer/idle-reader", test_idle_reader);
  g_test_add_func ("/peer/cancel", test_cancel);
  g_test_add_func ("/peer/limited-body", test_limited_body);
  g_test_add_func ("/peer/close-early", test_close_early);
  return g_test_run ();
}
