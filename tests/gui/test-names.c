/* test-names.c: what a screen reader is told: every control on every page and dialog has a name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "gui-tour.h"

typedef struct
{
  const char *where;
  GPtrArray *complaints;
  guint n_controls;
} Walk;

/* Parts of a control that is named itself, such as the text inside of an entry. */
static gboolean
is_named_by_parent (GtkWidget *widget)
{
  GtkWidget *parent = gtk_widget_get_parent (widget);
  static const char *const owners[]
      = { "GtkEntry",      "GtkSearchEntry", "GtkPasswordEntry", "GtkSpinButton",
          "GtkMenuButton", "GtkDropDown",    "AdwEntryRow",      "AdwSplitButton" };

  for (; parent != NULL; parent = gtk_widget_get_parent (parent))
    for (gsize i = 0; i < G_N_ELEMENTS (owners); i++)
      if (g_type_is_a (G_OBJECT_TYPE (parent), g_type_from_name (owners[i])))
        return TRUE;
  return FALSE;
}

/* What the user can do something with. Containers that only pass the focus on are none. */
static gboolean
is_for_users (GtkWidget *widget)
{
  if (GTK_IS_BUTTON (widget) || GTK_IS_MENU_BUTTON (widget) || GTK_IS_SWITCH (widget)
      || GTK_IS_CHECK_BUTTON (widget) || GTK_IS_EDITABLE (widget) || GTK_IS_DROP_DOWN (widget)
      || GTK_IS_LIST_BOX_ROW (widget) || GTK_IS_SCALE (widget) || GTK_IS_LIST_VIEW (widget)
      || GTK_IS_COLUMN_VIEW (widget) || GTK_IS_GRID_VIEW (widget) || GTK_IS_PROGRESS_BAR (widget)
      || GTK_IS_SPINNER (widget))
    return TRUE;
  /* Drawn by ourselves. */
  return gtk_accessible_get_accessible_role (GTK_ACCESSIBLE (widget)) == GTK_ACCESSIBLE_ROLE_IMG
         && !GTK_IS_IMAGE (widget) && !GTK_IS_PICTURE (widget);
}

/* GTK's and libadwaita's own dialogs and bars are their matter. */
static gboolean
is_foreign (GtkWidget *widget)
{
  static const char *const foreign[]
      = { "GtkWindowControls",  "AdwAboutWindow", "GtkShortcutsWindow", "AdwViewSwitcher",
          "AdwEntryRow", /* its own edit and apply buttons */
          "GtkColumnViewTitle", "GtkScrollbar",   "GtkPopoverMenu",     "GtkSpinButton",
          "GtkDropDown",        "AdwExpanderRow", "AdwComboRow",        "AdwToastWidget" };

  for (gsize i = 0; i < G_N_ELEMENTS (foreign); i++)
    {
      GType type = g_type_from_name (foreign[i]);

      for (GtkWidget *at = gtk_widget_get_parent (widget); type != 0 && at != NULL;
           at = gtk_widget_get_parent (at))
        if (g_type_is_a (G_OBJECT_TYPE (at), type))
          return TRUE;
    }
  return FALSE;
}

/* The list inside of a table, which has the name. */
static gboolean
is_inner_list (GtkWidget *widget)
{
  return GTK_IS_LIST_VIEW (widget) && GTK_IS_COLUMN_VIEW (gtk_widget_get_parent (widget));
}

/* What we draw ourselves says what it is; what went wrong is said at once. */
static gboolean
has_role (GtkWidget *widget)
{
  GtkAccessibleRole role = gtk_accessible_get_accessible_role (GTK_ACCESSIBLE (widget));
  const char *id = gtk_buildable_get_buildable_id (GTK_BUILDABLE (widget));

  if (GTK_IS_LABEL (widget) && id != NULL && g_str_has_suffix (id, "error_label"))
    return role == GTK_ACCESSIBLE_ROLE_ALERT;
  if (g_str_has_prefix (G_OBJECT_TYPE_NAME (widget), "Shoal")
      && gtk_widget_get_first_child (widget) == NULL)
    return role != GTK_ACCESSIBLE_ROLE_WIDGET && role != GTK_ACCESSIBLE_ROLE_NONE;
  return TRUE;
}

