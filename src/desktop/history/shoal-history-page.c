/* shoal-history-page.c: the page "History" of the main window
 *
 * The history is read once, part by part, put into the list in slices so that nothing stands still,
 * and kept up to date by its own signal.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-history-page"

#include "config.h"

#include "shoal-history-page-private.h"

#include <glib/gi18n.h>

#include "shoal-limits.h"
#include "shoal-row.h"
#include "shoal-tooltip.h"
#include "shoal-slices.h"
#include "shoal-units.h"

/* So many entries are read at once. */
#define PART_ROWS 2000
/* So many are summed up before the clock is looked at. */
#define SUMS_STEP 256
/* So many rows are made together. */
#define FILL_STEP 64

G_DEFINE_FINAL_TYPE (ShoalHistoryPage, shoal_history_page, SHOAL_TYPE_WINDOW_PAGE)

/* ---- Sums ---- */

static gboolean matches (gpointer object, gpointer data);

static char *
dup_sums_text (ShoalHistoryPage *self)
{
  guint64 bytes = self->sums_down + self->sums_up;
  g_autofree char *count
      = g_strdup_printf (ngettext ("%u transfer", "%u transfers", self->sums_n), self->sums_n);
  g_autofree char *down = shoal_format_size (self->sums_down);
  g_autofree char *up = shoal_format_size (self->sums_up);

  if (self->sums_elapsed_ms == 0)
    return g_strdup_printf ("%s · ↓ %s · ↑ %s", count, down, up);
  g_autofree char *rate
      = shoal_format_rate ((double) bytes * 1000 / (double) self->sums_elapsed_ms);
  /* Translators: how many transfers, amounts down and up, and a speed */
  return g_strdup_printf (_ ("%s · ↓ %s · ↑ %s · %s on average"), count, down, up, rate);
}

/* Over the list behind the filter: one after the other its rows cost nothing to get, while each row
 * of a filtered list has to be looked up. */
static gboolean
on_sums_cb (gpointer data)
{
  ShoalHistoryPage *self = data;
  guint end = self->sums_at + SUMS_STEP;

  for (; self->sums_at < end; self->sums_at++)
    {
      g_autoptr (ShoalHistoryItem) item
                 = g_list_model_get_item (G_LIST_MODEL (self->items), self->sums_at);

      if (item == NULL)
        {
          g_autofree char *text = dup_sums_text (self);

          gtk_label_set_text (self->sums, text);
          self->sums_id = 0;
          return G_SOURCE_REMOVE;
        }

      const ShoalHistoryEntry *entry = shoal_history_item_get_entry (item);

      if (!matches (item, self))
        continue;
      self->sums_n++;
      if (entry->upload)
        self->sums_up += entry->bytes;
      else
        self->sums_down += entry->bytes;
      self->sums_elapsed_ms += (guint64) MAX (entry->elapsed_ms, 0);
    }
  return G_SOURCE_CONTINUE;
}

/* Begins them anew; what was summed up so far is of another list. */
static void
queue_sums (ShoalHistoryPage *self)
{
  self->sums_at = self->sums_n = 0;
  self->sums_down = self->sums_up = self->sums_elapsed_ms = 0;
  /* While the list is being filled they would be those of a part. */
  if (self->sums_id == 0 && !self->loading)
    self->sums_id = shoal_slices_add (G_PRIORITY_LOW, on_sums_cb, self, NULL);
}

static void
update_state (ShoalHistoryPage *self)
{
  gboolean some = g_list_model_get_n_items (G_LIST_MODEL (self->filtered)) > 0;
  gboolean any = g_list_model_get_n_items (G_LIST_MODEL (self->items)) > 0;

  gtk_widget_set_visible (GTK_WIDGET (self->sums), some);
  gtk_stack_set_visible_child_name (self->stack, some ? "list" : "empty");
  if (!some)
    {
      adw_status_page_set_title (self->empty, any             ? _ ("Nothing Found")
                                              : self->loading ? _ ("Reading the History…")
                                                              : _ ("No History"));
      adw_status_page_set_description (
          self->empty, any             ? _ ("No transfer is like that.")
                       : self->loading ? NULL
                                       : _ ("Transfers that ended are listed here."));
    }
  shoal_history_page_update_actions (self);
}

static gboolean
on_update_cb (gpointer data)
{
  ShoalHistoryPage *self = data;

  self->update_id = 0;
  update_state (self);
  queue_sums (self);
  return G_SOURCE_REMOVE;
}

static void
queue_update (ShoalHistoryPage *self)
{
  if (self->update_id == 0)
    self->update_id = g_idle_add (on_update_cb, self);
}

/* ---- Filter ---- */

static gboolean
matches (gpointer object, gpointer data)
{
  ShoalHistoryPage *self = data;
  const ShoalHistoryEntry *entry = shoal_history_item_get_entry (object);
  static const char *const outcomes[] = { NULL, "finished", "failed", "cancelled" };
  guint direction = gtk_drop_down_get_selected (self->direction);
  guint outcome = gtk_drop_down_get_selected (self->outcome);

  if ((direction == 1 && entry->upload) || (direction == 2 && !entry->upload))
    return FALSE;
  if (outcome > 0 && outcome < G_N_ELEMENTS (outcomes)
      && g_strcmp0 (entry->outcome, outcomes[outcome]) != 0)
    return FALSE;
  return self->needle == NULL || shoal_history_item_matches (object, self->needle);
}

