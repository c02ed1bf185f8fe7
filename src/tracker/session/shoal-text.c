/* shoal-text.c: what somebody wrote, fit for other people's screens and for the log
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-text"

#include "config.h"

#include "shoal-text.h"

#define ELLIPSIS "…"

static gboolean
is_plain (gunichar c)
{
  GUnicodeType type = g_unichar_type (c);

  return type != G_UNICODE_CONTROL && type != G_UNICODE_FORMAT && type != G_UNICODE_LINE_SEPARATOR
         && type != G_UNICODE_PARAGRAPH_SEPARATOR;
}

char *
shoal_text_clean (const char *text, gsize max_bytes)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autoptr (GString) clean = g_string_new (NULL);
  gsize left = strlen (valid);
  gsize room = max_bytes - MIN (max_bytes, strlen (ELLIPSIS));

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      gsize size = (gsize) g_unichar_to_utf8 (c, NULL);

      if (clean->len + left > max_bytes && clean->len + size > room)
        {
          g_string_append (clean, ELLIPSIS);
          break;
        }
      g_string_append_unichar (clean, is_plain (c) ? c : ' ');
      left -= size;
    }
  return g_string_free (g_steal_pointer (&clean), FALSE);
}
