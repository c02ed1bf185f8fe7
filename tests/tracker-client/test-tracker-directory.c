/* test-tracker-directory.c: the directory against a tracker that says what the test wants
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "fake-tracker.h"
#include "shoal-audit-chain.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-tls.h"
#include "shoal-tracker-directory.h"

typedef struct
{
  ShoalDeviceKey *tracker_key;
  ShoalDeviceKey *key;
  FakeTracker *tracker;
  ShoalTrackerDirectory *directory;
  guint n_rosters;
  /* what the tracker's function is to do */
  gboolean refuse_token;
  gboolean refuse_second_offer;
  gboolean garble;
  guint lose_sign_ups;
  guint busy_reports;
  gint64 n_entries; /* of the audit log */
  gint64 tampered;  /* the entry that was changed; 0: none */
} Fixture;

/* ---- What the tracker answers ---- */

static char *
make_head (gint64 n, JsonArray *entries, gint64 after, gint64 limit, gint64 tampered)
{
  char *head = g_strdup (SHOAL_AUDIT_NO_HASH);

  for (gint64 i = 1; i <= n; i++)
    {
      ShoalAuditEntry entry = {
        .n = i,
        .time_ms = 1000 * i,
        .event = "offer",
        .user = "ada",
        .device = "",
        .address = "",
        .text = i == tampered ? "changed “it”" : "as “it” was\n",
      };
      g_autofree char *before = head;

      head = shoal_audit_entry_hash (&entry, before);
      if (entries != NULL && i > after && i <= after + limit)
        json_array_add_object_element (
            entries,
            shoal_json_new ("n", "i", i, "time_ms", "i", entry.time_ms, "event", "s", entry.event,
                            "user", "s", entry.user, "device", "s", "", "address", "s", "", "text",
                            "s", entry.text, "hash", "s", head, NULL));
    }
  return head;
}

static JsonObject *
answer_audit (Fixture *fixture, JsonObject *params)
{
  JsonArray *entries = json_array_new ();
  g_autofree char *head
      = make_head (fixture->n_entries, entries, json_object_get_int_member (params, "after"),
                   json_object_get_int_member (params, "limit"), fixture->tampered);

  return shoal_json_new ("entries", "a", entries, "count", "i", fixture->n_entries, "head", "s",
                         head, NULL);
}

static JsonObject *
answer_offers (Fixture *fixture, JsonObject *params)
{
  JsonArray *offers = json_object_get_array_member (params, "offers");
  JsonArray *results = json_array_new ();

  g_assert_cmpuint (json_array_get_length (offers), <=, SHOAL_MAX_BATCH_ENTRIES);
  for (guint i = 0; i < json_array_get_length (offers); i++)
    {
      const char *offer
          = json_object_get_string_member (json_array_get_object_element (offers, i), "offer");

      if (fixture->refuse_second_offer && i == 1)
        json_array_add_object_element (
            results,
            shoal_json_new ("offer", "s", offer, "error", "o",
                            shoal_json_new ("reason", "s", "limit", "message", "s", "No.", NULL),
                            NULL));
      else
        json_array_add_object_element (results,
                                       shoal_json_new ("offer", "s", offer, "sources", "i",
                                                       (gint64) 3, "new", "b", TRUE, NULL));
    }
  return shoal_json_new ("results", "a", results, NULL);
}

