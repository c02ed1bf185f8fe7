/* shoal-history-page-actions.c: what can be done with the history
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-history-page"

#include "config.h"

#include "shoal-history-page-private.h"

#include <glib/gi18n.h>

#include "shoal-file-picker.h"
#include "shoal-history-csv.h"
#include "shoal-slices.h"

/* Seconds in which clearing can be undone. */
#define UNDO_SECONDS 10

static const ShoalHistoryEntry *
get_selected (ShoalHistoryPage *self)
{
  ShoalHistoryItem *item = gtk_single_selection_get_selected_item (self->selection);

  return item != NULL ? shoal_history_item_get_entry (item) : NULL;
}

static void
on_open_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  ShoalHistoryPage *self = data;
  const ShoalHistoryEntry *entry = get_selected (self);
  gboolean open = g_str_equal (g_action_get_name (G_ACTION (action)), "open");

  if (entry == NULL || entry->destination == NULL)
    return;
  if (!g_file_test (entry->destination, G_FILE_TEST_EXISTS))
    shoal_toaster_say (self->toaster,
                       _ ("It is not there any more. It may have been moved or deleted."));
  else
    gtk_widget_activate_action (GTK_WIDGET (self), open ? "win.open-path" : "win.show-in-folder",
                                "s", entry->destination);
}

/* ---- Fetching again ---- */

static void
on_queued_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalHistoryPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalTransfer) transfer
             = shoal_transfer_manager_add_finish (SHOAL_TRANSFER_MANAGER (source), result, &error);

  if (transfer == NULL)
    shoal_toaster_say (self->toaster, error->message);
  else
    shoal_toaster_say (self->toaster, _ ("It is among the downloads again."));
}

static void
queue (ShoalHistoryPage *self, const ShoalHistoryEntry *entry, guint64 size)
{
  g_autofree char *folder = NULL;

  if (entry->destination != NULL)
    folder = g_path_get_dirname (entry->destination);
  else
    folder
        = g_strdup (shoal_settings_get_download_folder (shoal_engine_get_settings (self->engine)));

  ShoalTransferRequest request = {
    .name = entry->name,
    .id = entry->id,
    .size = size,
    .total_size = entry->size,
    .folder = entry->folder,
    .folder_path = folder,
    .mtime_ms = -1,
  };

  shoal_transfer_manager_add_async (shoal_engine_get_transfers (self->engine), &request, NULL,
                                    on_queued_cb, g_object_ref (self));
}

typedef struct
{
  ShoalHistoryPage *page;
  ShoalHistoryEntry *entry;
} Again;

/* A folder is fetched by its manifest, whose size only the group's list knows. */
static void
on_found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Again *again = user_data;
  g_autoptr (ShoalHistoryPage) self = again->page;
  g_autoptr (ShoalHistoryEntry) entry = again->entry;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows
             = shoal_directory_find_finish (SHOAL_DIRECTORY (source), result, &error);

  if (rows == NULL)
    {
      shoal_toaster_say (self->toaster, error->message);
      return;
    }
  for (guint i = 0; i < rows->len && self->engine != NULL; i++)
    {
      ShoalResult *row = g_ptr_array_index (rows, i);

      if (shoal_result_is_folder (row)
          && shoal_digest_equal (shoal_result_get_id (row), &entry->id))
        {
          queue (self, entry, shoal_result_get_manifest_size (row));
          return;
        }
    }
  shoal_toaster_say (self->toaster,
                     _ ("Nobody in the group offers this folder as it was any more."));
}

static void
on_fetch_again_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  ShoalHistoryPage *self = data;
  const ShoalHistoryEntry *entry = get_selected (self);

  if (entry == NULL || entry->upload || self->engine == NULL)
    return;
  if (!entry->folder)
    {
      queue (self, entry, entry->size);
      return;
    }

  Again *again = g_new0 (Again, 1);

  again->page = g_object_ref (self);
  again->entry = shoal_history_entry_dup (entry);
  shoal_directory_find_async (shoal_engine_get_directory (self->engine), entry->name, NULL,
                              self->cancellable, on_found_cb, again);
}

/* ---- Export ---- */

static void
on_written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalHistoryPage) self = user_data;
  g_autoptr (GError) error = NULL;

  if (shoal_history_csv_write_finish (result, &error))
    shoal_toaster_say (self->toaster, _ ("The history was exported."));
  else
    shoal_toaster_say (self->toaster, error->message);
}

static void
on_picked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalHistoryPage) self = user_data;
  g_autoptr (GListModel) files = shoal_file_picker_run_finish (result);
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GFile) file = files != NULL ? g_list_model_get_item (files, 0) : NULL;

  if (file == NULL || self->filtered == NULL)
    return;
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->filtered)); i++)
    g_ptr_array_add (items, g_list_model_get_item (G_LIST_MODEL (self->filtered), i));
  shoal_history_csv_write_async (items, file, NULL, on_written_cb, g_object_ref (self));
}

