/* shoal-token-clock.c: the time by which what nobody uses gets old
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-token-clock"

#include "config.h"

#include "shoal-token-clock.h"

#define DAY_MS (G_GINT64_CONSTANT (24) * 60 * 60 * 1000)
/* What a tracker that was off for a while may count of it. */
#define MAX_PAUSE_MS (7 * DAY_MS)

struct _ShoalTokenClock
{
  gint64 began_ms; /* what it was at the start */
  gint64 since_us; /* of the monotonic clock */
};

ShoalTokenClock *
shoal_token_clock_new (gint64 now_ms)
{
  ShoalTokenClock *self = g_new0 (ShoalTokenClock, 1);

  self->began_ms = now_ms;
  self->since_us = g_get_monotonic_time ();
  return self;
}

void
shoal_token_clock_free (ShoalTokenClock *self)
{
  g_free (self);
}

gboolean
shoal_token_clock_load (ShoalConnection *connection, gpointer data, GError **error)
{
  ShoalTokenClock *self = data;
  gint64 newest_ms = 0;

  if (!shoal_connection_query_integer (connection, 0, &newest_ms, error,
                                       "SELECT coalesce (max (used_ms), 0) FROM tokens", ""))
    return FALSE;
  if (newest_ms > 0 && self->began_ms > newest_ms + MAX_PAUSE_MS)
    {
      g_message ("Nobody has been here for %" G_GINT64_FORMAT
                 " days by this computer's clock: sessions do not get older by that",
                 (self->began_ms - newest_ms) / DAY_MS);
      self->began_ms = newest_ms + MAX_PAUSE_MS;
    }
  return TRUE;
}

gint64
shoal_token_clock_now_ms (const ShoalTokenClock *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->began_ms + (g_get_monotonic_time () - self->since_us) / 1000;
}
