/* test-narrow.c: the main window where there is no room for two: the list of pages, and one page
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "gui-tour.h"

static GtkWidget *
get_list (GuiApp *app)
{
  return gui_get (app->view, "sidebar_list");
}

static gboolean
has_focus (GuiApp *app, GtkWidget *widget)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (app->window));

  return focus != NULL && (focus == widget || gtk_widget_is_ancestor (focus, widget));
}

static void
resize (GuiApp *app, int width)
{
  gtk_window_set_default_size (GTK_WINDOW (app->window), width, 640);
  gui_settle (app->view);
}

/* Presses the row that the focus is on, as Enter does. */
static void
open_row (GuiApp *app)
{
  GtkWidget *row = gtk_window_get_focus (GTK_WINDOW (app->window));

  g_assert_true (GTK_IS_LIST_BOX_ROW (row));
  g_assert_true (gtk_widget_activate (row));
}

/* The list says which group, and how it is connected. */
static gboolean
is_on_list (GuiApp *app)
{
  return shoal_window_get_visible_page (app->window) == NULL
         && gui_find (app->view, "sidebar_list") != NULL && gui_find (app->view, "pages") == NULL
         && gui_find (app->view, "group_button") != NULL;
}

/* The page says which one it is. */
static gboolean
is_on_page (GuiApp *app, const char *name, const char *title)
{
  GtkWidget *header = gui_find (app->view, "header");

  return g_strcmp0 (shoal_window_get_visible_page (app->window), name) == 0
         && gui_find (app->view, "sidebar_list") == NULL && gui_find (app->view, "pages") != NULL
         && gui_find (app->view, "group_button") == NULL && gui_find_text (header, title) != NULL;
}

static void
go_around (GuiApp *app)
{
  GtkWidget *pages;

  resize (app, 360);
  /* What was seen before is still seen. */
  gui_wait_until (is_on_page (app, "files", "My Files"));
  gui_press (gui_get (app->view, "back_button"));
  gui_wait_until (is_on_list (app));
  g_assert_true (has_focus (app, get_list (app)));
  open_row (app);
  gui_wait_until (is_on_page (app, "files", "My Files"));
  pages = gui_get (app->view, "pages");
  g_assert_true (has_focus (app, pages));
  /* From anywhere to a page, and on from it. */
  gui_act (app->view, "win.back", NULL);
  gui_wait_until (is_on_list (app));
  gui_act (app->view, "win.show-page", "s", "history");
  gui_wait_until (is_on_page (app, "history", "History"));
  gui_act (app->view, "win.previous-page", NULL);
  gui_wait_until (is_on_page (app, "people", "People"));
  gui_act (app->view, "win.back", NULL);
  gui_wait_until (is_on_list (app));
  gui_act (app->view, "win.next-page", NULL);
  gui_wait_until (is_on_page (app, "history", "History"));
  /* Where there is room both are seen, and there is no way back. */
  gui_act (app->view, "win.back", NULL);
  gui_wait_until (is_on_list (app));
  resize (app, 1000);
  gui_wait_until (gui_find (app->view, "pages") != NULL);
  g_assert_nonnull (gui_find (app->view, "sidebar_list"));
  g_assert_null (gui_find (app->view, "back_button"));
  g_assert_nonnull (gui_find (gui_get (app->view, "header"), "group_button"));
  g_assert_cmpstr (shoal_window_get_visible_page (app->window), ==, "history");
  gui_act (app->view, "win.show-page", "s", "files");
}

static void
narrow_body (GuiApp *app, gpointer user_data)
{
  gui_group_enter (user_data, app);
  gui_get_page (app, "files");
  go_around (app);
  /* While it slides. */
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", TRUE, NULL);
  go_around (app);
  gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  go_around (app);
  gtk_widget_set_default_direction (GTK_TEXT_DIR_LTR);
}

static void
test_narrow (void)
{
  g_autoptr (GuiGroup) group = gui_group_new ();

  gui_forget ();
  gui_run (NULL, narrow_body, group);
}

int
main (int argc, char *argv[])
{
  gui_init (&argc, &argv);
  g_test_add_func ("/narrow/pages", test_narrow);
  return g_test_run ();
}
