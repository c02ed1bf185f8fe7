/* shoal-browse-page.c: the page "Browse" of the main window: all that the group offers
 *
 * The model asks the directory page by page; the page asks it for more when the end of the list
 * comes near. While the user is at the list's beginning it follows the catalogue by itself,
 * further down a banner offers to refresh.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-browse-page"

#include "config.h"

#include "shoal-browse-page-private.h"

#include "shoal-columns.h"
#include "shoal-sources-window.h"

/* Below this width a row tells size and people under its name. */
#define NARROW_WIDTH (500)
/* Below this one the least important columns go. */
#define MEDIUM_WIDTH (700)
#define WIDE_WIDTH (860) /* a row has an icon for the type */
/* More is loaded when less than so many screens are left. */
#define SCREENS_AHEAD (3)

/* As shoal_browse_filters_apply() numbers them. */
enum
{
  COLUMN_NAME,
  COLUMN_SIZE,
  COLUMN_WHEN,
  COLUMN_TYPE,
  COLUMN_WHO,
};

G_DEFINE_FINAL_TYPE (ShoalBrowsePage, shoal_browse_page, SHOAL_TYPE_WINDOW_PAGE)

/* ---- Signals ---- */

static void
on_model_changed_cb (ShoalBrowsePage *self)
{
  shoal_browse_folder_follow (self);
  shoal_browse_page_update (self);
}

static void
on_scrolled_cb (ShoalBrowsePage *self)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);
  double value = gtk_adjustment_get_value (adjustment);
  double page = gtk_adjustment_get_page_size (adjustment);
  double left = gtk_adjustment_get_upper (adjustment) - value - page;

  shoal_search_model_set_follow (self->model, value <= 0);
  shoal_browse_page_update_banner (self);
  if (page > 0 && left < SCREENS_AHEAD * page)
    shoal_search_model_load_more (self->model);
}

static void
on_activate_cb (ShoalBrowsePage *self, guint position, GtkColumnView *view)
{
  g_autoptr (ShoalBrowseRow) row = g_list_model_get_item (G_LIST_MODEL (self->selection), position);

  if (row != NULL)
    shoal_browse_actions_activate (self, row);
}

static void
on_selection_changed_cb (ShoalBrowsePage *self)
{
  shoal_browse_actions_update (self);
}

static void
on_filter_changed_cb (ShoalBrowsePage *self)
{
  if (self->setting)
    return;
  shoal_browse_filters_apply (self);
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (self->scroller), 0);
}

static void
on_search_changed_cb (ShoalBrowsePage *self)
{
  on_filter_changed_cb (self);
}

static void
on_search_activate_cb (ShoalBrowsePage *self)
{
  gtk_widget_child_focus (GTK_WIDGET (self->view), GTK_DIR_TAB_FORWARD);
}

static void
on_roster_changed_cb (ShoalBrowsePage *self)
{
  shoal_browse_filters_update_people (self);
}

/* ---- Width ---- */

static void
width_changed (ShoalWindowPage *page, double width)
{
  ShoalBrowsePage *self = SHOAL_BROWSE_PAGE (page);
  gboolean narrow = width <= NARROW_WIDTH;

  gtk_column_view_column_set_visible (self->size_column, !narrow);
  gtk_column_view_column_set_visible (self->who_column, !narrow);
  gtk_column_view_column_set_visible (self->when_column, width > MEDIUM_WIDTH);
  gtk_column_view_column_set_visible (self->type_column, width > WIDE_WIDTH);
  shoal_window_page_set_narrow (page, narrow);
}

/* ---- The object ---- */

static void
on_leaving_cb (ShoalBrowsePage *self)
{
  shoal_growing_model_let_go (self->growing, gtk_scrolled_window_get_vadjustment (self->scroller));
}

static void
leave_parts (ShoalBrowsePage *self)
{
  if (self->directory != NULL)
    g_signal_handlers_disconnect_by_data (self->directory, self);
  if (self->model != NULL)
    shoal_search_model_set_directory (self->model, NULL, NULL);
  g_clear_object (&self->index);
  g_clear_object (&self->directory);
  g_clear_object (&self->transfers);
  g_clear_object (&self->settings);
}

