/* shoal-request.c: a request of the other side, until it is answered
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-channel"

#include "config.h"

#include "shoal-channel-private.h"

#include "shoal-error.h"
#include "shoal-json.h"

struct _ShoalRequest
{
  gatomicrefcount ref_count;
  ShoalChannel *channel;
  JsonNode *id;
  char *method;
  JsonObject *params;
  gboolean answered;
};

ShoalRequest *
shoal_request_new (ShoalChannel *channel, JsonNode *id, const char *method, JsonObject *params)
{
  ShoalRequest *self = g_new0 (ShoalRequest, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->channel = g_object_ref (channel);
  self->id = json_node_copy (id);
  self->method = g_strdup (method);
  self->params = params == NULL ? json_object_new () : json_object_ref (params);
  return self;
}

ShoalRequest *
shoal_request_ref (ShoalRequest *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
shoal_request_unref (ShoalRequest *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  if (!self->answered)
    {
      g_autoptr (GError) error = g_error_new (SHOAL_ERROR, SHOAL_ERROR_INTERNAL,
                                              "“%s” was dropped without an answer", self->method);

      shoal_request_fail (self, error);
    }
  g_clear_pointer (&self->id, json_node_unref);
  g_clear_pointer (&self->method, g_free);
  g_clear_pointer (&self->params, json_object_unref);
  g_clear_object (&self->channel);
  g_free (self);
}

const char *
shoal_request_get_method (ShoalRequest *self)
{
  return self->method;
}

JsonObject *
shoal_request_get_params (ShoalRequest *self)
{
  return self->params;
}

ShoalChannel *
shoal_request_get_channel (ShoalRequest *self)
{
  return self->channel;
}

static void
answer (ShoalRequest *self, JsonObject *result, JsonObject *error_object)
{
  if (self->answered)
    {
      g_critical ("“%s” was answered twice", self->method);
      g_clear_pointer (&result, json_object_unref);
      g_clear_pointer (&error_object, json_object_unref);
      return;
    }
  self->answered = TRUE;
  shoal_channel_answer (self->channel, self->id, result, error_object);
}

void
shoal_request_reply (ShoalRequest *self, JsonObject *result)
{
  answer (self, result == NULL ? json_object_new () : result, NULL);
}

void
shoal_request_fail (ShoalRequest *self, const GError *error)
{
  /* What does not travel is told to the log of this side. */
  if (!shoal_channel_is_closed (self->channel)
      && (error->domain != SHOAL_ERROR || error->code == SHOAL_ERROR_INTERNAL
          || error->code > SHOAL_ERROR_BUSY))
    g_message ("Request “%s” failed: %s", self->method, error->message);
  answer (self, NULL, shoal_channel_make_error (self->channel, error));
}

void
shoal_request_fail_unknown_method (ShoalRequest *self)
{
  g_autoptr (GError) error = shoal_error_new_field ("method", "There is no such method");
  JsonObject *object = shoal_json_error_new (error);

  json_object_set_int_member (object, "code", SHOAL_RPC_METHOD_NOT_FOUND);
  answer (self, NULL, object);
}
