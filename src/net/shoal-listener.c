/* shoal-listener.c: the guard before every listener: who may come in, how many, in which order
 *
 * Threads: everything happens in the main context the listener was made in, except set_known(),
 * which swaps one pointer under a mutex. Ownership: the listener owns its guests
 * (shoal-listener-guest.c); how many there may be, and who makes room for whom, is in
 * shoal-listener-crowd.c. A guest that was handed over stays until
 * shoal_listener_connection_closed().
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-listener"

#include "config.h"

#include "shoal-listener.h"

#include "shoal-limits.h"
#include "shoal-listener-private.h"
#include "shoal-socket.h"
#include "shoal-tls.h"

G_DEFINE_FINAL_TYPE (ShoalListener, shoal_listener, G_TYPE_OBJECT)

static void update_accepting (ShoalListener *self);
static void start_handshakes (ShoalListener *self);

void
shoal_listener_guest_drop (ShoalListener *self, Guest *guest)
{
  g_assert (guest->state != GUEST_HANDSHAKING);
  if (guest->state == GUEST_PEEKING)
    g_queue_remove (&self->peeking, guest);
  else if (guest->state == GUEST_WAITING)
    g_queue_remove (&self->waiting, guest);
  else if (guest->state == GUEST_DRAINING)
    g_queue_remove (&self->draining, guest);
  shoal_crowd_leave (self, guest);
  if (guest->tls != NULL)
    g_hash_table_remove (self->given, guest->tls);
  g_hash_table_remove (self->guests, guest);
  shoal_guest_free (guest);
  update_accepting (self);
}

/* ---- Handshakes ----------------------------------------------------------------------------- */

static gint64
patience_ends (const Guest *guest)
{
  return guest->since + SHOAL_HANDSHAKE_PATIENCE_MS * G_GINT64_CONSTANT (1000);
}

/* Somebody has waited for too long: those that stall in their slots give them up. */
static gboolean
on_patience_over_cb (gpointer user_data)
{
  ShoalListener *self = user_data;
  gint64 now = g_get_monotonic_time ();
  GHashTableIter iter;
  gpointer key = NULL;

  g_clear_pointer (&self->patience, g_source_unref);
  g_hash_table_iter_init (&iter, self->guests);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      Guest *guest = key;

      if (guest->state == GUEST_HANDSHAKING && patience_ends (guest) <= now)
        g_cancellable_cancel (guest->cancellable);
    }
  start_handshakes (self);
  return G_SOURCE_REMOVE;
}

static void
update_patience (ShoalListener *self)
{
  if (self->waiting.length == 0 || self->patience != NULL || self->stopped)
    return;
  self->patience = g_timeout_source_new (SHOAL_HANDSHAKE_PATIENCE_MS / 4);
  g_source_set_callback (self->patience, on_patience_over_cb, self, NULL);
  g_source_attach (self->patience, self->context);
}

/* The first that may have a slot: the one that came first, or the one that came last when the first
 * has waited so long that those in front are most likely not worth waiting for. */
static GList *
find_next (ShoalListener *self)
{
  const Guest *first = g_queue_peek_head (&self->waiting);
  gboolean newest_first = first != NULL && patience_ends (first) <= g_get_monotonic_time ();
  GList *link = newest_first ? self->waiting.tail : self->waiting.head;

  while (link != NULL && !shoal_crowd_has_slot (self, link->data))
    link = newest_first ? link->prev : link->next;
  return link;
}

static void
start_handshakes (ShoalListener *self)
{
  for (GList *link = find_next (self); link != NULL; link = find_next (self))
    {
      Guest *guest = link->data;

      if (!shoal_guest_handshake (guest, self->key, (const char *const *) self->alpn))
        {
          shoal_listener_guest_drop (self, guest);
          continue;
        }
      g_queue_delete_link (&self->waiting, link);
      guest->since = g_get_monotonic_time ();
      shoal_crowd_take_slot (self, guest);
    }
  update_patience (self);
}

void
shoal_listener_guest_hello (ShoalListener *self, Guest *guest)
{
  g_queue_remove (&self->peeking, guest);
  g_queue_push_tail (&self->waiting, guest);
  guest->state = GUEST_WAITING;
  guest->since = g_get_monotonic_time ();
  start_handshakes (self);
}

static void
hand_over (ShoalListener *self, Guest *guest, const char *fingerprint)
{
  g_autoptr (GTlsConnection) tls = g_object_ref (guest->tls);
  g_autoptr (GInetSocketAddress) remote = g_object_ref (guest->remote);

  shoal_guest_settle_down (guest);
  g_hash_table_insert (self->given, guest->tls, guest);
  self->callback (self, tls, fingerprint, remote, self->user_data);
}

static void
refuse (ShoalListener *self, Guest *guest, const char *last_words)
{
  shoal_guest_refuse (guest, last_words);
  shoal_crowd_leave (self, guest);
  g_queue_push_tail (&self->draining, guest);
  if (self->draining.length > SHOAL_MAX_DRAINING)
    shoal_listener_guest_drop (self, g_queue_peek_head (&self->draining));
  update_accepting (self);
}

