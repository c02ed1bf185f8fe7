/* test-session.c: the bounds of a connection: lines, times, rates, and what is pushed over it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "test-session"

#include "config.h"

#include <string.h>

#include "shoal-catalogue-keeper.h"
#include "shoal-limits.h"
#include "test-tracker.h"

#define ADDRESS "192.0.2.1"

/* An object whose line has some @bytes bytes. */
static JsonObject *
big_params (gsize bytes)
{
  g_autofree char *filler = g_strnfill (60 * 1024, 'x');
  JsonArray *array = json_array_new ();

  for (gsize size = 0; size + strlen (filler) <= bytes; size += strlen (filler))
    json_array_add_string_element (array, filler);
  return shoal_json_new ("filler", "a", array, NULL);
}

static void
test_lines_before_sign_in (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();
  g_autoptr (TestClient) client = test_client_new ();
  g_autofree char *filler = g_strnfill (SHOAL_MAX_LINE_BEFORE_SIGN_IN - 200, 'x');

  test_tracker_open (tracker);
  test_client_attach (client, tracker, ADDRESS);

  /* Just under the limit it is a request like any other. */
  g_autoptr (JsonObject) fits
             = test_client_call (client, "ping", shoal_json_new ("filler", "s", filler, NULL));

  test_client_send (client, "ping", big_params (2 * SHOAL_MAX_LINE_BEFORE_SIGN_IN + 60 * 1024));

  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result = test_client_receive (client, &error);

  g_assert_null (result);
  g_assert_nonnull (error);
  test_client_wait_closed (client);
}

static void
store_result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **place = user_data;

  *place = g_object_ref (result);
}

static void
test_lines_after_sign_in (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();

  test_tracker_open (tracker);

  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");
  g_autoptr (JsonObject) fits
             = test_client_call (ada, "ping", big_params (SHOAL_MAX_LINE - 100 * 1024));

  /* Our own channel would not send that. */
  g_autofree char *endless = g_strnfill (SHOAL_MAX_LINE + 100 * 1024, ' ');
  g_autoptr (GAsyncResult) written = NULL;

  g_output_stream_write_all_async (
      g_io_stream_get_output_stream (shoal_channel_get_stream (ada->channel)), endless,
      strlen (endless), G_PRIORITY_DEFAULT, NULL, store_result_cb, &written);
  test_client_wait_closed (ada);
  test_wait_until (written != NULL);
  test_wait_until (!shoal_presence_is_online (test_tracker_parts (tracker)->presence, ada->device));
}

static void
test_garbage (void)
{
  static const char *const lines[] = {
    "",
    "GET / HTTP/1.1\r",
    "[]",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hello\",\"params\":{\"protocol\":1e999}}",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hello\",\"params\":{\"protocol\":1,\"protocol\":1}"
    "}",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hello\",\"params\":[1]}",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}",
    "\xff\xfe",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr (TestTracker) tracker = test_tracker_new ();
      g_autoptr (TestClient) client = test_client_new ();
      g_autoptr (TestClient) other = test_client_new ();
      g_autoptr (GError) error = NULL;

      test_tracker_open (tracker);
      test_client_attach_silent (client, tracker, ADDRESS);

      GOutputStream *output
          = g_io_stream_get_output_stream (shoal_channel_get_stream (client->channel));

      g_output_stream_write_all (output, lines[i], strlen (lines[i]), NULL, NULL, &error);
      g_assert_no_error (error);
      g_output_stream_write_all (output, "\n", 1, NULL, NULL, &error);
      g_assert_no_error (error);
      /* Whatever becomes of it, the tracker is there for others. */
      test_client_attach (other, tracker, ADDRESS);
    }
}

static void
test_sign_in_time (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();
  g_autoptr (TestClient) slow = test_client_new ();

  tracker->config->sign_in_seconds = 1;
  test_tracker_open (tracker);
  test_client_attach (slow, tracker, ADDRESS);

  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");

  shoal_channel_set_ping_interval (slow->channel, 200);
  test_client_wait_closed (slow);
  g_assert_null (ada->closed);
}

/* Above its rate a client is not answered with errors, it waits: nothing is lost. */
static void
test_request_rate (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();
  g_autoptr (TestClient) client = test_client_new ();
  gint64 start;

  test_tracker_open (tracker);
  test_client_attach (client, tracker, ADDRESS);
  start = g_get_monotonic_time ();
  for (guint i = 0; i < SHOAL_STRANGER_REQUESTS_BURST + SHOAL_STRANGER_REQUESTS_PER_SECOND; i++)
    {
      g_autoptr (GError) error
                 = test_client_refused (client, SHOAL_METHOD_ROSTER, NULL, SHOAL_ERROR_AUTH);
    }
  g_assert_cmpint (g_get_monotonic_time () - start, >, G_USEC_PER_SEC / 2);
}

