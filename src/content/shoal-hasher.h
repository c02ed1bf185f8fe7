/* shoal-hasher.h: content ids of files: one sequential read, a pool of threads
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-digest.h"
#include "shoal-dir.h"

G_BEGIN_DECLS

/** ShoalContent: what hashing a file tells; not changed after */
typedef struct
{
  ShoalDigest id;
  guint64 size;
  GBytes *layer;        /* piece roots, 32 bytes each; of one piece: the id; of none: empty */
  ShoalFileStamp stamp; /* of the file when it was hashed */
  gboolean executable;
  gint64 mtime_ms;
} ShoalContent;

void shoal_content_free (ShoalContent *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalContent, shoal_content_free)

/** shoal_hash_fd: hashes an open regular file from its start, in this thread.
 * @progress: (nullable): atomically increased by the bytes hashed so far.
 * Fails with %SHOAL_ERROR_CHANGED if the file changed while it was read (fstat before and after)
 * and %G_IO_ERROR_CANCELLED. Returns: (transfer full) */
ShoalContent *shoal_hash_fd (int fd, gint64 *progress, GCancellable *cancellable, GError **error);
/** shoal_hash_bytes: the same for bytes in memory; the stamp is zero */
ShoalContent *shoal_hash_bytes (GBytes *bytes);

/** ShoalHashPool: threads that hash files, biggest gain from one per core; the disk's order is kept
 * by at most @n_threads files at once. A large file is hashed by several threads (its pieces are
 * independent) while one reads in order. */
#define SHOAL_TYPE_HASH_POOL (shoal_hash_pool_get_type ())
G_DECLARE_FINAL_TYPE (ShoalHashPool, shoal_hash_pool, SHOAL, HASH_POOL, GObject)

/** shoal_hash_pool_new: @n_threads: 1 to 64, 0 for the number of processors (at most 8) */
ShoalHashPool *shoal_hash_pool_new (guint n_threads);

/** shoal_hash_pool_hash_async: takes over @fd. @progress: (nullable): as in shoal_hash_fd(); must
 * live until the callback, which runs in the caller's thread-default main context */
void shoal_hash_pool_hash_async (ShoalHashPool *self,
                                 int fd,
                                 gint64 *progress,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
/** shoal_hash_pool_hash_finish: Returns: (transfer full): or %NULL with an error, as
 * shoal_hash_fd() */
ShoalContent *
shoal_hash_pool_hash_finish (ShoalHashPool *self, GAsyncResult *result, GError **error);

G_END_DECLS
