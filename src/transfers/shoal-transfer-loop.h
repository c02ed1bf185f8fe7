/* shoal-transfer-loop.h: the loop of a run: workers, waiting, room on the disk
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-transfer-run.h"

G_BEGIN_DECLS

/* shoal_run_until: runs workers until @done, which is asked under the lock, says so; the run's
 * thread. Returns: %FALSE with an error when it is stopped or cannot go on */
gboolean shoal_run_until (ShoalTransferRun *run,
                          gboolean (*done) (ShoalTransferRun *run, gpointer data),
                          gpointer data,
                          GError **error);
/* shoal_run_give_lane: another download may move; not under the lock */
void shoal_run_give_lane (ShoalTransferRun *run);
/* shoal_run_stop_workers: ends the work of this run: no worker is left when it returns */
void shoal_run_stop_workers (ShoalTransferRun *run);

G_END_DECLS
