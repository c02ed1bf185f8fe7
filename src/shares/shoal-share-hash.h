/* shoal-share-hash.h: hashes the files that a share job has found
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-share-job.h"

G_BEGIN_DECLS

typedef enum
{
  SHOAL_SHARE_ITEM_TODO,
  SHOAL_SHARE_ITEM_DONE, /* has an id, and a layer if it is longer than a piece and not known before
                          */
  SHOAL_SHARE_ITEM_CHANGED, /* changed while it was read, twice */
  SHOAL_SHARE_ITEM_FAILED,  /* see its reason */
} ShoalShareItemState;

/** ShoalShareItem: a file to be hashed; all pointers but layer and reason are borrowed */
typedef struct
{
  ShoalShareTarget *target;
  ShoalScanEntry *entry; /* its stamp becomes that of what was hashed */
  int dirfd;             /* what the entry's path is relative to */
  ShoalDigest id;
  GBytes *layer;
  char *reason;
  ShoalShareItemState state;
} ShoalShareItem;

void shoal_share_item_clear (ShoalShareItem *self);

/** shoal_share_hash_items: hashes those that are to be done: small ones in batches in @workers (see
 * shoal_share_job_hash_batch()), others in @pool. Blocking. @items: (element-type ShoalShareItem)
 */
void shoal_share_hash_items (GArray *items, ShoalHashPool *pool, GThreadPool *workers);

G_END_DECLS
