/* test-guessing.c: who guesses at many passwords keeps out nobody, and does not fill the log
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "test-guessing"

#include "config.h"

#include "shoal-limits.h"
#include "shoal-password.h"
#include "test-tracker.h"

#define GUESSER "192.0.2.66"
#define PASSWORD "passe\u0301 compose\u0301"
/* Of that, and made with little work, so that many take no time. */
#define CHEAP_HASH                                                                                 \
  "$argon2id$v=19$m=8,t=1,p=1$gPEXdeVmVGTakJaqRdDohw$+HOblKmHksXJAcbZq+WGh6ccQmA4/rSZhZlhaj8EFCQ"

/* So many guesses must wait for their time, a quarter of a second more each: the last one so long
 * that a machine that is slow has done all else before. */
#define N_LATE 12

/* ---- The pool ---- */

typedef struct
{
  guint *n_left;
  guint *n_done;  /* of all */
  guint when;     /* the how many-th it was */
  gboolean right; /* the password was */
  GError *error;
} Try;

static void
on_verified_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Try *try = user_data;

  shoal_password_verify_finish (result, &try->right, &try->error);
  try->when = ++*try->n_done;
  --*try->n_left;
}

static void
on_hashed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Try *try = user_data;
  g_autofree char *hash = shoal_password_hash_finish (result, &try->error);

  --*try->n_left;
}

/* Returns: whether the guesses came at once; on a machine that stood still meanwhile the pace let
 * them through, and their order says nothing */
static gboolean
guess_at_once (void)
{
  const ShoalTurn guesser = { GUESSER, TRUE };
  const ShoalTurn other = { "192.0.2.1", TRUE };
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalPasswordPool) pool = shoal_password_pool_new (&error);
  g_autoptr (GCancellable) gone = g_cancellable_new ();
  Try tries[SHOAL_TRIES_BURST + N_LATE + 2] = { 0 };
  const guint n = G_N_ELEMENTS (tries);
  guint n_done = 0;
  guint n_left = n;

  g_assert_no_error (error);

  gint64 began_us = g_get_monotonic_time ();

  for (guint i = 0; i < n; i++)
    {
      tries[i] = (Try){ .n_left = &n_left, .n_done = &n_done };
      shoal_password_verify_async (pool, i == n - 1 ? &other : &guesser, "wrong", CHEAP_HASH,
                                   i == n - 2 ? gone : NULL, on_verified_cb, &tries[i]);
    }
  /* One that does not wait any more is told at once. */
  g_cancellable_cancel (gone);

  gboolean at_once = g_get_monotonic_time () - began_us < G_USEC_PER_SEC;

  test_wait_until (n_left == 0);
  for (guint i = 0; i < n; i++)
    {
      if (i == n - 2)
        g_assert_error (tries[i].error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      else
        g_assert_no_error (tries[i].error);
      g_assert_false (tries[i].right);
      g_clear_error (&tries[i].error);
    }
  if (!at_once)
    return FALSE;
  g_assert_cmpuint (tries[n - 1].when, <, tries[n - 3].when);
  g_assert_cmpuint (tries[n - 2].when, <, tries[n - 3].when);
  return TRUE;
}

/* Guesses beyond a classroom's mistakes wait for their time, and whoever comes after them from
 * elsewhere does not wait behind them. */
static void
test_pace (void)
{
  for (int i = 0; i < 10; i++)
    if (guess_at_once ())
      return;
  g_error ("The machine never came to %d guesses within a second", SHOAL_TRIES_BURST + N_LATE);
}

/* Right passwords of one address are not slowed down: after twice as many as may be wrong, a wrong
 * one still has its turn before a guess that must wait. */
