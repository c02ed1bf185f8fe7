/* test-sign-in.c: sign-up, sign-in, tokens, sign-out, passwords: over a real channel and database
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "test-sign-in"

#include "config.h"

#include <string.h>

#include "shoal-limits.h"
#include "shoal-tracker-schema.h"
#include "test-tracker.h"

#define ADDRESS "192.0.2.1"

static JsonObject *
sign_up_params (const char *uuid, const char *user, const char *password, const char *invite)
{
  return shoal_json_new ("uuid", "s", uuid, "user", "s", user, "password", "s", password, "invite",
                         "s", invite, NULL);
}

static void
refuse_sign_up (TestTracker *tracker,
                const char *user,
                const char *password,
                const char *invite,
                int code,
                const char *field)
{
  g_autoptr (TestClient) client = test_client_new ();

  test_client_attach (client, tracker, ADDRESS);

  g_autoptr (GError) error = test_client_refused (
      client, SHOAL_METHOD_SIGN_UP, sign_up_params ("u", user, password, invite), code);

  if (field != NULL)
    g_assert_cmpstr (shoal_error_get_field (error), ==, field);
}

static char *
token_of (JsonObject *result)
{
  const char *token = json_object_get_string_member (result, "token");

  g_assert_true (shoal_is_fingerprint (token));
  return g_strdup (token);
}

static JsonObject *
token_params (const char *token)
{
  return shoal_json_new ("token", "s", token, NULL);
}

static void
test_hello (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();
  g_autoptr (TestClient) client = test_client_new ();

  test_tracker_open (tracker);
  test_client_attach_silent (client, tracker, ADDRESS);

  /* Anything before hello is refused with “version”. */
  g_autoptr (GError) early = test_client_refused (client, SHOAL_METHOD_SIGN_IN, token_params ("x"),
                                                  SHOAL_ERROR_VERSION);
  g_autoptr (GError) unknown
             = test_client_refused (client, "no-such-method", NULL, SHOAL_ERROR_VERSION);
  g_autoptr (GError) missing
             = test_client_refused (client, SHOAL_METHOD_HELLO, NULL, SHOAL_ERROR_INVALID);

  g_assert_cmpstr (shoal_error_get_field (missing), ==, "protocol");

  g_autoptr (GError) newer = test_client_refused (
      client, SHOAL_METHOD_HELLO,
      shoal_json_new ("protocol", "i", (gint64) 9, "min_protocol", "i", (gint64) 7, NULL),
      SHOAL_ERROR_VERSION);
  g_autoptr (JsonObject) wire = shoal_json_error_new (newer);
  JsonObject *data = json_object_get_object_member (wire, "data");

  g_assert_cmpint (json_object_get_int_member (data, "min_protocol"), ==, 1);
  g_assert_cmpint (json_object_get_int_member (data, "protocol"), ==, 1);

  g_autoptr (JsonObject) ping = test_client_call (client, "ping", NULL);
  g_autoptr (JsonObject) hello = test_client_call (
      client, SHOAL_METHOD_HELLO,
      shoal_json_new ("protocol", "i", (gint64) 9, "min_protocol", "i", (gint64) 1, NULL));

  g_assert_cmpint (json_object_get_int_member (hello, "protocol"), ==, 1);
  g_assert_cmpstr (json_object_get_string_member (hello, "group"), ==,
                   shoal_device_key_get_fingerprint (test_tracker_parts (tracker)->key));
  g_assert_cmpstr (json_object_get_string_member (hello, "sign_up"), ==, "open");
  g_assert_cmpint (json_object_get_int_member (hello, "idle_ms"), ==, 30000);
  g_assert_cmpint (json_object_get_int_member (hello, "time_ms"), >, 1600000000000);

  /* Now unknown methods are told apart, and members' methods want a sign-in. */
  g_autoptr (GError) no_method = NULL;
  g_autoptr (JsonObject) result = test_client_try (client, "no-such-method", NULL, &no_method);

  g_assert_null (result);
  g_assert_nonnull (no_method);
  for (guint i = 0; i < 3; i++)
    {
      static const char *const methods[]
          = { SHOAL_METHOD_ROSTER, SHOAL_METHOD_AUDIT, SHOAL_METHOD_INVITE };
      g_autoptr (GError) error = test_client_refused (client, methods[i], NULL, SHOAL_ERROR_AUTH);
    }
}

