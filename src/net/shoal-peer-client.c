/* shoal-peer-client.c: one blocking HTTP connection to one device, for a worker thread
 *
 * One SoupSession at a time, with one connection, to the address that answered. Whatever is odd
 * about a connection ends it: the session is thrown away, with its socket shut first, so that
 * libsoup cannot wait for bytes that nobody wants.
 *
 * The key is checked three times: the handshake goes on only with the pin; the completed connection
 * must show it; and so must the connection that each answer came over.
 *
 * Everything happens in the thread that made the client, under a main context of its own that is
 * pushed around each call.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-peer-client"

#include "config.h"

#include "shoal-peer-client.h"

#include <string.h>

#include <libsoup/soup.h>
#include <glib/gi18n.h>

#include "shoal-connect-race.h"
#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-socket.h"
#include "shoal-tls-private.h"
#include "shoal-tls.h"

#define HTTP_CONFLICT 409
#define HTTP_RANGE 416

struct _ShoalPeerClient
{
  GThread *thread;
  GMainContext *context;
  ShoalDeviceKey *key;
  char *fingerprint;
  GPtrArray *addresses; /* GInetSocketAddress */
  gboolean *skip;       /* which of them another key answers at */
  int preferred;        /* the address that answered last, or -1 */

  SoupSession *session;  /* (nullable) */
  char *address;         /* (nullable): what it is connected to */
  GSocket *socket;       /* (nullable): its connection */
  gboolean handshaken;   /* the connection is complete and shows the pin */
  gboolean wrong_key;    /* another key was shown */
  guint answers;         /* over this connection */
  GTlsCertificate *seen; /* (nullable): the certificate that was compared with the pin last */

  SoupMessage *message; /* (nullable) with its body: */
  GInputStream *body;
  guint64 left;

  guint64 received; /* atomic: bytes of bodies, over all connections */
};

static void
assert_thread (ShoalPeerClient *self)
{
  g_assert (self->thread == g_thread_self ());
}

ShoalPeerClient *
shoal_peer_client_new (ShoalDeviceKey *key, const char *fingerprint, const char *const *addresses)
{
  g_return_val_if_fail (key != NULL, NULL);
  g_return_val_if_fail (shoal_is_fingerprint (fingerprint), NULL);

  ShoalPeerClient *self = g_new0 (ShoalPeerClient, 1);
  self->thread = g_thread_self ();
  self->context = g_main_context_new ();
  self->key = shoal_device_key_ref (key);
  self->fingerprint = g_strdup (fingerprint);
  self->addresses = g_ptr_array_new_with_free_func (g_object_unref);
  for (gsize i = 0; addresses != NULL && addresses[i] != NULL; i++)
    {
      GInetSocketAddress *address = shoal_parse_peer_address (addresses[i]);

      if (address != NULL && self->addresses->len < SHOAL_MAX_DIALLED_ADDRESSES)
        g_ptr_array_add (self->addresses, address);
      else
        g_clear_object (&address);
    }
  self->skip = g_new0 (gboolean, self->addresses->len + 1);
  self->preferred = -1;
  return self;
}

/* Shut first: then nothing that libsoup does on the way can wait. */
static void
drop_connection (ShoalPeerClient *self)
{
  if (self->socket != NULL)
    g_socket_shutdown (self->socket, TRUE, TRUE, NULL);
  g_clear_object (&self->socket);
  if (self->session != NULL)
    soup_session_abort (self->session);
  g_clear_object (&self->body);
  g_clear_object (&self->message);
  g_clear_object (&self->session);
  g_clear_object (&self->seen);
  g_clear_pointer (&self->address, g_free);
  self->handshaken = FALSE;
  self->answers = 0;
  self->left = 0;
}

void
shoal_peer_client_free (ShoalPeerClient *self)
{
  if (self == NULL)
    return;
  assert_thread (self);
  g_main_context_push_thread_default (self->context);
  drop_connection (self);
  while (g_main_context_iteration (self->context, FALSE))
    continue;
  g_main_context_pop_thread_default (self->context);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_pointer (&self->key, shoal_device_key_unref);
  g_clear_pointer (&self->fingerprint, g_free);
  g_clear_pointer (&self->addresses, g_ptr_array_unref);
  g_clear_pointer (&self->skip, g_free);
  g_free (self);
}

/* ---- Connecting ----------------------------------------------------------------------------- */

static void
prepare_tls (ShoalPeerClient *self, GTlsConnection *tls)
{
  static const char *const alpn[] = { SHOAL_ALPN_PEER, NULL };

  /* glib-networking names the literal that we dial in the ClientHello, which no literal may stand
   * in; GnuTLS refuses an IPv6 one. A name that is nobody's takes its place. */
  g_autoptr (GSocketConnectable) nobody = g_network_address_new ("peer.invalid", 0);
  g_tls_client_connection_set_server_identity (G_TLS_CLIENT_CONNECTION (tls), nobody);
  g_tls_connection_set_certificate (tls, shoal_device_key_get_certificate (self->key));
  g_tls_connection_set_advertised_protocols (tls, alpn);
}

