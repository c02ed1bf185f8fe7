/* test-display-name.c: nothing hides in a name that is shown, and nothing is turned by it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>

#include "shoal-display-name.h"

static void
test_shown (void)
{
  static const struct
  {
    const char *name;
    const char *shown;
  } cases[] = {
    { NULL, "" },
    { "", "" },
    { "plain name.txt", "plain name.txt" },
    { "Übung 👩‍👩‍👧.odt", "Übung 👩‍👩‍👧.odt" },
    { "a\u200Cb", "a\u200Cb" },
    /* Reads “evilexe.png” where it is not shown. */
    { "evil\u202Egnp.exe", "evil‹RLO›gnp.exe" },
    { "\u202Aa\u202Bb\u202Cc\u202Dd", "‹LRE›a‹RLE›b‹PDF›c‹LRO›d" },
    { "\u2066a\u2067b\u2068c\u2069d", "‹LRI›a‹RLI›b‹FSI›c‹PDI›d" },
    { "two\nlines\ttab\033[31m\177", "two␊lines␉tab␛[31m␡" },
    { "a\xc2\x85"
      "b\u2028c\u2029",
      "a‹U+0085›b‹U+2028›c‹U+2029›" },
    /* Bytes that are no character. */
    { "a\xffz", "a\uFFFDz" },
    /* From right to left: alone in its sentence, also when it would end its isolation itself. */
    { "שלום.txt", "\u2068שלום.txt\u2069" },
    { "سلام", "\u2068سلام\u2069" },
    { "سلام\u2069x", "\u2068سلام‹PDI›x\u2069" },
    { "a\u200F!", "\u2068a\u200F!\u2069" },
    { "\U00010A10", "\u2068\U00010A10\u2069" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *shown = shoal_display_name (cases[i].name);

      g_assert_cmpstr (shown, ==, cases[i].shown);
      g_assert_true (g_utf8_validate (shown, -1, NULL));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/display-name/shown", test_shown);
  return g_test_run ();
}
