/* shoal-link.c: the link that invites to a group
 *
 * A link comes from a mail, a web page or a code somebody scanned: every byte is checked before it
 * is believed. Messages name what is wrong but never repeat the link, for it is a secret.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-link"

#include "config.h"

#include "shoal-link.h"

#include <string.h>

#include <gio/gio.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <glib/gi18n.h>

#include "shoal-device-key.h"
#include "shoal-error.h"
#include "shoal-limits.h"

#define SCHEME "shoal://"
#define INVITE_BYTES 16
#define INVITE_LENGTH 26
#define MAX_HOST_BYTES 253

static const char base32_digits[] = "abcdefghijklmnopqrstuvwxyz234567";

/* ---- Addresses ------------------------------------------------------------------------------ */

static gboolean
is_host_name (const char *host)
{
  gsize label = 0;

  for (const char *p = host; *p != '\0'; p++)
    {
      if (*p == '.')
        {
          if (label == 0 || p[-1] == '-')
            return FALSE;
          label = 0;
          continue;
        }
      if (!g_ascii_isalnum (*p) && (*p != '-' || label == 0))
        return FALSE;
      if (++label > 63)
        return FALSE;
    }
  return label > 0 && host[strlen (host) - 1] != '-';
}

static gboolean
looks_numeric (const char *host)
{
  return strspn (host, "0123456789.") == strlen (host);
}

static char *
normalize_host (const char *host, GError **error)
{
  if (*host == '\0')
    {
      shoal_set_field_error (
          error, "address",
          _ ("The address has no host: write HOST:PORT, like tracker.example:7707"));
      return NULL;
    }

  g_autofree char *ascii = g_hostname_to_ascii (host);
  if (ascii == NULL || strlen (ascii) > MAX_HOST_BYTES || !is_host_name (ascii)
      || (looks_numeric (ascii) && !g_hostname_is_ip_address (ascii)))
    {
      shoal_set_field_error (error, "address",
                             _ ("The host in the address is not a host name or IP address; an IPv6 "
                                "address goes in brackets, like [2001:db8::1]:7707"));
      return NULL;
    }
  return g_ascii_strdown (ascii, -1);
}

static char *
normalize_ipv6 (const char *literal, GError **error)
{
  g_autoptr (GInetAddress) address = NULL;

  if (strspn (literal, "0123456789abcdefABCDEF:.") == strlen (literal))
    address = g_inet_address_new_from_string (literal);
  if (address == NULL || g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV6)
    {
      shoal_set_field_error (error, "address",
                             _ ("What stands in the brackets is not an IPv6 address"));
      return NULL;
    }

  g_autofree char *canonical = g_inet_address_to_string (address);
  return g_strdup_printf ("[%s]", canonical);
}

static gboolean
parse_port (const char *text, guint *port, GError **error)
{
  guint64 value = 0;

  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT16, &value, NULL)
      || !g_ascii_isdigit (*text))
    return shoal_set_field_error (error, "address",
                                  _ ("The port in the address is not a number from 1 to 65535"));
  *port = (guint) value;
  return TRUE;
}

/* HOST, HOST:PORT, [V6] or [V6]:PORT; returns "host:port" */
static char *
normalize_address (const char *text, GError **error)
{
  g_autofree char *host = NULL;
  const char *rest = NULL;
  guint port = SHOAL_DEFAULT_TRACKER_PORT;

  if (*text == '[')
    {
      const char *end = strchr (text, ']');

      if (end == NULL)
        {
          shoal_set_field_error (error, "address", _ ("The address has “[” without “]”"));
          return NULL;
        }
      g_autofree char *literal = g_strndup (text + 1, (gsize) (end - text) - 1);
      host = normalize_ipv6 (literal, error);
      rest = end + 1;
    }
  else
    {
      g_autofree char *name = g_strndup (text, strcspn (text, ":"));

      rest = text + strlen (name);
      if (*rest == ':' && strchr (rest + 1, ':') != NULL)
        {
          shoal_set_field_error (error, "address",
                                 _ ("An IPv6 address goes in brackets, like [2001:db8::1]:7707"));
          return NULL;
        }
      host = normalize_host (name, error);
    }
  if (host == NULL)
    return NULL;

  if (*rest == ':')
    {
      if (!parse_port (rest + 1, &port, error))
        return NULL;
    }
  else if (*rest != '\0')
    {
      shoal_set_field_error (error, "address",
                             _ ("There is something between the address and its port"));
      return NULL;
    }
  return g_strdup_printf ("%s:%u", host, port);
}

