/* shoal-cli-sign-out.c: the command sign-out
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-cli"

#include "config.h"

#include "shoal-cli.h"

#include <glib/gi18n.h>
#include <stdio.h>

#include "shoal-json.h"

int
shoal_cli_sign_out (ShoalCli *cli, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  gboolean everywhere = FALSE, forget = FALSE;
  const char *command = argv[0];
  int status;
  const GOptionEntry entries[] = {
    { "everywhere", 0, 0, G_OPTION_ARG_NONE, &everywhere,
      N_ ("Sign out all devices of the account"), NULL },
    { "forget", 0, 0, G_OPTION_ARG_NONE, &forget,
      N_ ("Also forget the group, its key, this device's key and what is shared"), NULL },
    { NULL },
  };

  if (!shoal_cli_parse (cli, &argc, &argv, entries, NULL, &status))
    return status;
  if (argc != 1)
    return shoal_cli_usage (command, "%s", _ ("There is nothing to name."));
  if (!shoal_cli_connect (cli, FALSE, &error))
    return shoal_cli_fail (cli, error);
  g_autoptr (JsonObject) reply = shoal_cli_call (
      cli, "sign-out", shoal_json_new ("everywhere", "b", everywhere, "forget", "b", forget, NULL),
      &error);
  if (reply == NULL)
    return shoal_cli_fail (cli, error);
  if (cli->json)
    shoal_cli_print_json (reply);
  else
    puts (_ ("Signed out."));
  if (!shoal_cli_boolean (reply, "told"))
    shoal_cli_note (cli, "%s",
                    _ ("The tracker could not be reached: there the session ends by itself when it"
                       " has not been used for long."));
  return SHOAL_CLI_OK;
}
