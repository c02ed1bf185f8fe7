/* test-dir.c: nothing leads out of a folder, nothing is replaced
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "shoal-dir-private.h"
#include "shoal-error.h"
#include "shoal-limits.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "test-folder.h"

static void
test_open (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *deep = g_build_filename (folder->path, "a", "b", NULL);

  g_assert_cmpint (shoal_dir_open (deep, FALSE, &error), ==, -1);
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_auto (ShoalFd) fd = shoal_dir_open (deep, TRUE, &error);
  g_assert_no_error (error);
  g_assert_cmpint (fcntl (fd, F_GETFD) & FD_CLOEXEC, !=, 0);

  g_auto (ShoalFd) sub = shoal_dir_open_sub (folder->fd, "a/b/c/d", TRUE, &error);
  g_assert_no_error (error);
  g_assert_cmpint (fcntl (sub, F_GETFD) & FD_CLOEXEC, !=, 0);
  g_auto (ShoalFd) same = shoal_dir_open_sub (folder->fd, "", FALSE, &error);
  g_assert_no_error (error);
  struct stat a, b;
  g_assert_no_errno (fstat (same, &a));
  g_assert_no_errno (fstat (folder->fd, &b));
  g_assert_cmpuint (a.st_ino, ==, b.st_ino);

  g_assert_cmpint (shoal_dir_open_sub (folder->fd, "nothing", FALSE, &error), ==, -1);
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND);
}

static void
test_hostile_paths (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autofree char *long_name = g_strnfill (NAME_MAX + 1, 'x');
  g_autofree char *long_path = g_strconcat (long_name, "/x", NULL);
  const char *const paths[]
      = { "..", "../x", "/", "/etc", "a/../..", "a//b", "a/./b", "a/", "./a", long_path };

  g_assert_no_errno (mkdirat (folder->fd, "a", 0777));
  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) file_error = NULL;
      g_autoptr (GError) link_error = NULL;
      g_test_message ("%s", paths[i]);
      g_assert_cmpint (shoal_dir_open_sub (folder->fd, paths[i], TRUE, &error), ==, -1);
      g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
      g_assert_cmpint (
          shoal_dir_open_file (folder->fd, paths[i], O_RDWR | O_CREAT, 0666, &file_error), ==, -1);
      g_assert_error (file_error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
      g_assert_false (shoal_dir_make_link (folder->fd, paths[i], "a", &link_error));
      g_assert_error (link_error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
    }
  g_assert_cmpuint (test_folder_count (folder), ==, 1);
}

/* A link planted as the first, a middle or the last component is never followed. */
static void
test_planted_links (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (TestFolder) outside = test_folder_new ();
  g_autoptr (GError) error = NULL;

  test_folder_write (outside, "secret", "secret");
  g_assert_no_errno (mkdirat (folder->fd, "a", 0777));
  g_auto (ShoalFd) a = shoal_dir_open_sub (folder->fd, "a", FALSE, &error);
  g_assert_no_error (error);
  g_assert_no_errno (symlinkat (outside->path, folder->fd, "first"));
  g_assert_no_errno (symlinkat (outside->path, a, "middle"));
  g_assert_no_errno (symlinkat ("../first/secret", a, "last"));

  static const char *const files[]
      = { "first/secret", "first/new", "a/middle/secret", "a/middle/new", "a/last" };
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_assert_cmpint (shoal_dir_open_file (folder->fd, files[i], O_RDWR | O_CREAT, 0666, &error),
                       ==, -1);
      g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
      g_clear_error (&error);
    }
  static const char *const folders[]
      = { "first", "first/sub", "a/middle", "a/middle/sub", "a/last" };
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_assert_cmpint (shoal_dir_open_sub (folder->fd, folders[i], TRUE, &error), ==, -1);
      g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
      g_clear_error (&error);
    }
  g_assert_false (shoal_dir_make_link (folder->fd, "a/middle/new", "x", &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_cmpuint (test_folder_count (outside), ==, 1);

  g_assert_true (shoal_dir_make_link (folder->fd, "a/fine", "last", &error));
  g_assert_no_error (error);
  g_assert_false (shoal_dir_make_link (folder->fd, "a/fine", "last", &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_EXISTS);
}

static void
test_only_regular_files (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (GError) error = NULL;

  g_assert_no_errno (mkdirat (folder->fd, "folder", 0777));
  g_assert_no_errno (mkfifoat (folder->fd, "fifo", 0666));
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_snprintf (address.sun_path, sizeof address.sun_path, "%s/socket", folder->path);
  g_auto (ShoalFd) server = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_no_errno (bind (server, (struct sockaddr *) &address, sizeof address));

  static const char *const names[] = { "folder", "fifo", "socket" };
  static const int flags[] = { O_RDONLY, O_WRONLY, O_RDWR };
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (flags); j++)
      {
        /* A FIFO without a reader must not block either. */
        g_assert_cmpint (shoal_dir_open_file (folder->fd, names[i], flags[j], 0, &error), ==, -1);
        g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
        g_clear_error (&error);
      }
  g_assert_cmpint (shoal_dir_open_file (folder->fd, "fifo/x", O_RDONLY, 0, &error), ==, -1);
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_cmpint (shoal_dir_open_file (folder->fd, "nothing", O_RDONLY, 0, &error), ==, -1);
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND);
}

