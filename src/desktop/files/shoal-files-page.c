/* shoal-files-page.c: the page "My Files" of the main window: what is shared from here
 *
 * The shares are shown through rows that are made when they are looked at; search and order are
 * applied here, since the list is our own.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-files-page"

#include "config.h"

#include "shoal-files-page-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "shoal-columns.h"
#include "shoal-share-row.h"
#include "shoal-units.h"

/* Below this width a row tells its size under its name. */
#define NARROW_WIDTH (500)
#define MEDIUM_WIDTH (700)

G_DEFINE_FINAL_TYPE (ShoalFilesPage, shoal_files_page, SHOAL_TYPE_WINDOW_PAGE)

/* ---- What is shown ---- */

/* The one that was asked for may be on its way yet. */
static void
open_awaited (ShoalFilesPage *self)
{
  guint n = self->shares != NULL && self->awaited != NULL
                ? g_list_model_get_n_items (G_LIST_MODEL (self->shares))
                : 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (ShoalShare) share = g_list_model_get_item (G_LIST_MODEL (self->shares), i);

      if (!g_str_equal (shoal_share_get_path (share), self->awaited))
        continue;
      g_clear_pointer (&self->awaited, g_free);
      if (shoal_share_is_folder (share))
        shoal_share_view_set_share (self->share_view, self->shares, share);
      return;
    }
}

/* Nothing is shown of what is shared no more. Returns: whether one is shown */
static gboolean
leave_removed (ShoalFilesPage *self)
{
  ShoalShare *share = shoal_share_view_get_share (self->share_view);
  guint n = self->shares != NULL ? g_list_model_get_n_items (G_LIST_MODEL (self->shares)) : 0;

  for (guint i = 0; share != NULL && i < n; i++)
    {
      g_autoptr (ShoalShare) other = g_list_model_get_item (G_LIST_MODEL (self->shares), i);

      if (other == share)
        return TRUE;
    }
  shoal_share_view_set_share (self->share_view, NULL, NULL);
  return FALSE;
}

static void
update (ShoalFilesPage *self)
{
  guint n = self->shares != NULL ? g_list_model_get_n_items (G_LIST_MODEL (self->shares)) : 0;
  guint shown = g_list_model_get_n_items (G_LIST_MODEL (self->found));
  g_autofree char *text = g_strdup_printf (ngettext ("%u item", "%u items", shown), shown);

  open_awaited (self);
  gboolean opened = leave_removed (self);
  gtk_stack_set_visible_child_name (self->stack, opened       ? "share"
                                                 : n == 0     ? "empty"
                                                 : shown == 0 ? "nothing"
                                                              : "list");
  gtk_widget_set_visible (self->buttons, n > 0 && !opened);
  gtk_label_set_text (self->count_label, text);
  shoal_files_page_update_actions (self);
}

void
shoal_files_page_open_share (ShoalFilesPage *self, ShoalShare *share)
{
  /* The words are for what is shown. */
  gtk_editable_set_text (GTK_EDITABLE (self->search_entry), "");
  shoal_share_view_set_share (self->share_view, share != NULL ? self->shares : NULL, share);
  update (self);
  if (share == NULL && strcmp (gtk_stack_get_visible_child_name (self->stack), "list") == 0)
    gtk_widget_grab_focus (GTK_WIDGET (self->view));
  else
    gtk_widget_child_focus (GTK_WIDGET (self->stack), GTK_DIR_TAB_FORWARD);
}

static gpointer
make_row (gpointer item, gpointer user_data)
{
  g_autoptr (ShoalShare) share = item;

  return shoal_share_row_new (share);
}

static char *
get_drag_path (gpointer item, gpointer user_data)
{
  return g_strdup (shoal_share_get_path (shoal_share_row_get_share (item)));
}

static void
on_activate_cb (ShoalFilesPage *self, guint position, GtkColumnView *view)
{
  g_autoptr (ShoalShareRow) row = g_list_model_get_item (G_LIST_MODEL (self->selection), position);

  if (row == NULL)
    return;
  if (shoal_share_is_folder (shoal_share_row_get_share (row)))
    shoal_files_page_open_share (self, shoal_share_row_get_share (row));
  else
    gtk_widget_activate_action (GTK_WIDGET (self), "win.open-path", "s",
                                shoal_share_get_path (shoal_share_row_get_share (row)));
}

