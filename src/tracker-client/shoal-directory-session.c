/* shoal-directory-session.c: one channel to the tracker, from the dial to its end
 *
 *   dial → hello → sign-in (token, password or sign-up) → signed in → roster → online
 *
 * Any step may fail; then the directory hears of it once (session_failed) and decides. A session
 * that is no longer the current one has directory == NULL: its callbacks only let go.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-directory-session"

#include "config.h"

#include "shoal-tracker-directory-private.h"

#include <glib/gi18n.h>

#include "shoal-clock.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-methods.h"
#include "shoal-tls.h"

/* A sign-up whose answer was lost is repeated with the same uuid. */
#define MAX_SIGN_UP_TRIES 3
/* The tracker's own idea of its idle time is believed between these. */
#define MIN_IDLE_MS 1000
#define MAX_IDLE_MS (60 * 60 * 1000)

static void dial (ShoalDirectorySession *session);

static void
session_clear (gpointer data)
{
  ShoalDirectorySession *self = data;

  g_assert (self->task == NULL);
  g_clear_object (&self->channel);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->method, g_free);
  g_clear_pointer (&self->user, g_free);
  g_clear_pointer (&self->password, g_free);
  g_clear_pointer (&self->invite, g_free);
  g_clear_pointer (&self->uuid, g_free);
}

ShoalDirectorySession *
shoal_directory_session_new (const char *method)
{
  ShoalDirectorySession *self = g_rc_box_new0 (ShoalDirectorySession);

  self->method = g_strdup (method);
  self->cancellable = g_cancellable_new ();
  return self;
}

ShoalDirectorySession *
shoal_directory_session_ref (ShoalDirectorySession *self)
{
  return g_rc_box_acquire (self);
}

void
shoal_directory_session_unref (ShoalDirectorySession *self)
{
  g_rc_box_release_full (self, session_clear);
}

void
shoal_directory_session_drop (ShoalTrackerDirectory *self, const GError *reason)
{
  g_autoptr (ShoalDirectorySession) session = g_steal_pointer (&self->session);

  if (session == NULL)
    return;
  session->directory = NULL;
  g_cancellable_cancel (session->cancellable);
  if (session->channel != NULL)
    shoal_channel_close (session->channel);
  g_autoptr (GTask) task = g_steal_pointer (&session->task);
  if (task != NULL && reason != NULL)
    g_task_return_error (task, g_error_copy (reason));
  else if (task != NULL)
    g_task_return_new_error (task, SHOAL_ERROR, SHOAL_ERROR_CANCELLED, "Signing in was given up.");
}

/* Ends a session that is the current one. */
static void
session_fail (ShoalDirectorySession *session, const GError *error)
{
  if (session->directory == NULL)
    return;
  g_autoptr (ShoalTrackerDirectory) directory = g_object_ref (session->directory);
  g_autoptr (ShoalDirectorySession) keep = shoal_directory_session_ref (session);
  gboolean was_try = session->user != NULL && !session->signed_in;
  shoal_directory_session_drop (directory, error);
  shoal_tracker_directory_session_failed (directory, error, was_try);
}

static gboolean
may_try_again (ShoalDirectorySession *session, const GError *error)
{
  return session->directory != NULL && session->uuid != NULL && session->sent
         && session->tries < MAX_SIGN_UP_TRIES && shoal_error_is_disconnect (error);
}

static void
on_signed_in_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalDirectorySession) session = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) reply = shoal_channel_call_finish (SHOAL_CHANNEL (object), result, &error);

  if (session->directory == NULL)
    return;
  if (reply == NULL && may_try_again (session, error))
    {
      g_debug ("The answer was lost, asking again: %s", error->message);
      g_clear_object (&session->channel);
      dial (session);
      return;
    }
  if (reply == NULL || !shoal_tracker_directory_take_account (session->directory, reply, &error))
    {
      session_fail (session, error);
      return;
    }
  session->signed_in = TRUE;
  g_clear_pointer (&session->password, g_free);
  g_autoptr (ShoalTrackerDirectory) directory = g_object_ref (session->directory);
  g_autoptr (GTask) task = g_steal_pointer (&session->task);
  if (session->have_roster)
    shoal_tracker_directory_session_online (directory);
  if (task != NULL)
    g_task_return_boolean (task, TRUE);
}

static void
sign_in (ShoalDirectorySession *session)
{
  ShoalTrackerDirectory *self = session->directory;
  gboolean by_token = session->user == NULL;
  JsonObject *params
      = shoal_json_new ("uuid", "s", session->uuid, "user", "s", session->user, "password", "s",
                        session->password, "invite", "s", session->invite, "token", "s",
                        by_token ? self->token : NULL, "device_name", "s", self->device_name, NULL);

  session->sent = TRUE;
  session->tries++;
  shoal_channel_call_async (session->channel, session->method, params, session->cancellable,
                            on_signed_in_cb, shoal_directory_session_ref (session));
}

