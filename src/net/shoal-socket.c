/* shoal-socket.c: sockets and addresses, as the guard and the clients need them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-socket"

#include "config.h"

#include "shoal-socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <glib/gi18n.h>

#include "shoal-error.h"
#include "shoal-limits.h"

void
shoal_socket_prepare (GSocket *socket)
{
  /* Without TCP_NODELAY a request waits 40 ms for an acknowledgement. */
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  g_socket_set_keepalive (socket, TRUE);
}

/* An IPv4 address inside an IPv6 one, as dual-stack sockets show them, is an IPv4 address. */
static GInetAddress *
normalize (GInetAddress *address)
{
  const guint8 *bytes = g_inet_address_to_bytes (address);
  static const guint8 mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6
      && memcmp (bytes, mapped, sizeof mapped) == 0)
    return g_inet_address_new_from_bytes (bytes + sizeof mapped, G_SOCKET_FAMILY_IPV4);
  return g_object_ref (address);
}

GInetSocketAddress *
shoal_socket_get_remote (GSocket *socket)
{
  g_autoptr (GSocketAddress) remote = g_socket_get_remote_address (socket, NULL);

  if (remote == NULL || !G_IS_INET_SOCKET_ADDRESS (remote))
    return NULL;

  GInetSocketAddress *inet = G_INET_SOCKET_ADDRESS (remote);
  g_autoptr (GInetAddress) address = normalize (g_inet_socket_address_get_address (inet));
  return G_INET_SOCKET_ADDRESS (
      g_inet_socket_address_new (address, g_inet_socket_address_get_port (inet)));
}

/* What counts as one address: whoever has an IPv6 address has its whole /64. */
char *
shoal_address_name (GInetAddress *address)
{
  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV4)
    return g_inet_address_to_string (address);

  const guint8 *bytes = g_inet_address_to_bytes (address);
  GString *name = g_string_new (NULL);
  for (gsize i = 0; i < 8; i++)
    g_string_append_printf (name, "%02x", bytes[i]);
  return g_string_free (name, FALSE);
}

char *
shoal_address_site (GInetAddress *address)
{
  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV4)
    return NULL;

  const guint8 *bytes = g_inet_address_to_bytes (address);

  return g_strdup_printf ("%02x%02x%02x%02x%02x%02x/48", bytes[0], bytes[1], bytes[2], bytes[3],
                          bytes[4], bytes[5]);
}

static GSocket *
open_socket (GInetAddress *address, guint16 port, GError **error)
{
  GSocketFamily family = g_inet_address_get_family (address);
  g_autoptr (GSocketAddress) local = g_inet_socket_address_new (address, port);
  g_autoptr (GSocket) socket
             = g_socket_new (family, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);

  if (socket == NULL)
    return NULL;
  g_socket_set_blocking (socket, FALSE);
  g_socket_set_listen_backlog (socket, SHOAL_LISTEN_BACKLOG);
  if (family == G_SOCKET_FAMILY_IPV6)
    g_socket_set_option (socket, IPPROTO_IPV6, IPV6_V6ONLY, 0, NULL);
  if (!g_socket_bind (socket, local, TRUE, error) || !g_socket_listen (socket, error))
    return NULL;
  return g_steal_pointer (&socket);
}

GSocket *
shoal_socket_listen (const char *address, guint16 port, guint16 *bound, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GInetAddress) inet = address != NULL ? g_inet_address_new_from_string (address)
                                                  : g_inet_address_new_any (G_SOCKET_FAMILY_IPV6);
  if (inet == NULL)
    {
      shoal_set_field_error (error, "listen", _ ("“%s” is not an IP address to listen on"),
                             address);
      return NULL;
    }

  g_autoptr (GSocket) socket = open_socket (inet, port, &local_error);
  if (socket == NULL && address == NULL
      && !g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
    {
      /* No IPv6 on this machine */
      g_clear_error (&local_error);
      g_object_unref (inet);
      inet = g_inet_address_new_any (G_SOCKET_FAMILY_IPV4);
      socket = open_socket (inet, port, &local_error);
    }
  g_autoptr (GSocketAddress) local
             = socket != NULL ? g_socket_get_local_address (socket, &local_error) : NULL;
  if (local == NULL)
    {
      int code = SHOAL_ERROR_IO;

      if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
        code = SHOAL_ERROR_EXISTS;
      else if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
        code = SHOAL_ERROR_DENIED;
      g_set_error (error, SHOAL_ERROR, code, _ ("Cannot listen on %s port %u: %s"),
                   address != NULL ? address : _ ("any address"), port, local_error->message);
      return NULL;
    }
  if (bound != NULL)
    *bound = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (local));
  return g_steal_pointer (&socket);
}
