/* test-control.c: an engine worked through its control socket, against a tracker that is a fake
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "fake-tracker.h"
#include "shoal-control.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-tls.h"
#include "test-folder.h"

typedef struct
{
  TestFolder *folder;
  ShoalDeviceKey *tracker_key;
  FakeTracker *tracker;
  ShoalProfile *profile;
  ShoalEngine *engine;
  ShoalControl *control;
  ShoalChannel *client;
  gboolean closed;
  JsonObject *done;
  gboolean stop_requested;
} Fixture;

static JsonObject *
answer (FakeTracker *tracker,
        const char *method,
        JsonObject *params,
        gpointer user_data,
        GError **error)
{
  if (g_str_equal (method, "find")
      && g_str_equal (json_object_get_string_member (params, "name"), "docs/deep/plan"))
    return parse_json ("{\"rows\":[]}");
  if (g_str_equal (method, "find")
      && g_str_equal (json_object_get_string_member (params, "name"), "deep/plan"))
    return parse_json (
        "{\"rows\":[{\"name\":\"plan\",\"path\":\"deep/plan\",\"kind\":\"file\",\"id\":\"" DEVICE (
            "e") "\",\"size\":1,\"folder\":\"" DEVICE ("a") "\",\"folder_name\":\"other\"},"
                                                            "{\"name\":\"plan\",\"path\":\"deep/"
                                                            "plan\",\"kind\":\"file\",\"id\":"
                                                            "\"" DEVICE (
                                                                "f") "\",\"size\":1,\"folder\":"
                                                                     "\"" DEVICE ("b") "\","
                                                                                       "\"folder_"
                                                                                       "name\":"
                                                                                       "\"docs\"}]"
                                                                                       "}");
  if (g_str_equal (method, "find"))
    return parse_json ("{\"rows\":[{\"name\":\"x\",\"kind\":\"file\",\"id\":\"" DEVICE (
        "a") "\",\"size\":1},{\"name\":\"x\",\"kind\":\"file\",\"id\":\"" DEVICE ("b") "\","
                                                                                       "\"size\":1}"
                                                                                       "]}");
  /* A folder: one online is downloading it, one who offers it is away. */
  if (g_str_equal (method, "sources")
      && g_str_equal (json_object_get_string_member (params, "id"), DEVICE ("d")))
    return parse_json ("{\"sources\":[{\"device\":\"" DEVICE (
        "1") "\",\"account\":\"" ADA "\",\"user\":\"ada\",\"online\":true,\"partial\":true,"
             "\"size\":400},{\"device\":\"" DEVICE (
                 "2") "\",\"account\":\"" BEN
                      "\",\"user\":\"ben\",\"online\":false,\"manifest\":true,"
                      "\"offer_name\":\"photos\",\"size\":400}]}");
  if (g_str_equal (method, "sources"))
    return parse_json ("{\"sources\":[]}");
  return NULL;
}

static void
on_request_cb (ShoalChannel *channel, ShoalRequest *request, gpointer user_data)
{
  shoal_request_fail_unknown_method (request);
}

static void
on_notification_cb (ShoalChannel *channel, const char *method, JsonObject *params, gpointer data)
{
  Fixture *fixture = data;

  if (g_str_equal (method, "done"))
    {
      g_clear_pointer (&fixture->done, json_object_unref);
      fixture->done = json_object_ref (params);
    }
}

static void
on_closed_cb (ShoalChannel *channel, const GError *reason, gpointer user_data)
{
  ((Fixture *) user_data)->closed = TRUE;
}

static void
open_client (Fixture *fixture, GIOStream *stream)
{
  static const ShoalChannelHandlers handlers = {
    .request = on_request_cb,
    .notification = on_notification_cb,
    .closed = on_closed_cb,
  };

  fixture->closed = FALSE;
  fixture->client = shoal_channel_new (stream, SHOAL_MAX_LINE);
  shoal_channel_start (fixture->client, &handlers, fixture);
}

static void
close_client (Fixture *fixture)
{
  if (fixture->client == NULL)
    return;
  shoal_channel_close (fixture->client);
  WAIT_UNTIL (fixture->closed);
  g_clear_object (&fixture->client);
}

