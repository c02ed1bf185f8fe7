/* test-transfers-page.c: the two kinds of transfers: each button shows its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "gui-fixture.h"
#include "shoal-resources.h"
#include "shoal-transfers-page.h"

static void
choose (GtkWidget *window, const char *button, const char *expected)
{
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (gui_get (window, button)), TRUE);
  gui_wait_until (gui_find_text (window, expected) != NULL);
}

static void
test_kinds (void)
{
  GtkWidget *window = gtk_window_new ();

  gtk_window_set_child (GTK_WINDOW (window), shoal_transfers_page_new ());
  gtk_window_present (GTK_WINDOW (window));
  gui_wait_until (gui_find_text (window, "No Downloads") != NULL);
  choose (window, "uploads_button", "No Uploads");
  choose (window, "downloads_button", "No Downloads");
  choose (window, "uploads_button", "No Uploads");
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char *argv[])
{
  gui_init (&argc, &argv);
  g_resources_register (shoal_get_resource ());
  g_test_add_func ("/transfers-page/kinds", test_kinds);
  return g_test_run ();
}
