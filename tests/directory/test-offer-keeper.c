/* test-offer-keeper.c: what a directory has becomes what is kept, whatever happens on the way
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "fake-directory.h"
#include "shoal-offer-keeper.h"

#include <string.h>

#include "shoal-error.h"

#define ONE "11111111111111111111111111111111"
#define TWO "22222222222222222222222222222222"
#define THREE "33333333333333333333333333333333"

typedef struct
{
  FakeDirectory *directory;
  ShoalOfferKeeper *keeper;
  GString *told; /* "1+ 2! …": what "changed" told, the first digit of the id and the state */
  guint n_batches;
  guint n_content; /* how many contents are not freed yet */
} Fixture;

static gboolean
on_wake_cb (gpointer unused)
{
  return G_SOURCE_REMOVE;
}

static void
iterate (void)
{
  guint wake = g_timeout_add (20, on_wake_cb, NULL);

  g_main_context_iteration (NULL, TRUE);
  GSource *source = g_main_context_find_source_by_id (NULL, wake);
  if (source != NULL)
    g_source_destroy (source);
}

#define wait_until(condition)                                                                      \
  G_STMT_START                                                                                     \
  {                                                                                                \
    gint64 deadline_ = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;                              \
    while (!(condition))                                                                           \
      {                                                                                            \
        g_assert_cmpint (g_get_monotonic_time (), <, deadline_);                                   \
        iterate ();                                                                                \
      }                                                                                            \
  }                                                                                                \
  G_STMT_END

static void
on_changed_cb (ShoalOfferKeeper *keeper, const char *offer, Fixture *self)
{
  static const char letters[]
      = { [SHOAL_OFFER_WAITING] = '?', [SHOAL_OFFER_TAKEN] = '+', [SHOAL_OFFER_REFUSED] = '!' };

  g_string_append_printf (self->told, "%s%c%c", self->told->len > 0 ? " " : "", offer[0],
                          letters[shoal_offer_keeper_get_answer (keeper, offer).state]);
}

static void
on_offering_cb (ShoalOfferKeeper *keeper, Fixture *self)
{
  self->n_batches++;
}

static void
set_up (Fixture *self, gconstpointer unused)
{
  self->directory = fake_directory_new ();
  self->keeper = shoal_offer_keeper_new (SHOAL_DIRECTORY (self->directory));
  self->told = g_string_new (NULL);
  g_signal_connect (self->keeper, "changed", G_CALLBACK (on_changed_cb), self);
  g_signal_connect (self->keeper, "offering", G_CALLBACK (on_offering_cb), self);
}

static void
tear_down (Fixture *self, gconstpointer unused)
{
  shoal_offer_keeper_stop (self->keeper);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_finalize_object (self->keeper);
  g_assert_finalize_object (self->directory);
  g_assert_cmpuint (self->n_content, ==, 0);
  g_string_free (self->told, TRUE);
}

/* ---- Helpers ---- */

typedef struct
{
  Fixture *fixture;
  guint n_entries;
} Content;

static void
content_free (gpointer data)
{
  Content *content = data;

  content->fixture->n_content--;
  g_free (content);
}

static void
fill (ShoalOffer *offer, gpointer data)
{
  Content *content = data;

  if (!offer->folder)
    return;
  offer->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_offer_entry_free);
  for (guint i = 0; i < content->n_entries; i++)
    {
      g_autofree char *path = g_strdup_printf ("%u", i);

      g_ptr_array_add (offer->entries, shoal_offer_entry_new (path, 'f', &offer->id, 1, 0));
    }
}

static ShoalOffer *
make_offer (const char *id, const char *name, guint n_entries)
{
  ShoalOffer *offer = shoal_offer_new ();

  offer->offer = g_strdup (id);
  offer->name = g_strdup (name);
  offer->folder = n_entries > 0;
  offer->n_entries = n_entries;
  offer->size = 4;
  return offer;
}