void
shoal_listener_guest_handshaken (ShoalListener *self, Guest *guest, const GError *error)
{
  g_autoptr (GError) reason = NULL;
  g_autofree char *fingerprint = NULL;

  shoal_crowd_release_slot (self, guest);
  guest->state = GUEST_WAITING; /* in no queue: neither handshaking nor handed over */
  if (error == NULL && !self->stopped)
    fingerprint = shoal_tls_check_peer (guest->tls, NULL, &reason);

  if (error != NULL || self->stopped)
    {
      g_debug ("A handshake failed: %s", error != NULL ? error->message : "stopped");
      shoal_listener_guest_drop (self, guest);
    }
  else if (fingerprint == NULL)
    {
      g_debug ("A connection is refused: %s", reason->message);
      refuse (self, guest, NULL);
    }
  else if (self->config.known_only && !shoal_crowd_is_known (self, fingerprint))
    {
      g_debug ("A connection is refused: nobody knows the key %s", fingerprint);
      refuse (self, guest, NULL);
    }
  else if (!shoal_crowd_admit (self, guest, fingerprint))
    {
      g_debug ("A connection is refused: too many strangers");
      refuse (self, guest, self->config.last_words);
    }
  else
    hand_over (self, guest, fingerprint);
  start_handshakes (self);
}

/* ---- Accepting ------------------------------------------------------------------------------ */

static void
take_in (ShoalListener *self, GSocket *socket)
{
  g_autoptr (GInetSocketAddress) remote = shoal_socket_get_remote (socket);

  if (remote == NULL || !shoal_crowd_make_room (self, remote))
    {
      g_debug ("A connection is refused: too many of its address, or too many strangers");
      g_socket_close (socket, NULL);
      return;
    }
  shoal_socket_prepare (socket);

  Guest *guest = shoal_guest_new (self, socket, remote, self->config.handshake_timeout_ms);

  shoal_crowd_enter (self, guest);
  g_hash_table_add (self->guests, guest);
  g_queue_push_tail (&self->peeking, guest);
  shoal_guest_peek (guest);
}

static gboolean
on_accept_again_cb (gpointer user_data)
{
  ShoalListener *self = user_data;

  g_clear_pointer (&self->accept_again, g_source_unref);
  update_accepting (self);
  return G_SOURCE_REMOVE;
}

static void
pause_accepting (ShoalListener *self, const GError *reason)
{
  g_warning ("Cannot accept connections for now: %s", reason->message);
  self->accept_again = g_timeout_source_new (SHOAL_ACCEPT_AGAIN_MS);
  g_source_set_callback (self->accept_again, on_accept_again_cb, self, NULL);
  g_source_attach (self->accept_again, self->context);
  update_accepting (self);
}

static gboolean
on_acceptable_cb (GSocket *listening, GIOCondition condition, gpointer user_data)
{
  g_autoptr (ShoalListener) self = g_object_ref (user_data);

  for (guint i = 0; i < SHOAL_ACCEPTS_AT_ONCE && self->sources->len > 0; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GSocket) socket = g_socket_accept (listening, NULL, &error);

      if (socket != NULL)
        {
          take_in (self, socket);
          update_accepting (self);
          continue;
        }
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES)
          || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE)
          || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_FAILED))
        pause_accepting (self, error);
      break;
    }
  return G_SOURCE_CONTINUE;
}

static void
destroy_source (gpointer data)
{
  g_source_destroy (data);
  g_source_unref (data);
}

/* Accepts below the cap, and leaves connections in the kernel's queue above it. */
static void
update_accepting (ShoalListener *self)
{
  gboolean accept
      = !self->stopped && self->accept_again == NULL
        && g_hash_table_size (self->guests) - self->draining.length < self->config.max_connections;

  if (!accept)
    g_ptr_array_set_size (self->sources, 0);
  else if (self->sources->len == 0)
    for (guint i = 0; i < self->sockets->len; i++)
      {
        GSource *source = g_socket_create_source (self->sockets->pdata[i], G_IO_IN, NULL);

        g_source_set_callback (source, G_SOURCE_FUNC (on_acceptable_cb), self, NULL);
        g_source_attach (source, self->context);
        g_ptr_array_add (self->sources, source);
      }
}

/* ---- The object ----------------------------------------------------------------------------- */

