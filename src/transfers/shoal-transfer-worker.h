/* shoal-transfer-worker.h: one connection to one source
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-transfer-run.h"
#include "shoal-transfer-sources.h"

G_BEGIN_DECLS

/* shoal_run_spawn_worker: a thread that fetches from @peer what there is to fetch; under the lock
 */
void shoal_run_spawn_worker (ShoalTransferRun *run, ShoalRunPeer *peer);

G_END_DECLS
