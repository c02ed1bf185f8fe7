/* test-channel.c: calls, notifications, order, cancelling and closing between two channels
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "channel-fixture.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"

typedef struct
{
  Side a;
  Side b;
} Pair;

static void
pair_set_up (Pair *self)
{
  g_autoptr (GIOStream) a = NULL;
  g_autoptr (GIOStream) b = NULL;

  make_stream_pair (&a, &b);
  side_set_up (&self->a, a, SHOAL_MAX_LINE);
  side_set_up (&self->b, b, SHOAL_MAX_LINE);
}

static void
pair_tear_down (Pair *self)
{
  side_tear_down (&self->a);
  side_tear_down (&self->b);
}

static void
test_call (void)
{
  Pair p;
  Outcome outcome;
  const char *text = NULL;
  gint64 number = 0;
  g_autoptr (GError) error = NULL;

  pair_set_up (&p);
  call (p.a.channel, "echo",
        shoal_json_new ("text", "s", "ä\n\"\\ \U0001F41F", "n", "i", (gint64) -5, NULL), NULL,
        &outcome);
  WAIT_UNTIL (outcome.done);
  g_assert_no_error (outcome.error);
  g_assert_true (shoal_json_get_string (outcome.result, "text", 100, &text, &error));
  g_assert_cmpstr (text, ==, "ä\n\"\\ \U0001F41F");
  g_assert_true (shoal_json_get_integer (outcome.result, "n", -10, 10, &number, &error));
  g_assert_cmpint (number, ==, -5);
  outcome_clear (&outcome);

  /* Both ways, without params. */
  call (p.b.channel, "echo", NULL, NULL, &outcome);
  WAIT_UNTIL (outcome.done);
  g_assert_no_error (outcome.error);
  g_assert_cmpuint (json_object_get_size (outcome.result), ==, 0);
  outcome_clear (&outcome);
  pair_tear_down (&p);
}

static void
test_errors (void)
{
  Pair p;
  Outcome outcome;

  pair_set_up (&p);
  call (p.a.channel, "fail", NULL, NULL, &outcome);
  WAIT_UNTIL (outcome.done);
  g_assert_error (outcome.error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
  g_assert_cmpstr (shoal_error_get_field (outcome.error), ==, "colour");
  g_assert_cmpstr (outcome.error->message, ==, "There is no such colour");
  outcome_clear (&outcome);

  call (p.a.channel, "no.such.method", NULL, NULL, &outcome);
  WAIT_UNTIL (outcome.done);
  g_assert_error (outcome.error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
  g_assert_cmpstr (shoal_error_get_field (outcome.error), ==, "method");
  outcome_clear (&outcome);

  g_test_expect_message ("shoal-channel", G_LOG_LEVEL_MESSAGE, "*dropped without an answer*");
  call (p.a.channel, "drop", NULL, NULL, &outcome);
  WAIT_UNTIL (outcome.done);
  g_assert_error (outcome.error, SHOAL_ERROR, SHOAL_ERROR_INTERNAL);
  outcome_clear (&outcome);
  pair_tear_down (&p);
}

static void
test_many_and_out_of_order (void)
{
  Pair p;
  Outcome held[10];
  static Outcome many[1000];

  pair_set_up (&p);
  for (guint i = 0; i < G_N_ELEMENTS (held); i++)
    call (p.a.channel, "hold", shoal_json_new ("i", "i", (gint64) i, NULL), NULL, &held[i]);
  for (guint i = 0; i < G_N_ELEMENTS (many); i++)
    call (p.a.channel, "echo", shoal_json_new ("i", "i", (gint64) i, NULL), NULL, &many[i]);
  for (guint i = 0; i < G_N_ELEMENTS (many); i++)
    {
      WAIT_UNTIL (many[i].done);
      g_assert_no_error (many[i].error);
      g_assert_cmpint (json_object_get_int_member (many[i].result, "i"), ==, i);
      outcome_clear (&many[i]);
    }
  g_assert_cmpuint (p.b.held->len, ==, G_N_ELEMENTS (held));
  for (guint i = G_N_ELEMENTS (held); i-- > 0;)
    {
      g_assert_false (held[i].done);
      shoal_request_reply (p.b.held->pdata[i], shoal_json_new ("n", "i", (gint64) i, NULL));
      WAIT_UNTIL (held[i].done);
      g_assert_cmpint (json_object_get_int_member (held[i].result, "n"), ==, i);
      outcome_clear (&held[i]);
    }
  pair_tear_down (&p);
}

static void
test_too_many_in_flight (void)
{
  Pair p;
  Outcome held[SHOAL_MAX_REQUESTS_IN_FLIGHT + 10];

  pair_set_up (&p);
  for (guint i = 0; i < G_N_ELEMENTS (held); i++)
    call (p.a.channel, "hold", NULL, NULL, &held[i]);
  WAIT_UNTIL (p.b.held->len == SHOAL_MAX_REQUESTS_IN_FLIGHT);
  /* The rest is not taken up until something has been answered. */
  for (int i = 0; i < 50; i++)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (p.b.held->len, ==, SHOAL_MAX_REQUESTS_IN_FLIGHT);
  for (guint i = 0; i < G_N_ELEMENTS (held); i++)
    {
      WAIT_UNTIL (p.b.held->len > i);
      shoal_request_reply (p.b.held->pdata[i], NULL);
    }
  for (guint i = 0; i < G_N_ELEMENTS (held); i++)
    {
      WAIT_UNTIL (held[i].done);
      g_assert_no_error (held[i].error);
      outcome_clear (&held[i]);
    }
  pair_tear_down (&p);
}

static void
test_rate (void)
{
  Pair p;
  Outcome outcomes[30];
  gint64 begin = g_get_monotonic_time ();

  pair_set_up (&p);
  shoal_channel_set_rate (p.b.channel, 100, 10);
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    call (p.a.channel, "echo", NULL, NULL, &outcomes[i]);
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      WAIT_UNTIL (outcomes[i].done);
      g_assert_no_error (outcomes[i].error);
      outcome_clear (&outcomes[i]);
    }
  /* 20 beyond the burst at 100 a second: not sooner than that. */
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 190 * 1000);
  pair_tear_down (&p);
}

