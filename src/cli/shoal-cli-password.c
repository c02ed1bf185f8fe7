/* shoal-cli-password.c: the command password
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-cli"

#include "config.h"

#include "shoal-cli.h"

#include <glib/gi18n.h>
#include <stdio.h>

#include "shoal-json.h"

/* Both passwords: asked for, or the first two lines of @file. */
static gboolean
read_both (const char *file, char **old_password, char **new_password, GError **error)
{
  gboolean standard = g_strcmp0 (file, "-") == 0;

  *old_password = shoal_cli_read_password (file, _ ("Present password: "), FALSE, error);
  if (*old_password == NULL)
    return FALSE;
  if (file == NULL)
    *new_password = shoal_cli_read_password (NULL, _ ("New password: "), TRUE, error);
  else
    /* Standard input stands at its second line by now. */
    *new_password = shoal_cli_read_line (file, standard ? 0 : 1, error);
  return *new_password != NULL;
}

int
shoal_cli_password (ShoalCli *cli, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *file = NULL;
  const char *command = argv[0];
  char *old_password = NULL, *new_password = NULL;
  int status;
  const GOptionEntry entries[] = {
    { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &file,
      N_ ("Read the present password from the first line of FILE and the new one from the second"
          " (-: standard input)"),
      N_ ("FILE") },
    { NULL },
  };

  if (!shoal_cli_parse (cli, &argc, &argv, entries, NULL, &status))
    return status;
  if (argc != 1)
    return shoal_cli_usage (command, "%s", _ ("A password is never taken from an argument."));
  if (!shoal_cli_connect (cli, FALSE, &error))
    return shoal_cli_fail (cli, error);

  g_autoptr (JsonObject) reply = NULL;
  if (read_both (file, &old_password, &new_password, &error))
    reply = shoal_cli_call (
        cli, "password", shoal_json_new ("old", "s", old_password, "new", "s", new_password, NULL),
        &error);
  shoal_cli_free_password (old_password);
  shoal_cli_free_password (new_password);
  if (reply == NULL)
    return shoal_cli_fail (cli, error);
  if (cli->json)
    shoal_cli_print_json (reply);
  else
    puts (_ ("The password is changed; all other sessions of the account are signed out."));
  return SHOAL_CLI_OK;
}
