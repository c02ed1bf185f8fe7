/* shoal-words.c: states and times of transfers and people in words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-words"

#include "config.h"

#include "shoal-words.h"

#include <glib/gi18n.h>

#include "shoal-units.h"

/* Nobody waits for longer than this by the second: ten days. */
#define LONGEST_SECONDS (10.0 * 24 * 60 * 60)
/* Below this, durations are told with tenths, which a guess does not have. */
#define TENTHS_SECONDS (10.0)

static char *
sources_in_words (ShoalTransfer *transfer)
{
  guint n = shoal_transfer_get_n_sources (transfer);

  if (n == 0)
    return g_strdup (_ ("Checking what is here"));
  return g_strdup_printf (ngettext ("From %u person", "From %u people", n), n);
}

char *
shoal_words_transfer_state (ShoalTransfer *transfer)
{
  const char *message = shoal_transfer_get_message (transfer);

  switch (shoal_transfer_get_state (transfer))
    {
    case SHOAL_TRANSFER_QUEUED:
      return g_strdup (_ ("Waiting for its turn"));
    case SHOAL_TRANSFER_STARTING:
      return g_strdup (_ ("Checking what is here and who has the rest"));
    case SHOAL_TRANSFER_ACTIVE:
      return sources_in_words (transfer);
    case SHOAL_TRANSFER_WAITING:
      return message != NULL ? g_strdup_printf (_ ("Waiting for a source. %s"), message)
                             : g_strdup (_ ("Waiting for a source"));
    case SHOAL_TRANSFER_NO_SPACE:
      return g_strdup (_ ("No room on the disk. It goes on by itself when there is."));
    case SHOAL_TRANSFER_PAUSED:
      return g_strdup (_ ("Paused"));
    case SHOAL_TRANSFER_FINISHED:
      return message != NULL ? g_strdup_printf (_ ("Finished. %s"), message)
                             : g_strdup (_ ("Finished and verified"));
    case SHOAL_TRANSFER_FAILED:
      return message != NULL ? g_strdup_printf (_ ("Failed: %s"), message)
                             : g_strdup (_ ("Failed"));
    case SHOAL_TRANSFER_CANCELLED:
    default:
      return g_strdup (_ ("Cancelled"));
    }
}

char *
shoal_words_time_left (guint64 bytes, double bytes_per_second)
{
  double seconds = bytes_per_second >= 1 ? (double) bytes / bytes_per_second : -1;

  if (seconds < 0 || seconds > LONGEST_SECONDS)
    return g_strdup ("");
  if (seconds < TENTHS_SECONDS)
    {
      guint whole = MAX ((guint) (seconds + 0.5), 1);

      return g_strdup_printf (ngettext ("About %u s left", "About %u s left", whole), whole);
    }
  g_autofree char *text = shoal_format_duration ((gint64) seconds * 1000);
  /* Translators: %s is a length of time, such as "3 min 20 s" */
  return g_strdup_printf (_ ("About %s left"), text);
}

char *
shoal_words_amount (guint64 done, guint64 whole)
{
  g_autofree char *all = shoal_format_size (whole);

  if (done >= whole)
    return g_steal_pointer (&all);
  g_autofree char *part = shoal_format_size (done);
  /* Translators: how much of a file is here, such as "1.2 MB of 3.4 MB" */
  return g_strdup_printf (_ ("%s of %s"), part, all);
}

char *
shoal_words_moment (gint64 ms)
{
  g_autoptr (GDateTime) when = ms > 0 ? g_date_time_new_from_unix_local (ms / 1000) : NULL;
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();

  if (when == NULL)
    return g_strdup ("");

  g_autoptr (GDateTime) before = g_date_time_add_days (now, -1);
  int year = g_date_time_get_year (when);
  int day = g_date_time_get_day_of_year (when);

  if (year == g_date_time_get_year (now) && day == g_date_time_get_day_of_year (now))
    return g_date_time_format (when, "%H:%M");
  if (year == g_date_time_get_year (before) && day == g_date_time_get_day_of_year (before))
    /* Translators: a time of yesterday */
    return g_date_time_format (when, _ ("Yesterday %H:%M"));
  if (year == g_date_time_get_year (now))
    /* Translators: a day of this year and the time */
    return g_date_time_format (when, _ ("%-d %b %H:%M"));
  /* Translators: a day of another year */
  return g_date_time_format (when, _ ("%-d %b %Y"));
}

char *
shoal_words_presence (gboolean online, gint64 last_seen_ms)
{
  g_autofree char *moment = shoal_words_moment (last_seen_ms);

  if (online)
    return g_strdup (_ ("Online"));
  if (*moment == '\0')
    return g_strdup (_ ("Offline"));
  /* Translators: %s is a time, such as "14:05" or "Yesterday 14:05" */
  return g_strdup_printf (_ ("Offline since %s"), moment);
}
