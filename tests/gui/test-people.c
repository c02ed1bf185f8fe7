/* test-people.c: who comes and goes is in the list once, and in its place
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "gui-fixture.h"

#define N_PEERS (4)

typedef struct
{
  GuiTracker *tracker;
  GuiPeer *peers[N_PEERS];
} Group;

static const char *const names[N_PEERS] = { "jonas", "aylin", "tomas", "ben" };

/* The names in the list, from the top. */
static char *
dup_order (GtkWidget *list)
{
  GString *order = g_string_new (NULL);
  GListModel *model = G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (list)));

  for (guint i = 0; model != NULL && i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (GObject) item = g_list_model_get_item (model, i);
      g_autofree char *name = NULL;

      g_object_get (item, "name", &name, NULL);
      g_string_append_printf (order, "%s%s", i > 0 ? " " : "", name);
    }
  return g_string_free (order, FALSE);
}

static gboolean
is_order (GtkWidget *list, const char *expected)
{
  g_autofree char *order = dup_order (list);

  return g_str_equal (order, expected);
}

static void
come_and_go (GuiApp *app, gpointer user_data)
{
  Group *group = user_data;
  GtkWidget *list;

  gui_join (app, gui_tracker_get_link (group->tracker), "mara", "secret of mara");
  list = gui_get (gui_get_page (app, "people"), "list");
  for (guint i = 0; i < N_PEERS; i++)
    group->peers[i] = gui_peer_new (gui_tracker_get_link (group->tracker), names[i]);
  gui_wait_until (is_order (list, "mara aylin ben jonas tomas"));
  for (guint i = 0; i < N_PEERS; i++)
    gui_peer_serve (group->peers[i]);
  gui_wait_until (is_order (list, "aylin ben jonas mara tomas"));
  gui_peer_stop (group->peers[1]);
  gui_wait_until (is_order (list, "ben jonas mara tomas aylin"));
}

static void
test_people (void)
{
  Group group = { .tracker = gui_tracker_new ("open", NULL) };

  gui_run (NULL, come_and_go, &group);
  for (guint i = 0; i < N_PEERS; i++)
    gui_peer_free (group.peers[i]);
  gui_tracker_free (group.tracker);
}

int
main (int argc, char *argv[])
{
  gui_init (&argc, &argv);
  g_test_add_func ("/people/come-and-go", test_people);
  return g_test_run ();
}
