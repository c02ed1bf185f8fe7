/* shoal-rate-plan.c: which rate limits hold now: the usual ones or the alternative ones
 *
 * A span that ends before it begins goes over midnight and belongs to the day on which it began;
 * one that ends when it begins is a whole day.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-rate-plan"

#include "config.h"

#include "shoal-rate-plan.h"

#define DAYS (7)

/* @day: 1 for Monday to 7 */
static gboolean
begins_on (gint64 days, int day)
{
  return (days & (G_GINT64_CONSTANT (1) << (day - 1))) != 0;
}

gboolean
shoal_rate_plan_is_alternative (ShoalSettings *settings, GDateTime *now)
{
  g_return_val_if_fail (SHOAL_IS_SETTINGS (settings), FALSE);
  g_return_val_if_fail (now != NULL, FALSE);

  gint64 mode = shoal_settings_get_number (settings, "alternative-limits");
  gint64 from = shoal_settings_get_number (settings, "schedule-from");
  gint64 to = shoal_settings_get_number (settings, "schedule-to");
  gint64 days = shoal_settings_get_number (settings, "schedule-days");
  gint64 minute = g_date_time_get_hour (now) * 60 + g_date_time_get_minute (now);
  int today = g_date_time_get_day_of_week (now);
  int yesterday = today == 1 ? DAYS : today - 1;

  if (mode != SHOAL_ALTERNATIVE_SCHEDULED)
    return mode == SHOAL_ALTERNATIVE_ON;
  if (from < to)
    return begins_on (days, today) && minute >= from && minute < to;
  return (begins_on (days, today) && minute >= from)
         || (begins_on (days, yesterday) && minute < to);
}

guint64
shoal_rate_plan_get_upload_limit (ShoalSettings *settings, GDateTime *now)
{
  if (shoal_rate_plan_is_alternative (settings, now))
    return (guint64) shoal_settings_get_number (settings, "alternative-upload-limit");
  return shoal_settings_get_upload_limit (settings);
}

guint64
shoal_rate_plan_get_download_limit (ShoalSettings *settings, GDateTime *now)
{
  if (shoal_rate_plan_is_alternative (settings, now))
    return (guint64) shoal_settings_get_number (settings, "alternative-download-limit");
  return shoal_settings_get_download_limit (settings);
}

/* The first time after @now at which a clock shows @minute. */
static GDateTime *
dup_next_minute (GDateTime *now, gint64 minute)
{
  int year, month, day;

  for (int days = 0; days <= 2; days++)
    {
      g_autoptr (GDateTime) date = g_date_time_add_days (now, days);
      g_autoptr (GDateTime) at = NULL;

      g_date_time_get_ymd (date, &year, &month, &day);
      at = g_date_time_new (g_date_time_get_timezone (now), year, month, day, (int) (minute / 60),
                            (int) (minute % 60), 0);
      if (at != NULL && g_date_time_compare (at, now) > 0)
        return g_steal_pointer (&at);
    }
  return NULL;
}

GDateTime *
shoal_rate_plan_dup_next (ShoalSettings *settings, GDateTime *now)
{
  g_return_val_if_fail (SHOAL_IS_SETTINGS (settings), NULL);
  g_return_val_if_fail (now != NULL, NULL);

  if (shoal_settings_get_number (settings, "alternative-limits") != SHOAL_ALTERNATIVE_SCHEDULED
      || shoal_settings_get_number (settings, "schedule-days") == 0)
    return NULL;

  g_autoptr (GDateTime) from
             = dup_next_minute (now, shoal_settings_get_number (settings, "schedule-from"));
  g_autoptr (GDateTime) to
             = dup_next_minute (now, shoal_settings_get_number (settings, "schedule-to"));

  if (from == NULL || (to != NULL && g_date_time_compare (to, from) < 0))
    return g_steal_pointer (&to);
  return g_steal_pointer (&from);
}
