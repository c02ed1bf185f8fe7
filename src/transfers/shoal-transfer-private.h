/* shoal-transfer-private.h: what the manager does with a transfer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-transfer-run.h"
#include "shoal-transfer-store.h"
#include "shoal-transfer.h"

G_BEGIN_DECLS

/* shoal_transfer_new: takes the row */
ShoalTransfer *shoal_transfer_new (ShoalTransferRow *row);
ShoalTransferRow *shoal_transfer_get_row (ShoalTransfer *self);
/* shoal_transfer_get_run: (nullable): while it is under way */
ShoalTransferRun *shoal_transfer_get_run (ShoalTransfer *self);
/* shoal_transfer_set_run: takes @run; or %NULL: keeps what the last run did */
void shoal_transfer_set_run (ShoalTransfer *self, ShoalTransferRun *run);
/* shoal_transfer_set_state: for states outside of a run; @error: (nullable): copied */
void shoal_transfer_set_state (ShoalTransfer *self, ShoalTransferState state, const GError *error);
/* shoal_transfer_update: reads the run's progress and notifies what changed */
void shoal_transfer_update (ShoalTransfer *self, gint64 now_us);
void shoal_transfer_add_bad_source (ShoalTransfer *self, const char *user);

/* What the manager notes on it: whether it may run in this process, and why its run was stopped. */
typedef enum
{
  SHOAL_STOP_NONE,
  SHOAL_STOP_PAUSE,
  SHOAL_STOP_CANCEL, /* or was stopped before: it is being given up, for good */
} ShoalTransferStop;
void shoal_transfer_set_wanted (ShoalTransfer *self, gboolean wanted);
gboolean shoal_transfer_get_wanted (ShoalTransfer *self);
/* When its run began, or the last one; 0: it has its first turn to come. */
void shoal_transfer_set_turn_us (ShoalTransfer *self, gint64 turn_us);
gint64 shoal_transfer_get_turn_us (ShoalTransfer *self);
void shoal_transfer_set_stop (ShoalTransfer *self, ShoalTransferStop stop);
ShoalTransferStop shoal_transfer_get_stop (ShoalTransfer *self);

G_END_DECLS
