/* shoal-peer-server.c: serves HTTP to known devices in a thread of its own
 *
 * The way of a connection: ShoalListener (handshake, key) → on_listener_connection() (limits) →
 * ShoalGuardStream (heads checked and rewritten) → SoupServer → the handler → an answer.
 *
 * A SoupServer keeps connections alive only while it owns a listener: it is given one on loopback
 * whose socket is closed at once, so there is no second way in.
 *
 * Threads: all of it lives in the server's thread; see the private header for what does not. The
 * connections are owned by their guard streams: they go when libsoup closes the stream, and only
 * then.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-peer-server"

#include "config.h"

#include "shoal-peer-server.h"

#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-peer-server-private.h"
#include "shoal-socket.h"
#include "shoal-tls.h"

struct _ShoalPeerServer
{
  GObject parent_instance;

  ShoalDeviceKey *key;
  PeerCore *core;
  GThread *thread;
  gboolean quit; /* only in the server's thread */
};

G_DEFINE_FINAL_TYPE (ShoalPeerServer, shoal_peer_server, G_TYPE_OBJECT)

/* ---- Connections ---------------------------------------------------------------------------- */

void
peer_connection_cut (PeerConnection *connection)
{
  SoupServerMessage *message = connection->request != NULL ? connection->request->message : NULL;

  shoal_guard_stream_cut (connection->stream);
  if (message == NULL)
    return;
  /* Give a paused answer something to write, so that libsoup finds the connection broken. */
  if (soup_server_message_get_status (message) == 0)
    soup_server_message_set_status (message, SOUP_STATUS_INTERNAL_SERVER_ERROR, NULL);
  soup_message_body_append (soup_server_message_get_response_body (message), SOUP_MEMORY_STATIC,
                            "x", 1);
  soup_server_message_unpause (message);
}

static void
end_request (PeerConnection *connection, gboolean complete)
{
  if (connection->request != NULL)
    peer_request_detach (g_steal_pointer (&connection->request), complete);
}

static void
count_device (PeerCore *core, const char *device, int change)
{
  int count = GPOINTER_TO_INT (g_hash_table_lookup (core->devices, device)) + change;

  if (count > 0)
    g_hash_table_insert (core->devices, g_strdup (device), GINT_TO_POINTER (count));
  else
    g_hash_table_remove (core->devices, device);
}

static void
on_guard_closed (gpointer user_data)
{
  PeerConnection *connection = user_data;
  PeerCore *core = connection->core;

  end_request (connection, FALSE);
  g_hash_table_remove (core->connections, connection->id);
  count_device (core, connection->device, -1);
  shoal_listener_connection_closed (core->listener, connection->tls);
  g_clear_object (&connection->tls);
  g_clear_pointer (&connection->id, g_free);
  g_clear_pointer (&connection->device, g_free);
  g_free (connection);
}

/* A fifth connection takes the place of one that seems dead. */
static gboolean
make_room_for_device (PeerCore *core, const char *device)
{
  gint64 stale = g_get_monotonic_time () - core->stale_ms * G_GINT64_CONSTANT (1000);
  PeerConnection *oldest = NULL;
  gint64 oldest_progress = stale;
  GHashTableIter iter;
  gpointer value = NULL;

  if (GPOINTER_TO_INT (g_hash_table_lookup (core->devices, device))
      < SHOAL_MAX_CONNECTIONS_PER_DEVICE)
    return TRUE;
  g_hash_table_iter_init (&iter, core->connections);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      PeerConnection *connection = value;
      gint64 progress = shoal_guard_stream_get_progress (connection->stream);

      if (g_str_equal (connection->device, device) && progress < oldest_progress)
        {
          oldest = connection;
          oldest_progress = progress;
        }
    }
  if (oldest == NULL)
    return FALSE;
  peer_connection_cut (oldest);
  return TRUE;
}

static gboolean on_sweep_cb (gpointer user_data);