static void
on_export_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (data));

  if (GTK_IS_WINDOW (root))
    shoal_file_picker_run_async (GTK_WINDOW (root), SHOAL_PICK_SAVE, _ ("Export History"),
                                 _ ("_Export"), NULL, "shoal-history.csv", on_picked_cb,
                                 g_object_ref (data));
}

/* ---- Clearing ---- */

static void
on_cleared_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!shoal_history_clear_finish (SHOAL_HISTORY (source), result, &error))
    g_warning ("Cannot clear the history: %s", error->message);
}

#define DROPPED_AT_ONCE 64

static gboolean
drop_some (gpointer data)
{
  GListStore *items = data;
  guint n = g_list_model_get_n_items (G_LIST_MODEL (items));
  guint left = n - MIN (n, DROPPED_AT_ONCE);

  g_list_store_splice (items, left, n - left, NULL, 0);
  return left > 0;
}

void
shoal_history_page_drop (GListStore *items)
{
  shoal_slices_run (G_PRIORITY_LOW, drop_some, items, g_object_unref);
}

void
shoal_history_page_finish_clear (ShoalHistoryPage *self)
{
  if (self->undo_toast != NULL)
    {
      g_autoptr (AdwToast) toast = g_steal_pointer (&self->undo_toast);

      g_signal_handlers_disconnect_by_data (toast, self);
      shoal_toaster_take_back (self->toaster, toast);
    }
  if (self->cleared == NULL)
    return;
  shoal_history_page_drop (g_steal_pointer (&self->cleared));
  if (self->engine != NULL && shoal_engine_get_history (self->engine) != NULL)
    shoal_history_clear_until_async (shoal_engine_get_history (self->engine),
                                     self->cleared_until_ms, NULL, on_cleared_cb, NULL);
}

static void
on_toast_dismissed_cb (ShoalHistoryPage *self)
{
  g_clear_object (&self->undo_toast);
  shoal_history_page_finish_clear (self);
}

/* What has ended meanwhile comes before what is given back. */
static void
on_undo_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  ShoalHistoryPage *self = data;
  g_autoptr (GPtrArray) since = g_ptr_array_new_with_free_func (g_object_unref);

  if (self->cleared == NULL)
    return;
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->items)); i++)
    g_ptr_array_add (since, g_list_model_get_item (G_LIST_MODEL (self->items), i));
  g_list_store_splice (self->cleared, 0, 0, since->pdata, since->len);
  shoal_history_page_drop (shoal_history_page_set_items (self, g_steal_pointer (&self->cleared)));
}

static void
on_clear_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  ShoalHistoryPage *self = data;

  shoal_history_page_finish_clear (self);
  /* Before the list is complete there is nothing to give back. */
  if (self->loading)
    return;
  self->cleared_until_ms = self->last_ms;
  self->cleared = shoal_history_page_set_items (self, g_list_store_new (SHOAL_TYPE_HISTORY_ITEM));
  self->undo_toast = adw_toast_new (_ ("History cleared"));
  adw_toast_set_button_label (self->undo_toast, _ ("_Undo"));
  adw_toast_set_action_name (self->undo_toast, "history.undo-clear");
  adw_toast_set_timeout (self->undo_toast, UNDO_SECONDS);
  g_signal_connect_swapped (self->undo_toast, "dismissed", G_CALLBACK (on_toast_dismissed_cb),
                            self);
  shoal_toaster_add (self->toaster, g_object_ref (self->undo_toast));
}

static void
enable (ShoalHistoryPage *self, const char *name, gboolean enabled)
{
  g_simple_action_set_enabled (
      G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self->actions), name)), enabled);
}

void
shoal_history_page_update_actions (ShoalHistoryPage *self)
{
  const ShoalHistoryEntry *entry = get_selected (self);
  gboolean there = entry != NULL && entry->destination != NULL;

  enable (self, "open", there && g_strcmp0 (entry->outcome, "finished") == 0);
  enable (self, "show-in-folder", there);
  enable (self, "fetch-again", entry != NULL && !entry->upload && self->engine != NULL);
  enable (self, "export", g_list_model_get_n_items (G_LIST_MODEL (self->filtered)) > 0);
  enable (self, "clear", g_list_model_get_n_items (G_LIST_MODEL (self->items)) > 0);
}

void
shoal_history_page_add_actions (ShoalHistoryPage *self)
{
  static const GActionEntry entries[] = {
    { .name = "open", .activate = on_open_cb },
    { .name = "show-in-folder", .activate = on_open_cb },
    { .name = "fetch-again", .activate = on_fetch_again_cb },
    { .name = "export", .activate = on_export_cb },
    { .name = "clear", .activate = on_clear_cb },
    { .name = "undo-clear", .activate = on_undo_cb },
  };

  self->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), entries, G_N_ELEMENTS (entries),
                                   self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "history", G_ACTION_GROUP (self->actions));
  shoal_history_page_update_actions (self);
}