static void
keep_result (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static JsonObject *
call (Fixture *fixture, const char *method, const char *params, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  shoal_channel_call_async (fixture->client, method, parse_json (params), NULL, keep_result,
                            &result);
  WAIT_UNTIL (result != NULL);
  return shoal_channel_call_finish (fixture->client, result, error);
}

static void
expect_error (Fixture *fixture, const char *method, const char *params, int code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) reply = call (fixture, method, params, &error);

  g_assert_null (reply);
  g_assert_error (error, SHOAL_ERROR, code);
}

static JsonObject *
expect (Fixture *fixture, const char *method, const char *params)
{
  g_autoptr (GError) error = NULL;
  JsonObject *reply = call (fixture, method, params, &error);

  g_assert_no_error (error);
  return reply;
}

/* Runs a job. Returns: (transfer full): what "done" said */
static JsonObject *
run_job (Fixture *fixture, const char *method, const char *params)
{
  g_clear_pointer (&fixture->done, json_object_unref);
  g_autoptr (JsonObject) started = expect (fixture, method, params);

  g_assert_cmpint (json_object_get_int_member (started, "job"), >, 0);
  WAIT_UNTIL (fixture->done != NULL);
  g_assert_cmpint (json_object_get_int_member (fixture->done, "job"), ==,
                   json_object_get_int_member (started, "job"));
  return g_steal_pointer (&fixture->done);
}

static void
expect_failed_job (Fixture *fixture, const char *method, const char *params, const char *reason)
{
  g_autoptr (JsonObject) done = run_job (fixture, method, params);
  JsonObject *error, *data;

  g_assert_true (shoal_json_get_object (done, "error", &error, NULL));
  g_assert_true (shoal_json_get_object (error, "data", &data, NULL));
  g_assert_cmpstr (json_object_get_string_member (data, "reason"), ==, reason);
}

static void
on_stop_requested_cb (ShoalControl *control, gpointer user_data)
{
  ((Fixture *) user_data)->stop_requested = TRUE;
}

static void
start_engine (Fixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  fixture->profile = shoal_profile_open (fixture->folder->path, &error);
  g_assert_no_error (error);
  g_assert_true (shoal_profile_lock (fixture->profile, &error));
  fixture->engine = shoal_engine_new (fixture->profile);
  shoal_engine_start_async (fixture->engine, NULL, keep_result, &result);
  WAIT_UNTIL (result != NULL);
  g_assert_true (shoal_engine_start_finish (fixture->engine, result, &error));
  g_assert_no_error (error);
  fixture->control = shoal_control_new (fixture->engine);
  g_signal_connect (fixture->control, "stop-requested", G_CALLBACK (on_stop_requested_cb), fixture);
  g_autoptr (GIOStream) stream = shoal_control_attach (fixture->control, &error);
  g_assert_no_error (error);
  open_client (fixture, stream);
}

static void
stop_engine (Fixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;

  close_client (fixture);
  shoal_control_stop (fixture->control);
  shoal_engine_stop_async (fixture->engine, keep_result, &result);
  WAIT_UNTIL (result != NULL);
  WAIT_UNTIL (!g_main_context_iteration (NULL, FALSE)
              && G_OBJECT (fixture->control)->ref_count == 1);
  g_assert_finalize_object (fixture->control);
  g_clear_object (&result);
  WAIT_UNTIL (!g_main_context_iteration (NULL, FALSE)
              && G_OBJECT (fixture->engine)->ref_count == 1);
  g_assert_finalize_object (fixture->engine);
  shoal_profile_unlock (fixture->profile);
  g_clear_object (&fixture->profile);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = test_folder_new ();
  fixture->tracker_key = shoal_device_key_generate (NULL);
  fixture->tracker = fake_tracker_new (fixture->tracker_key, 0, answer, fixture);
  start_engine (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  stop_engine (fixture);
  fake_tracker_free (fixture->tracker);
  shoal_device_key_unref (fixture->tracker_key);
  g_clear_pointer (&fixture->done, json_object_unref);
  test_folder_free (fixture->folder);
}

static char *
join_params (Fixture *fixture, const char *key)
{
  const char *address = fake_tracker_get_addresses (fixture->tracker)[0];

  return key != NULL ? g_strdup_printf ("{\"link\":\"shoal://%s/?key=%s\",\"user\":\"ada\","
                                        "\"password\":\"a password\"}",
                                        address, key)
                     : g_strdup_printf (
                         "{\"link\":\"%s\",\"user\":\"ada\",\"password\":\"a password\"}", address);
}

static void
sign_in (Fixture *fixture)
{
  g_autofree char *params
      = join_params (fixture, shoal_device_key_get_fingerprint (fixture->tracker_key));
  g_autoptr (JsonObject) reply = expect (fixture, "sign-in", params);

  g_assert_cmpstr (json_object_get_string_member (reply, "user"), ==, "ada");
}

/* ---- Tests ---- */

static void
test_signed_out (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonObject) status = expect (fixture, "status", "{\"wait\":true}");

  g_assert_false (json_object_get_boolean_member (status, "signed_in"));
  g_assert_cmpstr (json_object_get_string_member (status, "state"), ==, "signed-out");
  expect_error (fixture, "search", "{}", SHOAL_ERROR_AUTH);
  expect_error (fixture, "users", "{}", SHOAL_ERROR_AUTH);
  expect_error (fixture, "get", "{\"what\":[\"x\"]}", SHOAL_ERROR_AUTH);
  expect_error (fixture, "share", "{\"paths\":[\"/etc/hosts\"]}", SHOAL_ERROR_AUTH);
  expect_error (fixture, "sign-out", "{}", SHOAL_ERROR_AUTH);
  g_autoptr (JsonObject) shares = expect (fixture, "shares", "{}");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (shares, "shares")), ==, 0);
  g_autoptr (JsonObject) history = expect (fixture, "history", "{}");
}

