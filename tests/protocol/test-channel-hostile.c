/* test-channel-hostile.c: a channel whose other side is raw bytes that mean harm
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "channel-fixture.h"
#include "shoal-channel-private.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-line-reader.h"

typedef struct
{
  Side side;
  int fd;
} Raw;

static void
raw_set_up (Raw *self, gsize max_line)
{
  g_autoptr (GIOStream) stream = NULL;

  self->fd = make_raw_pair (&stream);
  side_set_up (&self->side, stream, max_line);
}

static void
raw_tear_down (Raw *self)
{
  if (self->fd >= 0)
    close (self->fd);
  side_tear_down (&self->side);
  /* A cancelled read gives its buffer back in its own time. */
  WAIT_UNTIL (shoal_line_reader_get_total () == 0);
}

/* An error is answered (with this code and reason), then the channel ends with this error. */
static void
assert_refused (const char *bytes, gsize length, gsize max_line, int code, const char *reason)
{
  Raw r;

  raw_set_up (&r, max_line);
  raw_send (r.fd, bytes, (gssize) length);

  g_autofree char *line = raw_read_line (r.fd);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (line);

  g_autoptr (JsonObject) object = shoal_json_parse (line, strlen (line), &error);

  g_assert_no_error (error);
  g_assert_true (JSON_NODE_HOLDS_NULL (json_object_get_member (object, "id")));

  JsonObject *said = json_object_get_object_member (object, "error");
  JsonObject *data = json_object_get_object_member (said, "data");

  g_assert_cmpint (json_object_get_int_member (said, "code"), ==, -32700);
  g_assert_cmpstr (json_object_get_string_member (data, "reason"), ==, reason);
  /* Nothing else comes, and the end does. */
  g_assert_null (raw_read_line (r.fd));
  close (r.fd);
  r.fd = -1;
  WAIT_UNTIL (r.side.n_closed == 1);
  g_assert_error (r.side.reason, SHOAL_ERROR, code);
  g_assert_cmpuint (r.side.n_requests, ==, 0);
  raw_tear_down (&r);
}

static void
test_not_json (void)
{
  static const char *const lines[] = {
    "\n",
    " \n",
    "\r\n",
    "x\n",
    "GET / HTTP/1.1\r\n\r\n",
    "[]\n",
    "{}{}\n",
    "null\n",
    "{\"a\":1e999}\n",
    "{'a':1}\n",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\"\n",
    "{\"a\":9223372036854775808}\n",
    "{\"a\":-9007199254740992}\n",
    "{\"id\":1,\"id\":2}\n",
    "\xff\xfe\n",
    "{\"a\":\"\xc3(\"}\n",
    "{\"a\":\"\\u0000\"}\n",
    "\x16\x03\x01\x02\x01\x01\n",
    "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\"}]\n",
  };
  static const char with_nul[] = "{\"a\":\"\0\"}\n";

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    assert_refused (lines[i], strlen (lines[i]), 1000, SHOAL_ERROR_INVALID, "invalid");
  assert_refused (with_nul, sizeof (with_nul) - 1, 1000, SHOAL_ERROR_INVALID, "invalid");
}

static void
test_deep (void)
{
  g_autofree char *text = g_malloc (100001);

  memset (text, '[', 100000);
  memcpy (text, "{\"a\":", 5);
  text[100000] = '\n';
  assert_refused (text, 100001, SHOAL_MAX_LINE, SHOAL_ERROR_LIMIT, "limit");
}

