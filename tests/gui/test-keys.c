/* test-keys.c: the app without a pointer: pages, dialogs and the documented shortcuts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "gui-keys.h"
#include "gui-tour.h"

/* ---- Every shortcut is in the shortcuts window, and every one there works ---- */

/* GTK and the setup's way back do these; no action of ours has them. */
static const char *const by_others[] = { "F10", "Escape", NULL };

static char *
normalize (guint key, GdkModifierType modifiers)
{
  return gtk_accelerator_name (gdk_keyval_to_lower (key), modifiers);
}

static gboolean
is_ours (const char *action)
{
  static const char *const groups[]
      = { "win.", "window.close", "browse.", "transfers.", "files.", "people.", "history." };

  for (gsize i = 0; i < G_N_ELEMENTS (groups); i++)
    if (g_str_has_prefix (action, groups[i]))
      return TRUE;
  return FALSE;
}

/* The keypad's keys stand for the others of the same name. */
static gboolean
is_keypad (guint key)
{
  return key >= GDK_KEY_KP_Space && key <= GDK_KEY_KP_9;
}

static void
collect_shortcuts (GtkWidget *widget, GHashTable *keys)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (!GTK_IS_SHORTCUT_CONTROLLER (controller))
        continue;
      for (guint j = 0; j < g_list_model_get_n_items (G_LIST_MODEL (controller)); j++)
        {
          g_autoptr (GtkShortcut) shortcut = g_list_model_get_item (G_LIST_MODEL (controller), j);
          GtkShortcutAction *action = gtk_shortcut_get_action (shortcut);
          GtkShortcutTrigger *trigger = gtk_shortcut_get_trigger (shortcut);
          GtkKeyvalTrigger *keyval
              = GTK_IS_KEYVAL_TRIGGER (trigger) ? GTK_KEYVAL_TRIGGER (trigger) : NULL;

          if (keyval == NULL || !GTK_IS_NAMED_ACTION (action)
              || is_keypad (gtk_keyval_trigger_get_keyval (keyval)))
            continue;

          const char *name = gtk_named_action_get_action_name (GTK_NAMED_ACTION (action));

          if (is_ours (name))
            g_hash_table_replace (keys,
                                  normalize (gtk_keyval_trigger_get_keyval (keyval),
                                             gtk_keyval_trigger_get_modifiers (keyval)),
                                  g_strdup (name));
        }
    }
}

static gboolean
collect_from_ours (GtkWidget *widget, gconstpointer keys)
{
  if (g_str_has_prefix (G_OBJECT_TYPE_NAME (widget), "Shoal"))
    collect_shortcuts (widget, (GHashTable *) keys);
  return FALSE;
}

static void
collect_accels (GtkApplication *application, GHashTable *keys)
{
  g_auto (GStrv) actions = gtk_application_list_action_descriptions (application);

  for (guint i = 0; actions[i] != NULL; i++)
    {
      g_auto (GStrv) accels = gtk_application_get_accels_for_action (application, actions[i]);

      for (guint j = 0; accels[j] != NULL; j++)
        {
          guint key = 0;
          GdkModifierType modifiers = 0;

          g_assert_true (gtk_accelerator_parse (accels[j], &key, &modifiers));
          g_hash_table_replace (keys, normalize (key, modifiers), g_strdup (actions[i]));
        }
    }
}

/* What the shortcuts window lists. Its entries are not public widgets, but their property is. */
static void
collect_listed (GtkWidget *widget, GHashTable *keys)
{
  if (g_str_equal (G_OBJECT_TYPE_NAME (widget), "GtkShortcutsShortcut"))
    {
      g_autofree char *text = NULL;
      g_auto (GStrv) accels = NULL;

      g_object_get (widget, "accelerator", &text, NULL);
      g_assert_nonnull (text);
      accels = g_strsplit (text, " ", -1);
      for (guint i = 0; accels[i] != NULL; i++)
        {
          guint key = 0;
          GdkModifierType modifiers = 0;

          g_assert_true (gtk_accelerator_parse (accels[i], &key, &modifiers));
          g_hash_table_add (keys, normalize (key, modifiers));
        }
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    collect_listed (child, keys);
}

static void
compare_shortcuts (GuiApp *app, gpointer user_data)
{
  static const char *const pages[] = { "browse", "transfers", "files", "people", "history" };
  g_autoptr (GHashTable) ours = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GHashTable) listed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GtkWidget *overlay
      = GTK_WIDGET (gtk_application_window_get_help_overlay (GTK_APPLICATION_WINDOW (app->window)));
  GHashTableIter iter;
  gpointer key;
  gpointer action;
  guint n_wrong = 0;

  gui_group_enter (user_data, app);
  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      gui_get_page (app, pages[i]);
      gui_find_match (app->view, collect_from_ours, ours);
    }
  collect_accels (GTK_APPLICATION (app->application), ours);
  collect_listed (overlay, listed);
  g_assert_cmpuint (g_hash_table_size (listed), >, 10);

  g_hash_table_iter_init (&iter, ours);
  while (g_hash_table_iter_next (&iter, &key, &action))
    if (!g_hash_table_contains (listed, key))
      {
        g_test_message ("not in the shortcuts window: %s, which does %s", (char *) key,
                        (char *) action);
        n_wrong++;
      }
  g_hash_table_iter_init (&iter, listed);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (!g_hash_table_contains (ours, key) && !g_strv_contains (by_others, key))
      {
        g_test_message ("does nothing, but is in the shortcuts window: %s", (char *) key);
        n_wrong++;
      }
  g_assert_cmpuint (n_wrong, ==, 0);
}

