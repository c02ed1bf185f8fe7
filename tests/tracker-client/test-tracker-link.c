/* test-tracker-link.c: the link alone, and who we are at its other end
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-tls.h"
#include "shoal-tracker-account.h"
#include "shoal-tracker-link-json.h"
#include "tracker-fixture.h"

typedef struct
{
  TrackerFixture base;
  ShoalTrackerAccount *account;
  GPtrArray *news; /* what the link has told, a word for each */
  /* what the tracker's function is to do */
  gboolean refuse_token;
  gboolean garble_sign_in;
  gboolean lose_echo;
  guint lose_sign_ups;
  guint busy_sign_ups;
} Fixture;

static JsonObject *
answer (FakeTracker *tracker,
        const char *method,
        JsonObject *params,
        gpointer user_data,
        GError **error)
{
  Fixture *fixture = user_data;

  if (g_str_equal (method, "sign-in") && fixture->refuse_token)
    g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_AUTH, "Wrong name or password.");
  else if (g_str_equal (method, "sign-in") && fixture->garble_sign_in)
    return parse_json ("{\"account\":7}");
  else if (g_str_equal (method, "sign-up") && fixture->lose_sign_ups > 0)
    {
      fixture->lose_sign_ups--;
      g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED, "lost");
    }
  else if (g_str_equal (method, "sign-up") && fixture->busy_sign_ups > 0)
    {
      fixture->busy_sign_ups--;
      g_propagate_error (error, shoal_error_new_retry (SHOAL_ERROR_BUSY, 10, "Full."));
    }
  else if (g_str_equal (method, "echo") && fixture->lose_echo)
    g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED, "lost");
  else if (g_str_equal (method, "echo"))
    return json_object_ref (params);
  else if (g_str_equal (method, "fail"))
    g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_LIMIT, "Too much.");
  return NULL;
}

static void
on_signed_in_cb (ShoalTrackerLink *link, JsonObject *answer_of_tracker, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_assert_nonnull (answer_of_tracker);
  g_ptr_array_add (fixture->news, g_strdup ("signed-in"));
}

static void
on_state_changed_cb (ShoalTrackerLink *link, gpointer user_data)
{
  static const char *const words[]
      = { "offline", "connecting", "online", "signed-out", "replaced", "untrusted" };
  Fixture *fixture = user_data;

  g_ptr_array_add (fixture->news, g_strdup (words[shoal_tracker_link_get_state (link)]));
}

static void
on_roster_cb (ShoalTrackerLink *link, const char *method, JsonObject *params, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_assert_cmpstr (method, ==, "roster");
  g_assert_true (json_object_has_member (params, "members"));
  g_ptr_array_add (fixture->news, g_strdup ("roster"));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  tracker_fixture_set_up (&fixture->base, answer, fixture);
  fixture->account = shoal_tracker_account_new (fixture->base.link);
  fixture->news = g_ptr_array_new_with_free_func (g_free);
  g_signal_connect (fixture->base.link, "signed-in", G_CALLBACK (on_signed_in_cb), fixture);
  g_signal_connect (fixture->base.link, "state-changed", G_CALLBACK (on_state_changed_cb), fixture);
  g_signal_connect (fixture->base.link, "notification::roster", G_CALLBACK (on_roster_cb), fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  shoal_tracker_link_stop (fixture->base.link);
  g_signal_handlers_disconnect_by_data (fixture->base.link, fixture);
  g_clear_object (&fixture->account);
  tracker_fixture_tear_down (&fixture->base);
  g_ptr_array_unref (fixture->news);
}

/* Everything told so far, in order; forgets it. */
static char *
take_news (Fixture *fixture)
{
  g_ptr_array_add (fixture->news, NULL);
  char *all = g_strjoinv (" ", (char **) fixture->news->pdata);
  g_ptr_array_set_size (fixture->news, 0);
  return all;
}

#define assert_news(fixture, expected)                                                             \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *news_ = take_news (fixture);                                                  \
    g_assert_cmpstr (news_, ==, expected);                                                         \
  }                                                                                                \
  G_STMT_END

static JsonObject *
call (Fixture *fixture, const char *method, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  shoal_tracker_link_call_async (fixture->base.link, method,
                                 shoal_json_new ("word", "s", "shoal", NULL), NULL, keep_result,
                                 &result);
  WAIT_UNTIL (result != NULL);
  return shoal_tracker_link_call_finish (fixture->base.link, result, error);
}

/* ---- Connecting ---- */

