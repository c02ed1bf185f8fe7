/* test-sign-in.c: wrong passwords, the lockout and its countdown, signing in and out
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "gui-fixture.h"
#include "shoal-sign-in-page.h"

/* Each further block is twice as long: one of them a loaded machine sees, too. */
#define BLOCK_SECONDS "3"

static GtkWidget *
go_to_sign_in (GuiApp *app, const char *link)
{
  GtkWidget *page;

  gui_press (gui_get (app->view, "join_row"));
  gui_type (gui_get (app->view, "link_row"), link);
  gui_enter (gui_get (app->view, "link_row"));
  gui_press (gui_get (app->view, "confirm_button"));
  page = gui_get_type (app->view, SHOAL_TYPE_SIGN_IN_PAGE);
  if (gui_find_control (page, "Sign In") == NULL)
    gui_press (gui_get (page, "switch_button"));
  return page;
}

static gboolean
is_marked (GtkWidget *row)
{
  return gtk_widget_has_css_class (row, "error");
}

/* ---- Wrong, wrong, blocked, right ---- */

static void
guess (GuiApp *app, gpointer user_data)
{
  GuiTracker *tracker = user_data;
  GtkWidget *page = go_to_sign_in (app, gui_tracker_get_link (tracker));
  GtkWidget *user = gui_get (page, "user_row");
  GtkWidget *password = gui_get (page, "password_row");
  GtkWidget *submit = gui_get (page, "submit_button");

  g_assert_false (gtk_widget_is_sensitive (submit));
  gui_type (user, "ben");
  g_assert_false (gtk_widget_is_sensitive (submit));
  gui_type (password, "a guess");
  gui_press (submit);
  gui_wait_until (gui_find_text (page, "Wrong name or password.") != NULL);
  g_assert_true (is_marked (password));
  g_assert_true (gui_get (page, "error_label") != NULL);

  /* Typing takes the mark away. */
  gui_type (password, "another guess");
  g_assert_false (is_marked (password));
  g_assert_null (gui_find (page, "error_label"));
  while (gui_find_text (page, "Too many wrong tries. You can try again in ") == NULL)
    {
      gui_type (password, "one more guess");
      gui_enter (password);
      gui_wait_until (gui_find (page, "error_label") != NULL);
    }
  g_assert_false (gtk_widget_is_sensitive (submit));

  /* It counts down to the end, and then the right one works. */
  gui_type (password, "secret of ben");
  g_assert_false (gtk_widget_is_sensitive (submit));
  gui_wait_until (gui_find_text (page, "You can try again now.") != NULL);
  gui_wait_until (gtk_widget_is_sensitive (submit));
  gui_enter (password);
  gui_wait_connected (app);
}

static void
test_lockout (void)
{
  static const char *const options[]
      = { "--max-failures", "2", "--block-seconds", BLOCK_SECONDS, NULL };
  g_autoptr (GuiTracker) tracker = gui_tracker_new ("open", options);
  g_autoptr (GuiPeer) ben = gui_peer_new (gui_tracker_get_link (tracker), "ben");

  gui_forget ();
  gui_run (NULL, guess, tracker);
}

/* ---- A name that is taken, a password that is too short ---- */

static void
sign_up_wrong (GuiApp *app, gpointer user_data)
{
  GuiTracker *tracker = user_data;
  GtkWidget *page = go_to_sign_in (app, gui_tracker_get_link (tracker));
  GtkWidget *user;
  GtkWidget *password;

  gui_press (gui_get (page, "switch_button"));
  user = gui_get (page, "user_row");
  password = gui_get (page, "password_row");
  gui_type (user, "ben");
  gui_type (password, "secret of somebody else");
  gui_press_control (page, "Sign Up");
  gui_get (page, "error_label");
  g_assert_true (is_marked (user));

  gui_type (user, "cleo");
  gui_type (password, "short");
  gui_press_control (page, "Sign Up");
  gui_get (page, "error_label");
  g_assert_true (is_marked (password));
  g_assert_false (is_marked (user));

  gui_type (password, "long enough to be one");
  gui_press_control (page, "Sign Up");
  gui_wait_connected (app);
}

static void
test_sign_up (void)
{
  g_autoptr (GuiTracker) tracker = gui_tracker_new ("open", NULL);
  g_autoptr (GuiPeer) ben = gui_peer_new (gui_tracker_get_link (tracker), "ben");

  gui_forget ();
  gui_run (NULL, sign_up_wrong, tracker);
}

/* ---- Out, and in again ---- */

static void
answer (GuiApp *app, const char *label)
{
  GtkWidget *dialog = gui_get_window (ADW_TYPE_MESSAGE_DIALOG);

  gui_press_control (dialog, label);
  gui_wait_until (gui_find_window (ADW_TYPE_MESSAGE_DIALOG) == NULL);
}

static void
leave_and_return (GuiApp *app, gpointer user_data)
{
  GuiTracker *tracker = user_data;
  GtkWidget *page;

  gui_join (app, gui_tracker_get_link (tracker), "ada", "secret of ada");
  gui_act (app->view, "win.sign-out", NULL);
  answer (app, "Cancel");
  gui_wait_connected (app);
  gui_act (app->view, "win.sign-out", NULL);
  answer (app, "Sign Out");

  page = gui_get_type (app->view, SHOAL_TYPE_SIGN_IN_PAGE);
  gui_type (gui_get (page, "password_row"), "secret of ada");
  gui_enter (gui_get (page, "password_row"));
  gui_wait_connected (app);

  gui_act (app->view, "win.forget-group", NULL);
  answer (app, "Forget");
  gui_wait_until (gui_find_text (app->view, "Welcome to Shoal") != NULL);
}

static void
find_nothing (GuiApp *app, gpointer user_data)
{
  gui_wait_until (gui_find_text (app->view, "Welcome to Shoal") != NULL);
}

static void
test_sign_out (void)
{
  g_autoptr (GuiTracker) tracker = gui_tracker_new ("open", NULL);

  gui_forget ();
  gui_run (NULL, leave_and_return, tracker);
  gui_run (NULL, find_nothing, NULL);
}

int
main (int argc, char *argv[])
{
  gui_init (&argc, &argv);
  g_test_add_func ("/sign-in/lockout", test_lockout);
  g_test_add_func ("/sign-in/sign-up", test_sign_up);
  g_test_add_func ("/sign-in/sign-out", test_sign_out);
  return g_test_run ();
}
