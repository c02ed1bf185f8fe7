/* shoal-cli-switch.c: the command switch
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-cli"

#include "config.h"

#include "shoal-cli.h"

#include <glib/gi18n.h>
#include <stdio.h>

#include "shoal-json.h"
#include "shoal-units.h"

static JsonObject *
make_params (char **argv, gboolean on)
{
  g_autofree char *what = shoal_cli_share_name (argv[2]);
  JsonObject *params = shoal_json_new ("what", "s", what, "on", "b", on, NULL);
  JsonArray *files = json_array_new ();

  for (int i = 3; argv[i] != NULL; i++)
    json_array_add_string_element (files, argv[i]);
  if (json_array_get_length (files) > 0)
    json_object_set_array_member (params, "files", files);
  else
    json_array_unref (files);
  return params;
}

static void
print_share (JsonObject *share)
{
  g_autofree char *name = shoal_cli_escape (shoal_cli_string (share, "name"));
  g_autofree char *size = shoal_format_size ((guint64) shoal_cli_integer (share, "size"));
  int files = (int) shoal_cli_integer (share, "files");
  int all = files + (int) shoal_cli_integer (share, "hidden");

  if (g_str_equal (shoal_cli_string (share, "state"), "not-offered"))
    printf (_ ("%s: nothing of it is offered\n"), name);
  else
    printf (ngettext ("%s: %d of %d file is offered, %s\n", "%s: %d of %d files are offered, %s\n",
                      (gulong) all),
            name, files, all, size);
}

int
shoal_cli_switch (ShoalCli *cli, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  const char *command = argv[0];
  int status;

  if (!shoal_cli_parse (
          cli, &argc, &argv, NULL,
          _ ("NAME is a share's name or its path, FILE the path of a file or folder in"
             " it, as “shares NAME” lists them; without FILE all of it is meant."),
          &status))
    return status;
  gboolean on = argc > 1 && g_str_equal (argv[1], "on");
  if (argc < 3 || (!on && !g_str_equal (argv[1], "off")))
    return shoal_cli_usage (command, "%s", _ ("Say “on” or “off”, and name a share."));
  if (!shoal_cli_connect (cli, FALSE, &error))
    return shoal_cli_fail (cli, error);
  g_autoptr (JsonObject) reply = shoal_cli_call (cli, "switch", make_params (argv, on), &error);
  if (reply == NULL)
    return shoal_cli_fail (cli, error);
  if (cli->json)
    shoal_cli_print_json (reply);
  else
    print_share (reply);
  return SHOAL_CLI_OK;
}
