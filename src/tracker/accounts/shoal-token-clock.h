/* shoal-token-clock.h: the time by which what nobody uses gets old
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-database.h"

G_BEGIN_DECLS

/** ShoalTokenClock: Unix milliseconds as shoal_now_ms(), but it does not leap: a computer that
 * starts with a clock that is years ahead must not sign out everybody for good. At the start it is
 * the time of day, but at most a week after the newest use of a token; from then on it goes with
 * the monotonic clock. So it may be behind, by as long as the tracker was off, and tokens get old
 * later. It is read on the main thread. */
typedef struct _ShoalTokenClock ShoalTokenClock;

/** shoal_token_clock_new: @now_ms: shoal_now_ms(). Returns: (transfer full) */
ShoalTokenClock *shoal_token_clock_new (gint64 now_ms);
void shoal_token_clock_free (ShoalTokenClock *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalTokenClock, shoal_token_clock_free)

/** shoal_token_clock_load: a job (@data: the ShoalTokenClock) that reads when a token was last
 * used; before anything asks for the time */
gboolean shoal_token_clock_load (ShoalConnection *connection, gpointer data, GError **error);
gint64 shoal_token_clock_now_ms (const ShoalTokenClock *self);

G_END_DECLS