static void
on_filter_changed_cb (ShoalHistoryPage *self)
{
  /* The drop-downs tell their first value while the page is being made. */
  if (self->filtered == NULL)
    return;

  gboolean filters = gtk_drop_down_get_selected (self->direction) != 0
                     || gtk_drop_down_get_selected (self->outcome) != 0 || self->needle != NULL;

  /* Without one nothing is looked at, however many rows come. */
  if (filters && gtk_filter_list_model_get_filter (self->filtered) == self->filter)
    gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
  else
    gtk_filter_list_model_set_filter (self->filtered, filters ? self->filter : NULL);
  queue_update (self);
}

static void
on_search_changed_cb (ShoalHistoryPage *self, GtkSearchEntry *entry)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (entry));

  g_clear_pointer (&self->needle, g_free);
  if (*text != '\0')
    self->needle = g_utf8_casefold (text, -1);
  on_filter_changed_cb (self);
}

static void
on_activate_cb (ShoalHistoryPage *self, guint position)
{
  gtk_single_selection_set_selected (self->selection, position);
  g_action_group_activate_action (G_ACTION_GROUP (self->actions), "open", NULL);
}

/* ---- Filling ---- */

GListStore *
shoal_history_page_set_items (ShoalHistoryPage *self, GListStore *items)
{
  GListStore *before = g_steal_pointer (&self->items);

  self->items = items;
  shoal_growing_model_let_go (self->growing,
                              gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (self->list)));
  gtk_filter_list_model_set_model (self->filtered, G_LIST_MODEL (items));
  /* What nobody sees is not laid out while its rows leave. */
  if (g_list_model_get_n_items (G_LIST_MODEL (items)) == 0)
    update_state (self);
  return before;
}

static void
stop_filling (ShoalHistoryPage *self)
{
  g_clear_handle_id (&self->fill_id, g_source_remove);
  g_clear_pointer (&self->part, g_ptr_array_unref);
  self->loading = FALSE;
}

static void on_listed_cb (GObject *source, GAsyncResult *result, gpointer user_data);

/* @last: (nullable): the last one that was read */
static void
read_part (ShoalHistoryPage *self, const ShoalHistoryEntry *last)
{
  shoal_history_list_before_async (shoal_engine_get_history (self->engine), last,
                                   MIN (PART_ROWS, SHOAL_MAX_HISTORY_ROWS - self->n_read),
                                   self->cancellable, on_listed_cb, self);
}

static gboolean
fill_some (gpointer data)
{
  ShoalHistoryPage *self = data;
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->items));
  guint end = MIN (self->n_filled + FILL_STEP, self->part->len);
  g_autoptr (GPtrArray) portion = g_ptr_array_new_with_free_func (g_object_unref);

  while (self->n_filled < end)
    g_ptr_array_add (portion, shoal_history_item_new (g_steal_pointer (
                                  &g_ptr_array_index (self->part, self->n_filled++))));
  g_list_store_splice (self->items, n, 0, portion->pdata, portion->len);
  if (self->n_filled < self->part->len)
    return TRUE;
  self->fill_id = 0;
  if (self->part->len == PART_ROWS && self->n_read < SHOAL_MAX_HISTORY_ROWS)
    read_part (self, shoal_history_item_get_entry (portion->pdata[portion->len - 1]));
  else
    stop_filling (self);
  queue_update (self);
  return FALSE;
}

static void
entry_free (gpointer entry)
{
  if (entry != NULL)
    shoal_history_entry_free (entry);
}

static void
on_listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *entries = shoal_history_list_finish (SHOAL_HISTORY (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  ShoalHistoryPage *self = user_data;

  if (entries == NULL)
    {
      self->loading = FALSE;
      adw_status_page_set_title (self->empty, _ ("Cannot Read the History"));
      g_autofree char *escaped = g_markup_escape_text (error->message, -1);
      adw_status_page_set_description (self->empty, escaped);
      return;
    }
  if (entries->len == 0)
    {
      g_ptr_array_unref (entries);
      stop_filling (self);
      queue_update (self);
      return;
    }
  if (self->n_read == 0)
    self->last_ms
        = MAX (self->last_ms, ((ShoalHistoryEntry *) g_ptr_array_index (entries, 0))->ended_ms);
  g_clear_pointer (&self->part, g_ptr_array_unref);
  g_ptr_array_set_free_func (entries, entry_free);
  self->part = entries;
  self->n_filled = 0;
  self->n_read += entries->len;
  self->fill_id = shoal_slices_add (G_PRIORITY_DEFAULT_IDLE, fill_some, self, NULL);
}

static void
on_added_cb (ShoalHistoryPage *self, ShoalHistoryEntry *entry)
{
  g_autoptr (ShoalHistoryItem) item = shoal_history_item_new (shoal_history_entry_dup (entry));

  self->last_ms = MAX (self->last_ms, entry->ended_ms);
  g_list_store_insert (self->items, 0, item);
}

/* ---- Class ---- */

static void
let_go (ShoalHistoryPage *self)
{
  shoal_history_page_finish_clear (self);
  stop_filling (self);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->engine != NULL && shoal_engine_get_history (self->engine) != NULL)
    g_signal_handlers_disconnect_by_data (shoal_engine_get_history (self->engine), self);
  g_clear_object (&self->engine);
}

