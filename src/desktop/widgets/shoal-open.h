/* shoal-open.h: opens a file with its program, or shows it in the file manager
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** shoal_open_path_async: @context: (nullable) */
void shoal_open_path_async (const char *path,
                            GAppLaunchContext *context,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
gboolean shoal_open_path_finish (GAsyncResult *result, GError **error);
/** shoal_open_folder_async: shows @path selected in its folder, where the file manager can; else
 * opens the folder */
void shoal_open_folder_async (const char *path,
                              GAppLaunchContext *context,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean shoal_open_folder_finish (GAsyncResult *result, GError **error);

G_END_DECLS
