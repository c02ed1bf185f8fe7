/* shoal-channel.c: JSON-RPC 2.0, one object per line, both ways over a GIOStream
 *
 * States: NEW → OPEN → CLOSING → CLOSED. CLOSING sends what is queued, ends its direction, then
 * throws away what still comes until the other side has closed too: a socket closed with unread
 * input resets the connection, and the last answer with it. All of that ends after
 * SHOAL_CLOSE_FLUSH_MS at the latest. "closed" is called from a source of the channel's context,
 * never inside a function that somebody called.
 *
 * Threads: everything happens in the main context that was the thread's default at
 * shoal_channel_start().
 *
 * Ownership: reader and writer keep themselves alive while an operation runs and forget the channel
 * when it goes, so an idle channel can be dropped at any time; calls (GTask) and unanswered
 * requests hold references to it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-channel"

#include "config.h"

#include "shoal-channel.h"

#include "shoal-channel-private.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"

G_DEFINE_FINAL_TYPE (ShoalChannel, shoal_channel, G_TYPE_OBJECT)

void
shoal_channel_send_line (ShoalChannel *self, GBytes *line, gboolean shared)
{
  self->last_output = g_get_monotonic_time ();
  shoal_line_writer_queue (self->writer, line, shared);
  if (shoal_line_writer_get_unsent (self->writer) > SHOAL_MAX_UNSENT)
    shoal_channel_begin_close (
        self,
        shoal_error_new_limit ("unread", SHOAL_MAX_UNSENT,
                               "The other side does not read what it is sent"),
        FALSE);
  if (!shared)
    shoal_channel_check_budget (self);
  shoal_channel_update_timer (self);
}

/* ---- Closing ----------------------------------------------------------------------------- */

static void
close_output_if_sent (ShoalChannel *self)
{
  if (self->output_closing || shoal_line_writer_get_unsent (self->writer) > 0)
    return;
  self->output_closing = TRUE;
  shoal_line_writer_close_output (self->writer);
}

static void
on_moved_cb (gpointer user_data)
{
  g_autoptr (ShoalChannel) self = g_object_ref (user_data);

  if (self->state == SHOAL_CHANNEL_CLOSING)
    close_output_if_sent (self);
  else
    shoal_channel_resume_if_ready (self);
  shoal_channel_update_timer (self);
}

static void
on_output_closed_cb (gpointer user_data)
{
  g_autoptr (ShoalChannel) self = g_object_ref (user_data);

  self->output_closed = TRUE;
  if (self->input_over)
    {
      shoal_channel_finish_close (self);
      return;
    }
  self->close_deadline
      = MIN (self->close_deadline, g_get_monotonic_time () + MS_TO_US (SHOAL_CLOSE_LINGER_MS));
  shoal_channel_update_timer (self);
}

static void
on_output_failed_cb (const GError *reason, gpointer user_data)
{
  g_autoptr (ShoalChannel) self = g_object_ref (user_data);

  if (self->state == SHOAL_CHANNEL_CLOSING)
    shoal_channel_finish_close (self);
  else
    shoal_channel_begin_close (self, g_error_copy (reason), FALSE);
}

static const ShoalLineWriterHandlers writer_handlers = {
  .moved = on_moved_cb,
  .output_closed = on_output_closed_cb,
  .failed = on_output_failed_cb,
};

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
stop_streams (ShoalChannel *self)
{
  shoal_line_reader_stop (self->reader);
  shoal_line_writer_stop (self->writer);
  shoal_stream_shutdown (self->stream);
}

void
shoal_channel_finish_close (ShoalChannel *self)
{
  ShoalChannelHandlers handlers = self->handlers;

  if (self->state == SHOAL_CHANNEL_CLOSED)
    return;
  self->state = SHOAL_CHANNEL_CLOSED;
  self->handlers = (ShoalChannelHandlers){ 0 };
  shoal_channel_leave_budget (self);
  stop_streams (self);
  clear_source (&self->closer);
  while (self->waiting.head != NULL)
    shoal_channel_fail_oldest_call (self, self->reason->message);
  if (handlers.closed != NULL)
    handlers.closed (self, self->reason, self->user_data);
}

