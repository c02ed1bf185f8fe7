/* shoal-display.c: values as the pages write them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-display"

#include "config.h"

#include "shoal-display.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>

#include "shoal-display-name.h"

static const struct
{
  const char *name;
  const char *label;
  const char *icon;
} types[] = {
  { "folder", N_ ("Folder"), "folder-symbolic" },
  { "audio", N_ ("Audio"), "audio-x-generic-symbolic" },
  { "video", N_ ("Video"), "video-x-generic-symbolic" },
  { "image", N_ ("Image"), "image-x-generic-symbolic" },
  { "document", N_ ("Document"), "x-office-document-symbolic" },
  { "archive", N_ ("Archive"), "package-x-generic-symbolic" },
  { "program", N_ ("Program"), "application-x-executable-symbolic" },
  { "other", N_ ("Other"), "text-x-generic-symbolic" },
};

#define OTHER (G_N_ELEMENTS (types) - 1)

static gsize
find_type (const char *type)
{
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_strcmp0 (types[i].name, type) == 0)
      return i;
  return OTHER;
}

const char *
shoal_display_type (const char *type)
{
  return _ (types[find_type (type)].label);
}

const char *
shoal_display_type_icon (const char *type)
{
  return types[find_type (type)].icon;
}

const char *
shoal_display_name_icon (const char *name)
{
  static const struct
  {
    const char *prefix;
    const char *type;
  } table[] = {
    { "audio/", "audio" },
    { "video/", "video" },
    { "image/", "image" },
    { "text/", "document" },
    { "application/pdf", "document" },
    { "application/epub", "document" },
    { "application/vnd.oasis", "document" },
    { "application/vnd.openxml", "document" },
    { "application/msword", "document" },
    { "application/zip", "archive" },
    { "application/x-7z", "archive" },
    { "application/x-tar", "archive" },
    { "application/gzip", "archive" },
    { "application/x-compressed-tar", "archive" },
    { "application/x-xz-compressed-tar", "archive" },
    { "application/x-bzip-compressed-tar", "archive" },
  };
  g_autofree char *type = g_content_type_guess (name, NULL, 0, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_str_has_prefix (type, table[i].prefix))
      return shoal_display_type_icon (table[i].type);
  return types[OTHER].icon;
}

char *
shoal_display_when (gint64 ms)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) utc = ms > 0 ? g_date_time_new_from_unix_utc (ms / 1000) : NULL;

  if (utc == NULL)
    return g_strdup ("");
  g_autoptr (GDateTime) when = g_date_time_to_local (utc);
  g_autoptr (GDateTime) before = g_date_time_add_days (now, -1);
  int year = g_date_time_get_year (when);
  int day = g_date_time_get_day_of_year (when);
  if (year == g_date_time_get_year (now) && day == g_date_time_get_day_of_year (now))
    /* Translators: the time of something that happened today */
    return g_date_time_format (when, C_ ("time of today", "%H:%M"));
  if (year == g_date_time_get_year (before) && day == g_date_time_get_day_of_year (before))
    return g_strdup (_ ("Yesterday"));
  if (year == g_date_time_get_year (now))
    /* Translators: a day of this year */
    return g_date_time_format (when, C_ ("day of this year", "%-d %b"));
  /* Translators: a day of another year */
  return g_date_time_format (when, C_ ("day of another year", "%-d %b %Y"));
}

char *
shoal_display_folder (const char *path)
{
  const char *home = g_get_home_dir ();
  gsize length = strlen (home);

  if (length > 1 && strncmp (path, home, length) == 0
      && (path[length] == '/' || path[length] == '\0'))
    {
      g_autofree char *rest = shoal_display_name (path + length);

      return g_strconcat ("~", rest, NULL);
    }
  return shoal_display_name (path);
}
