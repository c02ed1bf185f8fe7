/* test-start-group.c: a group that starts on this computer: its tracker, its link, what is dropped
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <fcntl.h>
#include <glob.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "gui-fixture.h"

/* ---- Start a group, invite somebody ---- */

/* Without scrolling: all of it is inside of what is seen of the page. */
static gboolean
is_in_view (GtkWidget *widget)
{
  GtkWidget *view = gtk_widget_get_ancestor (widget, GTK_TYPE_SCROLLED_WINDOW);
  graphene_rect_t bounds;

  return gtk_widget_compute_bounds (widget, view, &bounds)
         && bounds.origin.y + bounds.size.height <= (float) gtk_widget_get_height (view);
}

static void
start_group (GuiApp *app, gpointer user_data)
{
  char **link = user_data;
  GtkWidget *page;
  GtkWidget *label;

  gui_press (gui_get (app->view, "start_row"));
  page = gui_get (app->view, "start");
  gui_type (gui_get (page, "name_row"), "The Reading Circle");
  gui_type (gui_get (page, "user_row"), "ada");
  gui_type (gui_get (page, "password_row"), "secret of ada");
  /* Links are to work on a computer without a network, too. */
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (gui_get_type (page, ADW_TYPE_EXPANDER_ROW)),
                                 TRUE);
  gui_type (gui_get (page, "public_row"), "127.0.0.1");
  gui_press (gui_get (page, "submit_button"));

  label = gui_get (gui_get (app->view, "invite"), "link_label");
  gui_wait_until (g_str_has_prefix (gtk_label_get_text (GTK_LABEL (label)), "shoal://127.0.0.1:"));
  g_assert_nonnull (strstr (gtk_label_get_text (GTK_LABEL (label)), "invite="));
  *link = g_strdup (gtk_label_get_text (GTK_LABEL (label)));
  g_assert_nonnull (gui_find_text (app->view, "It works in this network only."));
  gui_settle (app->view);
  g_assert_true (is_in_view (gui_get (app->view, "make_button")));
  gui_press (gui_get (app->view, "copy_button"));
  gui_press_control (app->view, "Go to the Group");
  gui_wait_connected (app);
  g_assert_nonnull (gui_find_text (gui_get (app->view, "group_label"), "The Reading Circle"));
}

static void
meet_guest (GuiApp *app, gpointer user_data)
{
  const char *link = user_data;
  g_autoptr (GuiPeer) guest = NULL;
  g_autofree char *users = NULL;

  /* The app has started its tracker again, on the same port, without a word. */
  gui_wait_connected (app);
  g_assert_null (gui_find_type (app->view, g_type_from_name ("AdwToastWidget")));
  guest = gui_peer_new (link, "ben");
  users = gui_peer_run (guest, "users", NULL);
  g_assert_nonnull (strstr (users, "ada"));
  gui_get_page (app, "people");
  gui_wait_until (gui_find_text (app->view, "ben") != NULL);
}

/* The tracker has ended with the app, so that nothing of it is in use. */
static void
check_tracker_ended (void)
{
  g_autofree char *pattern
      = g_build_filename (g_get_user_data_dir (), "shoal", "*", "tracker", "*lock", NULL);
  glob_t locks;

  g_assert_cmpint (glob (pattern, 0, NULL, &locks), ==, 0);
  for (gsize i = 0; i < locks.gl_pathc; i++)
    {
      int fd = open (locks.gl_pathv[i], O_RDWR | O_CLOEXEC);

      g_assert_cmpint (fd, >=, 0);
      g_assert_cmpint (flock (fd, LOCK_EX | LOCK_NB), ==, 0);
      close (fd);
    }
  globfree (&locks);
}

static void
test_start (void)
{
  g_autofree char *link = NULL;

  gui_forget ();
  gui_run (NULL, start_group, &link);
  check_tracker_ended ();
  gui_run (NULL, meet_guest, link);
}

/* ---- Drop ---- */

static GtkDropTarget *
find_drop_target (GtkWidget *widget)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_DROP_TARGET (controller))
        return GTK_DROP_TARGET (controller); /* the widget keeps it */
    }
  g_assert_not_reached ();
}

static gboolean
drop (GtkWidget *widget, const char *const *paths)
{
  g_auto (GValue) value = G_VALUE_INIT;
  GSList *files = NULL;
  gboolean taken = FALSE;

  for (guint i = 0; paths[i] != NULL; i++)
    files = g_slist_append (files, g_file_new_for_path (paths[i]));
  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_value_take_boxed (&value, gdk_file_list_new_from_list (files));
  g_slist_free_full (files, g_object_unref);
  g_signal_emit_by_name (find_drop_target (widget), "drop", &value, 10.0, 10.0, &taken);
  return taken;
}

