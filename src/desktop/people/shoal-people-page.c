/* shoal-people-page.c: the page "People" of the main window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-people-page"

#include "config.h"

#include "shoal-people-page.h"

#include <string.h>

#include "shoal-map-model.h"
#include "shoal-person-item.h"
#include "shoal-person-view.h"

struct _ShoalPeoplePage
{
  ShoalWindowPage parent_instance;

  GtkStack *stack;
  GtkSearchBar *search_bar;
  GtkSearchEntry *search_entry;
  GtkListView *list;
  ShoalPersonView *person;

  ShoalEngine *engine;
  char *needle; /* folded; nullable */
  GtkFilter *filter;
  GtkSortListModel *sorted; /* nullable */
  GtkNoSelection *people;   /* of #ShoalPersonItem; nullable */
  GSimpleActionGroup *actions;
};

G_DEFINE_FINAL_TYPE (ShoalPeoplePage, shoal_people_page, SHOAL_TYPE_WINDOW_PAGE)

/* ---- The list ---- */

static gboolean
matches (gpointer member, gpointer data)
{
  ShoalPeoplePage *self = data;
  const char *user = shoal_member_get_user (member);

  if (self->needle == NULL)
    return TRUE;
  g_autofree char *folded = g_utf8_casefold (user != NULL ? user : "", -1);
  return strstr (folded, self->needle) != NULL;
}

/* Who is online first, then by name. The model keeps what it has sorted by until it gets a new
 * sorter, so that its order never contradicts itself while members come and go. */
static GtkSorter *
new_sorter (void)
{
  GtkMultiSorter *sorter = gtk_multi_sorter_new ();
  GtkNumericSorter *online
      = gtk_numeric_sorter_new (gtk_property_expression_new (SHOAL_TYPE_MEMBER, NULL, "online"));

  gtk_numeric_sorter_set_sort_order (online, GTK_SORT_DESCENDING);
  gtk_multi_sorter_append (sorter, GTK_SORTER (online));
  gtk_multi_sorter_append (sorter, GTK_SORTER (gtk_string_sorter_new (gtk_property_expression_new (
                                       SHOAL_TYPE_MEMBER, NULL, "user"))));
  return GTK_SORTER (sorter);
}

static void
update_stack (ShoalPeoplePage *self)
{
  gboolean any = self->people != NULL && g_list_model_get_n_items (G_LIST_MODEL (self->people)) > 0;

  gboolean person = self->engine != NULL && shoal_person_view_get_member (self->person) != NULL;

  /* The window takes the key where nobody is shown. */
  g_simple_action_set_enabled (
      G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self->actions), "back")), person);
  if (person)
    gtk_stack_set_visible_child_name (self->stack, "person");
  else
    gtk_stack_set_visible_child_name (self->stack, any || self->needle != NULL ? "list" : "empty");
}

static void
on_roster_changed_cb (ShoalPeoplePage *self)
{
  g_autoptr (GtkSorter) sorter = new_sorter ();

  gtk_sort_list_model_set_sorter (self->sorted, sorter);
  update_stack (self);
}

static void
on_search_changed_cb (ShoalPeoplePage *self, GtkSearchEntry *entry)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (entry));

  g_clear_pointer (&self->needle, g_free);
  if (*text != '\0')
    self->needle = g_utf8_casefold (text, -1);
  gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
  update_stack (self);
}

static void
show_member (ShoalPeoplePage *self, ShoalMember *member)
{
  shoal_person_view_set_member (self->person, member != NULL ? self->engine : NULL, member);
  update_stack (self);
}

static void
on_activate_cb (ShoalPeoplePage *self, guint position)
{
  g_autoptr (ShoalPersonItem) item = g_list_model_get_item (G_LIST_MODEL (self->people), position);

  show_member (self, shoal_person_item_get_member (item));
}

/* ---- Actions ---- */

static void
on_show_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  ShoalPeoplePage *self = data;
  const char *account = g_variant_get_string (parameter, NULL);

  if (self->engine == NULL)
    return;

  GListModel *members = shoal_directory_get_members (shoal_engine_get_directory (self->engine));

  for (guint i = 0; i < g_list_model_get_n_items (members); i++)
    {
      g_autoptr (ShoalMember) member = g_list_model_get_item (members, i);

      if (g_str_equal (shoal_member_get_account (member), account))
        show_member (self, member);
    }
}

static void
on_back_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  ShoalPeoplePage *self = data;

  show_member (self, NULL);
  gtk_widget_grab_focus (GTK_WIDGET (self->list));
}

static void
on_browse_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  ShoalPeoplePage *self = data;
  ShoalMember *member = shoal_person_view_get_member (self->person);

  if (member != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.show-browse-user", "s",
                                shoal_member_get_user (member));
}