static void
check_connection (ShoalPeerClient *self, GTlsConnection *tls)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *shown = shoal_tls_check_peer (tls, self->fingerprint, &error);

  self->handshaken = shown != NULL;
  if (self->handshaken)
    {
      /* From now on silence is measured, not the time to connect. */
      g_socket_set_timeout (self->socket, SHOAL_STALL_MS / 1000);
      return;
    }
  g_info ("A connection is dropped: %s", error->message);
  self->wrong_key = g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_UNTRUSTED);
  g_socket_shutdown (self->socket, TRUE, TRUE, NULL);
}

static void
on_network_event_cb (SoupMessage *message,
                     GSocketClientEvent event,
                     GIOStream *connection,
                     gpointer user_data)
{
  ShoalPeerClient *self = user_data;

  if (event == G_SOCKET_CLIENT_CONNECTED && G_IS_SOCKET_CONNECTION (connection))
    {
      g_set_object (&self->socket,
                    g_socket_connection_get_socket (G_SOCKET_CONNECTION (connection)));
      shoal_socket_prepare (self->socket);
    }
  else if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING)
    prepare_tls (self, G_TLS_CONNECTION (connection));
  else if (event == G_SOCKET_CLIENT_TLS_HANDSHAKED)
    check_connection (self, G_TLS_CONNECTION (connection));
}

/* The handshake goes on with the device that was asked for and nobody else. */
static gboolean
on_accept_certificate_cb (SoupMessage *message,
                          GTlsCertificate *certificate,
                          GTlsCertificateFlags errors,
                          gpointer user_data)
{
  ShoalPeerClient *self = user_data;
  g_autofree char *shown = shoal_certificate_dup_fingerprint (certificate);

  self->wrong_key = g_strcmp0 (shown, self->fingerprint) != 0;
  return !self->wrong_key;
}

/* There is one request at a time, so one connection carries bytes. But a blocking session of
 * libsoup 3.2.3 that finds its last allowed connection closed by the other side and not yet
 * forgotten waits for a place for ever, and no cancellable ends that wait: there must always be
 * another place. */
#define SPARE_CONNECTIONS 16

static SoupSession *
make_session (void)
{
  SoupSession *session
      = g_object_new (SOUP_TYPE_SESSION, "tls-database", NULL, "proxy-resolver", NULL, "timeout",
                      SHOAL_CONNECT_TIMEOUT_S, "max-conns", SPARE_CONNECTIONS, "max-conns-per-host",
                      SPARE_CONNECTIONS, NULL);

  /* A decoder would unpack bombs; there are no passwords here. */
  soup_session_remove_feature_by_type (session, SOUP_TYPE_CONTENT_DECODER);
  soup_session_remove_feature_by_type (session, SOUP_TYPE_AUTH_MANAGER);
  return session;
}

/* @tried: which addresses have failed in this call. Returns the index of one to use, or -1. */
static int
choose_address (ShoalPeerClient *self,
                const gboolean *tried,
                GCancellable *cancellable,
                GError **error)
{
  g_autoptr (GPtrArray) addresses = g_ptr_array_new ();
  guint indexes[SHOAL_MAX_DIALLED_ADDRESSES];
  guint winner = 0;

  if (self->preferred >= 0 && !tried[self->preferred])
    return self->preferred;
  for (guint i = 0; i < self->addresses->len; i++)
    if (!tried[i] && !self->skip[i])
      {
        indexes[addresses->len] = i;
        g_ptr_array_add (addresses, self->addresses->pdata[i]);
      }
  if (addresses->len == 0)
    return -1;
  if (addresses->len > 1 && !shoal_connect_race (addresses, cancellable, &winner, error))
    return -1;
  return (int) indexes[winner];
}

static GUri *
make_uri (GInetSocketAddress *address, const char *path)
{
  g_autofree char *host = g_inet_address_to_string (g_inet_socket_address_get_address (address));

  return g_uri_build (SOUP_HTTP_URI_FLAGS, "https", NULL, host,
                      g_inet_socket_address_get_port (address), path, NULL, NULL);
}

/* ---- One request ---------------------------------------------------------------------------- */

static gboolean
set_disconnected (GError **error, const char *what, const char *why)
{
  g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED, "%s%s", what, why);
  return FALSE;
}

/* Cancelling stays what it is; everything else that libsoup or GIO say is a broken connection. */
static gboolean
set_transport_error (GError **error, const char *what, const GError *cause)
{
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_error_copy (cause));
      return FALSE;
    }
  return set_disconnected (error, what, cause->message);
}

