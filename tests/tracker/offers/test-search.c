/* test-search.c: what members find over their connections; the search itself is tested in
 * tests/catalogue
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "test-search"

#include "config.h"

#include "catalogue-fixture.h"
#include "test-tracker.h"

static TestTracker *
open_tracker (void)
{
  TestTracker *tracker = test_tracker_new ();

  test_tracker_open (tracker);
  return tracker;
}

static void
test_available (void)
{
  g_autoptr (TestTracker) tracker = open_tracker ();
  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");
  g_autoptr (TestClient) ben = test_client_member (tracker, "ben");
  g_autoptr (TestClient) cem = test_client_member (tracker, "cem");

  drop (offer_one (ada, 1, "only ada.txt", 1, 10));
  drop (offer_one (ada, 2, "both.txt", 2, 10));
  drop (offer_one (ada, 3, "same bytes.txt", 3, 10));
  drop (offer_one (ben, 1, "both.txt", 2, 10));
  drop (offer_one (ben, 2, "other name.txt", 3, 10));
  drop (offer_folder (ada, 4, "ada's folder", 4, 1));
  drop (send_entries (ada, 4, 0, entry ("entry.txt", 5)));
  assert_found (cem, "{\"available\": true}",
                "entry.txt,ada's folder,other name.txt,same bytes.txt,both.txt,only ada.txt");
  test_client_disconnect (ada);
  test_wait_until (shoal_sessions_find (test_tracker_parts (tracker)->sessions, ada->device)
                   == NULL);
  /* The content of "same bytes" can still be had. */
  assert_found (cem, "{\"available\": true}", "other name.txt,same bytes.txt,both.txt");
  assert_found (cem, "{}",
                "entry.txt,ada's folder,other name.txt,same bytes.txt,both.txt,only ada.txt");

  g_autoptr (JsonObject) answer = search (cem, "{\"words\": \"only\"}");
  JsonObject *row
      = json_array_get_object_element (json_object_get_array_member (answer, "rows"), 0);

  g_assert_cmpint (json_object_get_int_member (row, "sources"), ==, 1);
  g_assert_cmpint (json_object_get_int_member (row, "online"), ==, 0);
  test_client_attach (ada, tracker, "192.0.2.1");
  drop (test_client_sign_in (ada, "ada", TEST_PASSWORD));
  assert_found (cem, "{\"available\": true, \"words\": \"only\"}", "only ada.txt");
}

static void
test_find (void)
{
  g_autoptr (TestTracker) tracker = open_tracker ();
  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");
  g_autoptr (TestClient) ben = test_client_member (tracker, "ben");

  drop (offer_one (ada, 1, "plan.pdf", 1, 10));
  drop (offer_one (ada, 2, "plan.pdf.old", 2, 10));

  g_autoptr (JsonObject) answer = test_client_call (
      ben, SHOAL_METHOD_FIND, shoal_json_new ("name", "s", "plan.pdf", "user", "s", "ADA", NULL));
  g_autofree char *names = names_of (answer);

  g_assert_cmpstr (names, ==, "plan.pdf");

  g_autoptr (GError) error = test_client_refused (
      ben, SHOAL_METHOD_FIND, shoal_json_new ("name", "s", "", NULL), SHOAL_ERROR_INVALID);

  g_assert_cmpstr (shoal_error_get_field (error), ==, "name");
}

static void
test_restart (void)
{
  g_autoptr (TestTracker) tracker = open_tracker ();
  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");

  drop (offer_one (ada, 1, "Holiday plan.pdf", 1, 10));
  drop (offer_one (ada, 2, "other.txt", 2, 10));
  test_client_disconnect (ada);
  test_tracker_close (tracker);
  test_tracker_open (tracker);
  test_client_attach (ada, tracker, "192.0.2.1");
  drop (test_client_sign_in (ada, "ada", TEST_PASSWORD));
  assert_found (ada, "{\"words\": \"plan\"}", "Holiday plan.pdf");
  assert_found (ada, "{\"words\": \"pl\"}", "Holiday plan.pdf");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tracker/search/available", test_available);
  g_test_add_func ("/tracker/search/find", test_find);
  g_test_add_func ("/tracker/search/restart", test_restart);
  return g_test_run ();
}
