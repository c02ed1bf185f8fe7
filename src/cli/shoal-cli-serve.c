/* shoal-cli-serve.c: the command serve
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-cli"

#include "config.h"

#include "shoal-cli.h"

#include <glib/gi18n.h>
#include <stdio.h>

#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-units.h"

typedef struct
{
  ShoalCli *cli;
  int port;
  ShoalDirectoryState told;
  gboolean told_any;
  gboolean over;
  int status;
} Serving;

static void
print_state (Serving *serving, const char *state, const char *message)
{
  if (serving->cli->json)
    {
      g_autoptr (JsonObject) line = shoal_json_new (
          "state", "s", state, "port", "i", (gint64) serving->port, "message", "s", message, NULL);

      shoal_cli_print_json (line);
      return;
    }
  g_autofree char *safe = message != NULL ? shoal_cli_escape (message) : NULL;
  if (g_str_equal (state, "online"))
    printf (_ ("Online, serving on port %d. Ctrl-C ends it.\n"), serving->port);
  else if (safe != NULL)
    printf (_ ("Offline: %s\n"), safe);
  else
    puts (_ ("Offline."));
  fflush (stdout);
}

static void
on_state_changed_cb (ShoalDirectory *directory, gpointer user_data)
{
  Serving *serving = user_data;
  ShoalDirectoryState state = shoal_directory_get_state (directory);
  const GError *error = shoal_directory_get_error (directory);

  if (state == SHOAL_DIRECTORY_CONNECTING || (serving->told_any && state == serving->told))
    return;
  serving->told = state;
  serving->told_any = TRUE;
  switch (state)
    {
    case SHOAL_DIRECTORY_ONLINE:
      print_state (serving, "online", NULL);
      break;
    case SHOAL_DIRECTORY_SIGNED_OUT:
      serving->status = SHOAL_CLI_NOT_SIGNED_IN;
      serving->over = TRUE;
      break;
    case SHOAL_DIRECTORY_UNTRUSTED:
      serving->status = SHOAL_CLI_REFUSED;
      serving->over = TRUE;
      break;
    case SHOAL_DIRECTORY_REPLACED:
      serving->status = SHOAL_CLI_FAILED;
      serving->over = TRUE;
      break;
    case SHOAL_DIRECTORY_OFFLINE:
    case SHOAL_DIRECTORY_CONNECTING:
    default:
      print_state (serving, "offline", error != NULL ? error->message : NULL);
      break;
    }
}

static int
serve (ShoalCli *cli, guint16 port, gint64 limit)
{
  g_autoptr (GError) error = NULL;
  JsonObject *params = shoal_json_new ("port", "i", (gint64) port, NULL);

  if (limit >= 0)
    json_object_set_int_member (params, "limit", limit);
  g_autoptr (JsonObject) reply = shoal_cli_call (cli, "serve", params, &error);
  if (reply == NULL)
    return shoal_cli_fail (cli, error);

  ShoalDirectory *directory = shoal_engine_get_directory (cli->engine);
  Serving serving = { .cli = cli, .port = (int) shoal_cli_integer (reply, "port") };
  int wanted = (int) shoal_cli_integer (reply, "wanted");
  if (wanted != 0 && serving.port != wanted)
    shoal_cli_note (cli,
                    _ ("Port %d is taken: others reach this device on port %d until the next start."
                       " End the program that has it, or choose another port with"
                       " “shoal-cli set port”."),
                    wanted, serving.port);
  gulong handler
      = g_signal_connect (directory, "state-changed", G_CALLBACK (on_state_changed_cb), &serving);
  on_state_changed_cb (directory, &serving);
  shoal_cli_wait (cli, &serving.over);
  const GError *reason = shoal_directory_get_error (directory);
  if (serving.over && reason != NULL)
    shoal_cli_fail (cli, reason);
  else if (serving.over)
    shoal_cli_note (cli, "%s", _ ("Signed out."));
  g_signal_handler_disconnect (directory, handler);
  return serving.over ? serving.status : SHOAL_CLI_OK;
}

int
shoal_cli_serve (ShoalCli *cli, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *rate = NULL;
  const char *command = argv[0];
  guint64 limit = 0;
  int port = 0;
  int status;
  const GOptionEntry entries[] = {
    { "port", 0, 0, G_OPTION_ARG_INT, &port, N_ ("Serve on this port instead of the one set"),
      N_ ("PORT") },
    { "limit", 0, 0, G_OPTION_ARG_STRING, &rate,
      N_ ("Upload at most this much a second (500k, 2M)"), N_ ("RATE") },
    { NULL },
  };

  if (!shoal_cli_parse (cli, &argc, &argv, entries, NULL, &status))
    return status;
  if (argc != 1)
    return shoal_cli_usage (command, "%s",
                            _ ("There is nothing to name; “share” says what is served."));
  if (port != 0 && (port < 1024 || port > G_MAXUINT16))
    return shoal_cli_usage (command, "%s", _ ("The port must be between 1024 and 65535."));
  if (rate != NULL && !shoal_parse_rate (rate, &limit, &error))
    return shoal_cli_usage (command, "%s", error->message);
  if (!shoal_cli_connect (cli, TRUE, &error))
    return shoal_cli_fail (cli, error);
  if (!shoal_engine_get_signed_in (cli->engine))
    {
      error = g_error_new_literal (SHOAL_ERROR, SHOAL_ERROR_AUTH,
                                   _ ("Not signed in. Sign in or sign up first."));
      return shoal_cli_fail (cli, error);
    }
  return serve (cli, (guint16) port, rate != NULL ? (gint64) MIN (limit, G_MAXINT64) : -1);
}
