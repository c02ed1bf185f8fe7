/* shoal-clock.c: the time of day
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-clock"

#include "config.h"

#include "shoal-clock.h"

gint64
shoal_now_ms (void)
{
  return g_get_real_time () / 1000;
}