static void
test_rename_new (gconstpointer data)
{
  ShoalRenameMethod method = GPOINTER_TO_INT (data);
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (GError) error = NULL;

  test_folder_write (folder, "from", "new");
  test_folder_write (folder, "taken", "old");
  g_assert_no_errno (symlinkat ("nowhere", folder->fd, "dangling"));
  g_assert_no_errno (mkdirat (folder->fd, "folder", 0777));

  static const char *const taken[] = { "taken", "dangling", "folder" };
  for (gsize i = 0; i < G_N_ELEMENTS (taken); i++)
    {
      g_assert_false (
          shoal_dir_rename_new_from (method, folder->fd, "from", folder->fd, taken[i], &error));
      g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_EXISTS);
      g_clear_error (&error);
    }
  static const char *const bad[] = { "", ".", "..", "../x", "/tmp/x", "folder/x" };
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_false (
          shoal_dir_rename_new_from (method, folder->fd, "from", folder->fd, bad[i], &error));
      g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
      g_clear_error (&error);
    }
  g_autofree char *old = test_folder_read (folder, "taken");
  g_assert_cmpstr (old, ==, "old");

  g_assert_true (shoal_dir_rename_new_from (method, folder->fd, "from", folder->fd, "to", &error));
  g_assert_no_error (error);
  g_autofree char *new = test_folder_read (folder, "to");
  g_assert_cmpstr (new, ==, "new");
  g_assert_false (
      shoal_dir_rename_new_from (method, folder->fd, "from", folder->fd, "to2", &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_cmpuint (test_folder_count (folder), ==, 4);

  /* Folders, too (hard links cannot; the place-holder is a folder then). */
  test_folder_write (folder, "folder/inside", "inside");
  g_assert_true (
      shoal_dir_rename_new_from (method, folder->fd, "folder", folder->fd, "moved", &error));
  g_assert_no_error (error);
  g_autofree char *inside = test_folder_read (folder, "moved/inside");
  g_assert_cmpstr (inside, ==, "inside");
  g_assert_cmpuint (test_folder_count (folder), ==, 4);
}

typedef struct
{
  ShoalRenameMethod method;
  int dirfd;
  const char *from;
  gboolean won;
} Racer;

static gpointer
race_in_thread (gpointer user_data)
{
  Racer *racer = user_data;

  racer->won = shoal_dir_rename_new_from (racer->method, racer->dirfd, racer->from, racer->dirfd,
                                          "to", NULL);
  return NULL;
}

static void
test_rename_race (gconstpointer data)
{
  g_autoptr (TestFolder) folder = test_folder_new ();

  for (guint round = 0; round < 200; round++)
    {
      test_folder_write (folder, "a", "a");
      test_folder_write (folder, "b", "b");
      Racer a = { GPOINTER_TO_INT (data), folder->fd, "a", FALSE };
      Racer b = { GPOINTER_TO_INT (data), folder->fd, "b", FALSE };
      GThread *thread = g_thread_new ("racer", race_in_thread, &a);
      race_in_thread (&b);
      g_thread_join (thread);
      g_assert_true (a.won != b.won);
      g_autofree char *text = test_folder_read (folder, "to");
      g_autofree char *loser = test_folder_read (folder, a.won ? "b" : "a");
      g_assert_cmpstr (text, ==, a.won ? "a" : "b");
      g_assert_cmpstr (loser, ==, a.won ? "b" : "a");
      g_assert_no_errno (unlinkat (folder->fd, "to", 0));
    }
}

static void
test_rename_unique (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  static const char *const expected[] = { "x.tar.gz", "x (2).tar.gz", "x (3).tar.gz" };

  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *made = NULL;
      test_folder_write (folder, "from", expected[i]);
      g_assert_true (
          shoal_dir_rename_unique (folder->fd, "from", folder->fd, "x.tar.gz", &made, &error));
      g_assert_no_error (error);
      g_assert_cmpstr (made, ==, expected[i]);
      g_autofree char *text = test_folder_read (folder, expected[i]);
      g_assert_cmpstr (text, ==, expected[i]);
    }
}

