/* test-client.c: a member's end of the connection to a tracker, for tests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "test-client"

#include "config.h"

#include "test-client.h"

#include <sys/socket.h>

#include <glib/gstdio.h>

#include "shoal-limits.h"
#include "shoal-link.h"
#include "shoal-tls.h"

gboolean
test_tick_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

void
test_remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);

  for (const char *name = dir != NULL ? g_dir_read_name (dir) : NULL; name != NULL;
       name = g_dir_read_name (dir))
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR) && !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
        test_remove_folder (child);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

void
test_notification_free (TestNotification *self)
{
  g_free (self->method);
  json_object_unref (self->params);
  g_free (self);
}

TestClient *
test_client_new (void)
{
  g_autoptr (GError) error = NULL;
  TestClient *self = g_new0 (TestClient, 1);

  self->key = shoal_device_key_generate (&error);
  g_assert_no_error (error);
  self->device = shoal_device_key_get_fingerprint (self->key);
  g_queue_init (&self->notifications);
  return self;
}

void
test_client_free (TestClient *self)
{
  test_client_disconnect (self);
  shoal_device_key_unref (self->key);
  g_free (self);
}

static void
check_seq (TestClient *self, const char *method, JsonObject *params)
{
  if (g_str_equal (method, SHOAL_NOTIFICATION_ROSTER))
    self->seq = json_object_get_int_member (params, "seq");
  else if (g_str_equal (method, SHOAL_NOTIFICATION_ROSTER_DELTA))
    {
      self->gap |= json_object_get_int_member (params, "seq") != self->seq + 1;
      self->seq = json_object_get_int_member (params, "seq");
    }
}

static void
on_notification_cb (ShoalChannel *channel,
                    const char *method,
                    JsonObject *params,
                    gpointer user_data)
{
  TestClient *self = user_data;
  TestNotification *notification = g_new0 (TestNotification, 1);

  check_seq (self, method, params);
  notification->method = g_strdup (method);
  notification->params = json_object_ref (params);
  g_queue_push_tail (&self->notifications, notification);
}

static void
on_request_cb (ShoalChannel *channel, ShoalRequest *request, gpointer user_data)
{
  g_autoptr (GError) error
             = g_error_new_literal (SHOAL_ERROR, SHOAL_ERROR_DENIED, "I only ask questions.");

  shoal_request_fail (request, error);
}

static void
on_closed_cb (ShoalChannel *channel, const GError *reason, gpointer user_data)
{
  TestClient *self = user_data;

  self->closed = g_error_copy (reason);
}

static const ShoalChannelHandlers handlers = {
  .request = on_request_cb,
  .notification = on_notification_cb,
  .closed = on_closed_cb,
};

static void
start_channel (TestClient *self, GIOStream *stream)
{
  g_assert_null (self->channel);
  self->channel = shoal_channel_new (stream, SHOAL_MAX_LINE);
  shoal_channel_start (self->channel, &handlers, self);
}

static GIOStream *
stream_of_socket (int fd)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, &error);

  g_assert_no_error (error);
  return G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
}

void
test_client_attach_to (TestClient *self, ShoalSessions *sessions, const char *address)
{
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);

  g_autoptr (GIOStream) theirs = stream_of_socket (fds[0]);
  g_autoptr (GIOStream) ours = stream_of_socket (fds[1]);

  shoal_sessions_add (sessions, theirs, self->device, address);
  start_channel (self, ours);
}

static void
store_result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **place = user_data;

  *place = g_object_ref (result);
}

void
test_client_connect (TestClient *self, const char *link)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalLink) parsed = shoal_link_parse (link, &error);

  g_assert_no_error (error);

  g_autoptr (GAsyncResult) result = NULL;

  shoal_tls_connect_async ((const char *const *) parsed->addresses, self->key, parsed->key,
                           SHOAL_ALPN_TRACKER, NULL, store_result_cb, &result);
  test_wait_until (result != NULL);

  g_autoptr (GTlsConnection) connection = shoal_tls_connect_finish (result, NULL, &error);

  g_assert_no_error (error);
  start_channel (self, G_IO_STREAM (connection));
  test_client_say_hello (self);
}

void
test_client_disconnect (TestClient *self)
{
  if (self->channel != NULL)
    {
      shoal_channel_close (self->channel);
      test_wait_until (self->closed != NULL);
      g_clear_object (&self->channel);
    }
  g_clear_error (&self->closed);
  g_queue_clear_full (&self->notifications, (GDestroyNotify) test_notification_free);
  self->gap = FALSE;
}

JsonObject *
test_client_try (TestClient *self, const char *method, JsonObject *params, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  shoal_channel_call_async (self->channel, method, params, NULL, store_result_cb, &result);
  test_wait_until (result != NULL);
  return shoal_channel_call_finish (self->channel, result, error);
}

JsonObject *
test_client_call (TestClient *self, const char *method, JsonObject *params)
{
  g_autoptr (GError) error = NULL;
  JsonObject *result = test_client_try (self, method, params, &error);

  g_assert_no_error (error);
  g_assert_nonnull (result);
  return result;
}

void
test_client_say_hello (TestClient *self)
{
  JsonObject *params
      = shoal_json_new ("protocol", "i", (gint64) SHOAL_PROTOCOL_VERSION, "min_protocol", "i",
                        (gint64) 1, "software", "s", "test/1", NULL);
  g_autoptr (JsonObject) result = test_client_call (self, SHOAL_METHOD_HELLO, params);

  g_assert_cmpint (json_object_get_int_member (result, "protocol"), ==, SHOAL_PROTOCOL_VERSION);
}

GError *
test_client_refused (TestClient *self, const char *method, JsonObject *params, int code)
{
  GError *error = NULL;
  g_autoptr (JsonObject) result = test_client_try (self, method, params, &error);

  g_assert_null (result);
  g_assert_error (error, SHOAL_ERROR, code);
  return error;
}

void
test_client_send (TestClient *self, const char *method, JsonObject *params)
{
  g_assert_null (self->result);
  shoal_channel_call_async (self->channel, method, params, NULL, store_result_cb, &self->result);
}

JsonObject *
test_client_receive (TestClient *self, GError **error)
{
  test_wait_until (self->result != NULL);

  g_autoptr (GAsyncResult) result = g_steal_pointer (&self->result);

  return shoal_channel_call_finish (self->channel, result, error);
}

JsonObject *
test_client_sign_up (TestClient *self, const char *user, const char *invite)
{
  g_autofree char *uuid = g_uuid_string_random ();
  JsonObject *params
      = shoal_json_new ("uuid", "s", uuid, "user", "s", user, "password", "s", TEST_PASSWORD,
                        "invite", "s", invite, "device_name", "s", "test device", NULL);

  return test_client_call (self, SHOAL_METHOD_SIGN_UP, params);
}

JsonObject *
test_client_sign_in (TestClient *self, const char *user, const char *password)
{
  return test_client_call (self, SHOAL_METHOD_SIGN_IN,
                           shoal_json_new ("user", "s", user, "password", "s", password, NULL));
}

static GList *
find_notification (TestClient *self, const char *method)
{
  for (GList *l = self->notifications.head; l != NULL; l = l->next)
    if (g_str_equal (((TestNotification *) l->data)->method, method))
      return l;
  return NULL;
}

JsonObject *
test_client_wait (TestClient *self, const char *method)
{
  test_wait_until (find_notification (self, method) != NULL);

  GList *link = find_notification (self, method);
  g_autoptr (TestNotification) notification = link->data;

  g_queue_delete_link (&self->notifications, link);
  return json_object_ref (notification->params);
}

void
test_client_wait_closed (TestClient *self)
{
  test_wait_until (self->closed != NULL);
}
