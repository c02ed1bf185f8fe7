/* shares-fixture.c: a database, shares and a directory that is a fake
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "shares-fixture.h"

#include <string.h>

#include "shoal-layer-store.h"
#include "shoal-share-store.h"

static gboolean
on_wake_cb (gpointer unused)
{
  return G_SOURCE_REMOVE;
}

void
shares_fixture_iterate (void)
{
  guint wake = g_timeout_add (20, on_wake_cb, NULL);

  g_main_context_iteration (NULL, TRUE);
  GSource *source = g_main_context_find_source_by_id (NULL, wake);
  if (source != NULL)
    g_source_destroy (source);
}

static void
on_result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
open_shares (SharesFixture *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  g_autofree char *path = g_build_filename (self->profile, "shoal.db", NULL);
  g_autofree char *first
      = g_strconcat (shoal_share_store_schema, shoal_layer_store_schema, self->more_tables, NULL);
  const char *const migrations[]
      = { first, shoal_share_store_switches_schema, shoal_share_store_ignore_schema };
  self->database = shoal_database_open (path, migrations, G_N_ELEMENTS (migrations), &error);
  g_assert_no_error (error);
  self->offers = shoal_offer_keeper_new (SHOAL_DIRECTORY (self->directory));
  self->shares = shoal_shares_new (self->profile, self->manifests, self->database, self->offers);
  shoal_shares_load_async (self->shares, NULL, on_result_cb, &result);
  wait_until (result != NULL);
  g_assert_true (shoal_shares_load_finish (self->shares, result, &error));
  g_assert_no_error (error);
  shoal_offer_keeper_start (self->offers);
}

static void
close_shares (SharesFixture *self)
{
  shoal_offer_keeper_stop (self->offers);
  shoal_shares_stop (self->shares);
  shoal_database_close (self->database);
  /* What came back from the threads meanwhile. */
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_finalize_object (self->shares);
  g_assert_finalize_object (self->offers);
  g_clear_object (&self->database);
}

void
shares_fixture_set_up (SharesFixture *self, gconstpointer more_tables)
{
  self->more_tables = more_tables;
  self->folder = test_folder_new ();
  self->files = g_build_filename (self->folder->path, "files", NULL);
  g_assert_no_errno (g_mkdir (self->files, 0755));
  self->profile = g_build_filename (self->folder->path, "profile", NULL);
  self->manifests = g_build_filename (self->profile, "manifests", NULL);
  g_assert_no_errno (g_mkdir_with_parents (self->manifests, 0700));
  self->directory = fake_directory_new ();
  open_shares (self);
}

void
shares_fixture_tear_down (SharesFixture *self, gconstpointer unused)
{
  close_shares (self);
  g_assert_finalize_object (self->directory);
  test_folder_free (self->folder);
  g_free (self->files);
  g_free (self->profile);
  g_free (self->manifests);
}

void
shares_fixture_restart (SharesFixture *self)
{
  close_shares (self);
  open_shares (self);
}

char *
shares_fixture_path (SharesFixture *self, const char *path)
{
  return g_build_filename (self->files, path, NULL);
}

static void
write_file (SharesFixture *self, const char *path, gconstpointer data, gsize size)
{
  g_autofree char *full = shares_fixture_path (self, path);
  g_autofree char *folder = g_path_get_dirname (full);
  int fd;

  g_assert_no_errno (g_mkdir_with_parents (folder, 0755));
  fd = open (full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  g_assert_no_errno (fd);
  g_assert_cmpint (write (fd, data, size), ==, (gssize) size);
  g_assert_no_errno (close (fd));
}

void
shares_fixture_write (SharesFixture *self, const char *path, const char *text)
{
  write_file (self, path, text, strlen (text));
}

void
shares_fixture_write_random (SharesFixture *self, const char *path, gsize size, guint32 seed)
{
  g_autofree guint8 *data = g_malloc (MAX (size, 1));
  guint64 state = seed * G_GUINT64_CONSTANT (2862933555777941757) + 3037000493;

  for (gsize i = 0; i < size; i++)
    {
      state = state * G_GUINT64_CONSTANT (6364136223846793005) + 1442695040888963407;
      data[i] = (guint8) (state >> 56);
    }
  write_file (self, path, data, size);
}

static GAsyncResult *
add (SharesFixture *self, const char *path)
{
  g_autofree char *full = shares_fixture_path (self, path);
  const char *const paths[] = { full, NULL };
  GAsyncResult *result = NULL;

  shoal_shares_add_async (self->shares, paths, NULL, NULL, on_result_cb, &result);
  wait_until (result != NULL);
  return result;
}

ShoalShare *
shares_fixture_add (SharesFixture *self, const char *path)
{
  g_autoptr (GAsyncResult) result = add (self, path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) shares = shoal_shares_add_finish (self->shares, result, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (shares->len, ==, 1);
  return g_object_ref (g_ptr_array_index (shares, 0));
}

GError *
shares_fixture_add_error (SharesFixture *self, const char *path)
{
  g_autoptr (GAsyncResult) result = add (self, path);
  GError *error = NULL;

  g_assert_null (shoal_shares_add_finish (self->shares, result, &error));
  g_assert_nonnull (error);
  return error;
}

gint64
shares_fixture_remove (SharesFixture *self, ShoalShare *share)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) shares = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  if (share != NULL)
    g_ptr_array_add (shares, share);
  shoal_shares_remove_async (self->shares, share != NULL ? shares : NULL, NULL, on_result_cb,
                             &result);
  wait_until (result != NULL);
  gint64 n = shoal_shares_remove_finish (self->shares, result, &error);
  g_assert_no_error (error);
  return n;
}

void
shares_fixture_wait (SharesFixture *self)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  shoal_shares_wait_async (self->shares, NULL, on_result_cb, &result);
  wait_until (result != NULL);
  g_assert_true (shoal_shares_wait_finish (self->shares, result, &error));
  g_assert_no_error (error);
}