static void
test_long_line (void)
{
  g_autofree char *text = g_strnfill (SHOAL_MAX_LINE + 1, ' ');
  Raw r;

  /* Without an end; with one; only a little beyond. */
  assert_refused (text, SHOAL_MAX_LINE + 1, SHOAL_MAX_LINE, SHOAL_ERROR_LIMIT, "limit");
  text[5000] = '\n';
  assert_refused (text, 5001, 4999, SHOAL_ERROR_LIMIT, "limit");
  text[101] = '\n';
  assert_refused (text, 102, 100, SHOAL_ERROR_LIMIT, "limit");

  /* The longest line allowed, to the byte. */
  static const char request[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\"}";

  for (gsize max = 4094; max < 4099; max++)
    {
      g_autofree char *padded = g_strnfill (max + 1, ' ');

      raw_set_up (&r, max);
      memcpy (padded, request, sizeof (request) - 1);
      padded[max] = '\n';
      raw_send (r.fd, padded, (gssize) max + 1);

      g_autofree char *line = raw_read_line (r.fd);

      g_assert_cmpstr (line, ==, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
      raw_tear_down (&r);
    }
}

/* The bound may be raised while lines that need it are on their way. */
static void
test_raised_bound (void)
{
  Raw r;
  g_autofree char *padding = g_strnfill (3000, ' ');

  raw_set_up (&r, 1000);
  raw_send (r.fd, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\"}\n", -1);
  g_free (raw_read_line (r.fd));
  shoal_channel_set_max_line (r.side.channel, 10000);
  raw_send (r.fd, padding, -1);
  raw_send (r.fd, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"echo\"}\n", -1);

  g_autofree char *line = raw_read_line (r.fd);

  g_assert_cmpstr (line, ==, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}");
  raw_tear_down (&r);
}

static void
assert_answer (Raw *r, const char *request, const char *answer_part)
{
  raw_send (r->fd, request, -1);
  raw_send (r->fd, "\n", -1);

  g_autofree char *line = raw_read_line (r->fd);

  g_assert_nonnull (line);
  if (strstr (line, answer_part) == NULL)
    g_error ("%s → %s, not %s", request, line, answer_part);
}

/* JSON, but not JSON-RPC: answered, and the channel stays. */
static void
test_not_json_rpc (void)
{
  static const char *const wrong[][2] = {
    { "{}", "\"id\":null,\"error\":{\"code\":-32600" },
    { "{\"id\":5}", "\"id\":5,\"error\":{\"code\":-32600" },
    { "{\"id\":\"five\"}", "\"id\":\"five\",\"error\":{\"code\":-32600" },
    { "{\"method\":\"echo\",\"id\":1}", "\"id\":1,\"error\":{\"code\":-32600" },
    { "{\"jsonrpc\":2,\"method\":\"echo\",\"id\":1}", "-32600" },
    { "{\"jsonrpc\":\"1.0\",\"method\":\"echo\",\"id\":1}", "-32600" },
    { "{\"jsonrpc\":null,\"method\":\"echo\",\"id\":1}", "-32600" },
    { "{\"jsonrpc\":\"2.0\",\"id\":1}", "\"field\":\"method\"" },
    { "{\"jsonrpc\":\"2.0\",\"method\":5,\"id\":1}", "\"field\":\"method\"" },
    { "{\"jsonrpc\":\"2.0\",\"method\":null,\"id\":1}", "\"field\":\"method\"" },
    { "{\"jsonrpc\":\"2.0\",\"method\":\"\",\"id\":1}", "\"field\":\"method\"" },
    { "{\"jsonrpc\":\"2.0\",\"method\":{},\"id\":1}", "\"field\":\"method\"" },
    { "{\"jsonrpc\":\"2.0\",\"method\":"
      "\"1234567890123456789012345678901234567890123456789012345678901234x\","
      "\"id\":1}",
      "\"field\":\"method\"" },
    { "{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"params\":[],\"id\":1}", "\"field\":\"params\"" },
    { "{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"params\":[1],\"id\":1}", "\"field\":\"params\"" },
    { "{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"params\":null,\"id\":1}",
      "\"field\":\"params\"" },
    { "{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"params\":\"x\",\"id\":1}",
      "\"field\":\"params\"" },
    { "{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"id\":null}",
      "\"id\":null,\"error\":{\"code\":-32600" },
    { "{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"id\":true}", "\"field\":\"id\"" },
    { "{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"id\":{}}", "\"field\":\"id\"" },
    { "{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"id\":[1]}", "\"field\":\"id\"" },
    { "{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"id\":"
      "\"1234567890123456789012345678901234567890123456789012345678901234x\"}",
      "\"field\":\"id\"" },
    { "{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"params\":7}",
      "\"id\":null,\"error\":{\"code\":-32600" },
  };
  Raw r;

  raw_set_up (&r, SHOAL_MAX_LINE);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    assert_answer (&r, wrong[i][0], wrong[i][1]);
  g_assert_cmpuint (r.side.n_requests, ==, 0);

  /* Good ids come back as they were. */
  assert_answer (&r, "{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"id\":\"a\\\"\\u00e9\\n\"}",
                 "{\"jsonrpc\":\"2.0\",\"id\":\"a\\\"é\\n\",\"result\":{}}");
  assert_answer (&r, "{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"id\":-9007199254740991}",
                 "\"id\":-9007199254740991,");
  assert_answer (&r, "{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"id\":0}", "\"id\":0,");
  assert_answer (&r, "{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"id\":\"\"}", "\"id\":\"\",");
  assert_answer (&r, "{\"jsonrpc\":\"2.0\",\"method\":\"ping\",\"id\":8}",
                 "{\"jsonrpc\":\"2.0\",\"id\":8,\"result\":{}}");
  assert_answer (&r, "{\"jsonrpc\":\"2.0\",\"method\":\"nothing\",\"id\":8}", "{\"code\":-32601");
  assert_answer (&r, "  {\"more\":[], \"jsonrpc\":\"2.0\",\"method\":\"echo\",\"id\":8}\r",
                 "\"id\":8,");
  g_assert_cmpuint (r.side.n_closed, ==, 0);
  raw_tear_down (&r);
}

/* Answers nobody asked for are not answered. */
static void
test_stray_answers (void)
{
  static const char *const lines[] = {
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}",
    "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"result\":{}}",
    "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":1,\"message\":\"m\"}}",
    "{\"result\":1}",
    "{\"error\":{}}",
    "{\"error\":null,\"result\":null}",
    "{\"id\":1,\"error\":[],\"result\":[]}",
    "{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":{}}",
    "{\"jsonrpc\":\"2.0\",\"id\":-1,\"error\":{}}",
  };
  Raw r;

  raw_set_up (&r, 1000);
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      raw_send (r.fd, lines[i], -1);
      raw_send (r.fd, "\n", -1);
    }
  assert_answer (&r, "{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"id\":77}", "\"id\":77,\"result\"");
  raw_tear_down (&r);
}

