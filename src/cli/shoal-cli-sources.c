/* shoal-cli-sources.c: the command sources
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-cli"

#include "config.h"

#include "shoal-cli.h"

#include <glib/gi18n.h>

#include "shoal-digest.h"
#include "shoal-json.h"
#include "shoal-units.h"

static void
print_sources (JsonArray *sources)
{
  const char *const header[]
      = { _ ("USER"), _ ("DEVICE"), _ ("STATE"), _ ("HAS"), _ ("SIZE"), _ ("NAME"), NULL };
  ShoalCliTable *table = shoal_cli_table_new (header);

  for (guint i = 0; i < json_array_get_length (sources); i++)
    {
      JsonObject *source = json_array_get_object_element (sources, i);
      const char *name = shoal_cli_string (source, "device_name");
      g_autofree char *device = g_strdup_printf ("%s (%.8s)", *name != '\0' ? name : "-",
                                                 shoal_cli_string (source, "device"));
      /* A folder's size is that of its list, which is nothing to tell. */
      g_autofree char *size
          = shoal_cli_boolean (source, "manifest")
                ? g_strdup (_ ("folder"))
                : shoal_format_size ((guint64) shoal_cli_integer (source, "size"));

      shoal_cli_table_add (table, shoal_cli_string (source, "user"), device,
                           shoal_cli_boolean (source, "own")      ? _ ("this device")
                           : shoal_cli_boolean (source, "online") ? _ ("online")
                                                                  : _ ("offline"),
                           shoal_cli_boolean (source, "partial") ? _ ("a part") : _ ("all"), size,
                           shoal_cli_string (source, "name"), NULL);
    }
  shoal_cli_table_print (table);
}

int
shoal_cli_sources (ShoalCli *cli, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  const char *command = argv[0];
  ShoalDigest id;
  int status;

  if (!shoal_cli_parse (cli, &argc, &argv, NULL, NULL, &status))
    return status;
  if (argc != 2 || !shoal_digest_from_hex (&id, argv[1]))
    return shoal_cli_usage (command, "%s",
                            _ ("Give one content id, 64 hexadecimal digits (“search --ids”)."));
  if (!shoal_cli_connect (cli, FALSE, &error))
    return shoal_cli_fail (cli, error);
  g_autoptr (JsonObject) reply
             = shoal_cli_call (cli, "sources", shoal_json_new ("id", "s", argv[1], NULL), &error);
  if (reply == NULL)
    return shoal_cli_fail (cli, error);
  JsonArray *sources = shoal_cli_array (reply, "sources");
  if (sources == NULL || json_array_get_length (sources) == 0)
    {
      shoal_cli_note (cli, "%s", _ ("Nobody has it."));
      return SHOAL_CLI_NOT_FOUND;
    }
  if (cli->json)
    shoal_cli_print_rows (sources);
  else
    print_sources (sources);
  return SHOAL_CLI_OK;
}
