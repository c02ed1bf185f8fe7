/* shoal-control-client.c: one client of the control service and what it has asked for
 *
 * A call holds the engine, not the client: when the client goes, its calls are cancelled and their
 * answers go nowhere.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-control"

#include "config.h"

#include "shoal-control-private.h"

#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"

struct _ShoalControlClient
{
  ShoalControl *control; /* NULL once it has been told that we are gone */
  ShoalEngine *engine;
  ShoalChannel *channel;
  GPtrArray *calls; /* of ShoalControlCall, unanswered */
  gint64 last_job;
  gboolean local; /* in this process: never keeps it alive */
};

static const ShoalControlMethod *const tables[] = {
  shoal_control_account_methods, shoal_control_status_methods,    shoal_control_share_methods,
  shoal_control_switch_methods,  shoal_control_catalogue_methods, shoal_control_get_methods,
  shoal_control_audit_methods,   shoal_control_queue_methods,
};

/* ---- Calls ---- */

static void
call_clear (gpointer data)
{
  ShoalControlCall *self = data;

  g_clear_object (&self->engine);
  g_clear_object (&self->control);
  g_clear_pointer (&self->request, shoal_request_unref);
  g_clear_pointer (&self->params, json_object_unref);
  g_clear_object (&self->cancellable);
  g_clear_error (&self->offline);
}

ShoalControlCall *
shoal_control_call_ref (ShoalControlCall *self)
{
  return g_rc_box_acquire (self);
}

void
shoal_control_call_unref (ShoalControlCall *self)
{
  g_rc_box_release_full (self, call_clear);
}

static void
call_end (ShoalControlCall *self)
{
  ShoalControlClient *client = g_steal_pointer (&self->client);
  g_autoptr (ShoalControl) control = g_object_ref (self->control);

  self->answered = TRUE;
  if (client != NULL)
    g_ptr_array_remove_fast (client->calls, self);
  shoal_control_call_ended (control);
}

void
shoal_control_call_begin_job (ShoalControlCall *self)
{
  g_assert (self->job == 0 && !self->answered);

  if (self->client == NULL)
    return;
  self->job = ++self->client->last_job;
  shoal_request_reply (self->request, shoal_json_new ("job", "i", self->job, NULL));
}

void
shoal_control_call_notify (ShoalControlCall *self, const char *method, JsonObject *params)
{
  json_object_set_int_member (params, "job", self->job);
  if (self->client != NULL)
    shoal_channel_notify (self->client->channel, method, params);
  else
    json_object_unref (params);
}

void
shoal_control_call_reply (ShoalControlCall *self, JsonObject *result)
{
  g_autoptr (ShoalControlCall) keep = shoal_control_call_ref (self);

  g_return_if_fail (!self->answered);

  if (result == NULL)
    result = json_object_new ();
  if (self->job != 0)
    shoal_control_call_notify (self, "done", result);
  else if (self->client != NULL)
    shoal_request_reply (self->request, result);
  else
    json_object_unref (result);
  call_end (self);
}

void
shoal_control_call_fail_with (ShoalControlCall *self, GError *error, JsonObject *more)
{
  g_autoptr (ShoalControlCall) keep = shoal_control_call_ref (self);
  g_autoptr (GError) owned = error;

  g_return_if_fail (!self->answered);

  if (self->job != 0)
    {
      JsonObject *params = more != NULL ? more : json_object_new ();

      json_object_set_object_member (params, "error", shoal_json_error_new_local (error));
      shoal_control_call_notify (self, "done", params);
    }
  else
    {
      g_clear_pointer (&more, json_object_unref);
      if (self->client != NULL)
        shoal_request_fail (self->request, error);
    }
  call_end (self);
}

void
shoal_control_call_fail (ShoalControlCall *self, GError *error)
{
  shoal_control_call_fail_with (self, error, NULL);
}

/* ---- Requests ---- */

static const ShoalControlMethod *
find_method (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const ShoalControlMethod *method = tables[i]; method->name != NULL; method++)
      if (g_str_equal (method->name, name))
        return method;
  return NULL;
}

typedef struct
{
  ShoalControlCall *call;
  const ShoalControlMethod *method;
} Pending;

