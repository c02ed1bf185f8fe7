/* shoal-share-view.c: what is in a shared folder, each file with a switch
 *
 * The list is made of what the share was found to hold last. A switch is thrown by the engine; the
 * items follow what it says, since a folder's switch moves those of everything in it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-share-view"

#include "config.h"

#include "shoal-share-view.h"

#include <glib/gi18n.h>

#include "shoal-display-name.h"
#include "shoal-share-file-item.h"
#include "shoal-tooltip.h"
#include "shoal-units.h"

struct _ShoalShareView
{
  AdwBin parent_instance;

  GtkLabel *title;
  GtkLabel *details;
  GtkStack *stack;
  GtkListView *list;
  GtkWidget *all_button;
  GtkWidget *none_button;

  ShoalShares *shares;
  ShoalShare *share;
  GListStore *items;
  GtkStringFilter *filter;
  GtkFilterListModel *found;
  GtkNoSelection *selection;
  guint idle;
};

G_DEFINE_FINAL_TYPE (ShoalShareView, shoal_share_view, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_NEEDLE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* ---- What is shown ---- */

static void
update_details (ShoalShareView *self)
{
  guint n_on = shoal_share_get_n_files (self->share);
  guint n = n_on + shoal_share_get_n_hidden (self->share);
  g_autofree char *size = shoal_format_size (shoal_share_get_size (self->share));
  g_autofree char *text = NULL;

  if (shoal_share_get_state (self->share) == SHOAL_SHARE_HASHING)
    text = g_strdup (_ ("Looking through it"));
  else if (!shoal_share_get_wanted (self->share) || n_on == 0)
    text = g_strdup (_ ("Nothing of it is offered"));
  else
    /* Translators: so many of all files in a folder are offered, and their size */
    text = g_strdup_printf (
        ngettext ("%u of %u file is offered · %s", "%u of %u files are offered · %s", n), n_on, n,
        size);
  gtk_label_set_text (self->details, text);
  gtk_widget_set_sensitive (self->all_button, shoal_share_get_n_hidden (self->share) > 0
                                                  || !shoal_share_get_wanted (self->share));
  gtk_widget_set_sensitive (self->none_button, n_on > 0);
}

static void
update_stack (ShoalShareView *self)
{
  const char *name = "list";

  if (g_list_model_get_n_items (G_LIST_MODEL (self->items)) == 0)
    name = shoal_share_get_state (self->share) == SHOAL_SHARE_HASHING ? "loading" : "empty";
  else if (g_list_model_get_n_items (G_LIST_MODEL (self->found)) == 0)
    name = "nothing";
  gtk_stack_set_visible_child_name (self->stack, name);
}

static void refresh (ShoalShareView *self);

static void
on_switched_cb (ShoalShareFileItem *item, gboolean on, ShoalShareView *self)
{
  shoal_shares_switch (self->shares, self->share, shoal_share_file_item_get_path (item), on);
  if (on)
    shoal_shares_set_offered (self->shares, self->share, TRUE);
  refresh (self);
}

static ShoalShareFileItem *
make_item (ShoalShareView *self, const ShoalShareFile *file)
{
  ShoalShareFileItem *item = shoal_share_file_item_new (file);

  g_signal_connect_object (item, "switched", G_CALLBACK (on_switched_cb), self, 0);
  return item;
}

static gboolean
has_same_paths (ShoalShareView *self, GPtrArray *files)
{
  GListModel *items = G_LIST_MODEL (self->items);

  if (g_list_model_get_n_items (items) != files->len)
    return FALSE;
  for (guint i = 0; i < files->len; i++)
    {
      g_autoptr (ShoalShareFileItem) item = g_list_model_get_item (items, i);
      const ShoalShareFile *file = g_ptr_array_index (files, i);

      if (!g_str_equal (shoal_share_file_item_get_path (item), file->path))
        return FALSE;
    }
  return TRUE;
}

