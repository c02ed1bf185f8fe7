/* test-pages-live.c: the pages with a real group: parts of folders, and the tracker going away
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "gui-fixture.h"
#include "shoal-files-page.h"
#include "shoal-share-file-item.h"

typedef struct
{
  GuiTracker *tracker;
  GuiPeer *peer;
  char *folder; /* with files in it */
} Group;

static void
group_set_up (Group *group, gconstpointer data)
{
  gui_forget ();
  group->tracker = gui_tracker_new ("open", NULL);
  group->peer = gui_peer_new (gui_tracker_get_link (group->tracker), "ben");
  group->folder = gui_dup_path ("notes");

  g_autofree char *below = g_build_filename (group->folder, "below", NULL);
  g_free (gui_make_file (group->folder, "first.txt", 10));
  g_free (gui_make_file (group->folder, "second.txt", 20));
  g_free (gui_make_file (below, "third.txt", 30));

  /* So that there is always something to be found. */
  g_autofree char *other = gui_dup_path ("other");
  g_autofree char *own = gui_make_file (other, "from ben.txt", 40);
  g_free (gui_peer_run (group->peer, "share", own, NULL));
}

static void
group_tear_down (Group *group, gconstpointer data)
{
  gui_peer_free (group->peer);
  gui_tracker_free (group->tracker);
  g_free (group->folder);
}

static ShoalEngine *
get_engine (GuiApp *app)
{
  return shoal_session_get_engine (shoal_application_get_session (app->application));
}

/* Whether ben, who looks again and again, sees it. */
static gboolean
is_found (Group *group, const char *word)
{
  g_autofree char *found = gui_peer_run (group->peer, "--json", "search", "--limit", "50", NULL);

  return strstr (found, word) != NULL;
}

/* ---- Parts of folders ---- */

static void
on_added_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) shares = shoal_shares_add_finish (SHOAL_SHARES (object), result, &error);

  g_assert_no_error (error);
  *(gboolean *) user_data = TRUE;
}

/* The switch beside the name. */
static GtkWidget *
find_switch (GtkWidget *page, const char *name)
{
  GtkWidget *row = gui_find_text (page, name);

  while (row != NULL && !GTK_IS_SWITCH (row))
    row = gtk_widget_get_next_sibling (row);
  return row;
}

static void
choose_files (GuiApp *app, gpointer user_data)
{
  Group *group = user_data;
  const char *const paths[] = { group->folder, NULL };
  gboolean added = FALSE;

  gui_join (app, gui_tracker_get_link (group->tracker), "ada", "secret of ada");
  gui_wait_connected (app);

  shoal_shares_add_unoffered_async (shoal_engine_get_shares (get_engine (app)), paths, NULL, NULL,
                                    on_added_cb, &added);
  gui_wait_until (added);
  GtkWidget *page = gui_get_page (app, "files");
  gui_wait_until (gui_find_text (page, "Nothing chosen yet") != NULL);
  g_assert_false (is_found (group, "first.txt"));

  shoal_files_page_show_path (SHOAL_FILES_PAGE (page), group->folder);
  gui_wait_until (find_switch (page, "second.txt") != NULL);
  g_assert_nonnull (gui_find_text (page, "Nothing of it is offered"));
  g_assert_false (gtk_switch_get_active (GTK_SWITCH (find_switch (page, "first.txt"))));

  gui_press (find_switch (page, "second.txt"));
  gui_wait_until (gui_find_text (page, "1 of 3 files") != NULL);
  gui_wait_until (is_found (group, "second.txt"));
  g_assert_false (is_found (group, "first.txt"));

  /* A folder stands for what is in it. */
  gui_press (find_switch (page, "below"));
  gui_wait_until (gtk_switch_get_active (GTK_SWITCH (find_switch (page, "third.txt"))));
  gui_wait_until (gui_find_text (page, "2 of 3 files") != NULL);
  gui_wait_until (is_found (group, "third.txt"));

  gui_press_control (page, "Offer None");
  gui_wait_until (gui_find_text (page, "Nothing of it is offered") != NULL);
  gui_wait_until (!is_found (group, "second.txt"));
  gui_act (page, "files.back", NULL);
  gui_wait_until (gui_find_text (page, "Nothing chosen yet") != NULL);
}

static void
test_choose_files (Group *group, gconstpointer data)
{
  gui_run (NULL, choose_files, group);
}

/* ---- What is not for others ---- */

static void
share_folder (GuiApp *app, const char *path)
{
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  g_list_store_append (files, file);
  shoal_window_share (app->window, G_LIST_MODEL (files));
}