static void
drop_and_offer (GuiApp *app, gpointer user_data)
{
  GuiTracker *tracker = user_data;
  g_autofree char *folder = gui_dup_path ("to drop");
  g_autofree char *inner = g_build_filename (folder, "songs", NULL);
  g_autofree char *file = gui_make_file (folder, "recipes.pdf", 300 * 1000);
  g_autofree char *song = gui_make_file (inner, "one.ogg", 40 * 1000);
  g_autofree char *target = gui_dup_path ("ben's downloads");
  g_autofree char *downloaded = g_build_filename (target, "recipes.pdf", NULL);
  const char *const paths[] = { file, inner, NULL };
  g_autofree char *mistake = gui_make_file (folder, "diary.txt", 1000);
  const char *const wrong[] = { mistake, NULL };
  g_autoptr (GuiPeer) peer = NULL;
  GtkWidget *page;

  g_assert_false (drop (app->view, paths)); /* no group: nowhere to offer it */
  gui_join (app, gui_tracker_get_link (tracker), "ada", "secret of ada");
  g_assert_true (drop (app->view, paths));

  page = gui_get_page (app, "files");
  gui_wait_until (gui_find_text (page, "recipes.pdf") != NULL);
  gui_wait_until (gui_find_text (page, "songs") != NULL);
  gui_wait_until (gui_find_text (page, "Shared") != NULL);

  /* Somebody else sees it and gets the same bytes. */
  peer = gui_peer_new (gui_tracker_get_link (tracker), "ben");
  gui_wait_until (gui_peer_sees (peer, "recipes"));
  gui_wait_until (gui_peer_sees (peer, "songs"));
  g_free (gui_peer_run (peer, "get", "recipes.pdf", "--to", target, NULL));
  gui_assert_same_file (file, downloaded);

  /* What was a mistake is taken back from the toast. */
  g_assert_true (drop (app->view, wrong));
  gui_wait_until (gui_find_text (page, "diary.txt") != NULL);
  gui_press_control (app->view, "Undo");
  gui_wait_until (gui_find_text (page, "diary.txt") == NULL);
  gui_wait_until (!gui_peer_sees (peer, "diary"));
  g_assert_nonnull (gui_find_text (page, "recipes.pdf"));
}

/* The files that a drag of the row with @name carries; NULL if nothing can be dragged. */
static GSList *
drag_row (GtkWidget *page, const char *name)
{
  GtkWidget *view = gui_get_type (page, GTK_TYPE_COLUMN_VIEW);
  GtkWidget *label = gui_find_text (page, name);
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (view);
  g_autoptr (GdkContentProvider) provider = NULL;
  g_auto (GValue) value = G_VALUE_INIT;
  double x, y;

  g_assert_true (gtk_widget_translate_coordinates (label, view, 2, 2, &x, &y));
  for (guint i = 0; i < g_list_model_get_n_items (controllers) && provider == NULL; i++)
    {
      g_autoptr (GObject) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_DRAG_SOURCE (controller))
        g_signal_emit_by_name (controller, "prepare", x, y, &provider);
    }
  if (provider == NULL)
    return NULL;
  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_assert_true (gdk_content_provider_get_value (provider, &value, NULL));
  return g_slist_copy_deep (gdk_file_list_get_files (g_value_get_boxed (&value)),
                            (GCopyFunc) (void (*) (void)) g_object_ref, NULL);
}

/* Paste works like a drop, and what is shared can be dragged out again. */
static void
paste_and_drag (GuiApp *app, gpointer user_data)
{
  g_autofree char *folder = gui_dup_path ("to paste");
  g_autofree char *path = gui_make_file (folder, "pasted.txt", 2000);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GSList *files = g_slist_prepend (NULL, file);
  g_auto (GValue) value = G_VALUE_INIT;

  gui_wait_connected (app);
  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_value_take_boxed (&value, gdk_file_list_new_from_list (files));
  g_slist_free (files);
  gdk_clipboard_set_value (gtk_widget_get_clipboard (app->view), &value);
  gui_act (app->view, "win.paste", NULL);

  GtkWidget *page = gui_get_page (app, "files");
  gui_wait_until (gui_find_text (page, "pasted.txt") != NULL);
  gui_wait_until ((files = drag_row (page, "pasted.txt")) != NULL);
  g_assert_cmpuint (g_slist_length (files), ==, 1);
  g_assert_true (g_file_equal (files->data, file));
  g_slist_free_full (files, g_object_unref);
}

/* What cannot be shared is listed with its reason. */
static void
drop_what_is_gone (GuiApp *app, gpointer user_data)
{
  const char *const paths[] = { "/nowhere/at/all", "/dev/null", NULL };
  GtkWidget *list = NULL;

  gui_wait_connected (app);
  g_assert_true (drop (app->view, paths));
  gui_wait_until ((list = gui_find_other_window (app->view)) != NULL);
  gui_wait_until (gui_find_text (list, "/nowhere/at/all: It is not there") != NULL);
  gui_wait_until (gui_find_text (list, "/dev/null: It is neither a file nor a folder") != NULL);
  gtk_window_close (GTK_WINDOW (list));
  gui_wait_until (gui_find_other_window (app->view) == NULL);
}

static void
test_drop (void)
{
  g_autoptr (GuiTracker) tracker = gui_tracker_new ("open", NULL);

  gui_forget ();
  gui_run (NULL, drop_and_offer, tracker);
  gui_run (NULL, drop_what_is_gone, NULL);
  gui_run (NULL, paste_and_drag, NULL);
}

int
main (int argc, char *argv[])
{
  gui_init (&argc, &argv);
  g_test_add_func ("/start-group/start", test_start);
  g_test_add_func ("/start-group/drop", test_drop);
  return g_test_run ();
}