static void
put_offer (Fixture *self, ShoalOffer *offer)
{
  Content *content = g_new0 (Content, 1);

  content->fixture = self;
  content->n_entries = offer->n_entries;
  self->n_content++;
  shoal_offer_keeper_put (self->keeper, offer, fill, content, content_free);
}

static void
put (Fixture *self, const char *id, const char *name)
{
  put_offer (self, make_offer (id, name, 0));
}

static ShoalOffer *
there (Fixture *self, const char *id)
{
  return g_hash_table_lookup (fake_directory_get_offers (self->directory), id);
}

static guint
count_there (Fixture *self)
{
  return g_hash_table_size (fake_directory_get_offers (self->directory));
}

static ShoalOfferState
state_of (Fixture *self, const char *id)
{
  return shoal_offer_keeper_get_answer (self->keeper, id).state;
}

static gboolean
is_any_open (Fixture *self)
{
  return shoal_offer_keeper_is_open (self->keeper, ONE)
         || shoal_offer_keeper_is_open (self->keeper, TWO)
         || shoal_offer_keeper_is_open (self->keeper, THREE);
}

static void
on_flushed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
flush (Fixture *self)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  shoal_offer_keeper_flush_async (self->keeper, NULL, on_flushed_cb, &result);
  wait_until (result != NULL);
  g_assert_true (shoal_offer_keeper_flush_finish (self->keeper, result, &error));
  g_assert_no_error (error);
}

/* Until nothing more will be told for now: compared, offered and withdrawn. */
static void
settle (Fixture *self)
{
  flush (self);
  wait_until (!is_any_open (self));
  flush (self);
}

static void
go_online (Fixture *self)
{
  shoal_offer_keeper_start (self->keeper);
  fake_directory_set_online (self->directory, TRUE);
  settle (self);
}

static void
assert_told (Fixture *self, const char *expected)
{
  g_assert_cmpstr (self->told->str, ==, expected);
  g_string_truncate (self->told, 0);
}

/* ---- Tests ---- */

static void
test_online (Fixture *self, gconstpointer unused)
{
  go_online (self);
  put (self, ONE, "one");
  put_offer (self, make_offer (TWO, "two", 3));
  g_assert_cmpint (state_of (self, ONE), ==, SHOAL_OFFER_WAITING);
  g_assert_true (shoal_offer_keeper_is_open (self->keeper, ONE));
  g_assert_false (shoal_offer_keeper_is_open (self->keeper, THREE));
  settle (self);
  assert_told (self, "1+ 2+");
  g_assert_cmpuint (self->n_batches, ==, 1);
  g_assert_cmpuint (shoal_offer_keeper_get_answer (self->keeper, ONE).sources, ==, 1);
  g_assert_cmpuint (there (self, TWO)->entries->len, ==, 3);

  /* The same again is not told again; something else is. */
  put (self, ONE, "one");
  g_assert_cmpint (state_of (self, ONE), ==, SHOAL_OFFER_TAKEN);
  settle (self);
  g_assert_cmpuint (fake_directory_get_n_offered (self->directory), ==, 2);
  put (self, ONE, "other");
  g_assert_cmpint (state_of (self, ONE), ==, SHOAL_OFFER_WAITING);
  settle (self);
  g_assert_cmpstr (there (self, ONE)->name, ==, "other");

  shoal_offer_keeper_drop (self->keeper, ONE);
  shoal_offer_keeper_drop (self->keeper, TWO);
  shoal_offer_keeper_drop (self->keeper, THREE);
  settle (self);
  g_assert_cmpuint (count_there (self), ==, 0);
  g_assert_cmpuint (fake_directory_get_n_withdrawals (self->directory), ==, 1);
}