static JsonObject *
answer_entries (JsonObject *params)
{
  gint64 next = json_object_get_int_member (params, "first")
                + json_array_get_length (json_object_get_array_member (params, "entries"));

  return shoal_json_new ("next", "i", next, "complete", "b", next >= 2300, NULL);
}

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
  else if (g_str_equal (method, "sign-up") && fixture->lose_sign_ups > 0)
    {
      fixture->lose_sign_ups--;
      g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED, "lost");
      return NULL;
    }
  else if (g_str_equal (method, "report") && fixture->busy_reports > 0)
    {
      fixture->busy_reports--;
      g_propagate_error (error, shoal_error_new_retry (SHOAL_ERROR_BUSY, 300, "Not now."));
    }
  else if (g_str_equal (method, "audit"))
    return answer_audit (fixture, params);
  else if (g_str_equal (method, "offer"))
    return answer_offers (fixture, params);
  else if (g_str_equal (method, "offer-entries"))
    return answer_entries (params);
  else if (g_str_equal (method, "withdraw"))
    return shoal_json_new ("withdrawn", "i", (gint64) 2, NULL);
  else if (g_str_equal (method, "search") && fixture->garble)
    return parse_json ("{\"rows\":[1,{},{\"name\":5}],\"total\":-7}");
  else if (g_str_equal (method, "search"))
    return parse_json ("{\"rows\":[1,{},{\"name\":\"a\",\"kind\":\"file\",\"id\":\"" DEVICE (
        "a") "\",\"size\":4}],\"total\":1,\"cursor\":\"c\"}");
  else if (g_str_equal (method, "sources"))
    return parse_json ("{\"sources\":[{\"device\":\"" DEVICE (
        "1") "\",\"account\":\"" ADA "\",\"user\":\"ada\",\"online\":false,\"size\":4},"
             "{\"device\":\"" DEVICE (
                 "2") "\",\"account\":\"" BEN
                      "\",\"user\":\"ben\",\"online\":true,\"partial\":true,\"size\":4},"
                      "{\"device\":\"" DEVICE ("3") "\",\"account\":\"" BEN
                                                    "\",\"user\":\"ben\",\"online\":true,\"size\":"
                                                    "4,\"offer_name\":\"a\"},{\"device\":7}]}");
  return NULL;
}

/* ---- Set-up ---- */

static void
on_roster_changed_cb (ShoalDirectory *directory, gpointer user_data)
{
  ((Fixture *) user_data)->n_rosters++;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->tracker_key = shoal_device_key_generate (&error);
  g_assert_no_error (error);
  fixture->key = shoal_device_key_generate (&error);
  g_assert_no_error (error);
  fixture->tracker = fake_tracker_new (fixture->tracker_key, 0, answer, fixture);
  fixture->directory = shoal_tracker_directory_new (fixture->key, NULL);
  g_signal_connect (fixture->directory, "roster-changed", G_CALLBACK (on_roster_changed_cb),
                    fixture);
  shoal_tracker_directory_set_tracker (fixture->directory,
                                       fake_tracker_get_addresses (fixture->tracker),
                                       shoal_device_key_get_fingerprint (fixture->tracker_key));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  shoal_tracker_directory_stop (fixture->directory);
  g_clear_pointer (&fixture->tracker, fake_tracker_free);
  /* What was cancelled still calls back. */
  WAIT_UNTIL (!g_main_context_iteration (NULL, FALSE)
              && G_OBJECT (fixture->directory)->ref_count == 1);
  g_assert_finalize_object (fixture->directory);
  shoal_device_key_unref (fixture->key);
  shoal_device_key_unref (fixture->tracker_key);
}

static ShoalDirectoryState
state (Fixture *fixture)
{
  return shoal_directory_get_state (SHOAL_DIRECTORY (fixture->directory));
}

static void
go_online (Fixture *fixture)
{
  shoal_tracker_directory_set_token (fixture->directory, "token-0");
  shoal_tracker_directory_start (fixture->directory);
  WAIT_UNTIL (state (fixture) == SHOAL_DIRECTORY_ONLINE);
}

