/* test-database-open.c: upgrades, copies, damage, unclean stops, and several processes
 *
 * With arguments it is the other process: "write PATH FROM" writes numbers from FROM on, one after
 * the other, and prints each that was acknowledged; "write-group PATH FROM" keeps many jobs queued.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "database-fixture.h"
#include "shoal-connection-private.h"
#include "shoal-error.h"

static const char *own_path;

static gboolean
insert_job (ShoalConnection *connection, gpointer data, GError **error)
{
  return shoal_connection_run (connection, error, "INSERT INTO numbers (number) VALUES (?)", "i",
                               *(gint64 *) data);
}

static gboolean
has_job (ShoalConnection *connection, gpointer data, GError **error)
{
  gint64 *number = data;

  return shoal_connection_query_integer (
      connection, -1, number, error, "SELECT number FROM numbers WHERE number = ?", "i", *number);
}

static gboolean
count_job (ShoalConnection *connection, gpointer data, GError **error)
{
  return shoal_connection_query_integer (connection, -1, data, error,
                                         "SELECT count(*) FROM numbers", "");
}

static gboolean
checkpoint_job (ShoalConnection *connection, gpointer data, GError **error)
{
  return sqlite3_wal_checkpoint_v2 (shoal_connection_get_sqlite (connection), NULL,
                                    SQLITE_CHECKPOINT_PASSIVE, NULL, NULL)
         == SQLITE_OK;
}

static void
assert_query (ShoalDatabase *database, ShoalDatabaseFunc func, gint64 *value)
{
  g_autoptr (GError) error = NULL;

  shoal_database_read (database, func, value, &error);
  g_assert_no_error (error);
}

static void
assert_count (ShoalDatabase *database, gint64 expected)
{
  gint64 n = -1;

  assert_query (database, count_job, &n);
  g_assert_cmpint (n, ==, expected);
}

static void
insert (ShoalDatabase *database, gint64 number)
{
  g_autoptr (GError) error = NULL;

  shoal_database_write (database, insert_job, &number, &error);
  g_assert_no_error (error);
}

static void
assert_mode (const char *path, const char *suffix)
{
  g_autofree char *name = g_strconcat (path, suffix, NULL);
  struct stat info;

  g_assert_cmpint (stat (name, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 07777, ==, 0600);
}

static void
test_private_files (void)
{
  Fixture f;
  mode_t old = umask (0);

  fixture_set_up (&f);
  insert (f.database, 1);
  assert_mode (f.path, "");
  assert_mode (f.path, "-wal");
  assert_mode (f.path, "-shm");
  fixture_close (&f);
  /* Made private again if somebody changed it. */
  g_assert_cmpint (chmod (f.path, 0644), ==, 0);
  fixture_open (&f);
  assert_mode (f.path, "");
  fixture_tear_down (&f);
  umask (old);
}

static void
test_reopen (void)
{
  Fixture f;

  fixture_set_up (&f);
  insert (f.database, 1);
  fixture_close (&f);

  /* A clean stop leaves one file and its lock. */
  g_autofree char *log = g_strconcat (f.path, "-wal", NULL);

  g_assert_false (g_file_test (log, G_FILE_TEST_EXISTS));
  fixture_open (&f);
  assert_count (f.database, 1);
  fixture_tear_down (&f);
}

static void
assert_open_fails (
    const char *path, const char *const *migrations, guint n, int code, const char *part)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalDatabase) database = shoal_database_open (path, migrations, n, &error);

  g_assert_null (database);
  g_assert_error (error, SHOAL_ERROR, code);
  if (strstr (error->message, part) == NULL)
    g_error ("“%s” does not say “%s”", error->message, part);
}

static void
test_migrations (void)
{
  const char *const good[] = {
    fixture_migrations[0],
    "ALTER TABLE numbers ADD COLUMN name TEXT; UPDATE numbers SET name = 'n' || number;",
    "CREATE TABLE more (id INTEGER PRIMARY KEY); INSERT INTO more VALUES (1);",
  };
  const char *const bad[] = { good[0], "CREATE TABLE half (id); INSERT INTO nowhere VALUES (1);" };
  const char *const dangling[] = {
    good[0],
    "CREATE TABLE child (n INTEGER REFERENCES numbers (id)); INSERT INTO child VALUES (77);"
  };
  Fixture f;
  g_autoptr (GError) error = NULL;

  fixture_set_up (&f);
  insert (f.database, 5);
  fixture_close (&f);

  /* A bad one is undone; the copy stays. */
  assert_open_fails (f.path, bad, 2, SHOAL_ERROR_INTERNAL, "version 2");
  assert_open_fails (f.path, dangling, 2, SHOAL_ERROR_INTERNAL, "child");
  fixture_open (&f);
  assert_count (f.database, 1);
  fixture_close (&f);

  g_autofree char *copy_2 = g_strconcat (f.path, ".before-2", NULL);
  g_autofree char *copy_3 = g_strconcat (f.path, ".before-3", NULL);

  g_assert_true (g_file_test (copy_2, G_FILE_TEST_EXISTS));

  f.database = shoal_database_open (f.path, good, 3, &error);
  g_assert_no_error (error);
  assert_count (f.database, 1);
  fixture_close (&f);
  assert_mode (copy_3, "");

  /* An older program refuses. */
  assert_open_fails (f.path, good, 2, SHOAL_ERROR_VERSION, "newer program");

  /* The copy is whole, and of the old version. */
  g_autofree char *path = g_steal_pointer (&f.path);

  f.path = g_strdup (copy_3);
  fixture_open (&f);
  assert_count (f.database, 1);
  fixture_close (&f);
  g_free (f.path);
  f.path = g_steal_pointer (&path);
  fixture_tear_down (&f);
}