static void
test_sign_up (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();
  g_autoptr (TestClient) ada = test_client_new ();

  test_tracker_open (tracker);
  test_client_attach (ada, tracker, ADDRESS);

  g_autoptr (JsonObject) result = test_client_sign_up (ada, "Ada", NULL);
  g_autofree char *token = token_of (result);
  JsonObject *audit = json_object_get_object_member (result, "audit");

  g_assert_cmpuint (strlen (json_object_get_string_member (result, "account")), ==, 32);
  g_assert_cmpstr (json_object_get_string_member (result, "device"), ==, ada->device);
  g_assert_false (json_object_get_boolean_member (result, "owner"));
  g_assert_cmpint (json_object_get_int_member (result, "max_batch"), ==, 1000);
  g_assert_cmpint (json_object_get_int_member (audit, "count"), >=, 1);
  g_assert_true (shoal_is_fingerprint (json_object_get_string_member (audit, "head")));

  g_autoptr (JsonObject) roster = test_client_wait (ada, SHOAL_NOTIFICATION_ROSTER);

  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (roster, "members")), ==,
                    1);

  /* A second sign-in on the same connection, and names that are the same when folded. */
  g_autoptr (GError) again = test_client_refused (ada, SHOAL_METHOD_SIGN_UP,
                                                  sign_up_params ("u2", "ben", TEST_PASSWORD, NULL),
                                                  SHOAL_ERROR_INVALID);

  refuse_sign_up (tracker, "ada", TEST_PASSWORD, NULL, SHOAL_ERROR_EXISTS, NULL);
  refuse_sign_up (tracker, "ADA", TEST_PASSWORD, NULL, SHOAL_ERROR_EXISTS, NULL);
}

static void
test_sign_up_names (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();
  g_autofree char *long_password = g_strnfill (SHOAL_MAX_PASSWORD_BYTES + 1, 'x');
  static const char *const bad_names[] = {
    "",
    " ada",
    "a b",
    "../x",
    "a/b",
    "<b>",
    "ada\u200b",
    "\u202eada",
    "аda", /* Cyrillic and Latin */
    "abcdefghijklmnopqrstuvwxyz0123456",
    ".ada",
    "-",
  };

  test_tracker_open (tracker);
  for (gsize i = 0; i < G_N_ELEMENTS (bad_names); i++)
    refuse_sign_up (tracker, bad_names[i], TEST_PASSWORD, NULL, SHOAL_ERROR_INVALID, "user");
  refuse_sign_up (tracker, NULL, TEST_PASSWORD, NULL, SHOAL_ERROR_INVALID, "user");
  refuse_sign_up (tracker, "ada", "seven77", NULL, SHOAL_ERROR_INVALID, "password");
  refuse_sign_up (tracker, "ada", long_password, NULL, SHOAL_ERROR_INVALID, "password");
  refuse_sign_up (tracker, "ada", NULL, NULL, SHOAL_ERROR_INVALID, "password");
  refuse_sign_up (tracker, "ada", TEST_PASSWORD, "not a code", SHOAL_ERROR_INVALID, "invite");

  /* Nobody can sign up as somebody who is there, in the letters of another script. */
  g_autoptr (TestClient) ace = test_client_member (tracker, "ace");
  refuse_sign_up (tracker, "асе", TEST_PASSWORD, NULL, SHOAL_ERROR_EXISTS, NULL);

  g_autoptr (TestClient) client = test_client_new ();

  test_client_attach (client, tracker, ADDRESS);

  g_autoptr (GError) no_uuid = test_client_refused (
      client, SHOAL_METHOD_SIGN_UP, sign_up_params (NULL, "ada", TEST_PASSWORD, NULL),
      SHOAL_ERROR_INVALID);

  g_assert_cmpstr (shoal_error_get_field (no_uuid), ==, "uuid");
}

