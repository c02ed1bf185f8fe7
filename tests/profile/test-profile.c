/* test-profile.c: one holder at a time, one id for ever, nothing for other eyes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "shoal-error.h"
#include "shoal-profile.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test-folder.h"

static void
test_new (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (folder->path, "a", "profile", NULL);
  g_autoptr (ShoalProfile) profile = shoal_profile_open (path, &error);
  struct stat st;

  g_assert_no_error (error);
  g_assert_no_errno (stat (path, &st));
  g_assert_cmpuint (st.st_mode & 07777, ==, 0700);
  const char *id = shoal_profile_get_id (profile);
  g_assert_cmpuint (strlen (id), ==, 32);
  g_assert_cmpuint (strspn (id, "0123456789abcdef"), ==, 32);
  g_assert_true (g_file_test (shoal_profile_get_journals_folder (profile), G_FILE_TEST_IS_DIR));
  g_assert_true (g_file_test (shoal_profile_get_manifests_folder (profile), G_FILE_TEST_IS_DIR));
  g_assert_true (g_str_has_prefix (shoal_profile_get_database_path (profile), path));
  g_assert_true (g_str_has_prefix (shoal_profile_get_settings_path (profile), path));

  g_autoptr (ShoalProfile) again = shoal_profile_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (shoal_profile_get_id (again), ==, id);
  g_assert_cmpstr (shoal_profile_get_control_path (again), ==,
                   shoal_profile_get_control_path (profile));
}

static void
test_default (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalProfile) profile = shoal_profile_open (NULL, &error);
  g_autofree char *wanted = g_build_filename (g_get_user_data_dir (), "shoal", "default", NULL);

  g_assert_no_error (error);
  g_assert_cmpstr (shoal_profile_get_folder (profile), ==, wanted);
}

static void
test_narrows_access (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (GError) error = NULL;
  struct stat st;

  g_assert_no_errno (chmod (folder->path, 0755));
  g_autoptr (ShoalProfile) profile = shoal_profile_open (folder->path, &error);
  g_assert_no_error (error);
  g_assert_no_errno (stat (folder->path, &st));
  g_assert_cmpuint (st.st_mode & 07777, ==, 0700);
}

static void
test_lock (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalProfile) first = shoal_profile_open (folder->path, &error);
  g_assert_no_error (error);
  g_autoptr (ShoalProfile) second = shoal_profile_open (folder->path, &error);
  g_assert_no_error (error);

  g_assert_true (shoal_profile_lock (first, &error));
  g_assert_true (shoal_profile_lock (first, &error));
  g_assert_true (shoal_profile_is_locked (first));
  g_assert_false (shoal_profile_lock (second, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_BUSY);
  g_clear_error (&error);
  g_assert_false (shoal_profile_is_locked (second));

  shoal_profile_unlock (first);
  g_assert_true (shoal_profile_lock (second, &error));
  g_clear_object (&second);
  g_assert_true (shoal_profile_lock (first, &error));
}

static void
test_control_path (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (TestFolder) runtime = test_folder_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *before = g_strdup (g_getenv ("XDG_RUNTIME_DIR"));
  struct stat st;

  g_setenv ("XDG_RUNTIME_DIR", runtime->path, TRUE);
  g_autoptr (ShoalProfile) profile = shoal_profile_open (folder->path, &error);
  g_assert_no_error (error);
  g_autofree char *wanted
      = g_strdup_printf ("%s/shoal/%s.sock", runtime->path, shoal_profile_get_id (profile));
  g_assert_cmpstr (shoal_profile_get_control_path (profile), ==, wanted);
  g_autofree char *made = g_path_get_dirname (wanted);
  g_assert_no_errno (stat (made, &st));
  g_assert_cmpuint (st.st_mode & 0777, ==, 0700);

  g_unsetenv ("XDG_RUNTIME_DIR");
  g_autoptr (ShoalProfile) without = shoal_profile_open (folder->path, &error);
  g_assert_no_error (error);
  g_autofree char *inside = g_build_filename (folder->path, "control", NULL);
  g_assert_cmpstr (shoal_profile_get_control_path (without), ==, inside);

  /* Whoever holds the lock decides. */
  g_assert_true (shoal_profile_lock (profile, &error));
  g_assert_false (shoal_profile_lock (without, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_BUSY);
  g_assert_cmpstr (shoal_profile_get_control_path (without), ==, inside);

  g_setenv ("XDG_RUNTIME_DIR", runtime->path, TRUE);
  g_clear_error (&error);
  g_autoptr (ShoalProfile) third = shoal_profile_open (folder->path, &error);
  g_assert_cmpstr (shoal_profile_get_control_path (third), ==, wanted);
  g_assert_false (shoal_profile_lock (third, NULL));
  g_assert_cmpstr (shoal_profile_get_control_path (third), ==, inside);

  g_setenv ("XDG_RUNTIME_DIR", "/dev/null", TRUE);
  g_autoptr (ShoalProfile) fallback = shoal_profile_open (folder->path, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (shoal_profile_get_control_path (fallback), ==, inside);

  /* Where others can put something in the socket's place it does not lie. */
  g_setenv ("XDG_RUNTIME_DIR", runtime->path, TRUE);
  g_assert_no_errno (chmod (made, 0777));
  g_autoptr (ShoalProfile) open_folder = shoal_profile_open (folder->path, &error);
  g_assert_cmpstr (shoal_profile_get_control_path (open_folder), ==, inside);
  g_assert_no_errno (chmod (made, 0700));
  g_assert_no_errno (chmod (runtime->path, 01777));
  g_autoptr (ShoalProfile) open_runtime = shoal_profile_open (folder->path, &error);
  g_assert_cmpstr (shoal_profile_get_control_path (open_runtime), ==, inside);
  g_assert_no_errno (chmod (runtime->path, 0700));
  g_assert_no_errno (rmdir (made));
  g_assert_no_errno (symlink (folder->path, made));
  g_autoptr (ShoalProfile) link = shoal_profile_open (folder->path, &error);
  g_assert_cmpstr (shoal_profile_get_control_path (link), ==, inside);
  if (before != NULL)
    g_setenv ("XDG_RUNTIME_DIR", before, TRUE);
}

/* A path that no socket address can hold is told to others whole. */
static void
test_long_control_path (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (TestFolder) runtime = test_folder_new ();
  g_autofree char *name = g_strnfill (200, 'x');
  g_autofree char *path = g_build_filename (folder->path, name, NULL);
  g_autofree char *before = g_strdup (g_getenv ("XDG_RUNTIME_DIR"));
  g_autoptr (GError) error = NULL;

  g_unsetenv ("XDG_RUNTIME_DIR");
  g_autoptr (ShoalProfile) profile = shoal_profile_open (path, &error);
  g_assert_no_error (error);
  g_assert_true (shoal_profile_lock (profile, &error));
  g_setenv ("XDG_RUNTIME_DIR", runtime->path, TRUE);
  g_autoptr (ShoalProfile) other = shoal_profile_open (path, &error);
  g_assert_no_error (error);
  g_assert_false (shoal_profile_lock (other, NULL));
  g_assert_cmpstr (shoal_profile_get_control_path (other), ==,
                   shoal_profile_get_control_path (profile));
  if (before != NULL)
    g_setenv ("XDG_RUNTIME_DIR", before, TRUE);
}

static void
test_bad_folders (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (GError) error = NULL;

  test_folder_write (folder, "file", "x");
  g_autofree char *file = g_build_filename (folder->path, "file", NULL);
  g_assert_null (shoal_profile_open (file, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);

  const char *const bad[] = { "",
                              "x",
                              "0123456789abcdef",
                              "0123456789ABCDEF0123456789ABCDEF",
                              "0123456789abcdef0123456789abcdef0",
                              "../../../../../../../../etc/pass" };
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      test_folder_write (folder, "id", bad[i]);
      g_assert_null (shoal_profile_open (folder->path, &error));
      g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
      g_clear_error (&error);
    }

  g_autofree char *id = g_build_filename (folder->path, "id", NULL);
  g_assert_no_errno (unlink (id));
  g_assert_no_errno (symlink ("file", id));
  g_assert_null (shoal_profile_open (folder->path, &error));
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  g_autoptr (TestFolder) home = test_folder_new ();

  /* Not g_test's own isolation: it leaks. */
  g_setenv ("XDG_DATA_HOME", home->path, TRUE);
  g_unsetenv ("XDG_RUNTIME_DIR");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/profile/new", test_new);
  g_test_add_func ("/profile/default", test_default);
  g_test_add_func ("/profile/narrows-access", test_narrows_access);
  g_test_add_func ("/profile/lock", test_lock);
  g_test_add_func ("/profile/control-path", test_control_path);
  g_test_add_func ("/profile/long-control-path", test_long_control_path);
  g_test_add_func ("/profile/bad-folders", test_bad_folders);
  return g_test_run ();
}
