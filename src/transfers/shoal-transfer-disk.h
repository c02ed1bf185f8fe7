/* shoal-transfer-disk.h: what the disk here refuses: waited for, left out, or the end
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-transfer-run.h"

G_BEGIN_DECLS

/* shoal_run_open_place: the folder that the download goes to, made if it is missing; waits for
 * room. Run's thread. Returns: -1 with an error */
int shoal_run_open_place (ShoalTransferRun *run, GError **error);
/* shoal_run_find_room: of a run that has no room: looks whether there is some again, seldom enough.
 * Run's thread, not under the lock */
void shoal_run_find_room (ShoalTransferRun *run);
/* shoal_run_await_room: waits until there is room, if that is what @error says, and clears it; the
 * run's thread. Returns: whether what failed is to be tried again; %FALSE with an error */
gboolean shoal_run_await_room (ShoalTransferRun *run, GError **error);
/* shoal_run_leave_out: goes on without the entry @index of the folder, if @error concerns it alone,
 * and clears it; any thread, not under the lock. Returns: %FALSE with an error, which may be
 * another that says more */
gboolean shoal_run_leave_out (ShoalTransferRun *run, guint index, GError **error);
/* shoal_transfer_run_dup_left_out: Returns: (transfer full) (nullable): "PATH: REASON" of the first
 * entries that were left out; and, in @n, how many there are. Any thread */
char **shoal_transfer_run_dup_left_out (ShoalTransferRun *run, guint *n);

G_END_DECLS