/* What a lying other side may answer to a call of ours. */
static void
test_odd_answers (void)
{
  static const struct
  {
    const char *rest; /* of the line, behind the id */
    int code;
  } answers[] = {
    { "\"result\":5}\n", SHOAL_ERROR_INVALID },
    { "\"result\":null}\n", SHOAL_ERROR_INVALID },
    { "\"result\":[]}\n", SHOAL_ERROR_INVALID },
    { "\"error\":5}\n", SHOAL_ERROR_INVALID },
    { "\"result\":{},\"error\":{}}\n", SHOAL_ERROR_INVALID },
    { "\"error\":{}}\n", SHOAL_ERROR_INTERNAL },
    { "\"error\":{\"data\":{\"reason\":\"denied\"}}}\n", SHOAL_ERROR_DENIED },
  };
  Raw r;

  raw_set_up (&r, 1000);
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      Outcome outcome;

      call (r.side.channel, "m", NULL, NULL, &outcome);
      g_free (raw_read_line (r.fd));

      g_autofree char *answer
          = g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":%u,%s", i + 1, answers[i].rest);

      raw_send (r.fd, answer, -1);
      WAIT_UNTIL (outcome.done);
      g_assert_error (outcome.error, SHOAL_ERROR, answers[i].code);
      outcome_clear (&outcome);
      /* The same once more, for nobody. */
      raw_send (r.fd, answer, -1);
    }
  assert_answer (&r, "{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"id\":77}", "\"id\":77,\"result\"");
  raw_tear_down (&r);
}