static void
refuse (PeerCore *core, GTlsConnection *tls, GSocket *socket)
{
  g_output_stream_close (g_io_stream_get_output_stream (G_IO_STREAM (tls)), NULL, NULL);
  g_socket_close (socket, NULL);
  shoal_listener_connection_closed (core->listener, tls);
}

/* A server that nobody is connected to is not woken. */
static void
start_sweeping (PeerCore *core)
{
  if (core->sweep != NULL)
    return;
  core->sweep = g_timeout_source_new (MIN (SHOAL_SERVE_SWEEP_MS, core->idle_ms / 4 + 1));
  peer_core_attach (core, core->sweep, on_sweep_cb, core);
}

static void
on_listener_connection (ShoalListener *listener,
                        GTlsConnection *tls,
                        const char *fingerprint,
                        GInetSocketAddress *remote,
                        gpointer user_data)
{
  PeerCore *core = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GIOStream) base = NULL;

  g_object_get (tls, "base-io-stream", &base, NULL);
  GSocket *socket = g_socket_connection_get_socket (G_SOCKET_CONNECTION (base));
  if (!make_room_for_device (core, fingerprint))
    {
      g_debug ("A connection is refused: too many of one device");
      refuse (core, tls, socket);
      return;
    }

  PeerConnection *connection = g_new0 (PeerConnection, 1);
  connection->core = core;
  connection->id = g_strdup_printf ("%" G_GUINT64_FORMAT, ++core->last_id);
  connection->device = g_strdup (fingerprint);
  connection->tls = g_object_ref (tls);
  g_autoptr (ShoalGuardStream) stream
             = shoal_guard_stream_new (tls, socket, connection->id, on_guard_closed, connection);
  connection->stream = stream;
  g_hash_table_insert (core->connections, connection->id, connection);
  count_device (core, connection->device, +1);
  start_sweeping (core);
  shoal_listener_connection_settled (listener, tls);

  if (!soup_server_accept_iostream (core->soup, G_IO_STREAM (stream), core->local,
                                    G_SOCKET_ADDRESS (remote), &error))
    {
      g_warning ("Cannot serve a connection: %s", error->message);
      g_io_stream_close (G_IO_STREAM (stream), NULL, NULL);
    }
}

/* ---- Requests ------------------------------------------------------------------------------- */

static PeerConnection *
find_connection (PeerCore *core, SoupServerMessage *message)
{
  const char *id = soup_message_headers_get_one (soup_server_message_get_request_headers (message),
                                                 SHOAL_GUARD_HEADER);

  return id != NULL ? g_hash_table_lookup (core->connections, id) : NULL;
}

static void
on_soup_request_cb (SoupServer *soup,
                    SoupServerMessage *message,
                    const char *path,
                    GHashTable *query,
                    gpointer user_data)
{
  PeerCore *core = user_data;
  PeerConnection *connection = find_connection (core, message);

  g_return_if_fail (connection != NULL && connection->request == NULL);
  soup_server_message_pause (message);

  g_autoptr (ShoalPeerRequest) request = peer_request_new (connection, message);
  connection->request = request;
  core->handler (core->server, request, core->user_data);
}

static void
on_soup_finished_cb (SoupServer *soup, SoupServerMessage *message, gpointer user_data)
{
  PeerConnection *connection = find_connection (user_data, message);

  if (connection == NULL || connection->request == NULL)
    return;
  end_request (connection, TRUE);
  shoal_guard_stream_next (connection->stream);
}

static void
on_soup_aborted_cb (SoupServer *soup, SoupServerMessage *message, gpointer user_data)
{
  PeerConnection *connection = find_connection (user_data, message);

  if (connection != NULL)
    end_request (connection, FALSE);
}

/* ---- The thread ----------------------------------------------------------------------------- */

static GPtrArray *
list_connections (PeerCore *core)
{
  GPtrArray *list = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, core->connections);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (list, value);
  return list;
}

