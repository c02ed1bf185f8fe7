/* shoal-cli-history.c: the command history
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-cli"

#include "config.h"

#include "shoal-cli.h"

#include <glib/gi18n.h>

#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-units.h"

#define MAX_ENTRIES 99000

static void
add_row (ShoalCliTable *table, JsonObject *entry)
{
  gboolean up = g_str_equal (shoal_cli_string (entry, "direction"), "up");
  const char *reason = shoal_cli_string (entry, "reason");
  const char *bad = shoal_cli_string (entry, "bad_sources");
  g_autofree char *when = shoal_cli_format_time (shoal_cli_integer (entry, "ended_ms"));
  g_autofree char *bytes = shoal_format_size ((guint64) shoal_cli_integer (entry, "bytes"));
  g_autofree char *rate = shoal_format_rate ((double) shoal_cli_integer (entry, "speed"));
  g_autofree char *time = shoal_format_duration (shoal_cli_integer (entry, "elapsed_ms"));
  g_autofree char *outcome = g_strdup_printf ("%s%s%s%s%s", shoal_cli_string (entry, "outcome"),
                                              *reason != '\0' ? ": " : "", reason,
                                              *bad != '\0' ? _ ("; wrong bytes from ") : "", bad);

  shoal_cli_table_add (table, when, up ? _ ("to") : _ ("from"), shoal_cli_string (entry, "users"),
                       bytes, time, rate, shoal_cli_string (entry, "name"), outcome, NULL);
}

int
shoal_cli_history (ShoalCli *cli, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  const char *command = argv[0];
  const char *const header[] = { _ ("ENDED"), "",         _ ("WHO"),     _ ("BYTES"), _ ("TIME"),
                                 _ ("SPEED"), _ ("NAME"), _ ("OUTCOME"), NULL };
  int limit = 50;
  gint64 offset = 0, left;
  int status;
  const GOptionEntry entries[] = {
    { "limit", 0, 0, G_OPTION_ARG_INT, &limit, N_ ("Show at most N (default 50)"), N_ ("N") },
    { NULL },
  };

  if (!shoal_cli_parse (cli, &argc, &argv, entries, NULL, &status))
    return status;
  if (argc != 1)
    return shoal_cli_usage (command, "%s", _ ("There is nothing to name."));
  if (limit < 1 || limit > MAX_ENTRIES)
    return shoal_cli_usage (command, _ ("The limit must be between 1 and %d."), MAX_ENTRIES);
  if (!shoal_cli_connect (cli, FALSE, &error))
    return shoal_cli_fail (cli, error);

  ShoalCliTable *table = shoal_cli_table_new (header);
  left = limit;
  do
    {
      g_autoptr (JsonObject) reply
                 = shoal_cli_call (cli, "history",
                                   shoal_json_new ("offset", "i", offset, "limit", "i",
                                                   MIN (left, SHOAL_MAX_CONTROL_ROWS), NULL),
                                   &error);

      if (reply == NULL)
        break;
      JsonArray *rows = shoal_cli_array (reply, "entries");
      guint n = rows != NULL ? json_array_get_length (rows) : 0;
      if (cli->json)
        shoal_cli_print_rows (rows);
      for (guint i = 0; !cli->json && i < n; i++)
        add_row (table, json_array_get_object_element (rows, i));
      left -= n;
      offset = shoal_cli_integer (reply, "next");
    }
  while (offset > 0 && left > 0);
  if (error != NULL || cli->json)
    shoal_cli_table_free (table);
  else
    shoal_cli_table_print (table);
  return error != NULL ? shoal_cli_fail (cli, error) : SHOAL_CLI_OK;
}
