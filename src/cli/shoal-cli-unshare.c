/* shoal-cli-unshare.c: the command unshare
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-cli"

#include "config.h"

#include "shoal-cli.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "shoal-json.h"

char *
shoal_cli_share_name (const char *text)
{
  return strchr (text, '/') != NULL ? g_canonicalize_filename (text, NULL) : g_strdup (text);
}

int
shoal_cli_unshare (ShoalCli *cli, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  gboolean all = FALSE;
  const char *command = argv[0];
  int status;
  const GOptionEntry entries[] = {
    { "all", 0, 0, G_OPTION_ARG_NONE, &all, N_ ("Everything that is shared from here"), NULL },
    { NULL },
  };

  if (!shoal_cli_parse (cli, &argc, &argv, entries,
                        _ ("NAME is a share's name or its path; ID is a content id."), &status))
    return status;
  if (all ? argc != 1 : argc < 2)
    return shoal_cli_usage (command, "%s", _ ("Name what to unshare, or give --all."));

  JsonArray *what = json_array_new ();
  for (int i = 1; i < argc; i++)
    {
      g_autofree char *path = shoal_cli_share_name (argv[i]);

      json_array_add_string_element (what, path);
    }
  JsonObject *params = shoal_json_new ("all", "b", all, "what", "a", what, NULL);
  if (!shoal_cli_connect (cli, FALSE, &error))
    {
      json_object_unref (params);
      return shoal_cli_fail (cli, error);
    }
  g_autoptr (JsonObject) reply = shoal_cli_call (cli, "unshare", params, &error);
  if (reply == NULL)
    return shoal_cli_fail (cli, error);
  int n = (int) shoal_cli_integer (reply, "removed");
  if (cli->json)
    shoal_cli_print_json (reply);
  else
    printf (ngettext ("%d share is no longer offered.\n", "%d shares are no longer offered.\n",
                      (gulong) n),
            n);
  return SHOAL_CLI_OK;
}
