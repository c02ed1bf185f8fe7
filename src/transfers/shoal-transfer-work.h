/* shoal-transfer-work.h: the pieces of work of a run: contents with pieces, batches of small files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-scheduler.h"
#include "shoal-transfer-run.h"

G_BEGIN_DECLS

typedef enum
{
  SHOAL_WORK_NEEDS_LAYER,
  SHOAL_WORK_FETCHING_LAYER,
  SHOAL_WORK_OPENING, /* its layer is here and right */
  SHOAL_WORK_READY,
  SHOAL_WORK_COMPLETE,
  SHOAL_WORK_GONE, /* who had it has it no more, and nobody else offers it; or see the error */
} ShoalWorkState;

typedef enum
{
  SHOAL_SERVING_LATER, /* once there is a file to serve from */
  SHOAL_SERVING_NOW,
  SHOAL_SERVING_OVER, /* or never */
} ShoalServing;

/* ShoalPieceWork: one content of one or more pieces that goes to a partial file. Reference counted:
 * whoever works on it keeps it, and it goes with the last, after its end. */
typedef struct
{
  gatomicrefcount ref_count;
  ShoalDigest id;
  guint64 size;
  guint32 file_index;  /* in the journal; the manifest's entry */
  guint32 first_piece; /* its place in the run's map */
  int dirfd;           /* of the folder that it goes to; owned */
  char *name;
  GHashTable *others; /* (nullable): the run's: names that its unfinished file must not have */
  char *layer_path;   /* where the layer is kept during the transfer */
  GBytes *layer;
  ShoalPartial *partial;
  ShoalScheduler *scheduler;
  ShoalWorkState state;
  ShoalServing serving;
  gboolean counted;      /* its bytes count in bytes_done */
  gboolean failed;       /* a source did not deliver it to the end */
  gboolean refused;      /* a source said that it has it no more */
  gboolean keep_serving; /* also when it is whole */
  gboolean left_out;     /* what there is of it is of no use */
  GError *error;         /* (nullable): what the disk here refused it with */
} ShoalPieceWork;

/* ShoalBatch: a run of manifest entries whose small files are fetched in one request. */
typedef struct
{
  guint32 first;
  guint32 count;
  guint64 bytes;
} ShoalBatch;

ShoalPieceWork *shoal_piece_work_new (ShoalTransferRun *run,
                                      int dirfd,
                                      const char *name,
                                      const ShoalDigest *id,
                                      guint64 size,
                                      guint32 file_index,
                                      const char *layer_name,
                                      GError **error);
ShoalPieceWork *shoal_piece_work_ref (ShoalPieceWork *self);
/* shoal_piece_work_unref: may close files: not under the lock */
void shoal_piece_work_unref (ShoalPieceWork *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalPieceWork, shoal_piece_work_unref)
/* shoal_piece_work_set_layer: takes a checked layer, opens the partial file (may re-hash) and makes
 * the work ready. Not under the lock. */
gboolean shoal_piece_work_set_layer (ShoalTransferRun *run,
                                     ShoalPieceWork *self,
                                     GBytes *layer,
                                     GError **error);
/* shoal_run_note_part_names: finds the names in the manifest that an unfinished file could have;
 * before the first work of its files is made */
void shoal_run_note_part_names (ShoalTransferRun *run);
/* shoal_run_plan_batches: cuts runs of wanted small files into batches; under the lock */
void shoal_run_plan_batches (ShoalTransferRun *run);
/* shoal_run_trim_batch: makes @batch as short as what is still wanted of it allows; under the lock.
 * Returns: %FALSE if nothing is */
gboolean shoal_run_trim_batch (ShoalTransferRun *run, ShoalBatch *batch);
/* shoal_run_sync_small: records what was written since; run's thread, not under the lock */
gboolean shoal_run_sync_small (ShoalTransferRun *run, GError **error);

G_END_DECLS