static void
test_online (Fixture *fixture, gconstpointer data)
{
  ShoalTrackerLink *link = fixture->base.link;

  g_assert_cmpint (link_state (&fixture->base), ==, SHOAL_DIRECTORY_SIGNED_OUT);
  tracker_fixture_go_online (&fixture->base);
  WAIT_UNTIL (fixture->news->len == 4);
  /* In this order, whoever hears of it. */
  assert_news (fixture, "connecting signed-in online roster");
  g_assert_cmpstr (shoal_tracker_link_get_token (link), ==, "token-1");
  g_assert_cmpstr (shoal_tracker_link_get_group_name (link), ==, "Lab");
  g_assert_nonnull (strstr (fake_tracker_last (fixture->base.tracker, "sign-in"), "token-0"));
  g_assert_true (shoal_tracker_link_is_loopback (link));
  g_assert_null (shoal_tracker_link_get_error (link));
  g_assert_cmpint (ABS (shoal_tracker_link_get_now_ms (link) - g_get_real_time () / 1000), <,
                   30 * 1000);
  shoal_tracker_link_stop (link);
  assert_news (fixture, "offline");
  /* Nobody asks it to come back. */
  g_assert_null (shoal_tracker_link_get_error (link));
}

static void
test_reconnect (Fixture *fixture, gconstpointer data)
{
  tracker_fixture_go_online (&fixture->base);
  WAIT_UNTIL (fixture->news->len == 4);
  assert_news (fixture, "connecting signed-in online roster");
  fake_tracker_cut (fixture->base.tracker);
  WAIT_UNTIL (link_state (&fixture->base) == SHOAL_DIRECTORY_OFFLINE);
  g_assert_nonnull (shoal_tracker_link_get_error (fixture->base.link));
  WAIT_UNTIL (link_state (&fixture->base) == SHOAL_DIRECTORY_ONLINE);
  WAIT_UNTIL (fixture->news->len == 5);
  assert_news (fixture, "offline connecting signed-in online roster");
  g_assert_null (shoal_tracker_link_get_error (fixture->base.link));
  /* With the token that came with the first. */
  g_assert_nonnull (strstr (fake_tracker_last (fixture->base.tracker, "sign-in"), "token-1"));
}

/* A tracker that is not there is tried again, each time later; what comes between is told once. */
static void
test_back_off (Fixture *fixture, gconstpointer data)
{
  gint64 begun_us = g_get_monotonic_time ();
  guint16 port = fake_tracker_get_port (fixture->base.tracker);

  g_clear_pointer (&fixture->base.tracker, fake_tracker_free);
  shoal_tracker_link_set_token (fixture->base.link, "token-0");
  shoal_tracker_link_start (fixture->base.link);
  WAIT_UNTIL (fixture->news->len == 4);
  assert_news (fixture, "connecting offline connecting offline");
  g_assert_cmpint (g_get_monotonic_time () - begun_us, >=, G_USEC_PER_SEC);
  g_assert_error (shoal_tracker_link_get_error (fixture->base.link), SHOAL_ERROR,
                  SHOAL_ERROR_DISCONNECTED);
  fixture->base.tracker = fake_tracker_new (fixture->base.tracker_key, port, answer, fixture);
  WAIT_UNTIL (link_state (&fixture->base) == SHOAL_DIRECTORY_ONLINE);
  g_assert_cmpint (g_get_monotonic_time () - begun_us, >=, 3 * G_USEC_PER_SEC);
}

static void
test_replaced (Fixture *fixture, gconstpointer data)
{
  tracker_fixture_go_online (&fixture->base);
  fake_tracker_notify (fixture->base.tracker, "replaced", "{}");
  WAIT_UNTIL (link_state (&fixture->base) == SHOAL_DIRECTORY_REPLACED);
  g_assert_error (shoal_tracker_link_get_error (fixture->base.link), SHOAL_ERROR,
                  SHOAL_ERROR_REPLACED);
  WAIT_UNTIL (fake_tracker_get_channel (fixture->base.tracker) == NULL);
  g_assert_cmpint (link_state (&fixture->base), ==, SHOAL_DIRECTORY_REPLACED);
  /* Only the user leaves that state. */
  shoal_tracker_link_start (fixture->base.link);
  WAIT_UNTIL (link_state (&fixture->base) == SHOAL_DIRECTORY_ONLINE);
  g_assert_cmpuint (fake_tracker_count (fixture->base.tracker, "sign-in"), ==, 2);
}

