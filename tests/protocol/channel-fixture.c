/* channel-fixture.c: two channels that talk to each other, or one that talks to raw bytes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "channel-fixture.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shoal-error.h"
#include "shoal-json.h"

struct _WaitGuard
{
  const char *what;
  int line;
  guint timeout;
};

static gboolean
on_give_up_cb (gpointer user_data)
{
  WaitGuard *self = user_data;

  g_error ("line %d: waited a minute for: %s", self->line, self->what);
  return G_SOURCE_REMOVE;
}

WaitGuard *
wait_guard_new (const char *what, int line)
{
  WaitGuard *self = g_new0 (WaitGuard, 1);

  self->what = what;
  self->line = line;
  self->timeout = g_timeout_add_seconds (60, on_give_up_cb, self);
  return self;
}

void
wait_guard_free (WaitGuard *self)
{
  g_source_remove (self->timeout);
  g_free (self);
}

static void
on_request_cb (ShoalChannel *channel, ShoalRequest *request, gpointer user_data)
{
  Side *self = user_data;
  const char *method = shoal_request_get_method (request);

  g_assert_true (shoal_request_get_channel (request) == channel);
  self->n_requests++;
  g_string_append_printf (self->seen, "%s ", method);
  if (strcmp (method, "echo") == 0)
    shoal_request_reply (request, json_object_ref (shoal_request_get_params (request)));
  else if (strcmp (method, "hold") == 0)
    g_ptr_array_add (self->held, shoal_request_ref (request));
  else if (strcmp (method, "fail") == 0)
    {
      g_autoptr (GError) error = shoal_error_new_field ("colour", "There is no such colour");

      shoal_request_fail (request, error);
    }
  else if (strcmp (method, "close") == 0)
    {
      shoal_request_reply (request, NULL);
      shoal_channel_close (channel);
    }
  else if (strcmp (method, "drop") != 0)
    shoal_request_fail_unknown_method (request);
}

static void
on_notification_cb (ShoalChannel *channel,
                    const char *method,
                    JsonObject *params,
                    gpointer user_data)
{
  Side *self = user_data;

  self->n_notifications++;
  if (self->seen->len < 10000)
    g_string_append_printf (self->seen, "%s ", method);
  g_free (self->last_params);
  self->last_params = shoal_json_to_line (params, NULL);
}

static void
on_closed_cb (ShoalChannel *channel, const GError *reason, gpointer user_data)
{
  Side *self = user_data;

  g_assert_true (shoal_channel_is_closed (channel));
  self->n_closed++;
  self->reason = g_error_copy (reason);
  if (self->drop_when_closed)
    g_clear_object (&self->channel);
}

void
side_set_up (Side *self, GIOStream *stream, gsize max_line)
{
  static const ShoalChannelHandlers handlers = {
    .request = on_request_cb,
    .notification = on_notification_cb,
    .closed = on_closed_cb,
  };

  *self = (Side){ 0 };
  self->held = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_request_unref);
  self->seen = g_string_new (NULL);
  self->channel = shoal_channel_new (stream, max_line);
  shoal_channel_start (self->channel, &handlers, self);
}

void
side_tear_down (Side *self)
{
  g_clear_pointer (&self->held, g_ptr_array_unref);
  if (self->channel != NULL)
    g_assert_finalize_object (g_steal_pointer (&self->channel));
  g_string_free (self->seen, TRUE);
  g_clear_pointer (&self->last_params, g_free);
  g_clear_error (&self->reason);
}

static GIOStream *
stream_of_fd (int fd)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, &error);

  g_assert_no_error (error);
  return G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
}

void
make_stream_pair (GIOStream **a, GIOStream **b)
{
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  *a = stream_of_fd (fds[0]);
  *b = stream_of_fd (fds[1]);
}

int
make_raw_pair (GIOStream **a)
{
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  *a = stream_of_fd (fds[0]);
  return fds[1];
}

static void
on_call_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Outcome *outcome = user_data;

  outcome->result = shoal_channel_call_finish (SHOAL_CHANNEL (source), result, &outcome->error);
  g_assert_true ((outcome->result == NULL) == (outcome->error != NULL));
  g_assert_false (outcome->done);
  outcome->done = TRUE;
}

void
call (ShoalChannel *channel,
      const char *method,
      JsonObject *params,
      GCancellable *cancellable,
      Outcome *outcome)
{
  *outcome = (Outcome){ 0 };
  shoal_channel_call_async (channel, method, params, cancellable, on_call_cb, outcome);
}

void
outcome_clear (Outcome *self)
{
  g_clear_pointer (&self->result, json_object_unref);
  g_clear_error (&self->error);
}

void
raw_send (int fd, const char *text, gssize length)
{
  gsize left = length < 0 ? strlen (text) : (gsize) length;

  while (left > 0)
    {
      gssize n = send (fd, text, left, MSG_NOSIGNAL | MSG_DONTWAIT);

      if (n > 0)
        {
          text += n;
          left -= (gsize) n;
        }
      else if (n < 0 && errno == EAGAIN)
        g_main_context_iteration (NULL, FALSE);
      else
        return; /* they have closed: the test looks at why */
    }
}

char *
raw_read_line (int fd)
{
  g_autoptr (GString) line = g_string_new (NULL);
  gint64 give_up = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;

  while (TRUE)
    {
      char c = 0;
      gssize n = recv (fd, &c, 1, MSG_DONTWAIT);

      if (n == 1 && c == '\n')
        return g_string_free (g_steal_pointer (&line), FALSE);
      if (n == 1)
        g_string_append_c (line, c);
      else if (n < 0 && errno == EAGAIN)
        g_main_context_iteration (NULL, FALSE);
      else
        return NULL;
      g_assert_cmpint (g_get_monotonic_time (), <, give_up);
    }
}
