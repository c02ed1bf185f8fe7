/* shoal-engine-pulls.h: downloads, tied to those who serve, record and report them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-history.h"
#include "shoal-tracker-reports.h"
#include "shoal-transfer-manager.h"
#include "shoal-uploads.h"

G_BEGIN_DECLS

/** shoal_engine_pulls_new: a queue of downloads whose pieces @uploads serves while they come, and
 * whose ends go to @history and to @reports. The queue keeps all of them; @journals as in
 * shoal_transfer_manager_new(). Returns: (transfer full) */
ShoalTransferManager *shoal_engine_pulls_new (ShoalDatabase *database,
                                              ShoalDirectory *directory,
                                              ShoalDeviceKey *key,
                                              const char *journals,
                                              ShoalUploads *uploads,
                                              ShoalHistory *history,
                                              ShoalTrackerReports *reports);

G_END_DECLS
