/* main-cli.c: Shoal on the command line
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-cli"

#include "config.h"

#include <signal.h>
#include <stdio.h>

#include "shoal-cli.h"
#include "shoal-installation.h"
#include "shoal-process.h"
#include "shoal-tls.h"

/* On a command line only what matters is told; G_MESSAGES_DEBUG asks for more. */
static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  if ((level & (G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO)) != 0
      && g_getenv ("G_MESSAGES_DEBUG") == NULL)
    return G_LOG_WRITER_HANDLED;
  return g_log_writer_default (level, fields, n_fields, user_data);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_log_set_writer_func (write_log, NULL, NULL);
  shoal_process_leave_no_dumps ();
  shoal_installation_init_translations ();

  /* A reader that goes away ends the output, not the program in the middle of a file. */
  signal (SIGPIPE, SIG_IGN);

  if (!shoal_tls_init (&error))
    {
      fprintf (stderr, "shoal-cli: %s\n", error->message);
      return SHOAL_CLI_FAILED;
    }
  return shoal_cli_main (argc, argv);
}