static void
test_bad_requests (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (call (fixture, "no-such-method", "{}", &error));
  g_assert_nonnull (error);
  expect_error (fixture, "status", "{\"wait\":1}", SHOAL_ERROR_INVALID);
  expect_error (fixture, "set", "{\"name\":\"port\"}", SHOAL_ERROR_INVALID);
  expect_error (fixture, "set", "{\"name\":\"port\",\"value\":\"22\"}", SHOAL_ERROR_INVALID);
  expect_error (fixture, "set", "{\"name\":\"no-such\",\"value\":\"1\"}", SHOAL_ERROR_NOT_FOUND);
  expect_error (fixture, "history", "{\"limit\":0}", SHOAL_ERROR_INVALID);
  expect_error (fixture, "shares", "{\"offset\":-1}", SHOAL_ERROR_INVALID);
  expect_error (fixture, "unshare", "{\"what\":[]}", SHOAL_ERROR_INVALID);
  expect_error (fixture, "unshare", "{\"what\":[\"nothing\"]}", SHOAL_ERROR_NOT_FOUND);
  expect_error (fixture, "cancel", "{}", SHOAL_ERROR_INVALID);
  expect_error (fixture, "probe", "{\"link\":\"nonsense://\"}", SHOAL_ERROR_INVALID);
  expect_error (fixture, "sign-in", "{\"user\":\"ada\",\"password\":\"x\"}", SHOAL_ERROR_UNTRUSTED);
  expect_error (fixture, "sign-up", "{\"user\":\"ada\",\"password\":\"x\"}", SHOAL_ERROR_INVALID);
  expect_error (fixture, "sign-in",
                "{\"link\":\"127.0.0.1:1\",\"trust\":\"abc\",\"user\":\"ada\",\"password\":\"x\"}",
                SHOAL_ERROR_INVALID);
}

static void
test_settings (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonObject) set
             = expect (fixture, "set", "{\"name\":\"upload-limit\",\"value\":\"2M\"}");
  g_autoptr (JsonObject) status = expect (fixture, "status", "{}");
  g_autoptr (JsonObject) all = expect (fixture, "settings", "{}");

  g_assert_cmpint (json_object_get_int_member (status, "upload_limit"), ==, 2 * SHOAL_MIB);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (all, "settings")), >=, 8);
}

static gint64
get_status_limit (Fixture *fixture, const char *name)
{
  g_autoptr (JsonObject) status = expect (fixture, "status", "{}");

  return json_object_get_int_member (status, name);
}

/* What was said with "serve --limit" and "get --limit" holds although the settings are applied
 * again and again, until the setting itself is set. */
