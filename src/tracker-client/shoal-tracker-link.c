/* shoal-tracker-link.c: the one channel to the tracker, which comes back by itself
 *
 *   OFFLINE ⇄ CONNECTING → ONLINE          by itself, with back-off, while "wanted"
 *   any → SIGNED_OUT                       no token, or the tracker refuses it
 *   any → REPLACED, UNTRUSTED              wait for the user: shoal_tracker_link_start() leaves
 * them
 *
 * Main thread only. The link owns its session; see shoal-tracker-link-session.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tracker-link"

#include "config.h"

#include "shoal-tracker-link-private.h"

#include <glib/gi18n.h>

#include "shoal-clock.h"
#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-methods.h"

/* Seconds until the next try; a fifth of jitter keeps a group from coming back all at once. */
static const guint back_off_s[] = { 1, 2, 5, 10, 30 };

G_DEFINE_FINAL_TYPE (ShoalTrackerLink, shoal_tracker_link, G_TYPE_OBJECT)

enum
{
  SIGNED_IN,
  STATE_CHANGED,
  NOTIFICATION,
  NETWORK_CHANGED,
  WAITING,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
shoal_tracker_link_dispose (GObject *object)
{
  ShoalTrackerLink *self = SHOAL_TRACKER_LINK (object);

  self->wanted = FALSE;
  g_clear_handle_id (&self->retry_source, g_source_remove);
  if (self->monitor != NULL)
    g_signal_handlers_disconnect_by_data (self->monitor, self);
  g_clear_object (&self->monitor);
  shoal_tracker_session_drop (self, NULL);
  G_OBJECT_CLASS (shoal_tracker_link_parent_class)->dispose (object);
}

static void
shoal_tracker_link_finalize (GObject *object)
{
  ShoalTrackerLink *self = SHOAL_TRACKER_LINK (object);

  g_clear_pointer (&self->key, shoal_device_key_unref);
  g_clear_pointer (&self->addresses, g_strfreev);
  g_clear_pointer (&self->group, g_free);
  g_clear_pointer (&self->group_name, g_free);
  g_clear_pointer (&self->token, g_free);
  g_clear_pointer (&self->device_name, g_free);
  g_clear_error (&self->error);
  G_OBJECT_CLASS (shoal_tracker_link_parent_class)->finalize (object);
}

static void
shoal_tracker_link_class_init (ShoalTrackerLinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  object_class->dispose = shoal_tracker_link_dispose;
  object_class->finalize = shoal_tracker_link_finalize;

  signals[SIGNED_IN] = g_signal_new ("signed-in", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, JSON_TYPE_OBJECT | G_SIGNAL_TYPE_STATIC_SCOPE);
  signals[STATE_CHANGED] = g_signal_new ("state-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                         NULL, G_TYPE_NONE, 0);
  signals[NOTIFICATION] = g_signal_new (
      "notification", type, G_SIGNAL_RUN_LAST | G_SIGNAL_DETAILED, 0, NULL, NULL, NULL, G_TYPE_NONE,
      2, G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE, JSON_TYPE_OBJECT | G_SIGNAL_TYPE_STATIC_SCOPE);
  signals[WAITING] = g_signal_new ("waiting", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[NETWORK_CHANGED] = g_signal_new ("network-changed", type, G_SIGNAL_RUN_LAST, 0, NULL,
                                           NULL, NULL, G_TYPE_NONE, 0);
}

static void
shoal_tracker_link_init (ShoalTrackerLink *self)
{
  self->state = SHOAL_DIRECTORY_SIGNED_OUT;
}

ShoalTrackerLink *
shoal_tracker_link_new (ShoalDeviceKey *key)
{
  g_return_val_if_fail (key != NULL, NULL);

  ShoalTrackerLink *self = g_object_new (SHOAL_TYPE_TRACKER_LINK, NULL);
  self->key = shoal_device_key_ref (key);
  return self;
}

/* ---- Connecting ---- */

static void
set_state (ShoalTrackerLink *self, ShoalDirectoryState state, const GError *error)
{
  if (self->state == state && error == NULL && self->error == NULL)
    return;
  /* The reason of the last failure stays while we are on the way again. */
  if (error != NULL || state != SHOAL_DIRECTORY_CONNECTING)
    {
      g_autoptr (GError) copy = error != NULL ? g_error_copy (error) : NULL;

      g_clear_error (&self->error);
      self->error = g_steal_pointer (&copy);
    }
  self->state = state;
  g_signal_emit (self, signals[STATE_CHANGED], 0);
}

static void
connect_now (ShoalTrackerLink *self)
{
  g_clear_handle_id (&self->retry_source, g_source_remove);
  if (self->addresses == NULL || self->group == NULL || self->token == NULL)
    {
      set_state (self, SHOAL_DIRECTORY_SIGNED_OUT, NULL);
      return;
    }
  shoal_tracker_session_begin (self, shoal_tracker_session_new (SHOAL_METHOD_SIGN_IN, NULL));
}

static gboolean
on_retry_cb (gpointer user_data)
{
  ShoalTrackerLink *self = user_data;

  self->retry_source = 0;
  connect_now (self);
  return G_SOURCE_REMOVE;
}

static void
schedule_retry (ShoalTrackerLink *self, const GError *error)
{
  guint step = MIN (self->attempts, G_N_ELEMENTS (back_off_s) - 1);
  gint64 delay_ms = back_off_s[step] * 1000;

  delay_ms += g_random_int_range (0, (gint32) (delay_ms / 5));
  delay_ms = MAX (delay_ms, MIN (shoal_error_get_retry_ms (error), SHOAL_MAX_RETRY_MS));
  self->attempts++;
  g_clear_handle_id (&self->retry_source, g_source_remove);
  self->retry_source = g_timeout_add ((guint) delay_ms, on_retry_cb, self);
}

static void
on_network_changed_cb (GNetworkMonitor *monitor, gboolean available, gpointer user_data)
{
  ShoalTrackerLink *self = user_data;

  if (self->state == SHOAL_DIRECTORY_ONLINE)
    g_signal_emit (self, signals[NETWORK_CHANGED], 0);
  else if (self->retry_source != 0 && available)
    connect_now (self);
}

static void
want (ShoalTrackerLink *self)
{
  self->wanted = TRUE;
  if (self->monitor != NULL)
    return;
  self->monitor = g_object_ref (g_network_monitor_get_default ());
  g_signal_connect (self->monitor, "network-changed", G_CALLBACK (on_network_changed_cb), self);
}

void
shoal_tracker_link_start (ShoalTrackerLink *self)
{
  g_return_if_fail (SHOAL_IS_TRACKER_LINK (self));

  want (self);
  self->attempts = 0;
  if (self->session == NULL)
    connect_now (self);
}

/* Lets go of the tracker, without a word to anybody. */
static void
let_go (ShoalTrackerLink *self)
{
  self->wanted = FALSE;
  g_clear_handle_id (&self->retry_source, g_source_remove);
  shoal_tracker_session_drop (self, NULL);
}

void
shoal_tracker_link_stop (ShoalTrackerLink *self)
{
  g_return_if_fail (SHOAL_IS_TRACKER_LINK (self));

  let_go (self);
  if (self->state == SHOAL_DIRECTORY_ONLINE || self->state == SHOAL_DIRECTORY_CONNECTING)
    set_state (self, SHOAL_DIRECTORY_OFFLINE, NULL);
}

void
shoal_tracker_link_sign_out (ShoalTrackerLink *self)
{
  g_return_if_fail (SHOAL_IS_TRACKER_LINK (self));

  let_go (self);
  shoal_tracker_link_set_token (self, NULL);
  set_state (self, SHOAL_DIRECTORY_SIGNED_OUT, NULL);
}

/* ---- The session's news ---- */

void
shoal_tracker_link_session_failed (ShoalTrackerLink *self, const GError *error, gboolean was_try)
{
  g_debug ("The session ended: %s", error->message);
  if (g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_REPLACED))
    set_state (self, SHOAL_DIRECTORY_REPLACED, error);
  else if (g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_UNTRUSTED))
    set_state (self, SHOAL_DIRECTORY_UNTRUSTED, error);
  else if (was_try && self->token != NULL && self->wanted)
    connect_now (self);
  else if (g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_AUTH)
           || g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_DENIED) || self->token == NULL)
    set_state (self, SHOAL_DIRECTORY_SIGNED_OUT, error);
  else
    {
      if (self->wanted)
        schedule_retry (self, error);
      set_state (self, SHOAL_DIRECTORY_OFFLINE, error);
    }
}

