/* shoal-token-bucket.h: a rate limit that many threads share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** ShoalTokenBucket: thread-safe, reference counted; rate 0 means unlimited */
typedef struct _ShoalTokenBucket ShoalTokenBucket;

/** shoal_token_bucket_new: @rate: bytes a second, 0 for no limit; the burst is a quarter second of
 * it, 64 KiB at least */
ShoalTokenBucket *shoal_token_bucket_new (guint64 rate);
ShoalTokenBucket *shoal_token_bucket_ref (ShoalTokenBucket *self);
void shoal_token_bucket_unref (ShoalTokenBucket *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalTokenBucket, shoal_token_bucket_unref)

/** shoal_token_bucket_set_rate: takes effect at once, also for threads that wait */
void shoal_token_bucket_set_rate (ShoalTokenBucket *self, guint64 rate);
/** shoal_token_bucket_get_rate: any thread. Returns: bytes a second; 0 for no limit */
guint64 shoal_token_bucket_get_rate (ShoalTokenBucket *self);

/** shoal_token_bucket_take: blocks until @bytes may pass or @cancellable is cancelled (then %FALSE
 * with %G_IO_ERROR_CANCELLED); first come, first served */
gboolean shoal_token_bucket_take (ShoalTokenBucket *self,
                                  gsize bytes,
                                  GCancellable *cancellable,
                                  GError **error);

/** shoal_token_bucket_delay: for an event loop: books @bytes now and returns how many microseconds
 * to wait before moving them, 0 for at once */
gint64 shoal_token_bucket_delay (ShoalTokenBucket *self, gsize bytes);

G_END_DECLS