static gboolean
on_sweep_cb (gpointer user_data)
{
  PeerCore *core = user_data;
  gint64 limit = g_get_monotonic_time () - core->idle_ms * G_GINT64_CONSTANT (1000);
  g_autoptr (GPtrArray) list = list_connections (core);

  for (guint i = 0; i < list->len; i++)
    {
      PeerConnection *connection = list->pdata[i];

      if (shoal_guard_stream_get_progress (connection->stream) > limit)
        continue;
      if (connection->request == NULL)
        shoal_guard_stream_end (connection->stream);
      else
        peer_connection_cut (connection);
    }
  peer_core_trim (core);
  if (g_hash_table_size (core->connections) > 0)
    return G_SOURCE_CONTINUE;
  g_clear_pointer (&core->sweep, g_source_unref);
  return G_SOURCE_REMOVE;
}

/* Closes the connections of devices that are not known any more. */
static void
apply_known (gpointer data)
{
  PeerCore *core = data;
  g_autoptr (GPtrArray) list = list_connections (core);

  g_mutex_lock (&core->mutex);
  g_autoptr (GHashTable) known
             = core->fingerprints != NULL ? g_hash_table_ref (core->fingerprints) : NULL;
  g_autoptr (GHashTable) addresses
             = core->addresses != NULL ? g_hash_table_ref (core->addresses) : NULL;
  g_mutex_unlock (&core->mutex);

  if (core->listener != NULL)
    shoal_listener_set_known (core->listener, known, addresses);
  for (guint i = 0; i < list->len; i++)
    {
      PeerConnection *connection = list->pdata[i];

      if (known == NULL || !g_hash_table_contains (known, connection->device))
        peer_connection_cut (connection);
    }
  peer_core_unref (core);
}

static gboolean
make_soup (PeerCore *core, GError **error)
{
  core->soup = soup_server_new (NULL, NULL);
  if (!soup_server_listen_local (core->soup, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, error))
    return FALSE;

  GSList *listeners = soup_server_get_listeners (core->soup);
  for (GSList *link = listeners; link != NULL; link = link->next)
    g_socket_close (link->data, NULL);
  g_slist_free (listeners);

  soup_server_add_handler (core->soup, NULL, on_soup_request_cb, core, NULL);
  g_signal_connect (core->soup, "request-finished", G_CALLBACK (on_soup_finished_cb), core);
  g_signal_connect (core->soup, "request-aborted", G_CALLBACK (on_soup_aborted_cb), core);
  return TRUE;
}

typedef struct
{
  ShoalPeerServer *self;
  const char *address;
  guint16 port;
  guint16 bound;
  GError *error;
  GMutex mutex;
  GCond cond;
  gboolean done;
} Start;

static gboolean
begin (Start *start)
{
  static const char *const alpn[] = { SHOAL_ALPN_PEER, NULL };
  PeerCore *core = start->self->core;
  const ShoalListenerConfig config = {
    .alpn = alpn,
    .known_only = TRUE,
    .max_connections = SHOAL_MAX_PEER_CONNECTIONS,
    .max_per_address = SHOAL_MAX_CONNECTIONS_PER_ADDRESS,
    .max_strangers = SHOAL_MAX_PEER_STRANGERS,
    .max_strangers_per_address = SHOAL_MAX_STRANGERS_PER_ADDRESS,
    .handshake_timeout_ms = SHOAL_HANDSHAKE_TIMEOUT_MS,
  };
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);

  core->listener = shoal_listener_new (start->self->key, &config, on_listener_connection, core);
  if (!make_soup (core, &start->error))
    return FALSE;

  g_autoptr (GError) taken = NULL;
  if (!shoal_listener_listen (core->listener, start->address, start->port, &start->bound, &taken)
      && !(start->port != 0 && g_error_matches (taken, SHOAL_ERROR, SHOAL_ERROR_EXISTS)
           && shoal_listener_listen (core->listener, start->address, 0, &start->bound,
                                     &start->error)))
    {
      if (start->error == NULL)
        g_propagate_error (&start->error, g_steal_pointer (&taken));
      return FALSE;
    }
  core->local = g_inet_socket_address_new (loopback, start->bound);
  return TRUE;
}

