/* test-database.c: groups, snapshots, cancelling, statements, errors
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "database-fixture.h"
#include "shoal-connection-private.h"
#include "shoal-error.h"
#include "shoal-limits.h"

typedef struct
{
  gint64 number;
  gint64 result;
  gboolean fail;
  guint *n_destroyed;
} Insert;

typedef struct
{
  guint n_pending;
  guint n_ok;
  guint n_failed;
  GError *last_error;
} Tally;

static void
insert_free (gpointer data)
{
  Insert *insert = data;

  if (insert->n_destroyed != NULL)
    (*insert->n_destroyed)++;
  g_free (insert);
}

static gboolean
insert_job (ShoalConnection *connection, gpointer data, GError **error)
{
  Insert *insert = data;

  if (!shoal_connection_run (connection, error, "INSERT INTO numbers (number) VALUES (?)", "i",
                             insert->number))
    return FALSE;
  insert->result = shoal_connection_last_row_id (connection);
  if (insert->fail)
    return shoal_set_field_error (error, "number", "asked to fail");
  return TRUE;
}

static gboolean
count_job (ShoalConnection *connection, gpointer data, GError **error)
{
  return shoal_connection_query_integer (connection, -1, data, error,
                                         "SELECT count(*) FROM numbers", "");
}

static gint64
count (ShoalDatabase *database)
{
  g_autoptr (GError) error = NULL;
  gint64 n = -1;

  shoal_database_read (database, count_job, &n, &error);
  g_assert_no_error (error);
  return n;
}

static void
on_insert_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Tally *tally = user_data;
  g_autoptr (GError) error = NULL;
  Insert *insert = shoal_database_finish (SHOAL_DATABASE (source), result, &error);

  tally->n_pending--;
  if (insert != NULL)
    {
      g_assert_no_error (error);
      g_assert_cmpint (insert->result, >, 0);
      tally->n_ok++;
    }
  else
    {
      g_assert_nonnull (error);
      tally->n_failed++;
      g_clear_error (&tally->last_error);
      tally->last_error = g_steal_pointer (&error);
    }
}

static void
queue_insert (ShoalDatabase *database,
              gint64 number,
              gboolean fail,
              guint *n_destroyed,
              GCancellable *cancellable,
              Tally *tally)
{
  Insert *insert = g_new0 (Insert, 1);

  insert->number = number;
  insert->fail = fail;
  insert->n_destroyed = n_destroyed;
  tally->n_pending++;
  shoal_database_write_async (database, insert_job, insert, insert_free, cancellable, on_insert_cb,
                              tally);
}

static void
test_group_isolation (void)
{
  Fixture f;
  Tally tally = { 0 };
  guint n_destroyed = 0;

  fixture_set_up (&f);
  for (int i = 0; i < 1000; i++)
    queue_insert (f.database, i, i % 10 == 3, &n_destroyed, NULL, &tally);
  fixture_wait_zero (&tally.n_pending);
  g_assert_cmpuint (tally.n_ok, ==, 900);
  g_assert_cmpuint (tally.n_failed, ==, 100);
  g_assert_error (tally.last_error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
  g_assert_cmpstr (shoal_error_get_field (tally.last_error), ==, "number");
  g_assert_cmpint (count (f.database), ==, 900);
  g_assert_cmpuint (n_destroyed, ==, 1000);
  g_clear_error (&tally.last_error);
  fixture_tear_down (&f);
}

static void
test_unique_is_exists (void)
{
  Fixture f;
  Insert insert = { .number = 7 };
  g_autoptr (GError) error = NULL;

  fixture_set_up (&f);
  g_assert_true (shoal_database_write (f.database, insert_job, &insert, &error));
  g_assert_no_error (error);
  g_assert_false (shoal_database_write (f.database, insert_job, &insert, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_EXISTS);
  g_assert_cmpint (count (f.database), ==, 1);
  fixture_tear_down (&f);
}

static gboolean
bad_sql_job (ShoalConnection *connection, gpointer data, GError **error)
{
  return shoal_connection_run (connection, error, data, "");
}

static void
test_wrong_sql (void)
{
  static const char *const wrong[] = {
    "SELEC 1",
    "SELECT 1; SELECT 2",
    "",
    ";",
    "SELECT ?",
    "INSERT INTO nowhere VALUES (1)",
    "SELECT \"no such column\" FROM numbers",
  };
  Fixture f;

  fixture_set_up (&f);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (shoal_database_write (f.database, bad_sql_job, (gpointer) wrong[i], &error));
      g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INTERNAL);
    }
  /* The reader does not write. */
  g_autoptr (GError) error = NULL;

  g_assert_false (shoal_database_read (
      f.database, bad_sql_job, (gpointer) "INSERT INTO numbers (number) VALUES (1)", &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_IO);
  fixture_tear_down (&f);
}

