/* shoal-local-index.h: what is here already or on the way, by content id
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-shares.h"
#include "shoal-transfer-manager.h"

G_BEGIN_DECLS

/** ShoalLocalKind: ordered: what a list should rather tell comes later */
typedef enum
{
  SHOAL_LOCAL_NONE,
  SHOAL_LOCAL_FAILED,
  SHOAL_LOCAL_HERE,   /* downloaded */
  SHOAL_LOCAL_SHARED, /* shared from here */
  SHOAL_LOCAL_PAUSED,
  SHOAL_LOCAL_WAITING,
  SHOAL_LOCAL_ACTIVE,
} ShoalLocalKind;

/** ShoalLocalState: of one content on this device */
typedef struct
{
  ShoalLocalKind kind;
  guint percent; /* of a download that is not finished; 100 only when all is verified */
} ShoalLocalState;

/** ShoalLocalIndex: main thread. Watches a list of #ShoalTransfer and a #ShoalShares. Signals:
 * "changed" (gpointer: a const #ShoalDigest): the state of one content; "reset" (no arguments): any
 * may have changed. */
#define SHOAL_TYPE_LOCAL_INDEX (shoal_local_index_get_type ())
G_DECLARE_FINAL_TYPE (ShoalLocalIndex, shoal_local_index, SHOAL, LOCAL_INDEX, GObject)

/** shoal_local_index_new: @transfers: (nullable): of #ShoalTransfer; @shares: (nullable) */
ShoalLocalIndex *shoal_local_index_new (GListModel *transfers, ShoalShares *shares);
ShoalLocalState shoal_local_index_lookup (ShoalLocalIndex *self, const ShoalDigest *id);
/** shoal_local_index_dup_path: Returns: (transfer full) (nullable): where the whole content is, if
 * it is here */
char *shoal_local_index_dup_path (ShoalLocalIndex *self, const ShoalDigest *id);

G_END_DECLS