/* What changes meanwhile is told at the way back. */
static void
test_offline (Fixture *self, gconstpointer unused)
{
  put (self, ONE, "one");
  put (self, TWO, "two");
  settle (self);
  g_assert_cmpuint (fake_directory_get_n_offered (self->directory), ==, 0);
  go_online (self);
  g_assert_cmpuint (count_there (self), ==, 2);

  fake_directory_set_online (self->directory, FALSE);
  shoal_offer_keeper_drop (self->keeper, ONE);
  put (self, TWO, "two");
  put (self, THREE, "three");
  settle (self);
  g_assert_cmpint (state_of (self, TWO), ==, SHOAL_OFFER_TAKEN);
  g_assert_cmpint (state_of (self, THREE), ==, SHOAL_OFFER_WAITING);
  g_assert_cmpuint (count_there (self), ==, 2);

  fake_directory_set_online (self->directory, TRUE);
  g_assert_true (shoal_offer_keeper_is_open (self->keeper, THREE));
  settle (self);
  g_assert_null (there (self, ONE));
  g_assert_nonnull (there (self, THREE));
  g_assert_cmpuint (fake_directory_get_n_offered (self->directory), ==, 3);
}

/* Before all that was offered is known nothing is withdrawn. */
static void
test_not_started (Fixture *self, gconstpointer unused)
{
  fake_directory_plant (self->directory, ONE, "one");
  fake_directory_plant (self->directory, TWO, "two");
  there (self, ONE)->size = 4;
  fake_directory_set_online (self->directory, TRUE);
  for (int i = 0; i < 5; i++)
    iterate ();
  g_assert_cmpuint (count_there (self), ==, 2);
  put (self, ONE, "one");
  shoal_offer_keeper_start (self->keeper);
  settle (self);
  g_assert_cmpuint (count_there (self), ==, 1);
  g_assert_cmpint (state_of (self, ONE), ==, SHOAL_OFFER_TAKEN);
  g_assert_cmpuint (fake_directory_get_n_offered (self->directory), ==, 0);
}

/* The directory has lost one, has another under the id of one, and one that is none of ours. */
static void
test_differing (Fixture *self, gconstpointer unused)
{
  go_online (self);
  put (self, ONE, "one");
  put (self, TWO, "two");
  settle (self);
  assert_told (self, "1+ 2+");
  fake_directory_set_online (self->directory, FALSE);
  g_hash_table_remove (fake_directory_get_offers (self->directory), ONE);
  fake_directory_plant (self->directory, TWO, "else");
  fake_directory_plant (self->directory, THREE, "stale");
  fake_directory_set_online (self->directory, TRUE);
  settle (self);
  g_assert_cmpuint (count_there (self), ==, 2);
  g_assert_cmpstr (there (self, ONE)->name, ==, "one");
  g_assert_cmpstr (there (self, TWO)->name, ==, "two");
  g_assert_nonnull (strstr (self->told->str, "1?"));
  g_assert_nonnull (strstr (self->told->str, "2?"));
  g_assert_cmpint (state_of (self, ONE), ==, SHOAL_OFFER_TAKEN);
  g_assert_cmpint (state_of (self, TWO), ==, SHOAL_OFFER_TAKEN);
}

/* The same content to other people is another offer. */
static void
test_audience (Fixture *self, gconstpointer unused)
{
  static const char *const bert[] = { "bert", NULL };

  go_online (self);
  put (self, ONE, "one");
  settle (self);
  ShoalOffer *offer = make_offer (ONE, "one", 0);
  g_clear_pointer (&offer->audience, shoal_audience_unref);
  offer->audience = shoal_audience_new_accounts (bert);
  put_offer (self, offer);
  g_assert_cmpint (state_of (self, ONE), ==, SHOAL_OFFER_WAITING);
  settle (self);
  g_assert_cmpuint (fake_directory_get_n_offered (self->directory), ==, 2);
  g_assert_true (shoal_audience_has (there (self, ONE)->audience, "bert", TRUE));
  g_assert_false (shoal_audience_has (there (self, ONE)->audience, "anna", TRUE));
}

