/* shoal-listener-guest.c: one connection on its way through the guard: peek, handshake, refuse
 *
 * Nothing here waits: peeking and draining are driven by the socket's readiness, the handshake runs
 * in GIO's threads. SO_RCVLOWAT makes the socket ready only when as many bytes are there as the
 * ClientHello needs, for peeked bytes stay in it and would wake us for ever.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-listener"

#include "config.h"

#include "shoal-listener-private.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include <glib-unix.h>

#include "shoal-client-hello.h"
#include "shoal-limits.h"
#include "shoal-tls-private.h"

static void
attach (Guest *guest, GSource *source, GSourceFunc callback)
{
  g_source_set_callback (source, callback, guest, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
}

static void
clear_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/* ---- The time limit ------------------------------------------------------------------------- */

static gboolean
on_deadline_cb (gpointer user_data)
{
  Guest *guest = user_data;

  clear_source (&guest->deadline);
  g_debug ("A connection used up its time");
  /* A handshake ends by itself, cancelled; its callback drops the guest. */
  if (guest->state == GUEST_HANDSHAKING)
    g_cancellable_cancel (guest->cancellable);
  else
    shoal_listener_guest_drop (guest->listener, guest);
  return G_SOURCE_REMOVE;
}

static void
set_deadline (Guest *guest, guint timeout_ms)
{
  clear_source (&guest->deadline);
  guest->deadline = g_timeout_source_new (timeout_ms);
  attach (guest, guest->deadline, on_deadline_cb);
}

/* ---- Peeking -------------------------------------------------------------------------------- */

static gboolean
set_low_water (Guest *guest, gsize bytes)
{
  return g_socket_set_option (guest->socket, SOL_SOCKET, SO_RCVLOWAT, (int) bytes, NULL);
}

/* The other side has said all that it will say. */
static gboolean
has_hung_up (Guest *guest)
{
  struct pollfd fd = { g_socket_get_fd (guest->socket), POLLRDHUP, 0 };

  return poll (&fd, 1, 0) > 0 && (fd.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

static gboolean
on_peek_ready_cb (gpointer user_data)
{
  shoal_guest_peek (user_data);
  return G_SOURCE_REMOVE;
}

static gboolean
on_peek_fd_cb (int fd, GIOCondition condition, gpointer user_data)
{
  return on_peek_ready_cb (user_data);
}

void
shoal_guest_peek (Guest *guest)
{
  guint8 data[SHOAL_MAX_CLIENT_HELLO];
  gsize needed = 0;

  g_assert (guest->state == GUEST_PEEKING);
  gboolean woken = guest->watch != NULL;
  clear_source (&guest->watch);

  gssize size = recv (g_socket_get_fd (guest->socket), data, sizeof data, MSG_PEEK | MSG_DONTWAIT);
  if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR))
    {
      shoal_listener_guest_drop (guest->listener, guest);
      return;
    }

  ShoalClientHello check = shoal_client_hello_check (data, (gsize) MAX (size, 0), &needed);
  if (check == SHOAL_CLIENT_HELLO_WHOLE && set_low_water (guest, 1))
    {
      shoal_listener_guest_hello (guest->listener, guest);
      return;
    }
  if (check != SHOAL_CLIENT_HELLO_MORE || !set_low_water (guest, needed) || has_hung_up (guest))
    {
      shoal_listener_guest_drop (guest->listener, guest);
      return;
    }

  /* The kernel may wake us early when it is short of memory: then look again a little later. */
  if (woken && size > 0 && (gsize) size < needed)
    {
      guest->watch = g_timeout_source_new (SHOAL_PEEK_AGAIN_MS);
      attach (guest, guest->watch, on_peek_ready_cb);
      return;
    }
  guest->watch = g_unix_fd_source_new (g_socket_get_fd (guest->socket), G_IO_IN);
  attach (guest, guest->watch, G_SOURCE_FUNC (on_peek_fd_cb));
}