static char *
describe (GtkWidget *widget)
{
  const char *id = gtk_buildable_get_buildable_id (GTK_BUILDABLE (widget));
  GString *path = g_string_new (G_OBJECT_TYPE_NAME (widget));

  if (id != NULL)
    g_string_append_printf (path, "#%s", id);
  for (GtkWidget *at = gtk_widget_get_parent (widget); at != NULL; at = gtk_widget_get_parent (at))
    g_string_append_printf (path, " < %s", G_OBJECT_TYPE_NAME (at));
  return g_string_free (path, FALSE);
}

static gboolean
check (GtkWidget *widget, gconstpointer data)
{
  Walk *walk = (Walk *) data;
  g_autofree char *name = NULL;

  if (!has_role (widget))
    {
      g_autofree char *path = describe (widget);

      g_ptr_array_add (walk->complaints, g_strdup_printf ("%s, role: %s", walk->where, path));
    }
  if (is_inner_list (widget) || !is_for_users (widget) || is_named_by_parent (widget)
      || is_foreign (widget))
    return FALSE;
  walk->n_controls++;
  name = gui_dup_name (widget);
  if (name == NULL)
    {
      g_autofree char *path = describe (widget);

      g_ptr_array_add (walk->complaints, g_strdup_printf ("%s: %s", walk->where, path));
    }
  return FALSE;
}

static void
visit (GuiApp *app, const char *name, GtkWindow *root, gpointer user_data)
{
  Walk *walk = user_data;
  guint before = walk->n_controls;

  walk->where = name;
  gui_find_match (GTK_WIDGET (root), check, walk);
  g_test_message ("%s: %u controls", name, walk->n_controls - before);
  /* A walk that finds nothing has looked at nothing. */
  if (GTK_WIDGET (root) == app->view)
    g_assert_cmpuint (walk->n_controls, >, before);
}

static void
tell (Walk *walk)
{
  for (guint i = 0; i < walk->complaints->len; i++)
    g_test_message ("no name or role: %s", (char *) g_ptr_array_index (walk->complaints, i));
  g_assert_cmpuint (walk->complaints->len, ==, 0);
  g_ptr_array_unref (walk->complaints);
}

static void
tour_all (GuiApp *app, gpointer user_data)
{
  GuiGroup *group = user_data;
  Walk walk = { .complaints = g_ptr_array_new_with_free_func (g_free) };

  gui_tour_first_start (app, gui_tracker_get_link (group->tracker), visit, &walk);
  gui_group_enter (group, app);
  gui_tour_pages (app, visit, &walk);
  gui_tour_dialogs (app, visit, &walk);
  tell (&walk);
}

static void
test_names (void)
{
  g_autoptr (GuiGroup) group = gui_group_new ();

  gui_forget ();
  gui_run (NULL, tour_all, group);
}

/* The check itself: it finds what has no name, and takes each way to have one. */
static void
test_check (void)
{
  g_autoptr (GtkWidget) button = g_object_ref_sink (gtk_button_new_from_icon_name ("go-next"));
  g_autoptr (GtkWidget) other = g_object_ref_sink (gtk_button_new_with_mnemonic ("_Next"));
  g_autofree char *none = gui_dup_name (button);
  g_autofree char *own = gui_dup_name (other);
  g_autofree char *tip = NULL;
  g_autofree char *set = NULL;

  g_assert_null (none);
  g_assert_cmpstr (own, ==, "Next");
  gtk_widget_set_tooltip_text (button, "Onwards");
  tip = gui_dup_name (button);
  g_assert_cmpstr (tip, ==, "Onwards");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  "Next page", -1);
  set = gui_dup_name (button);
  g_assert_cmpstr (set, ==, "Next page");
}

int
main (int argc, char *argv[])
{
  gui_init (&argc, &argv);
  g_test_add_func ("/names/check", test_check);
  g_test_add_func ("/names/all", test_names);
  return g_test_run ();
}