static void
test_held (Fixture *self, gconstpointer unused)
{
  put (self, ONE, "one");
  shoal_offer_keeper_hold (self->keeper, ONE);
  shoal_offer_keeper_hold (self->keeper, TWO);
  fake_directory_plant (self->directory, TWO, "two");
  go_online (self);
  g_assert_null (there (self, ONE));
  g_assert_nonnull (there (self, TWO));
  g_assert_false (is_any_open (self));

  put (self, ONE, "one");
  shoal_offer_keeper_drop (self->keeper, TWO);
  settle (self);
  g_assert_nonnull (there (self, ONE));
  g_assert_null (there (self, TWO));

  /* What stands stays, and is the answer when the same is put. */
  shoal_offer_keeper_hold (self->keeper, ONE);
  settle (self);
  g_assert_nonnull (there (self, ONE));
  put (self, ONE, "one");
  g_assert_cmpint (state_of (self, ONE), ==, SHOAL_OFFER_TAKEN);
}

static void
test_refused (Fixture *self, gconstpointer unused)
{
  fake_directory_refuse (self->directory, "evil", SHOAL_ERROR_LIMIT);
  go_online (self);
  put (self, ONE, "evil");
  put (self, TWO, "good");
  settle (self);
  assert_told (self, "1! 2+");
  g_assert_cmpint (shoal_offer_keeper_get_answer (self->keeper, ONE).error, ==, SHOAL_ERROR_LIMIT);
  g_assert_cmpuint (fake_directory_get_n_offered (self->directory), ==, 2);

  /* It is not told again by itself, but by who puts it, and at the next way back. */
  put (self, ONE, "evil");
  settle (self);
  assert_told (self, "1!");
  g_assert_cmpuint (fake_directory_get_n_offered (self->directory), ==, 3);
  fake_directory_refuse (self->directory, NULL, 0);
  fake_directory_set_online (self->directory, FALSE);
  fake_directory_set_online (self->directory, TRUE);
  settle (self);
  assert_told (self, "1? 1+");
  g_assert_nonnull (there (self, ONE));
}

/* A directory that is too busy refuses nothing: it is asked again. */
static void
test_blocked (Fixture *self, gconstpointer unused)
{
  go_online (self);
  fake_directory_set_failure (self->directory, SHOAL_ERROR_BUSY);
  put (self, ONE, "one");
  settle (self);
  g_assert_cmpint (state_of (self, ONE), ==, SHOAL_OFFER_WAITING);
  g_assert_false (shoal_offer_keeper_is_open (self->keeper, ONE));
  fake_directory_set_failure (self->directory, -1);
  wait_until (state_of (self, ONE) == SHOAL_OFFER_TAKEN);

  fake_directory_refuse (self->directory, "two", SHOAL_ERROR_BUSY);
  put (self, TWO, "two");
  settle (self);
  g_assert_cmpint (state_of (self, TWO), ==, SHOAL_OFFER_WAITING);
  g_assert_cmpint (shoal_offer_keeper_get_answer (self->keeper, TWO).error, ==, SHOAL_ERROR_BUSY);

  /* It withdraws at once all the same. */
  shoal_offer_keeper_drop (self->keeper, ONE);
  settle (self);
  g_assert_null (there (self, ONE));
  g_assert_cmpint (state_of (self, TWO), ==, SHOAL_OFFER_WAITING);
  fake_directory_refuse (self->directory, NULL, 0);
  wait_until (state_of (self, TWO) == SHOAL_OFFER_TAKEN);
}

/* A directory that tells of its state without a change of it is no reason to forget what waits. */
static void
test_told_twice (Fixture *self, gconstpointer unused)
{
  go_online (self);
  fake_directory_set_failure (self->directory, SHOAL_ERROR_BUSY);
  put (self, ONE, "one");
  settle (self);
  g_assert_cmpint (state_of (self, ONE), ==, SHOAL_OFFER_WAITING);
  fake_directory_set_failure (self->directory, -1);
  fake_directory_set_online (self->directory, TRUE);
  wait_until (state_of (self, ONE) == SHOAL_OFFER_TAKEN);
}

