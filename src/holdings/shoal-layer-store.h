/* shoal-layer-store.h: the piece layers of what is here, in the profile's database
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-database.h"
#include "shoal-digest.h"

G_BEGIN_DECLS

/** shoal_layer_store_schema: the SQL that makes its table, for the profile's first migration */
extern const char shoal_layer_store_schema[];

/** ShoalStoredLayer: the pieces of a file of more than one */
typedef struct
{
  ShoalDigest id;
  GBytes *layer; /* %NULL: it must be there already */
} ShoalStoredLayer;

/** shoal_stored_layer_clear: a #GDestroyNotify for elements of an array */
void shoal_stored_layer_clear (ShoalStoredLayer *self);

/* All functions work inside a job of #ShoalDatabase. */

/** shoal_layer_store_add: @layers: (element-type ShoalStoredLayer): those that are there already
 * are left as they are. Returns: %FALSE with %SHOAL_ERROR_CHANGED where a layer is neither given
 * nor there */
gboolean shoal_layer_store_add (ShoalConnection *connection, GArray *layers, GError **error);
/** shoal_layer_store_get: Returns: (transfer full) (nullable): the piece layer of @id; %NULL
 * without an error if there is none */
GBytes *shoal_layer_store_get (ShoalConnection *connection, const ShoalDigest *id, GError **error);

G_END_DECLS