static void
test_untrusted (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ShoalDeviceKey) other = shoal_device_key_generate (NULL);

  shoal_tracker_link_set_tracker (fixture->base.link,
                                  fake_tracker_get_addresses (fixture->base.tracker),
                                  shoal_device_key_get_fingerprint (other));
  shoal_tracker_link_set_token (fixture->base.link, "secret-token");
  shoal_tracker_link_start (fixture->base.link);
  WAIT_UNTIL (link_state (&fixture->base) == SHOAL_DIRECTORY_UNTRUSTED);
  /* Not a word was said to it. */
  g_assert_cmpuint (fake_tracker_count (fixture->base.tracker, "hello"), ==, 0);
  g_assert_cmpuint (fake_tracker_count (fixture->base.tracker, "sign-in"), ==, 0);
}

static void
test_token_refused (Fixture *fixture, gconstpointer data)
{
  fixture->refuse_token = TRUE;
  shoal_tracker_link_set_token (fixture->base.link, "void");
  shoal_tracker_link_start (fixture->base.link);
  WAIT_UNTIL (link_state (&fixture->base) == SHOAL_DIRECTORY_SIGNED_OUT);
  g_assert_error (shoal_tracker_link_get_error (fixture->base.link), SHOAL_ERROR, SHOAL_ERROR_AUTH);
  g_assert_cmpuint (fake_tracker_count (fixture->base.tracker, "sign-in"), ==, 1);
}

/* An answer that somebody cannot read is a connection that failed. */
static void
test_answer_refused (Fixture *fixture, gconstpointer data)
{
  fixture->garble_sign_in = TRUE;
  shoal_tracker_link_set_token (fixture->base.link, "token-0");
  shoal_tracker_link_start (fixture->base.link);
  WAIT_UNTIL (link_state (&fixture->base) == SHOAL_DIRECTORY_OFFLINE);
  g_assert_error (shoal_tracker_link_get_error (fixture->base.link), SHOAL_ERROR,
                  SHOAL_ERROR_INVALID);
  g_assert_cmpstr (shoal_tracker_link_get_token (fixture->base.link), ==, "token-0");
  g_assert_null (shoal_tracker_account_get_id (fixture->account));
  fixture->garble_sign_in = FALSE;
  WAIT_UNTIL (link_state (&fixture->base) == SHOAL_DIRECTORY_ONLINE);
  g_assert_cmpstr (shoal_tracker_account_get_id (fixture->account), ==, ADA);
}

/* ---- Calling ---- */

