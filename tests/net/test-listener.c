/* test-listener.c: the guard: silence, slowness, crowds and rubbish before anything is known
 *
 * The listener runs in this thread's main context, the clients in threads of their own.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net-test.h"
#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-listener-private.h"
#include "shoal-tls.h"

typedef struct
{
  ShoalListener *listener;
  guint16 port;
  GPtrArray *connections;
  char *last; /* fingerprint */
} Guarded;

static const ShoalListenerConfig relaxed = {
  .max_connections = 64,
  .max_per_address = 64,
  .max_strangers = 32,
  .max_strangers_per_address = 32,
  .handshake_timeout_ms = 10000,
};

static void
on_connection (ShoalListener *listener,
               GTlsConnection *connection,
               const char *fingerprint,
               GInetSocketAddress *remote,
               gpointer user_data)
{
  Guarded *guarded = user_data;

  g_assert_true (shoal_is_fingerprint (fingerprint));
  g_assert_cmpint (g_tls_connection_get_protocol_version (connection), ==,
                   G_TLS_PROTOCOL_VERSION_TLS_1_3);
  g_ptr_array_add (guarded->connections, g_object_ref (connection));
  g_free (guarded->last);
  guarded->last = g_strdup (fingerprint);
}

static void
guarded_init (Guarded *guarded, const ShoalListenerConfig *config)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalDeviceKey) key = net_test_key (1);

  guarded->connections = g_ptr_array_new_with_free_func (g_object_unref);
  guarded->last = NULL;
  guarded->listener = shoal_listener_new (key, config, on_connection, guarded);
  shoal_listener_listen (guarded->listener, "127.0.0.1", 0, &guarded->port, &error);
  g_assert_no_error (error);
}

static gboolean
is_last_reference (gpointer data)
{
  return g_atomic_int_get (&G_OBJECT (data)->ref_count) == 1;
}

static void
guarded_clear (Guarded *guarded)
{
  shoal_listener_stop (guarded->listener);
  for (guint i = 0; i < guarded->connections->len; i++)
    shoal_listener_connection_closed (guarded->listener, guarded->connections->pdata[i]);
  /* Handshakes that were under way hold a reference until they have ended. */
  net_test_wait (is_last_reference, guarded->listener);
  g_clear_pointer (&guarded->connections, g_ptr_array_unref);
  g_assert_finalize_object (guarded->listener);
  g_clear_pointer (&guarded->last, g_free);
}

/* ---- Clients in threads --------------------------------------------------------------------- */

#define RSA_KEY 255 /* one of another kind */

typedef struct
{
  guint16 port;
  guint8 key; /* 0: none */
  GThread *thread;
  int done;
  NetRaw *raw;
  gboolean reads; /* what is said to it, until the end */
  char *said;
} Visitor;

static gpointer
visitor_thread (gpointer data)
{
  Visitor *visitor = data;
  g_autoptr (ShoalDeviceKey) key = visitor->key != 0 ? net_test_key (visitor->key) : NULL;

  visitor->raw = visitor->key == RSA_KEY ? net_raw_connect_rsa (visitor->port)
                                         : net_raw_connect (visitor->port, key, NULL);
  /* One that is refused hears so only when it reads. */
  if (visitor->key == RSA_KEY && visitor->raw != NULL)
    g_free (net_raw_read_all (visitor->raw, NULL));
  else if (visitor->reads && visitor->raw != NULL)
    visitor->said = net_raw_read_all (visitor->raw, NULL);
  g_atomic_int_set (&visitor->done, TRUE);
  g_main_context_wakeup (NULL);
  return NULL;
}

static void
visitor_start (Visitor *visitor, guint16 port, guint8 key)
{
  *visitor = (Visitor){ .port = port, .key = key };
  visitor->thread = g_thread_new ("visitor", visitor_thread, visitor);
}

static void
visitor_start_reading (Visitor *visitor, guint16 port, guint8 key)
{
  *visitor = (Visitor){ .port = port, .key = key, .reads = TRUE };
  visitor->thread = g_thread_new ("visitor", visitor_thread, visitor);
}

