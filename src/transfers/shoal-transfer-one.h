/* shoal-transfer-one.h: the life of one content in a run
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-transfer-run.h"
#include "shoal-transfer-work.h"

G_BEGIN_DECLS

/* The run's thread, not under the lock. */

/* shoal_run_open_work: a file's own content, or a folder's list; waits for room. Run's thread */
ShoalPieceWork *shoal_run_open_work (ShoalTransferRun *self,
                                     int dirfd,
                                     const char *name,
                                     guint32 file_index,
                                     const char *layer_name,
                                     GError **error);
/* shoal_run_begin_work: workers may take it; it is served once there is a file */
void shoal_run_begin_work (ShoalTransferRun *run, ShoalPieceWork *work);
/* shoal_run_finish_work: a complete one: gives it its place, and is done with it even if that fails
 */
gboolean shoal_run_finish_work (ShoalTransferRun *run,
                                ShoalPieceWork *work,
                                gboolean executable,
                                gint64 mtime_ms,
                                char **made,
                                GError **error);
/* shoal_run_drop_work: one that did not come to that */
void shoal_run_drop_work (ShoalTransferRun *run, ShoalPieceWork *work);
/* shoal_run_fetch_one: begins, fetches and finishes it; it is over also if that fails */
gboolean shoal_run_fetch_one (ShoalTransferRun *run,
                              ShoalPieceWork *work,
                              gboolean executable,
                              gint64 mtime_ms,
                              char **made,
                              GError **error);

G_END_DECLS
