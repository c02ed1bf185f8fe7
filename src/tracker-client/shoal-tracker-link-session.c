/* shoal-tracker-link-session.c: one channel to the tracker, from the dial to its end
 *
 *   dial → hello → sign-in (token, password or sign-up) → signed in, online
 *
 * Any step may fail; then the link hears of it once (session_failed) and decides. A session that is
 * no longer the current one has link == NULL: its callbacks only let go.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tracker-link"

#include "config.h"

#include "shoal-tracker-link-private.h"

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
/* So long a sign-in is tried again while the tracker is busy: a class arrives at once. */
#define BUSY_PATIENCE_US (30 * G_USEC_PER_SEC)
#define MIN_BUSY_MS 500
#define MAX_BUSY_MS 5000

static void dial (ShoalTrackerSession *session);

static void
session_clear (gpointer data)
{
  ShoalTrackerSession *self = data;

  g_assert (self->task == NULL);
  g_clear_object (&self->channel);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->method, g_free);
  g_clear_pointer (&self->params, json_object_unref);
}

ShoalTrackerSession *
shoal_tracker_session_new (const char *method, JsonObject *params)
{
  ShoalTrackerSession *self = g_rc_box_new0 (ShoalTrackerSession);

  self->method = g_strdup (method);
  self->params = params;
  self->cancellable = g_cancellable_new ();
  return self;
}

ShoalTrackerSession *
shoal_tracker_session_ref (ShoalTrackerSession *self)
{
  return g_rc_box_acquire (self);
}

void
shoal_tracker_session_unref (ShoalTrackerSession *self)
{
  g_rc_box_release_full (self, session_clear);
}

void
shoal_tracker_session_drop (ShoalTrackerLink *link, const GError *reason)
{
  g_autoptr (ShoalTrackerSession) session = g_steal_pointer (&link->session);

  if (session == NULL)
    return;
  session->link = NULL;
  g_clear_handle_id (&session->wait_source, g_source_remove);
  g_cancellable_cancel (session->cancellable);
  if (session->channel != NULL)
    shoal_channel_close (session->channel);
  g_autoptr (GTask) task = g_steal_pointer (&session->task);
  if (task != NULL && reason != NULL)
    g_task_return_error (task, g_error_copy (reason));
  else if (task != NULL)
    g_task_return_new_error (task, SHOAL_ERROR, SHOAL_ERROR_CANCELLED, "Signing in was given up.");
}

void
shoal_tracker_session_fail (ShoalTrackerSession *self, const GError *error)
{
  if (self->link == NULL)
    return;
  g_autoptr (ShoalTrackerLink) link = g_object_ref (self->link);
  g_autoptr (ShoalTrackerSession) keep = shoal_tracker_session_ref (self);
  gboolean was_try = self->params != NULL;
  shoal_tracker_session_drop (link, error);
  shoal_tracker_link_session_failed (link, error, was_try);
}

/* Whether what is asked takes effect once however often it is asked. */
static gboolean
may_try_again (ShoalTrackerSession *session, const GError *error)
{
  return session->sent && session->params != NULL
         && json_object_has_member (session->params, "uuid") && session->tries < MAX_SIGN_UP_TRIES
         && shoal_error_is_disconnect (error);
}

/* Not all at the same moment again. */
static guint
choose_wait (const GError *error)
{
  gint64 wait_ms = CLAMP (shoal_error_get_retry_ms (error), MIN_BUSY_MS, MAX_BUSY_MS);

  return (guint) g_random_int_range ((gint32) wait_ms / 2, (gint32) wait_ms * 3 / 2);
}

static gboolean
on_wait_over_cb (gpointer user_data)
{
  ShoalTrackerSession *session = user_data;

  session->wait_source = 0;
  dial (session);
  return G_SOURCE_REMOVE;
}

/* Returns: whether it waits for a busy tracker instead of failing */
static gboolean
wait_if_busy (ShoalTrackerSession *session, const GError *error)
{
  /* Who is pushed out by others before his first word was answered does not always hear why. */
  gboolean pushed_out
      = session->channel != NULL && !session->sent && shoal_error_is_disconnect (error);
  gint64 now = g_get_monotonic_time ();

  if (session->task == NULL || session->params == NULL
      || !(pushed_out || g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_BUSY)))
    return FALSE;
  if (session->patience_end == 0)
    session->patience_end = now + BUSY_PATIENCE_US;
  if (now >= session->patience_end)
    return FALSE;
  if (session->channel != NULL)
    shoal_channel_close (session->channel);
  g_clear_object (&session->channel);
  session->wait_source = g_timeout_add (choose_wait (error), on_wait_over_cb, session);
  shoal_tracker_link_session_waits (session->link, error);
  return TRUE;
}

