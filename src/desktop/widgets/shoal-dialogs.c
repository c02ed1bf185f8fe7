/* shoal-dialogs.c: questions, lists and the about window; the one place that knows the toolkit's
 * dialogs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-dialogs"

#include "config.h"

#include "shoal-dialogs.h"

#include <glib/gi18n.h>

#define ANSWER_CANCEL "cancel"
#define ANSWER_YES "yes"

/* ---- Questions ---- */

static void
on_answer_cb (AdwMessageDialog *dialog, const char *answer, gpointer user_data)
{
  GTask *task = user_data;

  if (g_task_get_task_data (task) != NULL)
    return;
  g_task_set_task_data (task, task, NULL); /* answered */
  g_task_return_boolean (task, g_str_equal (answer, ANSWER_YES));
}

/* The dialog is gone, perhaps with its window and without an answer: that is a no. */
static void
on_dialog_gone_cb (gpointer user_data, GClosure *closure)
{
  on_answer_cb (NULL, ANSWER_CANCEL, user_data);
  g_object_unref (user_data);
}

void
shoal_dialogs_confirm_async (GtkWindow *parent,
                             const char *heading,
                             const char *body,
                             const char *label,
                             gboolean destructive,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_return_if_fail (heading != NULL && label != NULL);

  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (parent, heading, body));

  g_task_set_source_tag (task, shoal_dialogs_confirm_async);
  adw_message_dialog_add_responses (dialog, ANSWER_CANCEL, _ ("_Cancel"), ANSWER_YES, label, NULL);
  adw_message_dialog_set_response_appearance (
      dialog, ANSWER_YES, destructive ? ADW_RESPONSE_DESTRUCTIVE : ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (dialog, destructive ? ANSWER_CANCEL : ANSWER_YES);
  adw_message_dialog_set_close_response (dialog, ANSWER_CANCEL);
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_answer_cb), task, on_dialog_gone_cb, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

gboolean
shoal_dialogs_confirm_finish (GAsyncResult *result)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);
  return g_task_propagate_boolean (G_TASK (result), NULL);
}

static void
show_error (GtkWindow *parent, const char *heading, const char *message)
{
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (parent, heading, message));

  adw_message_dialog_add_response (dialog, ANSWER_CANCEL, _ ("_Close"));
  adw_message_dialog_set_close_response (dialog, ANSWER_CANCEL);
  gtk_window_present (GTK_WINDOW (dialog));
}

void
shoal_dialogs_report (GtkApplication *application, const char *heading, const char *message)
{
  GtkWindow *parent = NULL;

  /* The newest that is seen: a dialog stands before its window. */
  for (GList *at = gtk_application_get_windows (application); at != NULL && parent == NULL;
       at = at->next)
    if (gtk_widget_get_visible (at->data))
      parent = at->data;
  if (parent != NULL)
    show_error (parent, heading, message);
  else
    g_warning ("%s: %s", heading, message);
}

/* ---- Lists ---- */

void
shoal_dialogs_close_on_escape (GtkWindow *window)
{
  GtkEventController *keys = gtk_shortcut_controller_new ();

  gtk_shortcut_controller_add_shortcut (
      GTK_SHORTCUT_CONTROLLER (keys), gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_Escape, 0),
                                                        gtk_named_action_new ("window.close")));
  gtk_widget_add_controller (GTK_WIDGET (window), keys);
}

static void
on_line_setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_widget_set_margin_start (label, 6);
  gtk_widget_set_margin_end (label, 6);
  gtk_widget_set_margin_top (label, 6);
  gtk_widget_set_margin_bottom (label, 6);
  gtk_list_item_set_child (item, label);
}

static void
on_line_bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  gtk_label_set_label (GTK_LABEL (gtk_list_item_get_child (item)),
                       gtk_string_object_get_string (gtk_list_item_get_item (item)));
}

void
shoal_dialogs_show_list (GtkWindow *parent,
                         const char *heading,
                         const char *body,
                         const char *const *lines)
{
  g_return_if_fail (heading != NULL && lines != NULL);

  GtkSelectionModel *model
      = GTK_SELECTION_MODEL (gtk_no_selection_new (G_LIST_MODEL (gtk_string_list_new (lines))));
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkWidget *list = gtk_list_view_new (model, factory);
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *label = gtk_label_new (body);
  GtkWidget *window
      = g_object_new (ADW_TYPE_WINDOW, "title", heading, "modal", TRUE, "transient-for", parent,
                      "default-width", 420, "default-height", 400, "content", box, NULL);

  g_signal_connect (factory, "setup", G_CALLBACK (on_line_setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (on_line_bind_cb), NULL);
  gtk_list_view_set_show_separators (GTK_LIST_VIEW (list), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL, heading,
                                  -1);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_margin_start (label, 12);
  gtk_widget_set_margin_end (label, 12);
  gtk_widget_set_margin_top (label, 6);
  gtk_widget_set_margin_bottom (label, 12);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), list);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_box_append (GTK_BOX (box), adw_header_bar_new ());
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), scrolled);
  shoal_dialogs_close_on_escape (GTK_WINDOW (window));
  gtk_window_present (GTK_WINDOW (window));
}

/* ---- Focus ---- */

void
shoal_dialogs_release_focus (GtkWidget *widget)
{
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  if (focus != NULL && (focus == widget || gtk_widget_is_ancestor (focus, widget)))
    gtk_root_set_focus (root, NULL);
}

/* ---- About ---- */

void
shoal_dialogs_show_about (GtkWindow *parent)
{
  static const char *const developers[] = { "The Shoal developers", NULL };
  GtkWidget *window = g_object_new (
      ADW_TYPE_ABOUT_WINDOW, "transient-for", parent, "modal", TRUE, "application-name",
      _ ("Shoal"), "application-icon", SHOAL_APP_ID, "version", SHOAL_VERSION, "developer-name",
      _ ("The Shoal developers"), "developers", developers, "license-type", GTK_LICENSE_GPL_3_0,
      "comments",
      _ ("Share files within a group of people you know. Files go straight from one computer to "
         "the "
         "other, encrypted, and are verified on arrival."),
      "copyright", "© The Shoal developers", "website", "https://github.com/shoal-app/shoal",
      "issue-url", "https://github.com/shoal-app/shoal/issues",
      /* Translators: put your names here, one on each line */
      "translator-credits", _ ("translator-credits"), NULL);

  gtk_window_present (GTK_WINDOW (window));
}
