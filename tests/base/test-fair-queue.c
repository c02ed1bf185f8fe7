/* test-fair-queue.c: who waits for much does not keep out who waits for little
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "shoal-fair-queue.h"

static const ShoalTurn ada = { "ada", FALSE };
static const ShoalTurn ben = { "ben", FALSE };
static const ShoalTurn stranger = { "192.0.2.1", TRUE };

/* What comes out until it is empty. */
static char *
drain (ShoalFairQueue *queue)
{
  GString *all = g_string_new (NULL);
  const char *item = NULL;

  while ((item = shoal_fair_queue_pop (queue)) != NULL)
    g_string_append (all, item);
  g_assert_cmpuint (shoal_fair_queue_get_length (queue), ==, 0);
  return g_string_free (all, FALSE);
}

static void
push_all (ShoalFairQueue *queue, const ShoalTurn *turn, const char *const *items)
{
  for (; *items != NULL; items++)
    shoal_fair_queue_push (queue, turn, (gpointer) *items);
}

static void
test_turns (void)
{
  g_autoptr (ShoalFairQueue) queue = shoal_fair_queue_new ();

  push_all (queue, &ada, (const char *const[]){ "1", "2", "3", "4", NULL });
  push_all (queue, &ben, (const char *const[]){ "a", "b", NULL });
  push_all (queue, NULL, (const char *const[]){ "-", NULL });
  g_assert_cmpuint (shoal_fair_queue_get_length (queue), ==, 7);

  g_autofree char *all = drain (queue);

  g_assert_cmpstr (all, ==, "1a-2b34");
}

static void
test_who_comes_in (void)
{
  g_autoptr (ShoalFairQueue) queue = shoal_fair_queue_new ();

  push_all (queue, &ada, (const char *const[]){ "1", "2", "3", NULL });
  push_all (queue, &ben, (const char *const[]){ "a", NULL });
  push_all (queue, &stranger, (const char *const[]){ "?", "!", NULL });

  g_autofree char *all = drain (queue);

  g_assert_cmpstr (all, ==, "?1!a23");
}

static void
test_of_most (void)
{
  g_autoptr (ShoalFairQueue) queue = shoal_fair_queue_new ();

  push_all (queue, &stranger, (const char *const[]){ "x", "y", "z", NULL });
  push_all (queue, &ada, (const char *const[]){ "1", NULL });
  g_assert_cmpstr (shoal_fair_queue_pop_of_most (queue), ==, "z");
  g_assert_cmpstr (shoal_fair_queue_pop_of_most (queue), ==, "y");

  g_autofree char *all = drain (queue);

  g_assert_cmpstr (all, ==, "x1");
  g_assert_null (shoal_fair_queue_pop_of_most (queue));
  push_all (queue, &ben, (const char *const[]){ "a", NULL });
  g_assert_cmpstr (shoal_fair_queue_pop_of_most (queue), ==, "a");
  g_assert_null (shoal_fair_queue_pop (queue));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fair-queue/turns", test_turns);
  g_test_add_func ("/fair-queue/who-comes-in", test_who_comes_in);
  g_test_add_func ("/fair-queue/of-most", test_of_most);
  return g_test_run ();
}
