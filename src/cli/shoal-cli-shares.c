/* shoal-cli-shares.c: the command shares
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-cli"

#include "config.h"

#include "shoal-cli.h"

#include <glib/gi18n.h>

#include "shoal-json.h"
#include "shoal-units.h"

static void
add_rows (ShoalCliTable *table, JsonArray *shares)
{
  for (guint i = 0; shares != NULL && i < json_array_get_length (shares); i++)
    {
      JsonObject *share = json_array_get_object_element (shares, i);
      const char *message = shoal_cli_string (share, "message");
      g_autofree char *size = shoal_format_size ((guint64) shoal_cli_integer (share, "size"));
      g_autofree char *files = g_strdup_printf ("%d", (int) shoal_cli_integer (share, "files"));
      g_autofree char *path
          = *message != '\0'
                ? g_strdup_printf ("%s (%s)", shoal_cli_string (share, "path"), message)
                : g_strdup (shoal_cli_string (share, "path"));

      shoal_cli_table_add (table, shoal_cli_string (share, "name"), size, files,
                           shoal_cli_string (share, "state"), path, NULL);
    }
}

static void
add_files (ShoalCliTable *table, JsonArray *files)
{
  for (guint i = 0; files != NULL && i < json_array_get_length (files); i++)
    {
      JsonObject *file = json_array_get_object_element (files, i);
      gboolean folder = g_str_equal (shoal_cli_string (file, "kind"), "folder");
      g_autofree char *size
          = folder ? g_strdup ("") : shoal_format_size ((guint64) shoal_cli_integer (file, "size"));
      g_autofree char *path
          = g_strdup_printf ("%s%s", shoal_cli_string (file, "path"), folder ? "/" : "");

      shoal_cli_table_add (table, shoal_cli_boolean (file, "on") ? _ ("on") : _ ("off"), size, path,
                           NULL);
    }
}

/* The files of one share, with their switches. */
static int
list_files (ShoalCli *cli, const char *what)
{
  g_autoptr (GError) error = NULL;
  const char *const header[] = { _ ("OFFERED"), _ ("SIZE"), _ ("FILE"), NULL };
  ShoalCliTable *table = shoal_cli_table_new (header);
  gint64 offset = 0;

  do
    {
      g_autoptr (JsonObject) reply = shoal_cli_call (
          cli, "share-files", shoal_json_new ("what", "s", what, "offset", "i", offset, NULL),
          &error);

      if (reply == NULL)
        break;
      if (cli->json)
        shoal_cli_print_rows (shoal_cli_array (reply, "files"));
      else
        add_files (table, shoal_cli_array (reply, "files"));
      offset = shoal_cli_integer (reply, "next");
    }
  while (offset > 0);
  if (error != NULL || cli->json)
    shoal_cli_table_free (table);
  else
    shoal_cli_table_print (table);
  return error != NULL ? shoal_cli_fail (cli, error) : SHOAL_CLI_OK;
}

int
shoal_cli_shares (ShoalCli *cli, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  const char *command = argv[0];
  const char *const header[]
      = { _ ("NAME"), _ ("SIZE"), _ ("FILES"), _ ("STATE"), _ ("PATH"), NULL };
  gint64 offset = 0;
  int status;

  if (!shoal_cli_parse (cli, &argc, &argv, NULL, NULL, &status))
    return status;
  if (argc > 2)
    return shoal_cli_usage (command, "%s", _ ("Name one share at most."));
  if (!shoal_cli_connect (cli, FALSE, &error))
    return shoal_cli_fail (cli, error);
  if (argc == 2)
    {
      g_autofree char *what = shoal_cli_share_name (argv[1]);

      return list_files (cli, what);
    }
  ShoalCliTable *table = shoal_cli_table_new (header);
  do
    {
      g_autoptr (JsonObject) reply = shoal_cli_call (
          cli, "shares", shoal_json_new ("offset", "i", offset, "wait", "b", offset == 0, NULL),
          &error);

      if (reply == NULL)
        break;
      if (cli->json)
        shoal_cli_print_rows (shoal_cli_array (reply, "shares"));
      else
        add_rows (table, shoal_cli_array (reply, "shares"));
      offset = shoal_cli_integer (reply, "next");
    }
  while (offset > 0);
  if (error != NULL || cli->json)
    shoal_cli_table_free (table);
  else
    shoal_cli_table_print (table);
  return error != NULL ? shoal_cli_fail (cli, error) : SHOAL_CLI_OK;
}
