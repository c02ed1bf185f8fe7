/* main-tracker.c: the tracker's main(): runs the server until a signal ends it, or one subcommand
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tracker"

#include "config.h"

#include <glib-unix.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

#include "shoal-error.h"
#include "shoal-installation.h"
#include "shoal-process.h"
#include "shoal-tls.h"
#include "shoal-tracker-commands.h"
#include "shoal-tracker-log.h"
#include "shoal-tracker-options.h"
#include "shoal-tracker-service.h"
#include "shoal-tracker.h"

#define EXIT_FAILED (1)
#define EXIT_USAGE (2)

static gboolean
on_signal_cb (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_CONTINUE;
}

static void
say_ready (ShoalTracker *tracker)
{
  g_autofree char *link = shoal_tracker_dup_link (tracker);
  g_autofree char *owner_link = shoal_tracker_dup_owner_link (tracker);

  if (owner_link != NULL)
    g_printerr ("To become the owner of this group, sign up with this link. It works once:\n%s\n",
                owner_link);
  printf ("ready %s\n", link);
  fflush (stdout);
  shoal_tracker_service_notify ("READY=1");
}

static int
serve (const ShoalTrackerConfig *wanted)
{
  g_autoptr (ShoalTrackerConfig) config = shoal_tracker_config_copy (wanted);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;

  config->max_connections = shoal_tracker_service_raise_limits (config->max_connections);
  if (config->max_connections < wanted->max_connections)
    g_message ("Only %u connections at once: the system allows no more open files",
               config->max_connections);
  g_unix_signal_add (SIGTERM, on_signal_cb, loop);
  g_unix_signal_add (SIGINT, on_signal_cb, loop);

  g_autoptr (ShoalTracker) tracker = shoal_tracker_new (config);

  if (!shoal_tracker_open (tracker, &error) || !shoal_tracker_listen (tracker, &error))
    {
      g_printerr ("shoal-tracker: %s\n", error->message);
      return EXIT_FAILED;
    }
  say_ready (tracker);
  g_main_loop_run (loop);
  g_message ("Stopping");
  shoal_tracker_service_notify ("STOPPING=1");
  shoal_tracker_stop (tracker);
  return 0;
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;

  shoal_process_leave_no_dumps ();
  shoal_installation_init_translations ();
  umask (0077);
  signal (SIGPIPE, SIG_IGN);
  /* Two arenas: the main loop's, and one for the few threads; rosters go back to the system when
   * they are sent. */
  mallopt (M_ARENA_MAX, 2);
  mallopt (M_MMAP_THRESHOLD, 128 * 1024);
  shoal_tracker_log_init ();

  g_autoptr (ShoalTrackerOptions) options
             = shoal_tracker_options_parse ((const char *const *) argv, &error);

  if (options == NULL)
    {
      g_printerr ("shoal-tracker: %s\nSee “shoal-tracker --help”.\n", error->message);
      return EXIT_USAGE;
    }
  if (options->command == SHOAL_TRACKER_HELP)
    {
      printf ("%s", options->help);
      return 0;
    }
  if (options->command == SHOAL_TRACKER_VERSION)
    {
      printf ("shoal-tracker " SHOAL_VERSION "\n");
      return 0;
    }
  if (!shoal_tls_init (&error))
    {
      g_printerr ("shoal-tracker: %s\n", error->message);
      return EXIT_FAILED;
    }
  if (options->command != SHOAL_TRACKER_SERVE)
    return shoal_tracker_run_command (options);
  return serve (options->config);
}
