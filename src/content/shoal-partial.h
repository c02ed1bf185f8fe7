/* shoal-partial.h: a download on disk: pieces in any order, verified before they count
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-digest.h"
#include "shoal-journal.h"

G_BEGIN_DECLS

/** SHOAL_PART_SUFFIX: what is appended to the name of an unfinished file */
#define SHOAL_PART_SUFFIX ".part"

/** ShoalPartial: the file being put together. All functions are thread-safe and blocking; several
 * workers write different pieces at once. */
#define SHOAL_TYPE_PARTIAL (shoal_partial_get_type ())
G_DECLARE_FINAL_TYPE (ShoalPartial, shoal_partial, SHOAL, PARTIAL, GObject)

/**
 * shoal_partial_open:
 * @dirfd: the folder it goes to; duplicated
 * @name: its safe final name; the data is in "NAME.part" (shortened to fit) until it is whole
 * @id: content id
 * @size: at least 1
 * @layer: the piece layer, already checked against @id
 * @journal: the transfer's journal
 * @file_index: this file's number in it (0 for a single file, else the manifest's entry)
 * @others: (nullable) (element-type utf8): casefolded names ending in %SHOAL_PART_SUFFIX that
 * belong to other files of the same download
 * @cancellable: (nullable): stops re-hashing
 * @error: where to put an error
 *
 * Opens an unfinished file or makes a new one. Pieces in the journal count at once; others that
 * have data on disk (SEEK_DATA) are hashed and count if right. Which ".part" file is ours (number
 * and inode) stands in the journal before it is named; another one counts as ours only if at least
 * as many of its pieces are right as wrong, nobody has it open, and then it is hashed. Every other
 * is left alone and "NAME (2).part" taken, and so is a name of @others, whatever is there. If the
 * last run was killed between giving the final name and removing the journal, the file is found
 * under that name with all pieces. Does not reserve the whole size; ENOSPC comes from the write.
 *
 * Returns: (transfer full) (nullable):
 */
ShoalPartial *shoal_partial_open (int dirfd,
                                  const char *name,
                                  const ShoalDigest *id,
                                  guint64 size,
                                  GBytes *layer,
                                  ShoalJournal *journal,
                                  guint32 file_index,
                                  GHashTable *others,
                                  GCancellable *cancellable,
                                  GError **error);

guint32 shoal_partial_get_n_pieces (ShoalPartial *self);
/** shoal_partial_get_n_have: Returns: verified pieces, from any thread */
guint32 shoal_partial_get_n_have (ShoalPartial *self);
/** shoal_partial_get_bytes_have: Returns: verified bytes, from any thread */
guint64 shoal_partial_get_bytes_have (ShoalPartial *self);
/** shoal_partial_has_piece: any thread. Returns: whether the piece @piece has verified and is on
 * the disk */
gboolean shoal_partial_has_piece (ShoalPartial *self, guint32 piece);
/** shoal_partial_dup_have: Returns: (transfer full): a bitmap, bit 7 of byte 0 is piece 0 */
GBytes *shoal_partial_dup_have (ShoalPartial *self);

/**
 * shoal_partial_write_piece:
 * @piece: its number
 * @data: its bytes
 * @length: must be shoal_piece_length()
 *
 * Verifies, then writes. Wrong bytes are %SHOAL_ERROR_CORRUPT and leave nothing behind; a full disk
 * is %SHOAL_ERROR_NO_SPACE and the piece does not count. A piece that is here already is accepted
 * silently if right. Every %SHOAL_SYNC_WINDOW_BYTES or %SHOAL_SYNC_WINDOW_MS the data is synced and
 * then recorded, by whichever writer crosses the window (others go on). If that sync fails it is
 * %SHOAL_ERROR_IO, whatever the reason, and its pieces do not count any more, for nobody knows what
 * is on disk: open anew.
 */
gboolean shoal_partial_write_piece (
    ShoalPartial *self, guint32 piece, gconstpointer data, gsize length, GError **error);

/** shoal_partial_read: reads verified bytes for other peers; a range with a missing piece is
 * %SHOAL_ERROR_NOT_FOUND */
gboolean shoal_partial_read (
    ShoalPartial *self, guint64 offset, gpointer data, gsize length, GError **error);

/** shoal_partial_sync: syncs and records what is not yet recorded */
gboolean shoal_partial_sync (ShoalPartial *self, GError **error);

/**
 * shoal_partial_finish:
 * @executable: whether to set the executable bits (as umask allows)
 * @mtime_ms: modification time to set, or -1
 * @made: (out) (optional): the name it got
 *
 * When every piece is here: syncs, gives it its final name without replacing anything ("name (2)"),
 * syncs the folder. The object keeps its fd for readers. The journal stays, the caller removes it.
 * %SHOAL_ERROR_NOT_FOUND if pieces are missing. %SHOAL_ERROR_CHANGED if somebody deleted, replaced
 * or cut the ".part" file: then pieces may be missing again, and opening anew finds what there is.
 */
gboolean shoal_partial_finish (
    ShoalPartial *self, gboolean executable, gint64 mtime_ms, char **made, GError **error);

/** shoal_partial_discard: deletes the ".part" file (the user cancelled) */
void shoal_partial_discard (ShoalPartial *self);

/**
 * shoal_part_discard:
 * @dirfd: the folder it was to go to
 * @name: its safe final name
 * @journal: the transfer's journal
 * @file_index: this file's number in it
 * @error: where to put an error
 *
 * Deletes the ".part" file of a download that is not open: the one that the journal names, by name
 * and inode. A file with its final name is finished and stays, and so does whatever else has the
 * name of the unfinished one.
 *
 * Returns: whether there is none of ours any more; %SHOAL_ERROR_BUSY if somebody has it open, who
 *   may be reading it for others or finding out whether it is his
 */
gboolean shoal_part_discard (
    int dirfd, const char *name, ShoalJournal *journal, guint32 file_index, GError **error);

G_END_DECLS
