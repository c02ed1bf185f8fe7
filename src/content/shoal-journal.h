/* shoal-journal.h: what of a transfer is on disk for certain: an append-only record
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-digest.h"

G_BEGIN_DECLS

/** ShoalJournal: one file per transfer (mode 0600) that records pieces after they were synced. A
 * torn tail, as a kill or a power cut leaves it, is cut at opening. Files are numbered: 0 for a
 * single file, else the manifest's entry. Thread-safe, reference counted. */
typedef struct _ShoalJournal ShoalJournal;

/** shoal_journal_open: opens or makes the journal @path for the content @id (a file's or a
 * manifest's) of @size bytes; a journal of another content, or a file that is none, is
 * %SHOAL_ERROR_EXISTS and stays as it is. Returns: (transfer full) (nullable) */
ShoalJournal *
shoal_journal_open (const char *path, const ShoalDigest *id, guint64 size, GError **error);
ShoalJournal *shoal_journal_ref (ShoalJournal *self);
void shoal_journal_unref (ShoalJournal *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalJournal, shoal_journal_unref)

/** shoal_journal_add: records pieces that the caller has synced: one write, one fdatasync() */
gboolean
shoal_journal_add (ShoalJournal *self, guint32 file, guint32 first, guint32 count, GError **error);
/** shoal_journal_add_files: records @n_files whole files at once; they must be synced */
gboolean
shoal_journal_add_files (ShoalJournal *self, const guint32 *files, guint n_files, GError **error);
/** shoal_journal_has_file: Returns: whether shoal_journal_add_files() recorded @file */
gboolean shoal_journal_has_file (ShoalJournal *self, guint32 file);
/** shoal_journal_dup_parts: Returns: (transfer full) (element-type guint32): the numbers of the
 * files of which an unfinished file was recorded, in no order; see shoal_part_discard() */
GArray *shoal_journal_dup_parts (ShoalJournal *self);

/** shoal_journal_remove: deletes the journal's file; nothing can be added afterwards */
void shoal_journal_remove (ShoalJournal *self);

G_END_DECLS
