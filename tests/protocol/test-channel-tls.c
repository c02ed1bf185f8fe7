/* test-channel-tls.c: the channel over TLS 1.3 and TCP, where closing and not reading are different
 * from a socket pair
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "channel-fixture.h"
#include "shoal-device-key.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"

typedef struct
{
  Side server;
  Side client;
  GIOStream *server_stream;
  GIOStream *client_stream;
} Pair;

static gboolean
on_accept_certificate_cb (GTlsConnection *connection,
                          GTlsCertificate *certificate,
                          GTlsCertificateFlags flags,
                          gpointer user_data)
{
  g_autofree char *fingerprint = shoal_certificate_dup_fingerprint (certificate);

  return g_strcmp0 (fingerprint, user_data) == 0;
}

static GIOStream *
make_tls (GIOStream *base, gboolean is_server, ShoalDeviceKey *key, ShoalDeviceKey *other)
{
  GTlsBackend *backend = g_tls_backend_get_default ();
  g_autoptr (GError) error = NULL;
  GType type = is_server ? g_tls_backend_get_server_connection_type (backend)
                         : g_tls_backend_get_client_connection_type (backend);
  GTlsConnection *connection
      = g_initable_new (type, NULL, &error, "base-io-stream", base, "certificate",
                        shoal_device_key_get_certificate (key), "database", NULL, NULL);

  g_assert_no_error (error);
  if (is_server)
    g_object_set (connection, "authentication-mode", G_TLS_AUTHENTICATION_REQUIRED, NULL);
  g_signal_connect_data (connection, "accept-certificate", G_CALLBACK (on_accept_certificate_cb),
                         g_strdup (shoal_device_key_get_fingerprint (other)),
                         (GClosureNotify) (void (*) (void)) g_free, 0);
  return G_IO_STREAM (connection);
}

static void
on_handshake_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, &error);
  g_assert_no_error (error);
  (*(guint *) user_data)++;
}

/* A TCP connection over loopback. */
static void
make_tcp_pair (GIOStream **server, GIOStream **client)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any_port = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GSocketClient) dialler = g_socket_client_new ();
  g_autoptr (GError) error = NULL;

  g_socket_listener_add_address (listener, any_port, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP,
                                 NULL, &address, &error);
  g_assert_no_error (error);
  *client = G_IO_STREAM (
      g_socket_client_connect (dialler, G_SOCKET_CONNECTABLE (address), NULL, &error));
  g_assert_no_error (error);
  *server = G_IO_STREAM (g_socket_listener_accept (listener, NULL, NULL, &error));
  g_assert_no_error (error);
  g_socket_set_option (g_socket_connection_get_socket (G_SOCKET_CONNECTION (*client)), IPPROTO_TCP,
                       TCP_NODELAY, 1, NULL);
  g_socket_set_option (g_socket_connection_get_socket (G_SOCKET_CONNECTION (*server)), IPPROTO_TCP,
                       TCP_NODELAY, 1, NULL);
}

/* Both streams, the handshake done; a side's channel only where it is wanted. */
static void
pair_set_up (Pair *self, gboolean with_client_channel)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalDeviceKey) server_key = shoal_device_key_generate (&error);
  g_autoptr (ShoalDeviceKey) client_key = shoal_device_key_generate (&error);
  g_autoptr (GIOStream) server_base = NULL;
  g_autoptr (GIOStream) client_base = NULL;
  guint n_done = 0;

  g_assert_no_error (error);
  *self = (Pair){ 0 };
  make_tcp_pair (&server_base, &client_base);
  self->server_stream = make_tls (server_base, TRUE, server_key, client_key);
  self->client_stream = make_tls (client_base, FALSE, client_key, server_key);
  g_tls_connection_handshake_async (G_TLS_CONNECTION (self->server_stream), 0, NULL,
                                    on_handshake_cb, &n_done);
  g_tls_connection_handshake_async (G_TLS_CONNECTION (self->client_stream), 0, NULL,
                                    on_handshake_cb, &n_done);
  WAIT_UNTIL (n_done == 2);
  g_assert_cmpint (g_tls_connection_get_protocol_version (G_TLS_CONNECTION (self->client_stream)),
                   ==, G_TLS_PROTOCOL_VERSION_TLS_1_3);
  side_set_up (&self->server, self->server_stream, SHOAL_MAX_LINE);
  if (with_client_channel)
    side_set_up (&self->client, self->client_stream, SHOAL_MAX_LINE);
  g_clear_object (&self->server_stream);
  if (with_client_channel)
    g_clear_object (&self->client_stream);
}

static void
pair_tear_down (Pair *self)
{
  if (self->client.channel != NULL || self->client.seen != NULL)
    side_tear_down (&self->client);
  side_tear_down (&self->server);
  if (self->client_stream != NULL)
    {
      g_autoptr (GIOStream) base = NULL;

      g_object_get (self->client_stream, "base-io-stream", &base, NULL);
      g_io_stream_close (base, NULL, NULL);
    }
  g_clear_object (&self->client_stream);
}

static void
test_call (void)
{
  Pair p;
  static Outcome outcomes[200];
  g_autofree char *text = g_strnfill (30000, 'q');

  pair_set_up (&p, TRUE);
  /* Large lines both ways at once. */
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    call (i % 2 == 0 ? p.client.channel : p.server.channel, "echo",
          shoal_json_new ("text", "s", text, NULL), NULL, &outcomes[i]);
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      WAIT_UNTIL (outcomes[i].done);
      g_assert_no_error (outcomes[i].error);
      g_assert_cmpstr (json_object_get_string_member (outcomes[i].result, "text"), ==, text);
      outcome_clear (&outcomes[i]);
    }
  pair_tear_down (&p);
}

