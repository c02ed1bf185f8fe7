/* gui-tour.c: for tests: a small real group, and a visit to everything the app can show of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "gui-tour.h"

#include <string.h>

#include "shoal-dialogs.h"
#include "shoal-invite-view.h"
#include "shoal-preferences-window.h"
#include "shoal-sign-in-page.h"
#include "shoal-sources-window.h"

/* ---- The group ---- */

GuiGroup *
gui_group_new (void)
{
  static const char *const options[] = { "--name", "Friends of the Reef", NULL };
  GuiGroup *self = g_new0 (GuiGroup, 1);
  g_autofree char *folder = gui_dup_path ("group");
  g_autofree char *album = g_build_filename (folder, "Summer 2026", NULL);
  g_autofree char *book = gui_make_file (folder, "field guide to corals.epub", 700 * 1000);
  g_autofree char *film = gui_make_file (folder, "reef at night.mkv", 3 * 1000 * 1000);
  g_autofree char *rare = gui_make_file (folder, "only cleo has this.iso", 2 * 1000 * 1000);
  const char *link;

  g_free (gui_make_file (album, "beach.jpg", 200 * 1000));
  g_free (gui_make_file (album, "boat.jpg", 150 * 1000));
  self->tracker = gui_tracker_new ("open", options);
  link = gui_tracker_get_link (self->tracker);
  self->ben = gui_peer_new (link, "ben");
  self->cleo = gui_peer_new (link, "cleo");
  g_free (gui_peer_run (self->ben, "share", book, film, album, NULL));
  g_free (gui_peer_run (self->cleo, "share", rare, NULL));
  gui_peer_serve (self->ben);
  return self;
}

void
gui_group_free (GuiGroup *self)
{
  gui_peer_free (self->ben);
  gui_peer_free (self->cleo);
  gui_tracker_free (self->tracker);
  g_free (self);
}

/* ---- Rows ---- */

/* Whether any of the words that the item shows has @text in it. */
static gboolean
shows (GObject *item, const char *text)
{
  guint n_properties = 0;
  g_autofree GParamSpec **properties
      = g_object_class_list_properties (G_OBJECT_GET_CLASS (item), &n_properties);

  for (guint i = 0; i < n_properties; i++)
    {
      g_autofree char *value = NULL;

      if (properties[i]->value_type != G_TYPE_STRING
          || (properties[i]->flags & G_PARAM_READABLE) == 0)
        continue;
      g_object_get (item, properties[i]->name, &value, NULL);
      if (value != NULL && strstr (value, text) != NULL)
        return TRUE;
    }
  return FALSE;
}

static guint
find_row (GtkWidget *list, const char *text)
{
  GListModel *model = G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (list)));

  for (guint i = 0; model != NULL && i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (GObject) item = g_list_model_get_item (model, i);

      if (shows (item, text))
        return i;
    }
  return GTK_INVALID_LIST_POSITION;
}

static guint
get_row (GtkWidget *list, const char *text)
{
  guint position = GTK_INVALID_LIST_POSITION;

  g_test_message ("waiting for a row with “%s”", text);
  gui_wait_until ((position = find_row (list, text)) != GTK_INVALID_LIST_POSITION);
  return position;
}

void
gui_select (GtkWidget *list, const char *text)
{
  gui_act (list, "list.select-item", "(ubb)", get_row (list, text), FALSE, FALSE);
}

static void
activate_row (GtkWidget *list, const char *text)
{
  gui_act (list, "list.activate-item", "u", get_row (list, text));
}

static GtkWidget *
get_list (GtkWidget *page)
{
  return gui_get_type (page, GTK_TYPE_LIST_VIEW);
}

/* ---- Into the group ---- */