static gboolean
visitor_is_done (gpointer data)
{
  return g_atomic_int_get (&((Visitor *) data)->done);
}

static void
visitor_clear (Visitor *visitor)
{
  net_test_wait (visitor_is_done, visitor);
  g_thread_join (g_steal_pointer (&visitor->thread));
  g_clear_pointer (&visitor->raw, net_raw_free);
  g_clear_pointer (&visitor->said, g_free);
}

typedef struct
{
  Guarded *guarded;
  guint count;
} Expected;

static gboolean
has_connections (gpointer data)
{
  const Expected *expected = data;

  return expected->guarded->connections->len >= expected->count;
}

static void
wait_for_connections (Guarded *guarded, guint count)
{
  Expected expected = { guarded, count };

  net_test_wait (has_connections, &expected);
  g_assert_cmpuint (guarded->connections->len, ==, count);
}

typedef struct
{
  Guarded *guarded;
  Visitor *visitor;
} Refused;

static gboolean
is_decided (gpointer data)
{
  const Refused *refused = data;

  return refused->guarded->connections->len > 0 || visitor_is_done (refused->visitor);
}

static void
wait_until_refused (Guarded *guarded, Visitor *visitor)
{
  Refused refused = { guarded, visitor };

  net_test_wait (is_decided, &refused);
  g_assert_cmpuint (guarded->connections->len, ==, 0);
}

static gboolean
is_closed_now (gpointer data)
{
  char byte = 0;
  gssize size = recv (GPOINTER_TO_INT (data), &byte, 1, MSG_DONTWAIT);

  g_main_context_wakeup (NULL);
  return size == 0 || (size < 0 && errno != EAGAIN);
}

static void
wait_until_closed (int fd)
{
  net_test_wait (is_closed_now, GINT_TO_POINTER (fd));
}

/* ---- The tests ------------------------------------------------------------------------------ */

static void
test_hand_over (void)
{
  Guarded guarded;
  Visitor visitor;
  g_autoptr (ShoalDeviceKey) key = net_test_key (4);

  guarded_init (&guarded, &relaxed);
  visitor_start (&visitor, guarded.port, 4);
  wait_for_connections (&guarded, 1);
  g_assert_cmpstr (guarded.last, ==, shoal_device_key_get_fingerprint (key));
  visitor_clear (&visitor);
  guarded_clear (&guarded);
}

/* What a signature costs to check is not for strangers to choose. */
static void
test_other_keys (void)
{
  Guarded guarded;
  Visitor visitor;

  guarded_init (&guarded, &relaxed);
  visitor_start (&visitor, guarded.port, RSA_KEY);
  wait_until_refused (&guarded, &visitor);
  visitor_clear (&visitor);
  guarded_clear (&guarded);
}

static void
test_silence_is_cut_off (void)
{
  ShoalListenerConfig config = relaxed;
  Guarded guarded;

  config.handshake_timeout_ms = 100;
  guarded_init (&guarded, &config);
  int fd = net_tcp_connect (guarded.port);
  wait_until_closed (fd);
  close (fd);
  guarded_clear (&guarded);
}

typedef struct
{
  int fd;
  int done;
} Slow;