static void
keep_result (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

/* ---- Connecting ---- */

static void
test_online (Fixture *fixture, gconstpointer data)
{
  go_online (fixture);
  g_assert_cmpstr (shoal_directory_get_account (SHOAL_DIRECTORY (fixture->directory)), ==, ADA);
  g_assert_cmpstr (shoal_tracker_directory_get_user (fixture->directory), ==, "ada");
  g_assert_cmpstr (shoal_tracker_directory_get_group_name (fixture->directory), ==, "Lab");
  g_assert_cmpstr (shoal_tracker_directory_get_token (fixture->directory), ==, "token-1");
  g_assert_nonnull (strstr (fake_tracker_last (fixture->tracker, "sign-in"), "token-0"));
  g_assert_cmpuint (fixture->n_rosters, ==, 1);
  g_assert_cmpuint (fake_tracker_count (fixture->tracker, "announce"), ==, 0);

  shoal_directory_announce (SHOAL_DIRECTORY (fixture->directory), 31337);
  WAIT_UNTIL (fake_tracker_count (fixture->tracker, "announce") == 1);
  g_assert_nonnull (strstr (fake_tracker_last (fixture->tracker, "announce"), "31337"));

  /* The others see another name at once. */
  shoal_tracker_directory_set_device_name (fixture->directory, "in the kitchen");
  shoal_tracker_directory_set_device_name (fixture->directory, "in the kitchen");
  WAIT_UNTIL (fake_tracker_count (fixture->tracker, "announce") == 2);
  g_assert_nonnull (strstr (fake_tracker_last (fixture->tracker, "announce"), "in the kitchen"));
  g_assert_nonnull (strstr (fake_tracker_last (fixture->tracker, "announce"), "31337"));
}

static void
test_reconnect (Fixture *fixture, gconstpointer data)
{
  ShoalDirectory *directory = SHOAL_DIRECTORY (fixture->directory);
  ShoalDigest id = { { 1 } };

  go_online (fixture);
  shoal_directory_announce (directory, 31337);
  shoal_directory_set_pulling (directory, &id, 77, TRUE, TRUE);
  WAIT_UNTIL (fake_tracker_count (fixture->tracker, "pulling") == 1);
  fake_tracker_cut (fixture->tracker);
  WAIT_UNTIL (state (fixture) == SHOAL_DIRECTORY_OFFLINE);
  g_assert_nonnull (shoal_directory_get_error (directory));

  /* A report of the time in between is not lost. */
  shoal_directory_report (directory, "uuid-1", "download-finished", &id, "name", 5, 6, NULL, NULL);
  WAIT_UNTIL (state (fixture) == SHOAL_DIRECTORY_ONLINE);
  WAIT_UNTIL (fake_tracker_count (fixture->tracker, "report") == 1);
  g_assert_nonnull (strstr (fake_tracker_last (fixture->tracker, "report"), "uuid-1"));
  WAIT_UNTIL (fake_tracker_count (fixture->tracker, "pulling") == 2);
  g_assert_nonnull (strstr (fake_tracker_last (fixture->tracker, "pulling"), "\"manifest\":true"));
  WAIT_UNTIL (fake_tracker_count (fixture->tracker, "announce") == 2);
  g_assert_null (shoal_directory_get_error (directory));
  g_assert_nonnull (strstr (fake_tracker_last (fixture->tracker, "sign-in"), "token-1"));
}

/* A tracker that is busy is asked again when it said, not at once and for ever. */
static void
test_busy_report (Fixture *fixture, gconstpointer data)
{
  ShoalDirectory *directory = SHOAL_DIRECTORY (fixture->directory);
  ShoalDigest id = { { 1 } };

  go_online (fixture);
  fixture->busy_reports = 2;
  gint64 begun_us = g_get_monotonic_time ();
  shoal_directory_report (directory, "uuid-1", "download-finished", &id, "name", 5, 6, NULL, NULL);
  shoal_directory_report (directory, "uuid-2", "download-finished", &id, "name", 5, 6, NULL, NULL);
  WAIT_UNTIL (fake_tracker_count (fixture->tracker, "report") == 4);
  g_assert_cmpint (g_get_monotonic_time () - begun_us, >=, 600 * 1000);
  g_assert_nonnull (strstr (fake_tracker_last (fixture->tracker, "report"), "uuid-2"));
}

static void
test_gap (Fixture *fixture, gconstpointer data)
{
  go_online (fixture);
  fake_tracker_notify (fixture->tracker, "roster-delta",
                       "{\"seq\":2,\"members\":[],\"removed\":[]}");
  WAIT_UNTIL (fixture->n_rosters == 2);
  g_assert_cmpuint (fake_tracker_count (fixture->tracker, "roster"), ==, 0);
  fake_tracker_notify (fixture->tracker, "roster-delta",
                       "{\"seq\":5,\"members\":[],\"removed\":[]}");
  WAIT_UNTIL (fake_tracker_count (fixture->tracker, "roster") == 1);
  WAIT_UNTIL (fixture->n_rosters == 3);
  /* What cannot be read is a gap too. */
  fake_tracker_notify (fixture->tracker, "roster-delta", "{\"seq\":\"x\"}");
  WAIT_UNTIL (fake_tracker_count (fixture->tracker, "roster") == 2);
}

static void
test_replaced (Fixture *fixture, gconstpointer data)
{
  go_online (fixture);
  fake_tracker_notify (fixture->tracker, "replaced", "{}");
  WAIT_UNTIL (state (fixture) == SHOAL_DIRECTORY_REPLACED);
  g_assert_error (shoal_directory_get_error (SHOAL_DIRECTORY (fixture->directory)), SHOAL_ERROR,
                  SHOAL_ERROR_REPLACED);
  WAIT_UNTIL (fake_tracker_get_channel (fixture->tracker) == NULL);
  g_assert_cmpint (state (fixture), ==, SHOAL_DIRECTORY_REPLACED);
  /* Only the user leaves that state. */
  shoal_tracker_directory_start (fixture->directory);
  WAIT_UNTIL (state (fixture) == SHOAL_DIRECTORY_ONLINE);
  g_assert_cmpuint (fake_tracker_count (fixture->tracker, "sign-in"), ==, 2);
}

static void
test_untrusted (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ShoalDeviceKey) other = shoal_device_key_generate (NULL);

  shoal_tracker_directory_set_tracker (fixture->directory,
                                       fake_tracker_get_addresses (fixture->tracker),
                                       shoal_device_key_get_fingerprint (other));
  shoal_tracker_directory_set_token (fixture->directory, "secret-token");
  shoal_tracker_directory_start (fixture->directory);
  WAIT_UNTIL (state (fixture) == SHOAL_DIRECTORY_UNTRUSTED);
  /* Not a word was said to it. */
  g_assert_cmpuint (fake_tracker_count (fixture->tracker, "hello"), ==, 0);
  g_assert_cmpuint (fake_tracker_count (fixture->tracker, "sign-in"), ==, 0);
}