/* What could not be withdrawn is withdrawn later, without a new connection. */
static void
test_withdrawal_fails (Fixture *self, gconstpointer unused)
{
  go_online (self);
  put (self, ONE, "one");
  put (self, TWO, "two");
  settle (self);
  fake_directory_set_failure (self->directory, SHOAL_ERROR_BUSY);
  shoal_offer_keeper_drop (self->keeper, ONE);
  shoal_offer_keeper_drop (self->keeper, TWO);
  settle (self);
  g_assert_cmpuint (count_there (self), ==, 2);
  g_assert_cmpuint (fake_directory_get_n_withdrawals (self->directory), ==, 1);

  /* Put again meanwhile: it may be there or not, so it is told. */
  put (self, TWO, "two");
  g_assert_cmpint (state_of (self, TWO), ==, SHOAL_OFFER_WAITING);
  fake_directory_set_failure (self->directory, -1);
  wait_until (count_there (self) == 1 && state_of (self, TWO) == SHOAL_OFFER_TAKEN);
  g_assert_nonnull (there (self, TWO));
}

/* Withdrawn while it is on the way: at once, and again should it arrive after that. */
static void
test_withdrawn_on_the_way (Fixture *self, gconstpointer unused)
{
  go_online (self);
  fake_directory_set_slow (self->directory, TRUE);
  put (self, ONE, "one");
  put (self, TWO, "two");
  wait_until (fake_directory_get_n_late (self->directory) == 1);
  shoal_offer_keeper_drop (self->keeper, ONE);
  wait_until (fake_directory_get_n_withdrawals (self->directory) == 1);
  for (int i = 0; i < 5; i++)
    iterate ();
  g_assert_cmpuint (fake_directory_get_n_withdrawals (self->directory), ==, 1);
  fake_directory_set_slow (self->directory, FALSE);
  g_assert_cmpuint (count_there (self), ==, 2);
  wait_until (count_there (self) == 1);
  g_assert_nonnull (there (self, TWO));
  settle (self);
  assert_told (self, "2+");
  g_assert_cmpuint (fake_directory_get_n_withdrawals (self->directory), ==, 2);
}

/* The same, and put again before the answer: the withdrawal may have come last. */
static void
test_put_again_on_the_way (Fixture *self, gconstpointer unused)
{
  go_online (self);
  fake_directory_set_slow (self->directory, TRUE);
  put (self, ONE, "one");
  put (self, TWO, "two");
  wait_until (fake_directory_get_n_late (self->directory) == 1);
  shoal_offer_keeper_drop (self->keeper, ONE);
  put (self, TWO, "other");
  wait_until (fake_directory_get_n_withdrawals (self->directory) == 1);
  put (self, ONE, "one");
  fake_directory_set_slow (self->directory, FALSE);
  wait_until (state_of (self, ONE) == SHOAL_OFFER_TAKEN
              && state_of (self, TWO) == SHOAL_OFFER_TAKEN);
  g_assert_nonnull (there (self, ONE));
  g_assert_cmpstr (there (self, TWO)->name, ==, "other");
  g_assert_cmpuint (fake_directory_get_n_offered (self->directory), ==, 4);
}

/* The connection is lost while it is on the way. */
static void
test_lost_on_the_way (Fixture *self, gconstpointer unused)
{
  go_online (self);
  fake_directory_set_slow (self->directory, TRUE);
  put (self, ONE, "one");
  put (self, TWO, "two");
  wait_until (fake_directory_get_n_late (self->directory) == 1);
  fake_directory_set_online (self->directory, FALSE);
  fake_directory_set_slow (self->directory, FALSE);
  settle (self);
  g_assert_cmpuint (count_there (self), ==, 0);
  shoal_offer_keeper_drop (self->keeper, TWO);
  fake_directory_set_online (self->directory, TRUE);
  settle (self);
  g_assert_cmpuint (count_there (self), ==, 1);
  g_assert_cmpint (state_of (self, ONE), ==, SHOAL_OFFER_TAKEN);
  g_assert_cmpuint (fake_directory_get_n_withdrawals (self->directory), ==, 0);
}