/* A ClientHello of 200 bytes that would take 200 seconds */
static gpointer
slow_thread (gpointer data)
{
  Slow *slow = data;
  const guint8 header[] = { 22, 3, 1, 0, 200, 1, 0, 0, 196 };
  gboolean open = TRUE;

  for (gsize i = 0; open && i < 205; i++)
    {
      guint8 byte = i < sizeof header ? header[i] : 0;
      struct timeval wait = { i < sizeof header ? 0 : 1, 1000 };

      open = send (slow->fd, &byte, 1, MSG_NOSIGNAL) == 1;
      setsockopt (slow->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
      gssize size = recv (slow->fd, &byte, 1, 0);
      open = open && size < 0 && errno == EAGAIN;
    }
  g_assert_false (open);
  g_atomic_int_set (&slow->done, TRUE);
  g_main_context_wakeup (NULL);
  return NULL;
}

static gboolean
slow_is_done (gpointer data)
{
  return g_atomic_int_get (&((Slow *) data)->done);
}

static void
test_slow_hello_is_cut_off (void)
{
  ShoalListenerConfig config = relaxed;
  Guarded guarded;

  config.handshake_timeout_ms = 300;
  guarded_init (&guarded, &config);
  Slow slow = { net_tcp_connect (guarded.port), FALSE };
  GThread *thread = g_thread_new ("slow", slow_thread, &slow);
  net_test_wait (slow_is_done, &slow);
  g_thread_join (thread);
  close (slow.fd);
  g_assert_cmpuint (guarded.connections->len, ==, 0);
  guarded_clear (&guarded);
}

/* Who says hello and then nothing holds a handshake slot, but not for longer than the limit. */
static void
test_stalled_handshakes_are_cut_off (void)
{
  ShoalListenerConfig config = relaxed;
  Guarded guarded;
  Visitor visitor;
  int fds[4];

  config.handshake_timeout_ms = 500;
  guarded_init (&guarded, &config);
  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      fds[i] = net_tcp_connect (guarded.port);
      net_send_hello (fds[i]);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      wait_until_closed (fds[i]);
      close (fds[i]);
    }
  visitor_start (&visitor, guarded.port, 4);
  wait_for_connections (&guarded, 1);
  visitor_clear (&visitor);
  guarded_clear (&guarded);
}

static void
test_rubbish_is_closed_at_once (void)
{
  static const char *const rubbish[]
      = { "GET / HTTP/1.1\r\n\r\n", "SSH-2.0-x\r\n", "\x16\x02\x01\x01\x04xxxx" };
  Guarded guarded;

  /* The time limit is longer than the test waits. */
  ShoalListenerConfig config = relaxed;
  config.handshake_timeout_ms = 60000;
  guarded_init (&guarded, &config);
  for (gsize i = 0; i < G_N_ELEMENTS (rubbish); i++)
    {
      int fd = net_tcp_connect (guarded.port);

      g_assert_cmpint (send (fd, rubbish[i], strlen (rubbish[i]), 0), >, 0);
      wait_until_closed (fd);
      close (fd);
    }
  guarded_clear (&guarded);
}

static void
test_silent_ones_make_room (void)
{
  ShoalListenerConfig config = relaxed;
  Guarded guarded;
  Visitor visitor;
  int fds[4];

  config.max_strangers_per_address = 3;
  config.handshake_timeout_ms = 60000;
  guarded_init (&guarded, &config);
  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++)
    fds[i] = net_tcp_connect (guarded.port);
  wait_until_closed (fds[0]);
  for (gsize i = 1; i < G_N_ELEMENTS (fds); i++)
    g_assert_false (is_closed_now (GINT_TO_POINTER (fds[i])));

  visitor_start (&visitor, guarded.port, 4);
  wait_for_connections (&guarded, 1);
  wait_until_closed (fds[1]);
  visitor_clear (&visitor);
  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++)
    close (fds[i]);
  guarded_clear (&guarded);
}

/* ---- Strangers who finished a handshake ---- */

/* As many as one address may have, in the order of their keys, which begin with 4. */
static void
fill_with_strangers (Guarded *guarded, Visitor *visitors, guint count)
{
  for (guint i = 0; i < count; i++)
    {
      visitor_start (&visitors[i], guarded->port, (guint8) (4 + i));
      wait_for_connections (guarded, i + 1);
    }
}

static gboolean
has_ended (Guarded *guarded, guint index)
{
  g_autoptr (GIOStream) base = NULL;

  g_object_get (guarded->connections->pdata[index], "base-io-stream", &base, NULL);
  return is_closed_now (GINT_TO_POINTER (
      g_socket_get_fd (g_socket_connection_get_socket (G_SOCKET_CONNECTION (base)))));
}

