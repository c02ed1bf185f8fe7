/* shoal-browse-actions.c: what can be done on the page "Browse"
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-browse-page"

#include "config.h"

#include "shoal-browse-page-private.h"

#include <glib/gi18n.h>

#include "shoal-display-name.h"
#include "shoal-file-picker.h"
#include "shoal-sources-window.h"

/* ---- What is selected ---- */

/* Of ShoalBrowseRow. */
static GPtrArray *
dup_selected (ShoalBrowsePage *self)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GtkBitset) selected
             = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  GtkBitsetIter iter;
  guint position;

  for (gboolean valid = gtk_bitset_iter_init_first (&iter, selected, &position); valid;
       valid = gtk_bitset_iter_next (&iter, &position))
    g_ptr_array_add (rows, g_list_model_get_item (G_LIST_MODEL (self->selection), position));
  return rows;
}

/* The only one that is selected. */
static ShoalBrowseRow *
dup_one (ShoalBrowsePage *self)
{
  g_autoptr (GPtrArray) rows = dup_selected (self);

  return rows->len == 1 ? g_object_ref (g_ptr_array_index (rows, 0)) : NULL;
}

static void
toast (ShoalBrowsePage *self, const char *text)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", text);
}

/* ---- Download ---- */

typedef struct
{
  ShoalBrowsePage *page;
  char *name; /* of the first */
  guint n;    /* how many were asked for */
} Download;

static void
on_added_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autofree Download *download = user_data;
  g_autoptr (ShoalBrowsePage) self = download->page;
  g_autofree char *name = download->name;
  g_autoptr (GError) refused = NULL;
  g_autoptr (GPtrArray) added = shoal_transfer_manager_add_many_finish (
      SHOAL_TRANSFER_MANAGER (object), result, &refused);
  guint n = added->len;

  if (refused != NULL)
    toast (self, refused->message);
  if (n == 0)
    return;

  g_autofree char *shown = shoal_display_name (name);
  g_autofree char *text
      = download->n == 1
            ? g_strdup_printf (_ ("Downloading “%s”"), shown)
            : g_strdup_printf (ngettext ("Downloading %u item", "Downloading %u items", n), n);

  toast (self, text);
}

static ShoalTransferRequest
make_request (ShoalResult *result, const char *folder)
{
  gboolean is_folder = shoal_result_is_folder (result);
  ShoalTransferRequest request = {
    .name = shoal_result_get_name (result),
    .id = *shoal_result_get_id (result),
    .size = is_folder ? shoal_result_get_manifest_size (result) : shoal_result_get_size (result),
    .total_size = shoal_result_get_size (result),
    .folder = is_folder,
    .offered = TRUE,
    .n_entries = shoal_result_get_n_entries (result),
    .folder_path = folder,
    .mtime_ms = shoal_result_get_mtime_ms (result),
  };

  return request;
}

static void
download_rows (ShoalBrowsePage *self, GPtrArray *rows, const char *folder)
{
  if (self->transfers == NULL || folder == NULL || rows->len == 0)
    return;

  ShoalResult *first = shoal_browse_row_get_result (g_ptr_array_index (rows, 0));
  g_autofree ShoalTransferRequest *requests = g_new (ShoalTransferRequest, rows->len);
  Download *download = g_new0 (Download, 1);

  download->page = g_object_ref (self);
  download->name = g_strdup (shoal_result_get_name (first));
  download->n = rows->len;
  for (guint i = 0; i < rows->len; i++)
    requests[i] = make_request (shoal_browse_row_get_result (g_ptr_array_index (rows, i)), folder);
  shoal_transfer_manager_add_many_async (self->transfers, requests, rows->len, NULL, on_added_cb,
                                         download);
}

static const char *
get_download_folder (ShoalBrowsePage *self)
{
  return self->settings != NULL ? shoal_settings_get_download_folder (self->settings) : NULL;
}

static void
download_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  ShoalBrowsePage *self = user_data;
  g_autoptr (GPtrArray) rows = dup_selected (self);

  download_rows (self, rows, get_download_folder (self));
}