static void
test_limits_for_now (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonObject) served = expect (fixture, "serve", "{\"limit\":100000}");
  int one = 0, other = 0;

  g_assert_cmpint (get_status_limit (fixture, "upload_limit"), ==, 100000);
  g_autoptr (JsonObject) unrelated
             = expect (fixture, "set", "{\"name\":\"parallel-downloads\",\"value\":\"2\"}");
  g_assert_cmpint (get_status_limit (fixture, "upload_limit"), ==, 100000);
  g_autoptr (JsonObject) set
             = expect (fixture, "set", "{\"name\":\"upload-limit\",\"value\":\"2M\"}");
  g_assert_cmpint (get_status_limit (fixture, "upload_limit"), ==, 2 * SHOAL_MIB);

  /* The lowest of several holds, and each only as long as its job. */
  shoal_engine_hold_download_limit (fixture->engine, &one, 300000);
  shoal_engine_hold_download_limit (fixture->engine, &other, 200000);
  g_autoptr (JsonObject) unrelated_too
             = expect (fixture, "set", "{\"name\":\"parallel-downloads\",\"value\":\"3\"}");
  g_assert_cmpint (get_status_limit (fixture, "download_limit"), ==, 200000);
  shoal_engine_release_download_limit (fixture->engine, &other);
  g_assert_cmpint (get_status_limit (fixture, "download_limit"), ==, 300000);
  shoal_engine_release_download_limit (fixture->engine, &one);
  g_assert_cmpint (get_status_limit (fixture, "download_limit"), ==, 0);

  /* Afterwards the plan holds again, not the plain setting. */
  g_autoptr (JsonObject) plan
             = expect (fixture, "set", "{\"name\":\"alternative-limits\",\"value\":\"1\"}");
  shoal_engine_hold_download_limit (fixture->engine, &one, 0);
  g_assert_cmpint (get_status_limit (fixture, "download_limit"), ==, 0);
  shoal_engine_release_download_limit (fixture->engine, &one);
  g_assert_cmpint (get_status_limit (fixture, "download_limit"), ==, 1000000);
}

/* A page of members ends where their devices would not fit a line any more. */
static void
test_users_pages (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) roster = g_string_new ("{\"seq\":1,\"members\":[");

  for (guint i = 0; i < 20; i++)
    {
      g_string_append_printf (roster, "%s{\"account\":\"%032u\",\"user\":\"m%u\",\"devices\":[",
                              i > 0 ? "," : "", i, i);
      for (guint k = 0; k < SHOAL_MAX_DEVICES_PER_ACCOUNT; k++)
        g_string_append_printf (roster, "%s{\"device\":\"%064u\",\"name\":\"\",\"addresses\":[]}",
                                k > 0 ? "," : "", i * SHOAL_MAX_DEVICES_PER_ACCOUNT + k);
      g_string_append (roster, "]}");
    }
  g_string_append (roster, "]}");
  fake_tracker_set_roster (fixture->tracker, roster->str);
  sign_in (fixture);

  g_autoptr (JsonObject) first = expect (fixture, "users", "{}");
  guint n = json_array_get_length (json_object_get_array_member (first, "users"));
  g_assert_cmpuint (n, <, 20);
  g_assert_cmpint (json_object_get_int_member (first, "next"), ==, n);
  g_autofree char *params = g_strdup_printf ("{\"offset\":%u}", n);
  g_autoptr (JsonObject) rest = expect (fixture, "users", params);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (rest, "users")), ==,
                    20 - n);
  g_assert_false (json_object_has_member (rest, "next"));
}

static void
test_trust (Fixture *fixture, gconstpointer data)
{
  const char *key = shoal_device_key_get_fingerprint (fixture->tracker_key);
  const char *address = fake_tracker_get_addresses (fixture->tracker)[0];
  g_autofree char *bare = join_params (fixture, NULL);
  g_autofree char *other = join_params (fixture, DEVICE ("a"));
  g_autofree char *link = g_strdup_printf ("{\"link\":\"%s\"}", address);
  g_autofree char *trusting = g_strdup_printf ("{\"link\":\"%s\",\"trust\":\"%s\",\"user\":"
                                               "\"ada\",\"password\":\"a password\"}",
                                               address, key);

  /* Without a key: shown, never taken. */
  g_autoptr (JsonObject) probe = expect (fixture, "probe", link);
  g_assert_cmpstr (json_object_get_string_member (probe, "key"), ==, key);
  g_assert_false (json_object_get_boolean_member (probe, "known"));
  expect_error (fixture, "sign-in", bare, SHOAL_ERROR_UNTRUSTED);
  expect_error (fixture, "sign-in", other, SHOAL_ERROR_UNTRUSTED);
  g_assert_cmpuint (fake_tracker_count (fixture->tracker, "sign-in"), ==, 0);

  g_autoptr (JsonObject) joined = expect (fixture, "sign-in", trusting);
  /* From now on it is known, and no other is adopted. */
  g_autoptr (JsonObject) again = expect (fixture, "probe", link);
  g_assert_true (json_object_get_boolean_member (again, "known"));
  expect_error (fixture, "sign-in", other, SHOAL_ERROR_UNTRUSTED);
  expect_error (fixture, "probe", "{\"link\":\"shoal://192.0.2.1:7707/?key=" DEVICE ("c") "\"}",
                SHOAL_ERROR_UNTRUSTED);
}

