/* shoal-cli-invite.c: the command invite
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

static int
make_invite (ShoalCli *cli, int uses, int days)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) reply = shoal_cli_call (
      cli, "invite",
      shoal_json_new ("uses", "i", (gint64) uses, "expires_days", "i", (gint64) days, NULL),
      &error);

  if (reply == NULL)
    return shoal_cli_fail (cli, error);
  if (cli->json)
    {
      shoal_cli_print_json (reply);
      return SHOAL_CLI_OK;
    }
  g_autofree char *link = shoal_cli_escape (shoal_cli_string (reply, "link"));
  g_autofree char *until = shoal_cli_format_time (shoal_cli_integer (reply, "expires_ms"));
  puts (link);
  shoal_cli_note (cli,
                  ngettext ("Whoever has this link can make %d account until %s. Keep it secret.",
                            "Whoever has this link can make %d accounts until %s. Keep it secret.",
                            (gulong) uses),
                  uses, until);
  return SHOAL_CLI_OK;
}

static int
list_invites (ShoalCli *cli)
{
  g_autoptr (GError) error = NULL;
  const char *const header[] = { _ ("CODE"), _ ("USES"), _ ("LEFT"), _ ("EXPIRES"), NULL };
  g_autoptr (JsonObject) reply = shoal_cli_call (cli, "invites", NULL, &error);

  if (reply == NULL)
    return shoal_cli_fail (cli, error);
  JsonArray *invites = shoal_cli_array (reply, "invites");
  if (cli->json)
    {
      shoal_cli_print_rows (invites);
      return SHOAL_CLI_OK;
    }
  ShoalCliTable *table = shoal_cli_table_new (header);
  for (guint i = 0; invites != NULL && i < json_array_get_length (invites); i++)
    {
      JsonObject *invite = json_array_get_object_element (invites, i);
      g_autofree char *code = g_strdup_printf ("%s…", shoal_cli_string (invite, "code_hint"));
      g_autofree char *uses
          = g_strdup_printf ("%" G_GINT64_FORMAT, shoal_cli_integer (invite, "uses"));
      g_autofree char *left
          = g_strdup_printf ("%" G_GINT64_FORMAT, shoal_cli_integer (invite, "left"));
      g_autofree char *until = shoal_cli_format_time (shoal_cli_integer (invite, "expires_ms"));

      shoal_cli_table_add (table, code, uses, left, until, NULL);
    }
  shoal_cli_table_print (table);
  return SHOAL_CLI_OK;
}

int
shoal_cli_invite (ShoalCli *cli, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  const char *command = argv[0];
  gboolean list = FALSE;
  int uses = 1, days = 7;
  int status;
  const GOptionEntry entries[] = {
    { "uses", 0, 0, G_OPTION_ARG_INT, &uses,
      N_ ("How many accounts can be made with it (default 1)"), N_ ("N") },
    { "expires", 0, 0, G_OPTION_ARG_INT, &days, N_ ("Days that it works for (default 7)"),
      N_ ("DAYS") },
    { "list", 0, 0, G_OPTION_ARG_NONE, &list, N_ ("List the invites that still work"), NULL },
    { NULL },
  };

  if (!shoal_cli_parse (cli, &argc, &argv, entries,
                        _ ("Only the owner of the group can invite. The link is a secret: it is"
                           " shown once."),
                        &status))
    return status;
  if (argc != 1)
    return shoal_cli_usage (command, "%s", _ ("There is nothing to name."));
  if (uses < 1 || uses > SHOAL_MAX_INVITE_USES)
    return shoal_cli_usage (command, _ ("The number of uses must be between 1 and %d."),
                            SHOAL_MAX_INVITE_USES);
  if (days < 1 || days > SHOAL_MAX_INVITE_DAYS)
    return shoal_cli_usage (command, _ ("An invite works for 1 to %d days."),
                            SHOAL_MAX_INVITE_DAYS);
  if (!shoal_cli_connect (cli, FALSE, &error))
    return shoal_cli_fail (cli, error);
  return list ? list_invites (cli) : make_invite (cli, uses, days);
}
