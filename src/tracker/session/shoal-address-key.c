/* shoal-address-key.c: what counts as one address
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-address-key"

#include "config.h"

#include "shoal-address-key.h"

#include <gio/gio.h>
#include <string.h>

char *
shoal_address_key (const char *address)
{
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (address);

  if (inet == NULL)
    return g_strdup (address);
  if (g_inet_address_get_family (inet) == G_SOCKET_FAMILY_IPV4)
    return g_inet_address_to_string (inet);

  static const guint8 mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
  const guint8 *bytes = g_inet_address_to_bytes (inet);

  if (memcmp (bytes, mapped, sizeof mapped) == 0)
    return g_strdup_printf ("%u.%u.%u.%u", bytes[12], bytes[13], bytes[14], bytes[15]);

  guint8 network[16] = { 0 };

  memcpy (network, bytes, 8);

  g_autoptr (GInetAddress) prefix = g_inet_address_new_from_bytes (network, G_SOCKET_FAMILY_IPV6);
  g_autofree char *text = g_inet_address_to_string (prefix);

  return g_strconcat (text, "/64", NULL);
}
