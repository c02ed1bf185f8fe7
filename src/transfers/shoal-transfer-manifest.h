/* shoal-transfer-manifest.h: the list of files of a folder
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-transfer-run.h"
#include "shoal-transfer-work.h"

G_BEGIN_DECLS

/* The run's thread. */

/* shoal_run_open_manifest: reads that of an earlier run, or fetches it like any content, into the
 * folder of journals
 * @served: (out) (transfer full) (nullable): what is served of it; unchanged if nothing is */
gboolean shoal_run_open_manifest (ShoalTransferRun *run, ShoalPieceWork **served, GError **error);
/* shoal_run_close_manifest: when no worker is left
 * @served: (nullable): is served no more
 * @keep: whether a later run will want it */
void shoal_run_close_manifest (ShoalTransferRun *run, ShoalPieceWork *served, gboolean keep);

G_END_DECLS
