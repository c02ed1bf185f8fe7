/* shoal-channel-time.c: pings, silence, answers that do not come
 *
 * One timer serves all deadlines. They only move away while things go well, so it is set when a
 * nearer one appears and otherwise computed anew when it fires. While this side does not read, the
 * other side's silence means nothing.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-channel"

#include "config.h"

#include "shoal-channel-private.h"

#include "shoal-error.h"
#include "shoal-limits.h"

static gint64
earlier (gint64 a, gint64 b)
{
  return a < 0 ? b : MIN (a, b);
}

/* When the next ping is due, or when a missing answer ends the channel. */
static gint64
ping_deadline (ShoalChannel *self)
{
  gint64 last_input = shoal_line_reader_get_last_input (self->reader);

  if (self->ping_id != 0)
    return MAX (self->ping_sent, last_input) + self->ping_us;
  /* Also when only we were silent: the other side's idle time counts what it hears. */
  return MIN (self->last_output, last_input) + self->ping_us;
}

/* The next moment at which something is to be done, or -1. */
static gint64
next_deadline (ShoalChannel *self)
{
  gint64 at = -1;

  if (self->state == SHOAL_CHANNEL_CLOSING)
    return self->close_deadline;
  if (self->state != SHOAL_CHANNEL_OPEN)
    return -1;
  if (self->waiting.head != NULL)
    at = earlier (at, ((Call *) self->waiting.head->data)->deadline);
  if (shoal_line_writer_get_stalled_since (self->writer) != 0)
    at = earlier (at, shoal_line_writer_get_stalled_since (self->writer) + self->stall_us);
  if (self->rate_at != 0)
    at = earlier (at, self->rate_at);
  /* While we do not read, their silence means nothing. */
  if (shoal_line_reader_is_paused (self->reader))
    return at;
  if (self->idle_us > 0)
    at = earlier (at, shoal_line_reader_get_last_input (self->reader) + self->idle_us);
  if (self->ping_us > 0)
    at = earlier (at, ping_deadline (self));
  if (shoal_line_reader_get_line_start (self->reader) != 0)
    at = earlier (at, shoal_line_reader_get_line_start (self->reader) + self->line_us);
  return at;
}

void
shoal_channel_update_timer (ShoalChannel *self)
{
  gint64 at = next_deadline (self);

  if (self->timer == NULL || at < 0 || (self->timer_at >= 0 && self->timer_at <= at))
    return;
  self->timer_at = at;
  g_source_set_ready_time (self->timer, at);
}

static void
send_ping (ShoalChannel *self, gint64 now)
{
  self->ping_id = ++self->last_id;
  self->ping_sent = now;

  g_autoptr (GBytes) line = shoal_message_new_call (self->ping_id, "ping", NULL);

  shoal_channel_send_line (self, line, FALSE);
}

static void
close_silent (ShoalChannel *self, const char *why)
{
  shoal_channel_begin_close (self, g_error_new_literal (SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED, why),
                             FALSE);
}

static void
check_input_deadlines (ShoalChannel *self, gint64 now)
{
  gint64 line_start = shoal_line_reader_get_line_start (self->reader);

  if (self->idle_us > 0 && now >= shoal_line_reader_get_last_input (self->reader) + self->idle_us)
    close_silent (self, "The other side has fallen silent");
  else if (line_start != 0 && now >= line_start + self->line_us)
    close_silent (self, "The other side did not finish a line");
  else if (self->ping_us > 0 && now >= ping_deadline (self))
    {
      if (self->ping_id != 0)
        close_silent (self, "The other side does not answer");
      else
        send_ping (self, now);
    }
}

static void
check_deadlines (ShoalChannel *self)
{
  gint64 now = g_get_monotonic_time ();
  gint64 stalled_since = shoal_line_writer_get_stalled_since (self->writer);

  if (self->state == SHOAL_CHANNEL_CLOSING && now >= self->close_deadline)
    shoal_channel_finish_close (self);
  while (self->state == SHOAL_CHANNEL_OPEN && self->waiting.head != NULL
         && now >= ((Call *) self->waiting.head->data)->deadline)
    shoal_channel_fail_oldest_call (self, "The other side did not answer in time");
  if (self->state != SHOAL_CHANNEL_OPEN)
    return;
  if (self->rate_at != 0 && now >= self->rate_at)
    {
      self->rate_at = 0;
      shoal_line_reader_resume (self->reader);
    }
  if (stalled_since != 0 && now >= stalled_since + self->stall_us)
    close_silent (self, "The other side does not read");
  else if (!shoal_line_reader_is_paused (self->reader))
    check_input_deadlines (self, now);
}

static gboolean
on_timer_cb (gpointer user_data)
{
  g_autoptr (ShoalChannel) self = g_object_ref (user_data);

  self->timer_at = -1;
  g_source_set_ready_time (self->timer, -1);
  check_deadlines (self);
  shoal_channel_update_timer (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
timer_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSourceFuncs timer_funcs = { .dispatch = timer_dispatch };

void
shoal_channel_start_timer (ShoalChannel *self)
{
  self->timer_at = -1;
  self->timer = g_source_new (&timer_funcs, sizeof (GSource));
  g_source_set_static_name (self->timer, "shoal_channel_timer");
  g_source_set_callback (self->timer, on_timer_cb, self, NULL);
  g_source_attach (self->timer, self->context);
  shoal_channel_update_timer (self);
}
