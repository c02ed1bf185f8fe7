/* shoal-journal-private.h: what the partial file needs of the journal beside its public part
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-journal.h"

G_BEGIN_DECLS

/** shoal_journal_set_part: records under which number of "NAME.part", "NAME (2).part" ... and as
 * which inode the data of @file is kept; pieces recorded before do not count any more */
gboolean shoal_journal_set_part (
    ShoalJournal *self, guint32 file, guint32 number, guint64 inode, GError **error);
/** shoal_journal_get_part: Returns: whether shoal_journal_set_part() was called for @file */
gboolean shoal_journal_get_part (ShoalJournal *self, guint32 file, guint32 *number, guint64 *inode);
/** shoal_journal_fill_have: sets the bits of the pieces of @file that are recorded */
void shoal_journal_fill_have (ShoalJournal *self, guint32 file, guint8 *have, guint32 n_pieces);
/** shoal_journal_add_bitmap: as shoal_journal_add() for all bits of @pieces, with one sync */
gboolean shoal_journal_add_bitmap (
    ShoalJournal *self, guint32 file, const guint8 *pieces, guint32 n_pieces, GError **error);

G_END_DECLS