static void
on_online_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autofree Pending *pending = user_data;
  g_autoptr (ShoalControlCall) call = pending->call;
  GError *error = NULL;

  if (shoal_engine_wait_online_finish (SHOAL_ENGINE (object), result, &error))
    pending->method->handle (call);
  else if (pending->method->needs == SHOAL_CONTROL_NEEDS_ANSWER
           && g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED))
    {
      call->offline = error;
      pending->method->handle (call);
    }
  else
    shoal_control_call_fail (call, error);
}

/* Asks a job to stop; it still ends with "done". */
static void
cancel_job (ShoalControlClient *self, ShoalRequest *request)
{
  g_autoptr (GError) error = NULL;
  gint64 job;

  if (!shoal_json_get_integer (shoal_request_get_params (request), "job", 1, SHOAL_MAX_JSON_INTEGER,
                               &job, &error))
    {
      shoal_request_fail (request, error);
      return;
    }
  shoal_request_reply (request, NULL);
  for (guint i = 0; i < self->calls->len; i++)
    {
      g_autoptr (ShoalControlCall) call
                 = shoal_control_call_ref (g_ptr_array_index (self->calls, i));

      if (call->job != job)
        continue;
      g_cancellable_cancel (call->cancellable);
      return;
    }
}

static void
on_request_cb (ShoalChannel *channel, ShoalRequest *request, gpointer user_data)
{
  ShoalControlClient *self = user_data;
  const char *name = shoal_request_get_method (request);
  const ShoalControlMethod *method = find_method (name);

  if (g_str_equal (name, "cancel"))
    {
      cancel_job (self, request);
      return;
    }
  if (method == NULL || self->control == NULL)
    {
      shoal_request_fail_unknown_method (request);
      return;
    }
  ShoalControlCall *call = g_rc_box_new0 (ShoalControlCall);
  call->client = self;
  call->engine = g_object_ref (self->engine);
  call->control = g_object_ref (self->control);
  call->request = shoal_request_ref (request);
  call->params = json_object_ref (shoal_request_get_params (request));
  call->cancellable = g_cancellable_new ();
  g_ptr_array_add (self->calls, call);

  g_autoptr (ShoalControlCall) keep = shoal_control_call_ref (call);
  if (method->needs == SHOAL_CONTROL_NEEDS_NOTHING)
    {
      method->handle (call);
      return;
    }
  Pending *pending = g_new0 (Pending, 1);
  pending->call = shoal_control_call_ref (call);
  pending->method = method;
  shoal_engine_wait_online_async (self->engine, call->cancellable, on_online_cb, pending);
}

/* ---- The client ---- */

static void
on_closed_cb (ShoalChannel *channel, const GError *reason, gpointer user_data)
{
  ShoalControlClient *self = user_data;
  g_autoptr (GPtrArray) calls = g_steal_pointer (&self->calls);

  self->calls = g_ptr_array_new ();
  for (guint i = 0; i < calls->len; i++)
    {
      ShoalControlCall *call = g_ptr_array_index (calls, i);

      call->client = NULL;
      g_cancellable_cancel (call->cancellable);
    }
  if (self->control != NULL)
    shoal_control_client_gone (self->control, self);
  g_ptr_array_unref (self->calls);
  g_clear_object (&self->channel);
  g_clear_object (&self->engine);
  g_free (self);
}

ShoalControlClient *
shoal_control_client_new (ShoalControl *control,
                          ShoalEngine *engine,
                          GIOStream *stream,
                          gboolean local)
{
  static const ShoalChannelHandlers handlers = { .request = on_request_cb, .closed = on_closed_cb };
  ShoalControlClient *self = g_new0 (ShoalControlClient, 1);

  self->control = control;
  self->engine = g_object_ref (engine);
  self->local = local;
  self->calls = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_control_call_unref);
  self->channel = shoal_channel_new (stream, SHOAL_MAX_LINE);
  shoal_channel_set_local (self->channel, TRUE);
  shoal_channel_start (self->channel, &handlers, self);
  return self;
}

void
shoal_control_client_close (ShoalControlClient *self)
{
  self->control = NULL;
  shoal_channel_close (self->channel);
}

gboolean
shoal_control_client_is_busy (ShoalControlClient *self)
{
  return !self->local && self->calls->len > 0;
}
