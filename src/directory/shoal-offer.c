/* shoal-offer.c: what is told about a share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-offer"

#include "config.h"

#include "shoal-directory.h"

ShoalOffer *
shoal_offer_new (void)
{
  return g_new0 (ShoalOffer, 1);
}

void
shoal_offer_free (ShoalOffer *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->offer, g_free);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->entries, g_ptr_array_unref);
  g_free (self);
}

ShoalOfferEntry *
shoal_offer_entry_new (
    const char *path, char kind, const ShoalDigest *id, guint64 size, gint64 mtime_ms)
{
  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (kind == 'd' || kind == 'f' || kind == 'x' || kind == 'l', NULL);

  ShoalOfferEntry *self = g_new0 (ShoalOfferEntry, 1);
  self->path = g_strdup (path);
  self->kind = kind;
  if (id != NULL)
    self->id = *id;
  self->size = size;
  self->mtime_ms = mtime_ms;
  return self;
}

void
shoal_offer_entry_free (ShoalOfferEntry *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->path, g_free);
  g_free (self);
}
