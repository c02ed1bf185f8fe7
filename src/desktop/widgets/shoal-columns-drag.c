/* shoal-columns-drag.c: files dragged out of a table
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-columns"

#include "config.h"

#include "shoal-columns.h"

typedef struct
{
  ShoalColumnsPathFunc get_path;
  gpointer user_data;
} Drag;

static void
drag_free (gpointer data, GClosure *closure)
{
  g_free (data);
}

static void
add_file (GSList **files, GListModel *model, guint position, const Drag *drag)
{
  g_autoptr (GObject) item = g_list_model_get_item (model, position);
  g_autofree char *path = item != NULL ? drag->get_path (item, drag->user_data) : NULL;

  if (path != NULL && g_file_test (path, G_FILE_TEST_EXISTS))
    *files = g_slist_prepend (*files, g_file_new_for_path (path));
}

static GdkContentProvider *
make_provider (GtkSelectionModel *model, guint pointed, const Drag *drag)
{
  GSList *files = NULL;

  if (pointed == GTK_INVALID_LIST_POSITION || model == NULL)
    return NULL;
  if (gtk_selection_model_is_selected (model, pointed))
    {
      g_autoptr (GtkBitset) selected = gtk_selection_model_get_selection (model);
      GtkBitsetIter iter;
      guint position;

      for (gboolean valid = gtk_bitset_iter_init_first (&iter, selected, &position); valid;
           valid = gtk_bitset_iter_next (&iter, &position))
        add_file (&files, G_LIST_MODEL (model), position, drag);
    }
  else
    add_file (&files, G_LIST_MODEL (model), pointed, drag);
  if (files == NULL)
    return NULL;
  files = g_slist_reverse (files);
  g_auto (GValue) value = G_VALUE_INIT;
  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_value_take_boxed (&value, gdk_file_list_new_from_list (files));
  g_slist_free_full (files, g_object_unref);
  return gdk_content_provider_new_for_value (&value);
}

static GdkContentProvider *
on_prepare_cb (GtkDragSource *source, double x, double y, const Drag *drag)
{
  GtkWidget *view = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (source));
  guint pointed = shoal_columns_get_position (GTK_COLUMN_VIEW (view), x, y);

  return make_provider (gtk_column_view_get_model (GTK_COLUMN_VIEW (view)), pointed, drag);
}

GdkContentProvider *
shoal_columns_make_files (GtkSelectionModel *model,
                          guint pointed,
                          ShoalColumnsPathFunc get_path,
                          gpointer user_data)
{
  const Drag drag = { .get_path = get_path, .user_data = user_data };

  g_return_val_if_fail (get_path != NULL, NULL);

  return make_provider (model, pointed, &drag);
}

void
shoal_columns_add_drag (GtkColumnView *view, ShoalColumnsPathFunc get_path, gpointer user_data)
{
  g_return_if_fail (GTK_IS_COLUMN_VIEW (view));
  g_return_if_fail (get_path != NULL);

  Drag *drag = g_new0 (Drag, 1);
  GtkDragSource *source = gtk_drag_source_new ();

  drag->get_path = get_path;
  drag->user_data = user_data;
  gtk_drag_source_set_actions (source, GDK_ACTION_COPY);
  g_signal_connect_data (source, "prepare", G_CALLBACK (on_prepare_cb), drag, drag_free, 0);
  gtk_widget_add_controller (GTK_WIDGET (view), GTK_EVENT_CONTROLLER (source));
}
