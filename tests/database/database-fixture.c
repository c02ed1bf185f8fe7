/* database-fixture.c: a database in a folder that goes away
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "database-fixture.h"

#include <glib/gstdio.h>

const char *const fixture_migrations[1] = {
  "CREATE TABLE numbers (id INTEGER PRIMARY KEY, number INTEGER NOT NULL UNIQUE);"
  "CREATE TABLE texts (id INTEGER PRIMARY KEY, text TEXT, bytes BLOB);",
};

void
fixture_make_folder (Fixture *self)
{
  g_autoptr (GError) error = NULL;

  *self = (Fixture){ 0 };
  self->folder = g_dir_make_tmp ("shoal-database-XXXXXX", &error);
  g_assert_no_error (error);
  self->path = g_build_filename (self->folder, "test.db", NULL);
}

void
fixture_open (Fixture *self)
{
  g_autoptr (GError) error = NULL;

  self->database = shoal_database_open (self->path, fixture_migrations, 1, &error);
  g_assert_no_error (error);
  g_assert_nonnull (self->database);
}

void
fixture_close (Fixture *self)
{
  if (self->database != NULL)
    shoal_database_close (self->database);
  g_clear_object (&self->database);
}

void
fixture_set_up (Fixture *self)
{
  fixture_make_folder (self);
  fixture_open (self);
}

void
fixture_tear_down (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  const char *name = NULL;

  fixture_close (self);

  g_autoptr (GDir) dir = g_dir_open (self->folder, 0, &error);

  g_assert_no_error (error);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (self->folder, name, NULL);

      g_assert_cmpint (g_remove (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_clear_pointer (&self->folder, g_free);
  g_clear_pointer (&self->path, g_free);
}

static gboolean
on_give_up_cb (gpointer user_data)
{
  g_error ("%u jobs did not end within a minute", *(const guint *) user_data);
  return G_SOURCE_REMOVE;
}

void
fixture_wait_zero (const guint *counter)
{
  guint give_up = g_timeout_add_seconds (60, on_give_up_cb, (gpointer) counter);

  while (*counter > 0)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (give_up);
}