/* The one that has been idle for longest makes room; one with a request under way, or that has
 * signed in, does not. */
static void
test_idle_strangers_make_room (void)
{
  ShoalListenerConfig config = relaxed;
  Guarded guarded;
  Visitor visitors[5];

  config.max_strangers_per_address = 3;
  guarded_init (&guarded, &config);
  fill_with_strangers (&guarded, visitors, 3);
  shoal_listener_connection_settled (guarded.listener, guarded.connections->pdata[0]);
  visitor_start (&visitors[3], guarded.port, 7);
  wait_for_connections (&guarded, 4);
  for (guint i = 0; i < 4; i++)
    g_assert_false (has_ended (&guarded, i));

  shoal_listener_connection_busy (guarded.listener, guarded.connections->pdata[1], TRUE);
  visitor_start (&visitors[4], guarded.port, 8);
  wait_for_connections (&guarded, 5);
  for (guint i = 0; i < 5; i++)
    g_assert_cmpint (has_ended (&guarded, i), ==, i == 2);
  for (gsize i = 0; i < G_N_ELEMENTS (visitors); i++)
    visitor_clear (&visitors[i]);
  guarded_clear (&guarded);
}

/* Where nobody is idle the newcomer is refused, and told so; a device that is known comes in. */
static void
test_busy_strangers_do_not (void)
{
  ShoalListenerConfig config = relaxed;
  Guarded guarded;
  Visitor visitors[4];
  g_autoptr (ShoalDeviceKey) key = net_test_key (7);
  g_autoptr (GHashTable) known = net_test_set (shoal_device_key_get_fingerprint (key), NULL);

  config.max_strangers_per_address = 2;
  config.last_words = "Come again.\n";
  guarded_init (&guarded, &config);
  fill_with_strangers (&guarded, visitors, 2);
  for (guint i = 0; i < 2; i++)
    shoal_listener_connection_busy (guarded.listener, guarded.connections->pdata[i], TRUE);
  visitor_start_reading (&visitors[2], guarded.port, 6);
  net_test_wait (visitor_is_done, &visitors[2]);
  g_assert_cmpstr (visitors[2].said, ==, "Come again.\n");
  g_assert_cmpuint (guarded.connections->len, ==, 2);

  shoal_listener_set_known (guarded.listener, known, NULL);
  visitor_start (&visitors[3], guarded.port, 7);
  wait_for_connections (&guarded, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_false (has_ended (&guarded, i));
  for (gsize i = 0; i < G_N_ELEMENTS (visitors); i++)
    visitor_clear (&visitors[i]);
  guarded_clear (&guarded);
}

/* A device that is known, and never signs in, is no stranger only so often. */
static void
test_known_device_without_end (void)
{
  ShoalListenerConfig config = relaxed;
  Guarded guarded;
  Visitor visitors[SHOAL_MAX_CONNECTIONS_PER_DEVICE + 2];
  const guint n = G_N_ELEMENTS (visitors);
  g_autoptr (ShoalDeviceKey) key = net_test_key (4);
  g_autoptr (GHashTable) known = net_test_set (shoal_device_key_get_fingerprint (key), NULL);

  config.max_strangers_per_address = 1;
  guarded_init (&guarded, &config);
  shoal_listener_set_known (guarded.listener, known, NULL);
  for (guint i = 0; i < n; i++)
    {
      visitor_start (&visitors[i], guarded.port, 4);
      wait_for_connections (&guarded, i + 1);
    }
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpint (has_ended (&guarded, i), ==, i == n - 2);
      visitor_clear (&visitors[i]);
    }
  guarded_clear (&guarded);
}

