/* shoal-small-files.h: files of at most one piece, verified and put in place, many a second
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-digest.h"

G_BEGIN_DECLS

/** ShoalSmallFileWriter: remembers the folder it wrote to last, for files come folder by folder.
 * One thread at a time. */
typedef struct _ShoalSmallFileWriter ShoalSmallFileWriter;

/** shoal_small_file_writer_new: @root_fd: the folder all paths are below; must stay open */
ShoalSmallFileWriter *shoal_small_file_writer_new (int root_fd);
void shoal_small_file_writer_free (ShoalSmallFileWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalSmallFileWriter, shoal_small_file_writer_free)

/**
 * shoal_small_file_writer_store:
 * @path: a safe relative path; missing folders are made
 * @data: the bytes
 * @length: 0 to %SHOAL_PIECE_SIZE
 * @id: what they must be: wrong bytes are %SHOAL_ERROR_CORRUPT and leave nothing behind
 * @executable: whether to set the executable bits, as umask allows
 * @mtime_ms: modification time to set, or -1
 * @error: where to put an error
 *
 * Writes to a file without a name, or with a temporary one where the file system has no such thing,
 * and gives it its name without replacing anything. A file
 * of that name with exactly this content is a success; one with other content is
 * %SHOAL_ERROR_EXISTS. Does not sync. Longer data is %SHOAL_ERROR_INVALID.
 */
gboolean shoal_small_file_writer_store (ShoalSmallFileWriter *self,
                                        const char *path,
                                        gconstpointer data,
                                        gsize length,
                                        const ShoalDigest *id,
                                        gboolean executable,
                                        gint64 mtime_ms,
                                        GError **error);

/** shoal_small_files_sweep: removes from the folder @dirfd (not from those below it) what a writer
 * that was killed left there: regular files named ".shoal-….tmp". Call it only for a folder that
 * nobody else writes to. */
void shoal_small_files_sweep (int dirfd);

/** shoal_is_unfinished_name: Returns: whether @name (of one file, not a path) is one that
 * unfinished downloads have, and that shares leave out: "NAME.part" and ".shoal-….tmp" */
gboolean shoal_is_unfinished_name (const char *name);

G_END_DECLS
