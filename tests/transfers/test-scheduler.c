/* test-scheduler.c: every piece is handed out, taken over and given back as promised
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "shoal-limits.h"
#include "shoal-scheduler.h"

#define SECOND G_USEC_PER_SEC

static void
test_one_worker (void)
{
  g_autoptr (ShoalScheduler) scheduler = shoal_scheduler_new (100, 37);
  gboolean seen[100] = { FALSE };
  ShoalSpan span;
  guint n = 0;

  while (shoal_scheduler_take (scheduler, 1, NULL, 0, 1, 0, &span))
    for (guint32 piece = span.first; piece < span.first + span.count; piece++)
      {
        g_assert_cmpuint (piece, <, 100);
        g_assert_false (seen[piece]);
        g_assert_true (shoal_scheduler_owns (scheduler, 1, piece));
        seen[piece] = TRUE;
        shoal_scheduler_done (scheduler, 1, piece, 0);
        n++;
      }
  g_assert_cmpuint (n, ==, 100);
  g_assert_true (shoal_scheduler_is_complete (scheduler));
}

static void
test_fast_gets_more (void)
{
  g_autoptr (ShoalScheduler) scheduler = shoal_scheduler_new (10000, 0);
  ShoalSpan slow, fast;

  g_assert_true (shoal_scheduler_take (scheduler, 1, NULL, 1.0 * SHOAL_MIB, 2, 0, &slow));
  g_assert_true (shoal_scheduler_take (scheduler, 2, NULL, 60.0 * SHOAL_MIB, 2, 0, &fast));
  g_assert_cmpuint (slow.count, ==, 1);
  g_assert_cmpuint (fast.count, ==, 30);
}

static void
test_release (void)
{
  g_autoptr (ShoalScheduler) scheduler = shoal_scheduler_new (8, 0);
  ShoalSpan span, again;

  g_assert_true (shoal_scheduler_take (scheduler, 1, NULL, 0, 1, 0, &span));
  g_assert_cmpuint (span.count, ==, 4);
  shoal_scheduler_done (scheduler, 1, span.first, 0);
  shoal_scheduler_release (scheduler, 1);
  g_assert_cmpuint (shoal_scheduler_get_n_missing (scheduler), ==, 7);
  while (shoal_scheduler_take (scheduler, 2, NULL, 0, 1, 0, &again))
    for (guint32 piece = again.first; piece < again.first + again.count; piece++)
      shoal_scheduler_done (scheduler, 2, piece, 0);
  g_assert_true (shoal_scheduler_is_complete (scheduler));
}

static void
test_take_over (void)
{
  g_autoptr (ShoalScheduler) scheduler = shoal_scheduler_new (20, 0);
  ShoalSpan held, stolen;

  g_assert_true (shoal_scheduler_take (scheduler, 1, NULL, 100.0 * SHOAL_MIB, 1, 0, &held));
  g_assert_cmpuint (held.count, ==, 20);
  /* It has just begun: nobody interrupts it. */
  g_assert_false (shoal_scheduler_take (scheduler, 2, NULL, 0, 2, SECOND / 100, &stolen));
  shoal_scheduler_done (scheduler, 1, 0, 1 * SECOND);
  shoal_scheduler_done (scheduler, 1, 1, 2 * SECOND);
  g_assert_true (shoal_scheduler_take (scheduler, 2, NULL, 0, 2, 2 * SECOND, &stolen));
  g_assert_cmpuint (stolen.first, ==, 11);
  g_assert_cmpuint (stolen.count, ==, 9);
  g_assert_true (shoal_scheduler_owns (scheduler, 1, 10));
  g_assert_false (shoal_scheduler_owns (scheduler, 1, 11));
  /* The first may vanish without taking the other's pieces along. */
  shoal_scheduler_release (scheduler, 1);
  g_assert_cmpuint (shoal_scheduler_get_n_missing (scheduler), ==, 9);
  g_assert_true (shoal_scheduler_owns (scheduler, 2, 11));
}

static void
test_double_last_piece (void)
{
  g_autoptr (ShoalScheduler) scheduler = shoal_scheduler_new (1, 0);
  ShoalSpan span;

  g_assert_true (shoal_scheduler_take (scheduler, 1, NULL, 0, 1, 0, &span));
  g_assert_false (shoal_scheduler_take (scheduler, 2, NULL, 0, 2, 2 * SECOND, &span));
  g_assert_true (shoal_scheduler_take (scheduler, 2, NULL, 0, 2, 4 * SECOND, &span));
  /* Two are enough. */
  g_assert_false (shoal_scheduler_take (scheduler, 3, NULL, 0, 3, 9 * SECOND, &span));
  shoal_scheduler_done (scheduler, 2, 0, 5 * SECOND);
  g_assert_true (shoal_scheduler_is_complete (scheduler));
  g_assert_false (shoal_scheduler_owns (scheduler, 1, 0));
  shoal_scheduler_release (scheduler, 1);
  g_assert_cmpuint (shoal_scheduler_get_n_missing (scheduler), ==, 0);
}

