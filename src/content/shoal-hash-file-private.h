/* shoal-hash-file-private.h: one file being hashed, by one thread or several
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-hasher.h"

G_BEGIN_DECLS

/** ShoalHashFile: begin, then work from as many threads as there are, and when all have come back,
 * end */
typedef struct _ShoalHashFile ShoalHashFile;

/** shoal_hash_file_begin: @fd: borrowed until the end. Returns: (nullable): %NULL with an error */
ShoalHashFile *
shoal_hash_file_begin (int fd, gint64 *progress, GCancellable *cancellable, GError **error);
/** shoal_hash_file_work: takes pieces in order, one after the other, until none is left or
 * something failed. @buffer: of %SHOAL_PIECE_SIZE */
void shoal_hash_file_work (ShoalHashFile *self, gpointer buffer);
/** shoal_hash_file_is_large: Returns: whether several threads could work on it */
gboolean shoal_hash_file_is_large (ShoalHashFile *self);
/** shoal_hash_file_has_work: Returns: whether another thread would find something to do */
gboolean shoal_hash_file_has_work (ShoalHashFile *self);
/** shoal_hash_file_end: frees it. Returns: (transfer full) (nullable) */
ShoalContent *shoal_hash_file_end (ShoalHashFile *self, GError **error);

G_END_DECLS
