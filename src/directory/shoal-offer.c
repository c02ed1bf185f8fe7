/* shoal-offer.c: what is told about a share, and what a directory answers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-offer"

#include "config.h"

#include "shoal-offer.h"

ShoalOffer *
shoal_offer_new (void)
{
  ShoalOffer *self = g_new0 (ShoalOffer, 1);

  self->audience = shoal_audience_new_everyone ();
  return self;
}

ShoalOffer *
shoal_offer_copy (const ShoalOffer *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  ShoalOffer *copy = g_memdup2 (self, sizeof *self);
  copy->offer = g_strdup (self->offer);
  copy->name = g_strdup (self->name);
  copy->audience = shoal_audience_ref (self->audience);
  copy->entries = NULL;
  return copy;
}

gboolean
shoal_offer_equal (const ShoalOffer *a, const ShoalOffer *b)
{
  g_return_val_if_fail (a != NULL && b != NULL, FALSE);

  return a->folder == b->folder && a->size == b->size && shoal_digest_equal (&a->id, &b->id)
         && g_strcmp0 (a->name, b->name) == 0 && shoal_audience_equal (a->audience, b->audience);
}

void
shoal_offer_free (ShoalOffer *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->offer, g_free);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->audience, shoal_audience_unref);
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

ShoalOfferAnswer
shoal_offer_answer_taken (guint sources)
{
  return (ShoalOfferAnswer){ .state = SHOAL_OFFER_TAKEN, .sources = sources };
}

ShoalOfferAnswer
shoal_offer_answer_failed (int code)
{
  gboolean passes = code == SHOAL_ERROR_BUSY || code == SHOAL_ERROR_DISCONNECTED
                    || code == SHOAL_ERROR_INTERNAL || code == SHOAL_ERROR_CANCELLED;

  return (ShoalOfferAnswer){ .state = passes ? SHOAL_OFFER_WAITING : SHOAL_OFFER_REFUSED,
                             .error = code };
}