/* The answer to a sign-up was lost: the same request again is answered, and makes nothing twice. */
static void
test_sign_up_repeated (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();
  g_autoptr (TestClient) ada = test_client_new ();
  g_autoptr (TestClient) other = test_client_new ();

  tracker->config->sign_up = SHOAL_SIGN_UP_INVITE;
  test_tracker_open (tracker);
  test_client_attach (ada, tracker, ADDRESS);

  g_autoptr (JsonObject) first = test_client_call (
      ada, SHOAL_METHOD_SIGN_UP,
      sign_up_params ("same", "ada", TEST_PASSWORD, tracker->owner_code));

  test_client_disconnect (ada);
  test_client_attach (ada, tracker, ADDRESS);

  g_autoptr (GError) wrong = test_client_refused (
      ada, SHOAL_METHOD_SIGN_UP,
      sign_up_params ("same", "ada", "another password", tracker->owner_code), SHOAL_ERROR_EXISTS);
  g_autoptr (JsonObject) second = test_client_call (
      ada, SHOAL_METHOD_SIGN_UP,
      sign_up_params ("same", "ada", TEST_PASSWORD, tracker->owner_code));

  g_assert_cmpstr (json_object_get_string_member (first, "account"), ==,
                   json_object_get_string_member (second, "account"));
  g_assert_true (json_object_get_boolean_member (second, "owner"));

  /* From another device the same uuid is another sign-up, and the code is used up. */
  test_client_attach (other, tracker, ADDRESS);

  g_autoptr (GError) denied = test_client_refused (
      other, SHOAL_METHOD_SIGN_UP,
      sign_up_params ("same", "ada", TEST_PASSWORD, tracker->owner_code), SHOAL_ERROR_DENIED);
}

static void
test_wrong_name_and_password (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();
  g_autoptr (TestClient) stranger = test_client_new ();

  test_tracker_open (tracker);

  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");

  test_client_attach (stranger, tracker, "198.51.100.7");

  g_autoptr (GError) no_name = test_client_refused (
      stranger, SHOAL_METHOD_SIGN_IN,
      shoal_json_new ("user", "s", "nobody", "password", "s", TEST_PASSWORD, NULL),
      SHOAL_ERROR_AUTH);
  g_autoptr (GError) no_password = test_client_refused (
      stranger, SHOAL_METHOD_SIGN_IN,
      shoal_json_new ("user", "s", "ada", "password", "s", "wrong password", NULL),
      SHOAL_ERROR_AUTH);

  g_assert_cmpstr (no_name->message, ==, no_password->message);

  g_autoptr (JsonObject) result = test_client_sign_in (stranger, "ADA", TEST_PASSWORD);

  g_assert_cmpstr (json_object_get_string_member (result, "user"), ==, "ada");
}