static void
test_notifications (void)
{
  Pair p;
  g_autoptr (GBytes) line = shoal_channel_make_notification (
      "changed", shoal_json_new ("seq", "i", (gint64) 7, NULL));

  pair_set_up (&p);
  shoal_channel_notify (p.a.channel, "first", NULL);
  shoal_channel_notify_line (p.a.channel, line);
  shoal_channel_notify_line (p.b.channel, line);
  WAIT_UNTIL (p.b.n_notifications == 2 && p.a.n_notifications == 1);
  g_assert_cmpstr (p.b.seen->str, ==, "first changed ");
  g_assert_cmpstr (p.b.last_params, ==, "{\"seq\":7}");
  pair_tear_down (&p);
}

/* Lines longer than a chunk, of all lengths around its end. */
static void
test_long_lines (void)
{
  Pair p;

  pair_set_up (&p);
  for (int length = SHOAL_WRITE_CHUNK - 200; length < SHOAL_WRITE_CHUNK + 200; length += 3)
    {
      g_autoptr (JsonArray) array = json_array_new ();
      g_autofree char *text = g_strnfill ((gsize) length / 2, 'x');
      Outcome outcome;

      json_array_add_string_element (array, text);
      json_array_add_string_element (array, text);
      call (p.a.channel, "echo", shoal_json_new ("array", "a", g_steal_pointer (&array), NULL),
            NULL, &outcome);
      shoal_channel_notify (p.a.channel, "n", NULL);
      WAIT_UNTIL (outcome.done);
      g_assert_no_error (outcome.error);
      array = json_array_ref (json_object_get_array_member (outcome.result, "array"));
      g_assert_cmpstr (json_array_get_string_element (array, 1), ==, text);
      outcome_clear (&outcome);
    }
  pair_tear_down (&p);
}

