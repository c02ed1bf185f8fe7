/* test-engine-life.c: an engine opens and closes, whole or not at all, while the main loop goes on
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "fake-tracker.h"
#include "shoal-engine.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-link.h"
#include "shoal-tls.h"
#include "test-folder.h"

typedef struct
{
  TestFolder *folder;
  ShoalProfile *profile;
  ShoalEngine *engine;
} Fixture;

static void
keep_result (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
open_profile (Fixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  shoal_profile_open_locked_async (fixture->folder->path, NULL, keep_result, &result);
  WAIT_UNTIL (result != NULL);
  fixture->profile = shoal_profile_open_locked_finish (result, &error);
  g_assert_no_error (error);
  g_assert_true (shoal_profile_is_locked (fixture->profile));
  fixture->engine = shoal_engine_new (fixture->profile);
}

static void
drop_engine (Fixture *fixture)
{
  WAIT_UNTIL (!g_main_context_iteration (NULL, FALSE)
              && G_OBJECT (fixture->engine)->ref_count == 1);
  g_assert_finalize_object (fixture->engine);
  fixture->engine = NULL;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = test_folder_new ();
  open_profile (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  if (fixture->engine != NULL)
    drop_engine (fixture);
  g_assert_finalize_object (fixture->profile);
  test_folder_free (fixture->folder);
}

static void
start (Fixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  shoal_engine_start_async (fixture->engine, NULL, keep_result, &result);
  WAIT_UNTIL (result != NULL);
  g_assert_true (shoal_engine_start_finish (fixture->engine, result, &error));
  g_assert_no_error (error);
}

static void
stop (Fixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;

  shoal_engine_stop_async (fixture->engine, keep_result, &result);
  WAIT_UNTIL (result != NULL);
  g_assert_true (shoal_engine_stop_finish (fixture->engine, result, NULL));
}

/* Whether the database is open, or being opened. */
static int
try_lock (Fixture *fixture)
{
  g_autofree char *path
      = g_strconcat (shoal_profile_get_database_path (fixture->profile), ".lock", NULL);
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  g_assert_cmpint (fd, >=, 0);
  if (flock (fd, LOCK_EX | LOCK_NB) == 0)
    return fd;
  close (fd);
  return -1;
}

static void
assert_closed (Fixture *fixture)
{
  int fd = try_lock (fixture);

  g_assert_cmpint (fd, >=, 0);
  close (fd);
}

static void
assert_start_cancelled (Fixture *fixture, GAsyncResult *result)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (shoal_engine_start_finish (fixture->engine, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_closed (fixture);
}

static gboolean
on_tick_cb (gpointer user_data)
{
  (*(guint *) user_data)++;
  return G_SOURCE_CONTINUE;
}

/* Lets the main loop go on for a moment in which nothing else is to happen. */
static void
wait_ticks (guint n)
{
  guint n_ticks = 0;
  guint tick = g_timeout_add (10, on_tick_cb, &n_ticks);

  WAIT_UNTIL (n_ticks >= n);
  g_source_remove (tick);
}

/* ---- Opening and closing ---- */

static void
test_start_and_stop (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;

  start (fixture);
  g_assert_cmpint (try_lock (fixture), ==, -1);
  g_assert_nonnull (shoal_engine_get_directory (fixture->engine));
  shoal_engine_stop_async (fixture->engine, keep_result, &first);
  shoal_engine_stop_async (fixture->engine, keep_result, &second);
  WAIT_UNTIL (first != NULL);
  assert_closed (fixture);
  WAIT_UNTIL (second != NULL);
  g_assert_true (shoal_engine_stop_finish (fixture->engine, first, NULL));
  g_assert_true (shoal_engine_stop_finish (fixture->engine, second, NULL));
  g_clear_object (&first);
  g_clear_object (&second);
  stop (fixture);
}

static void
test_stop_before_start (Fixture *fixture, gconstpointer data)
{
  stop (fixture);
}

/* Nothing of a start that was cancelled is left, wherever it was; the next one finds all in order.
 */
static void
test_cancel_anywhere (Fixture *fixture, gconstpointer data)
{
  gboolean done = FALSE;

  for (guint n = 0; !done; n++)
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();

      shoal_engine_start_async (fixture->engine, cancellable, keep_result, &result);
      for (guint i = 0; i < n && result == NULL; i++)
        g_main_context_iteration (NULL, TRUE);
      done = result != NULL;
      g_cancellable_cancel (cancellable);
      WAIT_UNTIL (result != NULL);
      if (done)
        {
          g_assert_true (shoal_engine_start_finish (fixture->engine, result, NULL));
          stop (fixture);
        }
      else
        assert_start_cancelled (fixture, result);
      g_clear_object (&result);
      drop_engine (fixture);
      fixture->engine = shoal_engine_new (fixture->profile);
    }
}