static void
on_confirm_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  ShoalPeoplePage *self = data;

  if (self->engine != NULL)
    shoal_directory_confirm_device (shoal_engine_get_directory (self->engine),
                                    g_variant_get_string (parameter, NULL));
}

/* ---- Class ---- */

static void
dispose (GObject *object)
{
  ShoalPeoplePage *self = SHOAL_PEOPLE_PAGE (object);

  if (self->engine != NULL && shoal_engine_get_directory (self->engine) != NULL)
    g_signal_handlers_disconnect_by_data (shoal_engine_get_directory (self->engine), self);
  g_clear_object (&self->people);
  g_clear_object (&self->filter);
  g_clear_object (&self->sorted);
  g_clear_object (&self->actions);
  g_clear_object (&self->engine);
  g_clear_pointer (&self->needle, g_free);
  G_OBJECT_CLASS (shoal_people_page_parent_class)->dispose (object);
}

static void
shoal_people_page_class_init (ShoalPeoplePageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = dispose;

  g_type_ensure (SHOAL_TYPE_PERSON_ITEM);
  g_type_ensure (SHOAL_TYPE_PERSON_VIEW);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/shoal_app/Shoal/ui/shoal-people-page.ui");
  gtk_widget_class_bind_template_child (widget_class, ShoalPeoplePage, stack);
  gtk_widget_class_bind_template_child (widget_class, ShoalPeoplePage, search_bar);
  gtk_widget_class_bind_template_child (widget_class, ShoalPeoplePage, search_entry);
  gtk_widget_class_bind_template_child (widget_class, ShoalPeoplePage, list);
  gtk_widget_class_bind_template_child (widget_class, ShoalPeoplePage, person);
  gtk_widget_class_bind_template_callback (widget_class, on_search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_activate_cb);

  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Left, GDK_ALT_MASK, "people.back",
                                       NULL);
}

/* Making its rows takes longer than a frame: not while another page is shown. */
static void
fill_list (ShoalPeoplePage *self)
{
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (self->people));
}

static void
shoal_people_page_init (ShoalPeoplePage *self)
{
  static const GActionEntry entries[] = {
    { .name = "show", .activate = on_show_cb, .parameter_type = "s" },
    { .name = "back", .activate = on_back_cb },
    { .name = "browse", .activate = on_browse_cb },
    { .name = "confirm-device", .activate = on_confirm_cb, .parameter_type = "s" },
  };

  self->filter = GTK_FILTER (gtk_custom_filter_new (matches, self, NULL));
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_search_bar_connect_entry (self->search_bar, GTK_EDITABLE (self->search_entry));
  self->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), entries, G_N_ELEMENTS (entries),
                                   self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "people", G_ACTION_GROUP (self->actions));
  g_signal_connect (self, "map", G_CALLBACK (fill_list), NULL);
  update_stack (self);
}

GtkWidget *
shoal_people_page_new (void)
{
  return g_object_new (SHOAL_TYPE_PEOPLE_PAGE, NULL);
}

void
shoal_people_page_set_engine (ShoalPeoplePage *self, ShoalEngine *engine)
{
  g_return_if_fail (SHOAL_IS_PEOPLE_PAGE (self));
  g_return_if_fail (engine == NULL || SHOAL_IS_ENGINE (engine));

  if (self->engine == engine)
    return;
  shoal_person_view_set_member (self->person, NULL, NULL);
  if (self->engine != NULL && shoal_engine_get_directory (self->engine) != NULL)
    g_signal_handlers_disconnect_by_data (shoal_engine_get_directory (self->engine), self);
  g_set_object (&self->engine, engine);
  gtk_list_view_set_model (self->list, NULL);
  g_clear_object (&self->people);
  g_clear_object (&self->sorted);
  if (engine != NULL && shoal_engine_get_directory (engine) != NULL)
    {
      ShoalDirectory *directory = shoal_engine_get_directory (engine);
      GtkFilterListModel *filtered = gtk_filter_list_model_new (
          g_object_ref (shoal_directory_get_members (directory)), g_object_ref (self->filter));

      self->sorted = gtk_sort_list_model_new (G_LIST_MODEL (filtered), new_sorter ());

      ShoalMapModel *items = shoal_map_model_new (G_LIST_MODEL (g_object_ref (self->sorted)),
                                                  shoal_person_item_new, NULL);

      self->people = gtk_no_selection_new (G_LIST_MODEL (items));
      if (gtk_widget_get_mapped (GTK_WIDGET (self)))
        fill_list (self);
      g_signal_connect_swapped (directory, "roster-changed", G_CALLBACK (on_roster_changed_cb),
                                self);
    }
  update_stack (self);
}