static gboolean
values_job (ShoalConnection *connection, gpointer data, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new ("a\0b", 3);
  g_autoptr (GBytes) empty = g_bytes_new ("", 0);

  g_assert_true (shoal_connection_run (
      connection, error, "INSERT INTO texts (text, bytes) VALUES (?, ?), (?, ?), (?, ?)", "sbsbsd",
      "häßlich", bytes, NULL, NULL, "", "xyz", (gsize) 2));
  g_assert_cmpint (shoal_connection_changes (connection), ==, 3);
  g_assert_true (shoal_connection_run (
      connection, error, "INSERT INTO texts (text, bytes) VALUES (?, ?)", "sb", "empty", empty));

  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error, "SELECT text, bytes FROM texts ORDER BY id", "");
  /* The same statement while the first is being stepped. */
  g_autoptr (ShoalRows) again = shoal_connection_query (
      connection, error, "SELECT text, bytes FROM texts ORDER BY id", "");
  gsize size = 99;

  g_assert_true (shoal_rows_next (rows, error));
  g_assert_true (shoal_rows_next (again, error));
  g_assert_cmpstr (shoal_rows_string (rows, 0), ==, "häßlich");
  g_assert_cmpstr (shoal_rows_string (again, 0), ==, "häßlich");

  g_autoptr (GBytes) read = shoal_rows_dup_blob (rows, 1);

  g_assert_true (g_bytes_equal (read, bytes));
  g_assert_true (shoal_rows_next (rows, error));
  g_assert_null (shoal_rows_string (rows, 0));
  g_assert_null (shoal_rows_blob (rows, 1, &size));
  g_assert_cmpuint (size, ==, 0);
  g_assert_true (shoal_rows_next (rows, error));

  g_autofree char *text = shoal_rows_dup_string (rows, 0);

  g_assert_cmpstr (text, ==, "");
  g_assert_cmpmem (shoal_rows_blob (rows, 1, &size), 2, "xy", 2);
  g_assert_cmpuint (size, ==, 2);
  g_assert_true (shoal_rows_next (rows, error));
  g_assert_nonnull (shoal_rows_blob (rows, 1, &size));
  g_assert_cmpuint (size, ==, 0);
  g_assert_false (shoal_rows_next (rows, error));

  gint64 value = 0;

  g_assert_true (shoal_connection_query_integer (
      connection, -5, &value, error, "SELECT id FROM texts WHERE text = ?", "s", "none"));
  g_assert_cmpint (value, ==, -5);
  return TRUE;
}

static void
test_values (void)
{
  Fixture f;
  g_autoptr (GError) error = NULL;

  fixture_set_up (&f);
  g_assert_true (shoal_database_write (f.database, values_job, NULL, &error));
  g_assert_no_error (error);
  fixture_tear_down (&f);
}

static gboolean
many_statements_job (ShoalConnection *connection, gpointer data, GError **error)
{
  for (int i = 0; i < 1000; i++)
    {
      g_autofree char *sql = g_strdup_printf ("SELECT %d WHERE ? = 1", i);
      gint64 value = -1;

      if (!shoal_connection_query_integer (connection, -1, &value, error, sql, "i", (gint64) 1))
        return FALSE;
      g_assert_cmpint (value, ==, i);
    }
  int n = 0;

  for (sqlite3_stmt *stmt = NULL;
       (stmt = sqlite3_next_stmt (shoal_connection_get_sqlite (connection), stmt)) != NULL;)
    n++;
  g_assert_cmpint (n, <, 300);
  return TRUE;
}