void
shoal_tracker_link_session_connecting (ShoalTrackerLink *self)
{
  set_state (self, SHOAL_DIRECTORY_CONNECTING, NULL);
}

void
shoal_tracker_link_session_waits (ShoalTrackerLink *self, const GError *error)
{
  g_autofree char *text = g_strdup_printf (_ ("%s Shoal tries again by itself."), error->message);

  g_signal_emit (self, signals[WAITING], 0, text);
}

void
shoal_tracker_link_session_answered (ShoalTrackerLink *self, JsonObject *answer)
{
  g_signal_emit (self, signals[SIGNED_IN], 0, answer);
}

void
shoal_tracker_link_session_online (ShoalTrackerLink *self)
{
  want (self);
  set_state (self, SHOAL_DIRECTORY_ONLINE, NULL);
}

void
shoal_tracker_link_session_notified (ShoalTrackerLink *self, const char *method, JsonObject *params)
{
  /* A tracker may make up names: one that is no quark yet has nobody who waits for it. */
  GQuark detail = g_quark_try_string (method);

  /* Only now: a tracker that falls over right after each sign-in is left alone longer each time. */
  self->attempts = 0;
  if (detail != 0)
    g_signal_emit (self, signals[NOTIFICATION], detail, method, params);
}

/* ---- Signing in ---- */

