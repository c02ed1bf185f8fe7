/* shoal-transfer-thread.h: the thread that decides
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-transfer-run.h"

G_BEGIN_DECLS

/* shoal_run_thread: all of a run, from its start to the news of its end
 * @run: (transfer full): a ShoalTransferRun */
gpointer shoal_run_thread (gpointer run);

G_END_DECLS
