/* shoal-display-name.c: names that others have chosen, as they may be shown
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-display-name"

#include "config.h"

#include "shoal-display-name.h"

#define ISOLATE "\u2068"
#define POP_ISOLATE "\u2069"

/* Returns: (nullable): what @c is called, if it changes the direction of what follows */
static const char *
get_turn (gunichar c)
{
  static const char *const embeddings[] = { "LRE", "RLE", "PDF", "LRO", "RLO" };
  static const char *const isolates[] = { "LRI", "RLI", "FSI", "PDI" };

  if (c >= 0x202A && c <= 0x202E)
    return embeddings[c - 0x202A];
  if (c >= 0x2066 && c <= 0x2069)
    return isolates[c - 0x2066];
  return NULL;
}

/* The blocks of the scripts that are written so, those to come included, and the two marks. */
static gboolean
is_right_to_left (gunichar c)
{
  return (c >= 0x0590 && c <= 0x08FF) || (c >= 0xFB1D && c <= 0xFDFF)
         || (c >= 0xFE70 && c <= 0xFEFE) || (c >= 0x10800 && c <= 0x10FFF)
         || (c >= 0x1E800 && c <= 0x1EFFF) || c == 0x200F;
}

static void
append_shown (GString *shown, gunichar c)
{
  const char *turn = get_turn (c);

  if (turn != NULL)
    g_string_append_printf (shown, "‹%s›", turn);
  else if (c < 0x20)
    g_string_append_unichar (shown, 0x2400 + c); /* its picture */
  else if (c == 0x7F)
    g_string_append_unichar (shown, 0x2421);
  else if (g_unichar_iscntrl (c) || c == 0x2028 || c == 0x2029)
    g_string_append_printf (shown, "‹U+%04X›", c);
  else
    g_string_append_unichar (shown, c);
}

char *
shoal_display_name (const char *name)
{
  if (name == NULL)
    return g_strdup ("");

  const char *at = name;
  while (*at >= 0x20 && *at < 0x7F)
    at++;
  if (*at == '\0')
    return g_strdup (name);

  g_autofree char *valid = g_utf8_make_valid (name, -1);
  GString *shown = g_string_new (NULL);
  gboolean isolated = FALSE;

  for (at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      append_shown (shown, g_utf8_get_char (at));
      isolated |= is_right_to_left (g_utf8_get_char (at));
    }
  if (isolated)
    {
      g_string_prepend (shown, ISOLATE);
      g_string_append (shown, POP_ISOLATE);
    }
  return g_string_free (shown, FALSE);
}