static void
test_token_refused (Fixture *fixture, gconstpointer data)
{
  fixture->refuse_token = TRUE;
  shoal_tracker_directory_set_token (fixture->directory, "void");
  shoal_tracker_directory_start (fixture->directory);
  WAIT_UNTIL (state (fixture) == SHOAL_DIRECTORY_SIGNED_OUT);
  g_assert_error (shoal_directory_get_error (SHOAL_DIRECTORY (fixture->directory)), SHOAL_ERROR,
                  SHOAL_ERROR_AUTH);
  g_assert_cmpuint (fake_tracker_count (fixture->tracker, "sign-in"), ==, 1);
}

static void
test_sign_up_repeated (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  fixture->lose_sign_ups = 1;
  shoal_tracker_directory_sign_up_async (fixture->directory, "ada", "a password", "code", NULL,
                                         keep_result, &result);
  WAIT_UNTIL (fake_tracker_count (fixture->tracker, "sign-up") == 1);
  g_autofree char *first = g_strdup (fake_tracker_last (fixture->tracker, "sign-up"));
  WAIT_UNTIL (result != NULL);
  g_assert_true (shoal_tracker_directory_sign_up_finish (fixture->directory, result, &error));
  g_assert_no_error (error);
  /* The same request, uuid included. */
  g_assert_cmpuint (fake_tracker_count (fixture->tracker, "sign-up"), ==, 2);
  g_assert_cmpstr (fake_tracker_last (fixture->tracker, "sign-up"), ==, first);
  WAIT_UNTIL (state (fixture) == SHOAL_DIRECTORY_ONLINE);
}

