/* shoal.c: the desktop app's main()
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal"

#include "config.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <signal.h>
#include <sys/stat.h>

#include "shoal-application.h"
#include "shoal-tls.h"

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_application_name (_ ("Shoal"));
  umask (0077);
  signal (SIGPIPE, SIG_IGN);
  if (!shoal_tls_init (&error))
    {
      g_printerr ("shoal: %s\n", error->message);
      return 1;
    }
  g_autoptr (ShoalApplication) application = shoal_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