static void
test_kept (Fixture *fixture, gconstpointer data)
{
  sign_in (fixture);
  g_autoptr (JsonObject) before = expect (fixture, "status", "{\"wait\":true}");
  g_assert_cmpstr (json_object_get_string_member (before, "state"), ==, "online");

  stop_engine (fixture);
  start_engine (fixture);
  g_autoptr (JsonObject) after = expect (fixture, "status", "{\"wait\":true}");
  g_assert_true (json_object_get_boolean_member (after, "signed_in"));
  g_assert_cmpstr (json_object_get_string_member (after, "state"), ==, "online");
  g_assert_cmpstr (json_object_get_string_member (after, "device"), ==,
                   json_object_get_string_member (before, "device"));
  g_assert_nonnull (strstr (fake_tracker_last (fixture->tracker, "sign-in"), "token-1"));

  g_autoptr (JsonObject) out = expect (fixture, "sign-out", "{}");
  g_assert_true (json_object_get_boolean_member (out, "told"));
  expect_error (fixture, "search", "{}", SHOAL_ERROR_AUTH);
  stop_engine (fixture);
  start_engine (fixture);
  g_autoptr (JsonObject) last = expect (fixture, "status", "{}");
  g_assert_false (json_object_get_boolean_member (last, "signed_in"));
  /* The group and its key stay. */
  g_assert_cmpstr (json_object_get_string_member (last, "group"), ==,
                   shoal_device_key_get_fingerprint (fixture->tracker_key));
}

static void
test_forget (Fixture *fixture, gconstpointer data)
{
  g_autofree char *other = join_params (fixture, DEVICE ("a"));

  sign_in (fixture);
  g_autoptr (JsonObject) out = expect (fixture, "sign-out", "{\"forget\":true}");
  stop_engine (fixture);
  start_engine (fixture);
  g_autoptr (JsonObject) status = expect (fixture, "status", "{}");
  g_assert_false (json_object_has_member (status, "group"));
  g_autofree char *text = test_folder_read (fixture->folder, "group.ini");
  g_assert_null (text);
}

static void
test_tracker_gone (Fixture *fixture, gconstpointer data)
{
  sign_in (fixture);
  g_clear_pointer (&fixture->tracker, fake_tracker_free);
  stop_engine (fixture);
  start_engine (fixture);
  expect_error (fixture, "search", "{}", SHOAL_ERROR_DISCONNECTED);
  g_autoptr (JsonObject) out = expect (fixture, "sign-out", "{}");
  g_assert_false (json_object_get_boolean_member (out, "told"));
  g_autoptr (JsonObject) status = expect (fixture, "status", "{}");
  g_assert_false (json_object_get_boolean_member (status, "signed_in"));
  fixture->tracker = fake_tracker_new (fixture->tracker_key, 0, answer, fixture);
}

static void
test_get (Fixture *fixture, gconstpointer data)
{
  sign_in (fixture);
  g_autoptr (JsonObject) done = run_job (fixture, "get", "{\"what\":[\"x\"]}");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (done, "rows")), ==, 2);
  expect_failed_job (fixture, "get", "{\"what\":[\"x\"]}", "ambiguous");
  expect_failed_job (fixture, "get", "{\"what\":[\"" DEVICE ("c") "\"]}", "not-found");
  expect_error (fixture, "get", "{\"what\":[]}", SHOAL_ERROR_INVALID);
  expect_error (fixture, "get", "{\"what\":[\"x\"],\"to\":\"relative\"}", SHOAL_ERROR_INVALID);
}