void
gui_group_enter (GuiGroup *self, GuiApp *app)
{
  g_autofree char *link = gui_tracker_run (self->tracker, "link", "--owner", NULL);
  g_autofree char *downloads = gui_dup_downloads (app);
  g_autofree char *downloaded = g_build_filename (downloads, "reef at night.mkv", NULL);
  g_autofree char *folder = gui_dup_path ("ada's");
  g_autofree char *own = gui_make_file (folder, "tide tables.ods", 90 * 1000);
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);
  g_autoptr (GFile) file = g_file_new_for_path (own);
  GtkWidget *page;

  gui_join (app, link, "ada", "secret of ada");
  g_list_store_append (files, file);
  shoal_window_share (app->window, G_LIST_MODEL (files));
  page = gui_get_page (app, "browse");
  activate_row (get_list (page), "reef at night");
  activate_row (get_list (page), "only cleo");
  gui_wait_until (g_file_test (downloaded, G_FILE_TEST_EXISTS));
  page = gui_get_page (app, "history");
  gui_wait_until (gui_find_text (page, "reef at night") != NULL);
  page = gui_get_page (app, "files");
  gui_wait_until (gui_find_text (page, "tide tables") != NULL);
  page = gui_get_page (app, "transfers");
  gui_wait_until (gui_find_text (page, "only cleo") != NULL);
}

/* ---- The way into a group ---- */

static void
visit_main (GuiApp *app, const char *name, GuiVisit visit, gpointer user_data)
{
  gui_settle (app->view);
  visit (app, name, GTK_WINDOW (app->window), user_data);
}

void
gui_tour_first_start (GuiApp *app, const char *link, GuiVisit visit, gpointer user_data)
{
  gui_get (app->view, "join_row");
  visit_main (app, "welcome", visit, user_data);

  gui_press (gui_get (app->view, "join_row"));
  gui_get (app->view, "link_row");
  visit_main (app, "join", visit, user_data);
  gui_type (gui_get (app->view, "link_row"), "no link at all");
  gui_enter (gui_get (app->view, "link_row"));
  gui_get (app->view, "link_error");
  visit_main (app, "join-error", visit, user_data);
  gui_type (gui_get (app->view, "link_row"), link);
  gui_enter (gui_get (app->view, "link_row"));
  gui_get (app->view, "confirm_button");
  visit_main (app, "join-confirm", visit, user_data);
  gui_press (gui_get (app->view, "confirm_button"));
  gui_get_type (app->view, SHOAL_TYPE_SIGN_IN_PAGE);
  visit_main (app, "sign-in", visit, user_data);
  gui_press (gui_get (app->view, "switch_button"));
  visit_main (app, "sign-up", visit, user_data);
  for (guint i = 0; i < 3; i++)
    gui_act (gui_get (app->view, "setup"), "setup.back", NULL);

  gui_press (gui_get (app->view, "start_row"));
  gui_get (app->view, "name_row");
  visit_main (app, "start-group", visit, user_data);
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (gui_get_type (app->view, ADW_TYPE_EXPANDER_ROW)),
                                 TRUE);
  gui_get (app->view, "port_spin");
  visit_main (app, "start-group-address", visit, user_data);
  gui_act (gui_get (app->view, "setup"), "setup.back", NULL);
  gui_get (app->view, "join_row");
}

/* ---- Pages ---- */

static void
visit_popover (GuiApp *app, GtkWidget *button, const char *name, GuiVisit visit, gpointer user_data)
{
  gtk_menu_button_popup (GTK_MENU_BUTTON (button));
  gui_wait_until (
      gtk_widget_get_mapped (GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (button)))));
  visit_main (app, name, visit, user_data);
  gtk_menu_button_popdown (GTK_MENU_BUTTON (button));
  gui_wait_until (
      !gtk_widget_get_mapped (GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (button)))));
}

static void
tour_browse (GuiApp *app, GuiVisit visit, gpointer user_data)
{
  GtkWidget *page = gui_get_page (app, "browse");
  GtkWidget *entry = gui_get (page, "search_entry");

  gui_wait_until (gui_find_text (page, "field guide") != NULL);
  gui_select (get_list (page), "field guide");
  visit_main (app, "browse", visit, user_data);
  visit_popover (app, gui_get (page, "filter_button"), "browse-filters", visit, user_data);

  gui_type (entry, "nobody has such a thing");
  gui_wait_until (gui_find (page, "view") == NULL);
  visit_main (app, "browse-nothing", visit, user_data);
  gui_type (entry, "");
  gui_wait_until (gui_find (page, "view") != NULL);

  activate_row (get_list (page), "Summer 2026");
  gui_wait_until (gui_find_text (page, "beach.jpg") != NULL);
  visit_main (app, "browse-folder", visit, user_data);
  gui_act (page, "browse.back", NULL);
  gui_wait_until (gui_find_text (page, "field guide") != NULL);
}

