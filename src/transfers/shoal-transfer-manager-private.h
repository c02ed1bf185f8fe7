/* shoal-transfer-manager-private.h: what the manager's files share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-transfer-lanes.h"
#include "shoal-transfer-manager.h"
#include "shoal-transfer-private.h"

G_BEGIN_DECLS

struct _ShoalTransferManager
{
  GObject parent_instance;

  ShoalDatabase *database;
  ShoalDirectory *directory;
  ShoalDeviceKey *key;
  char *journals;
  const ShoalTransferObserver *observer;
  gpointer observer_data;
  GDestroyNotify observer_destroy;
  ShoalTokenBucket *limit;
  GPtrArray *transfers;
  GHashTable *pulling;  /* ShoalDigest → how many runs have it served, as GUINT */
  GHashTable *adding;   /* ShoalTransferRow → Adding, which their jobs own */
  GHashTable *by_place; /* ShoalTransferRow → ShoalTransfer, the last one with it in the list */
  GHashTable *leaving;  /* (nullable): a set of ShoalTransfer that are being taken off the list */
  guint leaving_id;
  guint parallel;
  ShoalLanes *lanes; /* as many */
  guint per_source;
  gboolean run_all;
  gboolean stopped;
  guint tick_id;
  guint n_ticks;
  guint schedule_id;
  GCancellable *cancellable;
};

/* shoal-transfer-manager.c */
void shoal_transfer_manager_schedule (ShoalTransferManager *self);
void shoal_transfer_manager_emit_ended (ShoalTransferManager *self, ShoalTransfer *transfer);
void shoal_transfer_manager_start_ticking (ShoalTransferManager *self);

/* shoal-transfer-add.c */
void shoal_transfer_manager_init_adding (ShoalTransferManager *self);
/** shoal_transfer_manager_note_place: it is in the list now */
void shoal_transfer_manager_note_place (ShoalTransferManager *self, ShoalTransfer *transfer);
/** shoal_transfer_manager_forget_place: it leaves the list */
void shoal_transfer_manager_forget_place (ShoalTransferManager *self, ShoalTransfer *transfer);

/* shoal-transfer-manager-remove.c */
/** shoal_transfer_manager_finish_removing: takes all off the list now that are leaving it */
void shoal_transfer_manager_finish_removing (ShoalTransferManager *self);

/* shoal-transfer-manager-runs.c */
void shoal_transfer_manager_start_run (ShoalTransferManager *self, ShoalTransfer *transfer);

/* shoal-transfer-manager-discard.c */
/* shoal_transfer_manager_discard: one that no run works at, whose row says so: deletes what is left
 * of it, then tells, and forgets it */
void shoal_transfer_manager_discard (ShoalTransferManager *self, ShoalTransfer *transfer);
/* shoal_transfer_manager_take_given_up: Returns: whether @row is of one that was given up, which is
 * gone on with */
gboolean shoal_transfer_manager_take_given_up (ShoalTransferManager *self,
                                               const ShoalTransferRow *row);
/* shoal_transfer_manager_sweep: deletes the state of downloads that have no row; @rows: all */
void shoal_transfer_manager_sweep (ShoalTransferManager *self, GPtrArray *rows);

/* shoal-transfer-manager-save.c */
void shoal_transfer_manager_save (ShoalTransferManager *self,
                                  ShoalTransfer *transfer,
                                  const char *state,
                                  const char *message);
void shoal_transfer_manager_save_progress (ShoalTransferManager *self, ShoalTransfer *transfer);
/* shoal_transfer_manager_save_order: writes the positions of the transfers from @first to @last */
void shoal_transfer_manager_save_order (ShoalTransferManager *self, guint first, guint last);
void shoal_transfer_manager_forget (ShoalTransferManager *self, ShoalTransfer *transfer);

G_END_DECLS
