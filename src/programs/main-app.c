/* main-app.c: the desktop app's main()
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal"

#include "config.h"

#include <glib/gi18n.h>
#include <signal.h>

#include "shoal-application.h"
#include "shoal-installation.h"
#include "shoal-process.h"
#include "shoal-tls.h"

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;

  shoal_process_leave_no_dumps ();
  shoal_installation_init_translations ();
  g_set_application_name (_ ("Shoal"));
  signal (SIGPIPE, SIG_IGN);
  if (!shoal_tls_init (&error))
    {
      g_printerr ("shoal: %s\n", error->message);
      return 1;
    }
  g_autoptr (ShoalApplication) application = shoal_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