/* A quarter of the places is for those who come from an address that is known. */
static void
test_reserved_places (void)
{
  ShoalListenerConfig config = relaxed;
  Guarded guarded;
  Visitor visitors[5];
  g_autoptr (GHashTable) addresses = net_test_set ("127.0.0.1", NULL);

  config.max_strangers = 4;
  guarded_init (&guarded, &config);
  fill_with_strangers (&guarded, visitors, 3);
  for (guint i = 0; i < 3; i++)
    shoal_listener_connection_busy (guarded.listener, guarded.connections->pdata[i], TRUE);
  visitor_start_reading (&visitors[3], guarded.port, 7);
  net_test_wait (visitor_is_done, &visitors[3]);
  g_assert_cmpuint (guarded.connections->len, ==, 3);

  shoal_listener_set_known (guarded.listener, NULL, addresses);
  visitor_start (&visitors[4], guarded.port, 8);
  wait_for_connections (&guarded, 4);
  for (gsize i = 0; i < G_N_ELEMENTS (visitors); i++)
    visitor_clear (&visitors[i]);
  guarded_clear (&guarded);
}

/* Silent ones of addresses that nobody knows fill no more than their part either. */
static void
test_reserved_for_who_arrives (void)
{
  ShoalListenerConfig config = relaxed;
  Guarded guarded;
  Visitor visitor;
  g_autoptr (GHashTable) addresses = net_test_set ("127.0.0.1", NULL);
  int fds[4];

  config.max_strangers = 4;
  config.handshake_timeout_ms = 60000;
  guarded_init (&guarded, &config);
  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++)
    fds[i] = net_tcp_connect (guarded.port);
  wait_until_closed (fds[0]);
  shoal_listener_set_known (guarded.listener, NULL, addresses);
  visitor_start (&visitor, guarded.port, 4);
  wait_for_connections (&guarded, 1);
  for (gsize i = 1; i < G_N_ELEMENTS (fds); i++)
    g_assert_false (is_closed_now (GINT_TO_POINTER (fds[i])));
  visitor_clear (&visitor);
  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++)
    close (fds[i]);
  guarded_clear (&guarded);
}

/* ---- Addresses ---- */

/* A guest that says nothing, as if from @address. */
static Guest *
add_silent (ShoalListener *listener, const char *address, int *fd)
{
  int fds[2] = { -1, -1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketAddress) remote = g_inet_socket_address_new_from_string (address, 1);

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fds[0], &error);
  g_assert_no_error (error);
  *fd = fds[1];

  Guest *guest = shoal_guest_new (listener, socket, G_INET_SOCKET_ADDRESS (remote), 60000);

  shoal_crowd_enter (listener, guest);
  g_hash_table_add (listener->guests, guest);
  g_queue_push_tail (&listener->peeking, guest);
  return guest;
}

static gboolean
has_room_for (ShoalListener *listener, const char *address)
{
  g_autoptr (GSocketAddress) remote = g_inet_socket_address_new_from_string (address, 1);

  return shoal_crowd_make_room (listener, G_INET_SOCKET_ADDRESS (remote));
}

/* Whoever has a /48 has 65,536 times a /64, and is one all the same. */
static void
test_sites (void)
{
  ShoalListenerConfig config = relaxed;
  Guarded guarded;
  int fds[2 * SHOAL_ADDRESSES_PER_SITE];

  config.max_strangers_per_address = 2;
  guarded_init (&guarded, &config);
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      g_autofree char *address = g_strdup_printf ("2001:db8:1:%u::%u", i / 2, i);

      g_assert_true (has_room_for (guarded.listener, address));
      add_silent (guarded.listener, address, &fds[i]);
    }
  /* Another site, and IPv4, are of no interest to this one. */
  g_assert_true (has_room_for (guarded.listener, "2001:db8:2:1::1"));
  g_assert_true (has_room_for (guarded.listener, "192.0.2.1"));
  g_assert_false (is_closed_now (GINT_TO_POINTER (fds[0])));
  /* A new /64 of a full site takes the place of the one that came first. */
  g_assert_true (has_room_for (guarded.listener, "2001:db8:1:ffff::1"));
  g_assert_true (is_closed_now (GINT_TO_POINTER (fds[0])));
  g_assert_false (is_closed_now (GINT_TO_POINTER (fds[1])));
  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++)
    close (fds[i]);
  guarded_clear (&guarded);
}