/* Cancelling the task of a sign-in ends its session. */
static void
on_sign_in_cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  ShoalTrackerLink *self = user_data;
  ShoalTrackerSession *session = self->session;

  if (session == NULL || session->task == NULL
      || g_task_get_cancellable (session->task) != cancellable)
    return;
  g_autoptr (GError) error
             = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Signing in was cancelled.");
  shoal_tracker_session_fail (session, error);
}

void
shoal_tracker_link_sign_in_async (ShoalTrackerLink *self,
                                  const char *method,
                                  JsonObject *params,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_TRACKER_LINK (self));
  g_return_if_fail (method != NULL && params != NULL);

  g_autoptr (JsonObject) owned = params;
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, shoal_tracker_link_sign_in_async);
  if (self->addresses == NULL || self->group == NULL)
    {
      g_task_return_new_error (task, SHOAL_ERROR, SHOAL_ERROR_INVALID, _ ("No tracker is known."));
      return;
    }
  if (cancellable != NULL)
    g_signal_connect_object (cancellable, "cancelled", G_CALLBACK (on_sign_in_cancelled_cb), self,
                             0);
  g_clear_handle_id (&self->retry_source, g_source_remove);

  ShoalTrackerSession *session = shoal_tracker_session_new (method, g_steal_pointer (&owned));
  session->task = g_steal_pointer (&task);
  shoal_tracker_session_begin (self, session);
}

gboolean
shoal_tracker_link_sign_in_finish (ShoalTrackerLink *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
shoal_tracker_link_refuse (ShoalTrackerLink *self, const GError *error)
{
  g_return_if_fail (SHOAL_IS_TRACKER_LINK (self));
  g_return_if_fail (error != NULL);

  if (self->session != NULL)
    shoal_tracker_session_fail (self->session, error);
}

/* ---- Requests ---- */

static void
on_called_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  JsonObject *reply = shoal_channel_call_finish (SHOAL_CHANNEL (object), result, &error);

  if (reply != NULL)
    g_task_return_pointer (task, reply, (GDestroyNotify) json_object_unref);
  else
    g_task_return_error (task, error);
}

