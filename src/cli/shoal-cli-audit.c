/* shoal-cli-audit.c: the command audit
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-cli"

#include "config.h"

#include "shoal-cli.h"

#include <glib/gi18n.h>
#include <stdio.h>

#include "shoal-json.h"
#include "shoal-limits.h"

#define MAX_ENTRIES 1000000

static int
warn (ShoalCli *cli, JsonObject *reply)
{
  const char *warning = shoal_cli_string (reply, "warning");

  if (*warning == '\0')
    return SHOAL_CLI_OK;
  if (cli->json)
    {
      g_autoptr (JsonObject) line = shoal_json_new ("warning", "s", warning, NULL);

      shoal_cli_print_json (line);
    }
  else
    shoal_cli_note (cli, _ ("WARNING: %s"), warning);
  return SHOAL_CLI_CORRUPT;
}

static int
verify (ShoalCli *cli)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) reply
             = shoal_cli_run_job (cli, "verify-audit", NULL, NULL, NULL, NULL, &error);

  if (reply == NULL)
    return shoal_cli_fail (cli, error);
  if (cli->json)
    shoal_cli_print_json (reply);
  else
    printf (_ ("All %ld entries are in order. Head: %s\n"),
            (glong) shoal_cli_integer (reply, "count"), shoal_cli_string (reply, "head"));
  return warn (cli, reply);
}

static int
accept_log (ShoalCli *cli)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) reply = shoal_cli_call (cli, "accept-audit", NULL, &error);

  if (reply == NULL)
    return shoal_cli_fail (cli, error);
  if (cli->json)
    shoal_cli_print_json (reply);
  else
    puts (_ ("The log as it is now is the one to go on from."));
  return SHOAL_CLI_OK;
}

static void
print_entry (JsonObject *entry)
{
  g_autofree char *when = shoal_cli_format_time (shoal_cli_integer (entry, "time_ms"));
  const char *user = shoal_cli_string (entry, "user");
  const char *address = shoal_cli_string (entry, "address");
  g_autofree char *line
      = g_strdup_printf ("%" G_GINT64_FORMAT "  %s  %s  %s  %.8s  %s  %s",
                         shoal_cli_integer (entry, "n"), when, shoal_cli_string (entry, "event"),
                         *user != '\0' ? user : "-", shoal_cli_string (entry, "device"),
                         *address != '\0' ? address : "-", shoal_cli_string (entry, "text"));
  g_autofree char *safe = shoal_cli_escape (line);

  puts (safe);
}

static int
list_entries (ShoalCli *cli, gint64 limit)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) reply = shoal_cli_call (
      cli, "audit", shoal_json_new ("after", "i", (gint64) 0, "limit", "i", (gint64) 1, NULL),
      &error);

  if (reply == NULL)
    return shoal_cli_fail (cli, error);
  gint64 count = shoal_cli_integer (reply, "count");
  gint64 after = MAX (count - limit, 0);
  while (after < count)
    {
      json_object_unref (reply);
      reply = shoal_cli_call (cli, "audit",
                              shoal_json_new ("after", "i", after, "limit", "i",
                                              MIN (count - after, SHOAL_MAX_CONTROL_ROWS), NULL),
                              &error);
      if (reply == NULL)
        return shoal_cli_fail (cli, error);
      JsonArray *rows = shoal_cli_array (reply, "entries");
      guint n = rows != NULL ? json_array_get_length (rows) : 0;
      if (n == 0)
        break;
      for (guint i = 0; i < n; i++)
        if (cli->json)
          shoal_cli_print_json (json_array_get_object_element (rows, i));
        else
          print_entry (json_array_get_object_element (rows, i));
      /* Not one for each row: an entry may be missing. */
      after = shoal_cli_integer (json_array_get_object_element (rows, n - 1), "n");
    }
  return warn (cli, reply);
}

int
shoal_cli_audit (ShoalCli *cli, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  const char *command = argv[0];
  gboolean check = FALSE, take = FALSE;
  int limit = 50;
  int status;
  const GOptionEntry entries[] = {
    { "verify", 0, 0, G_OPTION_ARG_NONE, &check,
      N_ ("Fetch the whole log and check that no entry was changed, and that it goes on from the"
          " one seen before"),
      NULL },
    { "accept", 0, 0, G_OPTION_ARG_NONE, &take,
      N_ ("After a warning: go on from the log as it is now"), NULL },
    { "limit", 0, 0, G_OPTION_ARG_INT, &limit, N_ ("Show at most the last N (default 50)"),
      N_ ("N") },
    { NULL },
  };

  if (!shoal_cli_parse (cli, &argc, &argv, entries, NULL, &status))
    return status;
  if (argc != 1)
    return shoal_cli_usage (command, "%s", _ ("There is nothing to name."));
  if (check && take)
    return shoal_cli_usage (command, "%s", _ ("Give --verify or --accept, not both."));
  if (limit < 1 || limit > MAX_ENTRIES)
    return shoal_cli_usage (command, _ ("The limit must be between 1 and %d."), MAX_ENTRIES);
  if (!shoal_cli_connect (cli, FALSE, &error))
    return shoal_cli_fail (cli, error);
  return check ? verify (cli) : take ? accept_log (cli) : list_entries (cli, limit);
}