static void
test_tokens (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();
  g_autoptr (TestClient) ada = test_client_new ();
  g_autoptr (TestClient) thief = test_client_new ();

  test_tracker_open (tracker);
  test_client_attach (ada, tracker, ADDRESS);

  g_autoptr (JsonObject) signed_up = test_client_sign_up (ada, "ada", NULL);
  g_autofree char *token = token_of (signed_up);

  /* It works again and again, also after a restart, without a new one. */
  for (guint i = 0; i < 2; i++)
    {
      test_client_disconnect (ada);
      if (i == 1)
        {
          test_tracker_close (tracker);
          test_tracker_open (tracker);
        }
      test_client_attach (ada, tracker, ADDRESS);

      g_autoptr (JsonObject) result
                 = test_client_call (ada, SHOAL_METHOD_SIGN_IN, token_params (token));

      g_assert_false (json_object_has_member (result, "token"));
      g_assert_cmpstr (json_object_get_string_member (result, "user"), ==, "ada");
    }

  /* Not with another device's certificate, and not a made-up one. */
  test_client_attach (thief, tracker, ADDRESS);

  g_autoptr (GError) stolen = test_client_refused (thief, SHOAL_METHOD_SIGN_IN,
                                                   token_params (token), SHOAL_ERROR_AUTH);
  g_autofree char *made_up = g_strnfill (64, 'a');
  g_autoptr (GError) guessed = test_client_refused (thief, SHOAL_METHOD_SIGN_IN,
                                                    token_params (made_up), SHOAL_ERROR_AUTH);
  g_autofree char *too_long = g_strnfill (65, 'a');
  g_autoptr (GError) invalid = test_client_refused (thief, SHOAL_METHOD_SIGN_IN,
                                                    token_params (too_long), SHOAL_ERROR_INVALID);
}

static gboolean
age_tokens (ShoalConnection *connection, gpointer data, GError **error)
{
  return shoal_connection_run (connection, error,
                               "UPDATE tokens SET used_ms = used_ms - 91 * 86400000", "");
}

static void
test_token_idle_days (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();
  g_autoptr (TestClient) ada = test_client_new ();
  g_autoptr (GError) error = NULL;

  test_tracker_open (tracker);
  test_client_attach (ada, tracker, ADDRESS);

  g_autoptr (JsonObject) signed_up = test_client_sign_up (ada, "ada", NULL);
  g_autofree char *token = token_of (signed_up);

  shoal_database_write (test_tracker_parts (tracker)->database, age_tokens, NULL, &error);
  g_assert_no_error (error);
  test_client_disconnect (ada);
  test_client_attach (ada, tracker, ADDRESS);
  error = test_client_refused (ada, SHOAL_METHOD_SIGN_IN, token_params (token), SHOAL_ERROR_AUTH);
}

static void
test_sign_out (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();
  g_autoptr (TestClient) laptop = test_client_new ();
  g_autoptr (TestClient) phone = test_client_new ();

  test_tracker_open (tracker);
  test_client_attach (laptop, tracker, ADDRESS);
  test_client_attach (phone, tracker, ADDRESS);

  g_autoptr (JsonObject) on_laptop = test_client_sign_up (laptop, "ada", NULL);
  g_autoptr (JsonObject) on_phone = test_client_sign_in (phone, "ada", TEST_PASSWORD);
  g_autofree char *laptop_token = token_of (on_laptop);
  g_autofree char *phone_token = token_of (on_phone);

  /* One device: its token is void, the other's is not. */
  g_autoptr (JsonObject) out = test_client_call (laptop, SHOAL_METHOD_SIGN_OUT, NULL);

  test_client_wait_closed (laptop);
  test_client_disconnect (laptop);
  test_client_attach (laptop, tracker, ADDRESS);

  g_autoptr (GError) void_token = test_client_refused (
      laptop, SHOAL_METHOD_SIGN_IN, token_params (laptop_token), SHOAL_ERROR_AUTH);
  g_autoptr (JsonObject) back = test_client_sign_in (laptop, "ada", TEST_PASSWORD);

  /* Everywhere: the other device is signed out at once. */
  g_autoptr (JsonObject) all = test_client_call (laptop, SHOAL_METHOD_SIGN_OUT,
                                                 shoal_json_new ("everywhere", "b", TRUE, NULL));

  test_client_wait_closed (phone);
  test_client_disconnect (phone);
  test_client_attach (phone, tracker, ADDRESS);

  g_autoptr (GError) phone_void = test_client_refused (
      phone, SHOAL_METHOD_SIGN_IN, token_params (phone_token), SHOAL_ERROR_AUTH);
}