/* Another process checks or upgrades the database. */
static void
test_locked (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  int fd = try_lock (fixture);

  g_assert_cmpint (fd, >=, 0);
  shoal_engine_start_async (fixture->engine, cancellable, keep_result, &result);
  wait_ticks (10);
  g_assert_null (result);
  g_cancellable_cancel (cancellable);
  WAIT_UNTIL (result != NULL);
  close (fd);
  assert_start_cancelled (fixture, result);
}

static void
test_stop_while_starting (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) started = NULL;
  g_autoptr (GAsyncResult) stopped = NULL;
  int fd = try_lock (fixture);

  g_assert_cmpint (fd, >=, 0);
  shoal_engine_start_async (fixture->engine, NULL, keep_result, &started);
  wait_ticks (3);
  shoal_engine_stop_async (fixture->engine, keep_result, &stopped);
  WAIT_UNTIL (stopped != NULL);
  /* Who waits for the start hears of it before who waits for the end. */
  g_assert_nonnull (started);
  close (fd);
  assert_start_cancelled (fixture, started);
  g_assert_true (shoal_engine_stop_finish (fixture->engine, stopped, NULL));
}

/* ---- Doing nothing ---- */

/* How often the threads of this process that serve have gone to sleep so far. */
static guint64
count_sleeps (void)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  guint64 n = 0;

  for (const char *task = g_dir_read_name (tasks); task != NULL; task = g_dir_read_name (tasks))
    {
      g_autofree char *path = g_build_filename ("/proc/self/task", task, "status", NULL);
      g_autofree char *text = NULL;

      if (!g_file_get_contents (path, &text, NULL, NULL))
        continue;

      if (!g_str_has_prefix (text, "Name:\tpeer-server\n"))
        continue;

      const char *line = strstr (text, "\nvoluntary_ctxt_switches:");

      g_assert_nonnull (line);
      n += g_ascii_strtoull (strchr (line + 1, ':') + 1, NULL, 10);
    }
  return n;
}

/* How long the main loop would sleep now, in milliseconds; -1: for ever; 0: there is work. */
static int
get_sleep (void)
{
  GPollFD fds[64];
  int priority = 0;
  int timeout = 0;

  g_assert_true (g_main_context_acquire (g_main_context_default ()));

  gboolean ready = g_main_context_prepare (g_main_context_default (), &priority);
  int n = g_main_context_query (g_main_context_default (), G_MAXINT, &timeout, fds,
                                G_N_ELEMENTS (fds));

  g_assert_cmpint (n, <=, G_N_ELEMENTS (fds));
  if (!ready && g_poll (fds, (guint) n, 0) == 0)
    ready = g_main_context_check (g_main_context_default (), priority, fds, n);
  else
    ready = TRUE;
  g_main_context_release (g_main_context_default ());
  return ready ? 0 : timeout;
}

/* Runs the main loop until it would sleep for @least_ms. */
static void
wait_for_sleep (int least_ms)
{
  gint64 end = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;

  for (int sleep = get_sleep (); sleep != -1 && sleep < least_ms; sleep = get_sleep ())
    {
      if (g_get_monotonic_time () > end)
        g_error ("Still something to do in %d ms", sleep);
      g_main_context_iteration (NULL, TRUE);
    }
}

static gboolean
on_window_over_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Longer than anything that ever looked every few seconds. */
#define IDLE_MS (6500)

