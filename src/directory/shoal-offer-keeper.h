/* shoal-offer-keeper.h: keeps what a directory has of this device equal to what it offers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-directory.h"
#include "shoal-offer.h"

G_BEGIN_DECLS

/**
 * ShoalOfferKeeper:
 *
 * The list of what this device offers, whoever offers it, kept equal to what the directory has of
 * it: at each way back online both are compared and differences repaired, then single changes
 * follow as they come. There is one for each directory, because what is there and not in it is
 * withdrawn. Main thread.
 *
 * Signals: "changed" (const char *offer): what shoal_offer_keeper_get_answer() says of it; not
 * while it is put, held or dropped. "offering" (no arguments): some are about to be told; who
 * serves them sees to it that they can be fetched by now. "settled" (no arguments): something was
 * answered, or cannot be told for now: who waits asks shoal_offer_keeper_is_open() again.
 */
#define SHOAL_TYPE_OFFER_KEEPER (shoal_offer_keeper_get_type ())
G_DECLARE_FINAL_TYPE (ShoalOfferKeeper, shoal_offer_keeper, SHOAL, OFFER_KEEPER, GObject)

/** ShoalOfferFill: adds entries and times to @offer from @content, which must not change any more:
 * in a thread, for a million entries take longer than a frame */
typedef void (*ShoalOfferFill) (ShoalOffer *offer, gpointer content);

/** shoal_offer_keeper_new: @directory: (nullable): nobody to offer to. Returns: (transfer full) */
ShoalOfferKeeper *shoal_offer_keeper_new (ShoalDirectory *directory);
/** shoal_offer_keeper_start: all that was offered before is in the list: from now on the directory
 * is told, and what it has beside it is withdrawn */
void shoal_offer_keeper_start (ShoalOfferKeeper *self);
/** shoal_offer_keeper_stop: tells nothing any more; before exit */
void shoal_offer_keeper_stop (ShoalOfferKeeper *self);

/**
 * shoal_offer_keeper_put:
 * @offer: (transfer full): without entries, but with their number
 * @fill: (nullable): adds what is missing before it is told
 * @content: for @fill, freed with @free_content (nullable) when it is needed no more
 *
 * This is to be in the directory under this offer's id, in place of what was before. What was
 * refused is tried again.
 */
void shoal_offer_keeper_put (ShoalOfferKeeper *self,
                             ShoalOffer *offer,
                             ShoalOfferFill fill,
                             gpointer content,
                             GDestroyNotify free_content);
/** shoal_offer_keeper_hold: @offer: an offer's id: what is to be there will be known later: what is
 * there stays, and nothing is told until it is put or dropped */
void shoal_offer_keeper_hold (ShoalOfferKeeper *self, const char *offer);
/** shoal_offer_keeper_drop: @offer: an offer's id: nothing is to be there: withdraws it, now or as
 * soon as the directory is back */
void shoal_offer_keeper_drop (ShoalOfferKeeper *self, const char *offer);

/** shoal_offer_keeper_get_answer: @offer: an offer's id. Returns: what became of what was put; one
 * that is not in the list waits */
ShoalOfferAnswer shoal_offer_keeper_get_answer (ShoalOfferKeeper *self, const char *offer);
/** shoal_offer_keeper_is_open: @offer: an offer's id. Returns: whether something will be heard of
 * it soon */
gboolean shoal_offer_keeper_is_open (ShoalOfferKeeper *self, const char *offer);
/** shoal_offer_keeper_flush_async: done when the directory has withdrawn all that was dropped, or
 * cannot be told for now; cancelling gives up the waiting, not the withdrawing */
void shoal_offer_keeper_flush_async (ShoalOfferKeeper *self,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
/** shoal_offer_keeper_flush_finish: Returns: %FALSE with an error if it was cancelled */
gboolean
shoal_offer_keeper_flush_finish (ShoalOfferKeeper *self, GAsyncResult *result, GError **error);

G_END_DECLS
