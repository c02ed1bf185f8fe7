/* shoal-transfer-pieces.h: which pieces of a run are here or on the way, and from whom
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-transfer-run.h"
#include "shoal-transfer-work.h"

G_BEGIN_DECLS

/* All but the first two under the lock. */

void shoal_run_map_begin (ShoalTransferRun *run, guint64 n_pieces);
/* shoal_run_map_begin_folder: when the manifest is known */
void shoal_run_map_begin_folder (ShoalTransferRun *run);
/* shoal_run_map_set: what is here stays here */
void shoal_run_map_set (ShoalTransferRun *run, gsize first, gsize count, guint8 value);
/* shoal_run_map_entry: a whole file of the folder */
void shoal_run_map_entry (ShoalTransferRun *run, guint index, guint8 value);
/* shoal_run_map_batch: the small files of the entries from @first to before @end */
void shoal_run_map_batch (ShoalTransferRun *run, guint32 first, guint32 end, guint8 value);
/* shoal_run_map_work: what its partial file has already */
void shoal_run_map_work (ShoalTransferRun *run, const ShoalPieceWork *work);
/* shoal_run_map_release: what the scheduler calls missing again */
void shoal_run_map_release (ShoalTransferRun *run, const ShoalPieceWork *work, ShoalSpan span);
/* shoal_run_map_rename: the numbers (guint) now name somebody else: what came from them is here
 * from nobody */
void shoal_run_map_rename (ShoalTransferRun *run, GArray *numbers);

G_END_DECLS
