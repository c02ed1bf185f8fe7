/* shoal-channel-input.c: what the other side sends: the pace at which it is taken, and what is done
 * with it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-channel"

#include "config.h"

#include "shoal-channel-private.h"

#include <glib/gi18n.h>

#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"

static gboolean
take_token (ShoalChannel *self)
{
  gint64 now = g_get_monotonic_time ();

  if (self->rate == 0)
    return TRUE;
  self->tokens = MIN (self->tokens + (double) (now - self->tokens_at) * self->rate / G_USEC_PER_SEC,
                      (double) self->burst);
  self->tokens_at = now;
  if (self->tokens >= 1)
    return TRUE;
  self->rate_at = now + (gint64) ((1 - self->tokens) * G_USEC_PER_SEC / self->rate) + 1;
  return FALSE;
}

static gboolean
is_ready (ShoalChannel *self)
{
  return self->n_in_flight < SHOAL_MAX_REQUESTS_IN_FLIGHT
         && shoal_line_writer_get_unsent (self->writer) <= SHOAL_UNSENT_PAUSE;
}

static gboolean
on_ready_cb (gpointer user_data)
{
  ShoalChannel *self = user_data;
  gboolean ready = is_ready (self) && take_token (self);

  if (!ready)
    shoal_channel_update_timer (self);
  return ready;
}

static void
on_begun_cb (gpointer user_data)
{
  shoal_channel_update_timer (user_data);
}

void
shoal_channel_resume_if_ready (ShoalChannel *self)
{
  if (self->state == SHOAL_CHANNEL_OPEN && self->rate_at == 0 && is_ready (self))
    {
      shoal_line_reader_resume (self->reader);
      shoal_channel_update_timer (self);
    }
}

static void
answer_error (ShoalChannel *self, JsonNode *id, const GError *error, int code)
{
  JsonObject *object = shoal_channel_make_error (self, error);

  json_object_set_int_member (object, "code", code);

  g_autoptr (GBytes) line = shoal_message_new_error (id, object);

  shoal_channel_send_line (self, line, FALSE);
}

/* Says why, then closes. */
static void
refuse (ShoalChannel *self, const GError *reason)
{
  answer_error (self, NULL, reason, SHOAL_RPC_PARSE_ERROR);
  shoal_channel_begin_close (self, g_error_copy (reason), TRUE);
}

gsize
shoal_channel_count_input (ShoalChannel *self)
{
  return shoal_line_reader_get_grown (self->reader);
}

gsize
shoal_channel_count_held (ShoalChannel *self)
{
  return shoal_channel_count_input (self) + shoal_line_writer_get_own (self->writer);
}

static gboolean
on_grown_cb (gboolean full, gpointer user_data)
{
  g_autoptr (ShoalChannel) self = g_object_ref (user_data);

  if (full && !shoal_channel_make_room (self))
    return FALSE;
  shoal_channel_check_budget (self);
  return TRUE;
}

void
shoal_channel_refuse (ShoalChannel *self, const GError *reason)
{
  if (self->state != SHOAL_CHANNEL_OPEN)
    return;
  shoal_channel_leave_budget (self);
  shoal_line_writer_drop_queued (self->writer);
  refuse (self, reason);
}

static void
handle_request (ShoalChannel *self, ShoalMessage *message)
{
  self->n_in_flight++;
  if (g_strcmp0 (message->method, "ping") == 0)
    {
      shoal_channel_answer (self, message->id, json_object_new (), NULL);
      return;
    }

  g_autoptr (ShoalRequest) request
             = shoal_request_new (self, message->id, message->method, message->params);

  self->handlers.request (self, request, self->user_data);
}

static void
handle_notification (ShoalChannel *self, ShoalMessage *message)
{
  if (self->handlers.notification == NULL)
    return;

  g_autoptr (JsonObject) params
             = message->params == NULL ? json_object_new () : json_object_ref (message->params);

  self->handlers.notification (self, message->method, params, self->user_data);
}

/* TRUE if it was one that we wait for. */
static gboolean
handle_answer (ShoalChannel *self, ShoalMessage *message)
{
  gint64 id = 0;

  if (message->id != NULL && json_node_get_value_type (message->id) == G_TYPE_INT64)
    id = json_node_get_int (message->id);
  if (id != 0 && id == self->ping_id)
    {
      self->ping_id = 0;
      return TRUE;
    }

  g_autoptr (GTask) task = shoal_channel_take_call (self, id);

  if (task != NULL)
    {
      if (message->kind == SHOAL_MESSAGE_RESULT)
        g_task_return_pointer (task, json_object_ref (message->result),
                               (GDestroyNotify) json_object_unref);
      else
        g_task_return_error (task, g_steal_pointer (&message->error));
      return TRUE;
    }
  if (message->id == NULL && message->kind == SHOAL_MESSAGE_ERROR)
    {
      g_clear_error (&self->told);
      self->told = g_steal_pointer (&message->error);
    }
  g_debug ("An answer to nothing we wait for");
  return FALSE;
}

static void
on_line_cb (const char *line, gsize length, gpointer user_data)
{
  g_autoptr (ShoalChannel) self = g_object_ref (user_data);
  g_auto (ShoalMessage) message = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean counts = TRUE;

  if (!shoal_message_parse (&message, line, length, &error))
    {
      refuse (self, error);
      return;
    }
  switch (message.kind)
    {
    case SHOAL_MESSAGE_REQUEST:
      handle_request (self, &message);
      break;
    case SHOAL_MESSAGE_NOTIFICATION:
      handle_notification (self, &message);
      break;
    case SHOAL_MESSAGE_RESULT:
    case SHOAL_MESSAGE_ERROR:
      counts = !handle_answer (self, &message);
      break;
    case SHOAL_MESSAGE_INVALID:
    default:
      answer_error (self, message.id, message.error, SHOAL_RPC_INVALID_REQUEST);
      break;
    }
  if (counts)
    self->tokens -= 1;
  shoal_channel_update_timer (self);
}

static void
on_input_ended_cb (const GError *reason, gpointer user_data)
{
  g_autoptr (ShoalChannel) self = g_object_ref (user_data);

  if (self->state == SHOAL_CHANNEL_CLOSING)
    {
      /* They may have closed only their direction and still read. */
      self->input_over = TRUE;
      if (!self->flush || self->output_closed)
        shoal_channel_finish_close (self);
      return;
    }
  if (!g_error_matches (reason, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED))
    refuse (self, reason);
  else if (g_error_matches (self->told, SHOAL_ERROR, SHOAL_ERROR_BUSY))
    shoal_channel_begin_close (self, g_steal_pointer (&self->told), FALSE);
  else if (self->told != NULL)
    shoal_channel_begin_close (self,
                               g_error_new (SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED,
                                            _ ("The other side closed the connection: %s"),
                                            self->told->message),
                               FALSE);
  else
    shoal_channel_begin_close (self, g_error_copy (reason), FALSE);
}

const ShoalLineReaderHandlers shoal_channel_reader_handlers = {
  .ready = on_ready_cb,
  .begun = on_begun_cb,
  .grown = on_grown_cb,
  .line = on_line_cb,
  .ended = on_input_ended_cb,
};
