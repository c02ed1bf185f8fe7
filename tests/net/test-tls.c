/* test-tls.c: dialling a tracker: pins, several addresses, cancelling, asking for a key
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <fcntl.h>
#include <string.h>

#include "net-test.h"
#include "shoal-error.h"
#include "shoal-listener.h"
#include "shoal-socket.h"
#include "shoal-tls.h"

typedef struct
{
  ShoalListener *listener;
  char *address;
  char *fingerprint;
  GPtrArray *connections;
} Tracker;

static void
on_connection (ShoalListener *listener,
               GTlsConnection *connection,
               const char *fingerprint,
               GInetSocketAddress *remote,
               gpointer user_data)
{
  g_ptr_array_add (((Tracker *) user_data)->connections, g_object_ref (connection));
}

static void
tracker_init (Tracker *tracker, guint8 number, const char *protocol)
{
  const char *const alpn[] = { protocol, NULL };
  const ShoalListenerConfig config = {
    .alpn = alpn,
    .max_connections = 16,
    .max_per_address = 16,
    .max_strangers = 16,
    .max_strangers_per_address = 16,
    .handshake_timeout_ms = 60000,
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalDeviceKey) key = net_test_key (number);
  guint16 port = 0;

  tracker->connections = g_ptr_array_new_with_free_func (g_object_unref);
  tracker->listener = shoal_listener_new (key, &config, on_connection, tracker);
  shoal_listener_listen (tracker->listener, "127.0.0.1", 0, &port, &error);
  g_assert_no_error (error);
  tracker->address = g_strdup_printf ("127.0.0.1:%u", port);
  tracker->fingerprint = g_strdup (shoal_device_key_get_fingerprint (key));
}

static gboolean
is_last_reference (gpointer data)
{
  return g_atomic_int_get (&G_OBJECT (data)->ref_count) == 1;
}

static void
tracker_clear (Tracker *tracker)
{
  shoal_listener_stop (tracker->listener);
  for (guint i = 0; i < tracker->connections->len; i++)
    shoal_listener_connection_closed (tracker->listener, tracker->connections->pdata[i]);
  net_test_wait (is_last_reference, tracker->listener);
  g_clear_pointer (&tracker->connections, g_ptr_array_unref);
  g_clear_object (&tracker->listener);
  g_clear_pointer (&tracker->address, g_free);
  g_clear_pointer (&tracker->fingerprint, g_free);
}

static void
on_result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static gboolean
has_result (gpointer data)
{
  return *(GAsyncResult **) data != NULL;
}

static GTlsConnection *
dial (const char *const *addresses,
      const char *pin,
      GCancellable *cancellable,
      char **address,
      GError **error)
{
  g_autoptr (ShoalDeviceKey) key = net_test_key (2);
  g_autoptr (GAsyncResult) result = NULL;

  shoal_tls_connect_async (addresses, key, pin, SHOAL_ALPN_TRACKER, cancellable, on_result_cb,
                           &result);
  net_test_wait (has_result, &result);
  return shoal_tls_connect_finish (result, address, error);
}

static char *
probe (const char *const *addresses, GError **error)
{
  g_autoptr (ShoalDeviceKey) key = net_test_key (2);
  g_autoptr (GAsyncResult) result = NULL;

  shoal_tls_probe_async (addresses, key, SHOAL_ALPN_TRACKER, NULL, on_result_cb, &result);
  net_test_wait (has_result, &result);
  return shoal_tls_probe_finish (result, error);
}

static void
test_connect (void)
{
  Tracker tracker;
  tracker_init (&tracker, 1, SHOAL_ALPN_TRACKER);
  const char *const addresses[] = { tracker.address, NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *address = NULL;
  g_autoptr (GTlsConnection) connection
             = dial (addresses, tracker.fingerprint, NULL, &address, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (address, ==, tracker.address);
  g_assert_cmpint (g_tls_connection_get_protocol_version (connection), ==,
                   G_TLS_PROTOCOL_VERSION_TLS_1_3);
  g_autofree char *fingerprint = shoal_tls_check_peer (connection, tracker.fingerprint, &error);
  g_assert_cmpstr (fingerprint, ==, tracker.fingerprint);
  tracker_clear (&tracker);
}

/* No session is resumed: a second connection shows its key as the first did. */
static void
test_connect_again (void)
{
  Tracker tracker;
  tracker_init (&tracker, 1, SHOAL_ALPN_TRACKER);
  const char *const addresses[] = { tracker.address, NULL };

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GTlsConnection) connection
                 = dial (addresses, tracker.fingerprint, NULL, NULL, &error);

      g_assert_no_error (error);
    }
  tracker_clear (&tracker);
}