static void
test_get_id_of_folder (Fixture *fixture, gconstpointer data)
{
  sign_in (fixture);
  g_autofree char *params = g_strdup_printf ("{\"what\":[\"%s\"],\"to\":\"%s/to\"}", DEVICE ("d"),
                                             fixture->folder->path);
  g_autoptr (JsonObject) started = expect (fixture, "get", params);
  GListModel *transfers = G_LIST_MODEL (shoal_engine_get_transfers (fixture->engine));

  WAIT_UNTIL (g_list_model_get_n_items (transfers) == 1);
  g_autoptr (ShoalTransfer) transfer = g_list_model_get_item (transfers, 0);
  g_assert_true (shoal_transfer_is_folder (transfer));
  g_assert_cmpstr (shoal_transfer_get_name (transfer), ==, "photos");
}

/* As search shows it. */
static void
test_get_file_in_folder (Fixture *fixture, gconstpointer data)
{
  ShoalDigest id;

  sign_in (fixture);
  g_autofree char *params
      = g_strdup_printf ("{\"what\":[\"docs/deep/plan\"],\"to\":\"%s/to\"}", fixture->folder->path);
  g_autoptr (JsonObject) started = expect (fixture, "get", params);
  GListModel *transfers = G_LIST_MODEL (shoal_engine_get_transfers (fixture->engine));

  WAIT_UNTIL (g_list_model_get_n_items (transfers) == 1);
  g_autoptr (ShoalTransfer) transfer = g_list_model_get_item (transfers, 0);
  g_assert_true (shoal_digest_from_hex (&id, DEVICE ("f")));
  g_assert_true (shoal_digest_equal (shoal_transfer_get_id (transfer), &id));
  g_assert_cmpstr (shoal_transfer_get_name (transfer), ==, "plan");
}

static void
test_socket (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autofree char *deep = g_strnfill (150, 'd');
  g_autofree char *long_folder = g_build_filename (folder->path, deep, NULL);
  g_autofree char *path = g_build_filename (long_folder, "control", NULL);
  struct stat st;

  g_assert_no_errno (g_mkdir (long_folder, 0700));
  /* A path that is too long for a socket address, and something left over from before. */
  g_assert_true (g_file_set_contents (path, "left over", -1, &error));
  g_assert_true (shoal_control_listen (fixture->control, path, &error));
  g_assert_no_error (error);
  g_assert_no_errno (stat (path, &st));
  g_assert_true (S_ISSOCK (st.st_mode));
  g_assert_cmpuint (st.st_mode & 0777, ==, 0600);

  close_client (fixture);
  g_autoptr (GIOStream) stream = shoal_control_connect (path, &error);
  g_assert_no_error (error);
  open_client (fixture, stream);
  g_autoptr (JsonObject) status = expect (fixture, "status", "{}");
  g_assert_cmpint (json_object_get_int_member (status, "pid"), ==, getpid ());
  g_assert_false (shoal_control_is_busy (fixture->control));

  g_autoptr (JsonObject) stop = expect (fixture, "stop", "{}");
  g_assert_true (fixture->stop_requested);
  shoal_control_stop_listening (fixture->control);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_autoptr (GIOStream) none = shoal_control_connect (path, &error);
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_assert_true (shoal_tls_init (NULL));
  /* No keyring may answer in a test. */
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  g_unsetenv ("XDG_RUNTIME_DIR");
  g_test_init (&argc, &argv, NULL);
  ADD ("/control/users-pages", test_users_pages);
  ADD ("/control/signed-out", test_signed_out);
  ADD ("/control/bad-requests", test_bad_requests);
  ADD ("/control/settings", test_settings);
  ADD ("/control/limits-for-now", test_limits_for_now);
  ADD ("/control/trust", test_trust);
  ADD ("/control/kept", test_kept);
  ADD ("/control/forget", test_forget);
  ADD ("/control/tracker-gone", test_tracker_gone);
  ADD ("/control/get", test_get);
  ADD ("/control/get-id-of-folder", test_get_id_of_folder);
  ADD ("/control/get-file-in-folder", test_get_file_in_folder);
  ADD ("/control/socket", test_socket);
  return g_test_run ();
}