static void
test_password (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();
  g_autoptr (TestClient) phone = test_client_new ();

  test_tracker_open (tracker);

  g_autoptr (TestClient) laptop = test_client_member (tracker, "ada");

  test_client_attach (phone, tracker, ADDRESS);

  g_autoptr (JsonObject) on_phone = test_client_sign_in (phone, "ada", TEST_PASSWORD);
  g_autofree char *phone_token = token_of (on_phone);
  g_autoptr (GError) wrong = test_client_refused (
      laptop, SHOAL_METHOD_PASSWORD,
      shoal_json_new ("old", "s", "wrong password", "new", "s", "a new password", NULL),
      SHOAL_ERROR_AUTH);
  g_autoptr (GError) short_one = test_client_refused (
      laptop, SHOAL_METHOD_PASSWORD,
      shoal_json_new ("old", "s", TEST_PASSWORD, "new", "s", "short", NULL), SHOAL_ERROR_INVALID);

  g_assert_cmpstr (shoal_error_get_field (short_one), ==, "new");

  g_autoptr (JsonObject) changed = test_client_call (
      laptop, SHOAL_METHOD_PASSWORD,
      shoal_json_new ("old", "s", TEST_PASSWORD, "new", "s", "a new password", NULL));
  g_autofree char *new_token = token_of (changed);

  test_client_wait_closed (phone);
  test_client_disconnect (phone);
  test_client_attach (phone, tracker, ADDRESS);

  g_autoptr (GError) phone_void = test_client_refused (
      phone, SHOAL_METHOD_SIGN_IN, token_params (phone_token), SHOAL_ERROR_AUTH);
  g_autoptr (GError) old_one = test_client_refused (
      phone, SHOAL_METHOD_SIGN_IN,
      shoal_json_new ("user", "s", "ada", "password", "s", TEST_PASSWORD, NULL), SHOAL_ERROR_AUTH);
  g_autoptr (JsonObject) back = test_client_sign_in (phone, "ada", "a new password");

  test_client_disconnect (laptop);
  test_client_attach (laptop, tracker, ADDRESS);

  g_autoptr (JsonObject) with_token
             = test_client_call (laptop, SHOAL_METHOD_SIGN_IN, token_params (new_token));
}

static void
test_replaced (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();
  g_autoptr (TestClient) first = test_client_new ();
  g_autoptr (TestClient) second = test_client_new ();

  test_tracker_open (tracker);
  test_client_attach (first, tracker, ADDRESS);
  shoal_device_key_unref (second->key);
  second->key = shoal_device_key_ref (first->key);
  second->device = first->device;

  g_autoptr (JsonObject) signed_up = test_client_sign_up (first, "ada", NULL);

  test_client_attach (second, tracker, ADDRESS);

  g_autoptr (JsonObject) signed_in = test_client_sign_in (second, "ada", TEST_PASSWORD);
  g_autoptr (JsonObject) replaced = test_client_wait (first, SHOAL_NOTIFICATION_REPLACED);

  test_client_wait_closed (first);
  g_assert_true (shoal_presence_is_online (test_tracker_parts (tracker)->presence, second->device));

  g_autoptr (JsonObject) ping = test_client_call (second, SHOAL_METHOD_ROSTER, NULL);
}

