/* test-offers.c: what is offered, withdrawn and forgotten, and what that leaves in the tables
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "test-offers"

#include "config.h"

#include "catalogue-fixture.h"
#include "shoal-clock.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-methods.h"
#include "test-device.h"

static ShoalOfferBatch *
run_batch (TestDevice *device, JsonObject *params, gint64 max_entries)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) owned = params;
  ShoalOfferBatch *batch
      = shoal_offer_batch_new (params, &device->offerer, max_entries, shoal_now_ms (), &error);

  g_assert_no_error (error);
  shoal_database_write (device->catalogue->database, shoal_offer_batch_run, batch, &error);
  g_assert_no_error (error);
  return batch;
}

/* What is left to do for the log and the roster: once, for what is new. */
static void
test_batch (void)
{
  g_autoptr (TestCatalogue) catalogue = test_catalogue_new ();
  g_autoptr (TestDevice) ada = test_device_new (catalogue, "ada");
  g_autoptr (ShoalOfferBatch) first = run_batch (
      ada,
      offer_params (file_offer (1, "a.txt", 1, 10), file_offer (2, "b.txt", 2, 20),
                    folder_offer (3, "c", 3, 30, 1), NULL),
      100);
  g_autoptr (ShoalOfferBatch) again
             = run_batch (ada, offer_params (file_offer (1, "a.txt", 1, 10), NULL), 100);
  g_autofree char *text = shoal_offer_batch_describe (first, 1000);
  g_autofree char *short_text = shoal_offer_batch_describe (first, 1);
  const ShoalMemberCounts *counts = shoal_offer_batch_get_counts (first);

  g_assert_cmpstr (text, ==, "3: “a.txt”, “b.txt”, folder “c”");
  g_assert_cmpstr (short_text, ==, "3: “a.txt”");
  /* The folder counts when it is complete. */
  g_assert_nonnull (counts);
  g_assert_cmpint (counts->files, ==, 2);
  g_assert_cmpint (counts->bytes, ==, 30);
  g_assert_null (shoal_offer_batch_describe (again, 1000));
  g_assert_null (shoal_offer_batch_get_counts (again));
}

/* Each is refused for itself. */
static void
test_room (void)
{
  g_autoptr (TestCatalogue) catalogue = test_catalogue_new ();
  g_autoptr (TestDevice) ada = test_device_new (catalogue, "ada");
  g_autoptr (ShoalOfferBatch) batch = run_batch (
      ada,
      offer_params (file_offer (1, "a.txt", 1, 10), file_offer (2, "b.txt", 2, 20),
                    file_offer (3, "c.txt", 3, 30), NULL),
      2);
  g_autoptr (JsonObject) answer = shoal_offer_batch_make_answer (batch);
  JsonArray *results = json_object_get_array_member (answer, "results");
  JsonObject *refusal
      = json_object_get_object_member (json_array_get_object_element (results, 2), "error");

  g_assert_false (json_object_has_member (json_array_get_object_element (results, 1), "error"));
  g_assert_cmpstr (json_object_get_string_member (refusal, "reason"), ==, "limit");
  assert_found (ada, "{}", "b.txt,a.txt");
}

/* A device that was moved while its request was under way. */
static void
test_foreign_device (void)
{
  g_autoptr (TestCatalogue) catalogue = test_catalogue_new ();
  g_autoptr (TestDevice) ada = test_device_new (catalogue, "ada");
  g_autoptr (TestDevice) ben = test_device_new (catalogue, "ben");
  TestDevice mixed = { catalogue, { ada->offerer.account_row, ben->offerer.device_row } };
  g_autoptr (GError) error = test_device_refused (
      &mixed, SHOAL_METHOD_OFFER, offer_params (file_offer (1, "a.txt", 1, 10), NULL),
      SHOAL_ERROR_AUTH);

  assert_found (ada, "{}", "");
}

