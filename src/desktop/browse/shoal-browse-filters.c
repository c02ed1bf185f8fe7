/* shoal-browse-filters.c: the controls that narrow a search
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-browse-page"

#include "config.h"

#include "shoal-browse-page-private.h"

#include <glib/gi18n.h>

#include "shoal-columns.h"
#include "shoal-display.h"
#include "shoal-member.h"

#define MEGA G_GINT64_CONSTANT (1000000)

static const char *const types[]
    = { NULL, "folder", "audio", "video", "image", "document", "archive", "program", "other" };

static const struct
{
  const char *label;
  gint64 min;
  gint64 max;
} sizes[] = {
  { N_ ("Any Size"), -1, -1 },
  { N_ ("Under 1 MB"), -1, MEGA },
  { N_ ("1 to 100 MB"), MEGA, 100 * MEGA },
  { N_ ("100 MB to 1 GB"), 100 * MEGA, 1000 * MEGA },
  { N_ ("Over 1 GB"), 1000 * MEGA, -1 },
};

static const char *
get_person (ShoalBrowsePage *self)
{
  GtkStringObject *item = gtk_drop_down_get_selected_item (self->person_filter);

  if (item == NULL || gtk_drop_down_get_selected (self->person_filter) == 0)
    return NULL;
  return gtk_string_object_get_string (item);
}

static gboolean
has_filter (ShoalBrowsePage *self)
{
  return gtk_drop_down_get_selected (self->type_filter) != 0
         || gtk_drop_down_get_selected (self->size_filter) != 0 || get_person (self) != NULL
         || gtk_switch_get_active (self->available_filter);
}

gboolean
shoal_browse_filters_are_set (ShoalBrowsePage *self)
{
  return has_filter (self) || *gtk_editable_get_text (GTK_EDITABLE (self->search_entry)) != '\0';
}

void
shoal_browse_filters_apply (ShoalBrowsePage *self)
{
  static const ShoalSort sorts[]
      = { SHOAL_SORT_NAME, SHOAL_SORT_SIZE, SHOAL_SORT_NEWEST, SHOAL_SORT_TYPE, SHOAL_SORT_WHO };
  guint type = gtk_drop_down_get_selected (self->type_filter);
  guint size = gtk_drop_down_get_selected (self->size_filter);
  char folder[SHOAL_DIGEST_HEX_SIZE];
  gboolean turned;

  if (self->setting)
    return;
  int column = shoal_columns_get_remote_order (self->view, &turned);
  ShoalQuery query = {
    .words = gtk_editable_get_text (GTK_EDITABLE (self->search_entry)),
    .type = type < G_N_ELEMENTS (types) ? types[type] : NULL,
    .user = get_person (self),
    .min_size = size < G_N_ELEMENTS (sizes) ? sizes[size].min : -1,
    .max_size = size < G_N_ELEMENTS (sizes) ? sizes[size].max : -1,
    .available = gtk_switch_get_active (self->available_filter),
    .sort = column >= 0 ? sorts[column] : SHOAL_SORT_NEWEST,
    .descending = column >= 0 && sorts[column] != SHOAL_SORT_NEWEST && turned,
  };
  /* Files inside folders are found, but not all listed beside their folders. */
  query.top = self->folder == NULL && *query.words == '\0' && query.type == NULL
              && query.min_size < 0 && query.max_size < 0;
  if (self->folder != NULL)
    {
      shoal_digest_to_hex (shoal_result_get_id (self->folder), folder);
      query.folder = folder;
    }
  if (has_filter (self))
    gtk_widget_add_css_class (GTK_WIDGET (self->filter_button), "suggested-action");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->filter_button), "suggested-action");
  shoal_search_model_set_query (self->model, &query);
}

void
shoal_browse_filters_clear (ShoalBrowsePage *self)
{
  self->setting = TRUE;
  gtk_editable_set_text (GTK_EDITABLE (self->search_entry), "");
  gtk_drop_down_set_selected (self->type_filter, 0);
  gtk_drop_down_set_selected (self->size_filter, 0);
  gtk_drop_down_set_selected (self->person_filter, 0);
  gtk_switch_set_active (self->available_filter, FALSE);
  self->setting = FALSE;
  shoal_browse_filters_apply (self);
}

static guint
find_person (ShoalBrowsePage *self, const char *user)
{
  GListModel *people = gtk_drop_down_get_model (self->person_filter);

  for (guint i = 1; user != NULL && i < g_list_model_get_n_items (people); i++)
    if (g_strcmp0 (gtk_string_list_get_string (GTK_STRING_LIST (people), i), user) == 0)
      return i;
  return 0;
}

void
shoal_browse_filters_set_person (ShoalBrowsePage *self, const char *user)
{
  if (user != NULL && find_person (self, user) == 0)
    gtk_string_list_append (GTK_STRING_LIST (gtk_drop_down_get_model (self->person_filter)), user);
  gtk_drop_down_set_selected (self->person_filter, find_person (self, user));
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_utf8_collate (*(const char *const *) a, *(const char *const *) b);
}

void
shoal_browse_filters_update_people (ShoalBrowsePage *self)
{
  GtkStringList *list = GTK_STRING_LIST (gtk_drop_down_get_model (self->person_filter));
  g_autofree char *chosen = g_strdup (get_person (self));
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  GListModel *members
      = self->directory != NULL ? shoal_directory_get_members (self->directory) : NULL;
  gboolean same = TRUE;

  for (guint i = 0; members != NULL && i < g_list_model_get_n_items (members); i++)
    {
      g_autoptr (ShoalMember) member = g_list_model_get_item (members, i);

      g_ptr_array_add (names, g_strdup (shoal_member_get_user (member)));
    }
  g_ptr_array_sort (names, compare_names);
  guint before = g_list_model_get_n_items (G_LIST_MODEL (list));
  same = before == names->len + 1;
  for (guint i = 0; same && i < names->len; i++)
    same = g_str_equal (gtk_string_list_get_string (list, i + 1), names->pdata[i]);
  if (same)
    return;
  g_ptr_array_add (names, NULL);
  self->setting = TRUE;
  gtk_string_list_splice (list, 1, before - 1, (const char *const *) names->pdata);
  shoal_browse_filters_set_person (self, chosen);
  self->setting = FALSE;
}

void
shoal_browse_filters_init (ShoalBrowsePage *self)
{
  g_autoptr (GtkStringList) type_list = gtk_string_list_new (NULL);
  g_autoptr (GtkStringList) size_list = gtk_string_list_new (NULL);
  g_autoptr (GtkStringList) people = gtk_string_list_new (NULL);

  gtk_string_list_append (type_list, _ ("Any Type"));
  for (gsize i = 1; i < G_N_ELEMENTS (types); i++)
    gtk_string_list_append (type_list, shoal_display_type (types[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    gtk_string_list_append (size_list, _ (sizes[i].label));
  gtk_string_list_append (people, _ ("Anyone"));
  self->setting = TRUE;
  gtk_drop_down_set_model (self->type_filter, G_LIST_MODEL (type_list));
  gtk_drop_down_set_model (self->size_filter, G_LIST_MODEL (size_list));
  gtk_drop_down_set_model (self->person_filter, G_LIST_MODEL (people));
  g_autoptr (GtkExpression) name
             = gtk_property_expression_new (GTK_TYPE_STRING_OBJECT, NULL, "string");
  gtk_drop_down_set_expression (self->person_filter, name);
  gtk_drop_down_set_enable_search (self->person_filter, TRUE);
  self->setting = FALSE;
}
