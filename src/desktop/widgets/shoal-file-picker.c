/* shoal-file-picker.c: lets the user choose files and folders, through the portal in a sandbox
 *
 * The chooser is not a widget: nobody else keeps it, so the task does, until it answers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-file-picker"

#include "config.h"

#include "shoal-file-picker.h"

#include <glib/gi18n.h>

G_GNUC_BEGIN_IGNORE_DEPRECATIONS

static void
on_response_cb (GtkNativeDialog *dialog, int response, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  if (response == GTK_RESPONSE_ACCEPT)
    g_task_return_pointer (task, gtk_file_chooser_get_files (GTK_FILE_CHOOSER (dialog)),
                           g_object_unref);
  else
    g_task_return_pointer (task, NULL, NULL);
}

void
shoal_file_picker_run_async (GtkWindow *parent,
                             ShoalPick pick,
                             const char *title,
                             const char *accept,
                             GFile *folder,
                             const char *name,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  static const GtkFileChooserAction actions[] = {
    [SHOAL_PICK_FILES] = GTK_FILE_CHOOSER_ACTION_OPEN,
    [SHOAL_PICK_FOLDERS] = GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER,
    [SHOAL_PICK_FOLDER] = GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER,
    [SHOAL_PICK_SAVE] = GTK_FILE_CHOOSER_ACTION_SAVE,
  };
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  GtkFileChooserNative *chooser
      = gtk_file_chooser_native_new (title, parent, actions[pick], accept, NULL);

  g_task_set_source_tag (task, shoal_file_picker_run_async);
  g_task_set_task_data (task, chooser, g_object_unref);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (chooser),
                                        pick == SHOAL_PICK_FILES || pick == SHOAL_PICK_FOLDERS);
  if (folder != NULL)
    gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (chooser), folder, NULL);
  if (pick == SHOAL_PICK_SAVE && name != NULL)
    gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), name);
  g_signal_connect (chooser, "response", G_CALLBACK (on_response_cb), task);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

G_GNUC_END_IGNORE_DEPRECATIONS

GListModel *
shoal_file_picker_run_finish (GAsyncResult *result)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  return g_task_propagate_pointer (G_TASK (result), NULL);
}
