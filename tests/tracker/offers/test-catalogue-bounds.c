/* test-catalogue-bounds.c: offers and entries that must not be taken, limits, counts, the log
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "test-catalogue-bounds"

#include "config.h"

#include "catalogue-fixture.h"
#include "shoal-limits.h"
#include "test-tracker.h"

static TestTracker *
open_tracker (void)
{
  TestTracker *tracker = test_tracker_new ();

  test_tracker_open (tracker);
  return tracker;
}

static void
check_result (JsonObject *result, gint64 sources, gboolean is_new)
{
  g_assert_false (json_object_has_member (result, "error"));
  g_assert_cmpint (json_object_get_int_member (result, "sources"), ==, sources);
  g_assert_cmpint (json_object_get_boolean_member (result, "new"), ==, is_new);
  json_object_unref (result);
}

static void
check_next (JsonObject *answer, gint64 next, gboolean complete)
{
  g_assert_cmpint (json_object_get_int_member (answer, "next"), ==, next);
  g_assert_cmpint (json_object_get_boolean_member (answer, "complete"), ==, complete);
  json_object_unref (answer);
}

static void
refuse (TestClient *client, const char *method, JsonObject *params, int code, const char *field)
{
  g_autoptr (GError) error = test_client_refused (client, method, params, code);

  g_assert_cmpstr (shoal_error_get_field (error), ==, field);
}

/* Each of these is told for itself; the good one beside it is taken. */
static void
refuse_offer (TestClient *client, JsonObject *offer, const char *reason, const char *field)
{
  g_autoptr (JsonObject) answer
             = test_client_call (client, SHOAL_METHOD_OFFER,
                                 offer_params (offer, file_offer (999, "good.txt", 999, 10), NULL));
  JsonArray *results = json_object_get_array_member (answer, "results");
  JsonObject *error
      = json_object_get_object_member (json_array_get_object_element (results, 0), "error");

  g_assert_nonnull (error);
  g_assert_cmpstr (json_object_get_string_member (error, "reason"), ==, reason);
  g_assert_cmpstr (json_object_get_string_member_with_default (error, "field", NULL), ==, field);
  g_assert_cmpstr (json_object_get_string_member (error, "message"), !=, "");
  g_assert_false (json_object_has_member (json_array_get_object_element (results, 1), "error"));
  assert_found (client, "{}", "good.txt");
}

static JsonObject *
with_string (JsonObject *object, const char *member, const char *value)
{
  json_object_set_string_member (object, member, value);
  return object;
}

static JsonObject *
with_integer (JsonObject *object, const char *member, gint64 value)
{
  json_object_set_int_member (object, member, value);
  return object;
}

