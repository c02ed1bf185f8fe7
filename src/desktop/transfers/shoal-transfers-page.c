/* shoal-transfers-page.c: the page "Transfers" of the main window
 *
 * The list is the manager's own model, or that of the running uploads: filtered, then wrapped into
 * items that live as long as a row shows them. A timer of one second samples speeds for the graphs
 * and brings the details up to date.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfers-page"

#include "config.h"

#include "shoal-transfers-page-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "shoal-map-model.h"
#include "shoal-row.h"
#include "shoal-tooltip.h"
#include "shoal-speed-graph.h"
#include "shoal-transfer-item.h"
#include "shoal-units.h"

#define TICK_MS 1000
/* Below this there is no room for the totals. */
#define TOTALS_WIDTH 480

G_DEFINE_FINAL_TYPE (ShoalTransfersPage, shoal_transfers_page, SHOAL_TYPE_WINDOW_PAGE)

/* ---- Selection ---- */

/* Asked of the list below the items: an item is made, with all its texts, when somebody asks. */
static ShoalTransfer *
dup_transfer (ShoalTransfersPage *self, guint position)
{
  g_autoptr (GObject) source = g_list_model_get_item (self->sorted, position);

  return SHOAL_IS_TRANSFER (source) ? SHOAL_TRANSFER (g_steal_pointer (&source)) : NULL;
}

GPtrArray *
shoal_transfers_page_dup_selected (ShoalTransfersPage *self)
{
  GPtrArray *transfers = g_ptr_array_new_with_free_func (g_object_unref);

  if (self->selection == NULL)
    return transfers;

  g_autoptr (GtkBitset) selected
             = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  GtkBitsetIter iter;
  guint position;

  for (gboolean more = gtk_bitset_iter_init_first (&iter, selected, &position); more;
       more = gtk_bitset_iter_next (&iter, &position))
    {
      ShoalTransfer *transfer = dup_transfer (self, position);

      if (transfer != NULL)
        g_ptr_array_add (transfers, transfer);
    }
  return transfers;
}

void
shoal_transfers_page_select (ShoalTransfersPage *self, GPtrArray *transfers)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->selection));
  g_autoptr (GtkBitset) selected = gtk_bitset_new_empty ();
  g_autoptr (GtkBitset) mask = gtk_bitset_new_range (0, n);
  g_autoptr (GHashTable) wanted = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < transfers->len; i++)
    g_hash_table_add (wanted, g_ptr_array_index (transfers, i));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (ShoalTransfer) transfer = dup_transfer (self, i);

      if (g_hash_table_contains (wanted, transfer))
        gtk_bitset_add (selected, i);
    }
  gtk_selection_model_set_selection (GTK_SELECTION_MODEL (self->selection), selected, mask);
}

static void
update_details (ShoalTransfersPage *self)
{
  g_autoptr (ShoalTransferItem) item = NULL;

  if (self->selection != NULL)
    {
      g_autoptr (GtkBitset) selected
                 = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));

      if (gtk_bitset_get_size (selected) == 1)
        item = g_list_model_get_item (G_LIST_MODEL (self->selection),
                                      gtk_bitset_get_minimum (selected));
    }
  gtk_revealer_set_reveal_child (self->details_revealer, self->show_details && item != NULL);
  if (item != NULL && self->show_details)
    shoal_transfer_details_set_source (self->details, shoal_transfer_item_get_source (item));
}

void
shoal_transfers_page_show_details (ShoalTransfersPage *self, gboolean show)
{
  self->show_details = show;
  update_details (self);
}

static gboolean
on_update_cb (gpointer data)
{
  ShoalTransfersPage *self = data;

  self->update_id = 0;
  update_details (self);
  shoal_transfers_page_update_actions (self);
  return G_SOURCE_REMOVE;
}

static void
queue_update (ShoalTransfersPage *self)
{
  if (self->update_id == 0)
    self->update_id = g_idle_add (on_update_cb, self);
}

/* ---- The list ---- */

