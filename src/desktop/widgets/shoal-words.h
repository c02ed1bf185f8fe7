/* shoal-words.h: states and times of transfers and people in words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "shoal-transfer.h"

G_BEGIN_DECLS

/** shoal_words_transfer_state: what a download does now, and why it does not go on. Returns:
 * (transfer full) */
char *shoal_words_transfer_state (ShoalTransfer *transfer);
/** shoal_words_time_left: Returns: (transfer full): "About 3 min left", or "" if nobody can know */
char *shoal_words_time_left (guint64 bytes, double bytes_per_second);
/** shoal_words_amount: Returns: (transfer full): "1.2 MB of 3.4 MB", or only the whole when done is
 * all of it */
char *shoal_words_amount (guint64 done, guint64 whole);
/** shoal_words_moment: @ms: since 1970. Returns: (transfer full): "14:05", "Yesterday 14:05", "3
 * May 14:05" or "3 May 2024"; "" for 0 */
char *shoal_words_moment (gint64 ms);
/** shoal_words_presence: Returns: (transfer full): "Online", or since when not */
char *shoal_words_presence (gboolean online, gint64 last_seen_ms);

G_END_DECLS