static guint64
count_sleeps_while_idle (void)
{
  gboolean over = FALSE;
  guint64 before = count_sleeps ();

  g_timeout_add (IDLE_MS, on_window_over_cb, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
  return count_sleeps () - before;
}

/* A tracker that wants a sign of life (a third of this) less often than one does by default. */
static JsonObject *
answer_hello (FakeTracker *tracker,
              const char *method,
              JsonObject *params,
              gpointer user_data,
              GError **error)
{
  if (!g_str_equal (method, "hello"))
    return NULL;
  return shoal_json_new ("protocol", "i", (gint64) 1, "software", "s", "fake", "group", "s",
                         user_data, "name", "s", "Lab", "time_ms", "i", g_get_real_time () / 1000,
                         "sign_up", "s", "open", "idle_ms", "i", (gint64) (10 * 60 * 1000), NULL);
}

/* One that is signed in, serves, shares nothing and moves nothing. */
static void
test_idle (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ShoalDeviceKey) key = shoal_device_key_generate (NULL);
  const char *fingerprint = shoal_device_key_get_fingerprint (key);
  g_autoptr (FakeTracker) tracker = fake_tracker_new (key, 0, answer_hello, (gpointer) fingerprint);
  g_autofree char *text = g_strdup_printf ("shoal://%s/?key=%s",
                                           fake_tracker_get_addresses (tracker)[0], fingerprint);
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalLink) link = shoal_link_parse (text, &error);
  g_autoptr (GAsyncResult) result = NULL;

  g_assert_no_error (error);
  start (fixture);
  shoal_engine_sign_in_async (fixture->engine, link, NULL, "ada", "a password", NULL, keep_result,
                              &result);
  WAIT_UNTIL (result != NULL);
  g_assert_true (shoal_engine_sign_in_finish (fixture->engine, result, &error));
  g_assert_no_error (error);
  g_assert_true (shoal_engine_begin_serving (fixture->engine, 0, &error));
  shoal_engine_run_all (fixture->engine);
  /* The members are written down five seconds after they were told, and what waited for the answer
   * to the sign-in looks once more when that would have been too late. */
  wait_for_sleep (15 * 1000);
  g_assert_cmpuint (count_sleeps (), >, 0);
  g_assert_cmpuint (count_sleeps_while_idle (), ==, 0);
  stop (fixture);
}

/* Nobody is signed in: nothing is left at all. */
static void
test_idle_signed_out (Fixture *fixture, gconstpointer data)
{
  start (fixture);
  wait_for_sleep (60 * 1000);
  stop (fixture);
}

/* ---- What cannot be opened ---- */

static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strnfill (10000, 'x');

  g_assert_true (
      g_file_set_contents (shoal_profile_get_database_path (fixture->profile), text, -1, NULL));
  shoal_engine_start_async (fixture->engine, NULL, keep_result, &result);
  WAIT_UNTIL (result != NULL);
  g_assert_false (shoal_engine_start_finish (fixture->engine, result, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_CORRUPT);
  assert_closed (fixture);
}

/* Of a profile that belongs to a group an empty database is a loss, not a beginning. */
static void
test_no_database (Fixture *fixture, gconstpointer data)
{
  const char *path = shoal_profile_get_database_path (fixture->profile);
  g_autofree char *group = g_build_filename (fixture->folder->path, "group.ini", NULL);
  g_autofree char *key = g_strnfill (64, 'a');
  g_autofree char *text = g_strdup_printf ("[group]\naddresses=127.0.0.1:1;\nkey=%s\n", key);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GStatBuf st;

  g_assert_true (g_file_set_contents (group, text, -1, NULL));
  if (data != NULL)
    g_assert_true (g_file_set_contents (path, "", 0, NULL));
  shoal_engine_start_async (fixture->engine, NULL, keep_result, &result);
  WAIT_UNTIL (result != NULL);
  g_assert_false (shoal_engine_start_finish (fixture->engine, result, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, path));
  assert_closed (fixture);
  g_assert_true (g_stat (path, &st) != 0 || st.st_size == 0);
}

static void
test_damaged_group (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (fixture->folder->path, "group.ini", NULL);

  g_assert_true (g_file_set_contents (path, "[group]\nkey=no key\n", -1, NULL));
  shoal_engine_start_async (fixture->engine, NULL, keep_result, &result);
  WAIT_UNTIL (result != NULL);
  g_assert_false (shoal_engine_start_finish (fixture->engine, result, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
}

static void
test_profile_in_use (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  shoal_profile_open_locked_async (fixture->folder->path, NULL, keep_result, &result);
  WAIT_UNTIL (result != NULL);
  g_assert_null (shoal_profile_open_locked_finish (result, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_BUSY);
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;

  g_assert_true (shoal_tls_init (&error));
  /* No keyring may answer in a test. */
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  g_unsetenv ("XDG_RUNTIME_DIR");
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/engine-life/start-and-stop", test_start_and_stop);
  ADD ("/engine-life/stop-before-start", test_stop_before_start);
  ADD ("/engine-life/cancel-anywhere", test_cancel_anywhere);
  ADD ("/engine-life/locked", test_locked);
  ADD ("/engine-life/stop-while-starting", test_stop_while_starting);
  ADD ("/engine-life/idle", test_idle);
  ADD ("/engine-life/idle-signed-out", test_idle_signed_out);
  ADD ("/engine-life/damaged", test_damaged);
  ADD ("/engine-life/no-database", test_no_database);
  g_test_add ("/engine-life/empty-database", Fixture, "", set_up, test_no_database, tear_down);
  ADD ("/engine-life/damaged-group", test_damaged_group);
  ADD ("/engine-life/profile-in-use", test_profile_in_use);
  return g_test_run ();
}
