/* test-kill.c: the app is killed in the middle of a download; the next start goes on with it
 *
 * The app that is killed is this program once more, with the argument below: it joins, begins the
 * download by widgets, and says on standard output how far it is.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gui-fixture.h"
#include "shoal-engine.h"

#define AS_VICTIM "--victim"
#define FILE_NAME "long video.mkv"
#define FILE_SIZE (24 * 1024 * 1024 + 5)
/* Pieces of 1 MiB: some are there, many are not. */
#define PIECES_BEFORE (4)
#define SLOW_KILOBYTES (3000)

static ShoalTransfer *
get_transfer (GuiApp *app)
{
  ShoalEngine *engine = shoal_session_get_engine (shoal_application_get_session (app->application));
  GListModel *transfers
      = engine != NULL ? G_LIST_MODEL (shoal_engine_get_transfers (engine)) : NULL;
  g_autoptr (ShoalTransfer) transfer
             = transfers != NULL ? g_list_model_get_item (transfers, 0) : NULL;

  return transfer; /* the list keeps it */
}

/* ---- The one that is killed ---- */

static void
begin_and_wait (GuiApp *app, gpointer user_data)
{
  g_autofree char *downloads = gui_dup_downloads (app);
  GtkWidget *page;

  g_settings_set_uint (shoal_application_get_settings (app->application), "download-limit",
                       SLOW_KILOBYTES);
  gui_join (app, user_data, "ada", "secret of ada");
  page = gui_get_page (app, "browse");
  gui_wait_until (gui_find_text (page, FILE_NAME) != NULL);
  gui_act (gui_get_type (gui_get (page, "view"), GTK_TYPE_LIST_VIEW), "list.activate-item", "u", 0);
  gui_get_page (app, "transfers");
  gui_wait_until (get_transfer (app) != NULL
                  && shoal_transfer_get_pieces_done (get_transfer (app)) >= PIECES_BEFORE);
  printf ("pieces %" G_GUINT64_FORMAT "\n", shoal_transfer_get_pieces_done (get_transfer (app)));
  fflush (stdout);
  /* The kill comes here, while it goes on. */
  gui_wait_until (FALSE);
}

/* ---- The next start ---- */

typedef struct
{
  GuiPeer *peer;
  char *original;
} Group;

static void
go_on (GuiApp *app, gpointer user_data)
{
  Group *group = user_data;
  g_autofree char *downloads = gui_dup_downloads (app);
  g_autofree char *downloaded = g_build_filename (downloads, FILE_NAME, NULL);
  guint64 kept;
  GtkWidget *page;

  /* Nobody has the file now: what is there was kept. */
  gui_wait_connected (app);
  page = gui_get_page (app, "transfers");
  gui_wait_until (gui_find_text (page, FILE_NAME) != NULL);
  gui_wait_until (get_transfer (app) != NULL
                  && shoal_transfer_get_pieces_done (get_transfer (app)) > 0);
  kept = shoal_transfer_get_pieces_done (get_transfer (app));
  g_test_message ("%" G_GUINT64_FORMAT " pieces were kept", kept);
  g_assert_cmpuint (kept, >=, 1);
  g_assert_cmpuint (kept, <, shoal_transfer_get_pieces_total (get_transfer (app)));
  g_assert_false (g_file_test (downloaded, G_FILE_TEST_EXISTS));

  g_settings_set_uint (shoal_application_get_settings (app->application), "download-limit",
                       100 * SLOW_KILOBYTES);
  gui_peer_serve (group->peer);
  gui_wait_until (g_file_test (downloaded, G_FILE_TEST_EXISTS));
  gui_assert_same_file (group->original, downloaded);
  page = gui_get_page (app, "history");
  gui_wait_until (gui_find_text (page, FILE_NAME) != NULL);
}

static void
test_kill (void)
{
  g_autoptr (GuiTracker) tracker = gui_tracker_new ("open", NULL);
  g_autoptr (GuiPeer) peer = gui_peer_new (gui_tracker_get_link (tracker), "ben");
  g_autofree char *folder = gui_dup_path ("offers");
  g_autofree char *original = gui_make_file (folder, FILE_NAME, FILE_SIZE);
  g_autoptr (GSubprocess) victim = NULL;
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  Group group = { peer, original };

  gui_forget ();
  g_free (gui_peer_run (peer, "share", original, NULL));
  gui_peer_serve (peer);
  victim = gui_spawn (G_SUBPROCESS_FLAGS_STDOUT_PIPE, program, AS_VICTIM,
                      gui_tracker_get_link (tracker), NULL);
  g_free (gui_wait_for_line (victim, "pieces "));
  g_subprocess_send_signal (victim, SIGKILL);
  g_subprocess_wait (victim, NULL, NULL);
  g_assert_true (g_subprocess_get_if_signaled (victim));
  gui_peer_stop (peer);
  gui_run (NULL, go_on, &group);
}

int
main (int argc, char *argv[])
{
  gui_init (&argc, &argv);
  if (argc == 3 && g_str_equal (argv[1], AS_VICTIM))
    {
      gui_run (NULL, begin_and_wait, argv[2]);
      return EXIT_FAILURE;
    }
  g_test_add_func ("/kill/download", test_kill);
  return g_test_run ();
}