static void
dispose (GObject *object)
{
  ShoalBrowsePage *self = SHOAL_BROWSE_PAGE (object);

  if (self->model != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->model, self);
      g_signal_handlers_disconnect_by_data (self->selection, self);
      g_signal_handlers_disconnect_by_data (gtk_scrolled_window_get_vadjustment (self->scroller),
                                            self);
      g_signal_handlers_disconnect_by_data (gtk_column_view_get_sorter (self->view), self);
      leave_parts (self);
      gtk_widget_insert_action_group (GTK_WIDGET (self), "browse", NULL);
    }
  g_clear_object (&self->selection);
  g_clear_object (&self->model);
  g_clear_object (&self->actions);
  shoal_browse_folder_forget (self);
  g_clear_object (&self->folder);
  g_clear_object (&self->engine);
  g_clear_pointer (&self->words_before, g_free);
  G_OBJECT_CLASS (shoal_browse_page_parent_class)->dispose (object);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, ShoalBrowsePage, search_bar);
  gtk_widget_class_bind_template_child (widget_class, ShoalBrowsePage, search_entry);
  gtk_widget_class_bind_template_child (widget_class, ShoalBrowsePage, filter_button);
  gtk_widget_class_bind_template_child (widget_class, ShoalBrowsePage, type_filter);
  gtk_widget_class_bind_template_child (widget_class, ShoalBrowsePage, size_filter);
  gtk_widget_class_bind_template_child (widget_class, ShoalBrowsePage, person_filter);
  gtk_widget_class_bind_template_child (widget_class, ShoalBrowsePage, available_filter);
  gtk_widget_class_bind_template_child (widget_class, ShoalBrowsePage, folder_bar);
  gtk_widget_class_bind_template_child (widget_class, ShoalBrowsePage, folder_title);
  gtk_widget_class_bind_template_child (widget_class, ShoalBrowsePage, folder_details);
  gtk_widget_class_bind_template_child (widget_class, ShoalBrowsePage, banner);
  gtk_widget_class_bind_template_child (widget_class, ShoalBrowsePage, banner_label);
  gtk_widget_class_bind_template_child (widget_class, ShoalBrowsePage, banner_button);
  gtk_widget_class_bind_template_child (widget_class, ShoalBrowsePage, stack);
  gtk_widget_class_bind_template_child (widget_class, ShoalBrowsePage, message);
  gtk_widget_class_bind_template_child (widget_class, ShoalBrowsePage, message_button);
  gtk_widget_class_bind_template_child (widget_class, ShoalBrowsePage, scroller);
  gtk_widget_class_bind_template_child (widget_class, ShoalBrowsePage, view);
  gtk_widget_class_bind_template_child (widget_class, ShoalBrowsePage, name_column);
  gtk_widget_class_bind_template_child (widget_class, ShoalBrowsePage, size_column);
  gtk_widget_class_bind_template_child (widget_class, ShoalBrowsePage, type_column);
  gtk_widget_class_bind_template_child (widget_class, ShoalBrowsePage, who_column);
  gtk_widget_class_bind_template_child (widget_class, ShoalBrowsePage, when_column);
  gtk_widget_class_bind_template_child (widget_class, ShoalBrowsePage, state_column);
  gtk_widget_class_bind_template_child (widget_class, ShoalBrowsePage, count_label);
  gtk_widget_class_bind_template_child (widget_class, ShoalBrowsePage, spinner);
  gtk_widget_class_bind_template_child (widget_class, ShoalBrowsePage, row_menu);
  gtk_widget_class_bind_template_callback (widget_class, on_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_filter_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_search_activate_cb);
}

static void
shoal_browse_page_class_init (ShoalBrowsePageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = dispose;
  SHOAL_WINDOW_PAGE_CLASS (klass)->width_changed = width_changed;

  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/shoal_app/Shoal/ui/shoal-browse-page.ui");
  bind_template (widget_class);

  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F5, 0, "browse.refresh", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_r, GDK_CONTROL_MASK, "browse.refresh",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Left, GDK_ALT_MASK, "browse.back",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_BackSpace, 0, "browse.back", NULL);
  /* The menu names the last one. */
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_KP_Enter, GDK_CONTROL_MASK,
                                       "browse.download", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Return, GDK_CONTROL_MASK,
                                       "browse.download", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_s, GDK_CONTROL_MASK | GDK_SHIFT_MASK,
                                       "browse.download-to", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Return, GDK_ALT_MASK, "browse.who-has",
                                       NULL);
}

/* What is here can be taken along. */
static char *
get_drag_path (gpointer item, gpointer user_data)
{
  ShoalBrowsePage *self = user_data;
  const ShoalDigest *id = shoal_result_get_id (shoal_browse_row_get_result (item));

  return self->index != NULL ? shoal_local_index_dup_path (self->index, id) : NULL;
}

static void
set_factory (GtkColumnViewColumn *column, GtkListItemFactory *factory)
{
  gtk_column_view_column_set_factory (column, factory);
  g_object_unref (factory);
}

