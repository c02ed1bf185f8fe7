/* test-away.c: the tracker goes away, stands still and comes back while the app runs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <signal.h>

#include "gui-fixture.h"

static gboolean
says (GuiApp *app, const char *words)
{
  GtkWidget *label = gui_find (app->view, "state_label");

  return label != NULL && gui_find_text (label, words) != NULL;
}

/* ---- Ended and started again ---- */

static void
lose_and_find (GuiApp *app, gpointer user_data)
{
  GuiTracker *tracker = user_data;
  g_autoptr (GuiPeer) peer = gui_peer_new (gui_tracker_get_link (tracker), "ben");
  g_autofree char *folder = gui_dup_path ("offers");
  g_autofree char *first = gui_make_file (folder, "before.bin", 100 * 1000);
  g_autofree char *second = gui_make_file (folder, "after.bin", 100 * 1000);
  GtkWidget *page;

  g_free (gui_peer_run (peer, "share", first, NULL));
  gui_join (app, gui_tracker_get_link (tracker), "ada", "secret of ada");
  page = gui_get_page (app, "browse");
  gui_wait_until (gui_find_text (page, "before.bin") != NULL);

  gui_tracker_stop (tracker);
  gui_wait_until (says (app, "Not connected"));
  gui_wait_until (gui_find_text (app->view, "Not connected to the group’s tracker.") != NULL);
  /* What was seen stays, every page is there. */
  g_assert_nonnull (gui_find_text (page, "before.bin"));
  gui_get_page (app, "people");
  gui_wait_until (gui_find_text (app->view, "ben") != NULL);
  gui_get_page (app, "transfers");
  gui_get_page (app, "history");
  gui_get_page (app, "files");

  gui_tracker_start (tracker);
  gui_wait_connected (app);
  gui_wait_until (gui_find_text (app->view, "Not connected to the group’s tracker.") == NULL);
  g_free (gui_peer_run (peer, "share", second, NULL));
  page = gui_get_page (app, "browse");
  gui_wait_until (gui_find_text (page, "after.bin") != NULL);
  gui_tracker_stop (tracker);
}

/* The app starts while there is no tracker: the group as it was, at once. */
static void
start_without (GuiApp *app, gpointer user_data)
{
  GuiTracker *tracker = user_data;
  GtkWidget *page = gui_get_page (app, "browse");

  gui_wait_until (says (app, "Not connected"));
  gui_wait_until (gui_find_text (page, "before.bin") != NULL);
  gui_get_page (app, "people");
  gui_wait_until (gui_find_text (app->view, "ben") != NULL);
  gui_tracker_start (tracker);
  gui_wait_connected (app);
}

static void
test_ended (void)
{
  g_autoptr (GuiTracker) tracker = gui_tracker_new ("open", NULL);

  gui_forget ();
  gui_run (NULL, lose_and_find, tracker);
  gui_run (NULL, start_without, tracker);
}

/* ---- Standing still ---- */

static void
freeze_and_thaw (GuiApp *app, gpointer user_data)
{
  GuiTracker *tracker = user_data;

  gui_join (app, gui_tracker_get_link (tracker), "ada", "secret of ada");
  gui_tracker_signal (tracker, SIGSTOP);
  /* Nothing is closed, nothing answers: only the silence tells. */
  gui_wait_until (!says (app, "Connected"));
  gui_tracker_signal (tracker, SIGCONT);
  gui_wait_connected (app);
}

static void
test_still (void)
{
  static const char *const options[] = { "--idle-seconds", "3", NULL };
  g_autoptr (GuiTracker) tracker = gui_tracker_new ("open", options);

  gui_forget ();
  gui_run (NULL, freeze_and_thaw, tracker);
}

int
main (int argc, char *argv[])
{
  gui_init (&argc, &argv);
  g_test_add_func ("/away/ended", test_ended);
  g_test_add_func ("/away/still", test_still);
  return g_test_run ();
}
