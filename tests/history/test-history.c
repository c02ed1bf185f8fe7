/* test-history.c: what has ended is kept, once, newest first
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "shoal-error.h"
#include "shoal-history.h"
#include "shoal-limits.h"
#include "test-folder.h"

typedef struct
{
  TestFolder *folder;
  char *path;
  ShoalDatabase *database;
} Fixture;

static void
set_up (Fixture *self, gconstpointer unused)
{
  const char *const migrations[] = { shoal_history_schema };
  g_autoptr (GError) error = NULL;

  self->folder = test_folder_new ();
  self->path = g_build_filename (self->folder->path, "shoal.db", NULL);
  self->database = shoal_database_open (self->path, migrations, G_N_ELEMENTS (migrations), &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *self, gconstpointer unused)
{
  shoal_database_close (self->database);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_clear_object (&self->database);
  g_clear_pointer (&self->path, g_free);
  test_folder_free (self->folder);
}

static gboolean
on_wake_cb (gpointer unused)
{
  return G_SOURCE_CONTINUE;
}

/* Runs the main loop until @condition. */
#define wait_until(condition)                                                                      \
  G_STMT_START                                                                                     \
  {                                                                                                \
    gint64 deadline_ = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;                              \
    guint wake_ = g_timeout_add (100, on_wake_cb, NULL);                                           \
    while (!(condition))                                                                           \
      {                                                                                            \
        g_assert_cmpint (g_get_monotonic_time (), <, deadline_);                                   \
        g_main_context_iteration (NULL, TRUE);                                                     \
      }                                                                                            \
    g_source_remove (wake_);                                                                       \
  }                                                                                                \
  G_STMT_END

static void
on_result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
on_added_cb (ShoalHistory *history, ShoalHistoryEntry *entry, guint *n)
{
  (*n)++;
}

static GPtrArray *
list (ShoalHistory *history, guint limit)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  shoal_history_list_async (history, limit, NULL, on_result_cb, &result);
  wait_until (result != NULL);
  GPtrArray *entries = shoal_history_list_finish (history, result, &error);
  g_assert_no_error (error);
  return entries;
}

static ShoalHistoryEntry *
make_entry (const char *uuid, gint64 ended_ms)
{
  ShoalHistoryEntry *entry = shoal_history_entry_new ();

  entry->uuid = g_strdup (uuid);
  entry->ended_ms = ended_ms;
  return entry;
}

static void
on_cleared_cb (ShoalHistory *history, gint64 until_ms, gint64 *seen)
{
  *seen = until_ms;
}

/* Beside the connections of @self, as another process would. */
static ShoalHistoryEntry *
peek (Fixture *self, const char *uuid, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  shoal_history_peek_async (self->path, uuid, NULL, on_result_cb, &result);
  wait_until (result != NULL);
  return shoal_history_peek_finish (result, error);
}

static void
assert_peek (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalHistoryEntry) entry = peek (self, "u1", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (entry->uuid, ==, "u1");
  g_assert_cmpstr (entry->name, ==, "plan — final.pdf");
  g_assert_cmpstr (entry->outcome, ==, "failed");
  g_assert_cmpstr (entry->destination, ==, "/tmp/plan");
  g_assert_true (entry->upload && entry->folder);
  g_assert_null (peek (self, "' OR 1 --", &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND);
}

static void
test_peek_without_database (void)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  shoal_history_peek_async ("/nowhere/at/all.db", "u1", NULL, on_result_cb, &result);
  wait_until (result != NULL);
  g_assert_null (shoal_history_peek_finish (result, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND);
}

static void
test_history (Fixture *self, gconstpointer unused)
{
  g_autoptr (ShoalHistory) history = shoal_history_new (self->database);
  guint n = 0;

  g_signal_connect (history, "added", G_CALLBACK (on_added_cb), &n);
  ShoalHistoryEntry *full = make_entry ("u1", 1000);
  full->upload = TRUE;
  full->name = g_strdup ("plan — final.pdf");
  full->folder = TRUE;
  full->id.bytes[31] = 7;
  full->size = G_GUINT64_CONSTANT (1) << 43;
  full->bytes = 12345;
  full->elapsed_ms = 678;
  full->outcome = g_strdup ("failed");
  full->reason = g_strdup ("why");
  full->users = g_strdup ("ada, ben");
  full->bad_sources = g_strdup ("mallory");
  full->destination = g_strdup ("/tmp/plan");
  shoal_history_add (history, full);
  shoal_history_add (history, make_entry ("u3", 3000));
  shoal_history_add (history, make_entry ("u2", 2000));
  shoal_history_add (history, make_entry ("u1", 9000)); /* the same one again */
  shoal_history_add (history, make_entry ("u4", 3000));
  wait_until (n == 4);

  g_autoptr (GPtrArray) entries = list (history, 100);
  const char *const wanted[] = { "u4", "u3", "u2", "u1" };
  g_assert_cmpuint (entries->len, ==, G_N_ELEMENTS (wanted));
  for (guint i = 0; i < entries->len; i++)
    g_assert_cmpstr (((ShoalHistoryEntry *) entries->pdata[i])->uuid, ==, wanted[i]);
  const ShoalHistoryEntry *last = g_ptr_array_index (entries, 3);
  g_assert_true (last->upload && last->folder);
  g_assert_cmpstr (last->name, ==, "plan — final.pdf");
  g_assert_cmpuint (last->id.bytes[31], ==, 7);
  g_assert_cmpuint (last->size, ==, G_GUINT64_CONSTANT (1) << 43);
  g_assert_cmpuint (last->bytes, ==, 12345);
  g_assert_cmpint (last->elapsed_ms, ==, 678);
  g_assert_cmpint (last->ended_ms, ==, 1000);
  g_assert_cmpstr (last->outcome, ==, "failed");
  g_assert_cmpstr (last->reason, ==, "why");
  g_assert_cmpstr (last->users, ==, "ada, ben");
  g_assert_cmpstr (last->bad_sources, ==, "mallory");
  g_assert_cmpstr (last->destination, ==, "/tmp/plan");

  assert_peek (self);

  g_autoptr (GPtrArray) two = list (history, 2);
  g_assert_cmpuint (two->len, ==, 2);
  g_autoptr (GPtrArray) one = list (history, 0);
  g_assert_cmpuint (one->len, ==, 1);

  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gint64 cleared = 0;
  g_signal_connect (history, "cleared", G_CALLBACK (on_cleared_cb), &cleared);
  shoal_history_clear_async (history, NULL, on_result_cb, &result);
  wait_until (result != NULL);
  g_assert_true (shoal_history_clear_finish (history, result, &error));
  g_assert_cmpint (cleared, ==, G_MAXINT64);
  g_assert_no_error (error);
  g_autoptr (GPtrArray) none = list (history, 100);
  g_assert_cmpuint (none->len, ==, 0);
}

/* ---- Too many ---- */

typedef struct
{
  gint64 downloads;
  gint64 uploads;
} Counts;

/* Many, as if they had ended in the seconds 1, 2, 3…: first all downloads, then all uploads. */
static gboolean
fill_job (ShoalConnection *connection, gpointer data, GError **error)
{
  const Counts *counts = data;

  return shoal_connection_run (
      connection, error,
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 + ?2) "
      "INSERT INTO history (uuid, upload, name, folder, content, size, bytes, elapsed_ms, "
      "ended_ms, "
      "outcome) SELECT 'n' || i, i > ?1, 'name', 0, x'00', 0, 0, 0, i, 'finished' FROM n",
      "ii", counts->downloads, counts->uploads);
}

