/* shoal-tracker-commands.h: the subcommands: short work on the database, also while the server runs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-tracker-options.h"

G_BEGIN_DECLS

/** shoal_tracker_run_command: runs `invite`, `link` or `audit verify`; what it found goes to
 * standard output, what is wrong to standard error. Returns: the exit code, 0 or 1 */
int shoal_tracker_run_command (const ShoalTrackerOptions *options);

G_END_DECLS