static void
tell_started (Start *start)
{
  g_mutex_lock (&start->mutex);
  start->done = TRUE;
  g_cond_signal (&start->cond);
  g_mutex_unlock (&start->mutex);
}

/* Ends what is under way: every done function is called, every reader comes back. */
static void
wind_up (PeerCore *core)
{
  g_autoptr (GPtrArray) list = list_connections (core);

  shoal_listener_stop (core->listener);
  for (guint i = 0; i < list->len; i++)
    {
      PeerConnection *connection = list->pdata[i];

      if (connection->request == NULL)
        shoal_guard_stream_end (connection->stream);
      else
        peer_connection_cut (connection);
    }
  while (g_hash_table_size (core->connections) > 0)
    g_main_context_iteration (core->context, TRUE);
  g_thread_pool_free (g_steal_pointer (&core->readers), FALSE, TRUE);
  g_clear_pointer (&core->turns, peer_turns_free);

  g_mutex_lock (&core->mutex);
  core->running = FALSE;
  g_mutex_unlock (&core->mutex);
  /* What was posted before */
  while (g_main_context_iteration (core->context, FALSE))
    continue;
}

static void
stop_sweeping (PeerCore *core)
{
  if (core->sweep != NULL)
    g_source_destroy (core->sweep);
  g_clear_pointer (&core->sweep, g_source_unref);
}

static gpointer
peer_server_thread (gpointer data)
{
  Start *start = data;
  ShoalPeerServer *self = start->self;
  PeerCore *core = self->core;

  g_main_context_push_thread_default (core->context);
  core->connections = g_hash_table_new (g_str_hash, g_str_equal);
  core->devices = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  core->turns = peer_turns_new (core);
  core->readers = g_thread_pool_new (peer_stream_read_job, NULL, SHOAL_SERVE_READERS, FALSE, NULL);

  gboolean started = begin (start);
  if (started)
    {
      g_mutex_lock (&core->mutex);
      core->running = TRUE;
      g_mutex_unlock (&core->mutex);
      apply_known (peer_core_ref (core));
    }
  tell_started (start); /* @start is gone from here on */

  if (started)
    {
      while (!self->quit)
        g_main_context_iteration (core->context, TRUE);
      stop_sweeping (core);
    }
  wind_up (core);

  if (core->soup != NULL)
    soup_server_disconnect (core->soup);
  g_clear_object (&core->soup);
  g_clear_object (&core->listener);
  g_clear_object (&core->local);
  g_clear_pointer (&core->connections, g_hash_table_unref);
  g_clear_pointer (&core->devices, g_hash_table_unref);
  peer_core_trim (core);
  while (g_main_context_iteration (core->context, FALSE))
    continue;
  g_main_context_pop_thread_default (core->context);
  return NULL;
}

/* ---- The object ----------------------------------------------------------------------------- */

static void
shoal_peer_server_dispose (GObject *object)
{
  shoal_peer_server_stop (SHOAL_PEER_SERVER (object));
  G_OBJECT_CLASS (shoal_peer_server_parent_class)->dispose (object);
}

static void
shoal_peer_server_finalize (GObject *object)
{
  ShoalPeerServer *self = SHOAL_PEER_SERVER (object);

  g_clear_pointer (&self->core, peer_core_unref);
  g_clear_pointer (&self->key, shoal_device_key_unref);
  G_OBJECT_CLASS (shoal_peer_server_parent_class)->finalize (object);
}

static void
shoal_peer_server_class_init (ShoalPeerServerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = shoal_peer_server_dispose;
  G_OBJECT_CLASS (klass)->finalize = shoal_peer_server_finalize;
}

static void
shoal_peer_server_init (ShoalPeerServer *self)
{
  self->core = g_new0 (PeerCore, 1);
  g_atomic_ref_count_init (&self->core->ref_count);
  g_mutex_init (&self->core->mutex);
  g_queue_init (&self->core->buffers);
  self->core->context = g_main_context_new ();
  self->core->idle_ms = SHOAL_SERVE_IDLE_MS;
  self->core->stale_ms = SHOAL_STALE_CONNECTION_MS;
  self->core->server = self;
}