/* ---- Keys ---- */

static void
expect_page (GuiApp *app, const char *name)
{
  gui_wait_until (g_strcmp0 (shoal_window_get_visible_page (app->window), name) == 0);
}

static void
expect_dialog_and_leave (GuiApp *app, GType type)
{
  GtkWidget *dialog = gui_get_window (type);

  gui_keys_focus (GTK_WINDOW (dialog));
  gui_key ("Escape");
  gui_wait_until (gui_find_other_window (app->view) == NULL);
  gui_keys_focus (GTK_WINDOW (app->window));
}

static void
press_keys (GuiApp *app, gpointer user_data)
{
  static const char *const pages[] = { "browse", "transfers", "files", "people", "history" };
  static const char *const keys[] = { "<Alt>1", "<Alt>2", "<Alt>3", "<Alt>4", "<Alt>5" };
  GtkWidget *search;

  gui_wait_connected (app);
  gui_keys_focus (GTK_WINDOW (app->window));
  for (gsize i = G_N_ELEMENTS (keys); i > 0; i--)
    {
      gui_key (keys[i - 1]);
      expect_page (app, pages[i - 1]);
    }
  gui_key ("<Control>Page_Down");
  expect_page (app, "transfers");
  gui_key ("<Control>Page_Up");
  expect_page (app, "browse");
  gui_key ("<Control>Page_Up");
  expect_page (app, "history");

  search = gui_get (app->view, "search_button");
  g_assert_false (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (search)));
  gui_key ("<Control>f");
  gui_wait_until (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (search)));
  gui_key ("Escape");
  gui_wait_until (!gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (search)));

  gui_key ("<Control>comma");
  expect_dialog_and_leave (app, ADW_TYPE_WINDOW);
  gui_key ("<Control>question");
  expect_dialog_and_leave (app, GTK_TYPE_SHORTCUTS_WINDOW);
  gui_key ("<Control>i");
  expect_dialog_and_leave (app, ADW_TYPE_WINDOW);
  gui_act (app->view, "win.sign-out", NULL);
  expect_dialog_and_leave (app, ADW_TYPE_MESSAGE_DIALOG);
  gui_wait_connected (app);
  g_action_group_activate_action (G_ACTION_GROUP (app->application), "about", NULL);
  expect_dialog_and_leave (app, ADW_TYPE_ABOUT_WINDOW);
}

/* What can be done with a selection is known a moment after it was made. */
#define press_until(key, condition)                                                                \
  gui_wait_until ((gui_key (key), gui_settle (app->view), (condition)))

static gboolean
is_on_list (GuiApp *app)
{
  return gui_find (app->view, "sidebar_list") != NULL && gui_find (app->view, "pages") == NULL;
}

/* From each page to the list of pages and back to the page, in a narrow window. */
static void
press_back_keys (GuiApp *app, gpointer user_data)
{
  static const char *const pages[] = { "browse", "transfers", "files", "people", "history" };
  static const char *const keys[] = { "<Alt>Left", "Escape" };
  GtkWidget *page;
  GtkWidget *search;

  gui_wait_connected (app);
  gtk_window_set_default_size (GTK_WINDOW (app->window), 360, 640);
  gui_get (app->view, "back_button");
  gui_keys_focus (GTK_WINDOW (app->window));
  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      gui_get_page (app, pages[i]);
      for (gsize k = 0; k < G_N_ELEMENTS (keys); k++)
        {
          g_test_message ("%s in %s", keys[k], pages[i]);
          /* A search that is open is left first. */
          press_until (keys[k], is_on_list (app));
          gui_key ("Return");
          expect_page (app, pages[i]);
        }
    }

  /* So is whatever is open in the page. */
  search = gui_get (app->view, "search_button");
  gui_key ("<Control>f");
  gui_wait_until (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (search)));
  gui_key ("Escape");
  gui_wait_until (!gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (search)));
  expect_page (app, "history");
  page = gui_get_page (app, "people");
  gui_act (gui_get_type (page, GTK_TYPE_LIST_VIEW), "list.activate-item", "u", 0);
  gtk_widget_child_focus (gui_get (page, "person"), GTK_DIR_TAB_FORWARD);
  gui_key ("<Alt>Left");
  gui_wait_until (gui_find (page, "person") == NULL);
  expect_page (app, "people");
  gui_key ("<Alt>Left");
  gui_wait_until (is_on_list (app));
  /* One menu, not that of the page that is not seen. */
  gui_key ("F10");
  gui_wait_until (gui_find_type (app->view, GTK_TYPE_POPOVER_MENU) != NULL);
  gui_key ("Escape");
  gui_wait_until (gui_find_type (app->view, GTK_TYPE_POPOVER_MENU) == NULL);
  gui_keys_focus (GTK_WINDOW (app->window));
  gtk_window_set_default_size (GTK_WINDOW (app->window), 1000, 640);
  gui_wait_until (gui_find (app->view, "pages") != NULL
                  && gui_find (app->view, "back_button") == NULL);
}