static void
test_wrong_pin (void)
{
  Tracker wrong;
  Tracker right;
  tracker_init (&wrong, 1, SHOAL_ALPN_TRACKER);
  tracker_init (&right, 3, SHOAL_ALPN_TRACKER);
  /* A changed key is not passed over in silence, even where another address would do. */
  const char *const addresses[] = { wrong.address, right.address, NULL };
  g_autoptr (GError) error = NULL;

  g_assert_null (dial (addresses, right.fingerprint, NULL, NULL, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_UNTRUSTED);
  g_assert_nonnull (strstr (error->message, wrong.fingerprint));
  g_assert_nonnull (strstr (error->message, right.fingerprint));
  g_assert_cmpuint (right.connections->len, ==, 0);
  tracker_clear (&wrong);
  tracker_clear (&right);
}

static void
test_next_address (void)
{
  Tracker gone;
  Tracker other;
  Tracker right;
  tracker_init (&gone, 1, SHOAL_ALPN_TRACKER);
  tracker_init (&other, 1, "something/1");
  tracker_init (&right, 1, SHOAL_ALPN_TRACKER);
  shoal_listener_stop (gone.listener);
  const char *const addresses[]
      = { gone.address, "name.invalid:7707", other.address, right.address, NULL };
  const char *const only_gone[] = { gone.address, NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *address = NULL;
  g_autoptr (GTlsConnection) connection
             = dial (addresses, right.fingerprint, NULL, &address, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (address, ==, right.address);
  g_assert_null (dial (only_gone, right.fingerprint, NULL, NULL, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
  tracker_clear (&gone);
  tracker_clear (&other);
  tracker_clear (&right);
}

static gboolean
on_cancel_cb (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return G_SOURCE_REMOVE;
}

/* The kernel accepts, and nobody says anything. */
static void
test_cancel (void)
{
  g_autoptr (GError) error = NULL;
  guint16 port = 0;
  g_autoptr (GSocket) silent = shoal_socket_listen ("127.0.0.1", 0, &port, &error);
  g_assert_no_error (error);
  g_autofree char *address = g_strdup_printf ("127.0.0.1:%u", port);
  const char *const addresses[] = { address, address, NULL };
  g_autofree char *pin = g_strnfill (64, 'a');
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_timeout_add (50, on_cancel_cb, cancellable);
  g_assert_null (dial (addresses, pin, cancellable, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_null (dial (addresses, pin, cancellable, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_not_tls (void)
{
  g_autoptr (GSocketService) service = g_threaded_socket_service_new (1);
  g_autoptr (GError) error = NULL;
  guint16 port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (service), NULL, &error);
  g_assert_no_error (error);
  /* Without a handler the service closes each connection. */
  g_autofree char *address = g_strdup_printf ("127.0.0.1:%u", port);
  const char *const addresses[] = { address, NULL };

  g_assert_null (probe (addresses, &error));
  /* If it closes before all was read, that is a reset, as of one who has no room. */
  if (!g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_BUSY))
    g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
}

static gpointer
rsa_thread (gpointer listening)
{
  g_autoptr (NetRaw) raw = net_raw_accept_rsa (listening);

  return NULL;
}

/* A tracker with a key that is none of ours is not one, and is not asked what it would cost. */
static void
test_other_keys (void)
{
  g_autoptr (GError) error = NULL;
  guint16 port = 0;
  g_autoptr (GSocket) listening = shoal_socket_listen ("127.0.0.1", 0, &port, &error);
  g_assert_no_error (error);
  int flags = fcntl (g_socket_get_fd (listening), F_GETFL);
  fcntl (g_socket_get_fd (listening), F_SETFL, flags & ~O_NONBLOCK);
  GThread *thread = g_thread_new ("rsa", rsa_thread, listening);
  g_autofree char *address = g_strdup_printf ("127.0.0.1:%u", port);
  const char *const addresses[] = { address, NULL };

  g_assert_null (probe (addresses, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
  g_thread_join (thread);
}

static void
test_probe (void)
{
  Tracker tracker;
  tracker_init (&tracker, 1, SHOAL_ALPN_TRACKER);
  const char *const addresses[] = { tracker.address, NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *fingerprint = probe (addresses, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (fingerprint, ==, tracker.fingerprint);
  tracker_clear (&tracker);
}

/* Not even a connection that somebody else makes reads the system's authorities. */
static void
test_no_authorities (void)
{
  g_autoptr (ShoalDeviceKey) key = shoal_device_key_generate (NULL);
  g_autoptr (GTlsDatabase) database
             = g_tls_backend_get_default_database (g_tls_backend_get_default ());

  g_assert_false (G_IS_TLS_FILE_DATABASE (database));
  g_assert_cmpint (g_tls_database_verify_chain (database, shoal_device_key_get_certificate (key),
                                                G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER, NULL,
                                                NULL, G_TLS_DATABASE_VERIFY_NONE, NULL, NULL),
                   ==, G_TLS_CERTIFICATE_UNKNOWN_CA);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  g_setenv ("G_TLS_GNUTLS_PRIORITY", "NORMAL", TRUE);
  g_assert_true (shoal_tls_init (&error));
  g_assert_null (g_getenv ("G_TLS_GNUTLS_PRIORITY"));
  g_test_add_func ("/tls/connect", test_connect);
  g_test_add_func ("/tls/connect-again", test_connect_again);
  g_test_add_func ("/tls/wrong-pin", test_wrong_pin);
  g_test_add_func ("/tls/next-address", test_next_address);
  g_test_add_func ("/tls/cancel", test_cancel);
  g_test_add_func ("/tls/not-tls", test_not_tls);
  g_test_add_func ("/tls/other-keys", test_other_keys);
  g_test_add_func ("/tls/probe", test_probe);
  g_test_add_func ("/tls/no-authorities", test_no_authorities);
  return g_test_run ();
}
