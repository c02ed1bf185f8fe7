/* test-folder.h: a folder of its own for a test, removed with all that is in it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <unistd.h>

/** TestFolder: g_autoptr (TestFolder) folder = test_folder_new () */
typedef struct
{
  char *path;
  int fd;
} TestFolder;

static inline void
test_remove_tree (const char *path)
{
  g_autoptr (GDir) dir = NULL;

  if (!g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    dir = g_dir_open (path, 0, NULL);
  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      test_remove_tree (child);
    }
  g_assert_no_errno (g_remove (path));
}

static inline TestFolder *
test_folder_new_in (const char *parent)
{
  TestFolder *self = g_new0 (TestFolder, 1);

  self->path = g_build_filename (parent, "shoal-test-XXXXXX", NULL);
  g_assert_nonnull (g_mkdtemp (self->path));
  self->fd = open (self->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  g_assert_no_errno (self->fd);
  return self;
}

static inline TestFolder *
test_folder_new (void)
{
  return test_folder_new_in (g_get_tmp_dir ());
}

static inline void
test_folder_free (TestFolder *self)
{
  g_assert_no_errno (close (self->fd));
  test_remove_tree (self->path);
  g_free (self->path);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestFolder, test_folder_free)

/** test_folder_write: a file @name with the text @text */
static inline void
test_folder_write (TestFolder *self, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (self->path, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

/** test_folder_read: Returns: (transfer full) (nullable): the text of @name, %NULL if it is not
 * there */
static inline char *
test_folder_read (TestFolder *self, const char *name)
{
  g_autofree char *path = g_build_filename (self->path, name, NULL);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}

/** test_folder_count: Returns: how many names are in it */
static inline guint
test_folder_count (TestFolder *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->path, 0, NULL);
  guint n = 0;

  g_assert_nonnull (dir);
  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}