static void
test_call (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (call (fixture, "echo", &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
  g_clear_error (&error);

  tracker_fixture_go_online (&fixture->base);
  g_autoptr (JsonObject) reply = call (fixture, "echo", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (json_object_get_string_member (reply, "word"), ==, "shoal");
  g_assert_null (call (fixture, "fail", &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_LIMIT);
  g_clear_error (&error);

  shoal_tracker_link_stop (fixture->base.link);
  g_assert_null (call (fixture, "echo", &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
  g_assert_cmpuint (fake_tracker_count (fixture->base.tracker, "echo"), ==, 1);
}

/* What is not answered when the connection goes is not answered at all. */
static void
test_call_cut (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->lose_echo = TRUE;
  tracker_fixture_go_online (&fixture->base);
  g_assert_null (call (fixture, "echo", &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
  WAIT_UNTIL (link_state (&fixture->base) == SHOAL_DIRECTORY_OFFLINE);
}

static void
test_call_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tracker_fixture_go_online (&fixture->base);
  shoal_tracker_link_call_async (fixture->base.link, "echo", NULL, cancellable, keep_result,
                                 &result);
  g_cancellable_cancel (cancellable);
  WAIT_UNTIL (result != NULL);
  g_assert_null (shoal_tracker_link_call_finish (fixture->base.link, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (link_state (&fixture->base), ==, SHOAL_DIRECTORY_ONLINE);
}

/* ---- Hearing ---- */

static void
on_message_cb (ShoalTrackerLink *link, const char *method, JsonObject *params, gpointer user_data)
{
  g_assert_cmpstr (method, ==, "message");
  *(gint64 *) user_data += json_object_get_int_member (params, "n");
}

static void
test_notification (Fixture *fixture, gconstpointer data)
{
  gint64 one = 0;
  gint64 other = 0;

  tracker_fixture_go_online (&fixture->base);
  /* Nobody waits for it, nor ever will. */
  fake_tracker_notify (fixture->base.tracker, "a-name-that-nobody-knows", "{}");
  gulong handler = g_signal_connect (fixture->base.link, "notification::message",
                                     G_CALLBACK (on_message_cb), &one);
  g_signal_connect (fixture->base.link, "notification::message", G_CALLBACK (on_message_cb),
                    &other);
  fake_tracker_notify (fixture->base.tracker, "message", "{\"n\":1}");
  WAIT_UNTIL (other == 1);
  g_assert_cmpint (one, ==, 1);
  g_assert_cmpuint (g_quark_try_string ("a-name-that-nobody-knows"), ==, 0);

  g_signal_handler_disconnect (fixture->base.link, handler);
  fake_tracker_notify (fixture->base.tracker, "message", "{\"n\":10}");
  WAIT_UNTIL (other == 11);
  g_assert_cmpint (one, ==, 1);

  /* It goes on after a reconnect. */
  fake_tracker_cut (fixture->base.tracker);
  WAIT_UNTIL (link_state (&fixture->base) == SHOAL_DIRECTORY_OFFLINE);
  WAIT_UNTIL (link_state (&fixture->base) == SHOAL_DIRECTORY_ONLINE);
  WAIT_UNTIL (fake_tracker_get_channel (fixture->base.tracker) != NULL);
  fake_tracker_notify (fixture->base.tracker, "message", "{\"n\":100}");
  WAIT_UNTIL (other == 111);
  g_signal_handlers_disconnect_by_data (fixture->base.link, &other);
}

/* Whoever hears of the state may stop the link there and then. */
static void
on_online_stop_cb (ShoalTrackerLink *link, gpointer user_data)
{
  if (shoal_tracker_link_get_state (link) == *(ShoalDirectoryState *) user_data)
    shoal_tracker_link_stop (link);
}

static void
test_stopped_by_listener (Fixture *fixture, gconstpointer data)
{
  ShoalDirectoryState at[] = { SHOAL_DIRECTORY_CONNECTING, SHOAL_DIRECTORY_ONLINE };

  for (gsize i = 0; i < G_N_ELEMENTS (at); i++)
    {
      g_signal_connect (fixture->base.link, "state-changed", G_CALLBACK (on_online_stop_cb),
                        &at[i]);
      shoal_tracker_link_set_token (fixture->base.link, "token-0");
      shoal_tracker_link_start (fixture->base.link);
      WAIT_UNTIL (link_state (&fixture->base) == SHOAL_DIRECTORY_OFFLINE);
      g_signal_handlers_disconnect_by_data (fixture->base.link, &at[i]);
    }
  g_assert_cmpuint (fake_tracker_count (fixture->base.tracker, "sign-in"), ==, 1);
}

/* ---- The account ---- */

static void
on_account_changed_cb (ShoalTrackerAccount *account, gpointer user_data)
{
  Fixture *fixture = user_data;
  const char *token = shoal_tracker_link_get_token (fixture->base.link);

  g_ptr_array_add (fixture->news,
                   g_strdup_printf ("account(%s)", token != NULL ? token : "nobody"));
}

static void
test_account (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_signal_connect (fixture->account, "account-changed", G_CALLBACK (on_account_changed_cb),
                    fixture);
  tracker_fixture_go_online (&fixture->base);
  g_assert_cmpstr (shoal_tracker_account_get_id (fixture->account), ==, ADA);
  g_assert_cmpstr (shoal_tracker_account_get_user (fixture->account), ==, "ada");
  g_assert_false (shoal_tracker_account_get_owner (fixture->account));
  WAIT_UNTIL (fixture->news->len == 5);
  /* Told once everything is as it says. */
  assert_news (fixture, "connecting signed-in account(token-1) online roster");
  /* The same again is no news. */
  fake_tracker_cut (fixture->base.tracker);
  WAIT_UNTIL (link_state (&fixture->base) == SHOAL_DIRECTORY_OFFLINE);
  WAIT_UNTIL (link_state (&fixture->base) == SHOAL_DIRECTORY_ONLINE);
  WAIT_UNTIL (fixture->news->len == 5);
  assert_news (fixture, "offline connecting signed-in online roster");

  shoal_tracker_account_sign_out_async (fixture->account, TRUE, NULL, keep_result, &result);
  WAIT_UNTIL (result != NULL);
  g_assert_true (shoal_tracker_account_sign_out_finish (fixture->account, result, &error));
  g_assert_no_error (error);
  assert_news (fixture, "signed-out account(nobody)");
  g_assert_cmpstr (fake_tracker_last (fixture->base.tracker, "sign-out"), ==,
                   "{\"everywhere\":true}");
}

static void
test_sign_up_repeated (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  fixture->lose_sign_ups = 1;
  shoal_tracker_link_set_device_name (fixture->base.link, "desk");
  shoal_tracker_account_sign_up_async (fixture->account, "ada", "a password", "code", NULL,
                                       keep_result, &result);
  WAIT_UNTIL (fake_tracker_count (fixture->base.tracker, "sign-up") == 1);
  g_autofree char *first = g_strdup (fake_tracker_last (fixture->base.tracker, "sign-up"));
  WAIT_UNTIL (result != NULL);
  g_assert_true (shoal_tracker_account_sign_up_finish (fixture->account, result, &error));
  g_assert_no_error (error);
  /* The same request, uuid included. */
  g_assert_cmpuint (fake_tracker_count (fixture->base.tracker, "sign-up"), ==, 2);
  g_assert_cmpstr (fake_tracker_last (fixture->base.tracker, "sign-up"), ==, first);
  g_assert_nonnull (strstr (first, "\"invite\":\"code\",\"device_name\":\"desk\"}"));
  g_assert_cmpint (link_state (&fixture->base), ==, SHOAL_DIRECTORY_ONLINE);
}

static void
on_waiting_cb (ShoalTrackerLink *link, const char *text, gpointer user_data)
{
  g_assert_cmpstr (text, ==, "Full. Shoal tries again by itself.");
  (*(guint *) user_data)++;
}

/* Whoever comes while there is no room is told, and comes again by himself. */
static void
test_sign_up_busy (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  guint n_told = 0;

  g_signal_connect (fixture->base.link, "waiting", G_CALLBACK (on_waiting_cb), &n_told);
  fixture->busy_sign_ups = 2;
  shoal_tracker_account_sign_up_async (fixture->account, "ada", "secret", NULL, NULL, keep_result,
                                       &result);
  WAIT_UNTIL (result != NULL);
  g_assert_true (shoal_tracker_account_sign_up_finish (fixture->account, result, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n_told, ==, 2);
  g_assert_cmpuint (fake_tracker_count (fixture->base.tracker, "sign-up"), ==, 3);
  g_assert_cmpint (link_state (&fixture->base), ==, SHOAL_DIRECTORY_ONLINE);
}

static void
test_sign_in_fails (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  fixture->refuse_token = TRUE;
  shoal_tracker_account_sign_in_async (fixture->account, "ada", "wrong", NULL, keep_result,
                                       &result);
  WAIT_UNTIL (result != NULL);
  g_assert_false (shoal_tracker_account_sign_in_finish (fixture->account, result, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_AUTH);
  g_assert_cmpint (link_state (&fixture->base), ==, SHOAL_DIRECTORY_SIGNED_OUT);
}

/* A try says nothing about the token that is there. */
static void
test_sign_in_fails_online (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tracker_fixture_go_online (&fixture->base);
  fixture->refuse_token = TRUE;
  shoal_tracker_account_sign_in_async (fixture->account, "ada", "wrong", NULL, keep_result,
                                       &result);
  WAIT_UNTIL (fake_tracker_count (fixture->base.tracker, "sign-in") == 2);
  fixture->refuse_token = FALSE;
  WAIT_UNTIL (result != NULL);
  g_assert_false (shoal_tracker_account_sign_in_finish (fixture->account, result, &error));
  WAIT_UNTIL (link_state (&fixture->base) == SHOAL_DIRECTORY_ONLINE);
  g_assert_nonnull (strstr (fake_tracker_last (fixture->base.tracker, "sign-in"), "token-1"));
}

static void
test_sign_in_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  shoal_tracker_account_sign_in_async (fixture->account, "ada", "a password", cancellable,
                                       keep_result, &result);
  g_cancellable_cancel (cancellable);
  WAIT_UNTIL (result != NULL);
  g_assert_false (shoal_tracker_account_sign_in_finish (fixture->account, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (link_state (&fixture->base), ==, SHOAL_DIRECTORY_SIGNED_OUT);
}

#define ADD(path, func) g_test_add ("/tracker-link/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_assert_true (shoal_tls_init (NULL));
  g_test_init (&argc, &argv, NULL);
  ADD ("online", test_online);
  ADD ("reconnect", test_reconnect);
  ADD ("back-off", test_back_off);
  ADD ("replaced", test_replaced);
  ADD ("untrusted", test_untrusted);
  ADD ("token-refused", test_token_refused);
  ADD ("answer-refused", test_answer_refused);
  ADD ("call", test_call);
  ADD ("call-cut", test_call_cut);
  ADD ("call-cancelled", test_call_cancelled);
  ADD ("notification", test_notification);
  ADD ("stopped-by-listener", test_stopped_by_listener);
  ADD ("account", test_account);
  ADD ("sign-up-repeated", test_sign_up_repeated);
  ADD ("sign-up-busy", test_sign_up_busy);
  ADD ("sign-in-fails", test_sign_in_fails);
  ADD ("sign-in-fails-online", test_sign_in_fails_online);
  ADD ("sign-in-cancelled", test_sign_in_cancelled);
  return g_test_run ();
}