static void
update_stack (ShoalTransfersPage *self)
{
  gboolean uploads = gtk_toggle_button_get_active (self->uploads_button);
  guint n = self->selection != NULL ? g_list_model_get_n_items (G_LIST_MODEL (self->selection)) : 0;

  gtk_stack_set_visible_child_name (self->stack, n > 0 ? "list" : "empty");
  if (n == 0)
    {
      adw_status_page_set_title (self->empty, self->needle != NULL ? _ ("Nothing Found")
                                              : uploads            ? _ ("No Uploads")
                                                                   : _ ("No Downloads"));
      adw_status_page_set_description (
          self->empty, self->needle != NULL ? _ ("No transfer has these words in its name.")
                       : uploads ? _ ("Nobody is fetching anything from this computer now.")
                                 : _ ("What you download from the group shows up here."));
    }
  queue_update (self);
}

static gboolean
matches (gpointer object, gpointer data)
{
  ShoalTransfersPage *self = data;
  const char *name = SHOAL_IS_TRANSFER (object) ? shoal_transfer_get_name (SHOAL_TRANSFER (object))
                                                : shoal_upload_get_name (SHOAL_UPLOAD (object));

  if (self->needle == NULL)
    return TRUE;
  g_autofree char *folded = g_utf8_casefold (name, -1);
  return strstr (folded, self->needle) != NULL;
}

static char *
get_drag_path (gpointer item, gpointer user_data)
{
  ShoalTransfer *transfer = shoal_transfer_item_get_transfer (item);

  return transfer != NULL && shoal_transfer_get_state (transfer) == SHOAL_TRANSFER_FINISHED
             ? g_strdup (shoal_transfer_get_destination (transfer))
             : NULL;
}

static gboolean
is_ended (gpointer object)
{
  return SHOAL_IS_TRANSFER (object)
         && shoal_transfer_state_is_ended (shoal_transfer_get_state (SHOAL_TRANSFER (object)));
}

/* What is done goes below what is going on; beside that the order is the queue's. */
static int
compare (gconstpointer a, gconstpointer b, gpointer data)
{
  return is_ended ((gpointer) a) - is_ended ((gpointer) b);
}

/* States change one by one: they are looked at together, and the list is put in order only if
 * another number of transfers has ended. */
static void
update_order (ShoalTransfersPage *self)
{
  GListModel *transfers = G_LIST_MODEL (shoal_engine_get_transfers (self->engine));
  guint n = g_list_model_get_n_items (transfers);
  guint n_ended = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GObject) transfer = g_list_model_get_item (transfers, i);

      n_ended += is_ended (transfer);
    }
  if (n_ended == self->n_ended)
    return;

  g_autoptr (GPtrArray) selected = shoal_transfers_page_dup_selected (self);

  self->n_ended = n_ended;
  gtk_sorter_changed (GTK_SORTER (self->sorter), GTK_SORTER_CHANGE_DIFFERENT);
  if (selected->len > 0)
    shoal_transfers_page_select (self, selected);
}

static void
build_model (ShoalTransfersPage *self)
{
  g_autoptr (GtkMultiSelection) selection = NULL;
  g_autoptr (GListModel) sorted = NULL;

  if (self->engine == NULL && self->selection != NULL)
    {
      shoal_growing_model_let_go (self->growing,
                                  gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (self->list)));
      gtk_filter_list_model_set_model (self->filtered, NULL);
      update_stack (self);
      return;
    }
  if (self->engine != NULL && shoal_engine_get_transfers (self->engine) != NULL)
    {
      GListModel *source = gtk_toggle_button_get_active (self->uploads_button)
                               ? shoal_uploads_get_running (shoal_engine_get_uploads (self->engine))
                               : G_LIST_MODEL (shoal_engine_get_transfers (self->engine));
      self->filtered = gtk_filter_list_model_new (g_object_ref (source),
                                                  GTK_FILTER (g_object_ref (self->filter)));
      sorted = G_LIST_MODEL (gtk_sort_list_model_new (G_LIST_MODEL (self->filtered),
                                                      GTK_SORTER (g_object_ref (self->sorter))));
      ShoalMapModel *items
          = shoal_map_model_new (g_object_ref (sorted), shoal_transfer_item_new, NULL);

      self->growing = shoal_growing_model_new (G_LIST_MODEL (items));
      selection = gtk_multi_selection_new (G_LIST_MODEL (self->growing));
      g_signal_connect_object (selection, "selection-changed", G_CALLBACK (queue_update), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (selection, "items-changed", G_CALLBACK (update_stack), self,
                               G_CONNECT_SWAPPED);
    }
  if (self->selection != NULL)
    g_signal_handlers_disconnect_by_data (self->selection, self);
  g_set_object (&self->selection, selection);
  g_set_object (&self->sorted, sorted);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (selection));
  update_stack (self);
}

