/* test-pages-1.c: the pages "Browse" and "My Files" without a group
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "shoal-browse-page.h"
#include "shoal-files-page.h"
#include "shoal-resources.h"

static void
present_and_leave (GtkWidget *page, const char *const *actions)
{
  GtkWidget *window = gtk_window_new ();

  g_object_ref_sink (page);
  gtk_window_set_child (GTK_WINDOW (window), page);
  gtk_window_set_default_size (GTK_WINDOW (window), 360, 600);
  gtk_window_present (GTK_WINDOW (window));
  for (guint i = 0; i < 50; i++)
    g_main_context_iteration (NULL, FALSE);
  for (guint i = 0; actions[i] != NULL; i++)
    gtk_widget_activate_action (page, actions[i], NULL); /* without a group: nothing, not a crash */
  gboolean search = FALSE;
  g_object_set (page, "search-mode", TRUE, NULL);
  g_object_get (page, "search-mode", &search, NULL);
  g_assert_true (search);
  gtk_window_destroy (GTK_WINDOW (window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (page);
}

static void
test_browse (void)
{
  static const char *const actions[]
      = { "browse.download", "browse.refresh", "browse.back", "browse.copy-id", NULL };
  GtkWidget *page = shoal_browse_page_new ();

  shoal_browse_page_set_engine (SHOAL_BROWSE_PAGE (page), NULL);
  present_and_leave (page, actions);
}

static void
test_files (void)
{
  static const char *const actions[] = { "files.withdraw", "files.open", "files.switch-off", NULL };
  GtkWidget *page = shoal_files_page_new ();

  shoal_files_page_set_engine (SHOAL_FILES_PAGE (page), NULL);
  present_and_leave (page, actions);
}

int
main (int argc, char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_resources_register (shoal_get_resource ());
  g_test_add_func ("/pages/browse", test_browse);
  g_test_add_func ("/pages/files", test_files);
  return g_test_run ();
}