/* Keys are asked about once; junk and what the user names are left out without a question. */
static void
leave_out (GuiApp *app, gpointer user_data)
{
  Group *group = user_data;

  g_free (gui_make_file (group->folder, ".env", 10));
  g_free (gui_make_file (group->folder, "first.txt~", 10));
  gui_join (app, gui_tracker_get_link (group->tracker), "ada", "secret of ada");
  gui_wait_connected (app);
  share_folder (app, group->folder);
  gui_wait_until (gui_find_window (ADW_TYPE_MESSAGE_DIALOG) != NULL);
  GtkWidget *dialog = gui_get_window (ADW_TYPE_MESSAGE_DIALOG);
  g_assert_nonnull (
      gui_find_text (dialog, "1 entry of “notes” may hold keys or passwords, and has been left "
                             "out:\n.env"));
  gui_press_control (dialog, "Cancel");
  gui_wait_until (gui_find_window (ADW_TYPE_MESSAGE_DIALOG) == NULL);

  GtkWidget *page = gui_get_page (app, "files");
  gui_wait_until (gui_find_text (page, "Shared, 2 left out") != NULL);
  gui_wait_until (is_found (group, "first.txt"));
  g_assert_false (is_found (group, ".env"));
  share_folder (app, group->folder);
  gui_wait_until (gui_find_text (page, "Shared, 2 left out") != NULL);
  g_assert_null (gui_find_window (ADW_TYPE_MESSAGE_DIALOG));

  GListModel *rows = G_LIST_MODEL (
      gtk_column_view_get_model (GTK_COLUMN_VIEW (gui_get_type (page, GTK_TYPE_COLUMN_VIEW))));
  gtk_selection_model_select_item (GTK_SELECTION_MODEL (rows), 0, TRUE);
  gui_act (page, "files.left-out", NULL);
  dialog = gui_get_window (ADW_TYPE_MESSAGE_DIALOG);
  GtkWidget *text = gui_get_type (dialog, GTK_TYPE_TEXT_VIEW);
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (text));
  gtk_text_buffer_set_text (buffer, "!", -1);
  g_assert_false (adw_message_dialog_get_response_enabled (ADW_MESSAGE_DIALOG (dialog), "save"));
  gtk_text_buffer_set_text (buffer, "first*\n\n below/ ", -1);
  gui_press_control (dialog, "Save");
  gui_wait_until (gui_find_text (page, "Shared, 4 left out") != NULL);
  gui_wait_until (!is_found (group, "first.txt"));
}

static void
test_leave_out (Group *group, gconstpointer data)
{
  gui_run (NULL, leave_out, group);
}

/* ---- Away and back ---- */

static void
see_group (GuiApp *app, gpointer user_data)
{
  Group *group = user_data;

  gui_join (app, gui_tracker_get_link (group->tracker), "ada", "secret of ada");
  gui_wait_connected (app);
  GtkWidget *page = gui_get_page (app, "browse");
  gui_wait_until (gui_find_text (page, "notes") != NULL);

  gui_tracker_stop (group->tracker);
  gui_wait_until (gui_find_text (page, "Not connected: as seen at") != NULL);
  g_assert_nonnull (gui_find_text (page, "notes"));
}

static void
see_what_was_kept (GuiApp *app, gpointer user_data)
{
  Group *group = user_data;
  GtkWidget *page = gui_get_page (app, "browse");

  gui_wait_until (gui_find_text (page, "notes") != NULL);
  g_assert_nonnull (gui_find_text (page, "as seen at"));
  page = gui_get_page (app, "people");
  gui_wait_until (gui_find_text (page, "ben") != NULL);
  g_assert_nonnull (gui_find_text (page, "Offline since"));

  gui_tracker_start (group->tracker);
  page = gui_get_page (app, "browse");
  gui_wait_until (gui_find_text (page, "as seen at") == NULL);
  gui_wait_until (gui_find_text (page, "notes") != NULL);
}

static void
test_away_and_back (Group *group, gconstpointer data)
{
  g_free (gui_peer_run (group->peer, "share", group->folder, NULL));
  gui_run (NULL, see_group, group);
  /* A new start while the tracker is still away. */
  gui_run (NULL, see_what_was_kept, group);
}

/* ---- Giving up a download ---- */

static void
select_first (GtkWidget *page)
{
  GtkWidget *list = gui_get_type (page, GTK_TYPE_LIST_VIEW);

  gui_act (list, "list.select-item", "(ubb)", 0, FALSE, FALSE);
}