static void
test_first_time_has_no_copy (void)
{
  Fixture f;

  fixture_set_up (&f);

  g_autofree char *copy = g_strconcat (f.path, ".before-1", NULL);

  g_assert_false (g_file_test (copy, G_FILE_TEST_EXISTS));
  fixture_tear_down (&f);
}

static void
test_not_a_database (void)
{
  Fixture f;
  g_autofree char *text = g_strnfill (10000, 'x');
  g_autoptr (GError) error = NULL;

  fixture_make_folder (&f);
  g_file_set_contents (f.path, text, -1, &error);
  g_assert_no_error (error);
  assert_open_fails (f.path, fixture_migrations, 1, SHOAL_ERROR_CORRUPT, f.path);
  g_assert_cmpint (g_remove (f.path), ==, 0);

  /* A link is not followed; a folder is not a file. */
  g_assert_cmpint (symlink ("elsewhere", f.path), ==, 0);
  assert_open_fails (f.path, fixture_migrations, 1, SHOAL_ERROR_IO, "regular");
  g_assert_cmpint (g_remove (f.path), ==, 0);
  g_assert_cmpint (g_mkdir (f.path, 0700), ==, 0);
  assert_open_fails (f.path, fixture_migrations, 1, SHOAL_ERROR_IO, "regular");
  assert_open_fails ("/nonexistent/x.db", fixture_migrations, 1, SHOAL_ERROR_NOT_FOUND,
                     "/nonexistent/x.db");
  fixture_tear_down (&f);
}

static gboolean
many_texts_job (ShoalConnection *connection, gpointer data, GError **error)
{
  return shoal_connection_run (
      connection, error,
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) "
      "INSERT INTO texts (text) SELECT hex (randomblob (100)) FROM n",
      "");
}

static pid_t
start_writer (const char *command, const char *path, gint64 from, int *output)
{
  int fds[2];
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, from);

  g_assert_cmpint (pipe2 (fds, O_CLOEXEC), ==, 0);

  pid_t pid = fork ();

  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    {
      dup2 (fds[1], 1);
      execl (own_path, own_path, command, path, number, NULL);
      _exit (127);
    }
  close (fds[1]);
  *output = fds[0];
  return pid;
}

/* Reads one acknowledged number; FALSE at the end. */
static gboolean
read_number (int fd, gint64 *number)
{
  gsize have = 0;

  while (have < sizeof (*number))
    {
      gssize n = read (fd, (char *) number + have, sizeof (*number) - have);

      if (n == 0)
        return FALSE;
      if (n < 0 && errno == EINTR)
        continue;
      g_assert_cmpint (n, >, 0);
      have += (gsize) n;
    }
  return TRUE;
}

/* After an unclean stop the file is checked: damage behind SQLite's back is found at once. */
static void
test_unclean_and_damaged (void)
{
  Fixture f;
  int output = -1;
  gint64 number = 0;
  g_autoptr (GError) error = NULL;

  fixture_set_up (&f);
  shoal_database_write (f.database, many_texts_job, NULL, &error);
  g_assert_no_error (error);
  fixture_close (&f);

  pid_t pid = start_writer ("write", f.path, 1, &output);

  g_assert_true (read_number (output, &number));
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
  close (output);

  g_autofree char *log = g_strconcat (f.path, "-wal", NULL);
  g_autofree char *junk = g_malloc (4096);

  g_assert_true (g_file_test (log, G_FILE_TEST_EXISTS));
  memset (junk, 0x5a, 4096);

  int fd = open (f.path, O_WRONLY);

  g_assert_cmpint (pwrite (fd, junk, 4096, 4096 * 20), ==, 4096);
  close (fd);
  g_test_expect_message ("shoal-database", G_LOG_LEVEL_MESSAGE, "*not closed properly*");
  assert_open_fails (f.path, fixture_migrations, 1, SHOAL_ERROR_CORRUPT, f.path);
  g_test_assert_expected_messages ();
  fixture_tear_down (&f);
}