/* Above the cap nobody is accepted until somebody goes. */
static void
test_total_cap (void)
{
  ShoalListenerConfig config = relaxed;
  Guarded guarded;
  Visitor visitors[3];

  config.max_connections = 2;
  guarded_init (&guarded, &config);
  visitor_start (&visitors[0], guarded.port, 4);
  visitor_start (&visitors[1], guarded.port, 5);
  wait_for_connections (&guarded, 2);
  visitor_start (&visitors[2], guarded.port, 6);
  for (guint i = 0; i < 100; i++)
    g_main_context_iteration (NULL, FALSE);
  g_assert_false (g_atomic_int_get (&visitors[2].done));

  shoal_listener_connection_closed (guarded.listener, guarded.connections->pdata[0]);
  g_ptr_array_remove_index (guarded.connections, 0);
  wait_for_connections (&guarded, 2);
  for (gsize i = 0; i < G_N_ELEMENTS (visitors); i++)
    visitor_clear (&visitors[i]);
  guarded_clear (&guarded);
}

static void
test_known_only (void)
{
  ShoalListenerConfig config = relaxed;
  Guarded guarded;
  Visitor friend;
  Visitor stranger;
  g_autoptr (ShoalDeviceKey) key = net_test_key (4);
  g_autoptr (GHashTable) known = net_test_set (shoal_device_key_get_fingerprint (key), NULL);
  g_autoptr (GHashTable) addresses = net_test_set ("127.0.0.1", NULL);

  config.known_only = TRUE;
  guarded_init (&guarded, &config);
  visitor_start (&stranger, guarded.port, 5);
  net_test_wait (visitor_is_done, &stranger); /* it cannot know yet that it is refused */
  g_assert_cmpuint (guarded.connections->len, ==, 0);
  shoal_listener_set_known (guarded.listener, known, addresses);
  visitor_start (&friend, guarded.port, 4);
  wait_for_connections (&guarded, 1);
  visitor_clear (&friend);
  visitor_clear (&stranger);
  guarded_clear (&guarded);
}

static gboolean
nobody_arrives (gpointer data)
{
  return ((ShoalListener *) data)->arriving == 0;
}

/* One that is refused, and is read from for a moment so that it hears of it, takes nobody's place.
 */
static void
test_refused_do_not_count (void)
{
  ShoalListenerConfig config = relaxed;
  Guarded guarded;
  Visitor strangers[3];
  Visitor friend;
  g_autoptr (ShoalDeviceKey) key = net_test_key (9);
  g_autoptr (GHashTable) known = net_test_set (shoal_device_key_get_fingerprint (key), NULL);

  config.known_only = TRUE;
  config.max_strangers_per_address = 1;
  config.max_strangers = 1;
  config.max_connections = 1;
  guarded_init (&guarded, &config);
  shoal_listener_set_known (guarded.listener, known, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (strangers); i++)
    {
      visitor_start (&strangers[i], guarded.port, (guint8) (4 + i));
      net_test_wait (visitor_is_done, &strangers[i]);
      g_assert_nonnull (strangers[i].raw);
      /* The handshake's end has been noticed here too. */
      net_test_wait (nobody_arrives, guarded.listener);
    }
  visitor_start (&friend, guarded.port, 9);
  wait_for_connections (&guarded, 1);
  for (guint i = 0; i < G_N_ELEMENTS (strangers); i++)
    visitor_clear (&strangers[i]);
  visitor_clear (&friend);
  guarded_clear (&guarded);
}