static char **
parse_addresses (const char *text, GError **error)
{
  g_autoptr (GPtrArray) addresses = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) parts = g_strsplit (text, ",", SHOAL_MAX_LINK_ADDRESSES + 1);

  if (g_strv_length (parts) > SHOAL_MAX_LINK_ADDRESSES)
    {
      shoal_set_field_error (error, "address", _ ("The link names more than %d addresses"),
                             SHOAL_MAX_LINK_ADDRESSES);
      return NULL;
    }
  for (gsize i = 0; parts[i] != NULL; i++)
    {
      g_autofree char *address = normalize_address (parts[i], error);

      if (address == NULL)
        return NULL;
      if (!g_ptr_array_find_with_equal_func (addresses, address, g_str_equal, NULL))
        g_ptr_array_add (addresses, g_steal_pointer (&address));
    }
  if (addresses->len == 0)
    {
      shoal_set_field_error (
          error, "address",
          _ ("The address has no host: write HOST:PORT, like tracker.example:7707"));
      return NULL;
    }
  g_ptr_array_add (addresses, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&addresses), FALSE);
}

/* ---- The link ------------------------------------------------------------------------------- */

static gboolean
set_once (char **member, const char *name, const char *value, GError **error)
{
  if (*member != NULL)
    return shoal_set_field_error (error, name, _ ("The link has two of “%s”"), name);
  *member = g_ascii_strdown (value, -1);
  return TRUE;
}

static gboolean
parse_query (ShoalLink *link, const char *query, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (query, "&", -1);

  for (gsize i = 0; parts[i] != NULL; i++)
    {
      if (g_str_has_prefix (parts[i], "key="))
        {
          if (!set_once (&link->key, "key", parts[i] + strlen ("key="), error))
            return FALSE;
        }
      else if (g_str_has_prefix (parts[i], "invite="))
        {
          if (!set_once (&link->invite, "invite", parts[i] + strlen ("invite="), error))
            return FALSE;
        }
      /* Members of later versions are ignored. */
    }
  if (link->key == NULL)
    return shoal_set_field_error (error, "key",
                                  _ ("The link has no key: it was cut off, ask for a whole one"));
  if (!shoal_is_fingerprint (link->key))
    return shoal_set_field_error (
        error, "key", _ ("The key in the link is not 64 hexadecimal digits: the link was cut off"));
  if (link->invite != NULL && !shoal_invite_is_code (link->invite))
    return shoal_set_field_error (
        error, "invite",
        _ ("The invitation in the link is not 26 letters and digits: it was cut off"));
  return TRUE;
}

static ShoalLink *
parse_whole_link (const char *text, GError **error)
{
  g_autoptr (ShoalLink) link = g_new0 (ShoalLink, 1);
  const char *start = text + strlen (SCHEME);
  gsize length = strcspn (start, "/?#");
  g_autofree char *authority = g_strndup (start, length);
  const char *rest = start + length;

  if (strchr (authority, '@') != NULL)
    {
      shoal_set_field_error (error, "address", _ ("A link has no user name before its address"));
      return NULL;
    }
  link->addresses = parse_addresses (authority, error);
  if (link->addresses == NULL)
    return NULL;

  if (*rest == '/')
    rest++;
  if (*rest != '?' && *rest != '\0')
    {
      shoal_set_field_error (error, "address",
                             _ ("There is something unknown after the link's address"));
      return NULL;
    }
  if (*rest == '?')
    rest++;
  if (!parse_query (link, rest, error))
    return NULL;
  return g_steal_pointer (&link);
}

static ShoalLink *
parse_bare_address (const char *text, GError **error)
{
  g_autoptr (ShoalLink) link = g_new0 (ShoalLink, 1);

  if (strstr (text, "://") != NULL)
    {
      shoal_set_field_error (error, "link",
                             _ ("This is not a Shoal link: one begins with “shoal://”"));
      return NULL;
    }
  if (strpbrk (text, "/?#@,") != NULL)
    {
      shoal_set_field_error (error, "link",
                             _ ("This is neither a link (shoal://…) nor an address (HOST:PORT)"));
      return NULL;
    }
  link->addresses = parse_addresses (text, error);
  if (link->addresses == NULL)
    return NULL;
  return g_steal_pointer (&link);
}

/* What stands around a link in a text, and is copied with it. */
static char *
strip_surroundings (const char *text)
{
  static const char before[] = "<(\"'“„‘‚«‹";
  static const char after[] = ">)\"'”“’‘»›.,;!";
  const char *start = text;
  const char *end = text + strlen (text);

  while (
      start < end
      && (g_ascii_isspace (*start) || g_utf8_strchr (before, -1, g_utf8_get_char (start)) != NULL))
    start = g_utf8_next_char (start);
  while (end > start)
    {
      const char *last = g_utf8_prev_char (end);

      if (!g_ascii_isspace (*last) && g_utf8_strchr (after, -1, g_utf8_get_char (last)) == NULL)
        break;
      end = last;
    }
  return g_strndup (start, (gsize) (end - start));
}