static void
test_sign_in_fails (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  fixture->refuse_token = TRUE;
  shoal_tracker_directory_sign_in_async (fixture->directory, "ada", "wrong", NULL, keep_result,
                                         &result);
  WAIT_UNTIL (result != NULL);
  g_assert_false (shoal_tracker_directory_sign_in_finish (fixture->directory, result, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_AUTH);
  g_assert_cmpint (state (fixture), ==, SHOAL_DIRECTORY_SIGNED_OUT);
}

static void
test_sign_in_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  shoal_tracker_directory_sign_in_async (fixture->directory, "ada", "a password", cancellable,
                                         keep_result, &result);
  g_cancellable_cancel (cancellable);
  WAIT_UNTIL (result != NULL);
  g_assert_false (shoal_tracker_directory_sign_in_finish (fixture->directory, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* ---- The audit log ---- */

static void
set_audit (Fixture *fixture, gint64 n)
{
  g_autofree char *head = make_head (n, NULL, 0, 0, fixture->tampered);

  fixture->n_entries = n;
  fake_tracker_set_audit (fixture->tracker, n, head);
}

static void
set_mark (Fixture *fixture, gint64 n)
{
  g_autofree char *head = make_head (n, NULL, 0, 0, 0);

  shoal_tracker_directory_set_audit_mark (fixture->directory, n, head);
}

static gint64
mark (Fixture *fixture)
{
  gint64 count;

  shoal_tracker_directory_get_audit_mark (fixture->directory, &count);
  return count;
}

static void
test_audit_grows (Fixture *fixture, gconstpointer data)
{
  set_mark (fixture, 3);
  set_audit (fixture, 2500); /* three pages */
  go_online (fixture);
  WAIT_UNTIL (mark (fixture) == 2500);
  g_assert_null (shoal_tracker_directory_get_audit_warning (fixture->directory));
  g_assert_cmpuint (fake_tracker_count (fixture->tracker, "audit"), ==, 3);
}

static void
expect_audit_warning (Fixture *fixture)
{
  go_online (fixture);
  WAIT_UNTIL (shoal_tracker_directory_get_audit_warning (fixture->directory) != NULL);
}

static void
test_audit_shrinks (Fixture *fixture, gconstpointer data)
{
  set_mark (fixture, 30);
  set_audit (fixture, 20);
  expect_audit_warning (fixture);
  /* What was seen stays until the user gives it up. */
  g_assert_cmpint (mark (fixture), ==, 30);
  shoal_tracker_directory_accept_audit (fixture->directory);
  g_assert_cmpint (mark (fixture), ==, 20);
  g_assert_null (shoal_tracker_directory_get_audit_warning (fixture->directory));
}

static void
test_audit_forked (Fixture *fixture, gconstpointer data)
{
  set_mark (fixture, 5);
  fixture->tampered = 4;
  set_audit (fixture, 9);
  expect_audit_warning (fixture);
  g_assert_cmpint (mark (fixture), ==, 5);
}

static void
test_audit_same_count (Fixture *fixture, gconstpointer data)
{
  set_mark (fixture, 9);
  fixture->tampered = 9;
  set_audit (fixture, 9);
  expect_audit_warning (fixture);
}

static gint64
verify (Fixture *fixture, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  shoal_tracker_directory_verify_audit_async (fixture->directory, NULL, keep_result, &result);
  WAIT_UNTIL (result != NULL);
  return shoal_tracker_directory_verify_audit_finish (fixture->directory, result, NULL, error);
}

static void
test_audit_verify (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  set_mark (fixture, 1200);
  set_audit (fixture, 1200);
  go_online (fixture);
  g_assert_cmpint (verify (fixture, &error), ==, 1200);
  g_assert_no_error (error);
  /* A chain that is sound in itself, but another one. */
  fixture->tampered = 1;
  g_assert_cmpint (verify (fixture, &error), ==, -1);
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_CORRUPT);
  g_clear_error (&error);
  /* A log that has lost its end. */
  fixture->tampered = 0;
  fixture->n_entries = 1100;
  g_assert_cmpint (verify (fixture, &error), ==, -1);
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_CORRUPT);
}

/* ---- The catalogue ---- */

static void
test_offline_requests (Fixture *fixture, gconstpointer data)
{
  ShoalDirectory *directory = SHOAL_DIRECTORY (fixture->directory);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  shoal_directory_find_async (directory, "x", NULL, NULL, keep_result, &result);
  WAIT_UNTIL (result != NULL);
  g_assert_null (shoal_directory_find_finish (directory, result, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
}

static void
test_search (Fixture *fixture, gconstpointer data)
{
  ShoalDirectory *directory = SHOAL_DIRECTORY (fixture->directory);
  ShoalQuery query = { .words = "a b", .min_size = 5, .max_size = -1, .limit = 9999 };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  go_online (fixture);
  shoal_directory_search_async (directory, &query, NULL, keep_result, &result);
  WAIT_UNTIL (result != NULL);
  g_autoptr (ShoalPage) page = shoal_directory_search_finish (directory, result, &error);
  g_assert_no_error (error);
  /* What is malformed is left out. */
  g_assert_cmpuint (page->rows->len, ==, 1);
  g_assert_cmpstr (page->cursor, ==, "c");
  g_assert_cmpstr (fake_tracker_last (fixture->tracker, "search"), ==,
                   "{\"words\":\"a b\",\"sort\":\"newest\",\"min_size\":5,\"limit\":500}");

  fixture->garble = TRUE;
  g_clear_object (&result);
  shoal_directory_search_async (directory, &query, NULL, keep_result, &result);
  WAIT_UNTIL (result != NULL);
  g_assert_null (shoal_directory_search_finish (directory, result, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
}

static void
test_search_cancelled (Fixture *fixture, gconstpointer data)
{
  ShoalDirectory *directory = SHOAL_DIRECTORY (fixture->directory);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  ShoalQuery query = { .min_size = -1, .max_size = -1 };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  go_online (fixture);
  shoal_directory_search_async (directory, &query, cancellable, keep_result, &result);
  g_cancellable_cancel (cancellable);
  WAIT_UNTIL (result != NULL);
  g_assert_null (shoal_directory_search_finish (directory, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_sources (Fixture *fixture, gconstpointer data)
{
  ShoalDirectory *directory = SHOAL_DIRECTORY (fixture->directory);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  ShoalDigest id = { { 9 } };

  go_online (fixture);
  shoal_directory_sources_async (directory, &id, NULL, keep_result, &result);
  WAIT_UNTIL (result != NULL);
  g_autoptr (GPtrArray) sources = shoal_directory_sources_finish (directory, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (sources->len, ==, 3);
  /* Online before offline, whole before partial. */
  const char *const expected[] = { DEVICE ("3"), DEVICE ("2"), DEVICE ("1") };
  for (guint i = 0; i < 3; i++)
    g_assert_cmpstr (((ShoalSource *) g_ptr_array_index (sources, i))->device, ==, expected[i]);
  g_assert_cmpstr (((ShoalSource *) g_ptr_array_index (sources, 0))->offer_name, ==, "a");
}

static ShoalOffer *
make_offer (guint number, guint n_entries)
{
  ShoalOffer *offer = shoal_offer_new ();

  offer->offer = g_strdup_printf ("%032x", number);
  offer->name = g_strdup_printf ("offer %u", number);
  offer->size = 5;
  if (n_entries > 0)
    {
      offer->folder = TRUE;
      offer->n_entries = n_entries;
      offer->manifest_size = 100;
      offer->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_offer_entry_free);
    }
  for (guint i = 0; i < n_entries; i++)
    {
      g_autofree char *path = g_strdup_printf ("file %u", i);

      g_ptr_array_add (offer->entries, shoal_offer_entry_new (path, 'f', &offer->id, 1, 0));
    }
  return offer;
}

static void
test_offer_batches (Fixture *fixture, gconstpointer data)
{
  ShoalDirectory *directory = SHOAL_DIRECTORY (fixture->directory);
  g_autoptr (GPtrArray) offers = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_offer_free);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 2500; i++)
    g_ptr_array_add (offers, make_offer (i, i == 7 ? 2300 : 0));
  fixture->refuse_second_offer = TRUE;
  go_online (fixture);
  shoal_directory_offer_async (directory, offers, NULL, keep_result, &result);
  WAIT_UNTIL (result != NULL);
  g_autoptr (GArray) answers = shoal_directory_offer_finish (directory, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (answers->len, ==, 2500);
  const ShoalOfferAnswer *first = &g_array_index (answers, ShoalOfferAnswer, 0);
  const ShoalOfferAnswer *second = &g_array_index (answers, ShoalOfferAnswer, 1);
  const ShoalOfferAnswer *folder = &g_array_index (answers, ShoalOfferAnswer, 7);
  g_assert_cmpint (first->state, ==, SHOAL_OFFER_TAKEN);
  g_assert_cmpuint (first->sources, ==, 3);
  g_assert_cmpint (folder->state, ==, SHOAL_OFFER_TAKEN);
  g_assert_cmpuint (folder->sources, ==, 3);
  g_assert_cmpint (second->state, ==, SHOAL_OFFER_REFUSED);
  g_assert_cmpint (second->error, ==, SHOAL_ERROR_LIMIT);
  g_assert_cmpuint (fake_tracker_count (fixture->tracker, "offer"), ==, 3);
  g_assert_cmpuint (fake_tracker_count (fixture->tracker, "offer-entries"), ==, 3);
}

static void
test_withdraw (Fixture *fixture, gconstpointer data)
{
  ShoalDirectory *directory = SHOAL_DIRECTORY (fixture->directory);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 1001; i++)
    g_strv_builder_add (builder, "00000000000000000000000000000000");
  g_auto (GStrv) offers = g_strv_builder_end (builder);
  go_online (fixture);
  shoal_directory_withdraw_async (directory, (const char *const *) offers, NULL, keep_result,
                                  &result);
  WAIT_UNTIL (result != NULL);
  g_assert_cmpint (shoal_directory_withdraw_finish (directory, result, &error), ==, 4);
  g_assert_no_error (error);
  g_assert_cmpuint (fake_tracker_count (fixture->tracker, "withdraw"), ==, 2);
  g_clear_object (&result);
  shoal_directory_withdraw_async (directory, NULL, NULL, keep_result, &result);
  WAIT_UNTIL (result != NULL);
  g_assert_cmpint (shoal_directory_withdraw_finish (directory, result, &error), ==, 2);
  g_assert_cmpstr (fake_tracker_last (fixture->tracker, "withdraw"), ==, "{\"all\":true}");
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_assert_true (shoal_tls_init (NULL));
  g_test_init (&argc, &argv, NULL);
  ADD ("/tracker-directory/online", test_online);
  ADD ("/tracker-directory/reconnect", test_reconnect);
  ADD ("/tracker-directory/busy-report", test_busy_report);
  ADD ("/tracker-directory/gap", test_gap);
  ADD ("/tracker-directory/replaced", test_replaced);
  ADD ("/tracker-directory/untrusted", test_untrusted);
  ADD ("/tracker-directory/token-refused", test_token_refused);
  ADD ("/tracker-directory/sign-up-repeated", test_sign_up_repeated);
  ADD ("/tracker-directory/sign-in-fails", test_sign_in_fails);
  ADD ("/tracker-directory/sign-in-cancelled", test_sign_in_cancelled);
  ADD ("/tracker-directory/audit-grows", test_audit_grows);
  ADD ("/tracker-directory/audit-shrinks", test_audit_shrinks);
  ADD ("/tracker-directory/audit-forked", test_audit_forked);
  ADD ("/tracker-directory/audit-same-count", test_audit_same_count);
  ADD ("/tracker-directory/audit-verify", test_audit_verify);
  ADD ("/tracker-directory/offline-requests", test_offline_requests);
  ADD ("/tracker-directory/search", test_search);
  ADD ("/tracker-directory/search-cancelled", test_search_cancelled);
  ADD ("/tracker-directory/sources", test_sources);
  ADD ("/tracker-directory/offer-batches", test_offer_batches);
  ADD ("/tracker-directory/withdraw", test_withdraw);
  return g_test_run ();
}
