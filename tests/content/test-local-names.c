/* test-local-names.c: names are kept where they can be, told apart where not, and links follow
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "shoal-dir.h"
#include "shoal-limits.h"
#include "shoal-local-names.h"
#include "test-folder.h"

#include <fcntl.h>
#include <string.h>

#define FILE_LINE "f 1 00000000000000000000000000000000000000000000000000000000000000a1 "

static const ShoalDiskNames linux_disk = { SHOAL_NAMES_ALL_KEPT, SHOAL_MAX_NAME_BYTES };
static const ShoalDiskNames stick = { SHOAL_NAMES_PORTABLE, SHOAL_MAX_NAME_BYTES };

static ShoalManifest *
parse (const char *lines)
{
  g_autofree char *text = g_strconcat ("shoal-manifest 1\n", lines, NULL);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  ShoalManifest *manifest = shoal_manifest_parse (bytes, &error);

  g_assert_no_error (error);
  return manifest;
}

static void
assert_paths (const char *lines, const ShoalDiskNames *disk, const char *const *paths, guint n)
{
  g_autoptr (ShoalManifest) manifest = parse (lines);
  g_autoptr (ShoalLocalNames) names = shoal_local_names_new (manifest, disk);
  const char *first;

  for (guint i = 0; i < shoal_manifest_get_n_entries (manifest); i++)
    g_assert_cmpstr (shoal_local_names_get_path (names, i), ==, paths[i]);
  g_assert_cmpuint (shoal_local_names_get_n_changed (names, &first), ==, n);
  g_assert_true ((first != NULL) == (n > 0));
}

static void
test_kept (void)
{
  static const char *const paths[] = { "Mail.", "Mail./aux.h", "Mail_", "a:b?", "x\xe2\x80\x8dy" };

  assert_paths ("d Mail.\n" FILE_LINE "Mail./aux.h\nd Mail_\n" FILE_LINE "a:b?\n" FILE_LINE
                "x\xe2\x80\x8dy\n",
                &linux_disk, paths, 0);
}

/* What can be kept is, whatever stands before it. */
static void
test_apart (void)
{
  static const char *const paths[]
      = { "a_ (2).txt", "a_ (3).txt", "a_.txt", "d_ (2)", "d_ (2)/x", "d_", "d_/x" };

  assert_paths (FILE_LINE "a%01.txt\n" FILE_LINE "a%02.txt\n" FILE_LINE "a_.txt\n"
                          "d d%0a\n" FILE_LINE "d%0a/x\nd d_\n" FILE_LINE "d_/x\n",
                &linux_disk, paths, 3);
}

static void
test_stick (void)
{
  static const char *const paths[]
      = { "A", "Mail_ (2)", "Mail_ (2)/_aux.h", "Mail_", "Notes_ 1_.txt", "a (2)" };

  assert_paths (FILE_LINE "A\nd Mail.\n" FILE_LINE "Mail./aux.h\nd Mail_\n" FILE_LINE
                          "Notes:%201?.txt\n" FILE_LINE "a\n",
                &stick, paths, 4);
}

static void
test_links (void)
{
  g_autoptr (ShoalManifest) manifest
             = parse ("d d\nl ../e%0a/f%01 d/l\nl missing%0a d/m\nd e%0a\n" FILE_LINE
                      "e%0a/f%01\nl ./e%0a//f%01 t\n");
  g_autoptr (ShoalLocalNames) names = shoal_local_names_new (manifest, &linux_disk);
  g_autofree char *up = shoal_local_names_dup_target (names, 1);
  g_autofree char *missing = shoal_local_names_dup_target (names, 2);
  g_autofree char *top = shoal_local_names_dup_target (names, 5);

  g_assert_cmpstr (up, ==, "../e_/f_");
  g_assert_cmpstr (missing, ==, "missing\n");
  g_assert_cmpstr (top, ==, "./e_//f_");
}

/* A list in which every name becomes the same one costs no more than its length. */
static void
test_hostile (void)
{
  const guint n = 20000;
  g_autoptr (GString) lines = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      g_string_append (lines, FILE_LINE);
      for (guint bit = 0; bit < 15; bit++)
        g_string_append (lines, (i >> (14 - bit) & 1) != 0 ? "%02" : "%01");
      g_string_append_c (lines, '\n');
    }
  g_autoptr (ShoalManifest) manifest = parse (lines->str);
  g_autoptr (ShoalLocalNames) names = shoal_local_names_new (manifest, &linux_disk);

  g_assert_cmpstr (shoal_local_names_get_path (names, 0), ==, "_______________");
  g_assert_cmpstr (shoal_local_names_get_path (names, n - 1), ==, "_______________ (20000)");
}

static void
test_probe (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_auto (ShoalFd) fd = shoal_dir_open (folder->path, FALSE, NULL);
  ShoalDiskNames disk;

  shoal_disk_names_probe (fd, &disk);
  g_assert_cmpint (disk.rules, ==, SHOAL_NAMES_ALL_KEPT);
  g_autoptr (GDir) left = g_dir_open (folder->path, 0, NULL);
  g_assert_null (g_dir_read_name (left));

  /* Nothing can be made there. */
  g_auto (ShoalFd) proc = open ("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  shoal_disk_names_probe (proc, &disk);
  g_assert_cmpint (disk.rules, ==, SHOAL_NAMES_ALL_KEPT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/local-names/kept", test_kept);
  g_test_add_func ("/local-names/apart", test_apart);
  g_test_add_func ("/local-names/stick", test_stick);
  g_test_add_func ("/local-names/links", test_links);
  g_test_add_func ("/local-names/hostile", test_hostile);
  g_test_add_func ("/local-names/probe", test_probe);
  return g_test_run ();
}