static gboolean
on_closer_cb (gpointer user_data)
{
  g_autoptr (ShoalChannel) self = g_object_ref (user_data);

  clear_source (&self->closer);
  while (self->waiting.head != NULL)
    shoal_channel_fail_oldest_call (self, self->reason->message);
  if (self->state != SHOAL_CHANNEL_CLOSING)
    return G_SOURCE_REMOVE;
  if (self->flush)
    close_output_if_sent (self);
  else
    shoal_channel_finish_close (self);
  return G_SOURCE_REMOVE;
}

void
shoal_channel_begin_close (ShoalChannel *self, GError *reason, gboolean flush)
{
  g_autoptr (GError) owned = reason;

  if (self->state == SHOAL_CHANNEL_NEW)
    {
      self->state = SHOAL_CHANNEL_CLOSED;
      stop_streams (self);
    }
  if (self->state != SHOAL_CHANNEL_OPEN)
    return;
  self->state = SHOAL_CHANNEL_CLOSING;
  self->reason = g_steal_pointer (&owned);
  self->flush = flush;
  self->close_deadline = g_get_monotonic_time () + MS_TO_US (SHOAL_CLOSE_FLUSH_MS);
  shoal_line_reader_discard (self->reader);
  self->closer = g_idle_source_new ();
  g_source_set_priority (self->closer, G_PRIORITY_DEFAULT);
  g_source_set_static_name (self->closer, "shoal_channel_close");
  g_source_set_callback (self->closer, on_closer_cb, self, NULL);
  g_source_attach (self->closer, self->context);
  shoal_channel_update_timer (self);
}

/* ---- For requests ------------------------------------------------------------------------ */

JsonObject *
shoal_channel_make_error (ShoalChannel *self, const GError *error)
{
  return self->is_local ? shoal_json_error_new_local (error) : shoal_json_error_new (error);
}

void
shoal_channel_answer (ShoalChannel *self,
                      JsonNode *id,
                      JsonObject *result,
                      JsonObject *error_object)
{
  g_autoptr (GBytes) line = error_object != NULL ? shoal_message_new_error (id, error_object)
                                                 : shoal_message_new_result (id, result);

  self->n_in_flight--;
  if (self->state != SHOAL_CHANNEL_OPEN)
    return;
  if (g_bytes_get_size (line) > SHOAL_MAX_LINE)
    {
      g_autoptr (GError) error = shoal_error_new_limit ("answer", SHOAL_MAX_LINE,
                                                        "The answer is too long. Ask for less");

      g_bytes_unref (line);
      line = shoal_message_new_error (id, shoal_channel_make_error (self, error));
    }
  shoal_channel_send_line (self, line, FALSE);
  shoal_channel_resume_if_ready (self);
}

/* ---- Public ------------------------------------------------------------------------------ */

ShoalChannel *
shoal_channel_new (GIOStream *stream, gsize max_line)
{
  g_return_val_if_fail (G_IS_IO_STREAM (stream), NULL);

  ShoalChannel *self = g_object_new (SHOAL_TYPE_CHANNEL, NULL);

  self->stream = g_object_ref (stream);
  self->reader = shoal_line_reader_new (stream, max_line);
  self->writer = shoal_line_writer_new (stream);
  return self;
}

void
shoal_channel_start (ShoalChannel *self, const ShoalChannelHandlers *handlers, gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_CHANNEL (self));
  g_return_if_fail (self->state == SHOAL_CHANNEL_NEW);
  g_return_if_fail (handlers->request != NULL && handlers->closed != NULL);

  self->handlers = *handlers;
  self->user_data = user_data;
  self->context = g_main_context_ref_thread_default ();
  self->state = SHOAL_CHANNEL_OPEN;
  self->last_output = g_get_monotonic_time ();
  self->tokens_at = self->last_output;
  shoal_line_writer_start (self->writer, &writer_handlers, self);
  shoal_line_reader_start (self->reader, &shoal_channel_reader_handlers, self);
  shoal_channel_start_timer (self);
}

void
shoal_channel_set_max_line (ShoalChannel *self, gsize max_line)
{
  g_return_if_fail (SHOAL_IS_CHANNEL (self));
  shoal_line_reader_set_max_line (self->reader, max_line);
}

void
shoal_channel_set_idle_timeout (ShoalChannel *self, guint milliseconds)
{
  g_return_if_fail (SHOAL_IS_CHANNEL (self));
  self->idle_us = MS_TO_US (milliseconds);
  shoal_channel_update_timer (self);
}