static void
test_byte_by_byte (void)
{
  static const char text[]
      = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\",\"params\":{\"é\":[1]}}\n"
        "{\"jsonrpc\":\"2.0\",\"method\":\"n\"}\n";
  Raw r;

  raw_set_up (&r, 1000);
  for (gsize i = 0; i < sizeof (text) - 1; i++)
    {
      raw_send (r.fd, text + i, 1);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
  g_autofree char *line = raw_read_line (r.fd);

  g_assert_cmpstr (line, ==, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"é\":[1]}}");
  WAIT_UNTIL (r.side.n_notifications == 1);
  raw_tear_down (&r);
}

static void
test_pipelining (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  Raw r;

  raw_set_up (&r, 1000);
  for (int i = 0; i < 2000; i++)
    g_string_append_printf (text, "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"echo\"}\n", i);
  raw_send (r.fd, text->str, -1);
  for (int i = 0; i < 2000; i++)
    {
      g_autofree char *line = raw_read_line (r.fd);
      g_autofree char *expected
          = g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":%d,\"result\":{}}", i);

      g_assert_cmpstr (line, ==, expected);
    }
  raw_tear_down (&r);
}

/* Whoever asks and does not read waits; whoever is pushed to and does not read is closed. */
static void
test_does_not_read (void)
{
  g_autofree char *text = g_strnfill (50000, 'x');
  g_autofree char *request = g_strdup_printf (
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\",\"params\":{\"t\":\"%s\"}}\n", text);
  Raw r;
  guint n_before = 0;

  raw_set_up (&r, SHOAL_MAX_LINE);
  for (int i = 0; i < 400; i++)
    {
      n_before = r.side.n_requests;
      send (r.fd, request, strlen (request), MSG_DONTWAIT | MSG_NOSIGNAL);
      for (int j = 0; j < 10; j++)
        g_main_context_iteration (NULL, FALSE);
    }
  g_assert_cmpuint (r.side.n_closed, ==, 0);
  g_assert_cmpuint (r.side.n_requests, ==, n_before);
  g_assert_cmpuint (n_before, <, 100);
  raw_tear_down (&r);

  raw_set_up (&r, SHOAL_MAX_LINE);

  g_autoptr (GBytes) line
             = shoal_channel_make_notification ("n", shoal_json_new ("text", "s", text, NULL));
  gsize queued = 0;

  while (!shoal_channel_is_closed (r.side.channel))
    {
      shoal_channel_notify_line (r.side.channel, line);
      queued += g_bytes_get_size (line) + 1;
      g_main_context_iteration (NULL, FALSE);
      g_assert_cmpuint (queued, <, 2 * SHOAL_MAX_UNSENT);
    }
  g_assert_cmpuint (queued, >=, SHOAL_MAX_UNSENT);
  WAIT_UNTIL (r.side.n_closed == 1);
  g_assert_error (r.side.reason, SHOAL_ERROR, SHOAL_ERROR_LIMIT);
  raw_tear_down (&r);
}

/* A close does not wait for ever for somebody who does not read, nor for somebody who goes on
 * sending. */
static void
test_close_is_bounded (void)
{
  g_autofree char *text = g_strnfill (60000, 'x');
  Raw r;

  raw_set_up (&r, SHOAL_MAX_LINE);
  for (int i = 0; i < 50; i++)
    shoal_channel_notify (r.side.channel, "n", shoal_json_new ("t", "s", text, NULL));
  shoal_channel_close (r.side.channel);
  WAIT_UNTIL (r.side.n_closed == 1);
  raw_tear_down (&r);

  raw_set_up (&r, SHOAL_MAX_LINE);
  shoal_channel_close (r.side.channel);
  while (r.side.n_closed == 0)
    {
      send (r.fd, text, 60000, MSG_DONTWAIT | MSG_NOSIGNAL);
      g_main_context_iteration (NULL, FALSE);
    }
  raw_tear_down (&r);
}

static void
test_ends (void)
{
  static const char *const texts[] = { "", "{", "{\"jsonrpc\":\"2.0\",\"method\":\"n\"}\n",
                                       "{\"jsonrpc\":\"2.0\",\"method\":\"n\"}\n{\"js" };
  Raw r;

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      raw_set_up (&r, 1000);
      raw_send (r.fd, texts[i], -1);
      close (r.fd);
      r.fd = -1;
      WAIT_UNTIL (r.side.n_closed == 1);
      g_assert_error (r.side.reason, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
      /* The lines before the end count. */
      g_assert_cmpuint (r.side.n_notifications, ==, strchr (texts[i], '\n') != NULL ? 1 : 0);
      raw_tear_down (&r);
    }
}