static void
test_bad_offers (void)
{
  static const char *const names[] = { "", ".", "..", "a/b", "/", "/etc/passwd" };
  g_autoptr (TestTracker) tracker = open_tracker ();
  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");
  g_autofree char *long_name = g_strnfill (SHOAL_MAX_NAME_BYTES + 1, 'x');
  g_autofree char *long_bytes
      = g_strdup_printf ("%.*s\xc3\xa9", SHOAL_MAX_NAME_BYTES - 1, long_name);
  g_autofree char *zeros = g_strnfill (64, '0');
  g_autofree char *upper = g_strnfill (64, 'A');

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    refuse_offer (ada, file_offer (1, names[i], 1, 10), "invalid", "name");
  refuse_offer (ada, file_offer (1, long_name, 1, 10), "invalid", "name");
  refuse_offer (ada, file_offer (1, long_bytes, 1, 10), "invalid", "name");
  refuse_offer (ada, with_string (file_offer (1, "x", 1, 10), "kind", "link"), "invalid", "kind");
  refuse_offer (ada, with_string (file_offer (1, "x", 1, 10), "id", "abc"), "invalid", "id");
  refuse_offer (ada, with_string (file_offer (1, "x", 1, 10), "id", upper), "invalid", "id");
  refuse_offer (ada, with_string (file_offer (1, "x", 1, 10), "id", zeros), "invalid", "id");
  refuse_offer (ada, with_integer (file_offer (1, "x", 1, 10), "size", 0), "invalid", "id");
  refuse_offer (ada, with_integer (file_offer (1, "x", 1, 10), "size", -1), "invalid", "size");
  refuse_offer (ada,
                with_integer (file_offer (1, "x", 1, 10), "size", (gint64) SHOAL_MAX_FILE_SIZE + 1),
                "invalid", "size");
  refuse_offer (ada, with_string (file_offer (1, "x", 1, 10), "size", "10"), "invalid", "size");
  refuse_offer (ada, with_string (file_offer (1, "x", 1, 10), "mtime_ms", "now"), "invalid",
                "mtime_ms");
  refuse_offer (ada, with_string (folder_offer (1, "x", 1, 10, 1), "id", zeros), "invalid", "id");
  refuse_offer (ada, with_integer (folder_offer (1, "x", 1, 10, 1), "manifest_size", 0), "invalid",
                "manifest_size");
  refuse_offer (
      ada,
      with_integer (folder_offer (1, "x", 1, 10, 1), "manifest_size", SHOAL_MAX_MANIFEST_SIZE + 1),
      "invalid", "manifest_size");
  refuse_offer (ada, folder_offer (1, "x", 1, 10, -1), "invalid", "entries");
  refuse_offer (ada, folder_offer (1, "x", 1, 10, SHOAL_MAX_MANIFEST_ENTRIES + 1), "invalid",
                "entries");
  refuse_offer (ada, folder_offer (1, "x", 1, -1, 1), "invalid", "size");
  /* Without an id of its own nothing can be told about it. */
  refuse (ada, SHOAL_METHOD_OFFER,
          offer_params (with_string (file_offer (1, "x", 1, 10), "offer", "1"), NULL),
          SHOAL_ERROR_INVALID, "offer");
  refuse (ada, SHOAL_METHOD_OFFER, NULL, SHOAL_ERROR_INVALID, "offers");
  refuse (ada, SHOAL_METHOD_OFFER, shoal_json_new ("offers", "s", "all", NULL), SHOAL_ERROR_INVALID,
          "offers");
}

static void
test_odd_names (void)
{
  /* Strange, but names: they are kept as they are. */
  static const char *const names[] = { " ",
                                       "a\nb",
                                       "CON",
                                       "\xe2\x80\xae"
                                       "fdp.exe",
                                       "\xef\xbf\xbd",
                                       "-rf",
                                       "~",
                                       "\\" };
  g_autoptr (TestTracker) tracker = open_tracker ();
  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (JsonObject) result = offer_one (ada, i, names[i], i, 10);
      g_autoptr (JsonObject) answer = test_client_call (
          ada, SHOAL_METHOD_FIND, shoal_json_new ("name", "s", names[i], NULL));
      g_autofree char *name = names_of (answer);

      g_assert_false (json_object_has_member (result, "error"));
      g_assert_cmpstr (name, ==, names[i]);
    }
  /* The empty file has no bytes to look for, but a name. */
  check_result (offer_one (ada, 100, "empty.txt", 0, 0), 1, TRUE);
  assert_found (ada, "{\"words\": \"empty\"}", "empty.txt");
}

