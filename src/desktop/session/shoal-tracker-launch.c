/* shoal-tracker-launch.c: starts the program of a group's tracker
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tracker-launch"

#include "config.h"

#include "shoal-tracker-launch.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <glib/gi18n.h>

#include "shoal-addresses.h"
#include "shoal-error.h"

/* Beside this program, beside it in the build folder, or on the PATH. */
static char *
find_program (GError **error)
{
  g_autofree char *self_path = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = self_path != NULL ? g_path_get_dirname (self_path) : NULL;
  g_autofree char *beside
      = folder != NULL ? g_build_filename (folder, "shoal-tracker", NULL) : NULL;

  if (beside != NULL && g_file_test (beside, G_FILE_TEST_IS_EXECUTABLE))
    return g_steal_pointer (&beside);

  char *found = g_find_program_in_path ("shoal-tracker");

  if (found == NULL)
    g_set_error_literal (
        error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND,
        _ ("The program “shoal-tracker” is not installed. Install it, then try again."));
  return found;
}

/* After fork, before exec: only what is safe there. */
static void
end_with_parent (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

static char *
dup_data_folder (const ShoalTrackerSetup *self)
{
  return g_build_filename (self->profile, "tracker", NULL);
}

/* What links call this computer: as the user said, else its address in the local network. */
static char *
dup_public (const ShoalTrackerSetup *self)
{
  const char *host = self->public_host;
  g_autoptr (ShoalAddresses) addresses = shoal_addresses_new ();
  g_auto (GStrv) own = shoal_addresses_dup_own (addresses);

  if (host == NULL)
    host = own[0];
  if (host == NULL)
    return NULL;
  if (g_hostname_is_ip_address (host) && strchr (host, ':') != NULL)
    return g_strdup_printf ("[%s]:%u", host, (guint) self->port);
  if (strchr (host, ':') != NULL)
    return g_strdup (host);
  return g_strdup_printf ("%s:%u", host, (guint) self->port);
}

static GPtrArray *
make_arguments (const ShoalTrackerSetup *self, gboolean owner_link, GError **error)
{
  g_autoptr (GPtrArray) arguments = g_ptr_array_new_with_free_func (g_free);
  char *program = find_program (error);

  if (program == NULL)
    return NULL;
  g_ptr_array_add (arguments, program);
  if (owner_link)
    {
      g_ptr_array_add (arguments, g_strdup ("link"));
      g_ptr_array_add (arguments, g_strdup ("--owner"));
    }
  g_ptr_array_add (arguments, g_strdup ("--data"));
  g_ptr_array_add (arguments, dup_data_folder (self));
  if (!owner_link)
    {
      char *public_address = dup_public (self);

      g_ptr_array_add (arguments, g_strdup ("--listen"));
      g_ptr_array_add (arguments, g_strdup_printf ("*:%u", (guint) self->port));
      g_ptr_array_add (arguments, g_strdup ("--sign-up"));
      g_ptr_array_add (arguments, g_strdup ("invite"));
      g_ptr_array_add (arguments, g_strdup_printf ("--name=%s", self->name));
      if (public_address != NULL)
        {
          g_ptr_array_add (arguments, g_strdup ("--public"));
          g_ptr_array_add (arguments, public_address);
        }
    }
  g_ptr_array_add (arguments, NULL);
  return g_steal_pointer (&arguments);
}

GSubprocess *
shoal_tracker_launch (const ShoalTrackerSetup *self, gboolean owner_link, GError **error)
{
  g_autoptr (GPtrArray) arguments = make_arguments (self, owner_link, error);

  if (arguments == NULL)
    return NULL;

  /* Of a server only one pipe tells what it said before it was ready, and what after. */
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE
      | (owner_link ? G_SUBPROCESS_FLAGS_STDERR_PIPE : G_SUBPROCESS_FLAGS_STDERR_MERGE));

  g_subprocess_launcher_set_child_setup (launcher, end_with_parent, NULL, NULL);
  return g_subprocess_launcher_spawnv (launcher, (const char *const *) arguments->pdata, error);
}