/* Everything that a killed process acknowledged is there. */
static void
kill_rounds (const char *command, int n_rounds)
{
  Fixture f;
  gint64 next = 1;
  g_autoptr (GArray) acknowledged = g_array_new (FALSE, FALSE, sizeof (gint64));

  fixture_set_up (&f);
  fixture_close (&f);
  for (int round = 0; round < n_rounds; round++)
    {
      int output = -1;
      pid_t pid = start_writer (command, f.path, next, &output);
      gint64 number = 0;
      gint64 n_wanted = g_test_rand_int_range (1, 60);

      for (gint64 i = 0; i < n_wanted && read_number (output, &number); i++)
        g_array_append_val (acknowledged, number);
      g_usleep ((gulong) g_test_rand_int_range (0, 2000));
      kill (pid, SIGKILL);
      while (read_number (output, &number))
        g_array_append_val (acknowledged, number);
      waitpid (pid, NULL, 0);
      close (output);
      next += 1000000;

      g_test_expect_message ("shoal-database", G_LOG_LEVEL_MESSAGE, "*not closed properly*");
      fixture_open (&f);
      g_test_assert_expected_messages ();
      for (guint i = 0; i < acknowledged->len; i++)
        {
          gint64 expected = g_array_index (acknowledged, gint64, i);

          number = expected;
          assert_query (f.database, has_job, &number);
          g_assert_cmpint (number, ==, expected);
        }
      fixture_close (&f);
    }
  g_assert_cmpuint (acknowledged->len, >=, (guint) n_rounds);
  fixture_tear_down (&f);
}

static void
test_kill (void)
{
  kill_rounds ("write", 12);
}

static void
test_kill_groups (void)
{
  kill_rounds ("write-group", 12);
}

static void
test_two_processes (void)
{
  Fixture f;
  int output = -1;
  gint64 number = 0;

  fixture_set_up (&f);

  pid_t pid = start_writer ("write", f.path, 1000000, &output);

  /* Each sees what the other has written, nobody fails, and the running one is not taken for an
   * unclean stop. */
  for (gint64 i = 0; i < 100; i++)
    {
      g_assert_true (read_number (output, &number));

      gint64 found = number;

      assert_query (f.database, has_job, &found);
      g_assert_cmpint (found, ==, number);
      insert (f.database, i);
    }
  kill (pid, SIGTERM);
  waitpid (pid, NULL, 0);
  close (output);
  fixture_tear_down (&f);
}

static void
test_upgrade_waits (void)
{
  Fixture f;

  /* A second opener, while the first is open: no check, no exclusive lock, at once. */
  fixture_set_up (&f);
  insert (f.database, 1);

  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalDatabase) second = shoal_database_open (f.path, fixture_migrations, 1, &error);

  g_assert_no_error (error);
  assert_count (second, 1);
  insert (second, 2);
  assert_count (f.database, 2);
  shoal_database_write (second, checkpoint_job, NULL, &error);
  shoal_database_close (second);
  insert (f.database, 3);
  assert_count (f.database, 3);
  fixture_tear_down (&f);
}

/* ---- The other process ------------------------------------------------------------------- */

static void
acknowledge (gint64 number)
{
  if (write (1, &number, sizeof (number)) != sizeof (number))
    _exit (1);
}

static void
on_written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  gint64 *number = shoal_database_finish (SHOAL_DATABASE (source), result, NULL);
  gint64 *next = user_data;

  if (number == NULL)
    _exit (1);
  acknowledge (*number);

  gint64 *again = g_memdup2 (next, sizeof (*next));

  (*next)++;
  shoal_database_write_async (SHOAL_DATABASE (source), insert_job, again, g_free, NULL,
                              on_written_cb, next);
}

static G_NORETURN void
other_process (const char *command, const char *path, gint64 from)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalDatabase) database = shoal_database_open (path, fixture_migrations, 1, &error);

  if (database == NULL)
    g_error ("%s", error->message);
  if (strcmp (command, "write-group") == 0)
    {
      for (int i = 0; i < 40; i++, from++)
        shoal_database_write_async (database, insert_job, g_memdup2 (&from, sizeof (from)), g_free,
                                    NULL, on_written_cb, &from);
      while (TRUE)
        g_main_context_iteration (NULL, TRUE);
    }
  for (;; from++)
    {
      if (!shoal_database_write (database, insert_job, &from, &error))
        g_error ("%s", error->message);
      acknowledge (from);
    }
}

int
main (int argc, char **argv)
{
  if (argc == 4 && g_str_has_prefix (argv[1], "write"))
    other_process (argv[1], argv[2], g_ascii_strtoll (argv[3], NULL, 10));

  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);

  own_path = self;
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/database/open/private-files", test_private_files);
  g_test_add_func ("/database/open/reopen", test_reopen);
  g_test_add_func ("/database/open/migrations", test_migrations);
  g_test_add_func ("/database/open/first-time-has-no-copy", test_first_time_has_no_copy);
  g_test_add_func ("/database/open/not-a-database", test_not_a_database);
  g_test_add_func ("/database/open/unclean-and-damaged", test_unclean_and_damaged);
  g_test_add_func ("/database/open/kill", test_kill);
  g_test_add_func ("/database/open/kill-groups", test_kill_groups);
  g_test_add_func ("/database/open/two-processes", test_two_processes);
  g_test_add_func ("/database/open/upgrade-waits", test_upgrade_waits);
  return g_test_run ();
}