static void
width_changed (ShoalWindowPage *page, double width)
{
  ShoalFilesPage *self = SHOAL_FILES_PAGE (page);
  gboolean narrow = width <= NARROW_WIDTH;

  gtk_column_view_column_set_visible (self->size_column, !narrow);
  gtk_column_view_column_set_visible (self->fetched_column, !narrow);
  gtk_column_view_column_set_visible (self->when_column, width > MEDIUM_WIDTH);
  shoal_window_page_set_narrow (page, narrow);
}

/* ---- Columns ---- */

static void
set_column (GtkColumnViewColumn *column, GtkListItemFactory *factory, GtkSorter *sorter)
{
  gtk_column_view_column_set_factory (column, factory);
  gtk_column_view_column_set_sorter (column, sorter);
  g_object_unref (factory);
  g_object_unref (sorter);
}

static GtkExpression *
new_value (const char *property)
{
  return gtk_property_expression_new (SHOAL_TYPE_SHARE, NULL, property);
}

static char *
dup_state (ShoalShare *share, gpointer unused)
{
  return shoal_share_row_dup_state (share);
}

static GtkSorter *
new_number_sorter (const char *property)
{
  return GTK_SORTER (gtk_numeric_sorter_new (new_value (property)));
}

static void
init_columns (ShoalFilesPage *self)
{
  GType type = SHOAL_TYPE_SHARE_ROW;
  GtkExpression *state = gtk_cclosure_expression_new (G_TYPE_STRING, NULL, 0, NULL,
                                                      G_CALLBACK (dup_state), NULL, NULL);

  set_column (self->name_column,
              shoal_columns_new_name (type, "place", "details", G_OBJECT (self), "narrow"),
              GTK_SORTER (gtk_string_sorter_new (new_value ("name"))));
  set_column (self->size_column,
              shoal_columns_new_text (type, "size", NULL, SHOAL_COLUMN_NUMBER, 8),
              new_number_sorter ("size"));
  set_column (self->when_column, shoal_columns_new_text (type, "when", NULL, SHOAL_COLUMN_DIM, 10),
              new_number_sorter ("added-ms"));
  set_column (self->fetched_column,
              shoal_columns_new_text (type, "fetched", NULL, SHOAL_COLUMN_DIM, 9),
              new_number_sorter ("n-fetched"));
  set_column (self->state_column, shoal_columns_new_state (type, 15),
              GTK_SORTER (gtk_string_sorter_new (state)));
  shoal_columns_add_menu (self->view, self->row_menu);
  shoal_columns_add_drag (self->view, get_drag_path, NULL);
}

/* ---- The object ---- */

static void
dispose (GObject *object)
{
  ShoalFilesPage *self = SHOAL_FILES_PAGE (object);

  if (self->selection != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->found, self);
      g_signal_handlers_disconnect_by_data (self->selection, self);
      gtk_widget_insert_action_group (GTK_WIDGET (self), "files", NULL);
    }
  g_clear_object (&self->selection);
  g_clear_object (&self->found);
  g_clear_object (&self->sorted);
  g_clear_object (&self->actions);
  g_clear_object (&self->shares);
  g_clear_pointer (&self->awaited, g_free);
  g_clear_object (&self->engine);
  G_OBJECT_CLASS (shoal_files_page_parent_class)->dispose (object);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, ShoalFilesPage, search_bar);
  gtk_widget_class_bind_template_child (widget_class, ShoalFilesPage, search_entry);
  gtk_widget_class_bind_template_child (widget_class, ShoalFilesPage, stack);
  gtk_widget_class_bind_template_child (widget_class, ShoalFilesPage, buttons);
  gtk_widget_class_bind_template_child (widget_class, ShoalFilesPage, scroller);
  gtk_widget_class_bind_template_child (widget_class, ShoalFilesPage, view);
  gtk_widget_class_bind_template_child (widget_class, ShoalFilesPage, name_column);
  gtk_widget_class_bind_template_child (widget_class, ShoalFilesPage, size_column);
  gtk_widget_class_bind_template_child (widget_class, ShoalFilesPage, when_column);
  gtk_widget_class_bind_template_child (widget_class, ShoalFilesPage, fetched_column);
  gtk_widget_class_bind_template_child (widget_class, ShoalFilesPage, state_column);
  gtk_widget_class_bind_template_child (widget_class, ShoalFilesPage, count_label);
  gtk_widget_class_bind_template_child (widget_class, ShoalFilesPage, share_view);
  gtk_widget_class_bind_template_child (widget_class, ShoalFilesPage, row_menu);
  gtk_widget_class_bind_template_callback (widget_class, on_activate_cb);
}