static void
test_close (void)
{
  Pair p;
  Outcome outcome;

  pair_set_up (&p, TRUE);
  call (p.client.channel, "close", NULL, NULL, &outcome);
  WAIT_UNTIL (p.client.n_closed == 1 && p.server.n_closed == 1);
  g_assert_true (outcome.done);
  g_assert_no_error (outcome.error);
  g_assert_error (p.client.reason, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
  g_assert_cmpstr (p.client.reason->message, ==, "The other side closed the connection");
  outcome_clear (&outcome);
  pair_tear_down (&p);
}

static void
test_close_flushes (void)
{
  Pair p;
  g_autofree char *text = g_strnfill (60000, 'y');

  pair_set_up (&p, TRUE);
  for (int i = 0; i < 100; i++)
    shoal_channel_notify (p.server.channel, "n", shoal_json_new ("text", "s", text, NULL));
  shoal_channel_close (p.server.channel);
  WAIT_UNTIL (p.client.n_closed == 1 && p.server.n_closed == 1);
  g_assert_cmpuint (p.client.n_notifications, ==, 100);
  pair_tear_down (&p);
}

/* A refusal arrives although the refused side was in the middle of sending. */
static void
test_refusal_arrives (void)
{
  Pair p;
  Outcome outcome;
  JsonArray *array = json_array_new ();
  g_autofree char *text = g_strnfill (60000, 'z');

  for (int i = 0; i < 60; i++)
    json_array_add_string_element (array, text);
  pair_set_up (&p, TRUE);
  shoal_channel_set_max_line (p.server.channel, SHOAL_MAX_LINE_BEFORE_SIGN_IN);
  call (p.client.channel, "echo", shoal_json_new ("array", "a", array, NULL), NULL, &outcome);
  WAIT_UNTIL (p.client.n_closed == 1 && p.server.n_closed == 1);
  g_assert_error (p.server.reason, SHOAL_ERROR, SHOAL_ERROR_LIMIT);
  g_assert_error (p.client.reason, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
  g_assert_nonnull (strstr (p.client.reason->message, "too long"));
  g_assert_error (outcome.error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
  outcome_clear (&outcome);
  pair_tear_down (&p);
}

/* Neither closing nor dropping waits for somebody who does not read. */
static void
test_does_not_read (void)
{
  Pair p;
  g_autofree char *text = g_strnfill (60000, 'x');

  pair_set_up (&p, FALSE);
  while (!shoal_channel_is_closed (p.server.channel))
    {
      shoal_channel_notify (p.server.channel, "n", shoal_json_new ("t", "s", text, NULL));
      g_main_context_iteration (NULL, FALSE);
    }
  WAIT_UNTIL (p.server.n_closed == 1);
  g_assert_error (p.server.reason, SHOAL_ERROR, SHOAL_ERROR_LIMIT);
  pair_tear_down (&p);

  pair_set_up (&p, FALSE);
  for (int i = 0; i < 120; i++)
    {
      shoal_channel_notify (p.server.channel, "n", shoal_json_new ("t", "s", text, NULL));
      g_main_context_iteration (NULL, FALSE);
    }
  shoal_channel_close (p.server.channel);
  WAIT_UNTIL (p.server.n_closed == 1);
  pair_tear_down (&p);

  pair_set_up (&p, FALSE);
  for (int i = 0; i < 120; i++)
    {
      shoal_channel_notify (p.server.channel, "n", shoal_json_new ("t", "s", text, NULL));
      g_main_context_iteration (NULL, FALSE);
    }
  g_assert_finalize_object (g_steal_pointer (&p.server.channel));
  for (int i = 0; i < 20; i++)
    g_main_context_iteration (NULL, FALSE);
  pair_tear_down (&p);
}

static void
test_drop (void)
{
  Pair p;

  pair_set_up (&p, TRUE);
  g_assert_finalize_object (g_steal_pointer (&p.client.channel));
  WAIT_UNTIL (p.server.n_closed == 1);
  g_assert_error (p.server.reason, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
  pair_tear_down (&p);
}

static void
test_reset (void)
{
  Pair p;
  g_autoptr (GIOStream) base = NULL;
  g_autoptr (GError) error = NULL;

  pair_set_up (&p, FALSE);
  g_object_get (p.client_stream, "base-io-stream", &base, NULL);
  /* The connection is cut below TLS. */
  g_io_stream_close (base, NULL, &error);
  g_assert_no_error (error);
  WAIT_UNTIL (p.server.n_closed == 1);
  g_assert_error (p.server.reason, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
  pair_tear_down (&p);
}

int
main (int argc, char **argv)
{
  g_setenv ("G_TLS_GNUTLS_PRIORITY", "NORMAL:-VERS-ALL:+VERS-TLS1.3", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/channel/tls/call", test_call);
  g_test_add_func ("/channel/tls/close", test_close);
  g_test_add_func ("/channel/tls/close-flushes", test_close_flushes);
  g_test_add_func ("/channel/tls/refusal-arrives", test_refusal_arrives);
  g_test_add_func ("/channel/tls/does-not-read", test_does_not_read);
  g_test_add_func ("/channel/tls/drop", test_drop);
  g_test_add_func ("/channel/tls/reset", test_reset);
  return g_test_run ();
}