static void
tour_people (GuiApp *app, GuiVisit visit, gpointer user_data)
{
  GtkWidget *page = gui_get_page (app, "people");

  gui_wait_until (gui_find_text (page, "ben") != NULL);
  visit_main (app, "people", visit, user_data);
  activate_row (get_list (page), "ben");
  gui_get (page, "person");
  visit_main (app, "person", visit, user_data);
  gui_act (page, "people.back", NULL);
  gui_wait_until (gui_find (page, "person") == NULL);
}

void
gui_tour_pages (GuiApp *app, GuiVisit visit, gpointer user_data)
{
  GtkWidget *page;

  tour_browse (app, visit, user_data);
  page = gui_get_page (app, "transfers");
  gui_select (get_list (page), "only cleo");
  visit_main (app, "transfers", visit, user_data);
  gui_get_page (app, "files");
  visit_main (app, "files", visit, user_data);
  tour_people (app, visit, user_data);
  page = gui_get_page (app, "history");
  gui_wait_until (gui_find_text (page, "reef at night") != NULL);
  visit_main (app, "history", visit, user_data);
  gui_get_page (app, "browse");
  /* In a narrow window the group is on the list of pages. */
  if (gui_find (app->view, "back_button") != NULL)
    {
      gui_press (gui_get (app->view, "back_button"));
      gui_wait_until (gui_find (app->view, "back_button") == NULL);
      visit_main (app, "pages", visit, user_data);
    }
  visit_popover (app, gui_get (app->view, "group_button"), "group-menu", visit, user_data);
}

/* ---- Dialogs ---- */

/* As Escape does; whoever closes it holds it no longer. */
static void
leave (GuiApp *app, GtkWidget *dialog)
{
  g_object_add_weak_pointer (G_OBJECT (dialog), (gpointer *) &dialog);
  gtk_window_close (GTK_WINDOW (dialog));
  gui_wait_until (dialog == NULL);
}

static void
visit_dialog (GuiApp *app, const char *name, GuiVisit visit, gpointer user_data)
{
  GtkWidget *dialog = NULL;

  g_test_message ("waiting for the dialog “%s”", name);
  gui_wait_until ((dialog = gui_find_other_window (app->view)) != NULL);
  gui_settle (dialog);
  visit (app, name, GTK_WINDOW (dialog), user_data);
  /* The shortcuts window belongs to the main window and only hides. */
  if (GTK_IS_SHORTCUTS_WINDOW (dialog))
    {
      gtk_window_close (GTK_WINDOW (dialog));
      gui_wait_until (!gtk_widget_get_mapped (dialog));
    }
  else
    leave (app, dialog);
}

void
gui_tour_dialogs (GuiApp *app, GuiVisit visit, gpointer user_data)
{
  static const char *const lines[] = { "/somewhere/a socket: It is neither a file nor a folder.",
                                       "/somewhere/gone: It is not there.", NULL };
  GtkWindow *parent = GTK_WINDOW (app->window);
  GtkWidget *page = gui_get_page (app, "browse");

  g_action_group_activate_action (G_ACTION_GROUP (app->application), "preferences", NULL);
  visit_dialog (app, "preferences", visit, user_data);
  g_action_group_activate_action (G_ACTION_GROUP (app->application), "about", NULL);
  visit_dialog (app, "about", visit, user_data);
  gui_act (app->view, "win.show-help-overlay", NULL);
  visit_dialog (app, "shortcuts", visit, user_data);

  gui_act (app->view, "win.invite", NULL);
  gui_wait_until (gui_find_other_window (app->view) != NULL
                  && gui_find (gui_find_other_window (app->view), "link_label") != NULL);
  visit_dialog (app, "invite", visit, user_data);

  gui_select (get_list (page), "field guide");
  gui_act (page, "browse.who-has", NULL);
  gui_wait_until (gui_find_other_window (app->view) != NULL
                  && gui_find_text (gui_find_other_window (app->view), "ben") != NULL);
  visit_dialog (app, "who-has", visit, user_data);

  gui_act (app->view, "win.sign-out", NULL);
  visit_dialog (app, "sign-out", visit, user_data);
  gui_act (app->view, "win.forget-group", NULL);
  visit_dialog (app, "forget", visit, user_data);
  shoal_dialogs_show_list (parent, "Some Files Cannot Be Shared", "The others are shared.", lines);
  visit_dialog (app, "refused", visit, user_data);
}