static void
test_bad_batches (void)
{
  g_autoptr (TestTracker) tracker = open_tracker ();
  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");
  g_autoptr (TestClient) ben = test_client_member (tracker, "ben");
  JsonArray *many = json_array_new ();
  JsonArray *offers = json_array_new ();

  for (guint i = 0; i <= SHOAL_MAX_BATCH_ENTRIES; i++)
    {
      g_autofree char *path = g_strdup_printf ("%06u", i);

      json_array_add_object_element (many, entry (path, i));
      json_array_add_object_element (offers, file_offer (i, "x", i, 10));
    }
  refuse (ada, SHOAL_METHOD_OFFER, shoal_json_new ("offers", "a", offers, NULL),
          SHOAL_ERROR_INVALID, "offers");
  drop (offer_folder (ada, 1, "papers", 1, 5000));

  g_autofree char *uuid = make_offer_id (1);

  refuse (ada, SHOAL_METHOD_OFFER_ENTRIES,
          shoal_json_new ("offer", "s", uuid, "first", "i", (gint64) 0, "entries", "a", many, NULL),
          SHOAL_ERROR_INVALID, "entries");
  /* Not from the beginning, not sorted, twice, more than told. */
  refuse (ada, SHOAL_METHOD_OFFER_ENTRIES, entries_params (1, 1, entry ("a", 1), NULL),
          SHOAL_ERROR_INVALID, "first");
  refuse (ada, SHOAL_METHOD_OFFER_ENTRIES, entries_params (1, -1, entry ("a", 1), NULL),
          SHOAL_ERROR_INVALID, "first");
  refuse (ada, SHOAL_METHOD_OFFER_ENTRIES,
          entries_params (1, 0, entry ("b", 1), entry ("a", 2), NULL), SHOAL_ERROR_INVALID, "path");
  refuse (ada, SHOAL_METHOD_OFFER_ENTRIES,
          entries_params (1, 0, entry ("a", 1), entry ("a", 2), NULL), SHOAL_ERROR_INVALID, "path");
  check_next (send_entries (ada, 1, 0, entry ("m", 1)), 1, FALSE);
  refuse (ada, SHOAL_METHOD_OFFER_ENTRIES, entries_params (1, 1, entry ("c", 1), NULL),
          SHOAL_ERROR_INVALID, "path");
  /* Nothing of a refused batch stays. */
  refuse (ada, SHOAL_METHOD_OFFER_ENTRIES,
          entries_params (1, 1, entry ("n", 1), entry ("../x", 2), NULL), SHOAL_ERROR_INVALID,
          "path");
  check_next (send_entries (ada, 1, 1, entry ("n", 1)), 2, FALSE);
  g_assert_cmpint (test_tracker_count (tracker, "SELECT count (*) FROM items"), ==, 3);
  drop (offer_folder (ada, 2, "small", 2, 1));
  refuse (ada, SHOAL_METHOD_OFFER_ENTRIES,
          entries_params (2, 0, entry ("a", 1), entry ("b", 2), NULL), SHOAL_ERROR_INVALID,
          "entries");
  /* Those of others, of nobody, of a file. */
  refuse (ben, SHOAL_METHOD_OFFER_ENTRIES, entries_params (1, 2, entry ("z", 1), NULL),
          SHOAL_ERROR_NOT_FOUND, NULL);
  refuse (ada, SHOAL_METHOD_OFFER_ENTRIES, entries_params (3, 0, entry ("z", 1), NULL),
          SHOAL_ERROR_NOT_FOUND, NULL);
  drop (offer_one (ada, 4, "file.txt", 4, 10));
  check_next (send_entries (ada, 4, 0, entry ("z", 1)), 0, TRUE);
  assert_found (ada, "{}", "file.txt");
}

