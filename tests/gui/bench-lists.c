/* bench-lists.c: not a test: how long the main loop stands still while lists change a lot at once
 *
 * Everything is done as a user does it, by files that are dropped and by actions, with the page
 * shown that has the list. Whether it is done is asked in few words: the asking counts, too.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "bench-lists.h"

#include <stdio.h>

#include "gui-disk.h"
#include "gui-loop.h"
#include "shoal-engine.h"
#include "shoal-history-page.h"

#define N_SLOW_FILES (5000)
#define N_PAGES (100)
/* Of one answer of a slow disk. */
#define SLOW_US (200)
/* What follows in steps, such as freeing, is waited for. */
#define QUIET_MS (1500)

static ShoalEngine *
get_engine (GuiApp *app)
{
  return shoal_session_get_engine (shoal_application_get_session (app->application));
}

static GListModel *
get_shares (GuiApp *app)
{
  return G_LIST_MODEL (shoal_engine_get_shares (get_engine (app)));
}

static GListModel *
get_transfers (GuiApp *app)
{
  return G_LIST_MODEL (shoal_engine_get_transfers (get_engine (app)));
}

/* The rows that the list on @page has. */
static GListModel *
get_rows (GtkWidget *page)
{
  GtkWidget *list = gui_find_type (page, GTK_TYPE_COLUMN_VIEW);

  if (list != NULL)
    return G_LIST_MODEL (gtk_column_view_get_model (GTK_COLUMN_VIEW (list)));
  list = gui_get_type (page, GTK_TYPE_LIST_VIEW);
  return G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (list)));
}

static GtkAdjustment *
get_scrolled (GtkWidget *page)
{
  GtkWidget *list = gui_get_type (page, GTK_TYPE_LIST_VIEW);
  GtkWidget *scrolled = gtk_widget_get_ancestor (list, GTK_TYPE_SCROLLED_WINDOW);

  return gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled));
}

/* ---- Watching ---- */

static gboolean
on_wake_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_CONTINUE;
}

/* Until the list has @n rows: in no more words than that. */
static void
wait_for_n (GListModel *list, guint n)
{
  gboolean woken = FALSE;
  guint wake = g_timeout_add (10, on_wake_cb, &woken);

  while (g_list_model_get_n_items (list) != n)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (wake);
}

static void
wait_a_while (void)
{
  gboolean over = FALSE;
  guint timer = g_timeout_add (QUIET_MS, on_wake_cb, &over);

  while (!over)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (timer);
}

static void
print (const char *what, guint rows)
{
  wait_a_while ();

  GuiLoop loop = gui_loop_end ();

  printf (
      "{\"bench\": \"gui-list\", \"what\": \"%s\", \"rows\": %u, \"iterations\": %" G_GUINT64_FORMAT
      ", \"longest_ms\": %.2f, \"longest_cpu_ms\": %.2f, \"longest_work_ms\": %.2f, "
      "\"longest_drawing_ms\": %.2f}\n",
      what, rows, loop.n_iterations, (double) loop.longest_us / 1000,
      (double) loop.longest_cpu_us / 1000, (double) loop.longest_work_us / 1000,
      (double) loop.longest_drawing_us / 1000);
  fflush (stdout);
}

static void
begin (GtkWidget *page)
{
  gui_settle (page);
  gui_loop_begin ();
}

/* ---- What is shared ---- */

/* Each has other bytes. Returns: (element-type GFile) */
static GListModel *
make_files (const char *name, guint n)
{
  g_autofree char *folder = gui_dup_path (name);
  GListStore *files = g_list_store_new (G_TYPE_FILE);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *base = g_strdup_printf ("%s %u.bin", name, i);
      g_autofree char *path = g_build_filename (folder, base, NULL);
      g_autoptr (GFile) file = g_file_new_for_path (path);

      g_assert_true (g_file_set_contents (path, base, -1, NULL));
      g_list_store_append (files, file);
    }
  return G_LIST_MODEL (files);
}

static void
on_settled_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_assert_true (shoal_shares_wait_finish (SHOAL_SHARES (object), result, NULL));
  *(gboolean *) user_data = TRUE;
}

static void
drop (GuiApp *app, GListModel *files)
{
  guint n = g_list_model_get_n_items (files);
  guint before = g_list_model_get_n_items (get_shares (app));
  gboolean settled = FALSE;

  shoal_window_share (app->window, files);
  wait_for_n (get_shares (app), before + n);
  shoal_shares_wait_async (shoal_engine_get_shares (get_engine (app)), NULL, on_settled_cb,
                           &settled);
  while (!settled)
    g_main_context_iteration (NULL, TRUE);
}

