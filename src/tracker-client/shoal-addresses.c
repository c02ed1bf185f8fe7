/* shoal-addresses.c: which addresses we tell others, and which of theirs we dial first
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-addresses"

#include "config.h"

#include "shoal-addresses.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

#include "shoal-limits.h"

typedef struct
{
  GInetAddress *address;
  guint8 mask[16];
} Interface;

struct _ShoalAddresses
{
  GArray *interfaces;
};

/* Interfaces whose addresses mean nothing outside this machine. */
static const char *const internal_names[]
    = { "docker", "br-", "veth", "virbr", "vnet", "lxcbr", "lxdbr", "podman", "cni", "flannel" };

static void
interface_clear (gpointer data)
{
  g_clear_object (&((Interface *) data)->address);
}

GInetAddress *
shoal_address_parse (const char *text)
{
  static const guint8 mapped[12] = { [10] = 0xff, [11] = 0xff };

  if (text == NULL)
    return NULL;
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);
  if (address == NULL || g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV6)
    return g_steal_pointer (&address);

  const guint8 *bytes = g_inet_address_to_bytes (address);
  if (memcmp (bytes, mapped, sizeof mapped) == 0)
    return g_inet_address_new_from_bytes (bytes + sizeof mapped, G_SOCKET_FAMILY_IPV4);
  return g_steal_pointer (&address);
}

static gboolean
is_internal_name (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (internal_names); i++)
    if (g_str_has_prefix (name, internal_names[i]))
      return TRUE;
  return FALSE;
}

static gboolean
is_ordinary (GInetAddress *address)
{
  /* 255.255.255.255 is neither multicast nor anything else to GLib. */
  static const guint8 broadcast[4] = { 255, 255, 255, 255 };

  if (g_inet_address_get_is_any (address) || g_inet_address_get_is_link_local (address)
      || g_inet_address_get_is_multicast (address))
    return FALSE;
  return g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV4
         || memcmp (g_inet_address_to_bytes (address), broadcast, sizeof broadcast) != 0;
}

static void
add_interface (ShoalAddresses *self, const struct ifaddrs *found)
{
  Interface interface = { NULL };

  if (found->ifa_addr == NULL || (found->ifa_flags & IFF_UP) == 0
      || (found->ifa_flags & IFF_LOOPBACK) != 0 || is_internal_name (found->ifa_name))
    return;
  if (found->ifa_addr->sa_family == AF_INET)
    {
      const struct sockaddr_in *in = (const void *) found->ifa_addr;
      const struct sockaddr_in *mask = (const void *) found->ifa_netmask;

      interface.address
          = g_inet_address_new_from_bytes ((const void *) &in->sin_addr, G_SOCKET_FAMILY_IPV4);
      memset (interface.mask, 0xff, sizeof interface.mask);
      if (mask != NULL)
        memcpy (interface.mask, &mask->sin_addr, 4);
    }
  else if (found->ifa_addr->sa_family == AF_INET6)
    {
      const struct sockaddr_in6 *in = (const void *) found->ifa_addr;
      const struct sockaddr_in6 *mask = (const void *) found->ifa_netmask;

      interface.address
          = g_inet_address_new_from_bytes ((const void *) &in->sin6_addr, G_SOCKET_FAMILY_IPV6);
      memset (interface.mask, 0xff, sizeof interface.mask);
      if (mask != NULL)
        memcpy (interface.mask, &mask->sin6_addr, 16);
    }
  else
    return;

  if (is_ordinary (interface.address) && !g_inet_address_get_is_loopback (interface.address))
    g_array_append_val (self->interfaces, interface);
  else
    g_object_unref (interface.address);
}

ShoalAddresses *
shoal_addresses_new (void)
{
  ShoalAddresses *self = g_new0 (ShoalAddresses, 1);
  struct ifaddrs *found = NULL;

  self->interfaces = g_array_new (FALSE, FALSE, sizeof (Interface));
  g_array_set_clear_func (self->interfaces, interface_clear);
  if (getifaddrs (&found) != 0)
    return self;
  for (const struct ifaddrs *each = found; each != NULL; each = each->ifa_next)
    add_interface (self, each);
  freeifaddrs (found);
  return self;
}