static void
on_kind_toggled_cb (ShoalTransfersPage *self)
{
  build_model (self);
}

static void
on_search_changed_cb (ShoalTransfersPage *self, GtkSearchEntry *entry)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (entry));

  g_clear_pointer (&self->needle, g_free);
  if (*text != '\0')
    self->needle = g_utf8_casefold (text, -1);
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
  update_stack (self);
}

static void
on_activate_cb (ShoalTransfersPage *self, guint position)
{
  if (!gtk_selection_model_is_selected (GTK_SELECTION_MODEL (self->selection), position))
    gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), position, TRUE);
  shoal_transfers_page_update_actions (self);
  if (g_action_group_get_action_enabled (G_ACTION_GROUP (self->actions), "open"))
    g_action_group_activate_action (G_ACTION_GROUP (self->actions), "open", NULL);
  else
    g_action_group_change_action_state (G_ACTION_GROUP (self->actions), "details",
                                        g_variant_new_boolean (!self->show_details));
}

/* ---- Every second ---- */

static double
sample (GListModel *model)
{
  guint n = g_list_model_get_n_items (model);
  double total = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GObject) object = g_list_model_get_item (model, i);
      double speed = 0;

      if (SHOAL_IS_UPLOAD (object))
        speed = shoal_upload_get_active (SHOAL_UPLOAD (object))
                    ? shoal_upload_get_speed (SHOAL_UPLOAD (object))
                    : 0;
      else if (shoal_transfer_get_state (SHOAL_TRANSFER (object)) == SHOAL_TRANSFER_ACTIVE)
        speed = shoal_transfer_get_speed (SHOAL_TRANSFER (object));
      /* No log for the thousands that never moved. */
      if (speed > 0 || g_object_get_data (object, "shoal-speed-log") != NULL)
        shoal_speed_log_add (shoal_speed_log_of (object), speed);
      total += speed;
    }
  return total;
}

static gboolean
on_tick_cb (gpointer data)
{
  ShoalTransfersPage *self = data;
  double down = sample (G_LIST_MODEL (shoal_engine_get_transfers (self->engine)));
  double up = sample (shoal_uploads_get_running (shoal_engine_get_uploads (self->engine)));
  g_autofree char *down_text = shoal_format_rate (down);
  g_autofree char *up_text = shoal_format_rate (up);
  g_autofree char *text = g_strdup_printf ("↓ %s  ↑ %s", down_text, up_text);

  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    return G_SOURCE_CONTINUE;
  update_order (self);
  /* Half a number is worse than none. */
  gtk_widget_set_visible (GTK_WIDGET (self->totals),
                          gtk_widget_get_width (GTK_WIDGET (self)) >= TOTALS_WIDTH);
  if (g_strcmp0 (gtk_label_get_text (self->totals), text) != 0)
    {
      g_autofree char *words
          = g_strdup_printf (_ ("Downloading at %s, uploading at %s"), down_text, up_text);

      gtk_label_set_text (self->totals, text);
      gtk_widget_set_tooltip_text (GTK_WIDGET (self->totals), words);
    }
  if (gtk_revealer_get_reveal_child (self->details_revealer))
    shoal_transfer_details_update (self->details);
  shoal_transfers_page_update_actions (self);
  return G_SOURCE_CONTINUE;
}

/* ---- Class ---- */