/* Both that fetch it may be of one slow source: in time there is a third. */
static void
test_triple_last_piece (void)
{
  g_autoptr (ShoalScheduler) scheduler = shoal_scheduler_new (1, 0);
  ShoalSpan span;

  g_assert_true (shoal_scheduler_take (scheduler, 1, NULL, 0, 1, 0, &span));
  g_assert_true (shoal_scheduler_take (scheduler, 2, NULL, 0, 2, 5 * G_USEC_PER_SEC, &span));
  g_assert_false (shoal_scheduler_take (scheduler, 3, NULL, 0, 3, 19 * G_USEC_PER_SEC, &span));
  g_assert_true (shoal_scheduler_take (scheduler, 3, NULL, 0, 3, 20 * G_USEC_PER_SEC, &span));
  shoal_scheduler_done (scheduler, 3, 0, 21 * G_USEC_PER_SEC);
  g_assert_false (shoal_scheduler_owns (scheduler, 1, 0));
  g_assert_true (shoal_scheduler_is_complete (scheduler));
}

static void
test_partial_source (void)
{
  g_autoptr (ShoalScheduler) scheduler = shoal_scheduler_new (16, 0);
  const guint8 bits[] = { 0x18, 0x01 }; /* pieces 3, 4 and 15 */
  g_autoptr (GBytes) have = g_bytes_new (bits, sizeof bits);
  ShoalSpan span;

  g_assert_true (shoal_scheduler_take (scheduler, 1, have, 0, 1, 0, &span));
  g_assert_cmpuint (span.first, ==, 3);
  g_assert_cmpuint (span.count, ==, 2);
  shoal_scheduler_done (scheduler, 1, 3, 0);
  shoal_scheduler_done (scheduler, 1, 4, 0);
  g_assert_true (shoal_scheduler_take (scheduler, 1, have, 0, 1, 0, &span));
  g_assert_cmpuint (span.first, ==, 15);
  shoal_scheduler_done (scheduler, 1, 15, 0);
  g_assert_false (shoal_scheduler_take (scheduler, 1, have, 0, 1, 0, &span));
  g_assert_cmpuint (shoal_scheduler_get_n_missing (scheduler), ==, 13);
}

/* Workers of different speeds that vanish and come back at random: each piece is done exactly once
 * or was doubled, and it always ends. */
static void
test_random (void)
{
  for (guint round = 0; round < 200; round++)
    {
      guint32 n_pieces = (guint32) g_test_rand_int_range (1, 300);
      g_autoptr (ShoalScheduler) scheduler
                 = shoal_scheduler_new (n_pieces, (guint32) g_test_rand_int_range (0, 1000));
      ShoalSpan spans[4] = { { 0, 0 } };
      gint64 now = 0;
      guint steps = 0;

      while (!shoal_scheduler_is_complete (scheduler))
        {
          guint worker = (guint) g_test_rand_int_range (0, 4);
          ShoalSpan *span = &spans[worker];

          g_assert_cmpuint (steps++, <, 200000);
          now += g_test_rand_int_range (0, SECOND);
          if (span->count == 0)
            {
              if (!shoal_scheduler_take (scheduler, worker, NULL, worker * 1e6, 4, now, span))
                span->count = 0;
            }
          else if (g_test_rand_int_range (0, 10) == 0
                   || !shoal_scheduler_owns (scheduler, worker, span->first))
            {
              shoal_scheduler_release (scheduler, worker);
              span->count = 0;
            }
          else
            {
              shoal_scheduler_done (scheduler, worker, span->first++, now);
              span->count--;
            }
        }
      g_assert_cmpuint (shoal_scheduler_get_n_missing (scheduler), ==, 0);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scheduler/one-worker", test_one_worker);
  g_test_add_func ("/scheduler/fast-gets-more", test_fast_gets_more);
  g_test_add_func ("/scheduler/release", test_release);
  g_test_add_func ("/scheduler/take-over", test_take_over);
  g_test_add_func ("/scheduler/double-last-piece", test_double_last_piece);
  g_test_add_func ("/scheduler/triple-last-piece", test_triple_last_piece);
  g_test_add_func ("/scheduler/partial-source", test_partial_source);
  g_test_add_func ("/scheduler/random", test_random);
  return g_test_run ();
}