/* Only the direction towards us ends: the answers still go out before a close. */
static void
test_half_closed (void)
{
  Raw r;

  raw_set_up (&r, 1000);
  raw_send (r.fd, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"close\"}\n", -1);
  shutdown (r.fd, SHUT_WR);

  g_autofree char *line = raw_read_line (r.fd);

  g_assert_cmpstr (line, ==, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
  WAIT_UNTIL (r.side.n_closed == 1);
  raw_tear_down (&r);
}

/* What they said before they hung up is in the reason. */
static void
test_told_why (void)
{
  Raw r;

  raw_set_up (&r, 1000);
  raw_send (
      r.fd,
      "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,\"message\":\"Too loud\"}}\n",
      -1);
  close (r.fd);
  r.fd = -1;
  WAIT_UNTIL (r.side.n_closed == 1);
  g_assert_error (r.side.reason, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
  g_assert_nonnull (strstr (r.side.reason->message, "Too loud"));
  raw_tear_down (&r);

  /* Whoever is to come back later learns when. */
  raw_set_up (&r, 1000);
  raw_send (r.fd,
            "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32000,\"message\":\"Full\","
            "\"data\":{\"reason\":\"busy\",\"retry_ms\":1234}}}\n",
            -1);
  close (r.fd);
  r.fd = -1;
  WAIT_UNTIL (r.side.n_closed == 1);
  g_assert_error (r.side.reason, SHOAL_ERROR, SHOAL_ERROR_BUSY);
  g_assert_cmpint (shoal_error_get_retry_ms (r.side.reason), ==, 1234);
  raw_tear_down (&r);
}

static void
test_silence (void)
{
  Raw r;
  Outcome outcome;

  /* Half a line does not count as life for ever, but bytes do. */
  raw_set_up (&r, 1000);
  shoal_channel_set_idle_timeout (r.side.channel, 60);
  WAIT_UNTIL (r.side.n_closed == 1);
  g_assert_error (r.side.reason, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
  raw_tear_down (&r);

  /* A ping that is not answered. */
  raw_set_up (&r, 1000);
  shoal_channel_set_ping_interval (r.side.channel, 60);
  call (r.side.channel, "m", NULL, NULL, &outcome);
  WAIT_UNTIL (r.side.n_closed == 1);
  g_assert_error (r.side.reason, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
  g_assert_true (outcome.done);
  g_assert_error (outcome.error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
  outcome_clear (&outcome);

  g_autofree char *first = raw_read_line (r.fd);
  g_autofree char *second = raw_read_line (r.fd);

  g_assert_nonnull (strstr (first, "\"method\":\"m\""));
  g_assert_nonnull (strstr (second, "\"method\":\"ping\""));
  raw_tear_down (&r);
}

/* The limits of time that do not depend on silence. */
static void
test_time_limits (void)
{
  Raw r;
  Outcome outcome;
  g_autofree char *text = g_strnfill (60000, 'x');

  /* An answer that does not come: the call fails, the channel stays. */
  raw_set_up (&r, 1000);
  shoal_channel_set_time_limits (r.side.channel, 30, 100000, 100000);
  call (r.side.channel, "m", NULL, NULL, &outcome);
  WAIT_UNTIL (outcome.done);
  g_assert_error (outcome.error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
  outcome_clear (&outcome);
  g_free (raw_read_line (r.fd));
  assert_answer (&r, "{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"id\":77}", "\"id\":77,\"result\"");
  raw_tear_down (&r);

  /* A line that does not end, although something arrives all the time. */
  raw_set_up (&r, SHOAL_MAX_LINE);
  shoal_channel_set_time_limits (r.side.channel, 100000, 60, 100000);
  while (r.side.n_closed == 0)
    {
      raw_send (r.fd, " ", 1);
      g_main_context_iteration (NULL, FALSE);
    }
  g_assert_error (r.side.reason, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
  g_assert_nonnull (strstr (r.side.reason->message, "finish a line"));
  raw_tear_down (&r);

  /* A write that does not move, from the first one on, and after some have. */
  raw_set_up (&r, 1000);
  shoal_channel_set_time_limits (r.side.channel, 100000, 100000, 60);
  g_socket_set_option (g_socket_connection_get_socket (
                           G_SOCKET_CONNECTION (shoal_channel_get_stream (r.side.channel))),
                       SOL_SOCKET, SO_SNDBUF, 1, NULL);
  for (int i = 0; i < 30; i++)
    shoal_channel_notify (r.side.channel, "n", shoal_json_new ("t", "s", text, NULL));
  WAIT_UNTIL (r.side.n_closed == 1);
  g_assert_nonnull (strstr (r.side.reason->message, "does not read"));
  raw_tear_down (&r);

  raw_set_up (&r, 1000);
  shoal_channel_set_time_limits (r.side.channel, 100000, 100000, 60);
  for (int i = 0; i < 30; i++)
    shoal_channel_notify (r.side.channel, "n", shoal_json_new ("t", "s", text, NULL));
  WAIT_UNTIL (r.side.n_closed == 1);
  g_assert_error (r.side.reason, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
  g_assert_nonnull (strstr (r.side.reason->message, "does not read"));
  raw_tear_down (&r);
}

/* Half-sent lines of many channels together. */
static void
test_total_of_half_lines (void)
{
  enum
  {
    N = 20
  };
  Raw raws[N];
  g_autofree char *text = g_strnfill (SHOAL_MAX_LINE - 1, ' ');
  guint n_refused = 0;

  for (int i = 0; i < N; i++)
    {
      raw_set_up (&raws[i], SHOAL_MAX_LINE);
      raw_send (raws[i].fd, text, -1);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_assert_cmpuint (shoal_line_reader_get_total (), <=,
                        SHOAL_MAX_UNREAD_INPUT + 2 * SHOAL_MAX_LINE);
    }
  for (int i = 0; i < N; i++)
    if (shoal_channel_is_closed (raws[i].side.channel))
      {
        WAIT_UNTIL (raws[i].side.n_closed == 1);
        g_assert_error (raws[i].side.reason, SHOAL_ERROR, SHOAL_ERROR_BUSY);
        n_refused++;
      }
  g_assert_cmpuint (n_refused, >, 0);
  g_assert_cmpuint (n_refused, <, N / 2);
  for (int i = 0; i < N; i++)
    {
      close (raws[i].fd);
      side_tear_down (&raws[i].side);
    }
  WAIT_UNTIL (shoal_line_reader_get_total () == 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/channel/hostile/not-json", test_not_json);
  g_test_add_func ("/channel/hostile/deep", test_deep);
  g_test_add_func ("/channel/hostile/long-line", test_long_line);
  g_test_add_func ("/channel/hostile/raised-bound", test_raised_bound);
  g_test_add_func ("/channel/hostile/not-json-rpc", test_not_json_rpc);
  g_test_add_func ("/channel/hostile/stray-answers", test_stray_answers);
  g_test_add_func ("/channel/hostile/odd-answers", test_odd_answers);
  g_test_add_func ("/channel/hostile/byte-by-byte", test_byte_by_byte);
  g_test_add_func ("/channel/hostile/pipelining", test_pipelining);
  g_test_add_func ("/channel/hostile/does-not-read", test_does_not_read);
  g_test_add_func ("/channel/hostile/close-is-bounded", test_close_is_bounded);
  g_test_add_func ("/channel/hostile/ends", test_ends);
  g_test_add_func ("/channel/hostile/half-closed", test_half_closed);
  g_test_add_func ("/channel/hostile/told-why", test_told_why);
  g_test_add_func ("/channel/hostile/silence", test_silence);
  g_test_add_func ("/channel/hostile/time-limits", test_time_limits);
  g_test_add_func ("/channel/hostile/total-of-half-lines", test_total_of_half_lines);
  return g_test_run ();
}
