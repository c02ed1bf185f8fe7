/* test-installation.c: what belongs to a program is found beside it in the build folder
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "shoal-installation.h"

static void
test_built (void)
{
  g_autofree char *found = shoal_installation_dup_built ("build.ninja");
  g_autofree char *folder = shoal_installation_dup_built ("src");
  g_autofree char *missing = shoal_installation_dup_built ("no/such/file");

  g_assert_nonnull (found);
  g_assert_true (g_path_is_absolute (found));
  g_assert_true (g_file_test (found, G_FILE_TEST_IS_REGULAR));
  g_assert_nonnull (folder);
  g_assert_null (missing);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/installation/built", test_built);
  return g_test_run ();
}
