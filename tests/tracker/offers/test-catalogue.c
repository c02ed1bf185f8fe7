/* test-catalogue.c: offers, entries of folders, withdrawing, sources: over a real channel and
 * database
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "test-catalogue"

#include "config.h"

#include <string.h>

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
test_offer (void)
{
  g_autoptr (TestTracker) tracker = open_tracker ();
  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");
  g_autoptr (TestClient) ben = test_client_member (tracker, "ben");

  check_result (offer_one (ada, 1, "Plan.pdf", 1, 100), 1, TRUE);
  /* The same again: nothing happens. */
  check_result (offer_one (ada, 1, "Plan.pdf", 1, 100), 1, FALSE);
  /* Somebody has it already. */
  check_result (offer_one (ben, 1, "Plan.pdf", 1, 100), 2, TRUE);
  /* The same bytes under another name are a row of their own, and the same content. */
  check_result (offer_one (ben, 2, "Copy of plan.pdf", 1, 100), 2, TRUE);
  assert_found (ada, "{}", "Copy of plan.pdf,Plan.pdf");

  g_autoptr (JsonObject) answer = search (ada, "{\"words\": \"plan\"}");
  JsonObject *row
      = json_array_get_object_element (json_object_get_array_member (answer, "rows"), 1);
  g_autofree char *id = make_id (1);

  g_assert_cmpint (json_object_get_int_member (answer, "total"), ==, 2);
  g_assert_false (json_object_get_boolean_member (answer, "total_is_minimum"));
  g_assert_cmpstr (json_object_get_string_member (row, "name"), ==, "Plan.pdf");
  g_assert_cmpstr (json_object_get_string_member (row, "kind"), ==, "file");
  g_assert_cmpstr (json_object_get_string_member (row, "type"), ==, "document");
  g_assert_cmpstr (json_object_get_string_member (row, "id"), ==, id);
  g_assert_cmpint (json_object_get_int_member (row, "size"), ==, 100);
  g_assert_cmpint (json_object_get_int_member (row, "sources"), ==, 2);
  g_assert_cmpint (json_object_get_int_member (row, "online"), ==, 2);
  g_assert_cmpint (json_object_get_int_member (row, "mtime_ms"), ==, 1700000000000);
  g_assert_cmpint (json_object_get_int_member (row, "added_ms"), >, 1700000000000);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (row, "users")), ==, 2);
}

static void
test_replace (void)
{
  g_autoptr (TestTracker) tracker = open_tracker ();
  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");

  drop (offer_one (ada, 1, "old.txt", 1, 100));
  check_result (offer_one (ada, 1, "new.txt", 2, 200), 1, TRUE);
  assert_found (ada, "{}", "new.txt");
  check_result (offer_one (ada, 1, "new.txt", 2, 200), 1, FALSE);
  /* Also a file by a folder, which is not there before its entries are. */
  check_result (offer_folder (ada, 1, "new", 3, 1), 1, TRUE);
  assert_found (ada, "{}", "");
  check_next (send_entries (ada, 1, 0, entry ("a.txt", 4)), 1, TRUE);
  assert_found (ada, "{}", "a.txt,new");
}

