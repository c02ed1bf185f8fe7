/* shoal-offer-keeper-private.h: the parts of ShoalOfferKeeper: the list, the talk with the
 * directory
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-kept-offer.h"
#include "shoal-offer-keeper.h"

G_BEGIN_DECLS

struct _ShoalOfferKeeper
{
  GObject parent_instance;

  ShoalDirectory *directory; /* nullable */
  GHashTable *offers;        /* borrowed id → ShoalKeptOffer */
  GQueue to_offer;           /* of ShoalKeptOffer, by their links */
  GQueue to_withdraw;
  GPtrArray *flushes; /* of Flush */
  GCancellable *cancellable;

  gboolean started;
  gboolean stopped;
  gboolean comparing;
  gboolean compared;       /* since it is online */
  gboolean offering;       /* a request is on the way */
  gboolean offers_blocked; /* the directory refused for now; tried again by the timer */
  gboolean withdrawals_blocked;
  guint withdrawing; /* requests on the way */
  guint n_withdrawals;
  guint attempts;
  guint due_source;
  guint retry_timer;
};

/* shoal-offer-keeper.c */
/** shoal_offer_keeper_is_online: Returns: whether there is a directory that hears */
gboolean shoal_offer_keeper_is_online (ShoalOfferKeeper *self);
ShoalKeptOffer *shoal_offer_keeper_lookup (ShoalOfferKeeper *self, const char *id);
/** shoal_offer_keeper_ensure: Returns: (transfer none): a new one if there is none */
ShoalKeptOffer *shoal_offer_keeper_ensure (ShoalOfferKeeper *self, const char *id);
/** shoal_offer_keeper_sort_in: after each change: into the queue where it belongs now; forgotten
 * where nothing is to be known of it any more */
void shoal_offer_keeper_sort_in (ShoalOfferKeeper *self, ShoalKeptOffer *kept);
/** shoal_offer_keeper_emit_if_changed: @before: the answer before what was done to @kept */
void shoal_offer_keeper_emit_if_changed (ShoalOfferKeeper *self,
                                         ShoalKeptOffer *kept,
                                         ShoalOfferAnswer before);
/** shoal_offer_keeper_check_flushes: ends those that have nothing left to wait for */
void shoal_offer_keeper_check_flushes (ShoalOfferKeeper *self);
/** shoal_offer_keeper_settled: something was answered, or cannot be told for now */
void shoal_offer_keeper_settled (ShoalOfferKeeper *self);

/* shoal-offer-keeper-tell.c */
/** shoal_offer_keeper_tell_soon: what is in the queues, if that may be told */
void shoal_offer_keeper_tell_soon (ShoalOfferKeeper *self);
/** shoal_offer_keeper_compare: once it is online and started */
void shoal_offer_keeper_compare (ShoalOfferKeeper *self);
/** shoal_offer_keeper_state_changed: of the directory */
void shoal_offer_keeper_state_changed (ShoalOfferKeeper *self);

G_END_DECLS