static void
init_columns (ShoalBrowsePage *self)
{
  GType type = SHOAL_TYPE_BROWSE_ROW;

  set_factory (self->name_column,
               shoal_columns_new_name (type, "place", "details", G_OBJECT (self), "narrow"));
  set_factory (self->size_column,
               shoal_columns_new_text (type, "size", NULL, SHOAL_COLUMN_NUMBER, 8));
  set_factory (self->type_column,
               shoal_columns_new_text (type, "type", NULL, SHOAL_COLUMN_DIM, 10));
  set_factory (self->who_column,
               shoal_columns_new_text (type, "who", "who", SHOAL_COLUMN_TEXT, 18));
  set_factory (self->when_column, shoal_columns_new_text (type, "when", NULL, SHOAL_COLUMN_DIM, 8));
  set_factory (self->state_column,
               shoal_columns_new_state (type, shoal_browse_row_count_state_chars () + 1));
  shoal_columns_set_remote_sorter (self->name_column, COLUMN_NAME);
  shoal_columns_set_remote_sorter (self->size_column, COLUMN_SIZE);
  shoal_columns_set_remote_sorter (self->when_column, COLUMN_WHEN);
  shoal_columns_set_remote_sorter (self->type_column, COLUMN_TYPE);
  shoal_columns_set_remote_sorter (self->who_column, COLUMN_WHO);
  shoal_columns_add_menu (self->view, self->row_menu);
  shoal_columns_add_drag (self->view, get_drag_path, self);
}

static void
shoal_browse_page_init (ShoalBrowsePage *self)
{
  GtkAdjustment *adjustment;

  gtk_widget_init_template (GTK_WIDGET (self));
  self->model = shoal_search_model_new ();
  self->growing = shoal_growing_model_new (g_object_ref (G_LIST_MODEL (self->model)));
  self->selection = gtk_multi_selection_new (G_LIST_MODEL (self->growing));
  shoal_browse_actions_init (self);
  shoal_browse_filters_init (self);
  init_columns (self);
  gtk_column_view_set_model (self->view, GTK_SELECTION_MODEL (self->selection));
  gtk_search_bar_connect_entry (self->search_bar, GTK_EDITABLE (self->search_entry));
  gtk_search_bar_set_key_capture_widget (self->search_bar, GTK_WIDGET (self));
  gtk_search_bar_set_search_mode (self->search_bar, TRUE);

  adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);
  g_signal_connect_swapped (adjustment, "value-changed", G_CALLBACK (on_scrolled_cb), self);
  g_signal_connect_swapped (adjustment, "changed", G_CALLBACK (on_scrolled_cb), self);
  shoal_window_page_watch_width (SHOAL_WINDOW_PAGE (self), self->scroller);
  g_signal_connect_swapped (self->model, "leaving", G_CALLBACK (on_leaving_cb), self);
  g_signal_connect_swapped (self->model, "state-changed", G_CALLBACK (on_model_changed_cb), self);
  g_signal_connect_swapped (self->selection, "selection-changed",
                            G_CALLBACK (on_selection_changed_cb), self);
  g_signal_connect_swapped (gtk_column_view_get_sorter (self->view), "changed",
                            G_CALLBACK (on_filter_changed_cb), self);
  shoal_browse_folder_update (self);
  shoal_browse_page_update (self);
}

GtkWidget *
shoal_browse_page_new (void)
{
  return g_object_new (SHOAL_TYPE_BROWSE_PAGE, NULL);
}

static void
set_parts (ShoalBrowsePage *self,
           ShoalDirectory *directory,
           ShoalTransferManager *transfers,
           ShoalShares *shares,
           ShoalSettings *settings)
{
  g_return_if_fail (SHOAL_IS_BROWSE_PAGE (self));

  leave_parts (self);
  shoal_browse_folder_forget (self);
  shoal_browse_page_open_folder (self, NULL);
  shoal_browse_filters_clear (self);
  g_set_object (&self->directory, directory);
  g_set_object (&self->transfers, transfers);
  g_set_object (&self->settings, settings);
  if (directory != NULL)
    {
      self->index
          = shoal_local_index_new (transfers != NULL ? G_LIST_MODEL (transfers) : NULL, shares);
      g_signal_connect_swapped (directory, "roster-changed", G_CALLBACK (on_roster_changed_cb),
                                self);
      shoal_search_model_set_directory (self->model, directory, self->index);
    }
  shoal_browse_filters_update_people (self);
  shoal_browse_page_update (self);
}

void
shoal_browse_page_set_engine (ShoalBrowsePage *self, ShoalEngine *engine)
{
  g_return_if_fail (SHOAL_IS_BROWSE_PAGE (self));
  g_return_if_fail (engine == NULL || SHOAL_IS_ENGINE (engine));

  if (!g_set_object (&self->engine, engine))
    return;
  if (engine == NULL)
    set_parts (self, NULL, NULL, NULL, NULL);
  else
    set_parts (self, shoal_engine_get_directory (engine), shoal_engine_get_transfers (engine),
               shoal_engine_get_shares (engine), shoal_engine_get_settings (engine));
}

void
shoal_browse_page_show_user (ShoalBrowsePage *self, const char *user)
{
  g_return_if_fail (SHOAL_IS_BROWSE_PAGE (self));
  g_return_if_fail (user != NULL);

  shoal_browse_page_open_folder (self, NULL);
  shoal_browse_filters_clear (self);
  shoal_browse_filters_set_person (self, user);
}