static void
on_signed_in_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalTrackerSession) session = user_data;
  g_autoptr (GError) error = NULL;
  const char *token;
  g_autoptr (JsonObject) reply = shoal_channel_call_finish (SHOAL_CHANNEL (object), result, &error);

  if (session->link == NULL)
    return;
  if (reply == NULL && may_try_again (session, error))
    {
      g_debug ("The answer was lost, asking again: %s", error->message);
      g_clear_object (&session->channel);
      dial (session);
      return;
    }
  if (reply == NULL && wait_if_busy (session, error))
    return;
  if (reply == NULL || !shoal_json_get_optional_string (reply, "token", 256, &token, &error))
    {
      shoal_tracker_session_fail (session, error);
      return;
    }
  g_autoptr (ShoalTrackerLink) link = g_object_ref (session->link);
  shoal_tracker_link_session_answered (link, reply);
  /* Somebody may have refused the answer, or stopped us. */
  if (session->link == NULL)
    return;
  session->signed_in = TRUE;
  g_clear_pointer (&session->params, json_object_unref); /* a password */
  if (token != NULL)
    shoal_tracker_link_set_token (link, token);
  g_autoptr (GTask) task = g_steal_pointer (&session->task);
  shoal_tracker_link_session_online (link);
  if (task != NULL)
    g_task_return_boolean (task, TRUE);
}

static void
sign_in (ShoalTrackerSession *session)
{
  ShoalTrackerLink *self = session->link;
  JsonObject *params = session->params != NULL ? json_object_ref (session->params)
                                               : shoal_json_new ("token", "s", self->token, NULL);

  if (self->device_name != NULL)
    json_object_set_string_member (params, "device_name", self->device_name);
  session->sent = TRUE;
  session->tries++;
  shoal_channel_call_async (session->channel, session->method, params, session->cancellable,
                            on_signed_in_cb, shoal_tracker_session_ref (session));
}

static gboolean
take_hello (ShoalTrackerSession *session, JsonObject *reply, GError **error)
{
  ShoalTrackerLink *self = session->link;
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
  shoal_tracker_link_set_group_name (self, name);
  self->clock_offset_ms = time_ms - shoal_now_ms ();
  guint idle = (guint) CLAMP (idle_ms, MIN_IDLE_MS, MAX_IDLE_MS);
  shoal_channel_set_ping_interval (session->channel, idle / 3);
  shoal_channel_set_idle_timeout (session->channel, idle);
  return TRUE;
}

static void
on_hello_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalTrackerSession) session = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) reply = shoal_channel_call_finish (SHOAL_CHANNEL (object), result, &error);

  if (session->link == NULL)
    return;
  if (reply == NULL && may_try_again (session, error))
    {
      g_clear_object (&session->channel);
      session->tries++;
      dial (session);
    }
  else if (reply == NULL && wait_if_busy (session, error))
    return;
  else if (reply == NULL || !take_hello (session, reply, &error))
    shoal_tracker_session_fail (session, error);
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
  ShoalTrackerSession *session = user_data;

  if (session->link == NULL || session->channel != channel)
    return;
  g_autoptr (ShoalTrackerLink) link = g_object_ref (session->link);
  if (g_str_equal (method, SHOAL_NOTIFICATION_REPLACED))
    {
      g_autoptr (GError) error = g_error_new_literal (
          SHOAL_ERROR, SHOAL_ERROR_REPLACED,
          _ ("Another program with this device's key has signed in."));

      shoal_tracker_session_fail (session, error);
    }
  else
    shoal_tracker_link_session_notified (link, method, params);
}

static void
on_channel_closed_cb (ShoalChannel *channel, const GError *reason, gpointer user_data)
{
  g_autoptr (ShoalTrackerSession) session = user_data;

  /* While signing in, the request under way fails and decides. */
  if (session->link != NULL && session->channel == channel && session->signed_in)
    shoal_tracker_session_fail (session, reason);
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
  g_autoptr (ShoalTrackerSession) session = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsConnection) connection = shoal_tls_connect_finish (result, NULL, &error);

  if (session->link == NULL)
    return;
  if (connection == NULL && may_try_again (session, error))
    {
      session->tries++;
      dial (session);
      return;
    }
  if (connection == NULL && wait_if_busy (session, error))
    return;
  if (connection == NULL)
    {
      shoal_tracker_session_fail (session, error);
      return;
    }

  /* The key is the pinned one: this is our tracker, so its lines may be long from the start (the
   * roster follows the answer to sign-in at once). */
  session->link->loopback = is_loopback (connection);
  session->channel = shoal_channel_new (G_IO_STREAM (connection), SHOAL_MAX_LINE);
  shoal_channel_start (session->channel, &handlers, shoal_tracker_session_ref (session));
  shoal_channel_call_async (session->channel, SHOAL_METHOD_HELLO,
                            shoal_json_new ("protocol", "i", (gint64) SHOAL_PROTOCOL_VERSION,
                                            "min_protocol", "i", (gint64) SHOAL_PROTOCOL_VERSION,
                                            "software", "s", "shoal/" SHOAL_VERSION, "features",
                                            "a", json_array_new (), NULL),
                            session->cancellable, on_hello_cb, shoal_tracker_session_ref (session));
}

static void
dial (ShoalTrackerSession *session)
{
  ShoalTrackerLink *self = session->link;

  shoal_tls_connect_async ((const char *const *) self->addresses, self->key, self->group,
                           SHOAL_ALPN_TRACKER, session->cancellable, on_dialled_cb,
                           shoal_tracker_session_ref (session));
}

void
shoal_tracker_session_begin (ShoalTrackerLink *link, ShoalTrackerSession *session)
{
  shoal_tracker_session_drop (link, NULL);
  session->link = link;
  link->session = session;
  shoal_tracker_link_session_connecting (link);
  /* The state's listeners may have stopped us. */
  if (link->session == session)
    dial (session);
}