/* A fingerprint belongs to one account at a time: signing in as somebody else moves it. */
static void
test_device_moves (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();

  test_tracker_open (tracker);

  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");
  g_autoptr (TestClient) ben = test_client_member (tracker, "ben");

  test_client_disconnect (ben);
  test_client_attach (ben, tracker, ADDRESS);

  g_autoptr (JsonObject) as_ada = test_client_sign_in (ben, "ada", TEST_PASSWORD);
  g_autoptr (JsonObject) roster = test_client_wait (ben, SHOAL_NOTIFICATION_ROSTER);
  JsonArray *members = json_object_get_array_member (roster, "members");

  for (guint i = 0; i < 2; i++)
    {
      JsonObject *member = json_array_get_object_element (members, i);
      gboolean is_ada = g_str_equal (json_object_get_string_member (member, "user"), "ada");
      JsonArray *devices = json_object_get_array_member (member, "devices");

      g_assert_cmpuint (json_array_get_length (devices), ==, is_ada ? 2 : 0);
    }
}

static void
test_invites (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();
  g_autoptr (TestClient) owner = test_client_new ();
  g_autoptr (TestClient) ben = test_client_new ();
  g_autoptr (TestClient) cleo = test_client_new ();

  tracker->config->sign_up = SHOAL_SIGN_UP_INVITE;
  test_tracker_open (tracker);
  g_assert_nonnull (tracker->owner_code);
  refuse_sign_up (tracker, "eve", TEST_PASSWORD, NULL, SHOAL_ERROR_DENIED, NULL);
  refuse_sign_up (tracker, "eve", TEST_PASSWORD, "aaaaaaaaaaaaaaaaaaaaaaaaaa", SHOAL_ERROR_DENIED,
                  NULL);
  test_client_attach (owner, tracker, ADDRESS);

  g_autoptr (JsonObject) result = test_client_sign_up (owner, "olga", tracker->owner_code);

  g_assert_true (json_object_get_boolean_member (result, "owner"));
  refuse_sign_up (tracker, "eve", TEST_PASSWORD, tracker->owner_code, SHOAL_ERROR_DENIED, NULL);

  g_autoptr (JsonObject) invite = test_client_call (owner, SHOAL_METHOD_INVITE,
                                                    shoal_json_new ("uses", "i", (gint64) 2, NULL));
  const char *code = json_object_get_string_member (invite, "code");

  /* A name that is taken does not use the invite up. */
  refuse_sign_up (tracker, "olga", TEST_PASSWORD, code, SHOAL_ERROR_EXISTS, NULL);
  test_client_attach (ben, tracker, ADDRESS);

  g_autoptr (JsonObject) as_ben = test_client_sign_up (ben, "ben", code);

  g_assert_false (json_object_get_boolean_member (as_ben, "owner"));

  g_autoptr (GError) denied
             = test_client_refused (ben, SHOAL_METHOD_INVITE, NULL, SHOAL_ERROR_DENIED);
  g_autoptr (JsonObject) list = test_client_call (owner, SHOAL_METHOD_INVITES, NULL);
  JsonArray *invites = json_object_get_array_member (list, "invites");

  g_assert_cmpuint (json_array_get_length (invites), ==, 1);

  JsonObject *left = json_array_get_object_element (invites, 0);

  g_assert_cmpint (json_object_get_int_member (left, "uses"), ==, 2);
  g_assert_cmpint (json_object_get_int_member (left, "left"), ==, 1);
  g_assert_true (g_str_has_prefix (code, json_object_get_string_member (left, "code_hint")));
  test_client_attach (cleo, tracker, ADDRESS);

  g_autoptr (JsonObject) as_cleo = test_client_sign_up (cleo, "cleo", code);

  refuse_sign_up (tracker, "eve", TEST_PASSWORD, code, SHOAL_ERROR_DENIED, NULL);

  g_autoptr (GError) too_many = test_client_refused (
      owner, SHOAL_METHOD_INVITE,
      shoal_json_new ("uses", "i", (gint64) SHOAL_MAX_INVITE_USES + 1, NULL), SHOAL_ERROR_INVALID);

  /* Codes are nowhere in the files. */
  test_tracker_close (tracker);

  g_autofree char *path = g_build_filename (tracker->folder, SHOAL_TRACKER_DATABASE, NULL);
  g_autofree char *contents = NULL;
  gsize length = 0;

  g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
  g_assert_null (memmem (contents, length, code, strlen (code)));
  g_assert_null (memmem (contents, length, tracker->owner_code, strlen (tracker->owner_code)));
  g_assert_null (memmem (contents, length, TEST_PASSWORD, strlen (TEST_PASSWORD)));
}

