/* shoal-installation.c: where the program finds what belongs to it, installed or not yet
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "shoal-installation.h"

#include <gio/gio.h>
#include <libintl.h>
#include <locale.h>

/* src/programs/NAME and tests/FOLDER/NAME are two folders below the top. */
#define DEPTH (3)

char *
shoal_installation_dup_built (const char *path)
{
  g_return_val_if_fail (path != NULL, NULL);

  g_autofree char *folder = g_file_read_link ("/proc/self/exe", NULL);

  for (guint i = 0; folder != NULL && i < DEPTH; i++)
    {
      char *up = g_path_get_dirname (folder);
      g_autofree char *mark = g_build_filename (up, "build.ninja", NULL);
      g_autofree char *found = g_build_filename (up, path, NULL);

      g_free (folder);
      folder = up;
      if (g_file_test (mark, G_FILE_TEST_EXISTS))
        return g_file_test (found, G_FILE_TEST_EXISTS) ? g_steal_pointer (&found) : NULL;
    }
  return NULL;
}

void
shoal_installation_init_translations (void)
{
  g_autofree char *built = shoal_installation_dup_built ("po");

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, built != NULL ? built : LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}