static gboolean
count_job (ShoalConnection *connection, gpointer data, GError **error)
{
  Counts *counts = data;

  return shoal_connection_query_integer (connection, 0, &counts->uploads, error,
                                         "SELECT count(*) FROM history WHERE upload", "")
         && shoal_connection_query_integer (connection, 0, &counts->downloads, error,
                                            "SELECT count(*) FROM history WHERE NOT upload", "");
}

static void
add_uploads (Fixture *f, ShoalHistory *history, guint count)
{
  guint n_added = 0;
  gulong id = g_signal_connect (history, "added", G_CALLBACK (on_added_cb), &n_added);

  for (guint i = 0; i < count; i++)
    {
      g_autofree char *uuid = g_uuid_string_random ();
      ShoalHistoryEntry *entry = make_entry (uuid, G_GINT64_CONSTANT (1000000) + i);

      entry->upload = TRUE;
      shoal_history_add (history, entry);
    }
  wait_until (n_added == count);
  g_signal_handler_disconnect (history, id);
}

static Counts
count (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  Counts counts = { 0 };

  g_assert_true (shoal_database_read (f->database, count_job, &counts, &error));
  g_assert_no_error (error);
  return counts;
}

/* Whoever serves a lot keeps what he has fetched, though that is older. */
static void
test_uploads_and_downloads (Fixture *f, gconstpointer unused)
{
  g_autoptr (ShoalHistory) history = shoal_history_new (f->database);
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  Counts counts = { 10, SHOAL_MAX_HISTORY_ROWS - 12 };

  g_assert_true (shoal_database_write (f->database, fill_job, &counts, &error));
  g_assert_no_error (error);
  add_uploads (f, history, 5);
  counts = count (f);
  g_assert_cmpint (counts.downloads, ==, 10);
  g_assert_cmpint (counts.uploads, <=, SHOAL_MAX_HISTORY_ROWS - 10);
  g_assert_cmpint (counts.uploads, >, SHOAL_MAX_HISTORY_ROWS * 9 / 10);

  /* What was cleared is not counted any more. */
  shoal_history_clear_async (history, NULL, on_result_cb, &result);
  add_uploads (f, history, 3);
  counts = count (f);
  g_assert_cmpint (counts.downloads, ==, 0);
  g_assert_cmpint (counts.uploads, ==, 3);
}

/* Where there are more downloads, uploads have their part too. */
static void
test_more_downloads (Fixture *f, gconstpointer unused)
{
  g_autoptr (ShoalHistory) history = shoal_history_new (f->database);
  g_autoptr (GError) error = NULL;
  Counts counts = { SHOAL_MAX_HISTORY_ROWS, 0 };

  g_assert_true (shoal_database_write (f->database, fill_job, &counts, &error));
  g_assert_no_error (error);
  add_uploads (f, history, 2);
  counts = count (f);
  g_assert_cmpint (counts.downloads, <=, SHOAL_MAX_HISTORY_ROWS - 2);
  g_assert_cmpint (counts.uploads, ==, 2);
}

int
main (int argc, char **argv)
{
  g_unsetenv ("XDG_RUNTIME_DIR");
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/history", Fixture, NULL, set_up, test_history, tear_down);
  g_test_add ("/history/uploads-and-downloads", Fixture, NULL, set_up, test_uploads_and_downloads,
              tear_down);
  g_test_add ("/history/more-downloads", Fixture, NULL, set_up, test_more_downloads, tear_down);
  g_test_add_func ("/history/peek/nothing", test_peek_without_database);
  return g_test_run ();
}
