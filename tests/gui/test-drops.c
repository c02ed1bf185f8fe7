/* test-drops.c: nothing about files that are shared is asked of their disk on the main loop
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <unistd.h>

#include "gui-disk.h"
#include "gui-fixture.h"
#include "shoal-engine.h"

#define N_FILES 100

typedef struct
{
  GuiTracker *tracker;
  char *folder; /* of what is dropped */
} World;

static GListModel *
get_shares (GuiApp *app)
{
  ShoalEngine *engine = shoal_session_get_engine (shoal_application_get_session (app->application));

  return G_LIST_MODEL (shoal_engine_get_shares (engine));
}

/* One more is not there, and one is a link to another. */
static GListModel *
make_files (const char *folder)
{
  GListStore *files = g_list_store_new (G_TYPE_FILE);

  for (guint i = 0; i < N_FILES + 2; i++)
    {
      g_autofree char *name = g_strdup_printf ("dropped %u.bin", i);
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autoptr (GFile) file = g_file_new_for_path (path);

      if (i < N_FILES)
        g_assert_true (g_file_set_contents (path, name, -1, NULL));
      else if (i == N_FILES)
        g_assert_cmpint (symlink ("dropped 0.bin", path), ==, 0);
      g_list_store_append (files, file);
    }
  return G_LIST_MODEL (files);
}

static gboolean
are_all_shared (GuiApp *app)
{
  GListModel *shares = get_shares (app);

  for (guint i = 0; i < g_list_model_get_n_items (shares); i++)
    {
      g_autoptr (ShoalShare) share = g_list_model_get_item (shares, i);

      if (shoal_share_get_state (share) != SHOAL_SHARE_OFFERED)
        return FALSE;
    }
  return g_list_model_get_n_items (shares) == N_FILES;
}

static void
drop (GuiApp *app, gpointer user_data)
{
  World *world = user_data;
  g_autoptr (GListModel) files = make_files (world->folder);

  gui_join (app, gui_tracker_get_link (world->tracker), "ada", "secret of ada");
  gui_get_page (app, "files");
  gui_disk_begin (world->folder, 0);
  shoal_window_share (app->window, files);
  gui_wait_until (are_all_shared (app));
  /* The link is what it leads to. */
  gui_wait_until (gui_find_text (app->view, "101 items are shared") != NULL);
  g_assert_cmpuint (gui_disk_end (), ==, 0);

  /* What could not be shared is told all the same. */
  GtkWidget *told = gui_find_other_window (app->view);

  g_assert_nonnull (told);
  gui_wait_until (gui_find_text (told, "1 item cannot be shared") != NULL);
  gtk_window_destroy (GTK_WINDOW (told));
}

/* Undo while the disk is still being asked: nothing has come, and nothing comes. */
static void
undo (GuiApp *app, gpointer unused)
{
  g_autofree char *folder = gui_dup_path ("slow");
  g_autoptr (GListModel) files = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  files = make_files (folder);
  gui_wait_connected (app);
  g_assert_cmpuint (g_list_model_get_n_items (get_shares (app)), ==, N_FILES);
  gui_disk_begin (folder, 100 * 1000);
  shoal_window_share (app->window, files);
  gui_press_control (app->view, "Undo");
  gui_wait_until (gui_find_text (app->view, "Sharing 102 items") == NULL);
  g_assert_cmpuint (gui_disk_end (), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (get_shares (app)), ==, N_FILES);
}

static void
test_drops (void)
{
  g_autoptr (GuiTracker) tracker = gui_tracker_new ("open", NULL);
  g_autofree char *folder = gui_dup_path ("dropped");
  World world = { .tracker = tracker, .folder = folder };

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  gui_run (NULL, drop, &world);
  gui_run (NULL, undo, NULL);
}

int
main (int argc, char *argv[])
{
  gui_init (&argc, &argv);
  g_test_add_func ("/gui/drops", test_drops);
  return g_test_run ();
}
