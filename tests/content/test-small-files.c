/* test-small-files.c: verified, in place or not at all, never over something else
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "shoal-error.h"
#include "shoal-small-files-private.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "test-content.h"
#include "test-folder.h"

static const ShoalDigest zero;

static void
id_of (const char *text, ShoalDigest *id)
{
  shoal_merkle_piece_root (text, strlen (text), strlen (text), id);
}

static ShoalSmallFileWriter *
make_writer (TestFolder *folder, gconstpointer use_names)
{
  ShoalSmallFileWriter *writer = shoal_small_file_writer_new (folder->fd);

  if (GPOINTER_TO_INT (use_names))
    shoal_small_file_writer_use_names (writer);
  return writer;
}

static void
test_store (gconstpointer use_names)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalSmallFileWriter) writer = make_writer (folder, use_names);
  ShoalDigest id;
  struct stat st;

  g_assert_no_error (error);
  id_of ("hello", &id);
  g_assert_true (shoal_small_file_writer_store (writer, "a/b/hello", "hello", 5, &id, TRUE,
                                                1234567890123, &error));
  g_assert_no_error (error);
  g_autofree char *text = test_folder_read (folder, "a/b/hello");
  g_assert_cmpstr (text, ==, "hello");
  g_assert_no_errno (fstatat (folder->fd, "a/b/hello", &st, 0));
  g_assert_cmpuint (st.st_mode & 0100, !=, 0);
  g_assert_cmpint (st.st_mtim.tv_sec, ==, 1234567890);
  g_assert_true (
      shoal_small_file_writer_store (writer, "a/plain", "hello", 5, &id, FALSE, -1, &error));
  g_assert_no_errno (fstatat (folder->fd, "a/plain", &st, 0));
  g_assert_cmpuint (st.st_mode & 0111, ==, 0);
  g_assert_true (shoal_small_file_writer_store (writer, "top", "hello", 5, &id, FALSE, -1, &error));
  g_assert_true (
      shoal_small_file_writer_store (writer, "empty", NULL, 0, &zero, FALSE, -1, &error));
  g_assert_no_error (error);

  /* The largest. */
  g_autoptr (TestContent) content = test_content_new (1, SHOAL_PIECE_SIZE);
  g_autofree guint8 *buffer = g_malloc (SHOAL_PIECE_SIZE + 1);
  test_content_fill (content, 0, buffer);
  g_assert_true (shoal_small_file_writer_store (writer, "a/large", buffer, SHOAL_PIECE_SIZE,
                                                &content->id, FALSE, -1, &error));
  g_assert_no_error (error);
  g_autofree char *path = g_build_filename (folder->path, "a/large", NULL);
  test_content_check_file (content, path);
  g_assert_false (shoal_small_file_writer_store (writer, "x", buffer, SHOAL_PIECE_SIZE + 1,
                                                 &content->id, FALSE, -1, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
  g_assert_cmpuint (test_folder_count (folder), ==, 3);
}

static void
test_refuses (gconstpointer use_names)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (TestFolder) outside = test_folder_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalSmallFileWriter) writer = make_writer (folder, use_names);
  ShoalDigest id, other;

  id_of ("hello", &id);
  id_of ("world", &other);
  static const char *const contents[] = { "world", "hell", "hello ", "" };
  for (gsize i = 0; i < G_N_ELEMENTS (contents); i++)
    {
      g_assert_false (shoal_small_file_writer_store (writer, "f", contents[i], strlen (contents[i]),
                                                     &id, FALSE, -1, &error));
      g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_CORRUPT);
      g_clear_error (&error);
    }
  g_assert_false (shoal_small_file_writer_store (writer, "f", "x", 1, &zero, FALSE, -1, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_CORRUPT);
  g_clear_error (&error);

  g_assert_no_errno (symlinkat (outside->path, folder->fd, "link"));
  static const char *const paths[]
      = { "", "/f", "..", "../f", "a/../../f", "a//f", "a/", "link/f", "./f", "." };
  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_test_message ("%s", paths[i]);
      g_assert_false (
          shoal_small_file_writer_store (writer, paths[i], "hello", 5, &id, FALSE, -1, &error));
      g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
      g_clear_error (&error);
    }
  g_assert_cmpuint (test_folder_count (outside), ==, 0);

  /* There already: the same is fine, anything else stays. */
  test_folder_write (folder, "f", "hello");
  test_folder_write (folder, "g", "world");
  test_folder_write (folder, "h", "hello, world");
  g_assert_no_errno (mkdirat (folder->fd, "folder", 0777));
  g_assert_no_errno (symlinkat ("f", folder->fd, "dangling"));
  g_assert_true (shoal_small_file_writer_store (writer, "f", "hello", 5, &id, FALSE, -1, &error));
  g_assert_no_error (error);
  static const char *const taken[] = { "g", "h", "folder", "dangling" };
  for (gsize i = 0; i < G_N_ELEMENTS (taken); i++)
    {
      g_assert_false (
          shoal_small_file_writer_store (writer, taken[i], "hello", 5, &id, FALSE, -1, &error));
      g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_EXISTS);
      g_clear_error (&error);
    }
  g_autofree char *text = test_folder_read (folder, "g");
  g_assert_cmpstr (text, ==, "world");
  for (guint i = 0; i < 3; i++)
    {
      static const char *const left[] = { "f", "g", "h" };
      g_assert_no_errno (unlinkat (folder->fd, left[i], 0));
    }
  g_assert_no_errno (unlinkat (folder->fd, "dangling", 0));
  g_assert_no_errno (unlinkat (folder->fd, "link", 0));
  /* "folder" and the "a" that was made on the way to a refused name at most: no temporary file. */
  g_autoptr (GDir) dir = g_dir_open (folder->path, 0, NULL);
  for (const char *name; (name = g_dir_read_name (dir)) != NULL;)
    g_assert_false (shoal_is_unfinished_name (name));
}

