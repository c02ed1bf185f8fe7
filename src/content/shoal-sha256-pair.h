/* shoal-sha256-pair.h: SHA-256 of two messages of one length at a time
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-digest.h"

G_BEGIN_DECLS

/** shoal_sha256_pair: the digests of the @size bytes at @first and of the @size bytes at @second.
 * The same as two calls of shoal_digest_of(), and where the processor has instructions for SHA-256
 * in much less time: the rounds of one message wait for each other, those of two do not. @digests:
 * (out): both, one behind the other; may be where the messages are */
void
shoal_sha256_pair (gconstpointer first, gconstpointer second, gsize size, ShoalDigest *digests);

/** shoal_sha256_pair_is_fast: whether this processor has the instructions */
gboolean shoal_sha256_pair_is_fast (void);

G_END_DECLS
