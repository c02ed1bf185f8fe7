/* shoal-window-dnd.c: files dropped on the window or pasted into it are shared
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-window"

#include "config.h"

#include "shoal-window-private.h"

#include <glib/gi18n.h>

/* The list is the value's; its files are not copied. */
static void
share_list (ShoalWindow *self, const GValue *value)
{
  g_autoptr (GSList) files = gdk_file_list_get_files (g_value_get_boxed (value));
  g_autoptr (GListStore) store = g_list_store_new (G_TYPE_FILE);

  for (GSList *at = files; at != NULL; at = at->next)
    g_list_store_append (store, at->data);
  shoal_window_share (self, G_LIST_MODEL (store));
}

/* What is dragged out of this window is here already. */
static gboolean
on_accept_cb (GtkDropTarget *target, GdkDrop *drop, ShoalWindow *self)
{
  return gdk_drop_get_drag (drop) == NULL
         && gdk_content_formats_contain_gtype (gdk_drop_get_formats (drop), GDK_TYPE_FILE_LIST)
         && shoal_session_get_engine (self->session) != NULL;
}

static GdkDragAction
on_enter_cb (GtkDropTarget *target, double x, double y, ShoalWindow *self)
{
  gtk_revealer_set_reveal_child (self->drop_overlay, TRUE);
  return GDK_ACTION_COPY;
}

static void
on_leave_cb (GtkDropTarget *target, ShoalWindow *self)
{
  gtk_revealer_set_reveal_child (self->drop_overlay, FALSE);
}

static gboolean
on_drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, ShoalWindow *self)
{
  gtk_revealer_set_reveal_child (self->drop_overlay, FALSE);
  if (!G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST)
      || shoal_session_get_engine (self->session) == NULL)
    return FALSE;
  share_list (self, value);
  return TRUE;
}

void
shoal_window_init_drop (ShoalWindow *self)
{
  self->drop_target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);
  g_signal_connect (self->drop_target, "accept", G_CALLBACK (on_accept_cb), self);
  g_signal_connect (self->drop_target, "enter", G_CALLBACK (on_enter_cb), self);
  g_signal_connect (self->drop_target, "leave", G_CALLBACK (on_leave_cb), self);
  g_signal_connect (self->drop_target, "drop", G_CALLBACK (on_drop_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (self->drop_target));
}

static void
on_pasted_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  const GValue *value = gdk_clipboard_read_value_finish (GDK_CLIPBOARD (object), result, &error);

  if (value != NULL && G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    share_list (self, value);
  else
    shoal_toaster_say (self->toaster, _ ("The clipboard holds no files"));
}

void
shoal_window_paste (ShoalWindow *self)
{
  GdkClipboard *clipboard = gtk_widget_get_clipboard (GTK_WIDGET (self));

  if (!gdk_content_formats_contain_gtype (gdk_clipboard_get_formats (clipboard), GDK_TYPE_FILE_LIST)
      && !gdk_content_formats_contain_mime_type (gdk_clipboard_get_formats (clipboard),
                                                 "text/uri-list"))
    {
      shoal_toaster_say (self->toaster, _ ("The clipboard holds no files"));
      return;
    }
  gdk_clipboard_read_value_async (clipboard, GDK_TYPE_FILE_LIST, G_PRIORITY_DEFAULT, NULL,
                                  on_pasted_cb, g_object_ref (self));
}
