/* shoal-background.c: asks a sandbox whether Shoal may run without a window and start at sign-in
 *
 * The portal answers by a signal on an object whose path follows from our name and a token that we
 * choose; listening begins before the call, so that no answer is missed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-background"

#include "config.h"

#include "shoal-background.h"

#define PORTAL "org.freedesktop.portal.Desktop"
#define PORTAL_PATH "/org/freedesktop/portal/desktop"
#define INTERFACE "org.freedesktop.portal.Background"
#define REQUEST "org.freedesktop.portal.Request"
#define RESPONSE_GRANTED 0

typedef struct
{
  GDBusConnection *connection;
  char *handle;
  guint subscription;
  guint watch; /* the portal may end before it answers */
  gboolean background;
  gboolean autostart;
} Request;

gboolean
shoal_background_is_sandboxed (void)
{
  return g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS);
}

static void
stop_listening (Request *request)
{
  if (request->subscription != 0)
    g_dbus_connection_signal_unsubscribe (request->connection, request->subscription);
  request->subscription = 0;
  g_clear_handle_id (&request->watch, g_bus_unwatch_name);
}

static void
request_free (gpointer data)
{
  Request *request = data;

  stop_listening (request);
  g_object_unref (request->connection);
  g_free (request->handle);
  g_free (request);
}

static void
on_response_cb (GDBusConnection *connection,
                const char *sender,
                const char *path,
                const char *interface,
                const char *signal,
                GVariant *parameters,
                gpointer user_data)
{
  g_autoptr (GTask) task = g_object_ref (user_data);
  Request *request = g_task_get_task_data (task);
  g_autoptr (GVariant) results = NULL;
  guint32 response;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(ua{sv})")))
    return;
  stop_listening (request);
  g_variant_get (parameters, "(u@a{sv})", &response, &results);
  if (response == RESPONSE_GRANTED)
    {
      g_variant_lookup (results, "background", "b", &request->background);
      g_variant_lookup (results, "autostart", "b", &request->autostart);
    }
  g_task_return_boolean (task, TRUE);
}

static void
listen (GTask *task, const char *handle)
{
  Request *request = g_task_get_task_data (task);

  if (request->subscription != 0)
    g_dbus_connection_signal_unsubscribe (request->connection, request->subscription);
  g_free (request->handle);
  request->handle = g_strdup (handle);
  request->subscription = g_dbus_connection_signal_subscribe (
      request->connection, PORTAL, REQUEST, "Response", handle, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
      on_response_cb, g_object_ref (task), g_object_unref);
}

static void
on_portal_gone_cb (GDBusConnection *connection, const char *name, gpointer user_data)
{
  g_autoptr (GTask) task = g_object_ref (user_data);
  Request *request = g_task_get_task_data (task);

  if (request->subscription == 0)
    return;
  stop_listening (request);
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CLOSED, "The portal has ended");
}

static void
on_called_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Request *request = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GVariant) reply
             = g_dbus_connection_call_finish (G_DBUS_CONNECTION (object), result, &error);
  const char *handle;

  if (request->subscription == 0)
    {
      g_clear_error (&error); /* answered already */
      return;
    }
  if (reply == NULL)
    {
      stop_listening (request);
      g_task_return_error (task, error);
      return;
    }
  g_variant_get (reply, "(&o)", &handle);
  /* Portals of old made a path of their own. */
  if (!g_str_equal (handle, request->handle))
    listen (task, handle);
  request->watch = g_bus_watch_name_on_connection (
      request->connection, PORTAL, G_BUS_NAME_WATCHER_FLAGS_NONE, NULL, on_portal_gone_cb,
      g_object_ref (task), g_object_unref);
}

/* Returns: (transfer full): the path of the object that will answer to @token */
static char *
make_handle (GDBusConnection *connection, const char *token)
{
  g_autofree char *sender = g_strdup (g_dbus_connection_get_unique_name (connection) + 1);

  g_strdelimit (sender, ".", '_');
  return g_strdup_printf (PORTAL_PATH "/request/%s/%s", sender, token);
}

void
shoal_background_request_async (GDBusConnection *connection,
                                const char *reason,
                                gboolean autostart,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  static const char *const command[] = { "shoal", "--background", NULL };

  g_return_if_fail (G_IS_DBUS_CONNECTION (connection));
  g_return_if_fail (reason != NULL);

  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Request *request = g_new0 (Request, 1);
  g_autofree char *token = g_strdup_printf ("shoal%u", g_random_int ());
  g_autofree char *handle = make_handle (connection, token);
  GVariantBuilder options;

  request->connection = g_object_ref (connection);
  g_task_set_source_tag (task, shoal_background_request_async);
  g_task_set_task_data (task, request, request_free);
  listen (task, handle);
  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "handle_token", g_variant_new_string (token));
  g_variant_builder_add (&options, "{sv}", "reason", g_variant_new_string (reason));
  g_variant_builder_add (&options, "{sv}", "autostart", g_variant_new_boolean (autostart));
  g_variant_builder_add (&options, "{sv}", "commandline", g_variant_new_strv (command, -1));
  g_variant_builder_add (&options, "{sv}", "dbus-activatable", g_variant_new_boolean (FALSE));
  g_dbus_connection_call (connection, PORTAL, PORTAL_PATH, INTERFACE, "RequestBackground",
                          g_variant_new ("(sa{sv})", "", &options), G_VARIANT_TYPE ("(o)"),
                          G_DBUS_CALL_FLAGS_NONE, -1, cancellable, on_called_cb, task);
}

gboolean
shoal_background_request_finish (GAsyncResult *result,
                                 gboolean *background,
                                 gboolean *autostart,
                                 GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  const Request *request = g_task_get_task_data (G_TASK (result));

  *background = request->background;
  *autostart = request->autostart;
  return g_task_propagate_boolean (G_TASK (result), error);
}