static void
test_taken_port (void)
{
  Guarded guarded;
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalDeviceKey) key = net_test_key (1);
  g_autoptr (ShoalListener) other = shoal_listener_new (key, &relaxed, on_connection, NULL);

  guarded_init (&guarded, &relaxed);
  g_assert_false (shoal_listener_listen (other, "127.0.0.1", guarded.port, NULL, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_EXISTS);
  g_clear_error (&error);
  g_assert_false (shoal_listener_listen (other, "localhost", 0, NULL, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
  guarded_clear (&guarded);
}

/* IPv4 reaches a listener on all addresses, and counts as IPv4. */
static void
test_dual_stack (void)
{
  Guarded guarded;
  Visitor visitor;
  g_autoptr (GError) error = NULL;
  guint16 port = 0;

  guarded_init (&guarded, &relaxed);
  g_assert_true (shoal_listener_listen (guarded.listener, NULL, 0, &port, &error));
  visitor_start (&visitor, port, 4);
  wait_for_connections (&guarded, 1);
  visitor_clear (&visitor);
  guarded_clear (&guarded);
}

/* 40 silent strangers do not delay a member: the contract says so, with 2 s as its bound. */
static void
test_forty_strangers (void)
{
  g_autoptr (NetTestServer) server = net_test_server_new ();
  g_autoptr (ShoalPeerClient) client = net_test_server_client (server, 2);
  g_autoptr (GError) error = NULL;
  int fds[40];

  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++)
    fds[i] = net_tcp_connect (server->port);
  gint64 start = g_get_monotonic_time ();
  g_autoptr (GBytes) body = shoal_peer_client_get (client, "/v1/whole/5", 5, 5, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 2 * G_USEC_PER_SEC);
  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++)
    close (fds[i]);
}

/* Nor do 40 that say hello and then stall: they hold slots, and give them up to who waits. */
static void
test_forty_stalled (void)
{
  g_autoptr (NetTestServer) server = net_test_server_new ();
  g_autoptr (ShoalPeerClient) client = net_test_server_client (server, 2);
  g_autoptr (GError) error = NULL;
  int fds[40];

  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      fds[i] = net_tcp_connect (server->port);
      net_send_hello (fds[i]);
    }
  gint64 start = g_get_monotonic_time ();
  g_autoptr (GBytes) body = shoal_peer_client_get (client, "/v1/whole/5", 5, 5, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 4 * G_USEC_PER_SEC);
  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++)
    close (fds[i]);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  g_assert_true (shoal_tls_init (&error));
  g_test_add_func ("/listener/hand-over", test_hand_over);
  g_test_add_func ("/listener/other-keys", test_other_keys);
  g_test_add_func ("/listener/silence-is-cut-off", test_silence_is_cut_off);
  g_test_add_func ("/listener/slow-hello-is-cut-off", test_slow_hello_is_cut_off);
  g_test_add_func ("/listener/stalled-handshakes-are-cut-off", test_stalled_handshakes_are_cut_off);
  g_test_add_func ("/listener/rubbish-is-closed-at-once", test_rubbish_is_closed_at_once);
  g_test_add_func ("/listener/silent-ones-make-room", test_silent_ones_make_room);
  g_test_add_func ("/listener/idle-strangers-make-room", test_idle_strangers_make_room);
  g_test_add_func ("/listener/busy-strangers-do-not", test_busy_strangers_do_not);
  g_test_add_func ("/listener/known-device-without-end", test_known_device_without_end);
  g_test_add_func ("/listener/reserved-places", test_reserved_places);
  g_test_add_func ("/listener/reserved-for-who-arrives", test_reserved_for_who_arrives);
  g_test_add_func ("/listener/sites", test_sites);
  g_test_add_func ("/listener/refused-do-not-count", test_refused_do_not_count);
  g_test_add_func ("/listener/total-cap", test_total_cap);
  g_test_add_func ("/listener/known-only", test_known_only);
  g_test_add_func ("/listener/taken-port", test_taken_port);
  g_test_add_func ("/listener/dual-stack", test_dual_stack);
  g_test_add_func ("/listener/forty-strangers", test_forty_strangers);
  g_test_add_func ("/listener/forty-stalled", test_forty_stalled);
  return g_test_run ();
}