void
shoal_addresses_free (ShoalAddresses *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->interfaces, g_array_unref);
  g_free (self);
}

/* The literals of one family, without doubles. */
static GPtrArray *
literals_of_family (ShoalAddresses *self, GSocketFamily family)
{
  GPtrArray *literals = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < self->interfaces->len; i++)
    {
      GInetAddress *address = g_array_index (self->interfaces, Interface, i).address;

      if (g_inet_address_get_family (address) != family)
        continue;
      g_autofree char *literal = g_inet_address_to_string (address);
      if (!g_ptr_array_find_with_equal_func (literals, literal, g_str_equal, NULL))
        g_ptr_array_add (literals, g_steal_pointer (&literal));
    }
  return literals;
}

char **
shoal_addresses_dup_own (ShoalAddresses *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  guint n = 0;

  g_return_val_if_fail (self != NULL, NULL);

  g_autoptr (GPtrArray) v4 = literals_of_family (self, G_SOCKET_FAMILY_IPV4);
  g_autoptr (GPtrArray) v6 = literals_of_family (self, G_SOCKET_FAMILY_IPV6);
  for (guint i = 0; i < MAX (v4->len, v6->len); i++)
    {
      if (i < v4->len && n++ < SHOAL_MAX_ADDRESSES_PER_DEVICE)
        g_strv_builder_add (builder, g_ptr_array_index (v4, i));
      if (i < v6->len && n++ < SHOAL_MAX_ADDRESSES_PER_DEVICE)
        g_strv_builder_add (builder, g_ptr_array_index (v6, i));
    }
  return g_strv_builder_end (builder);
}

static gboolean
is_in_our_network (ShoalAddresses *self, GInetAddress *address)
{
  const guint8 *bytes = g_inet_address_to_bytes (address);
  gsize length = g_inet_address_get_native_size (address);

  for (guint i = 0; i < self->interfaces->len; i++)
    {
      const Interface *interface = &g_array_index (self->interfaces, Interface, i);
      gsize equal = 0;

      if (g_inet_address_get_family (interface->address) != g_inet_address_get_family (address))
        continue;
      const guint8 *own = g_inet_address_to_bytes (interface->address);
      while (equal < length && ((own[equal] ^ bytes[equal]) & interface->mask[equal]) == 0)
        equal++;
      if (equal == length)
        return TRUE;
    }
  return FALSE;
}

static void
add_address (GPtrArray *list, GInetAddress *address, guint port)
{
  g_autofree char *literal = g_inet_address_to_string (address);
  char *text = g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6
                   ? g_strdup_printf ("[%s]:%u", literal, port)
                   : g_strdup_printf ("%s:%u", literal, port);

  if (g_ptr_array_find_with_equal_func (list, text, g_str_equal, NULL))
    g_free (text);
  else
    g_ptr_array_add (list, text);
}

char **
shoal_addresses_order (ShoalAddresses *self,
                       const char *seen,
                       const char *const *announced,
                       guint port,
                       gboolean loopback)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_free);

  g_return_val_if_fail (self != NULL, NULL);

  if (port >= 1024 && port <= G_MAXUINT16)
    {
      g_autoptr (GInetAddress) as_seen = shoal_address_parse (seen);
      guint n = announced != NULL ? g_strv_length ((char **) announced) : 0;

      if (as_seen != NULL && is_ordinary (as_seen)
          && (loopback || !g_inet_address_get_is_loopback (as_seen)))
        add_address (list, as_seen, port);
      for (int near = 1; near >= 0; near--)
        for (guint i = 0; i < MIN (n, SHOAL_MAX_ADDRESSES_PER_DEVICE); i++)
          {
            g_autoptr (GInetAddress) address = shoal_address_parse (announced[i]);

            if (address != NULL && is_ordinary (address)
                && !g_inet_address_get_is_loopback (address)
                && is_in_our_network (self, address) == near)
              add_address (list, address, port);
          }
    }
  g_ptr_array_add (list, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&list), FALSE);
}
