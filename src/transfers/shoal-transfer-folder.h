/* shoal-transfer-folder.h: downloading a folder
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-transfer-run.h"

G_BEGIN_DECLS

/* shoal_run_folder: fetches it and puts it in place; the run's thread */
gboolean shoal_run_folder (ShoalTransferRun *run, GError **error);

G_END_DECLS
