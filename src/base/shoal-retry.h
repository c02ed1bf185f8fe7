/* shoal-retry.h: whether and when to try again: one pure function
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * shoal_retry_delay_ms:
 * @error: why the last try failed
 * @attempt: how many tries have failed in a row, from 1
 * @random: a random number, for jitter of up to a fifth
 *
 * Connections that were refused, reset or timed out, and a peer that is busy, are tried again after
 * 1, 3, 10, 30 and then every 60 s (a busy peer's own time counts if longer); wrong bytes, a
 * changed file, a wrong key and every other refusal are not.
 *
 * Returns: milliseconds to wait, or -1 for never
 */
gint64 shoal_retry_delay_ms (const GError *error, guint attempt, guint32 random);

G_END_DECLS
