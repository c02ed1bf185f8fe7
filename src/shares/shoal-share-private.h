/* shoal-share-private.h: what only ShoalShares does to a ShoalShare
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-holdings.h"
#include "shoal-share-job.h"
#include "shoal-share-store.h"
#include "shoal-share.h"

G_BEGIN_DECLS

/** shoal_share_new: @stored: what is in the database of it */
ShoalShare *shoal_share_new (const ShoalStoredShare *stored);

/** shoal_share_get_number: Returns: in the database; 0 until it is stored */
gint64 shoal_share_get_number (ShoalShare *self);
/** shoal_share_set_number: once it is stored */
void shoal_share_set_number (ShoalShare *self, gint64 number);
/** shoal_share_get_set: Returns: (transfer none) (nullable): what was hashed of it */
ShoalHoldingSet *shoal_share_get_set (ShoalShare *self);
/** shoal_share_get_hidden: Returns: (transfer none) (nullable): what was hashed and is switched off
 */
ShoalHoldingSet *shoal_share_get_hidden (ShoalShare *self);
/** shoal_share_get_switches: Returns: (transfer none): of its files */
ShoalSwitches *shoal_share_get_switches (ShoalShare *self);
/** shoal_share_set_ignore: its patterns; stores nothing */
void shoal_share_set_ignore (ShoalShare *self, const char *const *ignore);
/** shoal_share_take_result: what a job found: its files, or an error that leaves the files from
 * before */
void shoal_share_take_result (ShoalShare *self, ShoalShareTarget *target);
/** shoal_share_set_state: @message: (nullable): why; what was left out is told if there is none */
void shoal_share_set_state (ShoalShare *self, ShoalShareState state, const char *message);
/** shoal_share_set_wanted: the user's switch of the whole share; stores nothing */
void shoal_share_set_wanted (ShoalShare *self, gboolean wanted);
/** shoal_share_set_sources: how many devices offer it, as the directory says */
void shoal_share_set_sources (ShoalShare *self, guint sources);
/** shoal_share_count_fetched: one more has it whole from here; stores nothing */
void shoal_share_count_fetched (ShoalShare *self);
/** shoal_share_show_progress: reads the counters of @target */
void shoal_share_show_progress (ShoalShare *self, ShoalShareTarget *target);

G_END_DECLS