static void
test_many (gconstpointer use_names)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalSmallFileWriter) writer = make_writer (folder, use_names);

  for (guint i = 0; i < 2000; i++)
    {
      g_autofree char *path = g_strdup_printf ("d%u/%u/file-%u", i / 500, i / 50, i);
      g_autofree char *text = g_strdup_printf ("file %u", i);
      ShoalDigest id;
      id_of (text, &id);
      shoal_small_file_writer_store (writer, path, text, strlen (text), &id, FALSE, -1, &error);
      g_assert_no_error (error);
    }
  g_autofree char *last = test_folder_read (folder, "d3/39/file-1999");
  g_assert_cmpstr (last, ==, "file 1999");
  g_assert_cmpuint (test_folder_count (folder), ==, 4);
}

static void
test_unfinished_name (void)
{
  static const char *const ours[]
      = { "a.part", "a (2).part", ".x.part", ".shoal-0123456789abcdef.tmp" };
  static const char *const others[]
      = { "", ".part", "a", "a.parts", "part", "a.part1.rar", ".shoal", "x.tmp", "shoal-1.tmp" };

  for (gsize i = 0; i < G_N_ELEMENTS (ours); i++)
    g_assert_true (shoal_is_unfinished_name (ours[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_false (shoal_is_unfinished_name (others[i]));
}

static void
test_sweep (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();

  test_folder_write (folder, ".shoal-0123456789abcdef.tmp", "left over");
  test_folder_write (folder, ".shoal-notes.tmp", "the user's own");
  test_folder_write (folder, "report.part", "another download's");
  g_assert_no_errno (mkdirat (folder->fd, ".shoal-fedcba9876543210.tmp", 0700));
  shoal_small_files_sweep (folder->fd);
  g_assert_cmpuint (test_folder_count (folder), ==, 3);
  g_assert_no_errno (unlinkat (folder->fd, ".shoal-notes.tmp", 0));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/small-files/store", GINT_TO_POINTER (FALSE), test_store);
  g_test_add_data_func ("/small-files/store-with-names", GINT_TO_POINTER (TRUE), test_store);
  g_test_add_data_func ("/small-files/refuses", GINT_TO_POINTER (FALSE), test_refuses);
  g_test_add_data_func ("/small-files/refuses-with-names", GINT_TO_POINTER (TRUE), test_refuses);
  g_test_add_data_func ("/small-files/many", GINT_TO_POINTER (FALSE), test_many);
  g_test_add_data_func ("/small-files/many-with-names", GINT_TO_POINTER (TRUE), test_many);
  g_test_add_func ("/small-files/unfinished-name", test_unfinished_name);
  g_test_add_func ("/small-files/sweep", test_sweep);
  return g_test_run ();
}
