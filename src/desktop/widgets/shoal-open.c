/* shoal-open.c: opens a file with its program, or shows it in the file manager
 *
 * Only paths of this computer come here, never an address from the network.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-open"

#include "config.h"

#include "shoal-open.h"

#include <glib/gi18n.h>

#include "shoal-error.h"

typedef struct
{
  char *path;
  GAppLaunchContext *context;
} Open;

static void
open_free (gpointer data)
{
  Open *open = data;

  g_free (open->path);
  g_clear_object (&open->context);
  g_free (open);
}

static GTask *
task_new (const char *path,
          GAppLaunchContext *context,
          gpointer tag,
          GAsyncReadyCallback callback,
          gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  Open *open = g_new0 (Open, 1);

  open->path = g_strdup (path);
  open->context = context != NULL ? g_object_ref (context) : NULL;
  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, open, open_free);
  return task;
}

static void
on_launched_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (g_app_info_launch_default_for_uri_finish (result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
launch (GTask *task, const char *path)
{
  const Open *open = g_task_get_task_data (task);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autofree char *uri = g_file_get_uri (file);

  if (!g_file_query_exists (file, NULL))
    {
      g_task_return_new_error (task, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND,
                               _ ("“%s” is not there any more."), path);
      g_object_unref (task);
      return;
    }
  g_app_info_launch_default_for_uri_async (uri, open->context, NULL, on_launched_cb, task);
}

void
shoal_open_path_async (const char *path,
                       GAppLaunchContext *context,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_return_if_fail (path != NULL);

  launch (task_new (path, context, shoal_open_path_async, callback, user_data), path);
}

gboolean
shoal_open_path_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
on_shown_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  const Open *open = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply
             = g_dbus_connection_call_finish (G_DBUS_CONNECTION (object), result, &error);
  g_autofree char *folder = g_path_get_dirname (open->path);

  if (reply != NULL)
    g_task_return_boolean (task, TRUE);
  else
    launch (g_steal_pointer (&task), folder);
}

static void
on_bus_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  const Open *open = g_task_get_task_data (task);
  g_autoptr (GDBusConnection) bus = g_bus_get_finish (result, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (open->path);
  g_autofree char *uri = g_file_get_uri (file);
  g_autofree char *folder = g_path_get_dirname (open->path);
  const char *const uris[] = { uri, NULL };

  if (bus == NULL)
    {
      launch (g_steal_pointer (&task), folder);
      return;
    }
  g_dbus_connection_call (bus, "org.freedesktop.FileManager1", "/org/freedesktop/FileManager1",
                          "org.freedesktop.FileManager1", "ShowItems",
                          g_variant_new ("(^ass)", uris, ""), NULL, G_DBUS_CALL_FLAGS_NONE, -1,
                          NULL, on_shown_cb, g_steal_pointer (&task));
}

void
shoal_open_folder_async (const char *path,
                         GAppLaunchContext *context,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_return_if_fail (path != NULL);

  g_bus_get (G_BUS_TYPE_SESSION, NULL, on_bus_cb,
             task_new (path, context, shoal_open_folder_async, callback, user_data));
}

gboolean
shoal_open_folder_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