static void
test_write_file (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (shoal_dir_write_file (folder->fd, "state", "one", 3, 0600, &error));
  g_assert_no_error (error);
  g_assert_true (shoal_dir_write_file (folder->fd, "state", "second", 6, 0640, &error));
  g_assert_no_error (error);
  g_autofree char *text = test_folder_read (folder, "state");
  g_assert_cmpstr (text, ==, "second");
  struct stat st;
  g_assert_no_errno (fstatat (folder->fd, "state", &st, 0));
  g_assert_cmpuint (st.st_mode & 0777, ==, 0640);
  g_assert_true (shoal_dir_write_file (folder->fd, "empty", NULL, 0, 0600, &error));
  g_assert_cmpuint (test_folder_count (folder), ==, 2);

  /* A folder in the way: refused, and nothing stays behind. */
  g_assert_no_errno (mkdirat (folder->fd, "folder", 0777));
  g_assert_false (shoal_dir_write_file (folder->fd, "folder", "x", 1, 0600, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_IO);
  g_clear_error (&error);
  g_assert_false (shoal_dir_write_file (folder->fd, "../x", "x", 1, 0600, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
  g_assert_cmpuint (test_folder_count (folder), ==, 3);

  /* A name of the greatest length still has room for the temporary one. */
  g_clear_error (&error);
  g_autofree char *full = g_strnfill (SHOAL_MAX_NAME_BYTES, 'x');
  g_assert_true (shoal_dir_write_file (folder->fd, full, "x", 1, 0600, &error));
  g_assert_no_error (error);
}

static void
test_read_write_all (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (GError) error = NULL;
  g_auto (ShoalFd) fd
          = shoal_dir_open_file (folder->fd, "file", O_RDWR | O_CREAT | O_EXCL, 0666, &error);
  char buffer[8] = "";

  g_assert_no_error (error);
  g_assert_true (shoal_fd_write_all (fd, "hello", 5, 3, &error));
  g_assert_true (shoal_fd_read_all (fd, buffer, 5, 3, &error));
  g_assert_cmpstr (buffer, ==, "hello");
  /* Just written, so it is in memory; a kernel may still say that it does not know. */
  memset (buffer, 0, sizeof buffer);
  if (shoal_fd_read_cached (fd, buffer, 5, 3))
    g_assert_cmpstr (buffer, ==, "hello");
  else
    g_test_message ("this kernel cannot read without waiting here");
  g_assert_false (shoal_fd_read_cached (fd, buffer, 6, 3));
  g_assert_false (shoal_fd_read_cached (-1, buffer, 6, 3));
  g_assert_false (shoal_fd_read_all (fd, buffer, 6, 3, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_CHANGED);
  g_clear_error (&error);
  g_assert_false (shoal_fd_read_all (-1, buffer, 6, 3, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_IO);
}

static void
test_stamp (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  struct stat st;
  ShoalFileStamp a, b;

  test_folder_write (folder, "file", "text");
  g_assert_no_errno (fstatat (folder->fd, "file", &st, 0));
  shoal_file_stamp_from_stat (&a, &st);
  b = a;
  g_assert_true (shoal_file_stamp_equal (&a, &b));
  g_assert_cmpuint (a.size, ==, 4);
  st.st_ctim.tv_nsec ^= 1;
  shoal_file_stamp_from_stat (&b, &st);
  g_assert_false (shoal_file_stamp_equal (&a, &b));
  b = a;
  b.inode++;
  g_assert_false (shoal_file_stamp_equal (&a, &b));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dir/open", test_open);
  g_test_add_func ("/dir/hostile-paths", test_hostile_paths);
  g_test_add_func ("/dir/planted-links", test_planted_links);
  g_test_add_func ("/dir/only-regular-files", test_only_regular_files);
  static const struct
  {
    const char *name;
    ShoalRenameMethod method;
  } methods[] = {
    { "noreplace", SHOAL_RENAME_NOREPLACE },
    { "link", SHOAL_RENAME_LINK },
    { "placeholder", SHOAL_RENAME_PLACEHOLDER },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_autofree char *name = g_strconcat ("/dir/rename-new/", methods[i].name, NULL);
      g_autofree char *race = g_strconcat ("/dir/rename-race/", methods[i].name, NULL);
      g_test_add_data_func (name, GINT_TO_POINTER (methods[i].method), test_rename_new);
      g_test_add_data_func (race, GINT_TO_POINTER (methods[i].method), test_rename_race);
    }
  g_test_add_func ("/dir/rename-unique", test_rename_unique);
  g_test_add_func ("/dir/write-file", test_write_file);
  g_test_add_func ("/dir/read-write-all", test_read_write_all);
  g_test_add_func ("/dir/stamp", test_stamp);
  return g_test_run ();
}