/* ---- The handshake -------------------------------------------------------------------------- */

static void
on_handshake_done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Guest *guest = user_data;
  g_autoptr (ShoalListener) listener = guest->listener;
  g_autoptr (GError) error = NULL;

  g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, &error);
  shoal_listener_guest_handshaken (listener, guest, error);
}

gboolean
shoal_guest_handshake (Guest *guest, ShoalDeviceKey *key, const char *const *alpn)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) stream
             = g_socket_connection_factory_create_connection (guest->socket);

  g_assert (guest->state == GUEST_WAITING);
  guest->tls = shoal_tls_server_connection_new (G_IO_STREAM (stream), key, alpn, &error);
  if (guest->tls == NULL)
    {
      g_warning ("Cannot begin a handshake: %s", error->message);
      return FALSE;
    }
  guest->state = GUEST_HANDSHAKING;
  guest->cancellable = g_cancellable_new ();
  g_object_ref (guest->listener);
  g_tls_connection_handshake_async (guest->tls, G_PRIORITY_DEFAULT, guest->cancellable,
                                    on_handshake_done_cb, guest);
  return TRUE;
}

/* ---- Refusing ------------------------------------------------------------------------------- */

static gboolean
on_drain_ready_cb (int fd, GIOCondition condition, gpointer user_data)
{
  Guest *guest = user_data;
  guint8 data[4096];
  gssize size = recv (fd, data, sizeof data, MSG_DONTWAIT);

  if (size > 0)
    guest->drained += (gsize) size;
  if ((size > 0 && guest->drained < SHOAL_MAX_DRAIN) || (size < 0 && errno == EAGAIN))
    return G_SOURCE_CONTINUE;
  shoal_listener_guest_drop (guest->listener, guest);
  return G_SOURCE_REMOVE;
}

/* Closing a socket with unread bytes in it resets the connection, and the reset overtakes the
 * good-bye: so read what comes for a moment. Closing only the writing side cannot block: after a
 * handshake the kernel has room for a line and the 24 bytes of a close_notify. */
void
shoal_guest_refuse (Guest *guest, const char *last_words)
{
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (guest->tls));

  if (last_words != NULL)
    g_output_stream_write_all (output, last_words, strlen (last_words), NULL, NULL, NULL);
  g_output_stream_close (output, NULL, NULL);
  g_socket_shutdown (guest->socket, FALSE, TRUE, NULL);
  guest->state = GUEST_DRAINING;
  set_deadline (guest, SHOAL_DRAIN_MS);
  guest->watch = g_unix_fd_source_new (g_socket_get_fd (guest->socket), G_IO_IN);
  attach (guest, guest->watch, G_SOURCE_FUNC (on_drain_ready_cb));
}

/* ---- Coming and going ----------------------------------------------------------------------- */

Guest *
shoal_guest_new (ShoalListener *listener,
                 GSocket *socket,
                 GInetSocketAddress *remote,
                 guint timeout_ms)
{
  Guest *guest = g_new0 (Guest, 1);

  guest->listener = listener;
  guest->state = GUEST_PEEKING;
  guest->socket = g_object_ref (socket);
  guest->remote = g_object_ref (remote);
  set_deadline (guest, timeout_ms);
  return guest;
}

void
shoal_guest_settle_down (Guest *guest)
{
  clear_source (&guest->deadline);
  g_clear_object (&guest->cancellable);
  guest->state = GUEST_GIVEN;
}

void
shoal_guest_free (Guest *guest)
{
  g_assert (guest->address == NULL);
  clear_source (&guest->watch);
  clear_source (&guest->deadline);
  if (guest->state != GUEST_GIVEN)
    g_socket_close (guest->socket, NULL);
  g_clear_object (&guest->cancellable);
  g_clear_object (&guest->tls);
  g_clear_object (&guest->socket);
  g_clear_object (&guest->remote);
  g_clear_pointer (&guest->fingerprint, g_free);
  g_free (guest);
}
