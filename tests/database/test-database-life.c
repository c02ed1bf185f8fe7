/* test-database-life.c: opening and closing while the main loop goes on, and giving it up
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "database-fixture.h"
#include "shoal-error.h"

/* Would take hours. */
static const char endless[]
    = "CREATE TABLE later (n INTEGER);"
      "INSERT INTO later WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
      "WHERE i < 1000000000000) SELECT max (i) FROM n;";

static void
keep_result (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static gboolean
on_tick_cb (gpointer user_data)
{
  (*(guint *) user_data)++;
  return G_SOURCE_CONTINUE;
}

static gboolean
on_give_up_cb (gpointer user_data)
{
  g_error ("Waited in vain");
  return G_SOURCE_REMOVE;
}

static gboolean
on_look_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* A thread may be what makes it true, so it is looked at again every 10 ms. */
#define WAIT_UNTIL(condition)                                                                      \
  G_STMT_START                                                                                     \
  {                                                                                                \
    guint give_up = g_timeout_add_seconds (60, on_give_up_cb, NULL);                               \
    guint look = g_timeout_add (10, on_look_cb, NULL);                                             \
    while (!(condition))                                                                           \
      g_main_context_iteration (NULL, TRUE);                                                       \
    g_source_remove (look);                                                                        \
    g_source_remove (give_up);                                                                     \
  }                                                                                                \
  G_STMT_END

static void
open_async (Fixture *f,
            const char *const *migrations,
            guint n_migrations,
            GCancellable *cancellable,
            GAsyncResult **result)
{
  shoal_database_open_async (f->path, migrations, n_migrations, cancellable, keep_result, result);
}

static void
assert_cancelled (GAsyncResult *result)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (shoal_database_open_finish (result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Nobody has the database open. */
static void
assert_let_go (Fixture *f)
{
  g_autofree char *path = g_strconcat (f->path, ".lock", NULL);
  int fd = open (path, O_RDWR | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (flock (fd, LOCK_EX | LOCK_NB), ==, 0);
  close (fd);
}

static int
hold_lock (Fixture *f)
{
  g_autofree char *path = g_strconcat (f->path, ".lock", NULL);
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (flock (fd, LOCK_EX | LOCK_NB), ==, 0);
  return fd;
}

static gboolean
insert_job (ShoalConnection *connection, gpointer data, GError **error)
{
  return shoal_connection_run (connection, error, "INSERT INTO numbers (number) VALUES (?)", "i",
                               *(gint64 *) data);
}

static gboolean
count_job (ShoalConnection *connection, gpointer data, GError **error)
{
  return shoal_connection_query_integer (connection, 0, data, error,
                                         "SELECT count (*) FROM numbers", "");
}

static gint64
count (ShoalDatabase *database)
{
  g_autoptr (GError) error = NULL;
  gint64 n = 0;

  shoal_database_read (database, count_job, &n, &error);
  g_assert_no_error (error);
  return n;
}

static void
on_written_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (shoal_database_finish (SHOAL_DATABASE (object), result, &error));
  g_assert_no_error (error);
  (*(guint *) user_data)--;
}

/* What was queued before is on the disk when it is done. */
static void
test_open_and_close (void)
{
  Fixture f;
  g_autoptr (GAsyncResult) opened = NULL;
  g_autoptr (GAsyncResult) closed = NULL;
  g_autoptr (GError) error = NULL;
  guint n_waiting = 100;

  fixture_make_folder (&f);
  open_async (&f, fixture_migrations, 1, NULL, &opened);
  WAIT_UNTIL (opened != NULL);
  f.database = shoal_database_open_finish (opened, &error);
  g_assert_no_error (error);
  for (gint64 i = 0; i < 100; i++)
    shoal_database_write_async (f.database, insert_job, g_memdup2 (&i, sizeof i), g_free, NULL,
                                on_written_cb, &n_waiting);
  shoal_database_close_async (f.database, keep_result, &closed);
  WAIT_UNTIL (closed != NULL);
  g_assert_true (shoal_database_close_finish (f.database, closed, &error));
  assert_let_go (&f);
  WAIT_UNTIL (n_waiting == 0);
  g_clear_object (&closed);
  g_clear_object (&opened);
  /* The thread lets go of it a moment after it has answered. */
  WAIT_UNTIL (!g_main_context_iteration (NULL, FALSE) && G_OBJECT (f.database)->ref_count == 1);
  g_assert_finalize_object (f.database);
  f.database = NULL;

  g_autofree char *log = g_strconcat (f.path, "-wal", NULL);

  g_assert_false (g_file_test (log, G_FILE_TEST_EXISTS));
  fixture_open (&f);
  g_assert_cmpint (count (f.database), ==, 100);
  fixture_tear_down (&f);
}

/* Another process checks or upgrades it. */
static void
test_locked (void)
{
  Fixture f;
  g_autoptr (GAsyncResult) given_up = NULL;
  g_autoptr (GAsyncResult) opened = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  guint n_ticks = 0;
  guint tick = g_timeout_add (10, on_tick_cb, &n_ticks);

  fixture_make_folder (&f);

  int fd = hold_lock (&f);

  open_async (&f, fixture_migrations, 1, cancellable, &given_up);
  open_async (&f, fixture_migrations, 1, NULL, &opened);
  WAIT_UNTIL (n_ticks >= 10);
  g_assert_null (given_up);
  g_cancellable_cancel (cancellable);
  WAIT_UNTIL (given_up != NULL);
  assert_cancelled (given_up);
  g_assert_false (g_file_test (f.path, G_FILE_TEST_EXISTS));
  g_assert_null (opened);
  close (fd);
  WAIT_UNTIL (opened != NULL);
  f.database = shoal_database_open_finish (opened, &error);
  g_assert_no_error (error);
  g_source_remove (tick);
  fixture_tear_down (&f);
}

static void
make_old (Fixture *f)
{
  gint64 number = 1;
  g_autoptr (GError) error = NULL;

  fixture_set_up (f);
  shoal_database_write (f->database, insert_job, &number, &error);
  g_assert_no_error (error);
  fixture_close (f);
}

static void
assert_old (Fixture *f)
{
  assert_let_go (f);
  fixture_open (f);
  g_assert_cmpint (count (f->database), ==, 1);
  fixture_tear_down (f);
}

static void
test_cancelled_upgrade (void)
{
  const char *const migrations[] = { fixture_migrations[0], endless };
  Fixture f;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  make_old (&f);

  g_autofree char *copy = g_strconcat (f.path, ".before-2", NULL);

  open_async (&f, migrations, 2, cancellable, &result);
  WAIT_UNTIL (g_file_test (copy, G_FILE_TEST_EXISTS));
  g_assert_null (result);
  g_cancellable_cancel (cancellable);
  WAIT_UNTIL (result != NULL);
  assert_cancelled (result);
  assert_old (&f);
}

static gboolean
hold_job (ShoalConnection *connection, gpointer data, GError **error)
{
  GCancellable *cancellable = data;
  GPollFD fd;

  g_assert_true (g_cancellable_make_pollfd (cancellable, &fd));
  g_poll (&fd, 1, -1);
  g_cancellable_release_fd (cancellable);
  return TRUE;
}

/* Another connection writes for longer than anybody wants to wait. */
static void
test_cancelled_wait_for_writer (void)
{
  const char *const migrations[] = { fixture_migrations[0], "CREATE TABLE later (n INTEGER);" };
  Fixture f;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GCancellable) writer = g_cancellable_new ();
  guint n_ticks = 0;
  guint tick = g_timeout_add (10, on_tick_cb, &n_ticks);

  make_old (&f);
  fixture_open (&f);
  shoal_database_write_async (f.database, hold_job, writer, NULL, NULL, NULL, NULL);

  g_autofree char *copy = g_strconcat (f.path, ".before-2", NULL);

  open_async (&f, migrations, 2, cancellable, &result);
  WAIT_UNTIL (g_file_test (copy, G_FILE_TEST_EXISTS));
  n_ticks = 0;
  WAIT_UNTIL (n_ticks >= 5);
  g_assert_null (result);

  gint64 began = g_get_monotonic_time ();

  g_cancellable_cancel (cancellable);
  WAIT_UNTIL (result != NULL);
  /* SQLite would have waited ten seconds. */
  g_assert_cmpint (g_get_monotonic_time () - began, <, 5 * G_USEC_PER_SEC);
  assert_cancelled (result);
  g_cancellable_cancel (writer);
  g_source_remove (tick);
  fixture_close (&f);
  assert_old (&f);
}

static void
on_message_cb (const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
  if (strstr (message, "not closed properly") != NULL)
    g_cancellable_cancel (user_data);
}

static void
leave_log (Fixture *f)
{
  g_autofree char *log = g_strconcat (f->path, "-wal", NULL);

  g_assert_true (g_file_set_contents (log, "no frame of a log", -1, NULL));
}

/* In the middle of it is when its thread says that it begins. */
static void
test_cancelled_check (void)
{
  Fixture f;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  guint handler
      = g_log_set_handler ("shoal-database", G_LOG_LEVEL_MESSAGE, on_message_cb, cancellable);

  make_old (&f);
  leave_log (&f);
  open_async (&f, fixture_migrations, 1, cancellable, &result);
  WAIT_UNTIL (result != NULL);
  assert_cancelled (result);
  g_log_remove_handler ("shoal-database", handler);
  assert_old (&f);
}

static void
test_damaged (void)
{
  Fixture f;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strnfill (10000, 'x');

  fixture_make_folder (&f);
  g_assert_true (g_file_set_contents (f.path, text, -1, NULL));
  open_async (&f, fixture_migrations, 1, NULL, &result);
  WAIT_UNTIL (result != NULL);
  g_assert_null (shoal_database_open_finish (result, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_CORRUPT);
  assert_let_go (&f);
  fixture_tear_down (&f);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/database-life/open-and-close", test_open_and_close);
  g_test_add_func ("/database-life/locked", test_locked);
  g_test_add_func ("/database-life/cancelled-upgrade", test_cancelled_upgrade);
  g_test_add_func ("/database-life/cancelled-wait-for-writer", test_cancelled_wait_for_writer);
  g_test_add_func ("/database-life/cancelled-check", test_cancelled_check);
  g_test_add_func ("/database-life/damaged", test_damaged);
  return g_test_run ();
}
