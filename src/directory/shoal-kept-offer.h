/* shoal-kept-offer.h: one offer of ours: what is to be in the directory, and what is there
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-offer-keeper.h"

G_BEGIN_DECLS

/** ShoalOfferFilling: what makes the entries of an offer; reference counted; thread-safe but for
 * its references */
typedef struct
{
  ShoalOfferFill fill; /* nullable */
  gpointer content;
  GDestroyNotify free_content; /* nullable */
} ShoalOfferFilling;

ShoalOfferFilling *shoal_offer_filling_ref (ShoalOfferFilling *self);
void shoal_offer_filling_unref (ShoalOfferFilling *self);

/** ShoalKeptOffer: what #ShoalOfferKeeper knows of one offer; reference counted, main thread */
typedef struct
{
  char *id;                   /* 32 hex digits */
  ShoalOffer *wanted;         /* (nullable): what is to be there */
  ShoalOfferFilling *filling; /* (nullable): its entries */
  ShoalOffer
      *there;      /* (nullable): what is there, as far as is known; @wanted itself if it is that */
  gboolean unsure; /* that may be there or not: it is offered again, or withdrawn */
  guint sources;   /* of what is there */
  int error;       /* a #ShoalError: why it was not taken last... */
  gboolean failed; /* ...if it was not */
  gboolean held;   /* what is there stays; nothing is told */
  gboolean sending; /* on the way to the directory... */
  gboolean cut;     /* ...and withdrawn while it is */
  guint withdrawal; /* the number of the request that withdraws it, 0 for none */
  GQueue *queue;    /* (nullable): it waits in this one, to be told... */
  GList link;       /* ...by this link */
} ShoalKeptOffer;

/** shoal_kept_offer_new: Returns: (transfer full): nothing wanted, nothing there */
ShoalKeptOffer *shoal_kept_offer_new (const char *id);
ShoalKeptOffer *shoal_kept_offer_ref (ShoalKeptOffer *self);
void shoal_kept_offer_unref (ShoalKeptOffer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalKeptOffer, shoal_kept_offer_unref)

/** shoal_kept_offer_set_wanted: @offer: (transfer full) (nullable), with its @filling (transfer
 * full) (nullable). What was refused gets another chance. */
void
shoal_kept_offer_set_wanted (ShoalKeptOffer *self, ShoalOffer *offer, ShoalOfferFilling *filling);
/** shoal_kept_offer_set_there: @offer: (nullable): what the directory has, copied if need be */
void shoal_kept_offer_set_there (ShoalKeptOffer *self, const ShoalOffer *offer, guint sources);
/** shoal_kept_offer_set_unsure: @offer: what may be there if nothing else is known to be */
void shoal_kept_offer_set_unsure (ShoalKeptOffer *self, const ShoalOffer *offer);

/** shoal_kept_offer_get_answer: Returns: what became of what is wanted */
ShoalOfferAnswer shoal_kept_offer_get_answer (const ShoalKeptOffer *self);
/** shoal_kept_offer_needs_offer: Returns: whether the directory is to be told of it */
gboolean shoal_kept_offer_needs_offer (const ShoalKeptOffer *self);
/** shoal_kept_offer_needs_withdrawal: Returns: whether the directory is to be told to forget it */
gboolean shoal_kept_offer_needs_withdrawal (const ShoalKeptOffer *self);
/** shoal_kept_offer_is_over: Returns: whether there is nothing to know of it any more */
gboolean shoal_kept_offer_is_over (const ShoalKeptOffer *self);

G_END_DECLS
