/* shoal-cli-connection.c: how a command reaches an engine
 *
 * The process that holds the profile's lock has the engine and listens on the control socket. If
 * that is nobody, it is us: the engine runs in this process, and we are its client over a pair of
 * sockets, so that there is one way only.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-cli"

#include "config.h"

#include "shoal-cli.h"

#include <glib/gi18n.h>

#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"

/* The holder may be on its way up or down: try for so long to reach it or to take over. */
#define REACH_US (10 * G_USEC_PER_SEC)
#define REACH_ALONE_US (3 * G_USEC_PER_SEC)
#define REACH_STEP_MS 50

gboolean
shoal_cli_wait (ShoalCli *cli, const gboolean *done)
{
  while (!*done && !cli->interrupted)
    g_main_context_iteration (NULL, TRUE);
  return *done;
}

static gboolean
on_step_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
wait_a_step (ShoalCli *cli)
{
  gboolean done = FALSE;
  guint timer = g_timeout_add (REACH_STEP_MS, on_step_cb, &done);

  if (!shoal_cli_wait (cli, &done))
    g_source_remove (timer);
}

static gboolean
set_interrupted (GError **error)
{
  g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_CANCELLED, _ ("Interrupted."));
  return FALSE;
}

/* ---- The channel ---- */

static void
on_request_cb (ShoalChannel *channel, ShoalRequest *request, gpointer user_data)
{
  shoal_request_fail_unknown_method (request);
}

static void
on_notification_cb (ShoalChannel *channel, const char *method, JsonObject *params, gpointer data)
{
  ShoalCli *cli = data;

  if (cli->channel != channel)
    return;
  /* A short job may end before its number has been read: there is one job at a time. */
  if (g_str_equal (method, "done"))
    {
      g_clear_pointer (&cli->done, json_object_unref);
      cli->done = json_object_ref (params);
    }
  else if (cli->on_progress != NULL)
    cli->on_progress (method, params, cli->progress_data);
}

static void
on_closed_cb (ShoalChannel *channel, const GError *reason, gpointer user_data)
{
  ShoalCli *cli = user_data;

  if (cli->channel == channel && cli->closed == NULL)
    cli->closed = g_error_copy (reason);
}

static void
open_channel (ShoalCli *cli, GIOStream *stream)
{
  static const ShoalChannelHandlers handlers = {
    .request = on_request_cb,
    .notification = on_notification_cb,
    .closed = on_closed_cb,
  };

  g_clear_error (&cli->closed);
  cli->channel = shoal_channel_new (stream, SHOAL_MAX_LINE);
  shoal_channel_set_local (cli->channel, TRUE);
  shoal_channel_start (cli->channel, &handlers, cli);
}

/* The closed channel still calls back: wait for it, then let go. */
static void
close_channel (ShoalCli *cli)
{
  if (cli->channel == NULL)
    return;
  shoal_channel_close (cli->channel);
  while (cli->closed == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_clear_object (&cli->channel);
}

/* ---- Requests ---- */

typedef struct
{
  gboolean done;
  JsonObject *reply;
  GError *error;
} Call;

static void
on_called_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;

  call->reply = shoal_channel_call_finish (SHOAL_CHANNEL (object), result, &call->error);
  call->done = TRUE;
}

JsonObject *
shoal_cli_call (ShoalCli *cli, const char *method, JsonObject *params, GError **error)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Call call = { 0 };

  shoal_channel_call_async (cli->channel, method, params, cancellable, on_called_cb, &call);
  if (!shoal_cli_wait (cli, &call.done))
    {
      g_cancellable_cancel (cancellable);
      while (!call.done)
        g_main_context_iteration (NULL, TRUE);
      g_clear_pointer (&call.reply, json_object_unref);
      g_clear_error (&call.error);
      set_interrupted (error);
      return NULL;
    }
  if (call.error != NULL)
    g_propagate_error (error, call.error);
  return call.reply;
}

static JsonObject *
end_job (ShoalCli *cli, JsonObject **details, GError **error)
{
  g_autoptr (JsonObject) done = g_steal_pointer (&cli->done);
  JsonObject *problem;

  json_object_remove_member (done, "job"); /* between us and the engine */
  if (!json_object_has_member (done, "error"))
    return g_steal_pointer (&done);
  if (shoal_json_get_object (done, "error", &problem, error))
    g_propagate_error (error, shoal_json_error_to_gerror (problem));
  if (cli->interrupted && g_error_matches (*error, SHOAL_ERROR, SHOAL_ERROR_CANCELLED))
    {
      g_clear_error (error);
      set_interrupted (error);
    }
  if (details != NULL)
    *details = g_steal_pointer (&done);
  return NULL;
}

/* It undoes what it must before it is done. */
static void
stop_job (ShoalCli *cli, gint64 job)
{
  cli->interrupted = FALSE;
  g_autoptr (JsonObject) reply
             = shoal_cli_call (cli, "cancel", shoal_json_new ("job", "i", job, NULL), NULL);
  while (cli->done == NULL && cli->closed == NULL)
    g_main_context_iteration (NULL, TRUE);
  cli->interrupted = TRUE;
}