static void
dispose (GObject *object)
{
  ShoalTransfersPage *self = SHOAL_TRANSFERS_PAGE (object);

  g_clear_handle_id (&self->tick_id, g_source_remove);
  g_clear_handle_id (&self->update_id, g_source_remove);
  if (self->selection != NULL)
    g_signal_handlers_disconnect_by_data (self->selection, self);
  g_clear_object (&self->selection);
  g_clear_object (&self->sorted);
  g_clear_object (&self->filter);
  g_clear_object (&self->sorter);
  g_clear_object (&self->actions);
  if (self->watched != NULL)
    g_signal_handlers_disconnect_by_data (self->watched, self);
  g_clear_object (&self->watched);
  g_clear_object (&self->engine);
  g_clear_pointer (&self->needle, g_free);
  G_OBJECT_CLASS (shoal_transfers_page_parent_class)->dispose (object);
}

static void
shoal_transfers_page_class_init (ShoalTransfersPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = dispose;

  g_type_ensure (SHOAL_TYPE_ROW);
  g_type_ensure (SHOAL_TYPE_TOOLTIP);
  g_type_ensure (SHOAL_TYPE_TRANSFER_ITEM);
  g_type_ensure (SHOAL_TYPE_TRANSFER_DETAILS);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/shoal_app/Shoal/ui/shoal-transfers-page.ui");
  gtk_widget_class_bind_template_child (widget_class, ShoalTransfersPage, search_bar);
  gtk_widget_class_bind_template_child (widget_class, ShoalTransfersPage, search_entry);
  gtk_widget_class_bind_template_child (widget_class, ShoalTransfersPage, downloads_button);
  gtk_widget_class_bind_template_child (widget_class, ShoalTransfersPage, uploads_button);
  gtk_widget_class_bind_template_child (widget_class, ShoalTransfersPage, totals);
  gtk_widget_class_bind_template_child (widget_class, ShoalTransfersPage, menu_button);
  gtk_widget_class_bind_template_child (widget_class, ShoalTransfersPage, stack);
  gtk_widget_class_bind_template_child (widget_class, ShoalTransfersPage, list);
  gtk_widget_class_bind_template_child (widget_class, ShoalTransfersPage, empty);
  gtk_widget_class_bind_template_child (widget_class, ShoalTransfersPage, details_revealer);
  gtk_widget_class_bind_template_child (widget_class, ShoalTransfersPage, details);
  gtk_widget_class_bind_template_callback (widget_class, on_kind_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_activate_cb);
  shoal_transfers_page_add_keys (widget_class);
}

static void
shoal_transfers_page_init (ShoalTransfersPage *self)
{
  self->filter = gtk_custom_filter_new (matches, self, NULL);
  self->sorter = gtk_custom_sorter_new (compare, NULL, NULL);
  self->show_details = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_search_bar_connect_entry (self->search_bar, GTK_EDITABLE (self->search_entry));
  shoal_row_add_drag (self->list, get_drag_path);
  shoal_transfers_page_add_actions (self);
  update_stack (self);
}

GtkWidget *
shoal_transfers_page_new (void)
{
  return g_object_new (SHOAL_TYPE_TRANSFERS_PAGE, NULL);
}

void
shoal_transfers_page_set_engine (ShoalTransfersPage *self, ShoalEngine *engine)
{
  g_return_if_fail (SHOAL_IS_TRANSFERS_PAGE (self));
  g_return_if_fail (engine == NULL || SHOAL_IS_ENGINE (engine));

  if (!g_set_object (&self->engine, engine))
    return;
  g_clear_handle_id (&self->tick_id, g_source_remove);
  shoal_transfer_details_set_source (self->details, NULL);
  if (self->watched != NULL)
    g_signal_handlers_disconnect_by_data (self->watched, self);
  ShoalTransferManager *manager = engine != NULL ? shoal_engine_get_transfers (engine) : NULL;
  g_set_object (&self->watched, manager);
  if (self->watched != NULL)
    g_signal_connect_swapped (self->watched, "ended", G_CALLBACK (queue_update), self);
  build_model (self);
  if (engine != NULL && self->selection != NULL)
    self->tick_id = g_timeout_add (TICK_MS, on_tick_cb, self);
  else
    gtk_label_set_text (self->totals, "");
}
