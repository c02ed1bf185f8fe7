/* bench-opening.c: not a test: how long the main loop waits while groups open, close and change
 *
 * The worst of it: each time a group opens, its database has not been closed properly and is of an
 * older version, and holds many rows and many members. No tracker answers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "bench-opening.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <stdio.h>

#include "gui-fill.h"
#include "gui-fixture.h"
#include "gui-loop.h"

#define N_OFFERS (10000)
#define N_MEMBERS (1000)
#define N_ROUNDS (5)

static const char members_sql[]
    = "DELETE FROM kept_members;"
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) "
      "INSERT INTO kept_members SELECT printf ('%032x', i), json_object ('account', "
      "printf ('%032x', i), 'user', printf ('member %d', i), 'online', json ('false'), 'owner', "
      "json ('false'), 'last_seen_ms', 1700000000000, 'files', i, 'bytes', i * 1000, 'devices', "
      "json_array (json_object ('device', printf ('%064x', i), 'name', printf ('computer %d', i), "
      "'online', json ('false'), 'last_seen_ms', 1700000000000))) FROM n;"
      "INSERT OR REPLACE INTO kept_roster VALUES (1, 1700000000000);";
/* As the version before left it. */
static const char older_sql[] = "DROP TABLE share_switch;"
                                "ALTER TABLE share_entry DROP COLUMN hidden;"
                                "PRAGMA user_version = 2;";

static char *
dup_profile (const char *name)
{
  return g_build_filename (g_get_user_data_dir (), "shoal", name, NULL);
}

/* Makes it one that was killed before an upgrade. */
static void
spoil (const char *profile)
{
  g_autofree char *path
      = g_build_filename (g_get_user_data_dir (), "shoal", profile, "shoal.db", NULL);
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  sqlite3 *database = NULL;
  char *message = NULL;

  g_assert_cmpint (sqlite3_open (path, &database), ==, SQLITE_OK);
  if (sqlite3_exec (database, members_sql, NULL, NULL, &message) != SQLITE_OK
      || sqlite3_exec (database, older_sql, NULL, NULL, &message) != SQLITE_OK)
    g_error ("%s", message);
  sqlite3_close (database);
  g_assert_true (g_file_set_contents (log, "not a frame of any log, but there", -1, NULL));
}

static void
print (const char *what, const GuiLoop *loop, gint64 began)
{
  printf ("{\"bench\": \"gui-opening\", \"what\": \"%s\", \"offers\": %d, \"members\": %d, "
          "\"ms\": %.1f, \"longest_ms\": %.2f, \"longest_cpu_ms\": %.2f, "
          "\"longest_work_ms\": %.2f, \"longest_drawing_ms\": %.2f}\n",
          what, N_OFFERS, N_MEMBERS, (double) (g_get_monotonic_time () - began) / 1000,
          (double) loop->longest_us / 1000, (double) loop->longest_cpu_us / 1000,
          (double) loop->longest_work_us / 1000, (double) loop->longest_drawing_us / 1000);
  fflush (stdout);
}

/* ---- Without a window: opening and closing alone ---- */

static void
on_closed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_assert_true (shoal_session_close_finish (SHOAL_SESSION (object), result, NULL));
  *(gboolean *) user_data = TRUE;
}

static gboolean
on_start_cb (gpointer user_data)
{
  shoal_session_start (user_data, "default");
  return G_SOURCE_REMOVE;
}

typedef struct
{
  ShoalSession *session;
  gboolean done;
} Closing;

static gboolean
on_close_cb (gpointer user_data)
{
  Closing *closing = user_data;

  shoal_session_close_async (closing->session, on_closed_cb, &closing->done);
  return G_SOURCE_REMOVE;
}

static void
open_and_close (void)
{
  ShoalSession *session = shoal_session_new ();
  Closing closing = { .session = session };
  gint64 began = g_get_monotonic_time ();
  GuiLoop loop;

  spoil ("default");
  gui_loop_begin ();
  g_idle_add (on_start_cb, session);
  while (shoal_session_get_engine (session) == NULL)
    g_main_context_iteration (NULL, TRUE);
  loop = gui_loop_end ();
  print ("open", &loop, began);

  began = g_get_monotonic_time ();
  gui_loop_begin ();
  g_idle_add (on_close_cb, &closing);
  while (!closing.done)
    g_main_context_iteration (NULL, TRUE);
  loop = gui_loop_end ();
  print ("close", &loop, began);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_finalize_object (session);
}

/* ---- With the window ---- */

static ShoalGroupItem *
get_other (ShoalSession *session)
{
  ShoalGroupItem *current = shoal_session_get_current (session);
  GListModel *groups = shoal_session_get_groups (session);

  for (guint i = 0; i < g_list_model_get_n_items (groups); i++)
    {
      g_autoptr (ShoalGroupItem) group = g_list_model_get_item (groups, i);

      if (group != current)
        return group;
    }
  g_assert_not_reached ();
}

static gboolean
on_switch_cb (gpointer user_data)
{
  shoal_session_open (user_data, get_other (user_data));
  return G_SOURCE_REMOVE;
}

static void
switch_groups (GuiApp *app, gpointer user_data)
{
  ShoalSession *session = shoal_application_get_session (app->application);

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      gui_wait_until (gui_find_text (gui_get_page (app, "browse"), ".bin") != NULL);
      gui_settle (app->view);

      ShoalGroupItem *other = get_other (session);
      g_autofree char *name = g_path_get_basename (shoal_group_item_get_folder (other));
      gint64 began;
      GuiLoop loop;

      spoil (name);
      began = g_get_monotonic_time ();
      gui_loop_begin ();
      g_idle_add (on_switch_cb, session);
      while (shoal_session_get_current (session) != other
             || shoal_session_get_engine (session) == NULL)
        g_main_context_iteration (NULL, TRUE);
      loop = gui_loop_end ();
      print ("switch", &loop, began);
    }
}

static void
join (GuiApp *app, gpointer user_data)
{
  gui_join (app, user_data, "ada", "secret of ada");
}

void
bench_opening (void)
{
  g_autoptr (GuiTracker) first = gui_tracker_new ("open", NULL);
  g_autoptr (GuiTracker) second = gui_tracker_new ("open", NULL);
  g_autofree char *aside = g_build_filename (g_get_user_data_dir (), "aside", NULL);
  g_autofree char *profile = dup_profile ("default");
  g_autofree char *other = dup_profile ("group-2");

  gui_forget ();
  gui_run (NULL, join, (gpointer) gui_tracker_get_link (first));
  gui_fill (0, 0, N_OFFERS);
  g_assert_cmpint (g_rename (profile, aside), ==, 0);
  gui_run (NULL, join, (gpointer) gui_tracker_get_link (second));
  gui_fill (0, 0, N_OFFERS);
  g_assert_cmpint (g_rename (aside, other), ==, 0);
  gui_tracker_stop (first);
  gui_tracker_stop (second);

  for (guint i = 0; i < N_ROUNDS; i++)
    open_and_close ();
  gui_run (NULL, switch_groups, NULL);
  gui_forget ();
}