static gboolean
take_hello (ShoalDirectorySession *session, JsonObject *reply, GError **error)
{
  ShoalTrackerDirectory *self = session->directory;
  const char *name, *group;
  gint64 protocol, time_ms, idle_ms;

  if (!shoal_json_get_integer (reply, "protocol", 1, G_MAXINT32, &protocol, error)
      || !shoal_json_get_optional_string (reply, "group", 64, &group, error)
      || !shoal_json_get_optional_string (reply, "name", 256, &name, error)
      || !shoal_json_get_integer (reply, "time_ms", 0, SHOAL_MAX_JSON_INTEGER, &time_ms, error)
      || !shoal_json_get_integer (reply, "idle_ms", 0, SHOAL_MAX_JSON_INTEGER, &idle_ms, error))
    return FALSE;
  if (protocol != SHOAL_PROTOCOL_VERSION)
    {
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_VERSION,
                   _ ("The tracker speaks version %d of the protocol, this program version %d."),
                   (int) protocol, SHOAL_PROTOCOL_VERSION);
      return FALSE;
    }
  if (group != NULL && g_strcmp0 (group, self->group) != 0)
    {
      g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_UNTRUSTED,
                           _ ("The tracker names another group than its key stands for."));
      return FALSE;
    }
  g_free (self->group_name);
  self->group_name = g_strdup (name);
  self->clock_offset_ms = time_ms - shoal_now_ms ();
  guint idle = (guint) CLAMP (idle_ms, MIN_IDLE_MS, MAX_IDLE_MS);
  shoal_channel_set_ping_interval (session->channel, idle / 3);
  shoal_channel_set_idle_timeout (session->channel, idle);
  return TRUE;
}

static void
on_hello_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalDirectorySession) session = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) reply = shoal_channel_call_finish (SHOAL_CHANNEL (object), result, &error);

  if (session->directory == NULL)
    return;
  if (reply == NULL && may_try_again (session, error))
    {
      g_clear_object (&session->channel);
      session->tries++;
      dial (session);
    }
  else if (reply == NULL || !take_hello (session, reply, &error))
    session_fail (session, error);
  else
    sign_in (session);
}

static void
on_channel_request_cb (ShoalChannel *channel, ShoalRequest *request, gpointer user_data)
{
  g_autoptr (GError) error = g_error_new (SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND, "No such method.");

  shoal_request_fail (request, error);
}

static void
on_channel_notification_cb (ShoalChannel *channel,
                            const char *method,
                            JsonObject *params,
                            gpointer user_data)
{
  ShoalDirectorySession *session = user_data;

  if (session->directory != NULL && session->channel == channel)
    shoal_tracker_directory_on_notification (session->directory, session, method, params);
}

static void
on_channel_closed_cb (ShoalChannel *channel, const GError *reason, gpointer user_data)
{
  g_autoptr (ShoalDirectorySession) session = user_data;

  /* While signing in, the request under way fails and decides. */
  if (session->directory != NULL && session->channel == channel && session->signed_in)
    session_fail (session, reason);
}

static gboolean
is_loopback (GTlsConnection *connection)
{
  g_autoptr (GIOStream) base = NULL;

  g_object_get (connection, "base-io-stream", &base, NULL);
  if (!G_IS_SOCKET_CONNECTION (base))
    return FALSE;
  g_autoptr (GSocketAddress) remote
             = g_socket_connection_get_remote_address (G_SOCKET_CONNECTION (base), NULL);
  if (!G_IS_INET_SOCKET_ADDRESS (remote))
    return FALSE;
  GInetAddress *address = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote));
  return g_inet_address_get_is_loopback (address);
}

static void
on_dialled_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  static const ShoalChannelHandlers handlers = {
    .request = on_channel_request_cb,
    .notification = on_channel_notification_cb,
    .closed = on_channel_closed_cb,
  };
  g_autoptr (ShoalDirectorySession) session = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsConnection) connection = shoal_tls_connect_finish (result, NULL, &error);

  if (session->directory == NULL)
    return;
  if (connection == NULL && may_try_again (session, error))
    {
      session->tries++;
      dial (session);
      return;
    }
  if (connection == NULL)
    {
      session_fail (session, error);
      return;
    }

  /* The key is the pinned one: this is our tracker, so its lines may be long from the start (the
   * roster follows the answer to sign-in at once). */
  shoal_roster_set_loopback (session->directory->roster, is_loopback (connection));
  session->channel = shoal_channel_new (G_IO_STREAM (connection), SHOAL_MAX_LINE);
  shoal_channel_start (session->channel, &handlers, shoal_directory_session_ref (session));
  shoal_channel_call_async (
      session->channel, SHOAL_METHOD_HELLO,
      shoal_json_new ("protocol", "i", (gint64) SHOAL_PROTOCOL_VERSION, "min_protocol", "i",
                      (gint64) SHOAL_PROTOCOL_VERSION, "software", "s", "shoal/" SHOAL_VERSION,
                      "features", "a", json_array_new (), NULL),
      session->cancellable, on_hello_cb, shoal_directory_session_ref (session));
}

static void
dial (ShoalDirectorySession *session)
{
  ShoalTrackerDirectory *self = session->directory;

  shoal_tls_connect_async ((const char *const *) self->addresses, self->key, self->group,
                           SHOAL_ALPN_TRACKER, session->cancellable, on_dialled_cb,
                           shoal_directory_session_ref (session));
}

void
shoal_directory_session_begin (ShoalTrackerDirectory *self, ShoalDirectorySession *session)
{
  shoal_directory_session_drop (self, NULL);
  session->directory = self;
  self->session = session;
  shoal_tracker_directory_set_state (self, SHOAL_DIRECTORY_CONNECTING, NULL);
  /* The state's listeners may have stopped us. */
  if (self->session == session)
    dial (session);
}
