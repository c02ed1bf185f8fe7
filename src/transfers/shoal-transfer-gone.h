/* shoal-transfer-gone.h: what was changed or taken back while it was being downloaded
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-transfer-run.h"
#include "shoal-transfer-work.h"

G_BEGIN_DECLS

/* Under the lock, but for the last. */

/* shoal_run_note_failure: a source broke off; @refused: says that it has it no more; @work:
 * (nullable): the folder's batches */
void shoal_run_note_failure (ShoalTransferRun *run, ShoalPieceWork *work, gboolean refused);
/* shoal_run_find_gone: gives up what nobody can deliver any more */
void shoal_run_find_gone (ShoalTransferRun *run);
/* shoal_run_describe_gone: Returns: (nullable): what to say while nothing moves because of that */
const char *shoal_run_describe_gone (ShoalTransferRun *run);
/* shoal_run_set_gone_error: not under the lock. Returns: %FALSE */
gboolean shoal_run_set_gone_error (ShoalTransferRun *run, GError **error);
/* shoal_run_set_deleted_error: of the folder here that it fills; not under the lock. Returns:
 * %FALSE */
gboolean shoal_run_set_deleted_error (ShoalTransferRun *run, GError **error);

G_END_DECLS
