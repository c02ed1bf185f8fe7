/* shoal-cli-set.c: the command set
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

/* All settings, or the one called @name. */
static int
list_settings (ShoalCli *cli, const char *name)
{
  g_autoptr (GError) error = NULL;
  const char *const header[] = { _ ("KEY"), _ ("VALUE"), _ ("MEANING"), NULL };
  g_autoptr (JsonObject) reply = shoal_cli_call (cli, "settings", NULL, &error);
  guint n_found = 0;

  if (reply == NULL)
    return shoal_cli_fail (cli, error);
  JsonArray *settings = shoal_cli_array (reply, "settings");
  ShoalCliTable *table = shoal_cli_table_new (header);
  for (guint i = 0; settings != NULL && i < json_array_get_length (settings); i++)
    {
      JsonObject *setting = json_array_get_object_element (settings, i);

      if (name != NULL && !g_str_equal (name, shoal_cli_string (setting, "name")))
        continue;
      n_found++;
      if (cli->json)
        shoal_cli_print_json (setting);
      shoal_cli_table_add (table, shoal_cli_string (setting, "name"),
                           shoal_cli_string (setting, "value"),
                           _ (shoal_cli_string (setting, "description")), NULL);
    }
  if (cli->json || n_found == 0)
    shoal_cli_table_free (table);
  else
    shoal_cli_table_print (table);
  if (n_found > 0)
    return SHOAL_CLI_OK;
  return shoal_cli_usage ("set", _ ("There is no setting “%s”; “shoal-cli set” lists them."), name);
}

int
shoal_cli_set (ShoalCli *cli, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  const char *command = argv[0];
  int status;

  if (!shoal_cli_parse (cli, &argc, &argv, NULL, _ ("Without KEY all settings are listed."),
                        &status))
    return status;
  if (argc > 3)
    return shoal_cli_usage (command, "%s", _ ("Give one key and its value."));
  for (int i = 1; i < argc; i++)
    if (!g_utf8_validate (argv[i], -1, NULL))
      return shoal_cli_usage (command, _ ("“%s” is not UTF-8 text."), argv[i]);
  if (!shoal_cli_connect (cli, FALSE, &error))
    return shoal_cli_fail (cli, error);
  if (argc < 3)
    return list_settings (cli, argc == 2 ? argv[1] : NULL);

  g_autoptr (JsonObject) reply = shoal_cli_call (
      cli, "set", shoal_json_new ("name", "s", argv[1], "value", "s", argv[2], NULL), &error);
  if (reply == NULL && g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND))
    return shoal_cli_usage (command, "%s", error->message);
  if (reply == NULL)
    return shoal_cli_fail (cli, error);
  if (cli->json)
    shoal_cli_print_json (reply);
  else
    {
      g_autofree char *value = shoal_cli_escape (shoal_cli_string (reply, "value"));

      printf ("%s = %s\n", argv[1], value);
    }
  return SHOAL_CLI_OK;
}
