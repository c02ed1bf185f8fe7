/* shoal-cli-status.c: the command status
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

/* What the values are lined up behind, in characters: the longest label of any language. */
#define LABEL_WIDTH (18)

static void
print_line (const char *label, const char *value)
{
  g_autofree char *safe = shoal_cli_escape (value);
  glong width = g_utf8_strlen (label, -1);

  printf ("%s%*s %s\n", label, (int) MAX (LABEL_WIDTH - width, 0), "", safe);
}

static void
print_limit (const char *label, gint64 rate)
{
  g_autofree char *text = rate > 0 ? shoal_format_rate ((double) rate) : g_strdup (_ ("unlimited"));

  print_line (label, text);
}

/* "2 now, 3.4 MB/s" */
static void
print_moving (const char *label, gint64 n, gint64 rate)
{
  g_autofree char *speed = shoal_format_rate ((double) rate);
  g_autofree char *text = g_strdup_printf (_ ("%d now, %s"), (int) n, speed);

  if (n > 0 || rate > 0)
    print_line (label, text);
}

static char *
join_addresses (JsonObject *status)
{
  JsonArray *addresses = shoal_cli_array (status, "tracker");
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; addresses != NULL && i < json_array_get_length (addresses); i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "",
                            json_array_get_string_element (addresses, i));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static const char *
describe_state (const char *state)
{
  if (g_str_equal (state, "online"))
    return _ ("online");
  if (g_str_equal (state, "connecting"))
    return _ ("connecting");
  if (g_str_equal (state, "signed-out"))
    return _ ("signed out");
  if (g_str_equal (state, "replaced"))
    return _ ("replaced by another program with this device's key");
  if (g_str_equal (state, "untrusted"))
    return _ ("refused: the tracker shows another key than before");
  return _ ("offline");
}

static void
print_group (JsonObject *status)
{
  const char *name = shoal_cli_string (status, "group_name");
  const char *user = shoal_cli_string (status, "user");
  const char *error = shoal_cli_string (status, "error");
  g_autofree char *addresses = join_addresses (status);

  if (*shoal_cli_string (status, "group") == '\0')
    {
      print_line (_ ("Group:"), _ ("none; sign up or sign in with the tracker's link"));
      return;
    }
  if (*name != '\0')
    print_line (_ ("Group:"), name);
  print_line (_ ("Tracker:"), addresses);
  print_line (_ ("Its key:"), shoal_cli_string (status, "group_words"));
  print_line (_ ("User:"), *user != '\0' ? user : "-");
  print_line (_ ("State:"), shoal_cli_boolean (status, "signed_in")
                                ? describe_state (shoal_cli_string (status, "state"))
                                : _ ("signed out"));
  if (*error != '\0')
    print_line (_ ("Reason:"), error);
}

static void
print_status (JsonObject *status)
{
  g_autofree char *counts
      = g_strdup_printf (_ ("%d of %d online"), (int) shoal_cli_integer (status, "online"),
                         (int) shoal_cli_integer (status, "members"));
  g_autofree char *shares = g_strdup_printf ("%d", (int) shoal_cli_integer (status, "shares"));
  g_autofree char *transfers
      = g_strdup_printf ("%d", (int) shoal_cli_integer (status, "transfers"));
  g_autofree char *paused = g_strdup_printf ("%d", (int) shoal_cli_integer (status, "paused"));
  g_autofree char *port = g_strdup_printf ("%d", (int) shoal_cli_integer (status, "port"));
  const char *warning = shoal_cli_string (status, "audit_warning");

  print_group (status);
  print_line (_ ("Device:"), shoal_cli_string (status, "device_name"));
  if (*shoal_cli_string (status, "device") != '\0')
    {
      print_line (_ ("Fingerprint:"), shoal_cli_string (status, "device"));
      print_line (_ ("In words:"), shoal_cli_string (status, "words"));
    }
  print_line (_ ("Secrets in:"), g_str_equal (shoal_cli_string (status, "secrets"), "keyring")
                                     ? _ ("the keyring")
                                     : _ ("a file in the profile"));
  print_line (_ ("Profile:"), shoal_cli_string (status, "profile"));
  print_line (_ ("Members:"), counts);
  print_line (_ ("Shares:"), shares);
  print_line (_ ("Downloads:"), transfers);
  print_moving (_ ("Downloading:"), shoal_cli_integer (status, "downloading"),
                shoal_cli_integer (status, "download_speed"));
  print_moving (_ ("Uploading:"), shoal_cli_integer (status, "uploading"),
                shoal_cli_integer (status, "upload_speed"));
  if (shoal_cli_integer (status, "paused") > 0)
    print_line (_ ("Paused:"), paused);
  print_line (_ ("Serves on:"), shoal_cli_integer (status, "port") != 0 ? port : _ ("not serving"));
  print_limit (_ ("Upload limit:"), shoal_cli_integer (status, "upload_limit"));
  print_limit (_ ("Download limit:"), shoal_cli_integer (status, "download_limit"));
  if (*warning != '\0')
    print_line (_ ("WARNING:"), warning);
}

int
shoal_cli_status (ShoalCli *cli, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  const char *command = argv[0];
  int status;

  if (!shoal_cli_parse (
          cli, &argc, &argv, NULL,
          _ ("Ends with 3 if nobody is signed in on this device, with 5 if the tracker shows"
             " another key than before."),
          &status))
    return status;
  if (argc != 1)
    return shoal_cli_usage (command, "%s", _ ("There is nothing to name."));
  if (!shoal_cli_connect (cli, FALSE, &error))
    return shoal_cli_fail (cli, error);
  g_autoptr (JsonObject) reply
             = shoal_cli_call (cli, "status", shoal_json_new ("wait", "b", TRUE, NULL), &error);
  if (reply == NULL)
    return shoal_cli_fail (cli, error);
  if (cli->json)
    shoal_cli_print_json (reply);
  else
    print_status (reply);
  if (g_str_equal (shoal_cli_string (reply, "state"), "untrusted"))
    return SHOAL_CLI_REFUSED;
  return shoal_cli_boolean (reply, "signed_in")
                 && !g_str_equal (shoal_cli_string (reply, "state"), "signed-out")
             ? SHOAL_CLI_OK
             : SHOAL_CLI_NOT_SIGNED_IN;
}
