/* test-session.c: groups open, close and change while one of them keeps everybody waiting
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "shoal-database.h"
#include "shoal-engine-schema.h"
#include "shoal-session.h"
#include "shoal-tls.h"
#include "test-folder.h"

#define KEY "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde"

typedef struct
{
  TestFolder *folder;
  ShoalSession *session;
  int held; /* -1, or the lock of a database */
} Fixture;

static gboolean
on_look_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static gboolean
on_give_up_cb (gpointer user_data)
{
  g_error ("Waited in vain for %s", (const char *) user_data);
  return G_SOURCE_REMOVE;
}

#define WAIT_UNTIL(condition)                                                                      \
  G_STMT_START                                                                                     \
  {                                                                                                \
    guint give_up = g_timeout_add_seconds (60, on_give_up_cb, (gpointer) G_STRINGIFY (condition)); \
    guint look = g_timeout_add (10, on_look_cb, NULL);                                             \
    while (!(condition))                                                                           \
      g_main_context_iteration (NULL, TRUE);                                                       \
    g_source_remove (look);                                                                        \
    g_source_remove (give_up);                                                                     \
  }                                                                                                \
  G_STMT_END

static void
on_database_made_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  *(ShoalDatabase **) user_data = shoal_engine_database_open_finish (result, &error);
  g_assert_no_error (error);
}

/* A profile that belongs to a group has one. */
static void
make_database (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "shoal.db", NULL);
  g_autoptr (ShoalDatabase) database = NULL;

  shoal_engine_database_open_async (path, NULL, on_database_made_cb, &database);
  WAIT_UNTIL (database != NULL);
  shoal_database_close (database);
}

static void
make_group (const char *name, const char *digit)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "shoal", name, NULL);
  g_autofree char *path = g_build_filename (folder, "group.ini", NULL);
  g_autofree char *text = g_strdup_printf (
      "[group]\naddresses=127.0.0.1:1;\nkey=" KEY "%s\nname=%s\nuser=ada\n", digit, name);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  make_database (folder);
}

/* The database of @name is kept from being opened, as by a process that checks it. */
static void
hold (Fixture *fixture, const char *name)
{
  g_autofree char *path
      = g_build_filename (g_get_user_data_dir (), "shoal", name, "shoal.db.lock", NULL);

  fixture->held = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  g_assert_cmpint (fixture->held, >=, 0);
  g_assert_cmpint (flock (fixture->held, LOCK_EX | LOCK_NB), ==, 0);
}

static void
let_go (Fixture *fixture)
{
  g_assert_cmpint (close (fixture->held), ==, 0);
  fixture->held = -1;
}

/* Somebody has begun to work on the group @name. */
static gboolean
was_locked (const char *name)
{
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), "shoal", name, "lock", NULL);
  GStatBuf info;

  return g_stat (path, &info) == 0 && info.st_size > 0;
}

/* Nobody works on the group @name. Not to be asked while somebody may begin to. */
static gboolean
is_free (const char *name)
{
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), "shoal", name, "lock", NULL);
  int fd = open (path, O_RDWR | O_CLOEXEC);
  gboolean is_free = fd < 0 || flock (fd, LOCK_EX | LOCK_NB) == 0;

  if (fd >= 0)
    close (fd);
  return is_free;
}

static ShoalGroupItem *
find (Fixture *fixture, const char *digit)
{
  g_autofree char *key = g_strconcat (KEY, digit, NULL);

  return shoal_session_find (fixture->session, key);
}

static gboolean
is_open (Fixture *fixture, const char *name)
{
  ShoalEngine *engine = shoal_session_get_engine (fixture->session);
  g_autofree char *folder = NULL;

  if (engine == NULL || shoal_session_get_state (fixture->session) != SHOAL_SESSION_OPEN)
    return FALSE;
  folder = g_path_get_basename (shoal_profile_get_folder (shoal_engine_get_profile (engine)));
  return g_str_equal (folder, name);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *root = g_build_filename (g_get_user_data_dir (), "shoal", NULL);

  fixture->held = -1;
  fixture->folder = test_folder_new ();
  /* The data folder is asked for once in a process: each test has its own below it. */
  g_assert_cmpint (g_mkdir_with_parents (g_get_user_data_dir (), 0700), ==, 0);
  g_assert_cmpint (symlink (fixture->folder->path, root), ==, 0);
  make_group ("a", "a");
  make_group ("b", "b");
  fixture->session = shoal_session_new ();
}

