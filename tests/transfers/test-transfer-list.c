/* test-transfer-list.c: many downloads added and removed at once: what the list tells of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "transfer-fixture.h"

#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-tls.h"
#include "shoal-transfer-store.h"

#define N_MANY 1000
/* What a row of the list costs those who show it comes in portions of so many at most. */
#define AT_ONCE 64
#define REMOVED_AT_ONCE 16

/* What somebody hears who follows the list. */
typedef struct
{
  guint n_told;
  guint most_added;
  guint most_removed;
} Told;

static void
on_items_changed_cb (Told *told, guint position, guint removed, guint added)
{
  told->n_told++;
  told->most_added = MAX (told->most_added, added);
  told->most_removed = MAX (told->most_removed, removed);
}

static void
assert_portions (const Told *told, guint n)
{
  g_assert_cmpuint (told->n_told, <=, n / (told->most_removed > 0 ? REMOVED_AT_ONCE : AT_ONCE) + 1);
  g_assert_cmpuint (told->most_added, <=, AT_ONCE);
  g_assert_cmpuint (told->most_removed, <=, REMOVED_AT_ONCE);
}

static void
keep_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static guint
count (TransferFixture *fixture)
{
  return g_list_model_get_n_items (G_LIST_MODEL (fixture->manager));
}

/* Of each content one, to one place. Returns: (transfer full): of #ShoalTransferRequest, whose
 * strings are @names' and the fixture's */
static GArray *
make_requests (TransferFixture *fixture, guint n, GPtrArray *names)
{
  GArray *requests = g_array_new (FALSE, TRUE, sizeof (ShoalTransferRequest));

  for (guint i = 0; i < n; i++)
    {
      ShoalTransferRequest request
          = { .size = 10, .total_size = 10, .folder_path = fixture->downloads, .mtime_ms = -1 };

      g_ptr_array_add (names, g_strdup_printf ("file %u", i));
      request.name = g_ptr_array_index (names, i);
      *(guint32 *) (gpointer) request.id.bytes = i + 1;
      g_array_append_val (requests, request);
    }
  return requests;
}

static GPtrArray *
add_many (TransferFixture *fixture, GArray *requests, GError **refused)
{
  g_autoptr (GAsyncResult) result = NULL;

  shoal_transfer_manager_add_many_async (fixture->manager,
                                         (ShoalTransferRequest *) (gpointer) requests->data,
                                         requests->len, NULL, keep_result, &result);
  wait_until (result != NULL);
  return shoal_transfer_manager_add_many_finish (fixture->manager, result, refused);
}

static void
test_add (TransferFixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) requests = make_requests (fixture, N_MANY, names);
  g_autoptr (GError) error = NULL;
  Told told = { 0 };

  g_signal_connect_swapped (fixture->manager, "items-changed", G_CALLBACK (on_items_changed_cb),
                            &told);

  g_autoptr (GPtrArray) added = add_many (fixture, requests, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (added->len, ==, N_MANY);
  g_assert_cmpuint (count (fixture), ==, N_MANY);
  assert_portions (&told, N_MANY);
  /* In the order in which they were asked for, here and after a start. */
  for (guint i = 0; i < N_MANY; i++)
    g_assert_cmpstr (shoal_transfer_get_name (g_ptr_array_index (added, i)), ==,
                     g_ptr_array_index (names, i));
  g_signal_handlers_disconnect_by_data (fixture->manager, &told);
  transfer_fixture_restart (fixture);
  g_assert_cmpuint (count (fixture), ==, N_MANY);
  for (guint i = 0; i < N_MANY; i++)
    {
      g_autoptr (ShoalTransfer) transfer
                 = g_list_model_get_item (G_LIST_MODEL (fixture->manager), i);

      g_assert_cmpstr (shoal_transfer_get_name (transfer), ==, g_ptr_array_index (names, i));
    }
}

/* What is in the list, or twice in the request, is one; what cannot be is told of. */
static void
test_add_same (TransferFixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) requests = make_requests (fixture, AT_ONCE + 1, names);
  g_autoptr (GError) error = NULL;
  ShoalTransferRequest huge = g_array_index (requests, ShoalTransferRequest, 0);

  huge.size = SHOAL_MAX_FILE_SIZE + 1;
  g_array_append_vals (requests, requests->data, 2);
  g_array_insert_val (requests, 5, huge);

  g_autoptr (GPtrArray) added = add_many (fixture, requests, &error);

  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
  g_assert_cmpuint (added->len, ==, AT_ONCE + 3);
  g_assert_cmpuint (count (fixture), ==, AT_ONCE + 1);
  g_assert_true (g_ptr_array_index (added, 0) == g_ptr_array_index (added, AT_ONCE + 1));
  g_assert_true (g_ptr_array_index (added, 1) == g_ptr_array_index (added, AT_ONCE + 2));

  g_autoptr (GError) again = NULL;
  g_autoptr (GPtrArray) same = add_many (fixture, requests, &again);

  g_assert_error (again, SHOAL_ERROR, SHOAL_ERROR_INVALID);
  g_assert_cmpuint (same->len, ==, added->len);
  for (guint i = 0; i < same->len; i++)
    g_assert_true (g_ptr_array_index (same, i) == g_ptr_array_index (added, i));
  g_assert_cmpuint (count (fixture), ==, AT_ONCE + 1);

  g_autoptr (GArray) none = g_array_new (FALSE, FALSE, sizeof (ShoalTransferRequest));
  g_autoptr (GPtrArray) nothing = add_many (fixture, none, NULL);

  g_assert_cmpuint (nothing->len, ==, 0);
}