/* What the shortcuts window lists for the pages, on what is selected there. */
static void
press_page_keys (GuiApp *app, gpointer user_data)
{
  GtkWidget *page;
  GtkWidget *list;

  gui_wait_connected (app);
  gui_keys_focus (GTK_WINDOW (app->window));
  page = gui_get_page (app, "browse");
  gui_wait_until (gui_find_text (page, "field guide") != NULL);
  list = gui_get_type (page, GTK_TYPE_LIST_VIEW);
  gui_select (list, "field guide");
  gtk_widget_grab_focus (list);
  gui_key ("<Alt>Return");
  expect_dialog_and_leave (app, ADW_TYPE_WINDOW);
  press_until ("<Control>Return", gui_find_text (app->view, "Downloading “field guide") != NULL);
  page = gui_get_page (app, "transfers");
  gui_wait_until (gui_find_text (page, "field guide") != NULL);

  list = gui_get_type (page, GTK_TYPE_LIST_VIEW);
  gui_select (list, "only cleo");
  gtk_widget_grab_focus (list);
  press_until ("<Shift>Delete", gui_find_text (page, "Waiting for a source") == NULL);

  page = gui_get_page (app, "files");
  gui_wait_until (gui_find_text (page, "tide tables") != NULL);
  list = gui_get_type (page, GTK_TYPE_LIST_VIEW);
  gui_select (list, "tide tables");
  gtk_widget_grab_focus (list);
  press_until ("Delete", gui_find_text (page, "tide tables") == NULL);

  gui_key ("F10");
  gui_wait_until (gui_find_type (app->view, GTK_TYPE_POPOVER_MENU) != NULL);
  gui_key ("Escape");
  gui_wait_until (gui_find_type (app->view, GTK_TYPE_POPOVER_MENU) == NULL);
  gui_keys_focus (GTK_WINDOW (app->window));
  gui_key ("<Control>q");
  gui_wait_until (app->window == NULL);
}

/* Tab goes round and passes by what has to be reached. */
static void
press_tab (GuiApp *app, gpointer user_data)
{
  static const char *const pages[] = { "browse", "transfers", "files", "people", "history" };

  gui_wait_connected (app);
  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      GtkWidget *page = gui_get_page (app, pages[i]);
      g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
      gboolean in_page = FALSE;
      gboolean in_header = FALSE;

      gui_keys_focus (GTK_WINDOW (app->window));
      for (guint n = 0; n < 60; n++)
        {
          GtkWidget *before = gtk_window_get_focus (GTK_WINDOW (app->window));
          GtkWidget *focus = NULL;

          gui_key ("Tab");
          gui_wait_until ((focus = gtk_window_get_focus (GTK_WINDOW (app->window))) != NULL
                          && focus != before);
          if (!g_hash_table_add (seen, focus))
            break;
          in_page |= gtk_widget_is_ancestor (focus, page);
          in_header |= gtk_widget_get_ancestor (focus, ADW_TYPE_HEADER_BAR) != NULL;
        }
      g_test_message ("%s: %u stops", pages[i], g_hash_table_size (seen));
      g_assert_true (in_page);
      g_assert_true (in_header);
    }
}

static void
test_keys (void)
{
  g_autoptr (GuiGroup) group = gui_group_new ();

  gui_forget ();
  gui_run (NULL, compare_shortcuts, group);
  gui_run (NULL, press_keys, NULL);
  gui_run (NULL, press_tab, NULL);
  gui_run (NULL, press_back_keys, NULL);
  gui_run (NULL, press_page_keys, NULL);
}

int
main (int argc, char *argv[])
{
  gui_init (&argc, &argv);
  g_test_add_func ("/keys/all", test_keys);
  return g_test_run ();
}
