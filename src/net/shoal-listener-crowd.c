/* shoal-listener-crowd.c: how many may come in, and who makes room for whom
 *
 * Two crowds are counted, in total, by address and by IPv6 site: those who arrive, until their
 * handshake has ended, and strangers, who were handed over and are not known yet. Each has a part
 * that strangers cannot fill: a quarter is for those who come from an address that is known, and a
 * device that is known is no stranger.
 *
 * When there are too many who arrive, the one that has been silent for longest makes room, then the
 * one that has waited for longest; when there are too many strangers, the one that has been idle
 * for longest. Silence and stalling must not keep out those who mean it. Who is in a handshake, has
 * a request under way or is settled is not pushed out.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-listener"

#include "config.h"

#include <string.h>

#include "shoal-limits.h"
#include "shoal-listener-private.h"
#include "shoal-socket.h"

/* ---- The roster ----------------------------------------------------------------------------- */

static ShoalKnown *
dup_known (ShoalListener *self)
{
  g_mutex_lock (&self->mutex);
  ShoalKnown *known = self->known != NULL ? shoal_known_ref (self->known) : NULL;
  g_mutex_unlock (&self->mutex);
  return known;
}

gboolean
shoal_crowd_is_known (ShoalListener *self, const char *fingerprint)
{
  g_autoptr (ShoalKnown) known = dup_known (self);

  return shoal_known_has_device (known, fingerprint);
}

static gboolean
is_expected (ShoalListener *self, GInetAddress *address)
{
  g_autoptr (ShoalKnown) known = dup_known (self);

  return shoal_known_has_address (known, address);
}

/* ---- Counting ------------------------------------------------------------------------------- */

static void
guest_address_free (gpointer data)
{
  GuestAddress *address = data;

  g_clear_pointer (&address->name, g_free);
  g_free (address);
}

GHashTable *
shoal_crowd_new_addresses (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, NULL, guest_address_free);
}

static GuestAddress *
ensure_address (ShoalListener *self, const char *name)
{
  GuestAddress *address = g_hash_table_lookup (self->addresses, name);

  if (address != NULL)
    return address;
  address = g_new0 (GuestAddress, 1);
  address->name = g_strdup (name);
  g_hash_table_insert (self->addresses, address->name, address);
  return address;
}

static void
set_arriving (ShoalListener *self, Guest *guest, gboolean arriving)
{
  guint one = arriving ? 1 : -1u;

  if (guest->arriving == arriving)
    return;
  guest->arriving = arriving;
  self->arriving += one;
  if (!guest->expected)
    self->unexpected_arriving += one;
  for (GuestAddress *at = guest->address; at != NULL; at = at->site)
    at->arriving += one;
}

static void
set_stranger (ShoalListener *self, Guest *guest, gboolean stranger)
{
  guint one = stranger ? 1 : -1u;

  if (guest->stranger == stranger)
    return;
  guest->stranger = stranger;
  self->strangers += one;
  if (!guest->expected)
    self->unexpected_strangers += one;
  for (GuestAddress *at = guest->address; at != NULL; at = at->site)
    at->strangers += one;
}

void
shoal_crowd_enter (ShoalListener *self, Guest *guest)
{
  GInetAddress *inet = g_inet_socket_address_get_address (guest->remote);
  g_autofree char *name = shoal_address_name (inet);
  g_autofree char *site = shoal_address_site (inet);

  guest->address = ensure_address (self, name);
  if (site != NULL)
    guest->address->site = ensure_address (self, site);
  guest->expected = is_expected (self, inet);
  for (GuestAddress *at = guest->address; at != NULL; at = at->site)
    at->connections++;
  set_arriving (self, guest, TRUE);
}

void
shoal_crowd_leave (ShoalListener *self, Guest *guest)
{
  set_arriving (self, guest, FALSE);
  set_stranger (self, guest, FALSE);

  GuestAddress *at = g_steal_pointer (&guest->address);

  while (at != NULL)
    {
      GuestAddress *site = at->site;

      if (--at->connections == 0)
        g_hash_table_remove (self->addresses, at->name);
      at = site;
    }
}

void
shoal_crowd_settle (ShoalListener *self, Guest *guest)
{
  set_stranger (self, guest, FALSE);
}

/* ---- Handshake slots ------------------------------------------------------------------------ */

gboolean
shoal_crowd_has_slot (ShoalListener *self, const Guest *guest)
{
  const GuestAddress *site = guest->address->site;

  if (self->handshakes >= SHOAL_HANDSHAKE_SLOTS
      || guest->address->handshakes >= SHOAL_HANDSHAKE_SLOTS_PER_ADDRESS
      || (site != NULL && site->handshakes >= SHOAL_HANDSHAKE_SLOTS / 2))
    return FALSE;
  return guest->expected || self->unexpected_handshakes < SHOAL_HANDSHAKE_SLOTS / 2;
}

static void
count_handshake (ShoalListener *self, Guest *guest, guint one)
{
  self->handshakes += one;
  if (!guest->expected)
    self->unexpected_handshakes += one;
  for (GuestAddress *at = guest->address; at != NULL; at = at->site)
    at->handshakes += one;
}

void
shoal_crowd_take_slot (ShoalListener *self, Guest *guest)
{
  count_handshake (self, guest, 1);
}

void
shoal_crowd_release_slot (ShoalListener *self, Guest *guest)
{
  count_handshake (self, guest, -1u);
}

/* ---- Making room ---------------------------------------------------------------------------- */

