/* test-map-model.c: the mapped list always says what its source says, whatever was asked for before
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "shoal-map-model.h"

typedef struct
{
  GListStore *source;
  GListModel *mapped;
  GPtrArray *shadow; /* what somebody knows who follows "items-changed" */
  guint n_made;
} Lists;

static gpointer
make_item (gpointer item, gpointer user_data)
{
  Lists *lists = user_data;
  g_autoptr (GtkStringObject) object = item;
  GtkStringObject *made = gtk_string_object_new (gtk_string_object_get_string (object));

  lists->n_made++;
  g_object_set_data_full (G_OBJECT (made), "of", g_object_ref (object), g_object_unref);
  return made;
}

static void
on_items_changed_cb (Lists *lists, guint position, guint removed, guint added)
{
  if (removed > 0)
    g_ptr_array_remove_range (lists->shadow, position, removed);
  for (guint i = 0; i < added; i++)
    g_ptr_array_insert (lists->shadow, (int) (position + i), NULL);
}

/* Asks for some, chosen by @random, or all. */
static void
check (Lists *lists, GRand *random)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (lists->source));

  g_assert_cmpuint (g_list_model_get_n_items (lists->mapped), ==, n);
  g_assert_cmpuint (lists->shadow->len, ==, n);
  for (guint i = 0; i < n; i++)
    {
      if (random != NULL && g_rand_int_range (random, 0, 3) != 0)
        continue;

      g_autoptr (GObject) object = g_list_model_get_item (G_LIST_MODEL (lists->source), i);
      g_autoptr (GObject) item = g_list_model_get_item (lists->mapped, i);

      g_assert_true (g_object_get_data (item, "of") == object);
      /* The same one as long as it is in the list. */
      if (g_ptr_array_index (lists->shadow, i) != NULL)
        g_assert_true (g_ptr_array_index (lists->shadow, i) == item);
      g_ptr_array_index (lists->shadow, i) = item;
    }
}

static void
lists_init (Lists *lists)
{
  *lists = (Lists){ .source = g_list_store_new (GTK_TYPE_STRING_OBJECT) };
  lists->shadow = g_ptr_array_new ();
  lists->mapped = G_LIST_MODEL (
      shoal_map_model_new (G_LIST_MODEL (g_object_ref (lists->source)), make_item, lists));
  g_signal_connect_swapped (lists->mapped, "items-changed", G_CALLBACK (on_items_changed_cb),
                            lists);
}

static void
lists_clear (Lists *lists)
{
  g_assert_finalize_object (lists->mapped);
  g_assert_finalize_object (lists->source);
  g_ptr_array_unref (lists->shadow);
}

static void
test_random (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32) g_test_rand_int ());
  Lists lists;

  lists_init (&lists);
  for (guint round = 0; round < 3000; round++)
    {
      guint n = g_list_model_get_n_items (G_LIST_MODEL (lists.source));
      guint position = (guint) g_rand_int_range (random, 0, (gint32) n + 1);
      guint removed = (guint) g_rand_int_range (random, 0, (gint32) MIN (n - position, 4) + 1);
      guint added = (guint) g_rand_int_range (random, 0, n > 60 ? 2 : 5);
      g_autoptr (GPtrArray) more = g_ptr_array_new_with_free_func (g_object_unref);

      for (guint i = 0; i < added; i++)
        g_ptr_array_add (more, gtk_string_object_new ("item"));
      g_list_store_splice (lists.source, position, removed, more->pdata, added);
      check (&lists, random);
    }
  check (&lists, NULL);
  lists_clear (&lists);
}

static void
test_lazy (void)
{
  g_autoptr (GPtrArray) many = g_ptr_array_new_with_free_func (g_object_unref);
  Lists lists;

  lists_init (&lists);
  for (guint i = 0; i < 100000; i++)
    g_ptr_array_add (many, gtk_string_object_new ("item"));
  g_list_store_splice (lists.source, 0, 0, many->pdata, many->len);
  g_assert_cmpuint (lists.n_made, ==, 0);
  g_object_unref (g_list_model_get_item (lists.mapped, 99999));
  g_assert_cmpuint (lists.n_made, ==, 1);
  g_assert_null (g_list_model_get_item (lists.mapped, 100000));
  lists_clear (&lists);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/map-model/random", test_random);
  g_test_add_func ("/map-model/lazy", test_lazy);
  return g_test_run ();
}
