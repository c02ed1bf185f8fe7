/* shoal-units.c: sizes, rates and durations, from and for people
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-units"

#include "config.h"

#include "shoal-units.h"

#include "shoal-error.h"
#include "shoal-limits.h"

#include <string.h>
#include <glib/gi18n.h>

static const struct
{
  const char *name;
  guint64 factor;
} units[] = {
  { "", 1 },
  { "b", 1 },
  { "kb", 1000 },
  { "mb", 1000 * 1000 },
  { "gb", 1000 * 1000 * 1000 },
  { "tb", G_GUINT64_CONSTANT (1000000000000) },
  { "k", G_GUINT64_CONSTANT (1) << 10 },
  { "m", G_GUINT64_CONSTANT (1) << 20 },
  { "g", G_GUINT64_CONSTANT (1) << 30 },
  { "t", G_GUINT64_CONSTANT (1) << 40 },
  { "kib", G_GUINT64_CONSTANT (1) << 10 },
  { "mib", G_GUINT64_CONSTANT (1) << 20 },
  { "gib", G_GUINT64_CONSTANT (1) << 30 },
  { "tib", G_GUINT64_CONSTANT (1) << 40 },
};

static gboolean
find_unit (const char *text, gsize length, guint64 *factor)
{
  for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
    if (strlen (units[i].name) == length && g_ascii_strncasecmp (units[i].name, text, length) == 0)
      {
        *factor = units[i].factor;
        return TRUE;
      }
  return FALSE;
}

/* Digits, at most 18 of them so that nothing overflows, with what follows in *@end. */
static gboolean
parse_digits (const char *text, guint64 *value, guint64 *scale, const char **end)
{
  const char *p = text;

  *value = 0;
  *scale = 1;
  for (; g_ascii_isdigit (*p); p++)
    {
      if (p - text >= 18)
        return FALSE;
      *value = *value * 10 + (guint64) g_ascii_digit_value (*p);
      *scale *= 10;
    }
  *end = p;
  return p > text;
}

static gboolean
parse_size_n (const char *text, gsize length, guint64 *bytes)
{
  g_autofree char *copy = g_strndup (text, length);
  const char *p = g_strstrip (copy);
  guint64 whole, fraction = 0, scale = 1, factor;

  if (!parse_digits (p, &whole, &scale, &p))
    return FALSE;
  scale = 1;
  gboolean has_fraction = *p == '.';
  if (has_fraction && !parse_digits (p + 1, &fraction, &scale, &p))
    return FALSE;
  if (*p == ' ')
    p++;
  if (!find_unit (p, strlen (p), &factor) || (has_fraction && factor == 1))
    return FALSE;
  if (whole > (guint64) SHOAL_MAX_JSON_INTEGER / factor)
    return FALSE;

  /* The fraction is below one, so this is below factor and exact enough in a double. */
  guint64 rest = (guint64) ((double) fraction / (double) scale * (double) factor + 0.5);
  if (whole * factor > (guint64) SHOAL_MAX_JSON_INTEGER - rest)
    return FALSE;
  *bytes = whole * factor + rest;
  return TRUE;
}

gboolean
shoal_parse_size (const char *text, guint64 *bytes, GError **error)
{
  g_return_val_if_fail (text != NULL && bytes != NULL, FALSE);

  if (parse_size_n (text, strlen (text), bytes))
    return TRUE;
  g_autofree char *shown = g_utf8_make_valid (text, (gssize) strnlen (text, 64));
  return shoal_set_field_error (
      error, "size", _ ("“%s” is not a size; write for example 500K, 1.5 GiB or 10MB"), shown);
}

gboolean
shoal_parse_rate (const char *text, guint64 *bytes_per_second, GError **error)
{
  g_return_val_if_fail (text != NULL && bytes_per_second != NULL, FALSE);

  gsize length = strlen (text);
  if (g_ascii_strcasecmp (text, "off") == 0 || g_ascii_strcasecmp (text, "unlimited") == 0)
    {
      *bytes_per_second = 0;
      return TRUE;
    }
  if (length > 2 && g_str_has_suffix (text, "/s"))
    length -= 2;
  if (parse_size_n (text, length, bytes_per_second))
    return TRUE;
  g_autofree char *shown = g_utf8_make_valid (text, (gssize) strnlen (text, 64));
  return shoal_set_field_error (
      error, "rate", _ ("“%s” is not a rate; write for example 500K, 2.5MB/s or off"), shown);
}

char *
shoal_format_size (guint64 bytes)
{
  return g_format_size (bytes);
}

char *
shoal_format_rate (double bytes_per_second)
{
  /* The first test is false for NaN. */
  guint64 rate = bytes_per_second >= 1 ? (guint64) MIN (bytes_per_second, 1e18) : 0;
  g_autofree char *size = g_format_size (rate);

  return g_strconcat (size, "/s", NULL);
}

char *
shoal_format_duration (gint64 milliseconds)
{
  gint64 ms = MAX (milliseconds, 0);
  gint64 seconds = ms / 1000;

  /* 9.95 s and more would be shown as 10.0. */
  if (ms < 9950)
    return g_strdup_printf ("%.1f s", (double) ms / 1000.0);
  if (seconds < 60)
    return g_strdup_printf ("%" G_GINT64_FORMAT " s",
                            (ms + 500) / 1000 < 60 ? (ms + 500) / 1000 : 59);
  if (seconds < 60 * 60)
    return g_strdup_printf ("%" G_GINT64_FORMAT " min %" G_GINT64_FORMAT " s", seconds / 60,
                            seconds % 60);
  if (seconds < 24 * 60 * 60)
    return g_strdup_printf ("%" G_GINT64_FORMAT " h %" G_GINT64_FORMAT " min", seconds / 3600,
                            seconds / 60 % 60);
  return g_strdup_printf ("%" G_GINT64_FORMAT " d %" G_GINT64_FORMAT " h", seconds / 86400,
                          seconds / 3600 % 24);
}
