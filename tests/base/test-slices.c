/* test-slices.c: much work goes in slices, with turns of the main loop between them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "shoal-slices.h"

/* Longer than a slice may take. */
#define LONG_US 10000
#define N_LONG 5
#define N_SHORT 100
#define N_OBJECTS 100000

typedef struct
{
  guint n_left;
  gulong each_us;
  gboolean destroyed;
} Work;

static gboolean
work_some (gpointer data)
{
  Work *work = data;

  g_assert_false (work->destroyed);
  g_assert_cmpuint (work->n_left, >, 0);
  if (work->each_us > 0)
    g_usleep (work->each_us);
  return --work->n_left > 0;
}

static void
note_destroyed (gpointer data)
{
  ((Work *) data)->destroyed = TRUE;
}

/* Returns: how many turns the main loop took */
static guint
finish (Work *work)
{
  guint n_turns = 0;

  for (; !work->destroyed; n_turns++)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (work->n_left, ==, 0);
  return n_turns;
}

static void
test_turns (void)
{
  Work many = { .n_left = N_LONG, .each_us = LONG_US };

  g_assert_cmpuint (shoal_slices_add (G_PRIORITY_DEFAULT, work_some, &many, note_destroyed), !=, 0);
  g_assert_cmpuint (many.n_left, ==, N_LONG);
  g_assert_cmpuint (finish (&many), ==, N_LONG);
}

static void
test_begins_at_once (void)
{
  Work little = { .n_left = N_SHORT };
  Work much = { .n_left = N_LONG, .each_us = LONG_US };

  /* Little is done when it returns. */
  g_assert_cmpuint (shoal_slices_run (G_PRIORITY_DEFAULT, work_some, &little, note_destroyed), ==,
                    0);
  g_assert_true (little.destroyed);
  g_assert_cmpuint (little.n_left, ==, 0);
  g_assert_cmpuint (shoal_slices_run (G_PRIORITY_DEFAULT, work_some, &much, note_destroyed), !=, 0);
  g_assert_cmpuint (much.n_left, ==, N_LONG - 1);
  g_assert_cmpuint (finish (&much), ==, N_LONG - 1);
}

static void
test_stopped (void)
{
  Work work = { .n_left = N_LONG, .each_us = LONG_US };
  guint id = shoal_slices_run (G_PRIORITY_DEFAULT, work_some, &work, note_destroyed);

  g_source_remove (id);
  g_assert_true (work.destroyed);
  g_assert_cmpuint (work.n_left, ==, N_LONG - 1);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (work.n_left, ==, N_LONG - 1);
}

static guint n_freed;

static void
count_freed (gpointer data)
{
  n_freed++;
  g_free (data);
}

static void
test_free (void)
{
  GPtrArray *array = g_ptr_array_new_with_free_func (count_freed);

  for (guint i = 0; i < N_OBJECTS; i++)
    g_ptr_array_add (array, g_malloc (1));
  shoal_slices_free (array);
  while (n_freed < N_OBJECTS)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (g_main_context_iteration (NULL, FALSE));
  shoal_slices_free (g_ptr_array_new ());
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/slices/turns", test_turns);
  g_test_add_func ("/slices/begins-at-once", test_begins_at_once);
  g_test_add_func ("/slices/stopped", test_stopped);
  g_test_add_func ("/slices/free", test_free);
  return g_test_run ();
}
