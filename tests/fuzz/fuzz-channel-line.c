/* fuzz-channel-line.c: whatever bytes arrive, each line that goes back is JSON, and the channel
 * ends once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "fuzz.h"

#include "shoal-channel.h"
#include "shoal-error.h"
#include "shoal-json.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Longer ones are refused: seeds stay short, and both bounds are met. */
#define MAX_LINE 512
/* What a socket pair holds without anybody reading. */
#define MAX_BYTES (64 * 1024)

typedef struct
{
  guint n_closed;
  guint n_answered;
  gboolean called;
} Seen;

static void
on_request_cb (ShoalChannel *channel, ShoalRequest *request, gpointer user_data)
{
  Seen *seen = user_data;

  g_assert_cmpuint (seen->n_closed, ==, 0);
  g_assert_cmpstr (shoal_request_get_method (request), !=, "");
  g_assert_nonnull (shoal_request_get_params (request));
  seen->n_answered++;
  if (seen->n_answered % 3 == 0)
    shoal_request_fail_unknown_method (request);
  else
    shoal_request_reply (request, json_object_ref (shoal_request_get_params (request)));
}

static void
on_notification_cb (ShoalChannel *channel,
                    const char *method,
                    JsonObject *params,
                    gpointer user_data)
{
  g_assert_nonnull (params);
}

static void
on_closed_cb (ShoalChannel *channel, const GError *reason, gpointer user_data)
{
  Seen *seen = user_data;

  g_assert_true (reason->domain == SHOAL_ERROR);
  seen->n_closed++;
}

static void
on_call_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Seen *seen = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object
             = shoal_channel_call_finish (SHOAL_CHANNEL (source), result, &error);

  g_assert_true ((object == NULL) == (error != NULL));
  seen->called = TRUE;
}

static void
check_lines (GString *output)
{
  for (char *line = output->str; line < output->str + output->len;)
    {
      char *end = memchr (line, '\n', output->len - (gsize) (line - output->str));
      g_autoptr (GError) error = NULL;

      g_assert_nonnull (end);
      g_assert_true (shoal_json_check (line, (gsize) (end - line), &error));
      g_assert_no_error (error);
      line = end + 1;
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const ShoalChannelHandlers handlers = {
    .request = on_request_cb,
    .notification = on_notification_cb,
    .closed = on_closed_cb,
  };
  int fds[2];
  char buffer[4096];
  gssize n = 0;
  Seen seen = { 0 };
  g_autoptr (GString) output = g_string_new (NULL);

  if (size > MAX_BYTES)
    return 0;
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);

  g_autoptr (GSocket) socket = g_socket_new_from_fd (fds[0], NULL);
  g_autoptr (GSocketConnection) stream = g_socket_connection_factory_create_connection (socket);
  ShoalChannel *channel = shoal_channel_new (G_IO_STREAM (stream), MAX_LINE);

  shoal_channel_start (channel, &handlers, &seen);
  shoal_channel_call_async (channel, "call", NULL, NULL, on_call_cb, &seen);
  g_assert_cmpint (send (fds[1], data, size, MSG_NOSIGNAL), ==, (gssize) size);
  g_assert_cmpint (shutdown (fds[1], SHUT_WR), ==, 0);
  while (seen.n_closed == 0 || !seen.called)
    {
      g_main_context_iteration (NULL, FALSE);
      while ((n = recv (fds[1], buffer, sizeof (buffer), MSG_DONTWAIT)) > 0)
        g_string_append_len (output, buffer, n);
    }
  while ((n = recv (fds[1], buffer, sizeof (buffer), MSG_DONTWAIT)) > 0)
    g_string_append_len (output, buffer, n);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (seen.n_closed, ==, 1);
  g_assert_finalize_object (channel);
  close (fds[1]);
  /* The end may cut the last line. */
  while (output->len > 0 && output->str[output->len - 1] != '\n')
    g_string_truncate (output, output->len - 1);
  check_lines (output);
  return 0;
}
