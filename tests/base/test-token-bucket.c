/* test-token-bucket.c: rate, order, cancelling and changes while threads wait
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "shoal-limits.h"
#include "shoal-token-bucket.h"

typedef struct
{
  ShoalTokenBucket *bucket;
  GCancellable *cancellable;
  gsize bytes;
  guint times;
  gint passed;
  gint cancelled;
} Taker;

static gpointer
take_in_thread (gpointer user_data)
{
  Taker *taker = user_data;

  for (guint i = 0; i < taker->times; i++)
    {
      g_autoptr (GError) error = NULL;
      if (shoal_token_bucket_take (taker->bucket, taker->bytes, taker->cancellable, &error))
        {
          g_atomic_int_inc (&taker->passed);
          continue;
        }
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_atomic_int_inc (&taker->cancelled);
    }
  return NULL;
}

static void
test_unlimited (void)
{
  g_autoptr (ShoalTokenBucket) bucket = shoal_token_bucket_new (0);

  for (guint i = 0; i < 1000; i++)
    {
      g_assert_true (shoal_token_bucket_take (bucket, G_MAXUINT32, NULL, NULL));
      g_assert_cmpint (shoal_token_bucket_delay (bucket, G_MAXUINT32), ==, 0);
    }
}

static void
test_delay (void)
{
  /* 1 MiB/s: the burst is 256 KiB, then each further MiB is a second. */
  g_autoptr (ShoalTokenBucket) bucket = shoal_token_bucket_new (SHOAL_MIB);

  g_assert_cmpuint (shoal_token_bucket_get_rate (bucket), ==, SHOAL_MIB);
  g_assert_cmpint (shoal_token_bucket_delay (bucket, 256 * SHOAL_KIB), ==, 0);
  gint64 first = shoal_token_bucket_delay (bucket, SHOAL_MIB);
  gint64 second = shoal_token_bucket_delay (bucket, SHOAL_MIB);
  g_assert_cmpint (first, >, 0);
  g_assert_cmpint (first, <=, 1000001);
  g_assert_cmpint (second, >, first);
  g_assert_cmpint (second, <=, 2000002);
}

static void
test_threads_share (void)
{
  /* 8 MiB at 8 MiB/s less the burst of a quarter: never faster than three quarters of a second. */
  g_autoptr (ShoalTokenBucket) bucket = shoal_token_bucket_new (8 * SHOAL_MIB);
  Taker takers[8] = { 0 };
  GThread *threads[G_N_ELEMENTS (takers)];
  gint64 start = g_get_monotonic_time ();

  for (gsize i = 0; i < G_N_ELEMENTS (takers); i++)
    {
      takers[i].bucket = bucket;
      takers[i].bytes = 64 * SHOAL_KIB;
      takers[i].times = 16;
      threads[i] = g_thread_new ("taker", take_in_thread, &takers[i]);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (takers); i++)
    {
      g_thread_join (threads[i]);
      g_assert_cmpint (takers[i].passed, ==, 16);
    }
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 740000);
}

static void
test_cancel_hands_back (void)
{
  g_autoptr (ShoalTokenBucket) bucket = shoal_token_bucket_new (1024 * 1024);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  /* A gigabyte would take a quarter of an hour; the one behind it has to get its turn when it
   * leaves. */
  Taker large = { .bucket = bucket, .cancellable = cancellable, .bytes = 1 << 30, .times = 1 };
  Taker small = { .bucket = bucket, .bytes = 16 * 1024, .times = 1 };

  GThread *first = g_thread_new ("large", take_in_thread, &large);
  /* The delay of nothing tells when the first has booked. */
  while (shoal_token_bucket_delay (bucket, 0) == 0)
    g_thread_yield ();
  GThread *second = g_thread_new ("small", take_in_thread, &small);
  g_cancellable_cancel (cancellable);
  g_thread_join (first);
  g_thread_join (second);
  g_assert_cmpint (large.cancelled, ==, 1);
  g_assert_cmpint (small.passed, ==, 1);
  g_assert_cmpint (shoal_token_bucket_delay (bucket, 0), <, 1000000);

  /* Cancelled before: does not book. */
  g_autoptr (GError) error = NULL;
  g_assert_false (shoal_token_bucket_take (bucket, 1 << 30, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (shoal_token_bucket_delay (bucket, 0), <, 1000000);
}

static void
test_set_rate_wakes (void)
{
  g_autoptr (ShoalTokenBucket) bucket = shoal_token_bucket_new (1);
  Taker takers[4] = { 0 };
  GThread *threads[G_N_ELEMENTS (takers)];

  for (gsize i = 0; i < G_N_ELEMENTS (takers); i++)
    {
      takers[i].bucket = bucket;
      takers[i].bytes = 1 << 30;
      takers[i].times = 1;
      threads[i] = g_thread_new ("taker", take_in_thread, &takers[i]);
    }
  while (shoal_token_bucket_delay (bucket, 0) == 0)
    g_thread_yield ();
  shoal_token_bucket_set_rate (bucket, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (takers); i++)
    {
      g_thread_join (threads[i]);
      g_assert_cmpint (takers[i].passed, ==, 1);
    }
  /* A rate after none starts afresh. */
  shoal_token_bucket_set_rate (bucket, SHOAL_MIB);
  g_assert_cmpint (shoal_token_bucket_delay (bucket, 64 * SHOAL_KIB), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/token-bucket/unlimited", test_unlimited);
  g_test_add_func ("/token-bucket/delay", test_delay);
  g_test_add_func ("/token-bucket/threads-share", test_threads_share);
  g_test_add_func ("/token-bucket/cancel-hands-back", test_cancel_hands_back);
  g_test_add_func ("/token-bucket/set-rate-wakes", test_set_rate_wakes);
  return g_test_run ();
}