static void
shoal_listener_finalize (GObject *object)
{
  ShoalListener *self = SHOAL_LISTENER (object);

  shoal_listener_stop (self);
  /* Handed over and never reported closed */
  guint count = 0;
  g_autofree gpointer *left = g_hash_table_get_keys_as_array (self->guests, &count);
  for (guint i = 0; i < count; i++)
    shoal_listener_guest_drop (self, left[i]);

  g_clear_pointer (&self->sources, g_ptr_array_unref);
  g_clear_pointer (&self->sockets, g_ptr_array_unref);
  g_clear_pointer (&self->guests, g_hash_table_unref);
  g_clear_pointer (&self->given, g_hash_table_unref);
  g_clear_pointer (&self->addresses, g_hash_table_unref);
  g_clear_pointer (&self->known, shoal_known_unref);
  g_clear_pointer (&self->alpn, g_strfreev);
  g_clear_pointer (&self->key, shoal_device_key_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (shoal_listener_parent_class)->finalize (object);
}

static void
shoal_listener_class_init (ShoalListenerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = shoal_listener_finalize;
}

static void
shoal_listener_init (ShoalListener *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->sockets = g_ptr_array_new_with_free_func (g_object_unref);
  self->sources = g_ptr_array_new_with_free_func (destroy_source);
  self->guests = g_hash_table_new (NULL, NULL);
  self->given = g_hash_table_new (NULL, NULL);
  self->addresses = shoal_crowd_new_addresses ();
  g_queue_init (&self->peeking);
  g_queue_init (&self->waiting);
  g_queue_init (&self->draining);
  g_mutex_init (&self->mutex);
}

ShoalListener *
shoal_listener_new (ShoalDeviceKey *key,
                    const ShoalListenerConfig *config,
                    ShoalListenerFunc callback,
                    gpointer user_data)
{
  g_return_val_if_fail (key != NULL, NULL);
  g_return_val_if_fail (config != NULL, NULL);
  g_return_val_if_fail (callback != NULL, NULL);

  ShoalListener *self = g_object_new (SHOAL_TYPE_LISTENER, NULL);
  self->key = shoal_device_key_ref (key);
  self->config = *config;
  self->alpn = g_strdupv ((char **) config->alpn);
  self->config.alpn = NULL;
  self->callback = callback;
  self->user_data = user_data;
  return self;
}

gboolean
shoal_listener_listen (
    ShoalListener *self, const char *address, guint16 port, guint16 *bound, GError **error)
{
  g_return_val_if_fail (SHOAL_IS_LISTENER (self), FALSE);

  g_autoptr (GSocket) socket = shoal_socket_listen (address, port, bound, error);

  if (socket == NULL)
    return FALSE;
  g_ptr_array_set_size (self->sources, 0);
  g_ptr_array_add (self->sockets, g_steal_pointer (&socket));
  update_accepting (self);
  return TRUE;
}

void
shoal_listener_set_known (ShoalListener *self, GHashTable *fingerprints, GHashTable *addresses)
{
  g_return_if_fail (SHOAL_IS_LISTENER (self));

  ShoalKnown *known = shoal_known_new (fingerprints, addresses);

  g_mutex_lock (&self->mutex);
  ShoalKnown *old = g_steal_pointer (&self->known);
  self->known = known;
  g_mutex_unlock (&self->mutex);
  g_clear_pointer (&old, shoal_known_unref);
}

void
shoal_listener_connection_settled (ShoalListener *self, GTlsConnection *connection)
{
  g_return_if_fail (SHOAL_IS_LISTENER (self));

  Guest *guest = g_hash_table_lookup (self->given, connection);
  g_return_if_fail (guest != NULL);
  guest->settled = TRUE;
  shoal_crowd_settle (self, guest);
}

void
shoal_listener_connection_busy (ShoalListener *self, GTlsConnection *connection, gboolean busy)
{
  g_return_if_fail (SHOAL_IS_LISTENER (self));

  Guest *guest = g_hash_table_lookup (self->given, connection);

  if (guest == NULL)
    return;
  guest->busy = busy;
  guest->since = g_get_monotonic_time ();
}

void
shoal_listener_connection_closed (ShoalListener *self, GTlsConnection *connection)
{
  g_return_if_fail (SHOAL_IS_LISTENER (self));

  Guest *guest = g_hash_table_lookup (self->given, connection);
  g_return_if_fail (guest != NULL);
  shoal_listener_guest_drop (self, guest);
}

void
shoal_listener_stop (ShoalListener *self)
{
  g_return_if_fail (SHOAL_IS_LISTENER (self));

  if (self->stopped)
    return;
  self->stopped = TRUE;
  g_ptr_array_set_size (self->sources, 0);
  if (self->accept_again != NULL)
    g_source_destroy (self->accept_again);
  g_clear_pointer (&self->accept_again, g_source_unref);
  if (self->patience != NULL)
    g_source_destroy (self->patience);
  g_clear_pointer (&self->patience, g_source_unref);
  for (guint i = 0; i < self->sockets->len; i++)
    g_socket_close (self->sockets->pdata[i], NULL);
  g_ptr_array_set_size (self->sockets, 0);

  guint count = 0;
  g_autofree gpointer *guests = g_hash_table_get_keys_as_array (self->guests, &count);
  for (guint i = 0; i < count; i++)
    {
      Guest *guest = guests[i];

      if (guest->state == GUEST_HANDSHAKING)
        g_cancellable_cancel (guest->cancellable);
      else if (guest->state != GUEST_GIVEN)
        shoal_listener_guest_drop (self, guest);
    }
}