static void
test_folder (void)
{
  g_autoptr (TestTracker) tracker = open_tracker ();
  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");
  g_autofree char *id = make_id (1);

  check_result (offer_folder (ada, 1, "papers", 1, 4), 1, TRUE);
  check_next (send_entries (ada, 1, 0, shoal_json_new ("path", "s", "docs", "kind", "s", "d", NULL),
                            entry ("docs/a.pdf", 2)),
              2, FALSE);
  assert_found (ada, "{}", "");
  g_autoptr (JsonArray) none = sources_of (ada, 2);

  g_assert_cmpuint (json_array_get_length (none), ==, 0);
  /* The answer was lost: the same again changes nothing. */
  check_next (send_entries (ada, 1, 0, entry ("something else", 9)), 2, FALSE);
  check_next (send_entries (ada, 1, 1, entry ("something else", 9)), 2, FALSE);
  check_next (send_entries (ada, 1, 2, entry ("docs/b.pdf", 3),
                            shoal_json_new ("path", "s", "link", "kind", "s", "l", NULL)),
              4, TRUE);
  check_next (send_entries (ada, 1, 0, entry ("something else", 9)), 4, TRUE);
  assert_found (ada, "{}", "docs/b.pdf,docs/a.pdf,papers");

  g_autofree char *in_folder = g_strdup_printf ("{\"folder\": \"%s\", \"words\": \"a\"}", id);
  g_autoptr (JsonObject) answer = search (ada, in_folder);
  JsonArray *rows = json_object_get_array_member (answer, "rows");
  JsonObject *row = json_array_get_object_element (rows, 0);

  g_assert_cmpuint (json_array_get_length (rows), ==, 1);
  g_assert_cmpstr (json_object_get_string_member (row, "name"), ==, "a.pdf");
  g_assert_cmpstr (json_object_get_string_member (row, "path"), ==, "docs/a.pdf");
  g_assert_cmpstr (json_object_get_string_member (row, "folder"), ==, id);
  g_assert_cmpstr (json_object_get_string_member (row, "folder_name"), ==, "papers");
  assert_found (ada, "{\"type\": \"folder\"}", "papers");
}

static void
test_folder_shared (void)
{
  g_autoptr (TestTracker) tracker = open_tracker ();
  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");
  g_autoptr (TestClient) ben = test_client_member (tracker, "ben");

  drop (offer_folder (ada, 1, "papers", 1, 2));
  check_next (send_entries (ada, 1, 0, entry ("a.txt", 2), entry ("b.txt", 3)), 2, TRUE);
  check_result (offer_folder (ben, 7, "papers", 1, 2), 2, TRUE);
  check_next (send_entries (ben, 7, 0, entry ("a.txt", 2)), 1, FALSE);

  g_autoptr (JsonArray) before = sources_of (ada, 3);

  g_assert_cmpuint (json_array_get_length (before), ==, 1);
  check_next (send_entries (ben, 7, 1, entry ("b.txt", 3)), 2, TRUE);

  g_autoptr (JsonArray) after = sources_of (ada, 3);

  g_assert_cmpuint (json_array_get_length (after), ==, 2);
  /* One row for each content, name and folder. */
  assert_found (ada, "{}", "b.txt,a.txt,papers");
  g_assert_cmpint (withdraw_one (ada, 1), ==, 1);
  assert_found (ada, "{}", "b.txt,a.txt,papers");
  g_assert_cmpint (withdraw_one (ben, 7), ==, 1);
  assert_found (ada, "{}", "");
}

/* Somebody has told lies about what is in a manifest: the next one is not bound to them. */
static void
test_folder_differs (void)
{
  g_autoptr (TestTracker) tracker = open_tracker ();
  g_autoptr (TestClient) liar = test_client_member (tracker, "liar");
  g_autoptr (TestClient) ben = test_client_member (tracker, "ben");

  drop (offer_folder (liar, 1, "papers", 1, 2));
  check_next (send_entries (liar, 1, 0, entry ("a.txt", 2), entry ("virus.txt", 3)), 2, TRUE);
  drop (offer_folder (ben, 1, "papers", 1, 2));
  check_next (send_entries (ben, 1, 0, entry ("a.txt", 2), entry ("b.txt", 3)), 0, FALSE);
  check_next (send_entries (ben, 1, 0, entry ("a.txt", 2), entry ("b.txt", 3)), 2, TRUE);
  assert_found (ben, "{\"user\": \"ben\"}", "b.txt,a.txt,papers");
  g_assert_cmpint (withdraw_all (liar), ==, 1);
  assert_found (ben, "{}", "b.txt,a.txt,papers");
}

/* Two at the same time: the second one that is done finds the listing of the first. */
static void
test_folder_race (void)
{
  g_autoptr (TestTracker) tracker = open_tracker ();
  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");
  g_autoptr (TestClient) ben = test_client_member (tracker, "ben");

  drop (offer_folder (ada, 1, "papers", 1, 2));
  drop (offer_folder (ben, 1, "papers", 1, 2));
  check_next (send_entries (ada, 1, 0, entry ("a.txt", 2)), 1, FALSE);
  check_next (send_entries (ben, 1, 0, entry ("a.txt", 2)), 1, FALSE);
  check_next (send_entries (ada, 1, 1, entry ("b.txt", 3)), 2, TRUE);
  check_next (send_entries (ben, 1, 1, entry ("b.txt", 3)), 2, TRUE);
  assert_found (ada, "{}", "b.txt,a.txt,papers");

  g_autoptr (JsonArray) sources = sources_of (ada, 2);

  g_assert_cmpuint (json_array_get_length (sources), ==, 2);
}

