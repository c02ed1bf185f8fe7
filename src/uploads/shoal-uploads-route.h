/* shoal-uploads-route.h: what another device asks for, read strictly
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-digest.h"

G_BEGIN_DECLS

typedef enum
{
  SHOAL_ROUTE_LAYER,
  SHOAL_ROUTE_PIECES,
  SHOAL_ROUTE_ENTRIES,
  SHOAL_ROUTE_HAVE,
} ShoalRouteKind;

/** ShoalRoute: a path of docs/protocol.md §5; first and count only where the route has them, not
 * yet compared with any ceiling */
typedef struct
{
  ShoalRouteKind kind;
  ShoalDigest id;
  guint32 first;
  guint32 count;
} ShoalRoute;

/** shoal_route_parse: Returns: whether @path is exactly one of the routes: lower-case hex, decimal
 * numbers below 2^32 without leading zeros, nothing before or after */
gboolean shoal_route_parse (ShoalRoute *self, const char *path);

G_END_DECLS
