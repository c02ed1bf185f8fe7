/* test-settings.c: what can be set, what is refused and what is kept
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-rate-plan.h"
#include "shoal-settings.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "test-folder.h"

static ShoalSettings *
load (TestFolder *folder)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (folder->path, "settings.ini", NULL);
  ShoalSettings *settings = shoal_settings_load (path, &error);

  g_assert_no_error (error);
  return settings;
}

static void
test_defaults (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (ShoalSettings) settings = load (folder);

  g_assert_true (g_path_is_absolute (shoal_settings_get_download_folder (settings)));
  g_assert_true (g_str_has_suffix (shoal_settings_get_download_folder (settings), "/Shoal"));
  g_assert_cmpuint (strlen (shoal_settings_get_device_name (settings)), >, 0);
  g_assert_cmpuint (shoal_settings_get_upload_limit (settings), ==, 0);
  g_assert_cmpuint (shoal_settings_get_download_limit (settings), ==, 0);
  g_assert_cmpuint (shoal_settings_get_parallel_downloads (settings), ==, 3);
  g_assert_cmpuint (shoal_settings_get_connections_per_source (settings), ==, 2);
  g_assert_cmpuint (shoal_settings_get_upload_slots (settings), ==, 8);
}

static void
test_port_is_kept (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (ShoalSettings) settings = load (folder);
  guint16 port = shoal_settings_get_port (settings);

  g_assert_cmpuint (port, >=, SHOAL_MIN_RANDOM_PORT);
  g_assert_cmpuint (port, <=, SHOAL_MAX_RANDOM_PORT);
  g_autoptr (ShoalSettings) again = load (folder);
  g_assert_cmpuint (shoal_settings_get_port (again), ==, port);

  g_assert_true (shoal_settings_set (again, "port", "2000", NULL));
  g_assert_cmpuint (shoal_settings_get_port (again), ==, 2000);
  g_assert_true (shoal_settings_set (again, "port", "0", NULL));
  g_assert_cmpuint (shoal_settings_get_port (again), >=, SHOAL_MIN_RANDOM_PORT);
}

/* From 22:00 to 6:00. */
static void
assert_next (ShoalSettings *settings, GDateTime *now)
{
  g_autoptr (GDateTime) next = shoal_rate_plan_dup_next (settings, now);
  int hour = g_date_time_get_hour (now);

  g_assert_nonnull (next);
  g_assert_cmpint (g_date_time_get_hour (next), ==, hour >= 6 && hour < 22 ? 22 : 6);
  g_assert_cmpint (g_date_time_get_minute (next), ==, 0);
  g_assert_cmpint (g_date_time_difference (next, now), >, 0);
  g_assert_cmpint (g_date_time_difference (next, now), <=, 16 * G_TIME_SPAN_HOUR);
}

static void
test_rate_plan (void)
{
  static const struct
  {
    int day; /* of January 2024, which began on a Monday */
    int hour;
    int minute;
    gboolean alternative;
  } cases[] = {
    { 1, 21, 59, FALSE }, { 1, 22, 0, TRUE },  { 2, 5, 59, TRUE },  { 2, 6, 0, FALSE },
    { 2, 23, 0, FALSE },  { 3, 5, 0, FALSE },  { 7, 22, 30, TRUE }, { 8, 1, 0, TRUE },
    { 8, 6, 0, FALSE },   { 8, 12, 0, FALSE },
  };
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (ShoalSettings) settings = load (folder);

  g_assert_true (shoal_settings_set (settings, "download-limit", "3M", NULL));
  g_assert_true (shoal_settings_set (settings, "alternative-download-limit", "1M", NULL));
  g_assert_true (shoal_settings_set (settings, "schedule-from", "1320", NULL));
  g_assert_true (shoal_settings_set (settings, "schedule-to", "360", NULL));
  g_assert_true (shoal_settings_set (settings, "schedule-days", "65", NULL)); /* Monday, Sunday */
  g_assert_false (shoal_settings_set (settings, "alternative-limits", "3", NULL));
  g_assert_false (shoal_settings_set (settings, "schedule-to", "1440", NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GDateTime) now
                 = g_date_time_new_utc (2024, 1, cases[i].day, cases[i].hour, cases[i].minute, 0);

      g_assert_true (shoal_settings_set (settings, "alternative-limits", "2", NULL));
      g_assert_cmpint (shoal_rate_plan_is_alternative (settings, now), ==, cases[i].alternative);
      g_assert_cmpuint (shoal_rate_plan_get_download_limit (settings, now), ==,
                        cases[i].alternative ? 1048576 : 3145728);
      assert_next (settings, now);
      g_assert_true (shoal_settings_set (settings, "alternative-limits", "1", NULL));
      g_assert_true (shoal_rate_plan_is_alternative (settings, now));
      g_assert_null (shoal_rate_plan_dup_next (settings, now));
      g_assert_true (shoal_settings_set (settings, "alternative-limits", "0", NULL));
      g_assert_false (shoal_rate_plan_is_alternative (settings, now));
      g_assert_null (shoal_rate_plan_dup_next (settings, now));
    }
}

