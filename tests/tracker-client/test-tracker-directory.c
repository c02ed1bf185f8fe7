/* test-tracker-directory.c: the directory against a tracker that says what the test wants
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-tls.h"
#include "shoal-tracker-directory.h"
#include "tracker-fixture.h"

typedef struct
{
  TrackerFixture base;
  ShoalTrackerDirectory *directory;
  guint n_rosters;
  /* what the tracker's function is to do */
  gboolean refuse_second_offer;
  gboolean garble;
} Fixture;

/* ---- What the tracker answers ---- */

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

  if (g_str_equal (method, "offer"))
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
  tracker_fixture_set_up (&fixture->base, answer, fixture);
  fixture->directory = shoal_tracker_directory_new (fixture->base.link, NULL);
  g_signal_connect (fixture->directory, "roster-changed", G_CALLBACK (on_roster_changed_cb),
                    fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  shoal_tracker_link_stop (fixture->base.link);
  /* What was cancelled still calls back. */
  WAIT_UNTIL (!g_main_context_iteration (NULL, FALSE)
              && G_OBJECT (fixture->directory)->ref_count == 1);
  g_assert_finalize_object (fixture->directory);
  tracker_fixture_tear_down (&fixture->base);
}

static ShoalDirectoryState
state (Fixture *fixture)
{
  return shoal_directory_get_state (SHOAL_DIRECTORY (fixture->directory));
}

static void
go_online (Fixture *fixture)
{
  tracker_fixture_go_online (&fixture->base);
  WAIT_UNTIL (state (fixture) == SHOAL_DIRECTORY_ONLINE);
}

/* ---- Connecting ---- */

static void
test_online (Fixture *fixture, gconstpointer data)
{
  go_online (fixture);
  g_assert_cmpuint (fixture->n_rosters, ==, 1);
  g_assert_cmpuint (fake_tracker_count (fixture->base.tracker, "announce"), ==, 0);

  shoal_directory_announce (SHOAL_DIRECTORY (fixture->directory), 31337);
  WAIT_UNTIL (fake_tracker_count (fixture->base.tracker, "announce") == 1);
  g_assert_nonnull (strstr (fake_tracker_last (fixture->base.tracker, "announce"), "31337"));

  /* The others see another name at once. */
  shoal_tracker_directory_set_device_name (fixture->directory, "in the kitchen");
  shoal_tracker_directory_set_device_name (fixture->directory, "in the kitchen");
  WAIT_UNTIL (fake_tracker_count (fixture->base.tracker, "announce") == 2);
  g_assert_nonnull (
      strstr (fake_tracker_last (fixture->base.tracker, "announce"), "in the kitchen"));
  g_assert_nonnull (strstr (fake_tracker_last (fixture->base.tracker, "announce"), "31337"));
}

static void
test_reconnect (Fixture *fixture, gconstpointer data)
{
  ShoalDirectory *directory = SHOAL_DIRECTORY (fixture->directory);
  ShoalDigest id = { { 1 } };

  go_online (fixture);
  shoal_directory_announce (directory, 31337);
  shoal_directory_set_pulling (directory, &id, 77, TRUE, TRUE);
  WAIT_UNTIL (fake_tracker_count (fixture->base.tracker, "pulling") == 1);
  fake_tracker_cut (fixture->base.tracker);
  WAIT_UNTIL (state (fixture) == SHOAL_DIRECTORY_OFFLINE);
  g_assert_nonnull (shoal_directory_get_error (directory));

  WAIT_UNTIL (state (fixture) == SHOAL_DIRECTORY_ONLINE);
  WAIT_UNTIL (fake_tracker_count (fixture->base.tracker, "pulling") == 2);
  g_assert_nonnull (
      strstr (fake_tracker_last (fixture->base.tracker, "pulling"), "\"manifest\":true"));
  WAIT_UNTIL (fake_tracker_count (fixture->base.tracker, "announce") == 2);
  g_assert_null (shoal_directory_get_error (directory));
}

static void
test_gap (Fixture *fixture, gconstpointer data)
{
  go_online (fixture);
  fake_tracker_notify (fixture->base.tracker, "roster-delta",
                       "{\"seq\":2,\"members\":[],\"removed\":[]}");
  WAIT_UNTIL (fixture->n_rosters == 2);
  g_assert_cmpuint (fake_tracker_count (fixture->base.tracker, "roster"), ==, 0);
  fake_tracker_notify (fixture->base.tracker, "roster-delta",
                       "{\"seq\":5,\"members\":[],\"removed\":[]}");
  WAIT_UNTIL (fake_tracker_count (fixture->base.tracker, "roster") == 1);
  WAIT_UNTIL (fixture->n_rosters == 3);
  /* What cannot be read is a gap too. */
  fake_tracker_notify (fixture->base.tracker, "roster-delta", "{\"seq\":\"x\"}");
  WAIT_UNTIL (fake_tracker_count (fixture->base.tracker, "roster") == 2);
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
  g_assert_cmpstr (fake_tracker_last (fixture->base.tracker, "search"), ==,
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
  g_assert_cmpuint (fake_tracker_count (fixture->base.tracker, "offer"), ==, 3);
  g_assert_cmpuint (fake_tracker_count (fixture->base.tracker, "offer-entries"), ==, 3);
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
  g_assert_cmpuint (fake_tracker_count (fixture->base.tracker, "withdraw"), ==, 2);
  g_clear_object (&result);
  shoal_directory_withdraw_async (directory, NULL, NULL, keep_result, &result);
  WAIT_UNTIL (result != NULL);
  g_assert_cmpint (shoal_directory_withdraw_finish (directory, result, &error), ==, 2);
  g_assert_cmpstr (fake_tracker_last (fixture->base.tracker, "withdraw"), ==, "{\"all\":true}");
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_assert_true (shoal_tls_init (NULL));
  g_test_init (&argc, &argv, NULL);
  ADD ("/tracker-directory/online", test_online);
  ADD ("/tracker-directory/reconnect", test_reconnect);
  ADD ("/tracker-directory/gap", test_gap);
  ADD ("/tracker-directory/offline-requests", test_offline_requests);
  ADD ("/tracker-directory/search", test_search);
  ADD ("/tracker-directory/search-cancelled", test_search_cancelled);
  ADD ("/tracker-directory/sources", test_sources);
  ADD ("/tracker-directory/offer-batches", test_offer_batches);
  ADD ("/tracker-directory/withdraw", test_withdraw);
  return g_test_run ();
}
