/* shoal-uploads-read.h: the bytes of an answer, from files that must still be those that were
 * hashed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-holdings.h"
#include "shoal-partial.h"

G_BEGIN_DECLS

/** ShoalReader: the body of one answer; used by one thread at a time, blocking */
typedef struct _ShoalReader ShoalReader;

/** shoal_reader_new_file: @length bytes from @offset of a shared file. %SHOAL_ERROR_CHANGED if it
 * is not what was hashed any more (or not there). @set: kept by reference */
ShoalReader *shoal_reader_new_file (ShoalHoldingSet *set,
                                    const ShoalHolding *holding,
                                    guint64 offset,
                                    guint64 length,
                                    GError **error);
/** shoal_reader_new_manifest: from the manifest of @set in the folder @manifests */
ShoalReader *shoal_reader_new_manifest (
    ShoalHoldingSet *set, const char *manifests, guint64 offset, guint64 length, GError **error);
/** shoal_reader_new_partial: from what has been downloaded so far; the caller has checked that it
 * is there */
ShoalReader *shoal_reader_new_partial (ShoalPartial *partial, guint64 offset, guint64 length);
/** shoal_reader_new_entries: the files of at most a piece among @count entries from @first. All of
 * them are looked at before. */
ShoalReader *
shoal_reader_new_entries (ShoalHoldingSet *set, guint first, guint count, GError **error);
void shoal_reader_free (ShoalReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalReader, shoal_reader_free)

/** shoal_reader_entries_length: Returns: the length of the body of a batch, without looking at the
 * files */
guint64 shoal_reader_entries_length (ShoalHoldingSet *set, guint first, guint count);
/** shoal_reader_get_length: Returns: of the whole body */
guint64 shoal_reader_get_length (ShoalReader *self);
/** shoal_reader_get_set: Returns: (nullable): where it reads from */
ShoalHoldingSet *shoal_reader_get_set (ShoalReader *self);

/** shoal_reader_read: fills @buffer with the bytes from @offset of the body, which only grows. No
 * byte of a file that has changed gets through: %SHOAL_ERROR_CHANGED */
gboolean
shoal_reader_read (ShoalReader *self, guint64 offset, guint8 *buffer, gsize length, GError **error);
/** shoal_reader_read_cached: the same, if the bytes are those of one file and in memory already.
 * Never waits. Returns: whether they were; if not, for whatever reason, nothing has happened. */
gboolean shoal_reader_read_cached (ShoalReader *self, guint64 offset, guint8 *buffer, gsize length);

G_END_DECLS
