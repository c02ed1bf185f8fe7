/* gui-fixture.c: for tests: the real application in this process, with its real engine
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "gui-fixture.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <signal.h>

#include "shoal-tls.h"
#include "shoal-sign-in-page.h"

typedef struct
{
  GuiApp app;
  GuiBody body;
  gpointer user_data;
  gboolean done;
} Run;

void
gui_init (int *argc, char ***argv)
{
  g_autoptr (GError) error = NULL;

  signal (SIGPIPE, SIG_IGN);
  gtk_test_init (argc, argv, NULL);
  setlocale (LC_ALL, ""); /* GTK has set the one of its own tests */
  g_set_application_name ("Shoal");
  g_assert_true (shoal_tls_init (&error));
  g_assert_no_error (error);
  /* What slides and fades only takes time here. */
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
}

static gboolean
on_running_cb (gpointer user_data)
{
  Run *run = user_data;
  GuiApp *app = &run->app;

  gui_wait_until (gtk_application_get_active_window (GTK_APPLICATION (app->application)) != NULL);
  app->window
      = SHOAL_WINDOW (gtk_application_get_active_window (GTK_APPLICATION (app->application)));
  app->view = GTK_WIDGET (app->window);
  g_object_add_weak_pointer (G_OBJECT (app->window), (gpointer *) &app->window);
  g_object_add_weak_pointer (G_OBJECT (app->view), (gpointer *) &app->view);
  gui_wait_until (gtk_widget_get_mapped (app->view));
  run->body (app, run->user_data);
  run->done = TRUE;
  shoal_application_quit (app->application);
  return G_SOURCE_REMOVE;
}

void
gui_run (const char *argument, GuiBody body, gpointer user_data)
{
  Run run = { .body = body, .user_data = user_data };
  char *arguments[] = { (char *) "shoal", (char *) argument, NULL };

  run.app.application = shoal_application_new ();
  g_idle_add (on_running_cb, &run);
  g_assert_cmpint (
      g_application_run (G_APPLICATION (run.app.application), argument != NULL ? 2 : 1, arguments),
      ==, 0);
  g_assert_true (run.done);
  /* The last frame and what came from threads meanwhile may hold them a moment longer. */
  gui_wait_until (run.app.window == NULL);
  g_application_set_default (NULL);
  g_assert_finalize_object (run.app.application);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) folder
             = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);

  for (const char *name = folder != NULL ? g_dir_read_name (folder) : NULL; name != NULL;
       name = g_dir_read_name (folder))
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

void
gui_forget (void)
{
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), "shoal", NULL);

  remove_tree (path);
}

/* ---- Ways that many tests go ---- */

void
gui_join (GuiApp *app, const char *link, const char *user, const char *password)
{
  gui_press (gui_get (app->view, "join_row"));
  gui_type (gui_get (app->view, "link_row"), link);
  gui_press (gui_get (app->view, "continue_button"));
  gui_press (gui_get (app->view, "confirm_button"));

  GtkWidget *page = gui_get_type (app->view, SHOAL_TYPE_SIGN_IN_PAGE);

  if (gui_find_control (page, "Sign Up") == NULL)
    gui_press (gui_get (page, "switch_button"));
  gui_type (gui_get (page, "user_row"), user);
  gui_type (gui_get (page, "password_row"), password);
  gui_press_control (page, "Sign Up");
  gui_wait_connected (app);
}

void
gui_wait_connected (GuiApp *app)
{
  gui_wait_until (gui_find (app->view, "state_label") != NULL
                  && gui_find_text (gui_find (app->view, "state_label"), "Connected") != NULL);
}

GtkWidget *
gui_get_page (GuiApp *app, const char *name)
{
  gui_act (app->view, "win.show-page", "s", name);

  GtkWidget *pages = gui_get_type (app->view, ADW_TYPE_VIEW_STACK);
  GtkWidget *page = adw_view_stack_get_child_by_name (ADW_VIEW_STACK (pages), name);

  g_assert_nonnull (page);
  gui_wait_until (gtk_widget_get_mapped (page));
  return page;
}

char *
gui_dup_downloads (GuiApp *app)
{
  char *path = gui_dup_path ("downloads");

  g_assert_cmpint (g_mkdir_with_parents (path, 0700), ==, 0);
  g_settings_set_string (shoal_application_get_settings (app->application), "download-folder",
                         path);
  return path;
}
