/* shoal-cli-pause.c: the commands pause, resume and cancel
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-cli"

#include "config.h"

#include "shoal-cli.h"

#include <glib/gi18n.h>
#include <stdio.h>

#include "shoal-json.h"

/* @method: of the control service; @print: tells how many it concerned. */
static int
run (ShoalCli *cli, int argc, char **argv, const char *method, void (*print) (int n))
{
  g_autoptr (GError) error = NULL;
  gboolean all = FALSE;
  const char *command = argv[0];
  int status;
  const GOptionEntry entries[] = {
    { "all", 0, 0, G_OPTION_ARG_NONE, &all, N_ ("All downloads"), NULL },
    { NULL },
  };

  if (!shoal_cli_parse (cli, &argc, &argv, entries,
                        _ ("NAME is a download's name; ID is its content id or the id that "
                           "“--json get” tells."),
                        &status))
    return status;
  if (all ? argc != 1 : argc < 2)
    return shoal_cli_usage (command, "%s", _ ("Name the downloads, or give --all."));

  JsonArray *what = json_array_new ();
  for (int i = 1; i < argc; i++)
    json_array_add_string_element (what, argv[i]);
  JsonObject *params = shoal_json_new ("all", "b", all, "what", "a", what, NULL);
  if (!shoal_cli_connect (cli, FALSE, &error))
    {
      json_object_unref (params);
      return shoal_cli_fail (cli, error);
    }
  g_autoptr (JsonObject) reply = shoal_cli_call (cli, method, params, &error);
  if (reply == NULL)
    return shoal_cli_fail (cli, error);
  if (cli->json)
    shoal_cli_print_json (reply);
  else
    print ((int) shoal_cli_integer (reply, "changed"));
  return SHOAL_CLI_OK;
}

static void
print_paused (int n)
{
  printf (ngettext ("%d download is paused.\n", "%d downloads are paused.\n", (gulong) n), n);
}

int
shoal_cli_pause (ShoalCli *cli, int argc, char **argv)
{
  return run (cli, argc, argv, "pause", print_paused);
}

static void
print_resumed (int n)
{
  printf (ngettext ("%d download goes on.\n", "%d downloads go on.\n", (gulong) n), n);
}

int
shoal_cli_resume (ShoalCli *cli, int argc, char **argv)
{
  return run (cli, argc, argv, "resume", print_resumed);
}

static void
print_cancelled (int n)
{
  printf (ngettext ("%d download is cancelled, its unfinished files are deleted.\n",
                    "%d downloads are cancelled, their unfinished files are deleted.\n",
                    (gulong) n),
          n);
}

int
shoal_cli_cancel (ShoalCli *cli, int argc, char **argv)
{
  return run (cli, argc, argv, "discard", print_cancelled);
}