/* Every tenth is paused, the others have failed. */
static void
fill (TransferFixture *fixture)
{
  g_autoptr (GPtrArray) rows
             = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_transfer_row_free);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < N_MANY; i++)
    {
      ShoalTransferRow *row = g_new0 (ShoalTransferRow, 1);

      row->uuid = g_uuid_string_random ();
      row->name = g_strdup_printf ("file %u", i);
      row->size = row->total_size = 10;
      row->n_entries = -1;
      *(guint32 *) (gpointer) row->id.bytes = i + 1;
      row->folder_path = g_strdup (fixture->downloads);
      row->mtime_ms = -1;
      row->state = g_strdup (i % 10 == 0 ? "paused" : "failed");
      g_ptr_array_add (rows, row);
    }
  shoal_database_write (fixture->database, shoal_transfer_store_insert, rows, &error);
  g_assert_no_error (error);
  transfer_fixture_restart (fixture);
  g_assert_cmpuint (count (fixture), ==, N_MANY);
}

static GPtrArray *
dup_all (TransferFixture *fixture)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < count (fixture); i++)
    g_ptr_array_add (all, g_list_model_get_item (G_LIST_MODEL (fixture->manager), i));
  return all;
}

static void
test_remove (TransferFixture *fixture, gconstpointer data)
{
  Told told = { 0 };

  fill (fixture);
  g_signal_connect_swapped (fixture->manager, "items-changed", G_CALLBACK (on_items_changed_cb),
                            &told);

  g_autoptr (GPtrArray) all = dup_all (fixture);

  shoal_transfer_manager_remove_many (fixture->manager, all);
  wait_until (count (fixture) == N_MANY / 10);
  /* Those that stay part the others into as many stretches. */
  g_assert_cmpuint (told.n_told, ==, N_MANY / 10);
  g_assert_cmpuint (told.most_removed, ==, 9);
  g_signal_handlers_disconnect_by_data (fixture->manager, &told);
  /* They are gone for good, and only they. */
  transfer_fixture_restart (fixture);
  g_assert_cmpuint (count (fixture), ==, N_MANY / 10);
}

static void
test_remove_stretches (TransferFixture *fixture, gconstpointer data)
{
  Told told = { 0 };

  fill (fixture);
  g_autoptr (GPtrArray) all = dup_all (fixture);

  /* Without the paused ones there is nothing between the others. */
  for (guint i = 0; i < all->len; i += 10)
    shoal_transfer_manager_move (fixture->manager, g_ptr_array_index (all, i), 0);
  g_signal_connect_swapped (fixture->manager, "items-changed", G_CALLBACK (on_items_changed_cb),
                            &told);
  shoal_transfer_manager_remove_many (fixture->manager, all);
  wait_until (count (fixture) == N_MANY / 10);
  assert_portions (&told, N_MANY);
  g_signal_handlers_disconnect_by_data (fixture->manager, &told);
}

/* Closing does not bring back what the user has removed. */
static void
test_remove_and_stop (TransferFixture *fixture, gconstpointer data)
{
  fill (fixture);
  g_autoptr (GPtrArray) all = dup_all (fixture);

  shoal_transfer_manager_remove_many (fixture->manager, all);
  transfer_fixture_restart (fixture);
  g_assert_cmpuint (count (fixture), ==, N_MANY / 10);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  g_assert_true (shoal_tls_init (&error));
#define ADD(path, func)                                                                            \
  g_test_add (path, TransferFixture, NULL, transfer_fixture_set_up, func,                          \
              transfer_fixture_tear_down)
  ADD ("/transfer-list/add", test_add);
  ADD ("/transfer-list/add-same", test_add_same);
  ADD ("/transfer-list/remove", test_remove);
  ADD ("/transfer-list/remove-stretches", test_remove_stretches);
  ADD ("/transfer-list/remove-and-stop", test_remove_and_stop);
#undef ADD
  return g_test_run ();
}
