/* test-look-alike.c: names that people take for one another
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "shoal-look-alike.h"

static void
test_alike (void)
{
  static const char *const pairs[][2] = {
    { "ace", "асе" },                     /* Cyrillic */
    { "асе", "ACE" },                     /* in capital letters too */
    { "BEH", "вен" },                     /* only there */
    { "nova", "ηοvα" },                   /* Greek but for one letter */
    { "oh", "օհ" },                       /* Armenian */
    { "LISU", "ꓡꓲꓢꓴ" }, { "MAP", "ᎷᎪᏢ" }, /* Cherokee */
    { "ορ", "ор" },                       /* Greek and Cyrillic */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_assert_true (shoal_names_look_alike (pairs[i][0], pairs[i][1]));
      g_assert_true (shoal_names_look_alike (pairs[i][1], pairs[i][0]));
    }
}

static void
test_different (void)
{
  static const char *const pairs[][2] = {
    { "ace", "асен" }, { "ace", "aсd" }, { "ben", "вен" }, { "анна", "anna" },
    { "ada", "adam" }, { "", "a" },      { "李", "木" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    g_assert_false (shoal_names_look_alike (pairs[i][0], pairs[i][1]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/look-alike/alike", test_alike);
  g_test_add_func ("/look-alike/different", test_different);
  return g_test_run ();
}
