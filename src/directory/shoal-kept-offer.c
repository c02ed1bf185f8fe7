/* shoal-kept-offer.c: one offer of ours: what is to be in the directory, and what is there
 *
 * That both are the same is told by their being one object: @there is @wanted. So a look at each of
 * a hundred thousand offers compares two pointers, and holds one description of each.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-offer-keeper"

#include "config.h"

#include "shoal-kept-offer.h"

/* ---- Entries ---- */

ShoalOfferFilling *
shoal_offer_filling_ref (ShoalOfferFilling *self)
{
  return g_rc_box_acquire (self);
}

static void
offer_filling_clear (gpointer data)
{
  ShoalOfferFilling *self = data;

  if (self->free_content != NULL)
    self->free_content (self->content);
}

void
shoal_offer_filling_unref (ShoalOfferFilling *self)
{
  g_rc_box_release_full (self, offer_filling_clear);
}

/* ---- The offer ---- */

ShoalKeptOffer *
shoal_kept_offer_new (const char *id)
{
  ShoalKeptOffer *self = g_rc_box_new0 (ShoalKeptOffer);

  self->id = g_strdup (id);
  self->link.data = self;
  return self;
}

ShoalKeptOffer *
shoal_kept_offer_ref (ShoalKeptOffer *self)
{
  return g_rc_box_acquire (self);
}

static void
drop_there (ShoalKeptOffer *self)
{
  if (self->there != self->wanted)
    shoal_offer_free (self->there);
  self->there = NULL;
}

static void
kept_offer_clear (gpointer data)
{
  ShoalKeptOffer *self = data;

  g_assert (self->queue == NULL);
  drop_there (self);
  g_clear_pointer (&self->wanted, shoal_offer_free);
  g_clear_pointer (&self->filling, shoal_offer_filling_unref);
  g_free (self->id);
}

void
shoal_kept_offer_unref (ShoalKeptOffer *self)
{
  g_rc_box_release_full (self, kept_offer_clear);
}

void
shoal_kept_offer_set_wanted (ShoalKeptOffer *self, ShoalOffer *offer, ShoalOfferFilling *filling)
{
  gboolean same = offer != NULL && self->there != NULL && !self->unsure
                  && shoal_offer_equal (offer, self->there);

  if (same)
    drop_there (self);
  if (self->wanted != self->there)
    shoal_offer_free (self->wanted);
  self->wanted = offer;
  if (same)
    self->there = offer;
  g_clear_pointer (&self->filling, shoal_offer_filling_unref);
  self->filling = filling;
  self->failed = FALSE;
}

void
shoal_kept_offer_set_there (ShoalKeptOffer *self, const ShoalOffer *offer, guint sources)
{
  drop_there (self);
  if (offer != NULL && self->wanted != NULL && shoal_offer_equal (offer, self->wanted))
    self->there = self->wanted;
  else if (offer != NULL)
    self->there = shoal_offer_copy (offer);
  self->unsure = FALSE;
  self->sources = sources;
}

void
shoal_kept_offer_set_unsure (ShoalKeptOffer *self, const ShoalOffer *offer)
{
  if (self->there == NULL || self->there == self->wanted)
    self->there = shoal_offer_copy (offer);
  self->unsure = TRUE;
}

ShoalOfferAnswer
shoal_kept_offer_get_answer (const ShoalKeptOffer *self)
{
  if (self->wanted != NULL && self->wanted == self->there)
    return shoal_offer_answer_taken (self->sources);
  if (self->wanted != NULL && self->failed)
    return shoal_offer_answer_failed (self->error);
  return (ShoalOfferAnswer){ .state = SHOAL_OFFER_WAITING };
}

gboolean
shoal_kept_offer_needs_offer (const ShoalKeptOffer *self)
{
  return self->wanted != NULL && !self->held && !self->sending
         && shoal_kept_offer_get_answer (self).state == SHOAL_OFFER_WAITING;
}

/* What is on the way is withdrawn at once, for a large folder is on the way for long; should it
 * arrive after that all the same, it is there, and withdrawn again. */
gboolean
shoal_kept_offer_needs_withdrawal (const ShoalKeptOffer *self)
{
  return self->wanted == NULL && !self->held && self->withdrawal == 0
         && (self->there != NULL || (self->sending && !self->cut));
}

gboolean
shoal_kept_offer_is_over (const ShoalKeptOffer *self)
{
  return self->wanted == NULL && self->there == NULL && !self->held && !self->sending
         && self->withdrawal == 0;
}
