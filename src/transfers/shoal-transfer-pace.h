/* shoal-transfer-pace.h: whose source delivers too slowly, and who may do the same work beside it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-transfer-fetch.h"

G_BEGIN_DECLS

/* shoal_worker_begin_pace: from now on it waits for its source; not under the lock */
void shoal_worker_begin_pace (ShoalWorker *self);
/* shoal_worker_pause_pace: it waits for something else; not under the lock */
void shoal_worker_pause_pace (ShoalWorker *self);

/* shoal_run_watch_pace: finds out who is too slow, and ends what is in the way; under the lock */
void shoal_run_watch_pace (ShoalTransferRun *run, gint64 now_us);
/* shoal_run_find_late: under the lock. Returns: (nullable): a worker whose work @peer should do as
 * well */
const ShoalWorker *
shoal_run_find_late (ShoalTransferRun *run, const ShoalRunPeer *peer, gint64 now_us);

G_END_DECLS