static void
test_many_statements (void)
{
  Fixture f;
  g_autoptr (GError) error = NULL;

  fixture_set_up (&f);
  g_assert_true (shoal_database_read (f.database, many_statements_job, NULL, &error));
  g_assert_no_error (error);
  fixture_tear_down (&f);
}

typedef struct
{
  GMutex mutex;
  GCond cond;
  gboolean entered;
  gboolean proceed;
  gint64 before;
  gint64 after;
} Gate;

static void
gate_enter (Gate *gate)
{
  g_mutex_lock (&gate->mutex);
  gate->entered = TRUE;
  g_cond_broadcast (&gate->cond);
  while (!gate->proceed)
    g_cond_wait (&gate->cond, &gate->mutex);
  g_mutex_unlock (&gate->mutex);
}

static void
gate_wait_entered (Gate *gate)
{
  g_mutex_lock (&gate->mutex);
  while (!gate->entered)
    g_cond_wait (&gate->cond, &gate->mutex);
  g_mutex_unlock (&gate->mutex);
}

static void
gate_open (Gate *gate)
{
  g_mutex_lock (&gate->mutex);
  gate->proceed = TRUE;
  g_cond_broadcast (&gate->cond);
  g_mutex_unlock (&gate->mutex);
}

static gboolean
snapshot_job (ShoalConnection *connection, gpointer data, GError **error)
{
  Gate *gate = data;

  if (!count_job (connection, &gate->before, error))
    return FALSE;
  gate_enter (gate);
  return count_job (connection, &gate->after, error);
}

static void
on_done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Tally *tally = user_data;

  g_autoptr (GError) error = NULL;

  tally->n_pending--;
  shoal_database_finish (SHOAL_DATABASE (source), result, &error);
  if (error == NULL)
    {
      tally->n_ok++;
      return;
    }
  tally->n_failed++;
  g_clear_error (&tally->last_error);
  tally->last_error = g_steal_pointer (&error);
}

static void
test_snapshot (void)
{
  Fixture f;
  Gate gate = { 0 };
  Tally tally = { .n_pending = 1 };
  Insert insert = { .number = 1 };
  g_autoptr (GError) error = NULL;

  fixture_set_up (&f);
  shoal_database_read_async (f.database, snapshot_job, &gate, NULL, NULL, on_done_cb, &tally);
  gate_wait_entered (&gate);
  /* The writer does not wait for the reader. */
  g_assert_true (shoal_database_write (f.database, insert_job, &insert, &error));
  g_assert_no_error (error);
  gate_open (&gate);
  fixture_wait_zero (&tally.n_pending);
  g_assert_no_error (tally.last_error);
  g_assert_cmpint (gate.before, ==, 0);
  g_assert_cmpint (gate.after, ==, 0);
  g_assert_cmpint (count (f.database), ==, 1);
  fixture_tear_down (&f);
}

static gboolean
endless_job (ShoalConnection *connection, gpointer data, GError **error)
{
  gint64 value = 0;
  Gate *gate = data;

  gate_enter (gate);
  return shoal_connection_query_integer (
      connection, 0, &value, error,
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
      "");
}