static void
dispose (GObject *object)
{
  ShoalHistoryPage *self = SHOAL_HISTORY_PAGE (object);

  let_go (self);
  g_clear_handle_id (&self->update_id, g_source_remove);
  g_clear_handle_id (&self->sums_id, g_source_remove);
  if (self->filtered != NULL)
    g_signal_handlers_disconnect_by_data (self->filtered, self);
  if (self->selection != NULL)
    g_signal_handlers_disconnect_by_data (self->selection, self);
  g_clear_object (&self->selection);
  g_clear_object (&self->filtered);
  g_clear_object (&self->filter);
  if (self->items != NULL)
    shoal_history_page_drop (g_steal_pointer (&self->items));
  g_clear_object (&self->actions);
  g_clear_object (&self->toaster);
  g_clear_pointer (&self->needle, g_free);
  G_OBJECT_CLASS (shoal_history_page_parent_class)->dispose (object);
}

static void
shoal_history_page_class_init (ShoalHistoryPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = dispose;

  g_type_ensure (SHOAL_TYPE_ROW);
  g_type_ensure (SHOAL_TYPE_TOOLTIP);
  g_type_ensure (SHOAL_TYPE_HISTORY_ITEM);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/shoal_app/Shoal/ui/shoal-history-page.ui");
  gtk_widget_class_bind_template_child (widget_class, ShoalHistoryPage, toasts);
  gtk_widget_class_bind_template_child (widget_class, ShoalHistoryPage, search_bar);
  gtk_widget_class_bind_template_child (widget_class, ShoalHistoryPage, search_entry);
  gtk_widget_class_bind_template_child (widget_class, ShoalHistoryPage, direction);
  gtk_widget_class_bind_template_child (widget_class, ShoalHistoryPage, outcome);
  gtk_widget_class_bind_template_child (widget_class, ShoalHistoryPage, stack);
  gtk_widget_class_bind_template_child (widget_class, ShoalHistoryPage, list);
  gtk_widget_class_bind_template_child (widget_class, ShoalHistoryPage, empty);
  gtk_widget_class_bind_template_child (widget_class, ShoalHistoryPage, sums);
  gtk_widget_class_bind_template_callback (widget_class, on_filter_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_activate_cb);
}

static void
shoal_history_page_init (ShoalHistoryPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->toaster = shoal_toaster_new (self->toasts);
  gtk_search_bar_connect_entry (self->search_bar, GTK_EDITABLE (self->search_entry));
  self->items = g_list_store_new (SHOAL_TYPE_HISTORY_ITEM);
  self->filter = GTK_FILTER (gtk_custom_filter_new (matches, self, NULL));
  self->filtered = gtk_filter_list_model_new (G_LIST_MODEL (g_object_ref (self->items)), NULL);
  gtk_filter_list_model_set_incremental (self->filtered, TRUE);
  self->growing = shoal_growing_model_new (G_LIST_MODEL (g_object_ref (self->filtered)));
  self->selection = gtk_single_selection_new (G_LIST_MODEL (self->growing));
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (self->selection));
  g_signal_connect_swapped (self->filtered, "items-changed", G_CALLBACK (queue_update), self);
  g_signal_connect_swapped (self->selection, "notify::selected-item",
                            G_CALLBACK (shoal_history_page_update_actions), self);
  shoal_history_page_add_actions (self);
  update_state (self);
}

GtkWidget *
shoal_history_page_new (void)
{
  return g_object_new (SHOAL_TYPE_HISTORY_PAGE, NULL);
}

void
shoal_history_page_set_engine (ShoalHistoryPage *self, ShoalEngine *engine)
{
  g_return_if_fail (SHOAL_IS_HISTORY_PAGE (self));
  g_return_if_fail (engine == NULL || SHOAL_IS_ENGINE (engine));

  if (self->engine == engine)
    return;
  let_go (self);
  shoal_history_page_drop (
      shoal_history_page_set_items (self, g_list_store_new (SHOAL_TYPE_HISTORY_ITEM)));
  g_set_object (&self->engine, engine);
  self->n_read = 0;
  self->last_ms = 0;
  if (engine != NULL && shoal_engine_get_history (engine) != NULL)
    {
      ShoalHistory *history = shoal_engine_get_history (engine);

      self->loading = TRUE;
      self->cancellable = g_cancellable_new ();
      g_signal_connect_swapped (history, "added", G_CALLBACK (on_added_cb), self);
      read_part (self, NULL);
    }
  queue_update (self);
}