ShoalPeerServer *
shoal_peer_server_new (ShoalDeviceKey *key, ShoalPeerHandler handler, gpointer user_data)
{
  g_return_val_if_fail (key != NULL, NULL);
  g_return_val_if_fail (handler != NULL, NULL);

  ShoalPeerServer *self = g_object_new (SHOAL_TYPE_PEER_SERVER, NULL);
  self->key = shoal_device_key_ref (key);
  self->core->handler = handler;
  self->core->user_data = user_data;
  return self;
}

gboolean
shoal_peer_server_start (
    ShoalPeerServer *self, const char *address, guint16 port, guint16 *bound, GError **error)
{
  g_return_val_if_fail (SHOAL_IS_PEER_SERVER (self), FALSE);
  g_return_val_if_fail (self->thread == NULL, FALSE);

  Start start = { .self = self, .address = address, .port = port };
  g_mutex_init (&start.mutex);
  g_cond_init (&start.cond);
  self->quit = FALSE;
  self->thread = g_thread_new ("peer-server", peer_server_thread, &start);

  g_mutex_lock (&start.mutex);
  while (!start.done)
    g_cond_wait (&start.cond, &start.mutex);
  g_mutex_unlock (&start.mutex);
  g_mutex_clear (&start.mutex);
  g_cond_clear (&start.cond);

  if (start.error != NULL)
    {
      g_thread_join (g_steal_pointer (&self->thread));
      g_propagate_error (error, start.error);
      return FALSE;
    }
  if (bound != NULL)
    *bound = start.bound;
  return TRUE;
}

static void
quit (gpointer data)
{
  ShoalPeerServer *self = data;

  self->quit = TRUE;
}

void
shoal_peer_server_stop (ShoalPeerServer *self)
{
  g_return_if_fail (SHOAL_IS_PEER_SERVER (self));

  if (self->thread == NULL)
    return;
  peer_core_post (self->core, quit, self);
  g_thread_join (g_steal_pointer (&self->thread));
}

void
shoal_peer_server_set_known (ShoalPeerServer *self, GHashTable *fingerprints, GHashTable *addresses)
{
  g_return_if_fail (SHOAL_IS_PEER_SERVER (self));

  PeerCore *core = self->core;
  g_mutex_lock (&core->mutex);
  GHashTable *old_fingerprints = core->fingerprints;
  GHashTable *old_addresses = core->addresses;
  core->fingerprints = fingerprints != NULL ? g_hash_table_ref (fingerprints) : NULL;
  core->addresses = addresses != NULL ? g_hash_table_ref (addresses) : NULL;
  g_mutex_unlock (&core->mutex);
  g_clear_pointer (&old_fingerprints, g_hash_table_unref);
  g_clear_pointer (&old_addresses, g_hash_table_unref);

  if (!peer_core_post (core, apply_known, peer_core_ref (core)))
    peer_core_unref (core);
}

void
shoal_peer_server_set_patience (ShoalPeerServer *self, guint idle_ms, guint stale_ms)
{
  g_return_if_fail (SHOAL_IS_PEER_SERVER (self));
  g_return_if_fail (idle_ms > 0 && stale_ms > 0);

  self->core->idle_ms = idle_ms;
  self->core->stale_ms = stale_ms;
}

void
shoal_peer_server_set_limit (ShoalPeerServer *self, ShoalTokenBucket *bucket)
{
  g_return_if_fail (SHOAL_IS_PEER_SERVER (self));

  PeerCore *core = self->core;
  g_mutex_lock (&core->mutex);
  ShoalTokenBucket *old = core->bucket;
  core->bucket = bucket != NULL ? shoal_token_bucket_ref (bucket) : NULL;
  g_mutex_unlock (&core->mutex);
  g_clear_pointer (&old, shoal_token_bucket_unref);
}