/* Of one crowd, who may make room. */
typedef struct
{
  const GuestAddress *at; /* (nullable): of any address */
  gboolean unexpected;    /* only of addresses that nobody knows */
} Whose;

static gboolean
is_one_of (const Guest *guest, const Whose *whose)
{
  if (whose->unexpected && guest->expected)
    return FALSE;
  return whose->at == NULL || guest->address == whose->at || guest->address->site == whose->at;
}

/* The guest that came first; before it those that nobody expects. */
static Guest *
find_oldest (const GQueue *queue, const Whose *whose)
{
  Guest *found = NULL;

  for (GList *link = queue->head; link != NULL; link = link->next)
    {
      Guest *guest = link->data;

      if (!is_one_of (guest, whose))
        continue;
      if (!guest->expected)
        return guest;
      if (found == NULL)
        found = guest;
    }
  return found;
}

/* Drops one that is silent, else one that waits for a slot. Returns: whether there was one */
static gboolean
drop_arriving (ShoalListener *self, const Whose *whose)
{
  Guest *found = find_oldest (&self->peeking, whose);

  if (found == NULL)
    found = find_oldest (&self->waiting, whose);
  if (found != NULL)
    shoal_listener_guest_drop (self, found);
  return found != NULL;
}

/* How many there may be at an address, or at a site that holds many of them. */
static guint
at_most (const GuestAddress *at, guint max)
{
  /* Only an address has a site. */
  return strchr (at->name, '/') != NULL ? max * SHOAL_ADDRESSES_PER_SITE : max;
}

static gboolean
make_room_at (ShoalListener *self, const char *name)
{
  const GuestAddress *at = name != NULL ? g_hash_table_lookup (self->addresses, name) : NULL;

  if (at == NULL
      || (at->connections < at_most (at, self->config.max_per_address)
          && at->arriving < at_most (at, self->config.max_strangers_per_address)))
    return TRUE;

  /* It goes with its last connection. */
  gboolean last = at->connections == 1;

  if (!drop_arriving (self, &(Whose){ .at = at }))
    return FALSE;
  return last || at->connections < at_most (at, self->config.max_per_address);
}

static guint
unexpected_part (ShoalListener *self)
{
  return self->config.max_strangers - self->config.max_strangers / 4;
}

gboolean
shoal_crowd_make_room (ShoalListener *self, GInetSocketAddress *remote)
{
  GInetAddress *inet = g_inet_socket_address_get_address (remote);
  g_autofree char *name = shoal_address_name (inet);
  g_autofree char *site = shoal_address_site (inet);

  if (!make_room_at (self, name) || !make_room_at (self, site))
    return FALSE;
  if (!is_expected (self, inet) && self->unexpected_arriving >= unexpected_part (self))
    return drop_arriving (self, &(Whose){ .unexpected = TRUE });
  return self->arriving < self->config.max_strangers || drop_arriving (self, &(Whose){ 0 });
}

/* Ends the stranger that has been idle for longest; its owner hears of it as of any other end.
 * Returns: whether there was one */
static gboolean
end_idle (ShoalListener *self, const Whose *whose)
{
  GHashTableIter iter;
  gpointer value = NULL;
  Guest *found = NULL;

  g_hash_table_iter_init (&iter, self->given);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Guest *guest = value;

      if (guest->stranger && !guest->busy && is_one_of (guest, whose)
          && (found == NULL || guest->since < found->since))
        found = guest;
    }
  if (found == NULL)
    return FALSE;
  set_stranger (self, found, FALSE);
  g_socket_shutdown (found->socket, TRUE, TRUE, NULL);
  return TRUE;
}

static gboolean
admit_stranger (ShoalListener *self, Guest *guest)
{
  for (GuestAddress *at = guest->address; at != NULL; at = at->site)
    if (at->strangers >= at_most (at, self->config.max_strangers_per_address)
        && !end_idle (self, &(Whose){ .at = at }))
      return FALSE;
  if (!guest->expected && self->unexpected_strangers >= unexpected_part (self)
      && !end_idle (self, &(Whose){ .unexpected = TRUE }))
    return FALSE;
  if (self->strangers >= self->config.max_strangers
      && !end_idle (self, &(Whose){ .unexpected = TRUE }) && !end_idle (self, &(Whose){ 0 }))
    return FALSE;
  set_stranger (self, guest, TRUE);
  return TRUE;
}

/* Connections of a device that were handed over and have not signed in. */
static guint
count_unsettled (ShoalListener *self, const char *fingerprint)
{
  GHashTableIter iter;
  gpointer value = NULL;
  guint count = 0;

  g_hash_table_iter_init (&iter, self->given);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Guest *guest = value;

      if (!guest->settled && g_strcmp0 (guest->fingerprint, fingerprint) == 0)
        count++;
    }
  return count;
}

gboolean
shoal_crowd_admit (ShoalListener *self, Guest *guest, const char *fingerprint)
{
  gboolean known = shoal_crowd_is_known (self, fingerprint)
                   /* Where nobody else comes in, others count how many each device has. */
                   && (self->config.known_only
                       || count_unsettled (self, fingerprint) < SHOAL_MAX_CONNECTIONS_PER_DEVICE);

  if (!known && !admit_stranger (self, guest))
    return FALSE;
  set_arriving (self, guest, FALSE);
  guest->fingerprint = g_strdup (fingerprint);
  guest->since = g_get_monotonic_time ();
  return TRUE;
}