void
bench_lists_shares (GuiApp *app, gpointer unused)
{
  g_autoptr (GListModel) files = make_files ("dropped", BENCH_LISTS_ROWS);
  g_autoptr (GListModel) slow = make_files ("slow", N_SLOW_FILES);
  g_autofree char *folder = gui_dup_path ("slow");

  gui_wait_connected (app);

  GtkWidget *page = gui_get_page (app, "files");

  begin (page);
  drop (app, files);
  print ("files dropped and shared", BENCH_LISTS_ROWS);

  begin (page);
  gui_act (gui_get_type (page, GTK_TYPE_LIST_VIEW), "list.select-all", NULL);
  gui_settle (page);
  gui_act (page, "files.withdraw", NULL);
  wait_for_n (get_shares (app), 0);
  print ("shares withdrawn", BENCH_LISTS_ROWS);

  begin (page);
  gui_disk_begin (folder, SLOW_US);
  drop (app, slow);
  print ("files dropped from a slow disk", N_SLOW_FILES);
  printf ("# %u answers of the disk were waited for on the main loop\n", gui_disk_end ());
}

/* ---- History ---- */

static void
bench_history (GuiApp *app)
{
  GtkWidget *page = gui_get_page (app, "history");
  ShoalEngine *engine = get_engine (app);

  gui_wait_until (gui_find_text (page, "transfer 1") != NULL);

  GListModel *rows = get_rows (page);

  wait_for_n (rows, BENCH_LISTS_HISTORY);
  begin (page);
  shoal_history_page_set_engine (SHOAL_HISTORY_PAGE (page), NULL);
  shoal_history_page_set_engine (SHOAL_HISTORY_PAGE (page), engine);
  wait_for_n (rows, BENCH_LISTS_HISTORY);
  print ("history read", BENCH_LISTS_HISTORY);

  GtkAdjustment *at = get_scrolled (page);

  begin (page);
  for (guint i = 1; i <= N_PAGES; i++)
    {
      gtk_adjustment_set_value (at, gtk_adjustment_get_page_size (at) * i);
      gui_settle (page);
    }
  print ("history paged through", BENCH_LISTS_HISTORY);

  begin (page);
  gui_act (page, "history.clear", NULL);
  wait_for_n (rows, 0);
  print ("history cleared", BENCH_LISTS_HISTORY);
  begin (page);
  gui_act (page, "history.undo-clear", NULL);
  wait_for_n (rows, BENCH_LISTS_HISTORY);
  print ("history given back", BENCH_LISTS_HISTORY);
}

/* ---- What others share, and downloads ---- */

static void
bench_browse (GuiApp *app)
{
  GtkWidget *page = gui_get_page (app, "browse");

  gui_wait_until (gui_find_text (page, ".bin") != NULL);

  GListModel *rows = get_rows (page);
  GtkAdjustment *at = get_scrolled (page);

  begin (page);
  while (g_list_model_get_n_items (rows) < BENCH_LISTS_ROWS)
    {
      gtk_adjustment_set_value (at, gtk_adjustment_get_upper (at));
      g_main_context_iteration (NULL, TRUE);
    }
  print ("offers paged through", BENCH_LISTS_ROWS);

  begin (page);
  gui_act (gui_get_type (page, GTK_TYPE_LIST_VIEW), "list.select-all", NULL);
  gui_settle (page);
  gui_act (page, "browse.download", NULL);
  wait_for_n (get_transfers (app), BENCH_LISTS_ROWS);
  print ("downloads added", BENCH_LISTS_ROWS);
}

static void
bench_transfers (GuiApp *app)
{
  GtkWidget *page = gui_get_page (app, "transfers");

  begin (page);
  gui_act (page, "transfers.pause-all", NULL);
  print ("downloads paused", BENCH_LISTS_ROWS);
}

/* What failed comes from the database. */
void
bench_lists_failed (GuiApp *app, gpointer unused)
{
  GtkWidget *page = gui_get_page (app, "transfers");

  wait_for_n (get_transfers (app), BENCH_LISTS_ROWS);
  begin (page);
  gui_act (gui_get_type (page, GTK_TYPE_LIST_VIEW), "list.select-all", NULL);
  /* What can be done with what is selected is found out in a later turn of the main loop. */
  gui_settle (page);
  gui_act (page, "transfers.remove", NULL);
  wait_for_n (get_transfers (app), 0);
  print ("downloads removed", BENCH_LISTS_ROWS);
}

void
bench_lists_kept (GuiApp *app, gpointer unused)
{
  gui_wait_until (get_engine (app) != NULL);
  bench_history (app);
  bench_browse (app);
  bench_transfers (app);
}
