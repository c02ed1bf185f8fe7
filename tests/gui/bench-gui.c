/* bench-gui.c: not a test: how long the app's main loop stands still, and how soon its window is
 * there
 *
 * Runs on the desktop that run-gui.sh makes, with real peers; prints one JSON object for each
 * measurement. Without an argument it does all; a start is measured in a process of its own, which
 * is this program with the arguments below; AS_OPENING does the groups alone, ONLY_LISTS only what
 * bench-lists.c measures.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench-lists.h"
#include "bench-opening.h"
#include "gui-fill.h"
#include "gui-fixture.h"
#include "gui-loop.h"
#include "shoal-engine.h"

#define AS_STARTER "--start"
#define AS_OPENING "--opening"
#define ONLY_LISTS "--lists"
#define N_ROWS (1000)
#define N_OFFERS (10000)
#define N_STARTS (5)
#define DEFAULT_MIB (1024)

/* ---- A download while many rows are shown ---- */

typedef struct
{
  GuiPeer *ben;
  char *link;
  char *name;
  guint64 size;
} Download;

static ShoalTransferManager *
get_transfers (GuiApp *app)
{
  ShoalEngine *engine = shoal_session_get_engine (shoal_application_get_session (app->application));

  return engine != NULL ? shoal_engine_get_transfers (engine) : NULL;
}

static void
join (GuiApp *app, gpointer user_data)
{
  Download *download = user_data;

  gui_join (app, download->link, "ada", "secret of ada");
}

/* So that what changes is also drawn. */
static void
show_last_row (GtkWidget *page)
{
  GtkWidget *list = gui_get_type (page, GTK_TYPE_LIST_VIEW);
  GtkWidget *scrolled = gtk_widget_get_ancestor (list, GTK_TYPE_SCROLLED_WINDOW);
  GtkAdjustment *at = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled));

  for (guint i = 0; i < 3; i++)
    {
      gtk_adjustment_set_value (at, gtk_adjustment_get_upper (at));
      gui_settle (list);
    }
}

static void
download_and_watch (GuiApp *app, gpointer user_data)
{
  Download *download = user_data;
  g_autofree char *folder = gui_dup_downloads (app);
  g_autofree char *path = g_build_filename (folder, download->name, NULL);
  GtkWidget *page;
  GtkWidget *list;
  gint64 started;
  double seconds;
  GuiLoop loop;

  gui_wait_connected (app);
  page = gui_get_page (app, "browse");
  gui_wait_until (gui_find_text (page, download->name) != NULL);
  gui_wait_until (get_transfers (app) != NULL
                  && g_list_model_get_n_items (G_LIST_MODEL (get_transfers (app))) == N_ROWS);
  list = gui_get_type (page, GTK_TYPE_LIST_VIEW);
  show_last_row (gui_get_page (app, "transfers"));
  started = g_get_monotonic_time ();
  gui_loop_begin ();
  gui_act (list, "list.activate-item", "u", 0);
  /* A slow disk may take longer than a condition of the tests. */
  while (!g_file_test (path, G_FILE_TEST_EXISTS))
    g_main_context_iteration (NULL, TRUE);
  loop = gui_loop_end ();
  seconds = (double) (g_get_monotonic_time () - started) / G_USEC_PER_SEC;
  printf ("{\"bench\": \"gui-loop\", \"rows\": %d, \"bytes\": %" G_GUINT64_FORMAT
          ", \"seconds\": %.3f, \"iterations\": %" G_GUINT64_FORMAT
          ", \"longest_ms\": %.2f, \"longest_cpu_ms\": %.2f, \"cpu_share\": %.4f}\n",
          N_ROWS, download->size, seconds, loop.n_iterations, (double) loop.longest_us / 1000,
          (double) loop.longest_cpu_us / 1000, (double) loop.cpu_us / G_USEC_PER_SEC / seconds);
  fflush (stdout);
}

/* Written in parts, because the whole need not fit into the memory. */
static char *
make_large_file (guint mib)
{
  g_autofree char *folder = gui_dup_path ("offers");
  g_autofree char *part = gui_make_file (folder, "part", 1024 * 1024);
  g_autofree char *bytes = NULL;
  char *path = g_build_filename (folder, "large.bin", NULL);
  gsize length = 0;
  FILE *file = fopen (path, "wb");

  g_assert_nonnull (file);
  g_assert_true (g_file_get_contents (part, &bytes, &length, NULL));
  for (guint i = 0; i < mib; i++)
    {
      memcpy (bytes, &i, sizeof i);
      g_assert_cmpuint (fwrite (bytes, 1, length, file), ==, length);
    }
  g_assert_cmpint (fclose (file), ==, 0);
  return path;
}