static void
take_files (ShoalShareView *self, GPtrArray *files)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_full (files->len, g_object_unref);

  for (guint i = 0; i < files->len; i++)
    g_ptr_array_add (items, make_item (self, g_ptr_array_index (files, i)));
  g_list_store_splice (self->items, 0, g_list_model_get_n_items (G_LIST_MODEL (self->items)),
                       items->pdata, items->len);
}

static void
refresh (ShoalShareView *self)
{
  if (self->share == NULL)
    return;

  g_autoptr (GPtrArray) files = shoal_share_list_files (self->share);
  gboolean wanted = shoal_share_get_wanted (self->share);

  if (!has_same_paths (self, files))
    take_files (self, files);
  for (guint i = 0; i < files->len; i++)
    {
      g_autoptr (ShoalShareFileItem) item = g_list_model_get_item (G_LIST_MODEL (self->items), i);
      const ShoalShareFile *file = g_ptr_array_index (files, i);

      shoal_share_file_item_set_on (item, wanted && file->on);
    }
  update_details (self);
  update_stack (self);
}

static gboolean
on_idle_cb (gpointer user_data)
{
  ShoalShareView *self = user_data;

  self->idle = 0;
  /* While it is looked through there are other numbers all the time, but no other files. */
  if (self->share != NULL && shoal_share_get_state (self->share) == SHOAL_SHARE_HASHING)
    {
      update_details (self);
      update_stack (self);
    }
  else
    refresh (self);
  return G_SOURCE_REMOVE;
}

/* Several properties change at once. */
static void
on_share_notify_cb (ShoalShareView *self)
{
  if (self->idle == 0)
    self->idle = g_idle_add (on_idle_cb, self);
}

/* ---- Rows ---- */

static void
on_setup_cb (ShoalShareView *self, GtkListItem *list_item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *icon = gtk_image_new ();
  GtkWidget *name = gtk_inscription_new (NULL);
  GtkWidget *size = gtk_label_new (NULL);
  GtkWidget *toggle = gtk_switch_new ();

  gtk_inscription_set_text_overflow (GTK_INSCRIPTION (name),
                                     GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_END);
  gtk_inscription_set_min_chars (GTK_INSCRIPTION (name), 8);
  gtk_widget_set_hexpand (name, TRUE);
  gtk_widget_add_css_class (size, "dim-label");
  gtk_widget_add_css_class (size, "numeric");
  gtk_widget_set_valign (toggle, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), size);
  gtk_box_append (GTK_BOX (box), toggle);
  gtk_accessible_update_relation (GTK_ACCESSIBLE (toggle), GTK_ACCESSIBLE_RELATION_LABELLED_BY,
                                  name, NULL, -1);

  GBindingGroup *group = g_binding_group_new ();
  g_binding_group_bind (group, "icon-name", icon, "icon-name", G_BINDING_SYNC_CREATE);
  g_binding_group_bind (group, "name", name, "text", G_BINDING_SYNC_CREATE);
  g_binding_group_bind (group, "path", shoal_tooltip_new (box), "text", G_BINDING_SYNC_CREATE);
  g_binding_group_bind (group, "size", size, "label", G_BINDING_SYNC_CREATE);
  g_binding_group_bind (group, "indent", icon, "margin-start", G_BINDING_SYNC_CREATE);
  g_binding_group_bind (group, "on", toggle, "active",
                        G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
  g_object_set_data_full (G_OBJECT (list_item), "shoal-bindings", group, g_object_unref);
  gtk_list_item_set_child (list_item, box);
}

static void
on_bind_cb (ShoalShareView *self, GtkListItem *list_item)
{
  g_binding_group_set_source (g_object_get_data (G_OBJECT (list_item), "shoal-bindings"),
                              gtk_list_item_get_item (list_item));
}

static void
on_unbind_cb (ShoalShareView *self, GtkListItem *list_item)
{
  g_binding_group_set_source (g_object_get_data (G_OBJECT (list_item), "shoal-bindings"), NULL);
}

/* Enter on a row is a click on its switch. */
static void
on_activate_cb (ShoalShareView *self, guint position)
{
  g_autoptr (ShoalShareFileItem) item
             = g_list_model_get_item (G_LIST_MODEL (self->selection), position);

  if (item != NULL)
    on_switched_cb (item, !shoal_share_file_item_get_on (item), self);
}