/* A certificate is read once; every further answer over the connection shows the same object. */
static gboolean
message_shows_pin (ShoalPeerClient *self)
{
  GTlsCertificate *certificate = soup_message_get_tls_peer_certificate (self->message);

  if (certificate == NULL)
    return FALSE;
  if (certificate == self->seen)
    return TRUE;

  g_autofree char *shown = shoal_certificate_dup_fingerprint (certificate);
  if (g_strcmp0 (shown, self->fingerprint) != 0)
    return FALSE;
  g_set_object (&self->seen, certificate);
  return TRUE;
}

/* Sends the request over the connection there is, or a new one to address @index. */
static gboolean
send_once (
    ShoalPeerClient *self, guint index, const char *path, GCancellable *cancellable, GError **error)
{
  GInetSocketAddress *address = self->addresses->pdata[index];
  g_autoptr (GUri) uri = make_uri (address, path);

  if (self->session == NULL)
    {
      self->session = make_session ();
      self->address = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address));
    }
  self->wrong_key = FALSE;
  self->message = soup_message_new_from_uri (SOUP_METHOD_GET, uri);
  soup_message_set_flags (self->message, SOUP_MESSAGE_NO_REDIRECT);
  g_signal_connect (self->message, "network-event", G_CALLBACK (on_network_event_cb), self);
  g_signal_connect (self->message, "accept-certificate", G_CALLBACK (on_accept_certificate_cb),
                    self);
  self->body = soup_session_send (self->session, self->message, cancellable, error);
  if (self->body == NULL)
    return FALSE;

  if (self->handshaken && message_shows_pin (self))
    return TRUE;
  self->wrong_key = TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "Another key");
  return FALSE;
}

static gboolean
send_request (ShoalPeerClient *self, const char *path, GCancellable *cancellable, GError **error)
{
  gboolean tried[SHOAL_MAX_DIALLED_ADDRESSES] = { FALSE };
  gboolean any_wrong_key = FALSE;
  g_autoptr (GError) last = NULL;

  for (;;)
    {
      g_autoptr (GError) local_error = NULL;
      gboolean reused = self->answers > 0;
      int index = self->session != NULL ? self->preferred
                                        : choose_address (self, tried, cancellable, &local_error);

      if (index < 0)
        {
          if (local_error != NULL)
            return set_transport_error (error, "Cannot connect: ", local_error);
          break;
        }
      self->preferred = index;
      if (send_once (self, (guint) index, path, cancellable, &local_error))
        {
          self->answers++;
          return TRUE;
        }

      gboolean handshaken = self->handshaken;
      drop_connection (self);
      if (self->wrong_key)
        {
          any_wrong_key = TRUE;
          self->skip[index] = TRUE;
          self->preferred = -1;
        }
      /* A connection that was kept may have been closed just now: once more over a new one. */
      else if (reused && !g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
               && !g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
        continue;
      else if (handshaken || g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return set_transport_error (error, "The connection ended before an answer: ", local_error);
      tried[index] = TRUE;
      g_clear_error (&last);
      last = g_steal_pointer (&local_error);
    }

  for (guint i = 0; i < self->addresses->len; i++)
    any_wrong_key = any_wrong_key || self->skip[i];
  if (last != NULL && !any_wrong_key)
    return set_transport_error (error, "Cannot connect: ", last);
  if (!any_wrong_key)
    return set_disconnected (error, "The device has no address that can be dialled", "");
  g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_UNTRUSTED,
                       _ ("Another device answers at the address of the one that was asked for"));
  return FALSE;
}

/* ---- The answer ----------------------------------------------------------------------------- */

static gint64
get_retry_ms (SoupMessage *message)
{
  const char *text
      = soup_message_headers_get_one (soup_message_get_response_headers (message), "Retry-After");
  guint64 seconds = 0;

  if (text == NULL
      || !g_ascii_string_to_unsigned (text, 10, 0, SHOAL_MAX_RETRY_AFTER_S, &seconds, NULL))
    seconds = 1;
  return (gint64) seconds * 1000;
}

static gboolean
set_status_error (ShoalPeerClient *self, GError **error)
{
  guint status = soup_message_get_status (self->message);

  switch (status)
    {
    case SOUP_STATUS_NOT_FOUND:
      g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND,
                           _ ("The device does not have this, or not for us"));
      break;
    case HTTP_CONFLICT:
      g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_CHANGED,
                           _ ("The file was changed on the device since it was offered"));
      break;
    case HTTP_RANGE:
      g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_INVALID,
                           _ ("The device has no such part of the file"));
      break;
    case SOUP_STATUS_SERVICE_UNAVAILABLE:
      g_propagate_error (error,
                         shoal_error_new_retry (SHOAL_ERROR_BUSY, get_retry_ms (self->message),
                                                _ ("The device serves others at the moment")));
      break;
    default:
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID,
                   _ ("The device gave an answer that is not part of the protocol (%u)"), status);
      break;
    }
  return FALSE;
}