static void
test_closed (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();
  g_autoptr (TestClient) owner = test_client_new ();

  tracker->config->sign_up = SHOAL_SIGN_UP_CLOSED;
  test_tracker_open (tracker);
  refuse_sign_up (tracker, "eve", TEST_PASSWORD, NULL, SHOAL_ERROR_DENIED, NULL);
  test_client_attach (owner, tracker, ADDRESS);

  g_autoptr (JsonObject) result = test_client_sign_up (owner, "olga", tracker->owner_code);
  g_autoptr (JsonObject) invite = test_client_call (owner, SHOAL_METHOD_INVITE, NULL);

  refuse_sign_up (tracker, "eve", TEST_PASSWORD, json_object_get_string_member (invite, "code"),
                  SHOAL_ERROR_DENIED, NULL);
}

/* Two sign-ups of one name at the same moment: one gets it. */
static void
test_sign_up_race (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();
  TestClient *clients[4];
  guint taken = 0;
  guint done = 0;

  test_tracker_open (tracker);
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      clients[i] = test_client_new ();
      test_client_attach (clients[i], tracker, ADDRESS);
      test_client_send (clients[i], SHOAL_METHOD_SIGN_UP,
                        sign_up_params ("race", "ada", TEST_PASSWORD, NULL));
    }
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) result = test_client_receive (clients[i], &error);

      if (result != NULL)
        done++;
      else if (g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_EXISTS))
        taken++;
      test_client_free (clients[i]);
    }
  g_assert_cmpuint (done, ==, 1);
  g_assert_cmpuint (taken, ==, 3);
}

/* A connection may try one password at a time. */
static void
test_one_at_a_time (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();
  g_autoptr (TestClient) client = test_client_new ();

  test_tracker_open (tracker);
  test_client_attach (client, tracker, ADDRESS);
  test_client_send (client, SHOAL_METHOD_SIGN_UP, sign_up_params ("a", "ada", TEST_PASSWORD, NULL));

  g_autoptr (GError) error = test_client_refused (client, SHOAL_METHOD_SIGN_UP,
                                                  sign_up_params ("b", "ben", TEST_PASSWORD, NULL),
                                                  SHOAL_ERROR_BUSY);

  g_assert_cmpint (shoal_error_get_retry_ms (error), >, 0);

  g_autoptr (GError) none = NULL;
  g_autoptr (JsonObject) result = test_client_receive (client, &none);

  g_assert_no_error (none);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sign-in/hello", test_hello);
  g_test_add_func ("/sign-in/sign-up", test_sign_up);
  g_test_add_func ("/sign-in/sign-up/names", test_sign_up_names);
  g_test_add_func ("/sign-in/sign-up/repeated", test_sign_up_repeated);
  g_test_add_func ("/sign-in/sign-up/race", test_sign_up_race);
  g_test_add_func ("/sign-in/wrong-name-and-password", test_wrong_name_and_password);
  g_test_add_func ("/sign-in/one-at-a-time", test_one_at_a_time);
  g_test_add_func ("/sign-in/tokens", test_tokens);
  g_test_add_func ("/sign-in/token-idle-days", test_token_idle_days);
  g_test_add_func ("/sign-in/sign-out", test_sign_out);
  g_test_add_func ("/sign-in/password", test_password);
  g_test_add_func ("/sign-in/replaced", test_replaced);
  g_test_add_func ("/sign-in/device-moves", test_device_moves);
  g_test_add_func ("/sign-in/invites", test_invites);
  g_test_add_func ("/sign-in/closed", test_closed);
  return g_test_run ();
}