/* More than go into one request. */
static void
test_many (Fixture *self, gconstpointer unused)
{
  go_online (self);
  for (guint i = 0; i < 2500; i++)
    {
      g_autofree char *id = g_strdup_printf ("%032u", i);

      put (self, id, "many");
    }
  put_offer (self, make_offer (ONE, "large", 100000));
  put_offer (self, make_offer (TWO, "large too", 1));
  wait_until (count_there (self) == 2502);
  settle (self);
  g_assert_cmpuint (self->n_batches, ==, 4);
  g_assert_cmpuint (there (self, ONE)->entries->len, ==, 100000);
}

static void
test_flush_cancelled (Fixture *self, gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  shoal_offer_keeper_start (self->keeper);
  fake_directory_set_online (self->directory, TRUE);
  put (self, ONE, "one");
  shoal_offer_keeper_flush_async (self->keeper, cancellable, on_flushed_cb, &result);
  g_cancellable_cancel (cancellable);
  wait_until (result != NULL);
  g_assert_false (shoal_offer_keeper_flush_finish (self->keeper, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* With nobody to offer to all of it waits. */
static void
test_nobody (void)
{
  g_autoptr (ShoalOfferKeeper) keeper = shoal_offer_keeper_new (NULL);

  shoal_offer_keeper_start (keeper);
  shoal_offer_keeper_put (keeper, make_offer (ONE, "one", 0), NULL, NULL, NULL);
  shoal_offer_keeper_hold (keeper, TWO);
  g_assert_cmpint (shoal_offer_keeper_get_answer (keeper, ONE).state, ==, SHOAL_OFFER_WAITING);
  g_assert_false (shoal_offer_keeper_is_open (keeper, ONE));
  shoal_offer_keeper_drop (keeper, ONE);
}

/* Which errors say that the same may be taken at another time. */
static void
test_answers (void)
{
  g_assert_cmpint (shoal_offer_answer_taken (3).state, ==, SHOAL_OFFER_TAKEN);
  g_assert_cmpint (shoal_offer_answer_failed (SHOAL_ERROR_BUSY).state, ==, SHOAL_OFFER_WAITING);
  g_assert_cmpint (shoal_offer_answer_failed (SHOAL_ERROR_INTERNAL).state, ==, SHOAL_OFFER_WAITING);
  g_assert_cmpint (shoal_offer_answer_failed (SHOAL_ERROR_LIMIT).state, ==, SHOAL_OFFER_REFUSED);
  g_assert_cmpint (shoal_offer_answer_failed (SHOAL_ERROR_INVALID).state, ==, SHOAL_OFFER_REFUSED);
}

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  add ("/offer-keeper/online", test_online);
  add ("/offer-keeper/offline", test_offline);
  add ("/offer-keeper/not-started", test_not_started);
  add ("/offer-keeper/differing", test_differing);
  add ("/offer-keeper/audience", test_audience);
  add ("/offer-keeper/held", test_held);
  add ("/offer-keeper/refused", test_refused);
  add ("/offer-keeper/blocked", test_blocked);
  add ("/offer-keeper/told-twice", test_told_twice);
  add ("/offer-keeper/withdrawal-fails", test_withdrawal_fails);
  add ("/offer-keeper/withdrawn-on-the-way", test_withdrawn_on_the_way);
  add ("/offer-keeper/put-again-on-the-way", test_put_again_on_the_way);
  add ("/offer-keeper/lost-on-the-way", test_lost_on_the_way);
  add ("/offer-keeper/many", test_many);
  add ("/offer-keeper/flush-cancelled", test_flush_cancelled);
  g_test_add_func ("/offer-keeper/nobody", test_nobody);
  g_test_add_func ("/offer-keeper/answers", test_answers);
  return g_test_run ();
}