static void
test_list_and_withdraw (void)
{
  g_autoptr (TestCatalogue) catalogue = test_catalogue_new ();
  g_autoptr (TestDevice) ada = test_device_new (catalogue, "ada");
  g_autoptr (TestDevice) ben = test_device_new (catalogue, "ben");

  drop (offer_one (ada, 1, "a.txt", 1, 10));
  drop (offer_one (ada, 2, "b.txt", 2, 20));
  drop (offer_one (ben, 1, "same as a.txt", 1, 10));

  g_autoptr (JsonArray) sources = sources_of (ben, 1);
  g_autoptr (JsonObject) list
             = catalogue_test_call (ada, SHOAL_METHOD_OFFERS, shoal_json_new (NULL, NULL));

  g_assert_cmpuint (json_array_get_length (sources), ==, 2);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (list, "offers")), ==, 2);
  g_assert_cmpint (withdraw_one (ada, 1), ==, 1);
  g_assert_cmpint (withdraw_one (ada, 1), ==, 0);
  assert_found (ben, "{}", "same as a.txt,b.txt");
  g_assert_cmpint (withdraw_all (ada), ==, 1);
  assert_found (ben, "{}", "same as a.txt");
  g_assert_cmpint (test_catalogue_count (catalogue, "SELECT count (*) FROM offers"), ==, 1);
}

typedef struct
{
  gint64 device_row;
} Forget;

static gboolean
run_forget (ShoalConnection *connection, gpointer data, GError **error)
{
  return shoal_catalogue_forget_device (connection, ((Forget *) data)->device_row, error);
}

/* Until nothing is left to do. Returns: (transfer full): whose counts have changed */
static GArray *
clean (TestCatalogue *catalogue)
{
  GArray *stale = g_array_new (FALSE, FALSE, sizeof (ShoalStaleCounts));
  gboolean more = TRUE;

  while (more)
    {
      ShoalCleaning *cleaning = shoal_cleaning_new ();
      g_autoptr (GError) error = NULL;

      shoal_database_write (catalogue->database, shoal_catalogue_run_cleaning, cleaning, &error);
      g_assert_no_error (error);
      g_array_append_vals (stale, cleaning->stale->data, cleaning->stale->len);
      more = cleaning->more;
      shoal_cleaning_free (cleaning);
    }
  return stale;
}

/* Found by nobody at once; deleted, and told, by the cleaning. */
static void
test_forget (void)
{
  g_autoptr (TestCatalogue) catalogue = test_catalogue_new ();
  g_autoptr (TestDevice) ada = test_device_new (catalogue, "ada");
  g_autoptr (TestDevice) ben = test_device_new (catalogue, "ben");
  g_autoptr (GError) error = NULL;
  Forget forget = { ada->offerer.device_row };

  drop (offer_one (ada, 1, "a.txt", 1, 10));
  drop (offer_folder (ada, 2, "folder", 2, 2));
  drop (send_entries (ada, 2, 0, entry ("one.txt", 3), entry ("two.txt", 4)));
  drop (offer_one (ben, 1, "b.txt", 5, 50));
  g_assert_cmpint (test_catalogue_count (catalogue, "SELECT count (*) FROM items"), ==, 5);

  shoal_database_write (catalogue->database, run_forget, &forget, &error);
  g_assert_no_error (error);
  assert_found (ben, "{}", "b.txt");

  g_autoptr (GArray) stale = clean (catalogue);

  g_assert_cmpuint (stale->len, ==, 1);
  g_assert_cmpint (g_array_index (stale, ShoalStaleCounts, 0).account_row, ==,
                   ada->offerer.account_row);
  g_assert_cmpint (g_array_index (stale, ShoalStaleCounts, 0).counts.files, ==, 0);
  g_assert_cmpint (test_catalogue_count (catalogue, "SELECT count (*) FROM items"), ==, 1);
  g_assert_cmpint (test_catalogue_count (catalogue, "SELECT count (*) FROM listings"), ==, 0);
  assert_found (ben, "{}", "b.txt");

  g_autoptr (GArray) nobody = clean (catalogue);

  g_assert_cmpuint (nobody->len, ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/catalogue/offers/batch", test_batch);
  g_test_add_func ("/catalogue/offers/room", test_room);
  g_test_add_func ("/catalogue/offers/foreign-device", test_foreign_device);
  g_test_add_func ("/catalogue/offers/list-and-withdraw", test_list_and_withdraw);
  g_test_add_func ("/catalogue/offers/forget", test_forget);
  return g_test_run ();
}