typedef struct
{
  ShoalBrowsePage *page;
  GPtrArray *rows;
} Choice;

static void
on_folder_chosen_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autofree Choice *choice = user_data;
  g_autoptr (ShoalBrowsePage) self = choice->page;
  g_autoptr (GPtrArray) rows = choice->rows;
  g_autoptr (GListModel) files = shoal_file_picker_run_finish (result);
  g_autoptr (GFile) folder = files != NULL ? g_list_model_get_item (files, 0) : NULL;
  g_autofree char *path = folder != NULL ? g_file_get_path (folder) : NULL;

  if (path != NULL)
    download_rows (self, rows, path);
  else if (folder != NULL)
    toast (self, _ ("This folder cannot be used. Choose one on this computer."));
}

static void
download_to_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  ShoalBrowsePage *self = user_data;
  const char *path = get_download_folder (self);
  g_autoptr (GFile) folder = path != NULL ? g_file_new_for_path (path) : NULL;
  g_autoptr (GPtrArray) rows = dup_selected (self);
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (rows->len == 0)
    return;
  Choice *choice = g_new0 (Choice, 1);
  choice->page = g_object_ref (self);
  choice->rows = g_steal_pointer (&rows);
  shoal_file_picker_run_async (GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, SHOAL_PICK_FOLDER,
                               _ ("Download To"), _ ("_Download"), folder, NULL,
                               on_folder_chosen_cb, choice);
}

static void
download_folder_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  ShoalBrowsePage *self = user_data;

  if (self->folder == NULL)
    return;
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (rows, shoal_browse_row_new (self->folder));
  download_rows (self, rows, get_download_folder (self));
}

/* ---- What is here ---- */

static char *
dup_local_path (ShoalBrowsePage *self)
{
  g_autoptr (ShoalBrowseRow) row = dup_one (self);

  if (row == NULL || self->index == NULL)
    return NULL;
  return shoal_local_index_dup_path (self->index,
                                     shoal_result_get_id (shoal_browse_row_get_result (row)));
}

static void
open_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  g_autofree char *path = dup_local_path (user_data);

  if (path != NULL)
    gtk_widget_activate_action (user_data, "win.open-path", "s", path);
}

static void
show_in_folder_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  g_autofree char *path = dup_local_path (user_data);

  if (path != NULL)
    gtk_widget_activate_action (user_data, "win.show-in-folder", "s", path);
}

/* ---- The others ---- */

static void
open_folder_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  g_autoptr (ShoalBrowseRow) row = dup_one (user_data);

  if (row != NULL && shoal_result_is_folder (shoal_browse_row_get_result (row)))
    shoal_browse_page_open_folder (user_data, shoal_browse_row_get_result (row));
}

static void
who_has_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  ShoalBrowsePage *self = user_data;
  g_autoptr (ShoalBrowseRow) row = dup_one (self);
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (row == NULL || self->directory == NULL)
    return;
  GtkWidget *window = shoal_sources_window_new (self->directory, GTK_WIDGET (self),
                                                shoal_browse_row_get_result (row));
  if (GTK_IS_WINDOW (root))
    gtk_window_set_transient_for (GTK_WINDOW (window), GTK_WINDOW (root));
  gtk_window_present (GTK_WINDOW (window));
}

static void
copy_id_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  g_autoptr (GPtrArray) rows = dup_selected (user_data);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < rows->len; i++)
    {
      char hex[SHOAL_DIGEST_HEX_SIZE];

      shoal_digest_to_hex (
          shoal_result_get_id (shoal_browse_row_get_result (g_ptr_array_index (rows, i))), hex);
      g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "", hex);
    }
  if (rows->len == 0)
    return;
  gdk_clipboard_set_text (gtk_widget_get_clipboard (user_data), text->str);
  toast (user_data, ngettext ("Content id copied", "Content ids copied", rows->len));
}

static void
back_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  shoal_browse_page_open_folder (user_data, NULL);
}

static void
refresh_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  ShoalBrowsePage *self = user_data;

  shoal_search_model_refresh (self->model);
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (self->scroller), 0);
}