static void
on_all_cb (ShoalShareView *self)
{
  shoal_shares_switch (self->shares, self->share, "", TRUE);
  shoal_shares_set_offered (self->shares, self->share, TRUE);
  refresh (self);
}

static void
on_none_cb (ShoalShareView *self)
{
  shoal_shares_switch (self->shares, self->share, "", FALSE);
  refresh (self);
}

/* ---- The object ---- */

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_NEEDLE)
    g_value_set_string (value, gtk_string_filter_get_search (SHOAL_SHARE_VIEW (object)->filter));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  ShoalShareView *self = SHOAL_SHARE_VIEW (object);

  if (id != PROP_NEEDLE)
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      return;
    }
  gtk_string_filter_set_search (self->filter, g_value_get_string (value));
  if (self->share != NULL)
    update_stack (self);
}

static void
shoal_share_view_dispose (GObject *object)
{
  ShoalShareView *self = SHOAL_SHARE_VIEW (object);

  g_clear_handle_id (&self->idle, g_source_remove);
  if (self->share != NULL)
    g_signal_handlers_disconnect_by_data (self->share, self);
  g_clear_object (&self->share);
  g_clear_object (&self->shares);
  g_clear_object (&self->selection);
  g_clear_object (&self->found);
  g_clear_object (&self->items);
  G_OBJECT_CLASS (shoal_share_view_parent_class)->dispose (object);
}

static void
shoal_share_view_class_init (ShoalShareViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = get_property;
  object_class->set_property = set_property;
  object_class->dispose = shoal_share_view_dispose;

  properties[PROP_NEEDLE] = g_param_spec_string ("needle", NULL, NULL, NULL,
                                                 G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/shoal_app/Shoal/ui/shoal-share-view.ui");
  gtk_widget_class_bind_template_child (widget_class, ShoalShareView, title);
  gtk_widget_class_bind_template_child (widget_class, ShoalShareView, details);
  gtk_widget_class_bind_template_child (widget_class, ShoalShareView, stack);
  gtk_widget_class_bind_template_child (widget_class, ShoalShareView, list);
  gtk_widget_class_bind_template_child (widget_class, ShoalShareView, all_button);
  gtk_widget_class_bind_template_child (widget_class, ShoalShareView, none_button);
  gtk_widget_class_bind_template_callback (widget_class, on_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_all_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_none_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_bind_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_unbind_cb);
}

static void
shoal_share_view_init (ShoalShareView *self)
{
  self->items = g_list_store_new (SHOAL_TYPE_SHARE_FILE_ITEM);
  self->filter = gtk_string_filter_new (
      gtk_property_expression_new (SHOAL_TYPE_SHARE_FILE_ITEM, NULL, "path"));
  self->found = gtk_filter_list_model_new (g_object_ref (G_LIST_MODEL (self->items)),
                                           GTK_FILTER (self->filter));
  self->selection = gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->found)));
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (self->selection));
}

void
shoal_share_view_set_share (ShoalShareView *self, ShoalShares *shares, ShoalShare *share)
{
  g_return_if_fail (SHOAL_IS_SHARE_VIEW (self));
  g_return_if_fail ((shares == NULL) == (share == NULL));

  if (self->share == share)
    return;
  if (self->share != NULL)
    g_signal_handlers_disconnect_by_data (self->share, self);
  g_list_store_remove_all (self->items);
  g_set_object (&self->shares, shares);
  g_set_object (&self->share, share);
  if (share == NULL)
    return;
  g_signal_connect_swapped (share, "notify", G_CALLBACK (on_share_notify_cb), self);
  g_autofree char *name = shoal_display_name (shoal_share_get_name (share));
  gtk_label_set_text (self->title, name);
  refresh (self);
}

ShoalShare *
shoal_share_view_get_share (ShoalShareView *self)
{
  g_return_val_if_fail (SHOAL_IS_SHARE_VIEW (self), NULL);
  return self->share;
}