static void
test_right_ones (void)
{
  const ShoalTurn school = { "192.0.2.1", TRUE };
  const ShoalTurn guesser = { GUESSER, TRUE };
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalPasswordPool) pool = shoal_password_pool_new (&error);
  Try tries[SHOAL_TRIES_BURST + N_LATE + 1] = { 0 };
  guint n_done = 0;

  g_assert_no_error (error);
  for (guint i = 0; i < 2 * SHOAL_TRIES_BURST; i++)
    {
      guint one = 1;
      Try try = { .n_left = &one, .n_done = &n_done };

      shoal_password_verify_async (pool, &school, PASSWORD, CHEAP_HASH, NULL, on_verified_cb, &try);
      test_wait_until (one == 0);
      g_assert_no_error (try.error);
      g_assert_true (try.right);
    }

  const guint n = G_N_ELEMENTS (tries);
  guint n_left = n;

  for (guint i = 0; i < n; i++)
    {
      tries[i] = (Try){ .n_left = &n_left, .n_done = &n_done };
      shoal_password_verify_async (pool, i == n - 1 ? &school : &guesser, "wrong", CHEAP_HASH, NULL,
                                   on_verified_cb, &tries[i]);
    }
  test_wait_until (n_left == 0);
  g_assert_no_error (tries[n - 1].error);
  g_assert_cmpuint (tries[n - 1].when, <, tries[n - 2].when);
}

/* When there is no more room, the one that waits for most gives up places, not the last to come. */
static void
test_full (void)
{
  const ShoalTurn guesser = { GUESSER, TRUE };
  const ShoalTurn other = { "192.0.2.1", TRUE };
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalPasswordPool) pool = shoal_password_pool_new (&error);
  Try tries[2 * SHOAL_ARGON2_QUEUE + 40] = { 0 };
  const guint n = G_N_ELEMENTS (tries);
  guint n_refused = 0;
  guint n_left = n;

  g_assert_no_error (error);
  for (guint i = 0; i < n; i++)
    {
      tries[i] = (Try){ .n_left = &n_left };
      shoal_password_hash_async (pool, i == n - 1 ? &other : &guesser, PASSWORD, NULL, on_hashed_cb,
                                 &tries[i]);
    }
  test_wait_until (n_left == 0);
  g_assert_no_error (tries[n - 1].error);
  for (guint i = 0; i < n - 1; i++)
    {
      if (tries[i].error == NULL)
        continue;
      g_assert_error (tries[i].error, SHOAL_ERROR, SHOAL_ERROR_BUSY);
      g_assert_cmpint (shoal_error_get_retry_ms (tries[i].error), >, 0);
      g_clear_error (&tries[i].error);
      n_refused++;
    }
  g_assert_cmpuint (n_refused, >, 0);
}

/* ---- The log ---- */

/* Whoever tries many names from one address has some entries, and one for all the others. */
static void
test_summed_up (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();
  g_autoptr (TestClient) client = test_client_new ();
  const guint n_more = 5;

  test_tracker_open (tracker);
  test_client_attach (client, tracker, GUESSER);
  for (guint i = 0; i < SHOAL_SINGLE_TRIES + n_more; i++)
    {
      g_autofree char *user = g_strdup_printf ("nobody%u", i);
      g_autoptr (GError) error = test_client_refused (
          client, SHOAL_METHOD_SIGN_IN,
          shoal_json_new ("user", "s", user, "password", "s", PASSWORD, NULL), SHOAL_ERROR_AUTH);
    }
  g_assert_cmpint (test_tracker_count (tracker, "SELECT count(*) FROM audit "
                                                "WHERE event = 'sign-in-failed'"),
                   ==, SHOAL_SINGLE_TRIES);
  /* What has been counted is not lost when the tracker stops. */
  test_tracker_close (tracker);
  test_tracker_open (tracker);
  g_assert_cmpint (test_tracker_count (tracker, "SELECT count(*) FROM audit "
                                                "WHERE event = 'sign-in-failed'"),
                   ==, SHOAL_SINGLE_TRIES + 1);
  g_assert_cmpint (test_tracker_count (tracker, "SELECT count(*) FROM audit WHERE text = "
                                                "'5 more failed tries from 192.0.2.66 within a "
                                                "minute.' AND address = '192.0.2.66'"),
                   ==, 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/guessing/pace", test_pace);
  g_test_add_func ("/guessing/right-ones", test_right_ones);
  g_test_add_func ("/guessing/full", test_full);
  g_test_add_func ("/guessing/summed-up", test_summed_up);
  return g_test_run ();
}