static void
on_closed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_assert_true (shoal_session_close_finish (SHOAL_SESSION (object), result, NULL));
  *(gboolean *) user_data = TRUE;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autofree char *root = g_build_filename (g_get_user_data_dir (), "shoal", NULL);
  gboolean closed = FALSE;

  shoal_session_close_async (fixture->session, on_closed_cb, &closed);
  WAIT_UNTIL (closed);
  g_assert_true (is_free ("a") && is_free ("b"));
  WAIT_UNTIL (!g_main_context_iteration (NULL, FALSE)
              && G_OBJECT (fixture->session)->ref_count == 1);
  g_assert_finalize_object (fixture->session);
  if (fixture->held >= 0)
    close (fixture->held);
  g_assert_cmpint (g_unlink (root), ==, 0);
  test_folder_free (fixture->folder);
}

static void
test_switch (Fixture *fixture, gconstpointer data)
{
  shoal_session_start (fixture->session, "a");
  WAIT_UNTIL (is_open (fixture, "a"));
  g_assert_false (is_free ("a"));
  shoal_session_open (fixture->session, find (fixture, "b"));
  /* What is to come is shown while the other one still closes. */
  g_assert_null (shoal_session_get_engine (fixture->session));
  g_assert_cmpint (shoal_session_get_state (fixture->session), ==, SHOAL_SESSION_OPENING);
  g_assert_true (shoal_session_get_current (fixture->session) == find (fixture, "b"));
  WAIT_UNTIL (is_open (fixture, "b"));
  g_assert_true (is_free ("a"));
}

/* Somebody who does not want to wait for one opens another. */
static void
test_switch_while_opening (Fixture *fixture, gconstpointer data)
{
  hold (fixture, "a");
  shoal_session_start (fixture->session, "a");
  WAIT_UNTIL (was_locked ("a"));
  g_assert_cmpint (shoal_session_get_state (fixture->session), ==, SHOAL_SESSION_OPENING);
  shoal_session_open (fixture->session, find (fixture, "b"));
  WAIT_UNTIL (is_open (fixture, "b"));
  g_assert_true (is_free ("a"));
  shoal_session_open (fixture->session, find (fixture, "a"));
  shoal_session_open (fixture->session, find (fixture, "b"));
  shoal_session_open (fixture->session, find (fixture, "a"));
  let_go (fixture);
  WAIT_UNTIL (is_open (fixture, "a"));
}

/* tear_down() closes it. */
static void
test_close_while_opening (Fixture *fixture, gconstpointer data)
{
  hold (fixture, "a");
  shoal_session_start (fixture->session, "a");
  WAIT_UNTIL (was_locked ("a"));
}

static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), "shoal", "a", "shoal.db", NULL);
  g_autofree char *text = g_strnfill (10000, 'x');

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  shoal_session_start (fixture->session, "a");
  WAIT_UNTIL (shoal_session_get_state (fixture->session) == SHOAL_SESSION_FAILED);
  g_assert_nonnull (strstr (shoal_session_get_message (fixture->session), "shoal.db"));
  g_assert_true (is_free ("a"));
  /* Once more, after the user has put things in order. */
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_unlink (path), ==, 0);
  make_database (folder);
  shoal_session_open (fixture->session, find (fixture, "a"));
  WAIT_UNTIL (is_open (fixture, "a"));
}

static void
keep_result (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static ShoalEngine *
finish_prepare (Fixture *fixture, GAsyncResult **result)
{
  g_autoptr (GError) error = NULL;

  WAIT_UNTIL (*result != NULL);

  ShoalEngine *engine = shoal_session_prepare_finish (fixture->session, *result, &error);

  g_assert_no_error (error);
  g_clear_object (result);
  return engine;
}

/* The free folder is one: who tries again at once waits until it has been left. */
static void
test_prepare_again (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) cancelled = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  ShoalEngine *engine;

  shoal_session_prepare_async (fixture->session, NULL, keep_result, &result);
  engine = finish_prepare (fixture, &result);
  shoal_session_discard (fixture->session, engine, NULL);
  g_object_unref (engine);
  shoal_session_prepare_async (fixture->session, cancellable, keep_result, &cancelled);
  shoal_session_prepare_async (fixture->session, NULL, keep_result, &result);
  g_cancellable_cancel (cancellable);
  engine = finish_prepare (fixture, &result);
  g_assert_null (shoal_session_prepare_finish (fixture->session, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  shoal_session_discard (fixture->session, engine, NULL);
  g_object_unref (engine);
  WAIT_UNTIL (is_free ("default"));
}

int
main (int argc, char *argv[])
{
  g_autofree char *data = g_dir_make_tmp ("shoal-session-XXXXXX", NULL);

  /* No keyring may answer in a test. */
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  g_unsetenv ("XDG_RUNTIME_DIR");
  g_setenv ("XDG_DATA_HOME", data, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_assert_true (shoal_tls_init (NULL));
#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/session/switch", test_switch);
  ADD ("/session/switch-while-opening", test_switch_while_opening);
  ADD ("/session/close-while-opening", test_close_while_opening);
  ADD ("/session/damaged", test_damaged);
  ADD ("/session/prepare-again", test_prepare_again);

  int status = g_test_run ();

  g_rmdir (data);
  return status;
}