static void
give_up (GuiApp *app, gpointer user_data)
{
  Group *group = user_data;
  g_autofree char *downloads = gui_dup_downloads (app);
  g_autofree char *folder = gui_dup_path ("large");
  g_autofree char *original = gui_make_file (folder, "large.bin", 100 * 1000 * 1000);
  g_autofree char *partial = g_build_filename (downloads, "large.bin.part", NULL);

  gui_join (app, gui_tracker_get_link (group->tracker), "ada", "secret of ada");
  gui_wait_connected (app);
  g_free (gui_peer_run (group->peer, "set", "upload-limit", "1M", NULL));
  g_free (gui_peer_run (group->peer, "share", original, NULL));
  gui_peer_serve (group->peer);
  GtkWidget *page = gui_get_page (app, "browse");
  gui_wait_until (gui_find_text (page, "large.bin") != NULL);
  gui_act (gui_get_type (gui_get (page, "view"), GTK_TYPE_LIST_VIEW), "list.activate-item", "u", 0);

  page = gui_get_page (app, "transfers");
  gui_wait_until (gui_find_text (page, "From 1 person") != NULL);
  gui_wait_until (gui_find_text (page, "MB of 100.0") != NULL);
  /* It would have to be fetched again: that is asked. */
  select_first (page);
  gui_wait_until (gui_find_text (page, "pieces here") != NULL);
  gui_act (page, "transfers.cancel", NULL);
  GtkWidget *dialog = gui_get_window (ADW_TYPE_MESSAGE_DIALOG);
  gui_press_control (dialog, "Cancel");
  gui_wait_until (gui_find_window (ADW_TYPE_MESSAGE_DIALOG) == NULL);
  g_assert_null (gui_find_text (page, "Cancelled"));
  gui_act (page, "transfers.pause", NULL);
  gui_wait_until (gui_find_text (page, "Paused") != NULL);
  g_assert_true (g_file_test (partial, G_FILE_TEST_EXISTS));

  gui_act (page, "transfers.cancel", NULL);
  gui_press_control (gui_get_window (ADW_TYPE_MESSAGE_DIALOG), "Give Up");
  gui_wait_until (gui_find_text (page, "Cancelled") != NULL);
  gui_wait_until (!g_file_test (partial, G_FILE_TEST_EXISTS));
  gui_settle (page);
  gui_act (page, "transfers.clear-finished", NULL);
  gui_wait_until (gui_find_text (page, "No Downloads") != NULL);
}

static void
test_give_up (Group *group, gconstpointer data)
{
  gui_run (NULL, give_up, group);
}

/* ---- Inside a folder that changes ---- */

static void
look_inside (GuiApp *app, gpointer user_data)
{
  Group *group = user_data;

  g_free (gui_peer_run (group->peer, "share", group->folder, NULL));
  gui_peer_serve (group->peer);
  gui_join (app, gui_tracker_get_link (group->tracker), "ada", "secret of ada");
  gui_wait_connected (app);
  GtkWidget *page = gui_get_page (app, "browse");
  gui_type (gui_get (page, "search_entry"), "notes");
  gui_wait_until (gui_find_text (page, "notes") != NULL);
  gui_act (gui_get_type (gui_get (page, "view"), GTK_TYPE_LIST_VIEW), "list.activate-item", "u", 0);
  gui_wait_until (gui_find_text (page, "first.txt") != NULL);
  g_assert_null (gui_find_text (page, "fourth.txt"));

  g_free (gui_make_file (group->folder, "fourth.txt", 40));
  gui_wait_until (gui_find_text (page, "fourth.txt") != NULL);
  g_assert_nonnull (gui_find_text (page, "first.txt"));
  g_assert_nonnull (gui_find_text (page, "notes"));
}

static void
test_look_inside (Group *group, gconstpointer data)
{
  gui_run (NULL, look_inside, group);
}

/* ---- Names that hide something ---- */

#define TURNING "evil\u202Egnp.exe"
#define SHOWN "evil‹RLO›gnp.exe"

static void
see_names (GuiApp *app, gpointer user_data)
{
  Group *group = user_data;
  g_autofree char *folder = gui_dup_path ("turning");
  g_autofree char *file = gui_make_file (folder, TURNING, 50);

  gui_join (app, gui_tracker_get_link (group->tracker), "ada", "secret of ada");
  gui_wait_connected (app);
  g_free (gui_peer_run (group->peer, "share", file, NULL));
  gui_peer_serve (group->peer);

  GtkWidget *page = gui_get_page (app, "browse");
  gui_wait_until (gui_find_text (page, SHOWN) != NULL);
  gui_act (gui_get_type (gui_get (page, "view"), GTK_TYPE_LIST_VIEW), "list.activate-item", "u", 0);
  gui_wait_until (gui_find_text (app->view, "Downloading “" SHOWN "”") != NULL);

  page = gui_get_page (app, "history");
  gui_wait_until (gui_find_text (page, "50 bytes") != NULL);
  g_assert_null (gui_find_text (app->view, "\u202E"));
}

static void
test_names (Group *group, gconstpointer data)
{
  gui_run (NULL, see_names, group);
}

int
main (int argc, char *argv[])
{
  gui_init (&argc, &argv);
  g_test_add ("/pages/choose-files", Group, NULL, group_set_up, test_choose_files, group_tear_down);
  g_test_add ("/pages/leave-out", Group, NULL, group_set_up, test_leave_out, group_tear_down);
  g_test_add ("/pages/give-up", Group, NULL, group_set_up, test_give_up, group_tear_down);
  g_test_add ("/pages/away-and-back", Group, NULL, group_set_up, test_away_and_back,
              group_tear_down);
  g_test_add ("/pages/look-inside", Group, NULL, group_set_up, test_look_inside, group_tear_down);
  g_test_add ("/pages/names", Group, NULL, group_set_up, test_names, group_tear_down);
  return g_test_run ();
}