ShoalLink *
shoal_link_parse (const char *text, GError **error)
{
  g_return_val_if_fail (text != NULL, NULL);

  if (strnlen (text, SHOAL_MAX_LINK_BYTES + 1) > SHOAL_MAX_LINK_BYTES)
    {
      shoal_set_field_error (error, "link", _ ("The link is longer than %d bytes"),
                             SHOAL_MAX_LINK_BYTES);
      return NULL;
    }
  if (!g_utf8_validate (text, -1, NULL))
    {
      shoal_set_field_error (error, "link", _ ("The link is not text in UTF-8"));
      return NULL;
    }

  g_autofree char *stripped = strip_surroundings (text);
  if (*stripped == '\0')
    {
      shoal_set_field_error (error, "link", _ ("The link is empty"));
      return NULL;
    }
  for (const char *p = stripped; *p != '\0'; p++)
    if (g_ascii_isspace (*p) || g_ascii_iscntrl (*p))
      {
        shoal_set_field_error (error, "link", _ ("The link has a space or line break in it"));
        return NULL;
      }
  if (g_ascii_strncasecmp (stripped, SCHEME, strlen (SCHEME)) == 0)
    return parse_whole_link (stripped, error);
  return parse_bare_address (stripped, error);
}

ShoalLink *
shoal_link_new (const char *const *addresses, const char *key, const char *invite)
{
  g_return_val_if_fail (addresses != NULL && addresses[0] != NULL, NULL);
  g_return_val_if_fail (key == NULL || shoal_is_fingerprint (key), NULL);
  g_return_val_if_fail (invite == NULL || shoal_invite_is_code (invite), NULL);

  ShoalLink *self = g_new0 (ShoalLink, 1);
  self->addresses = g_strdupv ((char **) addresses);
  self->key = g_strdup (key);
  self->invite = g_strdup (invite);
  return self;
}

char *
shoal_link_to_string (const ShoalLink *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_autofree char *addresses = g_strjoinv (",", self->addresses);

  if (self->key == NULL)
    return g_steal_pointer (&addresses);
  if (self->invite == NULL)
    return g_strdup_printf (SCHEME "%s/?key=%s", addresses, self->key);
  return g_strdup_printf (SCHEME "%s/?key=%s&invite=%s", addresses, self->key, self->invite);
}

/* @address: "host:port" or "[v6]:port" */
static gboolean
is_local (const char *address)
{
  gboolean bracket = *address == '[';
  const char *end = strrchr (address, bracket ? ']' : ':');
  g_autofree char *host = g_strndup (address + bracket, (gsize) (end - address - bracket));
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (host);

  if (inet == NULL)
    return FALSE;
  /* fc00::/7, which is not the site-local fec0::/10 that it came after. */
  if (g_inet_address_get_family (inet) == G_SOCKET_FAMILY_IPV6
      && (g_inet_address_to_bytes (inet)[0] & 0xFE) == 0xFC)
    return TRUE;
  return g_inet_address_get_is_loopback (inet) || g_inet_address_get_is_link_local (inet)
         || g_inet_address_get_is_site_local (inet);
}

gboolean
shoal_link_is_local (const ShoalLink *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  for (char **address = self->addresses; *address != NULL; address++)
    if (!is_local (*address))
      return FALSE;
  return TRUE;
}

void
shoal_link_free (ShoalLink *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->addresses, g_strfreev);
  g_clear_pointer (&self->key, g_free);
  if (self->invite != NULL)
    explicit_bzero (self->invite, strlen (self->invite));
  g_clear_pointer (&self->invite, g_free);
  g_free (self);
}

/* ---- Invitations ---------------------------------------------------------------------------- */

char *
shoal_invite_new_code (void)
{
  guint8 random[INVITE_BYTES];
  char *code = g_malloc (INVITE_LENGTH + 1);
  guint bits = 0;
  guint held = 0;
  gsize length = 0;

  /* Without random numbers there is nothing safe to return. */
  if (gnutls_rnd (GNUTLS_RND_KEY, random, sizeof random) < 0)
    g_error ("Cannot draw random numbers");
  for (gsize i = 0; i < sizeof random; i++)
    {
      bits = (bits << 8 | random[i]) & 0xfff;
      held += 8;
      for (; held >= 5; held -= 5)
        code[length++] = base32_digits[bits >> (held - 5) & 31];
    }
  code[length++] = base32_digits[bits << (5 - held) & 31];
  g_assert (length == INVITE_LENGTH);
  code[length] = '\0';
  explicit_bzero (random, sizeof random);
  return code;
}

gboolean
shoal_invite_is_code (const char *text)
{
  return text != NULL && strspn (text, base32_digits) == INVITE_LENGTH
         && text[INVITE_LENGTH] == '\0';
}
