/* test-toasts.c: urgent toasts that follow each other quickly, as when files are dropped twice
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "gui-fixture.h"

#define N_ROUNDS (4)

static AdwToast *
add_progress (GuiApp *app, const char *title)
{
  AdwToast *toast = adw_toast_new (title);

  adw_toast_set_timeout (toast, 0);
  adw_toast_set_priority (toast, ADW_TOAST_PRIORITY_HIGH);
  shoal_toaster_add (shoal_window_get_toaster (app->window), g_object_ref (toast));
  return toast;
}

static void
add_and_dismiss (GuiApp *app, gpointer user_data)
{
  /* It is while one fades that the next one matters. */
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", TRUE, NULL);
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_autoptr (AdwToast) first = add_progress (app, "The first");

      gui_wait_until (gui_find_text (app->view, "The first") != NULL);

      g_autoptr (AdwToast) second = add_progress (app, "The second");

      shoal_toaster_take_back (shoal_window_get_toaster (app->window), second);
      shoal_toaster_take_back (shoal_window_get_toaster (app->window), first);
      gui_act (app->view, "win.toast", "s", "The third");
      gui_act (app->view, "win.toast", "s", "The fourth");
      gui_wait_until (gui_find_text (app->view, "The fourth") != NULL);
    }
}

/* One that has just taken the place of another goes at once, as when a file is shared twice. */
static void
replace_and_take_back (GuiApp *app, gpointer user_data)
{
  ShoalToaster *toaster = shoal_window_get_toaster (app->window);

  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", TRUE, NULL);
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      gui_act (app->view, "win.toast", "s", "Before");
      gui_wait_until (gui_find_text (app->view, "Before") != NULL);

      g_autoptr (AdwToast) toast = add_progress (app, "In its place");

      gui_wait_until (gui_find_text (app->view, "In its place") != NULL);
      shoal_toaster_take_back (toaster, toast);
      gui_wait_until (gui_find_text (app->view, "In its place") == NULL);
      gui_act (app->view, "win.toast", "s", "After");
      gui_wait_until (gui_find_text (app->view, "After") != NULL);
    }
}

static void
test_taken_back (void)
{
  gui_run (NULL, replace_and_take_back, NULL);
}

static void
test_toasts (void)
{
  gui_run (NULL, add_and_dismiss, NULL);
}

int
main (int argc, char *argv[])
{
  gui_init (&argc, &argv);
  g_test_add_func ("/toasts/urgent", test_toasts);
  g_test_add_func ("/toasts/taken-back", test_taken_back);
  return g_test_run ();
}