static gboolean
check_answer (ShoalPeerClient *self, gint64 expected, guint64 max, GError **error)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (self->message);
  gboolean has_length = soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH;
  goffset length = has_length ? soup_message_headers_get_content_length (headers) : -1;

  if (soup_message_get_status (self->message) != SOUP_STATUS_OK)
    {
      self->left = length == 0 ? 0 : 1; /* one with a body is not worth reading */
      return set_status_error (self, error);
    }
  self->left = 1;
  if (length < 0 || (expected >= 0 && length != expected))
    {
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_CORRUPT,
                   "The device announced %" G_GINT64_FORMAT " bytes instead of %" G_GINT64_FORMAT,
                   (gint64) length, expected);
      return FALSE;
    }
  if ((guint64) length > max)
    {
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_LIMIT,
                   "The device announced %" G_GINT64_FORMAT " bytes, more than %" G_GUINT64_FORMAT,
                   (gint64) length, max);
      return FALSE;
    }
  self->left = (guint64) length;
  return TRUE;
}

static void
close_body (ShoalPeerClient *self)
{
  if (self->body == NULL)
    return;
  if (self->left > 0)
    {
      drop_connection (self);
      return;
    }

  /* libsoup keeps a connection only if its reader has seen the end. */
  char end = 0;
  gboolean ended = g_input_stream_read (self->body, &end, 1, NULL, NULL) == 0;
  ended = g_input_stream_close (self->body, NULL, NULL) && ended;
  g_clear_object (&self->body);
  g_clear_object (&self->message);
  if (!ended)
    drop_connection (self);
}

gboolean
shoal_peer_client_open (ShoalPeerClient *self,
                        const char *path,
                        gint64 expected,
                        guint64 max,
                        GCancellable *cancellable,
                        guint64 *length,
                        GError **error)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (path != NULL && path[0] == '/', FALSE);
  g_return_val_if_fail (self->body == NULL, FALSE);
  assert_thread (self);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  g_main_context_push_thread_default (self->context);
  gboolean opened = send_request (self, path, cancellable, error);
  if (opened && !check_answer (self, expected, max, error))
    {
      close_body (self);
      opened = FALSE;
    }
  g_main_context_pop_thread_default (self->context);
  if (opened && length != NULL)
    *length = self->left;
  return opened;
}

gboolean
shoal_peer_client_read (
    ShoalPeerClient *self, gpointer buffer, gsize size, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (self->body != NULL && size <= self->left, FALSE);
  assert_thread (self);

  g_autoptr (GError) local_error = NULL;
  gsize done = 0;
  gssize got = 1;
  g_main_context_push_thread_default (self->context);
  while (done < size && got > 0)
    {
      got = g_input_stream_read (self->body, (guint8 *) buffer + done, size - done, cancellable,
                                 &local_error);
      if (got <= 0)
        break;
      done += (gsize) got;
      __atomic_fetch_add (&self->received, (guint64) got, __ATOMIC_RELAXED);
    }
  self->left -= done;
  if (done < size)
    drop_connection (self);
  g_main_context_pop_thread_default (self->context);

  if (got < 0)
    return set_transport_error (error, "The connection ended in the middle: ", local_error);
  if (done < size)
    return set_disconnected (error, "The device ended the connection in the middle", "");
  return TRUE;
}

void
shoal_peer_client_close_body (ShoalPeerClient *self)
{
  g_return_if_fail (self != NULL);
  assert_thread (self);

  g_main_context_push_thread_default (self->context);
  close_body (self);
  g_main_context_pop_thread_default (self->context);
}

GBytes *
shoal_peer_client_get (ShoalPeerClient *self,
                       const char *path,
                       gint64 expected,
                       guint64 max,
                       GCancellable *cancellable,
                       GError **error)
{
  guint64 length = 0;

  if (!shoal_peer_client_open (self, path, expected, max, cancellable, &length, error))
    return NULL;

  guint8 *data = g_try_malloc (MAX (length, 1));
  if (data == NULL)
    g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_LIMIT,
                         "There is not enough memory for the answer");
  gboolean read
      = data != NULL && shoal_peer_client_read (self, data, (gsize) length, cancellable, error);
  shoal_peer_client_close_body (self);
  if (read)
    return g_bytes_new_take (data, (gsize) length);
  g_free (data);
  return NULL;
}

guint64
shoal_peer_client_get_received (ShoalPeerClient *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return __atomic_load_n (&self->received, __ATOMIC_RELAXED);
}

const char *
shoal_peer_client_get_address (ShoalPeerClient *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->address;
}
