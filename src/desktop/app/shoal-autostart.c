/* shoal-autostart.c: the file that makes the desktop start Shoal at sign-in
 *
 * It carries a key of ours, by which it is known again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-autostart"

#include "config.h"

#include "shoal-autostart.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

#include "shoal-dir.h"
#include "shoal-error.h"

#define FILE_NAME SHOAL_APP_ID ".desktop"
#define GROUP G_KEY_FILE_DESKTOP_GROUP
#define KEY_OURS "X-Shoal-Autostart"
#define KEY_GNOME "X-GNOME-Autostart-enabled"

static char *
dup_folder (void)
{
  return g_build_filename (g_get_user_config_dir (), "autostart", NULL);
}

/* Returns: (transfer full) (nullable): what is there; empty if it cannot be read */
static GKeyFile *
load (void)
{
  g_autofree char *folder = dup_folder ();
  g_autofree char *path = g_build_filename (folder, FILE_NAME, NULL);
  g_autoptr (GKeyFile) file = g_key_file_new ();

  if (!g_file_test (path, G_FILE_TEST_EXISTS) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    return NULL;
  g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL);
  return g_steal_pointer (&file);
}

static gboolean
is_ours (GKeyFile *file)
{
  return g_key_file_get_boolean (file, GROUP, KEY_OURS, NULL);
}

gboolean
shoal_autostart_get (void)
{
  g_autoptr (GKeyFile) file = load ();

  return file != NULL && is_ours (file)
         && !g_key_file_get_boolean (file, GROUP, G_KEY_FILE_DESKTOP_KEY_HIDDEN, NULL)
         && (!g_key_file_has_key (file, GROUP, KEY_GNOME, NULL)
             || g_key_file_get_boolean (file, GROUP, KEY_GNOME, NULL));
}

/* An argument as the Desktop Entry Specification wants it quoted. */
static char *
quote (const char *argument)
{
  GString *quoted = g_string_new ("\"");

  for (const char *at = argument; *at != '\0'; at++)
    {
      if (strchr ("\"`$\\", *at) != NULL)
        g_string_append_c (quoted, '\\');
      if (*at == '%')
        g_string_append_c (quoted, '%');
      g_string_append_c (quoted, *at);
    }
  g_string_append_c (quoted, '"');
  return g_string_free (quoted, FALSE);
}

/* Returns: (transfer full) (nullable): the program that runs now */
static char *
dup_program (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);

  /* Replaced by another version since it was started. */
  if (program == NULL || !g_file_test (program, G_FILE_TEST_IS_EXECUTABLE))
    return g_find_program_in_path ("shoal");
  return g_steal_pointer (&program);
}

static char *
make_text (GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *program = dup_program ();
  g_autofree char *quoted = program != NULL ? quote (program) : NULL;
  g_autofree char *command = g_strconcat (quoted, " --background", NULL);

  if (program == NULL)
    {
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND,
                   _ ("The program itself is not found. Install Shoal again."));
      return NULL;
    }
  g_key_file_set_string (file, GROUP, G_KEY_FILE_DESKTOP_KEY_TYPE, "Application");
  g_key_file_set_string (file, GROUP, G_KEY_FILE_DESKTOP_KEY_NAME, "Shoal");
  g_key_file_set_string (file, GROUP, G_KEY_FILE_DESKTOP_KEY_ICON, SHOAL_APP_ID);
  g_key_file_set_string (file, GROUP, G_KEY_FILE_DESKTOP_KEY_EXEC, command);
  g_key_file_set_string (file, GROUP, G_KEY_FILE_DESKTOP_KEY_TRY_EXEC, program);
  g_key_file_set_boolean (file, GROUP, G_KEY_FILE_DESKTOP_KEY_TERMINAL, FALSE);
  g_key_file_set_boolean (file, GROUP, KEY_OURS, TRUE);
  return g_key_file_to_data (file, NULL, NULL);
}

gboolean
shoal_autostart_set (gboolean on, GError **error)
{
  g_autoptr (GKeyFile) present = load ();
  g_autofree char *folder = dup_folder ();
  g_autofree char *text = NULL;

  if (present != NULL && !is_ours (present))
    {
      if (!on)
        return TRUE;
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_EXISTS,
                   _ ("“%s/%s” is there and was not made by Shoal. Remove it, then try again."),
                   folder, FILE_NAME);
      return FALSE;
    }
  if (!on && present == NULL)
    return TRUE;
  text = on ? make_text (error) : NULL;
  if (on && text == NULL)
    return FALSE;
  if (on && present != NULL)
    {
      g_autofree char *before = g_key_file_to_data (present, NULL, NULL);

      if (g_str_equal (before, text))
        return TRUE;
    }

  g_auto (ShoalFd) fd = shoal_dir_open (folder, TRUE, error);

  if (fd < 0)
    return FALSE;
  if (on)
    return shoal_dir_write_file (fd, FILE_NAME, text, strlen (text), 0644, error);
  if (unlinkat (fd, FILE_NAME, 0) != 0 && errno != ENOENT)
    {
      shoal_error_from_errno (error, errno, _ ("Cannot remove “%s/%s”"), folder, FILE_NAME);
      return FALSE;
    }
  return TRUE;
}
