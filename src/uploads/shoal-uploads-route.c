/* shoal-uploads-route.c: what another device asks for, read strictly
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-uploads"

#include "config.h"

#include "shoal-uploads-route.h"

#include <string.h>

#define HEX_LENGTH (SHOAL_DIGEST_HEX_SIZE - 1)

static const struct
{
  const char *prefix;
  ShoalRouteKind kind;
  gboolean has_span;
} routes[] = {
  { "/v1/layer/", SHOAL_ROUTE_LAYER, FALSE },
  { "/v1/pieces/", SHOAL_ROUTE_PIECES, TRUE },
  { "/v1/entries/", SHOAL_ROUTE_ENTRIES, TRUE },
  { "/v1/have/", SHOAL_ROUTE_HAVE, FALSE },
};

/* Moves *@text behind the number. */
static gboolean
parse_number (const char **text, guint32 *number)
{
  const char *c = *text;
  guint64 value = 0;

  if (c[0] == '0' && g_ascii_isdigit (c[1]))
    return FALSE;
  for (; g_ascii_isdigit (*c); c++)
    {
      value = value * 10 + (guint64) (*c - '0');
      if (value > G_MAXUINT32)
        return FALSE;
    }
  if (c == *text)
    return FALSE;
  *text = c;
  *number = (guint32) value;
  return TRUE;
}

static gboolean
parse_id (const char **text, ShoalDigest *id)
{
  char hex[SHOAL_DIGEST_HEX_SIZE];

  if (strnlen (*text, HEX_LENGTH) < HEX_LENGTH)
    return FALSE;
  memcpy (hex, *text, HEX_LENGTH);
  hex[HEX_LENGTH] = '\0';
  *text += HEX_LENGTH;
  return shoal_digest_from_hex (id, hex);
}

static gboolean
parse_span (const char **text, ShoalRoute *route)
{
  if (**text != '/')
    return FALSE;
  (*text)++;
  if (!parse_number (text, &route->first) || **text != '-')
    return FALSE;
  (*text)++;
  return parse_number (text, &route->count);
}

gboolean
shoal_route_parse (ShoalRoute *self, const char *path)
{
  memset (self, 0, sizeof *self);
  for (gsize i = 0; i < G_N_ELEMENTS (routes); i++)
    {
      if (!g_str_has_prefix (path, routes[i].prefix))
        continue;
      const char *rest = path + strlen (routes[i].prefix);
      self->kind = routes[i].kind;
      return parse_id (&rest, &self->id) && (!routes[i].has_span || parse_span (&rest, self))
             && *rest == '\0';
    }
  return FALSE;
}