static void
bench_loop (GuiTracker *tracker, guint mib)
{
  g_autoptr (GuiPeer) ben = gui_peer_new (gui_tracker_get_link (tracker), "ben");
  g_autofree char *path = make_large_file (mib);
  Download download = { .ben = ben,
                        .link = (char *) gui_tracker_get_link (tracker),
                        .name = (char *) "large.bin",
                        .size = (guint64) mib * 1024 * 1024 };

  g_free (gui_peer_run (ben, "share", path, NULL));
  gui_peer_serve (ben);
  gui_run (NULL, join, &download);
  gui_fill (0, N_ROWS, N_OFFERS);
  gui_run (NULL, download_and_watch, &download);
}

/* ---- A start with many known offers ---- */

static void
tell_when_shown (GuiApp *app, gpointer user_data)
{
  gint64 began = *(gint64 *) user_data;

  gui_wait_until (gui_find_text (app->view, "Browse") != NULL);
  gui_settle (app->view);
  gint64 window = g_get_monotonic_time ();

  gui_wait_until (gui_find_text (gui_get_page (app, "browse"), ".bin") != NULL);
  gui_settle (app->view);
  printf ("{\"bench\": \"gui-start\", \"offers\": %d, \"window_ms\": %.1f, \"rows_ms\": %.1f, "
          "\"cpu_ms\": "
          "%.1f}\n",
          N_OFFERS, (double) (window - began) / 1000,
          (double) (g_get_monotonic_time () - began) / 1000,
          (double) clock () * 1000 / CLOCKS_PER_SEC);
  fflush (stdout);
}

static void
bench_start (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);

  for (guint i = 0; i < N_STARTS; i++)
    {
      g_autofree char *now = g_strdup_printf ("%" G_GINT64_FORMAT, g_get_monotonic_time ());
      g_autoptr (GSubprocess) process
                 = gui_spawn (G_SUBPROCESS_FLAGS_STDOUT_PIPE, program, AS_STARTER, now, NULL);
      g_autofree char *line = gui_wait_for_line (process, "{");

      g_assert_true (g_subprocess_wait_check (process, NULL, NULL));
      puts (line);
      fflush (stdout);
    }
}

/* ---- Lists that change a lot at once ---- */

static void
join_group (GuiApp *app, gpointer user_data)
{
  gui_join (app, user_data, "eve", "secret of eve");
}

static void
bench_lists (void)
{
  g_autoptr (GuiTracker) tracker = gui_tracker_new ("open", NULL);

  gui_forget ();
  gui_run (NULL, join_group, (gpointer) gui_tracker_get_link (tracker));
  gui_run (NULL, bench_lists_shares, NULL);
  gui_tracker_stop (tracker);
  gui_fill (BENCH_LISTS_HISTORY, 0, BENCH_LISTS_ROWS);
  gui_run (NULL, bench_lists_kept, NULL);
  gui_fail_transfers ();
  gui_run (NULL, bench_lists_failed, NULL);
}

int
main (int argc, char *argv[])
{
  gui_init (&argc, &argv);
  if (argc == 3 && g_str_equal (argv[1], AS_STARTER))
    {
      gint64 began = g_ascii_strtoll (argv[2], NULL, 10);

      gui_run (NULL, tell_when_shown, &began);
      return EXIT_SUCCESS;
    }

  if (argc == 2 && g_str_equal (argv[1], AS_OPENING))
    {
      bench_opening ();
      return EXIT_SUCCESS;
    }

  if (argc == 2 && g_str_equal (argv[1], ONLY_LISTS))
    {
      bench_lists ();
      return EXIT_SUCCESS;
    }

  guint mib = argc == 2 ? (guint) g_ascii_strtoull (argv[1], NULL, 10) : DEFAULT_MIB;
  g_autoptr (GuiTracker) tracker = gui_tracker_new ("open", NULL);

  bench_loop (tracker, mib);
  gui_tracker_stop (tracker);
  bench_start ();
  bench_opening ();
  bench_lists ();
  return EXIT_SUCCESS;
}