static void
test_cancel (void)
{
  Pair p;
  Outcome outcome;
  Outcome other;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  pair_set_up (&p);
  call (p.a.channel, "hold", NULL, cancellable, &outcome);
  WAIT_UNTIL (p.b.held->len == 1);
  g_cancellable_cancel (cancellable);
  WAIT_UNTIL (outcome.done);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  outcome_clear (&outcome);
  /* The late answer is ignored. */
  shoal_request_reply (p.b.held->pdata[0], NULL);
  call (p.a.channel, "echo", NULL, NULL, &other);
  WAIT_UNTIL (other.done);
  g_assert_no_error (other.error);
  outcome_clear (&other);
  /* Cancelled before: not sent. */
  call (p.a.channel, "echo", NULL, cancellable, &outcome);
  WAIT_UNTIL (outcome.done);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (p.b.n_requests, ==, 2);
  outcome_clear (&outcome);
  pair_tear_down (&p);
}

static void
test_close (void)
{
  Pair p;
  Outcome held;
  Outcome outcome;

  pair_set_up (&p);
  call (p.a.channel, "hold", NULL, NULL, &held);
  call (p.a.channel, "close", NULL, NULL, &outcome);
  WAIT_UNTIL (p.a.n_closed == 1 && p.b.n_closed == 1);
  /* The answer before the close arrives. */
  g_assert_true (outcome.done);
  g_assert_no_error (outcome.error);
  g_assert_true (held.done);
  g_assert_error (held.error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
  g_assert_error (p.a.reason, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
  g_assert_error (p.b.reason, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
  outcome_clear (&held);
  outcome_clear (&outcome);

  /* On a closed channel. */
  call (p.a.channel, "echo", NULL, NULL, &outcome);
  shoal_channel_notify (p.a.channel, "n", NULL);
  shoal_channel_close (p.a.channel);
  WAIT_UNTIL (outcome.done);
  g_assert_error (outcome.error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
  outcome_clear (&outcome);
  shoal_request_reply (p.b.held->pdata[0], NULL);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (p.a.n_closed, ==, 1);
  g_assert_cmpuint (p.b.n_closed, ==, 1);
  pair_tear_down (&p);
}

/* Everything that was queued before a close arrives. */
static void
test_close_flushes (void)
{
  Pair p;
  g_autofree char *text = g_strnfill (60000, 'y');

  pair_set_up (&p);
  for (int i = 0; i < 100; i++)
    shoal_channel_notify (p.a.channel, "n", shoal_json_new ("text", "s", text, NULL));
  shoal_channel_close (p.a.channel);
  WAIT_UNTIL (p.a.n_closed == 1 && p.b.n_closed == 1);
  g_assert_cmpuint (p.b.n_notifications, ==, 100);
  pair_tear_down (&p);
}

static void
test_drop (void)
{
  Pair p;
  Outcome outcome;

  pair_set_up (&p);
  /* In the callback. */
  p.b.drop_when_closed = TRUE;
  call (p.b.channel, "hold", NULL, NULL, &outcome);
  WAIT_UNTIL (p.a.held->len == 1);
  shoal_channel_close (p.a.channel);
  WAIT_UNTIL (p.b.n_closed == 1 && p.a.n_closed == 1);
  WAIT_UNTIL (p.b.channel == NULL);
  g_assert_error (outcome.error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
  outcome_clear (&outcome);
  pair_tear_down (&p);

  /* While reading and with output queued: the other side sees the end, our handlers nothing. */
  pair_set_up (&p);
  shoal_channel_notify (p.a.channel, "n", NULL);
  g_assert_finalize_object (g_steal_pointer (&p.a.channel));
  WAIT_UNTIL (p.b.n_closed == 1);
  g_assert_cmpuint (p.a.n_closed, ==, 0);
  pair_tear_down (&p);
}

static void
test_ping_keeps_alive (void)
{
  Pair p;
  gint64 end = g_get_monotonic_time () + 400 * 1000;

  pair_set_up (&p);
  shoal_channel_set_idle_timeout (p.b.channel, 200);
  shoal_channel_set_ping_interval (p.a.channel, 20);
  WAIT_UNTIL (g_get_monotonic_time () > end);
  g_assert_cmpuint (p.a.n_closed + p.b.n_closed, ==, 0);
  /* Only pushes towards the pinging side: the pings go on. */
  end = g_get_monotonic_time () + 400 * 1000;
  while (g_get_monotonic_time () < end)
    {
      guint n = p.a.n_notifications;

      shoal_channel_notify (p.b.channel, "n", NULL);
      WAIT_UNTIL (p.a.n_notifications > n || p.a.n_closed + p.b.n_closed > 0);
    }
  g_assert_cmpuint (p.a.n_closed + p.b.n_closed, ==, 0);
  g_assert_cmpuint (p.b.n_requests, ==, 0);
  /* Then silence. */
  shoal_channel_set_ping_interval (p.a.channel, 0);
  WAIT_UNTIL (p.b.n_closed == 1);
  g_assert_error (p.b.reason, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
  WAIT_UNTIL (p.a.n_closed == 1);
  pair_tear_down (&p);
}

static void
test_local_errors (void)
{
  Pair p;
  Outcome outcome;
  g_autoptr (GError) error
             = g_error_new_literal (SHOAL_ERROR, SHOAL_ERROR_AMBIGUOUS, "Three files in /home/ada");

  pair_set_up (&p);
  call (p.a.channel, "hold", NULL, NULL, &outcome);
  WAIT_UNTIL (p.b.held->len == 1);
  shoal_request_fail (p.b.held->pdata[0], error);
  WAIT_UNTIL (outcome.done);
  g_assert_error (outcome.error, SHOAL_ERROR, SHOAL_ERROR_INTERNAL);
  g_assert_null (g_strrstr (outcome.error->message, "ada"));
  outcome_clear (&outcome);

  shoal_channel_set_local (p.b.channel, TRUE);
  call (p.a.channel, "hold", NULL, NULL, &outcome);
  WAIT_UNTIL (p.b.held->len == 2);
  shoal_request_fail (p.b.held->pdata[1], error);
  WAIT_UNTIL (outcome.done);
  g_assert_error (outcome.error, SHOAL_ERROR, SHOAL_ERROR_AMBIGUOUS);
  g_assert_cmpstr (outcome.error->message, ==, error->message);
  outcome_clear (&outcome);
  pair_tear_down (&p);
}

static void
test_too_long_to_send (void)
{
  Pair p;
  Outcome outcome;
  JsonArray *array = json_array_new ();
  g_autofree char *text = g_strnfill (60000, 'z');

  pair_set_up (&p);
  for (int i = 0; i < 80; i++)
    json_array_add_string_element (array, text);
  call (p.a.channel, "hold", NULL, NULL, &outcome);
  WAIT_UNTIL (p.b.held->len == 1);
  shoal_request_reply (p.b.held->pdata[0],
                       shoal_json_new ("array", "a", json_array_ref (array), NULL));
  WAIT_UNTIL (outcome.done);
  g_assert_error (outcome.error, SHOAL_ERROR, SHOAL_ERROR_LIMIT);
  g_assert_cmpint (shoal_error_get_max (outcome.error), ==, SHOAL_MAX_LINE);
  outcome_clear (&outcome);
  call (p.a.channel, "echo", shoal_json_new ("array", "a", array, NULL), NULL, &outcome);
  WAIT_UNTIL (outcome.done);
  g_assert_error (outcome.error, SHOAL_ERROR, SHOAL_ERROR_LIMIT);
  outcome_clear (&outcome);
  pair_tear_down (&p);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/channel/call", test_call);
  g_test_add_func ("/channel/errors", test_errors);
  g_test_add_func ("/channel/many-and-out-of-order", test_many_and_out_of_order);
  g_test_add_func ("/channel/too-many-in-flight", test_too_many_in_flight);
  g_test_add_func ("/channel/rate", test_rate);
  g_test_add_func ("/channel/notifications", test_notifications);
  g_test_add_func ("/channel/long-lines", test_long_lines);
  g_test_add_func ("/channel/cancel", test_cancel);
  g_test_add_func ("/channel/close", test_close);
  g_test_add_func ("/channel/close-flushes", test_close_flushes);
  g_test_add_func ("/channel/drop", test_drop);
  g_test_add_func ("/channel/ping-keeps-alive", test_ping_keeps_alive);
  g_test_add_func ("/channel/local-errors", test_local_errors);
  g_test_add_func ("/channel/too-long-to-send", test_too_long_to_send);
  return g_test_run ();
}
