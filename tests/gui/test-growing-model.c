/* test-growing-model.c: the list is always the beginning of its source, and soon all of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <gtk/gtk.h>

#include "shoal-growing-model.h"

/* For so many rows a view makes widgets, and of them so many may come at once. */
#define MANY 200
#define FEW 4
#define N_ROUNDS 2000

typedef struct
{
  GListStore *source;
  GListModel *growing;
  GPtrArray *shadow; /* what somebody knows who follows "items-changed" */
  guint most_added;  /* into a short list */
  guint most_removed;
} Lists;

static void
on_items_changed_cb (Lists *lists, guint position, guint removed, guint added)
{
  g_assert_cmpuint (position + removed, <=, lists->shadow->len);
  lists->most_removed = MAX (lists->most_removed, removed);
  if (removed > 0)
    g_ptr_array_remove_range (lists->shadow, position, removed);
  if (lists->shadow->len < MANY)
    lists->most_added = MAX (lists->most_added, added);
  for (guint i = 0; i < added; i++)
    g_ptr_array_insert (lists->shadow, (int) (position + i),
                        g_list_model_get_item (lists->growing, position + i));
}

static void
set_up (Lists *lists, gconstpointer unused)
{
  lists->source = g_list_store_new (G_TYPE_OBJECT);
  lists->growing
      = G_LIST_MODEL (shoal_growing_model_new (G_LIST_MODEL (g_object_ref (lists->source))));
  lists->shadow = g_ptr_array_new_with_free_func (g_object_unref);
  g_signal_connect_swapped (lists->growing, "items-changed", G_CALLBACK (on_items_changed_cb),
                            lists);
}

static void
tear_down (Lists *lists, gconstpointer unused)
{
  g_assert_finalize_object (lists->growing);
  g_ptr_array_unref (lists->shadow);
  g_assert_finalize_object (lists->source);
}

static void
check (Lists *lists)
{
  guint n = g_list_model_get_n_items (lists->growing);

  g_assert_cmpuint (n, ==, lists->shadow->len);
  g_assert_cmpuint (n, <=, g_list_model_get_n_items (G_LIST_MODEL (lists->source)));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GObject) item = g_list_model_get_item (lists->growing, i);
      g_autoptr (GObject) original = g_list_model_get_item (G_LIST_MODEL (lists->source), i);

      g_assert_true (item == original);
      g_assert_true (item == g_ptr_array_index (lists->shadow, i));
    }
  g_assert_null (g_list_model_get_item (lists->growing, n));
}

static void
splice (Lists *lists, guint position, guint removed, guint added)
{
  g_autoptr (GPtrArray) objects = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < added; i++)
    g_ptr_array_add (objects, g_object_new (G_TYPE_OBJECT, NULL));
  g_list_store_splice (lists->source, position, removed, objects->pdata, added);
  check (lists);
}

static void
grow_up (Lists *lists)
{
  while (g_main_context_iteration (NULL, FALSE))
    check (lists);
  g_assert_cmpuint (g_list_model_get_n_items (lists->growing), ==,
                    g_list_model_get_n_items (G_LIST_MODEL (lists->source)));
}

static void
test_many (Lists *lists, gconstpointer unused)
{
  splice (lists, 0, 0, 10000);
  g_assert_cmpuint (g_list_model_get_n_items (lists->growing), ==, FEW);
  grow_up (lists);
  g_assert_cmpuint (lists->most_added, ==, FEW);
  /* Into a long list as many as come, and out of it as many as go. */
  splice (lists, 10000, 0, 1000);
  g_assert_cmpuint (g_list_model_get_n_items (lists->growing), ==, 11000);
  splice (lists, 10, 10900, 0);
  g_assert_cmpuint (g_list_model_get_n_items (lists->growing), ==, 100);
  /* And into a short one a few again. */
  splice (lists, 50, 0, 1000);
  g_assert_cmpuint (lists->most_added, ==, FEW);
  grow_up (lists);
  g_assert_cmpuint (lists->most_added, ==, FEW);
}

static void
test_few (Lists *lists, gconstpointer unused)
{
  /* What is little is there at once. */
  for (guint i = 0; i < 100; i++)
    {
      splice (lists, i / 2, 0, 1);
      g_assert_cmpuint (g_list_model_get_n_items (lists->growing), ==, i + 1);
    }
  grow_up (lists);
}

static void
test_random (Lists *lists, gconstpointer unused)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (7);

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      guint n = g_list_model_get_n_items (G_LIST_MODEL (lists->source));
      guint position = (guint) g_rand_int_range (random, 0, (gint32) n + 1);
      guint removed = (guint) g_rand_int_range (random, 0, (gint32) (n - position) + 1);
      gboolean little = g_rand_boolean (random);
      guint added = (guint) g_rand_int_range (random, 0, little ? 5 : 400);

      splice (lists, position, little ? MIN (removed, 3) : removed, added);
      if (g_rand_boolean (random))
        g_main_context_iteration (NULL, FALSE);
      if (i % 50 == 0)
        grow_up (lists);
    }
  grow_up (lists);
}

/* Rows around those that are seen go a few at a time, and what comes meanwhile comes after them. */
static void
test_let_go (Lists *lists, gconstpointer unused)
{
  static const double seen[] = { 0, 500, 1000, 30 };

  for (guint round = 0; round < G_N_ELEMENTS (seen); round++)
    {
      g_autoptr (GtkAdjustment) scrolled
                 = g_object_ref_sink (gtk_adjustment_new (seen[round], 0, 1000, 1, 10, 0));
      guint n_after = round % 2 * 20;

      splice (lists, 0, 0, 1000);
      grow_up (lists);

      GObject *at = g_ptr_array_index (lists->shadow, (guint) MIN (seen[round], 999));

      shoal_growing_model_let_go (SHOAL_GROWING_MODEL (lists->growing), scrolled);
      g_assert_cmpuint (lists->shadow->len, >=, MANY / 2);
      g_assert_cmpuint (lists->shadow->len, <=, 2 * MANY);
      g_assert_true (g_ptr_array_find (lists->shadow, at, NULL));
      g_list_store_remove_all (lists->source);
      g_assert_cmpuint (lists->shadow->len, >=, MANY / 2);
      lists->most_removed = 0;
      for (guint i = 0; i < n_after; i++)
        {
          g_autoptr (GObject) object = g_object_new (G_TYPE_OBJECT, NULL);
          g_list_store_append (lists->source, object);
        }
      while (g_main_context_iteration (NULL, FALSE))
        continue;
      g_assert_cmpuint (lists->most_removed, >, 0);
      g_assert_cmpuint (lists->most_removed, <=, FEW);
      g_assert_cmpuint (lists->shadow->len, ==, n_after);
      splice (lists, 0, n_after, 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/growing-model/many", Lists, NULL, set_up, test_many, tear_down);
  g_test_add ("/growing-model/few", Lists, NULL, set_up, test_few, tear_down);
  g_test_add ("/growing-model/random", Lists, NULL, set_up, test_random, tear_down);
  g_test_add ("/growing-model/let-go", Lists, NULL, set_up, test_let_go, tear_down);
  return g_test_run ();
}
