/* shoal-known.c: who is known: an immutable snapshot of the roster, shared between threads
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-listener"

#include "config.h"

#include "shoal-known.h"

struct _ShoalKnown
{
  GHashTable *fingerprints; /* (nullable) */
  GHashTable *addresses;    /* (nullable) */
};

ShoalKnown *
shoal_known_new (GHashTable *fingerprints, GHashTable *addresses)
{
  ShoalKnown *self = g_atomic_rc_box_new0 (ShoalKnown);

  self->fingerprints = fingerprints != NULL ? g_hash_table_ref (fingerprints) : NULL;
  self->addresses = addresses != NULL ? g_hash_table_ref (addresses) : NULL;
  return self;
}

static void
known_clear (gpointer data)
{
  ShoalKnown *self = data;

  g_clear_pointer (&self->fingerprints, g_hash_table_unref);
  g_clear_pointer (&self->addresses, g_hash_table_unref);
}

ShoalKnown *
shoal_known_ref (ShoalKnown *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
shoal_known_unref (ShoalKnown *self)
{
  g_atomic_rc_box_release_full (self, known_clear);
}

gboolean
shoal_known_has_device (const ShoalKnown *self, const char *fingerprint)
{
  return self != NULL && self->fingerprints != NULL
         && g_hash_table_contains (self->fingerprints, fingerprint);
}

gboolean
shoal_known_has_address (const ShoalKnown *self, GInetAddress *address)
{
  g_autofree char *literal = g_inet_address_to_string (address);

  return self != NULL && self->addresses != NULL
         && g_hash_table_contains (self->addresses, literal);
}
