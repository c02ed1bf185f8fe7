/* shoal-transfer-news.h: what a run tells the main thread
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-transfer-run.h"
#include "shoal-transfer-work.h"

G_BEGIN_DECLS

/* From any thread; each is told in the order of the calls. */

/* shoal_run_serve: if there is a file to serve from and it is not served yet; any thread, not under
 * the lock */
void shoal_run_serve (ShoalTransferRun *run, ShoalPieceWork *work);
/* shoal_run_unserve: no more, and never again; any thread, not under the lock */
void shoal_run_unserve (ShoalTransferRun *run, ShoalPieceWork *work);
/* shoal_run_bad_source: @source sent wrong bytes */
void shoal_run_bad_source (ShoalTransferRun *run, ShoalSource *source);
/* shoal_run_ask_for_sources: the main thread looks them up; any thread */
void shoal_run_ask_for_sources (ShoalTransferRun *run, const ShoalDigest *id);
/* shoal_run_want_sources: asks now, and goes on asking; not under the lock */
void shoal_run_want_sources (ShoalTransferRun *run, const ShoalDigest *id);
/* shoal_run_ended: the last that is told
 * @error: (nullable): why it did not come to its end */
void shoal_run_ended (ShoalTransferRun *run, const GError *error);

G_END_DECLS
