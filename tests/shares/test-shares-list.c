/* test-shares-list.c: many files shared and withdrawn at once: what the list tells of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "fake-directory.h"
#include "shares-fixture.h"
#include "shoal-merkle.h"

#define N_MANY 500
/* What a row of the list costs those who show it comes in portions of so many at most. */
#define ADDED_AT_ONCE 64
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

static guint
count (SharesFixture *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->shares));
}

static void
on_added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  *(GPtrArray **) user_data = shoal_shares_add_finish (SHOAL_SHARES (source), result, &error);
  g_assert_no_error (error);
}

static void
on_removed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  *(gint64 *) user_data = shoal_shares_remove_finish (SHOAL_SHARES (source), result, &error);
  g_assert_no_error (error);
}

/* Returns: (transfer full) (element-type ShoalShare) */
static GPtrArray *
share_many (SharesFixture *self)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  GPtrArray *shares = NULL;

  for (guint i = 0; i < N_MANY; i++)
    {
      g_autofree char *name = g_strdup_printf ("file %u", i);

      shares_fixture_write (self, name, name);
      g_ptr_array_add (paths, shares_fixture_path (self, name));
    }
  g_ptr_array_add (paths, NULL);
  shoal_shares_add_async (self->shares, (const char *const *) paths->pdata, NULL, NULL, on_added_cb,
                          &shares);
  wait_until (shares != NULL);
  return shares;
}

static guint
count_served (SharesFixture *self)
{
  g_autoptr (ShoalHoldings) holdings = shoal_shares_dup_holdings (self->shares);
  guint n = 0;

  for (guint i = 0; i < N_MANY; i++)
    {
      g_autofree char *text = g_strdup_printf ("file %u", i);
      ShoalDigest id;

      shoal_merkle_piece_root (text, strlen (text), strlen (text), &id);

      g_autoptr (GArray) matches = shoal_holdings_lookup (holdings, &id);

      n += matches->len;
    }
  return n;
}

static void
test_add (SharesFixture *self, gconstpointer unused)
{
  Told told = { 0 };

  fake_directory_set_online (self->directory, TRUE);
  g_signal_connect_swapped (self->shares, "items-changed", G_CALLBACK (on_items_changed_cb), &told);

  g_autoptr (GPtrArray) shares = share_many (self);

  g_assert_cmpuint (shares->len, ==, N_MANY);
  g_assert_cmpuint (count (self), ==, N_MANY);
  g_assert_cmpuint (told.n_told, <=, N_MANY / ADDED_AT_ONCE + 1);
  g_assert_cmpuint (told.most_added, <=, ADDED_AT_ONCE);
  for (guint i = 0; i < N_MANY; i++)
    g_assert_cmpint (shoal_share_get_state (g_ptr_array_index (shares, i)), ==,
                     SHOAL_SHARE_OFFERED);
  shares_fixture_wait (self);
  g_assert_cmpuint (count_served (self), ==, N_MANY);
  g_signal_handlers_disconnect_by_data (self->shares, &told);
}

/* Nobody gets any of them from the moment in which that is asked for. */
static void
test_remove (SharesFixture *self, gconstpointer unused)
{
  g_autoptr (GPtrArray) shares = share_many (self);
  g_autoptr (GPtrArray) leaving = g_ptr_array_new ();
  gint64 n_removed = -1;
  Told told = { 0 };

  g_signal_connect_swapped (self->shares, "items-changed", G_CALLBACK (on_items_changed_cb), &told);
  for (guint i = 1; i < N_MANY; i++)
    g_ptr_array_add (leaving, g_ptr_array_index (shares, i));
  /* Twice is once. */
  g_ptr_array_add (leaving, g_ptr_array_index (shares, 1));
  shoal_shares_remove_async (self->shares, leaving, NULL, on_removed_cb, &n_removed);
  g_assert_cmpuint (count_served (self), ==, 1);

  g_autoptr (GPtrArray) found = shoal_shares_find (self->shares, "file 1");

  g_assert_cmpuint (found->len, ==, 0);
  wait_until (n_removed >= 0 && count (self) == 1);
  g_assert_cmpint (n_removed, ==, N_MANY - 1);
  g_assert_cmpuint (told.n_told, <=, N_MANY / REMOVED_AT_ONCE + 1);
  g_assert_cmpuint (told.most_removed, <=, REMOVED_AT_ONCE);
  g_signal_handlers_disconnect_by_data (self->shares, &told);
  shares_fixture_restart (self);
  g_assert_cmpuint (count (self), ==, 1);
}

/* What comes back at once is another share. */
static void
test_remove_all_and_add (SharesFixture *self, gconstpointer unused)
{
  g_autoptr (GPtrArray) shares = share_many (self);
  gint64 n_removed = -1;

  shoal_shares_remove_async (self->shares, NULL, NULL, on_removed_cb, &n_removed);

  g_autoptr (GPtrArray) again = share_many (self);

  wait_until (n_removed >= 0 && count (self) == N_MANY);
  g_assert_cmpint (n_removed, ==, N_MANY);
  for (guint i = 0; i < N_MANY; i++)
    g_assert_true (g_ptr_array_index (again, i) != g_ptr_array_index (shares, i));
  shares_fixture_wait (self);
  g_assert_cmpuint (count_served (self), ==, N_MANY);
}

static void
on_cancelled_add_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GPtrArray *shares = shoal_shares_add_finish (SHOAL_SHARES (source), result, user_data);

  g_assert_null (shares);
}

/* What is new leaves the list, what was off is off again, and what was offered stays. */
static void
test_add_cancelled (SharesFixture *self, gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  fake_directory_set_online (self->directory, TRUE);
  shares_fixture_write (self, "off", "off");
  shares_fixture_write (self, "offered", "offered");
  shares_fixture_write_random (self, "new/inside", 1000, 1);
  g_autoptr (ShoalShare) off = shares_fixture_add (self, "off");
  g_autoptr (ShoalShare) offered = shares_fixture_add (self, "offered");
  shoal_shares_set_offered (self->shares, off, FALSE);
  shares_fixture_wait (self);

  g_autofree char *off_path = shares_fixture_path (self, "off");
  g_autofree char *offered_path = shares_fixture_path (self, "offered");
  g_autofree char *new_path = shares_fixture_path (self, "new");
  const char *const paths[] = { off_path, offered_path, new_path, NULL };
  shoal_shares_add_async (self->shares, paths, NULL, cancellable, on_cancelled_add_cb, &error);
  wait_until (count (self) == 3);
  g_cancellable_cancel (cancellable);
  wait_until (error != NULL);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  wait_until (count (self) == 2);
  shares_fixture_wait (self);
  g_assert_false (shoal_share_get_wanted (off));
  g_assert_cmpint (shoal_share_get_state (off), ==, SHOAL_SHARE_NOT_OFFERED);
  g_assert_cmpint (shoal_share_get_state (offered), ==, SHOAL_SHARE_OFFERED);
  shares_fixture_restart (self);
  g_assert_cmpuint (count (self), ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define add(name, func)                                                                            \
  g_test_add ("/shares-list/" name, SharesFixture, NULL, shares_fixture_set_up, func,              \
              shares_fixture_tear_down)
  add ("add", test_add);
  add ("remove", test_remove);
  add ("add-cancelled", test_add_cancelled);
  add ("remove-all-and-add", test_remove_all_and_add);
#undef add
  return g_test_run ();
}
