/* shoal-account-name.c: which names people may sign up with, so that nobody can pose as somebody
 * else
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-account-name"

#include "config.h"

#include "shoal-safe-name.h"

#include "shoal-error.h"
#include "shoal-limits.h"

#include <string.h>
#include <glib/gi18n.h>

/* Which scripts a name may still be of, for scripts that are written together: the sets of
 * Unicode's "augmented script sets" (UTS 39). */
typedef enum
{
  JAPANESE = 1 << 0,
  KOREAN = 1 << 1,
  BOPOMOFO = 1 << 2,
} Mixture;

static guint
mixtures_of (GUnicodeScript script)
{
  if (script == G_UNICODE_SCRIPT_HAN)
    return JAPANESE | KOREAN | BOPOMOFO;
  if (script == G_UNICODE_SCRIPT_HIRAGANA || script == G_UNICODE_SCRIPT_KATAKANA)
    return JAPANESE;
  if (script == G_UNICODE_SCRIPT_HANGUL)
    return KOREAN;
  if (script == G_UNICODE_SCRIPT_BOPOMOFO)
    return BOPOMOFO;
  return 0;
}

static gboolean
is_punctuation (gunichar c)
{
  return c == '.' || c == '_' || c == '-';
}

/* Letters by their category that are drawn as nothing. */
static gboolean
is_invisible (gunichar c)
{
  return c == 0x115f || c == 0x1160 || c == 0x3164 || c == 0xffa0;
}

/* Vowel signs and the like of a script count as letters in it; marks that fit any script do not,
 * for in NFC the usual accents are part of their letters. */
static gboolean
is_letter_or_digit (gunichar c)
{
  return (g_unichar_isalpha (c) || g_unichar_type (c) == G_UNICODE_DECIMAL_NUMBER
          || g_unichar_ismark (c))
         && !is_invisible (c);
}

gboolean
shoal_check_account_name (const char *name, GError **error)
{
  g_return_val_if_fail (name != NULL, FALSE);

  gsize size = strnlen (name, SHOAL_MAX_ACCOUNT_NAME_CHARS * 4 + 1);
  if (size == 0 || size > SHOAL_MAX_ACCOUNT_NAME_CHARS * 4 || !g_utf8_validate (name, -1, NULL)
      || g_utf8_strlen (name, -1) > SHOAL_MAX_ACCOUNT_NAME_CHARS)
    return shoal_set_field_error (error, "user", _ ("A name has 1 to %d characters"),
                                  SHOAL_MAX_ACCOUNT_NAME_CHARS);

  g_autofree char *composed = g_utf8_normalize (name, -1, G_NORMALIZE_NFC);
  if (g_strcmp0 (name, composed) != 0)
    return shoal_set_field_error (error, "user",
                                  _ ("The name is not in Unicode's composed form (NFC)"));

  GUnicodeScript script = G_UNICODE_SCRIPT_COMMON;
  guint mixtures = 0;
  for (const char *p = name; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      if (is_punctuation (c) || (c >= '0' && c <= '9'))
        continue;
      if (!is_letter_or_digit (c))
        return shoal_set_field_error (error, "user",
                                      _ ("A name has only letters, digits, “.”, “_” and “-”"));

      GUnicodeScript own = g_unichar_get_script (c);
      if (c == 0x30fc) /* the long-vowel mark of both Japanese syllabaries */
        own = G_UNICODE_SCRIPT_KATAKANA;
      if (own == G_UNICODE_SCRIPT_COMMON || own == G_UNICODE_SCRIPT_INHERITED
          || own == G_UNICODE_SCRIPT_UNKNOWN)
        return shoal_set_field_error (error, "user",
                                      _ ("A name has only letters, digits, “.”, “_” and “-”"));
      if (script == G_UNICODE_SCRIPT_COMMON)
        {
          if (g_unichar_ismark (c))
            return shoal_set_field_error (error, "user", _ ("A name cannot start with a mark"));
          script = own;
          mixtures = mixtures_of (own);
        }
      else if (own != script)
        {
          mixtures &= mixtures_of (own);
          if (mixtures == 0)
            return shoal_set_field_error (error, "user",
                                          _ ("The letters of a name must all be of one script"));
        }
    }

  gunichar last = g_utf8_get_char (g_utf8_find_prev_char (name, name + size));
  if (is_punctuation (g_utf8_get_char (name)) || is_punctuation (last))
    return shoal_set_field_error (error, "user",
                                  _ ("A name starts and ends with a letter or a digit"));
  return TRUE;
}
