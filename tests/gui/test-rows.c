/* test-rows.c: pages with ten thousand and a hundred thousand rows
 *
 * What a list costs is what is seen of it: as many widgets as fit on a few screens, however many
 * rows there are, also after a jump to the other end. Times depend on the machine: they are only
 * told here, and measured by ./dev bench gui.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "gui-fill.h"
#include "gui-loop.h"
#include "gui-tour.h"

/* GTK keeps about two hundred rows around what is seen. */
#define MAX_ROW_WIDGETS (400)
#define N_HISTORY (100000)
#define N_TRANSFERS (10000)
#define N_OFFERS (10000)

static guint
count_row_widgets (GtkWidget *list)
{
  guint n = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (list); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    n++;
  return n;
}

static guint
count_rows (GtkWidget *page)
{
  GtkWidget *list = gui_find_type (page, GTK_TYPE_LIST_VIEW);
  GtkSelectionModel *model = list != NULL ? gtk_list_view_get_model (GTK_LIST_VIEW (list)) : NULL;

  return model != NULL ? g_list_model_get_n_items (G_LIST_MODEL (model)) : 0;
}

/* By the scrollbar, to a part of the way from the first to the last row. */
static void
scroll (GtkWidget *list, double part)
{
  GtkWidget *scrolled = gtk_widget_get_ancestor (list, GTK_TYPE_SCROLLED_WINDOW);
  GtkAdjustment *at = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled));

  gtk_adjustment_set_value (
      at, part * (gtk_adjustment_get_upper (at) - gtk_adjustment_get_page_size (at)));
}

static void
jump (GtkWidget *page, double part)
{
  GtkWidget *list = gui_get_type (page, GTK_TYPE_LIST_VIEW);

  scroll (list, part);
  gui_settle (list);
  g_assert_cmpuint (count_row_widgets (list), <=, MAX_ROW_WIDGETS);
}

/* The height of what was not seen yet is only estimated, so that one jump need not be enough. */
static gboolean
reach (GtkWidget *page, double part, const char *text)
{
  jump (page, part);
  return gui_find_text (page, text) != NULL;
}

static void
look_at (GuiApp *app, const char *name, guint n_rows, const char *first, const char *last)
{
  GtkWidget *page;
  GuiLoop loop;

  gui_loop_begin ();
  page = gui_get_page (app, name);
  gui_wait_until (count_rows (page) >= n_rows);
  gui_wait_until (gui_find_text (page, first) != NULL);
  gui_wait_until (reach (page, 1, last));
  jump (page, 0.5);
  gui_wait_until (reach (page, 0, first));
  loop = gui_loop_end ();
  g_test_message ("%s, %u rows: %.0f ms of processor time, at once at most %.0f ms", name, n_rows,
                  (double) loop.cpu_us / 1000, (double) loop.longest_cpu_us / 1000);
}

static void
show (GuiApp *app, gpointer user_data)
{
  look_at (app, "history", N_HISTORY, "transfer 100000.bin", "transfer 1.bin");
  look_at (app, "transfers", N_TRANSFERS, "queued 1.bin", "queued 10000.bin");
}

static guint
scroll_on (GtkWidget *page)
{
  scroll (gui_get_type (page, GTK_TYPE_LIST_VIEW), 1);
  return count_rows (page);
}

/* More rows come as one scrolls; nobody has to wait for all of them before. */
static void
scroll_offers (GuiApp *app, gpointer user_data)
{
  GtkWidget *page = gui_get_page (app, "browse");
  guint n = 0;

  gui_wait_until ((n = count_rows (page)) > 0);
  g_assert_cmpuint (n, <, N_OFFERS);
  gui_loop_begin ();
  while (n < N_OFFERS)
    {
      guint before = n;

      gui_wait_until ((n = scroll_on (page)) > before);
    }
  jump (page, 1);
  jump (page, 0);

  GuiLoop loop = gui_loop_end ();

  g_test_message ("browse, %u rows: %.0f ms of processor time, at once at most %.0f ms", n,
                  (double) loop.cpu_us / 1000, (double) loop.longest_cpu_us / 1000);
}

static void
join (GuiApp *app, gpointer user_data)
{
  gui_join (app, gui_tracker_get_link (user_data), "ada", "secret of ada");
}

static void
test_rows (void)
{
  g_autoptr (GuiTracker) tracker = gui_tracker_new ("open", NULL);

  gui_forget ();
  gui_run (NULL, join, tracker);
  gui_tracker_stop (tracker); /* so that the offers are those that were seen last */
  gui_fill (N_HISTORY, N_TRANSFERS, N_OFFERS);
  gui_run (NULL, show, NULL);
  gui_run (NULL, scroll_offers, NULL);
}

int
main (int argc, char *argv[])
{
  gui_init (&argc, &argv);
  g_test_add_func ("/rows/all", test_rows);
  return g_test_run ();
}
