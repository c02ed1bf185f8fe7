/* shoal-offer.h: what is told about a share, and what a directory answers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "shoal-audience.h"
#include "shoal-digest.h"
#include "shoal-error.h"

G_BEGIN_DECLS

/** ShoalOffer: what is told about a share; strings and arrays are owned */
typedef struct
{
  char *offer; /* 32 hex digits, client-made */
  char *name;
  ShoalAudience *audience;
  gboolean folder;
  ShoalDigest id;
  guint64 size; /* of a folder: the sum of its files */
  guint64 manifest_size;
  guint32 n_entries;
  gint64 mtime_ms;
  guint sources; /* in a listing of our own: how many devices offer the content, this one too */
  GPtrArray
      *entries; /* (nullable) (element-type ShoalOfferEntry): of a folder, in manifest order */
} ShoalOffer;

typedef struct
{
  char *path;
  char kind; /* 'd', 'f', 'x', 'l' */
  ShoalDigest id;
  guint64 size;
  gint64 mtime_ms;
} ShoalOfferEntry;

/** shoal_offer_new: Returns: (transfer full): for everyone, all else zero, no entries */
ShoalOffer *shoal_offer_new (void);
/** shoal_offer_copy: Returns: (transfer full): without its entries */
ShoalOffer *shoal_offer_copy (const ShoalOffer *self);
/** shoal_offer_equal: Returns: whether both tell the same content under the same name to the same
 * people */
gboolean shoal_offer_equal (const ShoalOffer *a, const ShoalOffer *b);
void shoal_offer_free (ShoalOffer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalOffer, shoal_offer_free)
/** shoal_offer_entry_new: @kind: as in #ShoalOfferEntry. @id: (nullable): of a file */
ShoalOfferEntry *shoal_offer_entry_new (
    const char *path, char kind, const ShoalDigest *id, guint64 size, gint64 mtime_ms);
void shoal_offer_entry_free (ShoalOfferEntry *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalOfferEntry, shoal_offer_entry_free)

/**
 * ShoalOfferState:
 * @SHOAL_OFFER_WAITING: no answer yet, or not now: the same offer may be taken at another time
 * @SHOAL_OFFER_TAKEN: it stands in the directory
 * @SHOAL_OFFER_REFUSED: it will not be taken as it is
 */
typedef enum
{
  SHOAL_OFFER_WAITING,
  SHOAL_OFFER_TAKEN,
  SHOAL_OFFER_REFUSED,
} ShoalOfferState;

/** ShoalOfferAnswer: what became of an offer */
typedef struct
{
  ShoalOfferState state;
  int error;     /* a #ShoalError: why it was not taken; nothing while @state is taken */
  guint sources; /* of one that is taken: how many devices offer the content, this one too */
} ShoalOfferAnswer;

/** shoal_offer_answer_taken: Returns: that it stands */
ShoalOfferAnswer shoal_offer_answer_taken (guint sources);
/** shoal_offer_answer_failed: @code: a #ShoalError. Returns: that it waits if the reason is one
 * that passes, else that it is refused */
ShoalOfferAnswer shoal_offer_answer_failed (int code);

G_END_DECLS
