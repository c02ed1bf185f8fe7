/* shoal-file-picker.h: lets the user choose files and folders, through the portal in a sandbox
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum
{
  SHOAL_PICK_FILES,   /* one or several files */
  SHOAL_PICK_FOLDERS, /* one or several folders */
  SHOAL_PICK_FOLDER,  /* one folder to put something into */
  SHOAL_PICK_SAVE,    /* a file to write */
} ShoalPick;

/** shoal_file_picker_run_async: @accept: (nullable): the button's label; @folder: (nullable): where
 * to begin;
 * @name: (nullable): for %SHOAL_PICK_SAVE */
void shoal_file_picker_run_async (GtkWindow *parent,
                                  ShoalPick pick,
                                  const char *title,
                                  const char *accept,
                                  GFile *folder,
                                  const char *name,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
/** shoal_file_picker_run_finish: Returns: (transfer full) (nullable): of #GFile; %NULL if nothing
 * was chosen */
GListModel *shoal_file_picker_run_finish (GAsyncResult *result);

G_END_DECLS