JsonObject *
shoal_cli_run_job (ShoalCli *cli,
                   const char *method,
                   JsonObject *params,
                   void (*on_progress) (const char *, JsonObject *, gpointer),
                   gpointer user_data,
                   JsonObject **details,
                   GError **error)
{
  cli->on_progress = on_progress;
  cli->progress_data = user_data;
  g_clear_pointer (&cli->done, json_object_unref);
  g_autoptr (JsonObject) started = shoal_cli_call (cli, method, params, error);
  while (started != NULL && cli->done == NULL && cli->closed == NULL && !cli->interrupted)
    g_main_context_iteration (NULL, TRUE);
  if (started != NULL && cli->interrupted)
    stop_job (cli, shoal_cli_integer (started, "job"));
  cli->on_progress = NULL;
  if (started == NULL)
    return NULL;
  if (cli->done != NULL)
    return end_job (cli, details, error);
  g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED,
               _ ("The Shoal that ran this command has ended: %s"), cli->closed->message);
  return NULL;
}

/* ---- The engine in this process ---- */

static void
on_started_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;

  shoal_engine_start_finish (SHOAL_ENGINE (object), result, &call->error);
  call->done = TRUE;
}

static void
on_stopped_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  shoal_engine_stop_finish (SHOAL_ENGINE (object), result, NULL);
  *(gboolean *) user_data = TRUE;
}

static void
on_stop_requested_cb (ShoalControl *control, gpointer user_data)
{
  ShoalCli *cli = user_data;

  cli->stop_requested = TRUE;
  cli->interrupted = TRUE;
}

static gboolean
start_engine (ShoalCli *cli, GError **error)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) listening = NULL;
  Call call = { 0 };

  cli->engine = shoal_engine_new (cli->profile);
  shoal_engine_start_async (cli->engine, cancellable, on_started_cb, &call);
  if (!shoal_cli_wait (cli, &call.done))
    {
      g_cancellable_cancel (cancellable);
      while (!call.done)
        g_main_context_iteration (NULL, TRUE);
    }
  if (call.error != NULL)
    {
      g_propagate_error (error, call.error);
      return FALSE;
    }
  cli->control = shoal_control_new (cli->engine);
  g_signal_connect (cli->control, "stop-requested", G_CALLBACK (on_stop_requested_cb), cli);
  if (!shoal_control_listen (cli->control, shoal_profile_get_control_path (cli->profile),
                             &listening))
    g_warning ("Other commands cannot work through this one: %s", listening->message);
  g_autoptr (GIOStream) stream = shoal_control_attach (cli->control, error);
  if (stream == NULL)
    return FALSE;
  open_channel (cli, stream);
  return TRUE;
}

static void
on_idle_cb (ShoalControl *control, gpointer user_data)
{
  g_main_context_wakeup (NULL);
}

static void
stop_engine (ShoalCli *cli)
{
  gboolean stopped = FALSE;

  if (cli->control != NULL)
    {
      g_signal_connect (cli->control, "idle", G_CALLBACK (on_idle_cb), NULL);
      shoal_control_stop_listening (cli->control);
      if (shoal_control_is_busy (cli->control) && !cli->interrupted)
        shoal_cli_note (cli, "%s", _ ("Waiting for a command that works through this one…"));
      while (shoal_control_is_busy (cli->control) && !cli->interrupted)
        g_main_context_iteration (NULL, TRUE);
    }
  close_channel (cli);
  if (cli->control != NULL)
    shoal_control_stop (cli->control);
  shoal_engine_stop_async (cli->engine, on_stopped_cb, &stopped);
  while (!stopped)
    g_main_context_iteration (NULL, TRUE);
  /* What was cancelled still calls back. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_object (&cli->control);
  g_clear_object (&cli->engine);
}

/* ---- Which of the two ---- */

/* Connects to the holder. Returns: FALSE without an error if it is not there any more, or not yet.
 */
static gboolean
try_holder (ShoalCli *cli, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GIOStream) stream
             = shoal_control_connect (shoal_profile_get_control_path (cli->profile), &local);

  if (stream != NULL)
    {
      open_channel (cli, stream);
      g_autoptr (JsonObject) pong = shoal_cli_call (cli, "ping", NULL, &local);
      if (pong != NULL)
        return TRUE;
      close_channel (cli);
    }
  if (!shoal_error_is_disconnect (local))
    g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
refuse_holder (ShoalCli *cli, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (JsonObject) status = shoal_cli_call (cli, "status", NULL, &local);

  close_channel (cli);
  g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_BUSY,
               _ ("Shoal already runs with this profile (process %ld)."),
               status != NULL ? (glong) shoal_cli_integer (status, "pid") : 0);
  return FALSE;
}

gboolean
shoal_cli_connect (ShoalCli *cli, gboolean alone, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + (alone ? REACH_ALONE_US : REACH_US);

  cli->profile = shoal_profile_open (cli->profile_folder, error);
  if (cli->profile == NULL)
    return FALSE;
  while (!cli->interrupted)
    {
      g_autoptr (GError) local = NULL;

      if (shoal_profile_lock (cli->profile, &local))
        return start_engine (cli, error);
      if (!g_error_matches (local, SHOAL_ERROR, SHOAL_ERROR_BUSY))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      gboolean late = g_get_monotonic_time () > deadline;
      if (!alone || late)
        {
          g_autoptr (GError) refused = NULL;

          if (try_holder (cli, &refused))
            return alone ? refuse_holder (cli, error) : TRUE;
          if (refused != NULL)
            {
              g_propagate_error (error, g_steal_pointer (&refused));
              return FALSE;
            }
        }
      if (late)
        {
          g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_BUSY,
                               _ ("Another Shoal holds this profile and does not answer."));
          return FALSE;
        }
      wait_a_step (cli);
    }
  return set_interrupted (error);
}

void
shoal_cli_disconnect (ShoalCli *cli)
{
  if (cli->engine != NULL)
    stop_engine (cli);
  close_channel (cli);
  g_clear_pointer (&cli->done, json_object_unref);
  g_clear_object (&cli->profile);
}
