/* shoal-sources-window.c: who has a content
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-sources-window"

#include "config.h"

#include "shoal-sources-window.h"

#include <glib/gi18n.h>

#include "shoal-display-name.h"

/* More than these nobody reads; the rest is counted. */
#define MAX_ROWS (100)

struct _ShoalSourcesWindow
{
  AdwWindow parent_instance;

  GtkWidget *owner; /* weak */
  GCancellable *cancellable;

  GtkStack *stack;
  GtkLabel *title;
  GtkListBox *list;
  GtkLabel *rest;
  AdwStatusPage *message;
};

G_DEFINE_FINAL_TYPE (ShoalSourcesWindow, shoal_sources_window, ADW_TYPE_WINDOW)

static void
show_message (ShoalSourcesWindow *self, const char *icon, const char *title, const char *text)
{
  g_autofree char *markup = g_markup_escape_text (text, -1);

  adw_status_page_set_icon_name (self->message, icon);
  adw_status_page_set_title (self->message, title);
  adw_status_page_set_description (self->message, markup);
  gtk_stack_set_visible_child_name (self->stack, "message");
}

static GtkWidget *
new_row (const ShoalSource *source)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *avatar = adw_avatar_new (32, source->user, TRUE);
  GtkWidget *next = gtk_image_new_from_icon_name ("go-next-symbolic");
  g_autofree char *user = shoal_display_name (source->user);
  g_autofree char *name = g_markup_escape_text (user, -1);
  g_autofree char *offer_name = shoal_display_name (source->offer_name);
  g_autofree char *called
      = source->offer_name != NULL ? g_markup_escape_text (offer_name, -1) : NULL;
  const char *state = !source->online   ? _ ("Offline")
                      : source->partial ? _ ("Online, has a part of it")
                                        : _ ("Online");
  g_autofree char *subtitle
      = called != NULL ? g_strdup_printf ("%s · %s", state, called) : g_strdup (state);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 1);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), avatar);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), next);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  g_object_set_data_full (G_OBJECT (row), "account", g_strdup (source->account), g_free);
  return row;
}

static void
on_sources_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalSourcesWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) sources
             = shoal_directory_sources_finish (SHOAL_DIRECTORY (object), result, &error);

  if (self->cancellable == NULL || g_cancellable_is_cancelled (self->cancellable))
    return;
  if (sources == NULL)
    {
      show_message (self, "dialog-warning-symbolic", _ ("Could Not Ask"), error->message);
      return;
    }
  if (sources->len == 0)
    {
      show_message (self, "system-users-symbolic", _ ("Nobody Else"),
                    _ ("No other device of the group has this now."));
      return;
    }
  for (guint i = 0; i < MIN (sources->len, MAX_ROWS); i++)
    gtk_list_box_append (self->list, new_row (g_ptr_array_index (sources, i)));
  if (sources->len > MAX_ROWS)
    {
      guint n = sources->len - MAX_ROWS;
      g_autofree char *text = g_strdup_printf (ngettext ("and %u more", "and %u more", n), n);

      gtk_label_set_text (self->rest, text);
      gtk_widget_set_visible (GTK_WIDGET (self->rest), TRUE);
    }
  gtk_stack_set_visible_child_name (self->stack, "list");
}

static void
on_row_activated_cb (ShoalSourcesWindow *self, GtkListBoxRow *row)
{
  const char *account = g_object_get_data (G_OBJECT (row), "account");

  if (self->owner != NULL)
    gtk_widget_activate_action (self->owner, "win.show-person", "s", account);
  gtk_window_close (GTK_WINDOW (self));
}

static void
dispose (GObject *object)
{
  ShoalSourcesWindow *self = SHOAL_SOURCES_WINDOW (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_weak_pointer (&self->owner);
  G_OBJECT_CLASS (shoal_sources_window_parent_class)->dispose (object);
}

static void
shoal_sources_window_class_init (ShoalSourcesWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/shoal_app/Shoal/ui/shoal-sources-window.ui");
  gtk_widget_class_bind_template_child (widget_class, ShoalSourcesWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, ShoalSourcesWindow, title);
  gtk_widget_class_bind_template_child (widget_class, ShoalSourcesWindow, list);
  gtk_widget_class_bind_template_child (widget_class, ShoalSourcesWindow, rest);
  gtk_widget_class_bind_template_child (widget_class, ShoalSourcesWindow, message);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
shoal_sources_window_init (ShoalSourcesWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->cancellable = g_cancellable_new ();
}

GtkWidget *
shoal_sources_window_new (ShoalDirectory *directory, GtkWidget *owner, ShoalResult *result)
{
  g_return_val_if_fail (SHOAL_IS_DIRECTORY (directory), NULL);
  g_return_val_if_fail (SHOAL_IS_RESULT (result), NULL);

  ShoalSourcesWindow *self = g_object_new (SHOAL_TYPE_SOURCES_WINDOW, NULL);
  g_set_weak_pointer (&self->owner, owner);
  g_autofree char *name = shoal_display_name (shoal_result_get_name (result));
  gtk_label_set_text (self->title, name);
  shoal_directory_sources_async (directory, shoal_result_get_id (result), self->cancellable,
                                 on_sources_cb, g_object_ref (self));
  return GTK_WIDGET (self);
}
