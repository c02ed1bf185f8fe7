/* shoal-known.h: who is known: an immutable snapshot of the roster, shared between threads
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _ShoalKnown ShoalKnown;

/** shoal_known_new: @fingerprints, @addresses: (nullable): sets of strings that nobody changes any
 * more */
ShoalKnown *shoal_known_new (GHashTable *fingerprints, GHashTable *addresses);
ShoalKnown *shoal_known_ref (ShoalKnown *self);
void shoal_known_unref (ShoalKnown *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalKnown, shoal_known_unref)

/** shoal_known_has_device: @self: (nullable): NULL knows nobody */
gboolean shoal_known_has_device (const ShoalKnown *self, const char *fingerprint);
/** shoal_known_has_address: @self: (nullable) */
gboolean shoal_known_has_address (const ShoalKnown *self, GInetAddress *address);

G_END_DECLS