static void
retry_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  shoal_search_model_retry (((ShoalBrowsePage *) user_data)->model);
}

static void
clear_filters_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  shoal_browse_filters_clear (user_data);
}

void
shoal_browse_actions_activate (ShoalBrowsePage *self, ShoalBrowseRow *row)
{
  ShoalResult *result = shoal_browse_row_get_result (row);
  g_autofree char *path = NULL;

  if (shoal_result_is_folder (result))
    {
      shoal_browse_page_open_folder (self, result);
      return;
    }
  switch (shoal_browse_row_get_local (row).kind)
    {
    case SHOAL_LOCAL_HERE:
    case SHOAL_LOCAL_SHARED:
      path = shoal_local_index_dup_path (self->index, shoal_result_get_id (result));
      if (path != NULL)
        gtk_widget_activate_action (GTK_WIDGET (self), "win.open-path", "s", path);
      break;
    case SHOAL_LOCAL_ACTIVE:
    case SHOAL_LOCAL_WAITING:
    case SHOAL_LOCAL_PAUSED:
      gtk_widget_activate_action (GTK_WIDGET (self), "win.show-page", "s", "transfers");
      break;
    case SHOAL_LOCAL_NONE:
    case SHOAL_LOCAL_FAILED:
    default:
      {
        g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_object_unref);

        g_ptr_array_add (rows, g_object_ref (row));
        download_rows (self, rows, get_download_folder (self));
      }
      break;
    }
}

static void
set_enabled (ShoalBrowsePage *self, const char *name, gboolean enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self->actions), name);

  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
}

void
shoal_browse_actions_update (ShoalBrowsePage *self)
{
  g_autoptr (GtkBitset) selected
             = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  guint64 n = gtk_bitset_get_size (selected);
  g_autoptr (ShoalBrowseRow) row = n == 1 ? dup_one (self) : NULL;
  ShoalLocalKind kind = row != NULL ? shoal_browse_row_get_local (row).kind : SHOAL_LOCAL_NONE;
  gboolean here = kind == SHOAL_LOCAL_HERE || kind == SHOAL_LOCAL_SHARED;
  gboolean can_download = self->transfers != NULL && self->settings != NULL;

  set_enabled (self, "download", n > 0 && can_download);
  set_enabled (self, "download-to", n > 0 && can_download);
  set_enabled (self, "download-folder", self->folder != NULL && can_download);
  set_enabled (self, "copy-id", n > 0);
  set_enabled (self, "who-has", row != NULL);
  set_enabled (self, "open", here);
  set_enabled (self, "show-in-folder", here);
  set_enabled (self, "open-folder",
               row != NULL && shoal_result_is_folder (shoal_browse_row_get_result (row)));
  set_enabled (self, "back", self->folder != NULL);
}

void
shoal_browse_actions_init (ShoalBrowsePage *self)
{
  static const GActionEntry entries[] = {
    { "download", download_cb, NULL, NULL, NULL, { 0 } },
    { "download-to", download_to_cb, NULL, NULL, NULL, { 0 } },
    { "download-folder", download_folder_cb, NULL, NULL, NULL, { 0 } },
    { "open", open_cb, NULL, NULL, NULL, { 0 } },
    { "show-in-folder", show_in_folder_cb, NULL, NULL, NULL, { 0 } },
    { "open-folder", open_folder_cb, NULL, NULL, NULL, { 0 } },
    { "who-has", who_has_cb, NULL, NULL, NULL, { 0 } },
    { "copy-id", copy_id_cb, NULL, NULL, NULL, { 0 } },
    { "back", back_cb, NULL, NULL, NULL, { 0 } },
    { "refresh", refresh_cb, NULL, NULL, NULL, { 0 } },
    { "retry", retry_cb, NULL, NULL, NULL, { 0 } },
    { "clear-filters", clear_filters_cb, NULL, NULL, NULL, { 0 } },
  };

  self->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), entries, G_N_ELEMENTS (entries),
                                   self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "browse", G_ACTION_GROUP (self->actions));
}