static void
test_interrupted (void)
{
  g_autoptr (TestTracker) tracker = open_tracker ();
  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");

  drop (offer_folder (ada, 1, "papers", 1, 3));
  check_next (send_entries (ada, 1, 0, entry ("a.txt", 2)), 1, FALSE);
  test_client_disconnect (ada);
  test_tracker_close (tracker);
  test_tracker_open (tracker);
  test_client_attach (ada, tracker, "192.0.2.1");
  drop (test_client_sign_in (ada, "ada", TEST_PASSWORD));
  assert_found (ada, "{}", "");
  /* It goes on where it was. */
  check_result (offer_folder (ada, 1, "papers", 1, 3), 1, FALSE);
  check_next (send_entries (ada, 1, 0, entry ("a.txt", 2)), 1, FALSE);
  check_next (send_entries (ada, 1, 1, entry ("b.txt", 3), entry ("c.txt", 4)), 3, TRUE);
  assert_found (ada, "{}", "c.txt,b.txt,a.txt,papers");
  /* Or something else takes its place. */
  drop (offer_folder (ada, 2, "letters", 5, 3));
  check_next (send_entries (ada, 2, 0, entry ("x.txt", 6)), 1, FALSE);
  check_result (offer_folder (ada, 2, "letters", 7, 1), 1, TRUE);
  check_next (send_entries (ada, 2, 0, entry ("y.txt", 8)), 1, TRUE);
  assert_found (ada, "{\"words\": \"txt\"}", "y.txt,c.txt,b.txt,a.txt");
}

static void
test_withdraw (void)
{
  g_autoptr (TestTracker) tracker = open_tracker ();
  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");
  g_autoptr (TestClient) ben = test_client_member (tracker, "ben");

  drop (offer_one (ada, 1, "one.txt", 1, 100));
  drop (offer_one (ada, 2, "two.txt", 2, 100));
  drop (offer_one (ben, 3, "three.txt", 3, 100));
  g_assert_cmpint (withdraw_one (ada, 1), ==, 1);
  g_assert_cmpint (withdraw_one (ada, 1), ==, 0);
  /* Those of others are not hers. */
  g_assert_cmpint (withdraw_one (ada, 3), ==, 0);
  assert_found (ada, "{}", "three.txt,two.txt");
  g_assert_cmpint (withdraw_all (ada), ==, 1);
  g_assert_cmpint (withdraw_all (ada), ==, 0);
  assert_found (ada, "{}", "three.txt");
  /* And back. */
  check_result (offer_one (ada, 1, "one.txt", 1, 100), 1, TRUE);
  assert_found (ada, "{}", "one.txt,three.txt");
}

/* More than what goes in one transaction. */
static void
test_withdraw_many (void)
{
  g_autoptr (TestTracker) tracker = open_tracker ();
  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");
  const guint n_offers = 2 * SHOAL_WITHDRAW_AT_ONCE + 10;
  guint n = 0;

  while (n < n_offers)
    {
      JsonArray *array = json_array_new ();

      for (guint i = 0; i < 500 && n < n_offers; i++, n++)
        {
          g_autofree char *name = g_strdup_printf ("file %u.txt", n);

          json_array_add_object_element (array, file_offer (n, name, n, 10));
        }
      drop (
          test_client_call (ada, SHOAL_METHOD_OFFER, shoal_json_new ("offers", "a", array, NULL)));
    }
  g_assert_cmpint (withdraw_all (ada), ==, n_offers);
  assert_found (ada, "{\"words\": \"file\"}", "");
  /* What is left is deleted while there is nothing else to do. */
  test_wait_until (test_tracker_count (tracker, "SELECT count (*) FROM items") == 0);
  g_assert_cmpint (test_tracker_count (
                       tracker, "SELECT count (*) FROM item_words WHERE item_words MATCH 'type5'"),
                   ==, 0);
}