static void
test_bad_entries (void)
{
  static const char *const paths[]
      = { "", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/./b", "a/.." };
  g_autoptr (TestTracker) tracker = open_tracker ();
  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");
  g_autofree char *long_path = g_strnfill (SHOAL_MAX_PATH_BYTES + 1, 'x');
  g_autoptr (GString) deep = g_string_new ("a");

  for (int i = 0; i < SHOAL_MAX_PATH_DEPTH; i++)
    g_string_append (deep, "/a");
  drop (offer_folder (ada, 1, "papers", 1, 5));
  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    refuse (ada, SHOAL_METHOD_OFFER_ENTRIES, entries_params (1, 0, entry (paths[i], 1), NULL),
            SHOAL_ERROR_INVALID, "path");
  refuse (ada, SHOAL_METHOD_OFFER_ENTRIES, entries_params (1, 0, entry (long_path, 1), NULL),
          SHOAL_ERROR_INVALID, "path");
  refuse (ada, SHOAL_METHOD_OFFER_ENTRIES, entries_params (1, 0, entry (deep->str, 1), NULL),
          SHOAL_ERROR_INVALID, "path");
  refuse (ada, SHOAL_METHOD_OFFER_ENTRIES,
          entries_params (1, 0, with_string (entry ("a", 1), "kind", "q"), NULL),
          SHOAL_ERROR_INVALID, "kind");
  refuse (ada, SHOAL_METHOD_OFFER_ENTRIES,
          entries_params (1, 0, with_string (entry ("a", 1), "kind", ""), NULL),
          SHOAL_ERROR_INVALID, "kind");
  refuse (ada, SHOAL_METHOD_OFFER_ENTRIES,
          entries_params (1, 0, with_integer (entry ("a", 1), "size", -5), NULL),
          SHOAL_ERROR_INVALID, "size");
  refuse (ada, SHOAL_METHOD_OFFER_ENTRIES,
          entries_params (1, 0, with_integer (entry ("a", 1), "size", 0), NULL),
          SHOAL_ERROR_INVALID, "id");
  g_assert_cmpint (test_tracker_count (tracker, "SELECT count (*) FROM items"), ==, 1);
}

static void
test_limits (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();

  tracker->config->max_entries_per_member = 10;
  test_tracker_open (tracker);

  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");
  g_autoptr (JsonObject) folder = offer_folder (ada, 1, "papers", 1, 8);

  g_assert_false (json_object_has_member (folder, "error"));
  drop (offer_one (ada, 2, "fits.txt", 2, 10));

  g_autoptr (JsonObject) refused = offer_one (ada, 3, "too much.txt", 3, 10);

  g_assert_cmpstr (
      json_object_get_string_member (json_object_get_object_member (refused, "error"), "reason"),
      ==, "limit");
  /* What takes the place of something is counted without it. */
  check_result (offer_one (ada, 2, "other.txt", 4, 10), 1, TRUE);

  g_autoptr (JsonObject) bigger = offer_folder (ada, 1, "papers", 1, 9);

  g_assert_true (json_object_has_member (bigger, "error"));
  /* And what was there before is there still. */
  check_next (send_entries (ada, 1, 0, entry ("a", 5)), 1, FALSE);
  g_assert_cmpint (withdraw_one (ada, 1), ==, 1);
  check_result (offer_one (ada, 3, "now.txt", 3, 10), 1, TRUE);
}

static void
test_counts (void)
{
  g_autoptr (TestTracker) tracker = open_tracker ();
  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");

  drop (offer_one (ada, 1, "one.txt", 1, 100));
  drop (offer_folder (ada, 2, "papers", 2, 3));
  g_assert_cmpint (test_tracker_count (tracker, "SELECT files FROM accounts"), ==, 1);
  drop (send_entries (ada, 2, 0, entry ("a", 3),
                      shoal_json_new ("path", "s", "b", "kind", "s", "d", NULL), entry ("c", 4)));
  g_assert_cmpint (test_tracker_count (tracker, "SELECT files FROM accounts"), ==, 3);
  g_assert_cmpint (test_tracker_count (tracker, "SELECT bytes FROM accounts"), ==, 130);

  g_autoptr (JsonObject) roster = test_client_call (ada, SHOAL_METHOD_ROSTER, NULL);
  JsonObject *member
      = json_array_get_object_element (json_object_get_array_member (roster, "members"), 0);

  g_assert_cmpint (json_object_get_int_member (member, "files"), ==, 3);
  g_assert_cmpint (withdraw_all (ada), ==, 2);
  g_assert_cmpint (test_tracker_count (tracker, "SELECT files + bytes FROM accounts"), ==, 0);
  g_assert_cmpint (
      test_tracker_count (tracker, "SELECT offers + entries + bytes FROM offer_counts"), ==, 0);
  test_wait_until (test_tracker_count (tracker, "SELECT count (*) FROM items") == 0);
  test_wait_until (test_tracker_count (tracker, "SELECT count (*) FROM listings") == 0);
}

/* The first request of a member has everything twice: offers that take the place of others in it,
 * a content under two names, an item under two offers, an empty folder. */
static void
test_counts_in_batch (void)
{
  g_autoptr (TestTracker) tracker = open_tracker ();
  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");
  g_autoptr (JsonObject) answer = test_client_call (
      ada, SHOAL_METHOD_OFFER,
      offer_params (file_offer (1, "one.txt", 1, 100), file_offer (1, "two.txt", 2, 30),
                    file_offer (3, "two.txt", 2, 30), file_offer (4, "three.txt", 2, 30),
                    folder_offer (5, "empty", 5, 0, 0), folder_offer (5, "hollow", 6, 0, 0),
                    file_offer (1, "two.txt", 2, 30), NULL));
  static const gboolean is_new[] = { TRUE, TRUE, TRUE, TRUE, TRUE, TRUE, FALSE };
  JsonArray *results = json_object_get_array_member (answer, "results");

  for (guint i = 0; i < G_N_ELEMENTS (is_new); i++)
    check_result (json_object_ref (json_array_get_object_element (results, i)), 1, is_new[i]);
  g_assert_cmpint (test_tracker_count (tracker, "SELECT files FROM accounts"), ==, 3);
  g_assert_cmpint (test_tracker_count (tracker, "SELECT bytes FROM accounts"), ==, 90);
  g_assert_cmpint (test_tracker_count (tracker, "SELECT offers FROM offer_counts"), ==, 4);
  g_assert_cmpint (test_tracker_count (tracker, "SELECT entries FROM offer_counts"), ==, 4);
  g_assert_cmpint (test_tracker_count (tracker, "SELECT bytes FROM offer_counts"), ==, 90);
  g_assert_cmpint (test_tracker_count (tracker, "SELECT sum (refs) FROM items"), ==, 4);
  g_assert_cmpint (test_tracker_count (tracker, "SELECT sum (live) FROM items"), ==, 4);
  g_assert_cmpint (test_tracker_count (tracker, "SELECT refs FROM items WHERE path = 'two.txt'"),
                   ==, 2);
  assert_found (ada, "{}", "hollow,three.txt,two.txt");
  g_assert_cmpint (withdraw_all (ada), ==, 4);
  g_assert_cmpint (test_tracker_count (tracker, "SELECT files + bytes FROM accounts"), ==, 0);
  g_assert_cmpint (
      test_tracker_count (tracker, "SELECT offers + entries + bytes FROM offer_counts"), ==, 0);
  test_wait_until (test_tracker_count (tracker, "SELECT count (*) FROM items") == 0);
}

/* Audit: one entry for a request, none for one that changed nothing. */
static void
test_audit (void)
{
  g_autoptr (TestTracker) tracker = open_tracker ();
  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");

  for (int i = 0; i < 2; i++)
    drop (test_client_call (
        ada, SHOAL_METHOD_OFFER,
        offer_params (file_offer (1, "a", 1, 10), file_offer (2, "b", 2, 10), NULL)));
  g_assert_cmpint (
      test_tracker_count (tracker, "SELECT count (*) FROM audit WHERE event = 'offer'"), ==, 1);
  g_assert_cmpint (withdraw_all (ada), ==, 2);
  g_assert_cmpint (withdraw_all (ada), ==, 0);
  g_assert_cmpint (
      test_tracker_count (tracker, "SELECT count (*) FROM audit WHERE event = 'withdraw'"), ==, 1);
}

static gint64
files_in_roster (TestTracker *tracker)
{
  g_autoptr (JsonObject) roster
             = shoal_presence_make_roster (test_tracker_parts (tracker)->presence);
  JsonArray *members = json_object_get_array_member (roster, "members");
  gint64 files = 0;

  for (guint i = 0; i < json_array_get_length (members); i++)
    files += json_object_get_int_member (json_array_get_object_element (members, i), "files");
  return files;
}

/* A device that somebody else signs in with takes nothing along. */
static void
test_device_moves (void)
{
  g_autoptr (TestTracker) tracker = open_tracker ();
  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");
  g_autoptr (TestClient) ben = test_client_member (tracker, "ben");

  drop (offer_one (ada, 1, "one.txt", 1, 100));
  test_client_disconnect (ada);
  test_client_attach (ada, tracker, "192.0.2.1");
  drop (test_client_sign_in (ada, "ben", TEST_PASSWORD));
  assert_found (ben, "{}", "");
  g_assert_cmpint (test_tracker_count (tracker, "SELECT sum (files) FROM accounts"), ==, 0);
  /* The roster follows, and the rows go. */
  test_wait_until (test_tracker_count (tracker, "SELECT count (*) FROM items") == 0);
  test_wait_until (files_in_roster (tracker) == 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/catalogue-bounds/offers", test_bad_offers);
  g_test_add_func ("/catalogue-bounds/odd-names", test_odd_names);
  g_test_add_func ("/catalogue-bounds/batches", test_bad_batches);
  g_test_add_func ("/catalogue-bounds/entries", test_bad_entries);
  g_test_add_func ("/catalogue-bounds/limits", test_limits);
  g_test_add_func ("/catalogue-bounds/counts", test_counts);
  g_test_add_func ("/catalogue-bounds/counts/batch", test_counts_in_batch);
  g_test_add_func ("/catalogue-bounds/audit", test_audit);
  g_test_add_func ("/catalogue-bounds/device-moves", test_device_moves);
  return g_test_run ();
}
