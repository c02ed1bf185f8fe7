/* shoal-source.h: a device that has a content, as a directory tells it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib-object.h>

#include "shoal-digest.h"

G_BEGIN_DECLS

/** ShoalSource: a boxed value; immutable, reference counted, thread-safe */
typedef struct
{
  char *device;     /* fingerprint */
  char *account;    /* account id */
  char *user;       /* its name now, for people */
  char **addresses; /* (array zero-terminated=1): "literal:port" to dial, best first; empty if not
                       reachable */
  guint64 size;     /* of the content there; sources of another size do not count */
  gboolean online;
  gboolean partial;  /* still downloading: ask it for /v1/have */
  gboolean manifest; /* the content is a folder's manifest */
  char *offer_name;  /* (nullable): what the content is called there */
} ShoalSource;

#define SHOAL_TYPE_SOURCE (shoal_source_get_type ())
GType shoal_source_get_type (void);
/** shoal_source_new: Returns: (transfer full): all zero but the reference */
ShoalSource *shoal_source_new (void);
ShoalSource *shoal_source_ref (ShoalSource *self);
void shoal_source_unref (ShoalSource *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalSource, shoal_source_unref)

G_END_DECLS