static void
test_offers (void)
{
  g_autoptr (TestTracker) tracker = open_tracker ();
  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");
  g_autoptr (TestClient) ben = test_client_member (tracker, "ben");

  drop (offer_one (ada, 1, "one.txt", 1, 100));
  drop (offer_folder (ada, 2, "papers", 2, 5));
  drop (offer_one (ben, 1, "one.txt", 1, 100));

  g_autoptr (JsonObject) answer = test_client_call (ada, SHOAL_METHOD_OFFERS, NULL);
  JsonArray *offers = json_object_get_array_member (answer, "offers");

  g_assert_cmpuint (json_array_get_length (offers), ==, 2);
  g_assert_false (json_object_has_member (answer, "cursor"));

  JsonObject *file = json_array_get_object_element (offers, 0);
  JsonObject *folder = json_array_get_object_element (offers, 1);

  g_assert_cmpstr (json_object_get_string_member (file, "name"), ==, "one.txt");
  g_assert_cmpint (json_object_get_int_member (file, "sources"), ==, 2);
  g_assert_true (json_object_get_boolean_member (file, "complete"));
  g_assert_cmpstr (json_object_get_string_member (folder, "kind"), ==, "folder");
  g_assert_cmpint (json_object_get_int_member (folder, "entries"), ==, 5);
  g_assert_false (json_object_get_boolean_member (folder, "complete"));
}

static JsonObject *
get_source (JsonArray *sources, guint index)
{
  return json_array_get_object_element (sources, index);
}

static void
test_sources (void)
{
  g_autoptr (TestTracker) tracker = open_tracker ();
  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");
  g_autoptr (TestClient) ben = test_client_member (tracker, "ben");
  g_autoptr (TestClient) cem = test_client_member (tracker, "cem");
  g_autoptr (TestClient) dan = test_client_member (tracker, "dan");
  g_autofree char *id = make_id (1);

  drop (offer_one (ada, 1, "film.mkv", 1, 10));
  test_client_disconnect (ada);
  drop (offer_folder (ben, 1, "films", 2, 1));
  check_next (send_entries (ben, 1, 0, entry ("old/movie.mkv", 1)), 1, TRUE);
  drop (test_client_call (
      cem, SHOAL_METHOD_PULLING,
      shoal_json_new ("id", "s", id, "size", "i", (gint64) 10, "active", "b", TRUE, NULL)));
  test_wait_until (shoal_sessions_find (test_tracker_parts (tracker)->sessions, ada->device)
                   == NULL);

  /* Online first, complete before partial. */
  g_autoptr (JsonArray) sources = sources_of (dan, 1);

  g_assert_cmpuint (json_array_get_length (sources), ==, 3);
  g_assert_cmpstr (json_object_get_string_member (get_source (sources, 0), "device"), ==,
                   ben->device);
  g_assert_cmpstr (json_object_get_string_member (get_source (sources, 0), "user"), ==, "ben");
  /* What it is called, not the folder that it lies in: who fetches it by its id needs a name. */
  g_assert_cmpstr (json_object_get_string_member (get_source (sources, 0), "offer_name"), ==,
                   "movie.mkv");
  g_assert_false (json_object_get_boolean_member (get_source (sources, 0), "manifest"));
  g_assert_cmpint (json_object_get_int_member (get_source (sources, 0), "size"), ==, 10);
  g_assert_cmpstr (json_object_get_string_member (get_source (sources, 1), "user"), ==, "cem");
  g_assert_true (json_object_get_boolean_member (get_source (sources, 1), "partial"));
  g_assert_cmpstr (json_object_get_string_member (get_source (sources, 2), "user"), ==, "ada");
  g_assert_false (json_object_get_boolean_member (get_source (sources, 2), "online"));

  g_autoptr (JsonArray) folder = sources_of (dan, 2);

  g_assert_cmpuint (json_array_get_length (folder), ==, 1);
  g_assert_true (json_object_get_boolean_member (get_source (folder, 0), "manifest"));
  g_assert_cmpint (json_object_get_int_member (get_source (folder, 0), "size"), ==, 1234);

  /* Another size is another content. */
  g_autoptr (JsonObject) other = test_client_call (
      dan, SHOAL_METHOD_SOURCES, shoal_json_new ("id", "s", id, "size", "i", (gint64) 11, NULL));

  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (other, "sources")), ==, 0);
  /* Who is downloading is a source until the connection ends. */
  test_client_disconnect (cem);
  test_wait_until (shoal_sessions_find (test_tracker_parts (tracker)->sessions, cem->device)
                   == NULL);

  g_autoptr (JsonArray) left = sources_of (dan, 1);

  g_assert_cmpuint (json_array_get_length (left), ==, 2);
}