void
shoal_channel_set_ping_interval (ShoalChannel *self, guint milliseconds)
{
  g_return_if_fail (SHOAL_IS_CHANNEL (self));
  self->ping_us = MS_TO_US (milliseconds);
  shoal_channel_update_timer (self);
}

void
shoal_channel_set_time_limits (ShoalChannel *self, guint request_ms, guint line_ms, guint stall_ms)
{
  self->request_us = MS_TO_US (request_ms);
  self->line_us = MS_TO_US (line_ms);
  self->stall_us = MS_TO_US (stall_ms);
}

void
shoal_channel_set_rate (ShoalChannel *self, guint per_second, guint burst)
{
  g_return_if_fail (SHOAL_IS_CHANNEL (self));
  self->rate = per_second;
  self->burst = MAX (burst, 1);
  self->tokens = self->burst;
  self->tokens_at = g_get_monotonic_time ();
  if (self->rate_at != 0)
    {
      self->rate_at = 0;
      shoal_channel_resume_if_ready (self);
    }
}

void
shoal_channel_set_local (ShoalChannel *self, gboolean local)
{
  g_return_if_fail (SHOAL_IS_CHANNEL (self));
  self->is_local = local;
}

static void
notify (ShoalChannel *self, GBytes *line, gboolean shared)
{
  if (self->state != SHOAL_CHANNEL_OPEN)
    return;
  if (g_bytes_get_size (line) > SHOAL_MAX_LINE)
    g_warning ("A notification of %" G_GSIZE_FORMAT " bytes cannot be sent",
               g_bytes_get_size (line));
  else
    shoal_channel_send_line (self, line, shared);
}

void
shoal_channel_notify (ShoalChannel *self, const char *method, JsonObject *params)
{
  g_return_if_fail (SHOAL_IS_CHANNEL (self));
  g_return_if_fail (method != NULL);

  g_autoptr (GBytes) line = shoal_channel_make_notification (method, params);

  notify (self, line, FALSE);
}

void
shoal_channel_notify_line (ShoalChannel *self, GBytes *line)
{
  g_return_if_fail (SHOAL_IS_CHANNEL (self));
  notify (self, line, TRUE);
}

void
shoal_channel_close (ShoalChannel *self)
{
  g_return_if_fail (SHOAL_IS_CHANNEL (self));
  shoal_channel_begin_close (
      self,
      g_error_new_literal (SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED, "The connection was closed"),
      TRUE);
}

gboolean
shoal_channel_is_closed (ShoalChannel *self)
{
  g_return_val_if_fail (SHOAL_IS_CHANNEL (self), TRUE);
  return self->state >= SHOAL_CHANNEL_CLOSING;
}

GIOStream *
shoal_channel_get_stream (ShoalChannel *self)
{
  g_return_val_if_fail (SHOAL_IS_CHANNEL (self), NULL);
  return self->stream;
}

static void
shoal_channel_dispose (GObject *object)
{
  ShoalChannel *self = SHOAL_CHANNEL (object);

  if (self->state != SHOAL_CHANNEL_CLOSED && self->reader != NULL)
    stop_streams (self);
  self->state = SHOAL_CHANNEL_CLOSED;
  shoal_channel_leave_budget (self);
  clear_source (&self->timer);
  clear_source (&self->closer);
  g_clear_pointer (&self->reader, shoal_line_reader_unref);
  g_clear_pointer (&self->writer, shoal_line_writer_unref);
  g_clear_object (&self->stream);
  G_OBJECT_CLASS (shoal_channel_parent_class)->dispose (object);
}

static void
shoal_channel_finalize (GObject *object)
{
  ShoalChannel *self = SHOAL_CHANNEL (object);

  g_clear_pointer (&self->calls, g_hash_table_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_error (&self->told);
  g_clear_error (&self->reason);
  G_OBJECT_CLASS (shoal_channel_parent_class)->finalize (object);
}

static void
shoal_channel_class_init (ShoalChannelClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = shoal_channel_dispose;
  G_OBJECT_CLASS (klass)->finalize = shoal_channel_finalize;
}

static void
shoal_channel_init (ShoalChannel *self)
{
  self->timer_at = -1;
  shoal_channel_set_time_limits (self, SHOAL_REQUEST_TIMEOUT_MS, SHOAL_LINE_TIMEOUT_MS,
                                 SHOAL_WRITE_STALL_MS);
  self->calls = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, shoal_channel_call_free);
}