void
shoal_tracker_link_call_async (ShoalTrackerLink *self,
                               const char *method,
                               JsonObject *params,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_TRACKER_LINK (self));
  g_return_if_fail (method != NULL);

  g_autoptr (JsonObject) owned = params;
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, shoal_tracker_link_call_async);
  if (self->state == SHOAL_DIRECTORY_ONLINE)
    shoal_channel_call_async (self->session->channel, method, g_steal_pointer (&owned), cancellable,
                              on_called_cb, g_steal_pointer (&task));
  else
    g_task_return_new_error (task, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED,
                             _ ("Not connected to the tracker."));
}

JsonObject *
shoal_tracker_link_call_finish (ShoalTrackerLink *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- What it knows ---- */

/* @value may be the very string that is there. */
static void
set_string (char **field, const char *value)
{
  char *copy = g_strdup (value);

  g_free (*field);
  *field = copy;
}

const char *
shoal_tracker_link_get_fingerprint (ShoalTrackerLink *self)
{
  g_return_val_if_fail (SHOAL_IS_TRACKER_LINK (self), NULL);
  return shoal_device_key_get_fingerprint (self->key);
}

void
shoal_tracker_link_set_tracker (ShoalTrackerLink *self,
                                const char *const *addresses,
                                const char *group)
{
  g_return_if_fail (SHOAL_IS_TRACKER_LINK (self));
  g_return_if_fail (addresses != NULL && addresses[0] != NULL);
  g_return_if_fail (shoal_is_fingerprint (group));

  char **copy = g_strdupv ((char **) addresses);
  g_strfreev (self->addresses);
  self->addresses = copy;
  set_string (&self->group, group);
}

const char *const *
shoal_tracker_link_get_addresses (ShoalTrackerLink *self)
{
  g_return_val_if_fail (SHOAL_IS_TRACKER_LINK (self), NULL);
  return (const char *const *) self->addresses;
}

const char *
shoal_tracker_link_get_group (ShoalTrackerLink *self)
{
  g_return_val_if_fail (SHOAL_IS_TRACKER_LINK (self), NULL);
  return self->group;
}

void
shoal_tracker_link_set_group_name (ShoalTrackerLink *self, const char *name)
{
  g_return_if_fail (SHOAL_IS_TRACKER_LINK (self));
  set_string (&self->group_name, name);
}

const char *
shoal_tracker_link_get_group_name (ShoalTrackerLink *self)
{
  g_return_val_if_fail (SHOAL_IS_TRACKER_LINK (self), NULL);
  return self->group_name;
}

void
shoal_tracker_link_set_token (ShoalTrackerLink *self, const char *token)
{
  g_return_if_fail (SHOAL_IS_TRACKER_LINK (self));
  set_string (&self->token, token);
}

const char *
shoal_tracker_link_get_token (ShoalTrackerLink *self)
{
  g_return_val_if_fail (SHOAL_IS_TRACKER_LINK (self), NULL);
  return self->token;
}

void
shoal_tracker_link_set_device_name (ShoalTrackerLink *self, const char *name)
{
  g_return_if_fail (SHOAL_IS_TRACKER_LINK (self));
  set_string (&self->device_name, name);
}

const char *
shoal_tracker_link_get_device_name (ShoalTrackerLink *self)
{
  g_return_val_if_fail (SHOAL_IS_TRACKER_LINK (self), NULL);
  return self->device_name;
}

ShoalDirectoryState
shoal_tracker_link_get_state (ShoalTrackerLink *self)
{
  g_return_val_if_fail (SHOAL_IS_TRACKER_LINK (self), SHOAL_DIRECTORY_OFFLINE);
  return self->state;
}

const GError *
shoal_tracker_link_get_error (ShoalTrackerLink *self)
{
  g_return_val_if_fail (SHOAL_IS_TRACKER_LINK (self), NULL);
  return self->error;
}

gboolean
shoal_tracker_link_is_loopback (ShoalTrackerLink *self)
{
  g_return_val_if_fail (SHOAL_IS_TRACKER_LINK (self), FALSE);
  return self->loopback;
}

gint64
shoal_tracker_link_get_now_ms (ShoalTrackerLink *self)
{
  g_return_val_if_fail (SHOAL_IS_TRACKER_LINK (self), 0);
  return shoal_now_ms () + self->clock_offset_ms;
}