static void
test_catalogue_seq (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();
  gint64 seq = 0;
  guint pushes = 0;

  test_tracker_open (tracker);

  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");

  for (guint i = 0; i < 1000; i++)
    shoal_catalogue_keeper_tell (test_tracker_parts (tracker)->catalogue);
  while (seq < 1000)
    {
      g_autoptr (JsonObject) params = test_client_wait (ada, SHOAL_NOTIFICATION_CATALOGUE);

      g_assert_cmpint (json_object_get_int_member (params, "seq"), >, seq);
      seq = json_object_get_int_member (params, "seq");
      pushes++;
    }
  g_assert_cmpint (seq, ==, 1000);
  g_assert_cmpuint (pushes, ==, 2);
}

/* Stopping says good-bye to members, and to those who only came to look. */
static void
test_stop (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();
  g_autoptr (TestClient) stranger = test_client_new ();

  test_tracker_open (tracker);

  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");

  test_client_attach_silent (stranger, tracker, ADDRESS);
  test_client_send (stranger, SHOAL_METHOD_HELLO,
                    shoal_json_new ("protocol", "i", (gint64) 1, NULL));
  test_tracker_close (tracker);
  test_client_wait_closed (ada);
  test_client_wait_closed (stranger);

  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result = test_client_receive (stranger, &error);

  g_assert_true (result != NULL || error != NULL);
}

/* A password is being compared while everything ends. */
static void
test_stop_during_sign_in (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();
  TestClient *clients[8];

  test_tracker_open (tracker);
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      clients[i] = test_client_new ();
      test_client_attach (clients[i], tracker, ADDRESS);
      test_client_send (
          clients[i], SHOAL_METHOD_SIGN_IN,
          shoal_json_new ("user", "s", "nobody", "password", "s", TEST_PASSWORD, NULL));
    }
  json_object_unref (test_client_call (clients[7], "ping", NULL));
  test_tracker_close (tracker);
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) result = test_client_receive (clients[i], &error);

      g_assert_null (result);
      test_client_free (clients[i]);
    }
}

/* ---- Turns ---- */

static gboolean
wait_at_gate (ShoalConnection *connection, gpointer data, GError **error)
{
  g_mutex_lock (data);
  g_mutex_unlock (data);
  return TRUE;
}

static void
count_answer_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (JsonObject) answer = shoal_channel_call_finish (SHOAL_CHANNEL (source), result, NULL);

  g_assert_nonnull (answer);
  ++*(guint *) user_data;
}

/* Sixty searches of one member, and one of another: that one does not wait for the sixty, though it
 * comes behind them. */
static void
test_turns (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();
  guint n_answers = 0;
  guint n_pings = 0;
  GMutex gate;

  test_tracker_open (tracker);

  g_autoptr (TestClient) eve = test_client_member (tracker, "eve");
  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");

  g_mutex_init (&gate);
  g_mutex_lock (&gate);
  shoal_database_read_async (test_tracker_parts (tracker)->database, wait_at_gate, &gate, NULL,
                             NULL, NULL, NULL);
  for (guint i = 0; i < 60; i++)
    shoal_channel_call_async (eve->channel, SHOAL_METHOD_SEARCH,
                              shoal_json_new ("words", "s", "x", NULL), NULL, count_answer_cb,
                              &n_answers);
  /* They are in the queue: what came behind them has been answered. */
  g_autoptr (JsonObject) ping = test_client_call (eve, "ping", NULL);

  test_client_send (ada, SHOAL_METHOD_SEARCH, shoal_json_new ("words", "s", "x", NULL));

  shoal_channel_call_async (ada->channel, "ping", NULL, NULL, count_answer_cb, &n_pings);
  test_wait_until (n_pings == 1);
  g_mutex_unlock (&gate);

  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) found = test_client_receive (ada, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (n_answers, <, 60);
  g_assert_cmpuint (n_answers, <, 60);
  test_wait_until (n_answers == 60);
  g_mutex_clear (&gate);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/lines/before-sign-in", test_lines_before_sign_in);
  g_test_add_func ("/session/lines/after-sign-in", test_lines_after_sign_in);
  g_test_add_func ("/session/garbage", test_garbage);
  g_test_add_func ("/session/sign-in-time", test_sign_in_time);
  g_test_add_func ("/session/request-rate", test_request_rate);
  g_test_add_func ("/session/catalogue-seq", test_catalogue_seq);
  g_test_add_func ("/session/stop", test_stop);
  g_test_add_func ("/session/stop-during-sign-in", test_stop_during_sign_in);
  g_test_add_func ("/session/turns", test_turns);
  return g_test_run ();
}