static void
test_cancel (void)
{
  Fixture f;
  Gate gate = { 0 };
  Tally tally = { .n_pending = 1 };
  guint n_destroyed = 0;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  fixture_set_up (&f);
  shoal_database_read_async (f.database, endless_job, &gate, NULL, cancellable, on_done_cb, &tally);
  gate_wait_entered (&gate);
  gate_open (&gate);
  g_cancellable_cancel (cancellable);
  fixture_wait_zero (&tally.n_pending);
  g_assert_error (tally.last_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&tally.last_error);

  /* Cancelled before it begins: not run, and freed. */
  queue_insert (f.database, 5, FALSE, &n_destroyed, cancellable, &tally);
  fixture_wait_zero (&tally.n_pending);
  g_assert_error (tally.last_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (n_destroyed, ==, 1);
  g_assert_cmpint (count (f.database), ==, 0);
  g_clear_error (&tally.last_error);
  fixture_tear_down (&f);
}

static gboolean
limit_pages_job (ShoalConnection *connection, gpointer data, GError **error)
{
  gint64 pages = 0;

  if (!shoal_connection_query_integer (connection, 0, &pages, error, "PRAGMA page_count", ""))
    return FALSE;

  g_autofree char *sql = g_strdup_printf ("PRAGMA max_page_count = %" G_GINT64_FORMAT,
                                          *(gboolean *) data ? pages + 4 : 1000000);

  return shoal_connection_run (connection, error, sql, "");
}

static gboolean
big_job (ShoalConnection *connection, gpointer data, GError **error)
{
  return shoal_connection_run (connection, error,
                               "INSERT INTO texts (bytes) VALUES (zeroblob (100000))", "");
}

static void
test_no_space (void)
{
  Fixture f;
  Insert insert = { .number = 1 };
  gboolean limited = TRUE;
  g_autoptr (GError) error = NULL;

  fixture_set_up (&f);
  g_assert_true (shoal_database_write (f.database, insert_job, &insert, &error));
  g_assert_true (shoal_database_write (f.database, limit_pages_job, &limited, &error));
  g_assert_no_error (error);
  g_assert_false (shoal_database_write (f.database, big_job, NULL, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_NO_SPACE);
  g_clear_error (&error);
  g_assert_cmpint (count (f.database), ==, 1);
  /* It goes on when there is room. */
  limited = FALSE;
  g_assert_true (shoal_database_write (f.database, limit_pages_job, &limited, &error));
  g_assert_no_error (error);
  g_assert_true (shoal_database_write (f.database, big_job, NULL, &error));
  g_assert_no_error (error);
  fixture_tear_down (&f);
}

static void
test_no_space_group (void)
{
  Fixture f;
  Tally tally = { 0 };
  gboolean limited = TRUE;
  g_autoptr (GError) error = NULL;

  fixture_set_up (&f);
  g_assert_true (shoal_database_write (f.database, limit_pages_job, &limited, &error));
  g_assert_no_error (error);
  for (int i = 0; i < 50; i++)
    queue_insert (f.database, i, FALSE, NULL, NULL, &tally);
  tally.n_pending++;
  shoal_database_write_async (f.database, big_job, NULL, NULL, NULL, on_done_cb, &tally);
  for (int i = 50; i < 100; i++)
    queue_insert (f.database, i, FALSE, NULL, NULL, &tally);
  fixture_wait_zero (&tally.n_pending);
  g_assert_error (tally.last_error, SHOAL_ERROR, SHOAL_ERROR_NO_SPACE);
  /* Whoever was told of success is there, and nobody else. */
  g_assert_cmpint (count (f.database), ==, tally.n_ok);
  g_clear_error (&tally.last_error);
  fixture_tear_down (&f);
}

static gboolean
commit_job (ShoalConnection *connection, gpointer data, GError **error)
{
  return shoal_connection_run (connection, error, "COMMIT", "");
}

static void
test_rude_job (void)
{
  Fixture f;
  Insert insert = { .number = 1 };
  g_autoptr (GError) error = NULL;

  fixture_set_up (&f);
  g_assert_false (shoal_database_write (f.database, commit_job, NULL, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INTERNAL);
  g_clear_error (&error);
  g_assert_true (shoal_database_write (f.database, insert_job, &insert, &error));
  g_assert_no_error (error);
  fixture_tear_down (&f);
}

static void
test_closed (void)
{
  Fixture f;
  Tally tally = { 0 };
  Insert insert = { .number = 1 };
  g_autoptr (GError) error = NULL;

  fixture_set_up (&f);
  for (int i = 0; i < 300; i++)
    queue_insert (f.database, i, FALSE, NULL, NULL, &tally);
  /* What is queued is run. */
  shoal_database_close (f.database);
  fixture_wait_zero (&tally.n_pending);
  g_assert_cmpuint (tally.n_ok, ==, 300);
  queue_insert (f.database, 1000, FALSE, NULL, NULL, &tally);
  fixture_wait_zero (&tally.n_pending);
  g_assert_error (tally.last_error, SHOAL_ERROR, SHOAL_ERROR_CANCELLED);
  g_assert_false (shoal_database_write (f.database, insert_job, &insert, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_CANCELLED);
  g_clear_error (&tally.last_error);
  fixture_tear_down (&f);
}

static gboolean
cache_job (ShoalConnection *connection, gpointer data, GError **error)
{
  return shoal_connection_query_integer (connection, 0, data, error, "PRAGMA cache_size", "");
}

/* ---- Turns ---- */

typedef struct
{
  GMutex *gate;   /* held by the test until all are queued */
  GString *order; /* what ran, under the gate */
  char letter;
} Turn;

static gboolean
turn_job (ShoalConnection *connection, gpointer data, GError **error)
{
  const Turn *turn = data;

  g_mutex_lock (turn->gate);
  g_string_append_c (turn->order, turn->letter);
  g_mutex_unlock (turn->gate);
  return TRUE;
}

static void
on_turn_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  shoal_database_finish (SHOAL_DATABASE (source), result, &error);
  g_assert_no_error (error);
  --*(guint *) user_data;
}

typedef void (*QueueFunc) (ShoalDatabase *self,
                           const ShoalTurn *turn,
                           ShoalDatabaseFunc func,
                           gpointer data,
                           GDestroyNotify destroy,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);

/* One who has 64 jobs does not keep out one who has one, nor somebody who comes in. */
static void
check_turns (Fixture *f, QueueFunc queue)
{
  const ShoalTurn eve = { "eve", FALSE };
  const ShoalTurn ada = { "ada", FALSE };
  const ShoalTurn stranger = { "192.0.2.1", TRUE };
  g_autoptr (GString) order = g_string_new (NULL);
  GMutex gate;
  guint n_pending = 66;

  g_mutex_init (&gate);
  g_mutex_lock (&gate);

  Turn turns[] = { { &gate, order, 'e' }, { &gate, order, 'a' }, { &gate, order, 's' } };

  for (guint i = 0; i < 64; i++)
    queue (f->database, &eve, turn_job, &turns[0], NULL, NULL, on_turn_cb, &n_pending);
  queue (f->database, &ada, turn_job, &turns[1], NULL, NULL, on_turn_cb, &n_pending);
  queue (f->database, &stranger, turn_job, &turns[2], NULL, NULL, on_turn_cb, &n_pending);
  g_mutex_unlock (&gate);
  fixture_wait_zero (&n_pending);
  g_assert_cmpuint (order->len, ==, 66);
  g_assert_cmpint (strchr (order->str, 's') - order->str, <=, 2);
  g_assert_cmpint (strchr (order->str, 'a') - order->str, <=, 4);
  g_mutex_clear (&gate);
}

static void
test_turns (void)
{
  Fixture f;

  fixture_set_up (&f);
  check_turns (&f, shoal_database_read_for_async);
  check_turns (&f, shoal_database_write_for_async);
  fixture_tear_down (&f);
}

/* ---- Results that nobody takes ---- */

static gboolean
note_job (ShoalConnection *connection, gpointer data, GError **error)
{
  g_atomic_int_inc ((gint *) data);
  return TRUE;
}

/* What has been read waits to be taken: the reader does not go on making more. Somebody who waits
 * for an answer of his own, and takes nothing meanwhile, gets it all the same. */
static void
test_undelivered (void)
{
  Fixture f;
  const ShoalTurn eve = { "eve", FALSE };
  gint n_run = 0;
  guint n_pending = 200;

  fixture_set_up (&f);
  for (guint i = 0; i < n_pending; i++)
    shoal_database_read_for_async (f.database, &eve, note_job, &n_run, NULL, NULL, on_turn_cb,
                                   &n_pending);
  while (g_atomic_int_get (&n_run) < SHOAL_DATABASE_UNDELIVERED)
    g_thread_yield ();
  /* The reader has time enough meanwhile. */
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (GError) error = NULL;
      Insert insert = { .number = i };

      g_assert_true (shoal_database_write (f.database, insert_job, &insert, &error));
    }
  g_assert_cmpint (g_atomic_int_get (&n_run), ==, SHOAL_DATABASE_UNDELIVERED);
  g_assert_cmpint (count (f.database), ==, 20);
  fixture_wait_zero (&n_pending);
  g_assert_cmpint (g_atomic_int_get (&n_run), ==, 200);
  fixture_tear_down (&f);
}

static void
test_cache (void)
{
  Fixture f;
  gint64 size = 0;
  g_autoptr (GError) error = NULL;

  fixture_set_up (&f);
  g_assert_true (shoal_database_set_cache (f.database, 1 << 20, 2 << 20, &error));
  g_assert_no_error (error);
  g_assert_true (shoal_database_write (f.database, cache_job, &size, &error));
  g_assert_cmpint (size, ==, -1024);
  g_assert_true (shoal_database_read (f.database, cache_job, &size, &error));
  g_assert_cmpint (size, ==, -2048);
  fixture_tear_down (&f);
}

static gboolean
features_job (ShoalConnection *connection, gpointer data, GError **error)
{
  static const char *const pragmas[] = { "synchronous", "foreign_keys", "trusted_schema" };
  static const gint64 values[] = { 2, 1, 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (pragmas); i++)
    {
      g_autofree char *sql = g_strconcat ("PRAGMA ", pragmas[i], NULL);
      gint64 value = -1;

      g_assert_true (shoal_connection_query_integer (connection, -1, &value, error, sql, ""));
      g_assert_cmpint (value, ==, values[i]);
    }
  g_autoptr (ShoalRows) rows
             = shoal_connection_query (connection, error, "PRAGMA journal_mode", "");

  g_assert_true (shoal_rows_next (rows, error));
  g_assert_cmpstr (shoal_rows_string (rows, 0), ==, "wal");
  return TRUE;
}

static gboolean
trigram_job (ShoalConnection *connection, gpointer data, GError **error)
{
  return shoal_connection_run (connection, error,
                               "CREATE VIRTUAL TABLE words USING fts5 (word, tokenize = 'trigram')",
                               "")
         && shoal_connection_run (connection, error, "INSERT INTO words VALUES (?)", "s",
                                  "a folder of birds")
         && shoal_connection_query_integer (connection, 0, data, error,
                                            "SELECT count(*) FROM words WHERE words MATCH ?", "s",
                                            "\"older\"");
}

static void
test_features (void)
{
  Fixture f;
  gint64 n = 0;
  g_autoptr (GError) error = NULL;

  fixture_set_up (&f);
  g_assert_true (shoal_database_write (f.database, features_job, NULL, &error));
  g_assert_true (shoal_database_read (f.database, features_job, NULL, &error));
  g_assert_true (shoal_database_write (f.database, trigram_job, &n, &error));
  g_assert_no_error (error);
  g_assert_cmpint (n, ==, 1);
  fixture_tear_down (&f);
}

static void
test_finalize (void)
{
  Fixture f;
  Tally tally = { 0 };

  fixture_set_up (&f);
  queue_insert (f.database, 1, FALSE, NULL, NULL, &tally);
  fixture_wait_zero (&tally.n_pending);
  /* The last source may still hold the task for a moment. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (g_steal_pointer (&f.database));
  fixture_tear_down (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/database/group-isolation", test_group_isolation);
  g_test_add_func ("/database/unique-is-exists", test_unique_is_exists);
  g_test_add_func ("/database/wrong-sql", test_wrong_sql);
  g_test_add_func ("/database/values", test_values);
  g_test_add_func ("/database/many-statements", test_many_statements);
  g_test_add_func ("/database/snapshot", test_snapshot);
  g_test_add_func ("/database/cancel", test_cancel);
  g_test_add_func ("/database/no-space", test_no_space);
  g_test_add_func ("/database/no-space-group", test_no_space_group);
  g_test_add_func ("/database/rude-job", test_rude_job);
  g_test_add_func ("/database/closed", test_closed);
  g_test_add_func ("/database/turns", test_turns);
  g_test_add_func ("/database/undelivered", test_undelivered);
  g_test_add_func ("/database/cache", test_cache);
  g_test_add_func ("/database/features", test_features);
  g_test_add_func ("/database/finalize", test_finalize);
  return g_test_run ();
}