static void
shoal_files_page_class_init (ShoalFilesPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = dispose;
  SHOAL_WINDOW_PAGE_CLASS (klass)->width_changed = width_changed;

  g_type_ensure (SHOAL_TYPE_SHARE_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/shoal_app/Shoal/ui/shoal-files-page.ui");
  bind_template (widget_class);

  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Delete, 0, "files.withdraw", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F5, 0, "files.recheck", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Return, GDK_ALT_MASK, "files.details",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Left, GDK_ALT_MASK, "files.back",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Return, GDK_CONTROL_MASK,
                                       "files.show-in-folder", NULL);
}

/* The shares themselves are searched and put in order, a part at a time; rows come last, so that
 * those are made that somebody looks at. */
static void
init_models (ShoalFilesPage *self)
{
  GtkExpression *name = new_value ("path");
  GtkStringFilter *filter = gtk_string_filter_new (name);

  self->found = gtk_filter_list_model_new (NULL, GTK_FILTER (filter));
  gtk_filter_list_model_set_incremental (self->found, TRUE);
  self->sorted = gtk_sort_list_model_new (g_object_ref (G_LIST_MODEL (self->found)),
                                          g_object_ref (gtk_column_view_get_sorter (self->view)));
  gtk_sort_list_model_set_incremental (self->sorted, TRUE);

  ShoalMapModel *rows
      = shoal_map_model_new (g_object_ref (G_LIST_MODEL (self->sorted)), make_row, NULL);

  self->growing = shoal_growing_model_new (G_LIST_MODEL (rows));
  self->selection = gtk_multi_selection_new (G_LIST_MODEL (self->growing));
  g_object_bind_property (self->search_entry, "text", filter, "search", G_BINDING_SYNC_CREATE);
  g_object_bind_property (self->search_entry, "text", self->share_view, "needle",
                          G_BINDING_SYNC_CREATE);
  gtk_column_view_set_model (self->view, GTK_SELECTION_MODEL (self->selection));
  g_signal_connect_swapped (self->found, "items-changed", G_CALLBACK (update), self);
  g_signal_connect_swapped (self->selection, "selection-changed",
                            G_CALLBACK (shoal_files_page_update_actions), self);
}

static void
shoal_files_page_init (ShoalFilesPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  shoal_files_page_add_actions (self);
  init_columns (self);
  init_models (self);
  gtk_search_bar_connect_entry (self->search_bar, GTK_EDITABLE (self->search_entry));
  gtk_search_bar_set_key_capture_widget (self->search_bar, GTK_WIDGET (self));
  shoal_window_page_watch_width (SHOAL_WINDOW_PAGE (self), self->scroller);
  update (self);
}

GtkWidget *
shoal_files_page_new (void)
{
  return g_object_new (SHOAL_TYPE_FILES_PAGE, NULL);
}

static void
set_shares (ShoalFilesPage *self, ShoalShares *shares)
{
  if (!g_set_object (&self->shares, shares))
    return;
  shoal_growing_model_let_go (self->growing, gtk_scrolled_window_get_vadjustment (self->scroller));
  gtk_editable_set_text (GTK_EDITABLE (self->search_entry), "");
  gtk_filter_list_model_set_model (self->found, shares != NULL ? G_LIST_MODEL (shares) : NULL);
  update (self);
}

void
shoal_files_page_set_engine (ShoalFilesPage *self, ShoalEngine *engine)
{
  g_return_if_fail (SHOAL_IS_FILES_PAGE (self));
  g_return_if_fail (engine == NULL || SHOAL_IS_ENGINE (engine));

  if (g_set_object (&self->engine, engine))
    set_shares (self, engine != NULL ? shoal_engine_get_shares (engine) : NULL);
}

void
shoal_files_page_show_path (ShoalFilesPage *self, const char *path)
{
  g_return_if_fail (SHOAL_IS_FILES_PAGE (self));
  g_return_if_fail (path != NULL);

  g_free (self->awaited);
  self->awaited = g_strdup (path);
  update (self);
}