static void
test_pulling_ends (void)
{
  g_autoptr (TestTracker) tracker = open_tracker ();
  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");
  g_autofree char *id = make_id (1);

  for (int active = 1; active >= 0; active--)
    {
      drop (test_client_call (
          ada, SHOAL_METHOD_PULLING,
          shoal_json_new ("id", "s", id, "size", "i", (gint64) 10, "active", "b", active, NULL)));

      g_autoptr (JsonArray) sources = sources_of (ada, 1);

      g_assert_cmpuint (json_array_get_length (sources), ==, active);
      if (active)
        g_assert_false (json_object_get_boolean_member (get_source (sources, 0), "manifest"));
    }
  /* That it is a folder is known also when nobody offers it any more. */
  drop (test_client_call (ada, SHOAL_METHOD_PULLING,
                          shoal_json_new ("id", "s", id, "size", "i", (gint64) 10, "manifest", "b",
                                          TRUE, "active", "b", TRUE, NULL)));

  g_autoptr (JsonArray) folder = sources_of (ada, 1);

  g_assert_cmpuint (json_array_get_length (folder), ==, 1);
  g_assert_true (json_object_get_boolean_member (get_source (folder, 0), "partial"));
  g_assert_true (json_object_get_boolean_member (get_source (folder, 0), "manifest"));
  g_clear_error (&(GError *){
      test_client_refused (ada, SHOAL_METHOD_PULLING,
                           shoal_json_new ("id", "s", id, "size", "i", (gint64) 10, "manifest", "i",
                                           (gint64) 1, "active", "b", TRUE, NULL),
                           SHOAL_ERROR_INVALID) });
  g_clear_error (&(GError *){ test_client_refused (
      ada, SHOAL_METHOD_PULLING, shoal_json_new ("id", "s", id, "size", "i", (gint64) 10, NULL),
      SHOAL_ERROR_INVALID) });
}

static void
test_broadcast (void)
{
  g_autoptr (TestTracker) tracker = open_tracker ();
  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");
  g_autoptr (TestClient) ben = test_client_member (tracker, "ben");

  drop (offer_one (ada, 1, "one.txt", 1, 100));

  g_autoptr (JsonObject) first = test_client_wait (ben, SHOAL_NOTIFICATION_CATALOGUE);

  for (guint i = 2; i < 20; i++)
    drop (offer_one (ada, i, "more.txt", i, 100));

  g_autoptr (JsonObject) second = test_client_wait (ben, SHOAL_NOTIFICATION_CATALOGUE);

  /* Many changes, one message. */
  g_assert_cmpint (json_object_get_int_member (second, "seq"), >,
                   json_object_get_int_member (first, "seq") + 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/catalogue/offer", test_offer);
  g_test_add_func ("/catalogue/replace", test_replace);
  g_test_add_func ("/catalogue/folder", test_folder);
  g_test_add_func ("/catalogue/folder/shared", test_folder_shared);
  g_test_add_func ("/catalogue/folder/differs", test_folder_differs);
  g_test_add_func ("/catalogue/folder/race", test_folder_race);
  g_test_add_func ("/catalogue/folder/interrupted", test_interrupted);
  g_test_add_func ("/catalogue/withdraw", test_withdraw);
  g_test_add_func ("/catalogue/withdraw/many", test_withdraw_many);
  g_test_add_func ("/catalogue/offers", test_offers);
  g_test_add_func ("/catalogue/sources", test_sources);
  g_test_add_func ("/catalogue/pulling", test_pulling_ends);
  g_test_add_func ("/catalogue/broadcast", test_broadcast);
  return g_test_run ();
}
