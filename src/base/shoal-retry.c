/* shoal-retry.c: whether and when to try again: one pure function
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-retry"

#include "config.h"

#include "shoal-retry.h"

#include "shoal-error.h"
#include "shoal-limits.h"

static const gint64 delays_ms[] = { 1000, 3000, 10000, 30000, 60000 };

gint64
shoal_retry_delay_ms (const GError *error, guint attempt, guint32 random)
{
  if (error == NULL)
    return -1;

  gboolean busy = g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_BUSY);
  if (!busy && !shoal_error_is_disconnect (error))
    return -1;

  guint step = CLAMP (attempt, 1, G_N_ELEMENTS (delays_ms)) - 1;
  gint64 delay = delays_ms[step];
  if (busy)
    delay = MAX (delay, MIN (shoal_error_get_retry_ms (error), SHOAL_MAX_RETRY_MS));
  return delay + random % (delay / 5 + 1);
}