static void
on_changed_cb (ShoalSettings *settings, const char *name, GString *log)
{
  g_string_append_printf (log, "%s;", name);
}

static void
test_set (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (ShoalSettings) settings = load (folder);
  g_autoptr (GString) log = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  struct stat st;

  g_signal_connect (settings, "changed", G_CALLBACK (on_changed_cb), log);
  g_assert_true (shoal_settings_set (settings, "upload-limit", "2M", &error));
  g_assert_no_error (error);
  g_assert_true (shoal_settings_set (settings, "upload-limit", "2097152", &error));
  g_assert_true (shoal_settings_set (settings, "download-folder", "/tmp/../tmp/x", &error));
  g_assert_true (shoal_settings_set (settings, "device-name", "  Ada’s laptop ", &error));
  g_assert_cmpstr (log->str, ==, "upload-limit;download-folder;device-name;");

  g_autoptr (ShoalSettings) again = load (folder);
  g_assert_cmpuint (shoal_settings_get_upload_limit (again), ==, 2 * SHOAL_MIB);
  g_assert_cmpstr (shoal_settings_get_download_folder (again), ==, "/tmp/x");
  g_assert_cmpstr (shoal_settings_get_device_name (again), ==, "Ada’s laptop");
  g_autofree char *path = g_build_filename (folder->path, "settings.ini", NULL);
  g_assert_no_errno (stat (path, &st));
  g_assert_cmpuint (st.st_mode & 0777, ==, 0600);
}

static void
test_refused (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (ShoalSettings) settings = load (folder);
  const struct
  {
    const char *name;
    const char *value;
  } bad[] = {
    { "upload-limit", "" },
    { "upload-limit", "fast" },
    { "upload-limit", "-1" },
    { "upload-limit", "9999999999999999999999" },
    { "parallel-downloads", "0" },
    { "parallel-downloads", "17" },
    { "parallel-downloads", " 3" },
    { "parallel-downloads", "3x" },
    { "connections-per-source", "5" },
    { "upload-slots", "0" },
    { "upload-slots", "65" },
    { "port", "80" },
    { "port", "65536" },
    { "port", "-1" },
    { "device-name", "" },
    { "device-name", "a\nb" },
    { "device-name", "\xff" },
    { "download-folder", "relative" },
    { "download-folder", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *before = shoal_settings_dup_value (settings, bad[i].name);
      g_assert_false (shoal_settings_set (settings, bad[i].name, bad[i].value, &error));
      g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
      g_assert_cmpstr (shoal_error_get_field (error), ==, bad[i].name);
      g_autofree char *after = shoal_settings_dup_value (settings, bad[i].name);
      g_assert_cmpstr (before, ==, after);
    }

  g_autoptr (GError) range = NULL;
  g_assert_false (shoal_settings_set (settings, "upload-slots", "100", &range));
  g_assert_nonnull (strstr (range->message, "1 to 64"));
  g_autoptr (GError) unknown = NULL;
  g_assert_false (shoal_settings_set (settings, "colour", "red", &unknown));
  g_assert_error (unknown, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND);
  guint n_keys = 0;
  const ShoalSettingKey *keys = shoal_settings_get_keys (&n_keys);
  for (guint i = 0; i < n_keys; i++)
    g_assert_nonnull (strstr (unknown->message, keys[i].name));
  g_assert_null (shoal_settings_dup_value (settings, "colour"));
}

static void
test_damaged_file (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (folder->path, "settings.ini", NULL);

  test_folder_write (folder, "settings.ini", "no key file at all");
  g_assert_null (shoal_settings_load (path, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);

  test_folder_write (folder, "settings.ini",
                     "[shoal]\nupload-slots=1000\nport=2001\nlater=kept\n[other]\nkey=1\n");
  g_test_expect_message ("shoal-settings", G_LOG_LEVEL_WARNING, "*upload-slots*default*");
  g_autoptr (ShoalSettings) settings = load (folder);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (shoal_settings_get_upload_slots (settings), ==, 8);
  g_assert_cmpuint (shoal_settings_get_port (settings), ==, 2001);
  g_assert_true (shoal_settings_set (settings, "upload-slots", "9", NULL));
  g_autofree char *text = test_folder_read (folder, "settings.ini");
  g_assert_nonnull (strstr (text, "later=kept"));
  g_assert_nonnull (strstr (text, "[other]"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/settings/rate-plan", test_rate_plan);
  g_test_add_func ("/settings/defaults", test_defaults);
  g_test_add_func ("/settings/port-is-kept", test_port_is_kept);
  g_test_add_func ("/settings/set", test_set);
  g_test_add_func ("/settings/refused", test_refused);
  g_test_add_func ("/settings/damaged-file", test_damaged_file);
  return g_test_run ();
}
