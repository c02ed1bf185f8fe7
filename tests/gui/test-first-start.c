/* test-first-start.c: from the first start to a verified download, by widgets and actions alone
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "gui-fixture.h"
#include "shoal-browse-page.h"

#define FILE_SIZE (5 * 1024 * 1024 + 17)

typedef struct
{
  GuiTracker *tracker;
  GuiPeer *peer;
  char *original;
  char *downloaded;
} Group;

static void
group_set_up (Group *group, gconstpointer data)
{
  g_autofree char *folder = gui_dup_path ("offers");

  gui_forget ();
  group->tracker = gui_tracker_new ("open", NULL);
  group->peer = gui_peer_new (gui_tracker_get_link (group->tracker), "ben");
  group->original = gui_make_file (folder, "holiday film.mkv", FILE_SIZE);
  g_free (gui_peer_run (group->peer, "share", group->original, NULL));
  gui_peer_serve (group->peer);
}

static void
group_tear_down (Group *group, gconstpointer data)
{
  gui_peer_free (group->peer);
  gui_tracker_free (group->tracker);
  g_free (group->original);
  g_free (group->downloaded);
}

/* ---- Join by a link, browse, download ---- */

static void
join_and_download (GuiApp *app, gpointer user_data)
{
  Group *group = user_data;
  g_autofree char *downloads = NULL;
  GtkWidget *page;
  GtkWidget *list;

  g_assert_nonnull (gui_find_text (app->view, "Welcome to Shoal"));
  downloads = gui_dup_downloads (app);
  gui_join (app, gui_tracker_get_link (group->tracker), "ada", "secret of ada");

  page = gui_get_page (app, "browse");
  gui_wait_until (gui_find_text (page, "holiday film.mkv") != NULL);
  g_assert_nonnull (gui_find_text (page, "ben"));

  list = gui_get_type (gui_get (page, "view"), GTK_TYPE_LIST_VIEW);
  gui_act (list, "list.activate-item", "u", 0);

  page = gui_get_page (app, "transfers");
  gui_wait_until (gui_find_text (page, "holiday film.mkv") != NULL);
  group->downloaded = g_build_filename (downloads, "holiday film.mkv", NULL);
  gui_wait_until (g_file_test (group->downloaded, G_FILE_TEST_EXISTS));
  gui_assert_same_file (group->original, group->downloaded);

  page = gui_get_page (app, "history");
  gui_wait_until (gui_find_text (page, "holiday film.mkv") != NULL);
}

/* The next start asks for nothing: the session is in the keyring. */
static void
come_back (GuiApp *app, gpointer user_data)
{
  GtkWidget *page;

  gui_wait_connected (app);
  page = gui_get_page (app, "history");
  gui_wait_until (gui_find_text (page, "holiday film.mkv") != NULL);
  page = gui_get_page (app, "browse");
  gui_wait_until (gui_find_text (page, "holiday film.mkv") != NULL);
  gui_get_page (app, "people");
  gui_wait_until (gui_find_text (app->view, "ben") != NULL);
}

static void
test_join (Group *group, gconstpointer data)
{
  gui_run (NULL, join_and_download, group);
  gui_run (NULL, come_back, group);
}

/* ---- A link on the command line ---- */

static void
join_by_argument (GuiApp *app, gpointer user_data)
{
  GtkWidget *page;

  /* Nothing connects before somebody has said so. */
  gui_get (app->view, "confirm_button");
  g_assert_nonnull (gui_find_text (app->view, "127.0.0.1:"));
  gui_press (gui_get (app->view, "confirm_button"));
  page = gui_get (app->view, "sign_in");
  if (gui_find_control (page, "Sign Up") == NULL)
    gui_press (gui_get (page, "switch_button"));
  gui_type (gui_get (page, "user_row"), "cleo");
  gui_type (gui_get (page, "password_row"), "secret of cleo");
  gui_enter (gui_get (page, "password_row"));
  gui_wait_connected (app);
  gui_wait_until (gui_find_text (gui_get_page (app, "browse"), "holiday film.mkv") != NULL);
}

static void
test_argument (Group *group, gconstpointer data)
{
  gui_run (gui_tracker_get_link (group->tracker), join_by_argument, group);
}

/* ---- Links that are wrong ---- */

static void
try_wrong_links (GuiApp *app, gpointer user_data)
{
  static const char *const wrong[]
      = { "shoal://", "http://example.org/", "shoal://127.0.0.1:7707/?key=12", "a b" };

  gui_press (gui_get (app->view, "join_row"));
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      gui_type (gui_get (app->view, "link_row"), wrong[i]);
      g_assert_null (gui_find (app->view, "link_error"));
      gui_enter (gui_get (app->view, "link_row"));
      g_assert_nonnull (gui_get (app->view, "link_error"));
      g_assert_null (gui_find (app->view, "confirm_button"));
    }
  gui_act (gui_get (app->view, "link_row"), "setup.back", NULL);
  gui_wait_until (gui_find_text (app->view, "Welcome to Shoal") != NULL);
}

static void
test_wrong_links (void)
{
  gui_forget ();
  gui_run (NULL, try_wrong_links, NULL);
}

int
main (int argc, char *argv[])
{
  gui_init (&argc, &argv);
  g_test_add ("/first-start/join", Group, NULL, group_set_up, test_join, group_tear_down);
  g_test_add ("/first-start/argument", Group, NULL, group_set_up, test_argument, group_tear_down);
  g_test_add_func ("/first-start/wrong-links", test_wrong_links);
  return g_test_run ();
}
