/* shoal-cli-users.c: the command users
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-cli"

#include "config.h"

#include "shoal-cli.h"

#include <glib/gi18n.h>
#include <stdio.h>

#include "shoal-device-key.h"
#include "shoal-json.h"
#include "shoal-units.h"

static void
print_device (JsonObject *device, gint64 now_ms)
{
  g_autofree char *name = shoal_cli_escape (shoal_cli_string (device, "name"));
  gboolean online = shoal_cli_boolean (device, "online");
  g_autofree char *age = shoal_cli_format_age (
      now_ms - shoal_cli_integer (device, online ? "since_ms" : "last_seen_ms"));
  const char *mark = shoal_cli_boolean (device, "own")   ? _ ("  (this device)")
                     : shoal_cli_boolean (device, "new") ? _ ("  NEW DEVICE: compare its words")
                                                         : "";

  printf (online ? _ ("    %s, online for %s%s\n") : _ ("    %s, offline for %s%s\n"), name, age,
          mark);
  printf ("      %s\n      %s\n", shoal_cli_string (device, "words"),
          shoal_cli_string (device, "device"));
}

static void
print_user (JsonObject *user, gint64 now_ms)
{
  g_autofree char *name = shoal_cli_escape (shoal_cli_string (user, "user"));
  g_autofree char *size = shoal_format_size ((guint64) shoal_cli_integer (user, "bytes"));
  JsonArray *devices = shoal_cli_array (user, "devices");
  gboolean online = shoal_cli_boolean (user, "online");
  gint64 seen = shoal_cli_integer (user, "last_seen_ms");
  g_autofree char *age = shoal_cli_format_age (now_ms - seen);
  g_autofree char *when = online     ? g_strdup (_ ("online"))
                          : seen > 0 ? g_strdup_printf (_ ("offline for %s"), age)
                                     : g_strdup (_ ("offline"));

  int files = (int) shoal_cli_integer (user, "files");

  printf (ngettext ("%s%s: %s, shares %d file, %s\n", "%s%s: %s, shares %d files, %s\n",
                    (gulong) files),
          name, shoal_cli_boolean (user, "owner") ? _ (" (owner)") : "", when, files, size);
  for (guint i = 0; devices != NULL && i < json_array_get_length (devices); i++)
    print_device (json_array_get_object_element (devices, i), now_ms);
}

static int
confirm (ShoalCli *cli, const char *device)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) reply = shoal_cli_call (
      cli, "confirm-device", shoal_json_new ("device", "s", device, NULL), &error);

  if (reply == NULL)
    return shoal_cli_fail (cli, error);
  if (cli->json)
    shoal_cli_print_json (reply);
  else
    puts (_ ("The device is confirmed."));
  return SHOAL_CLI_OK;
}

static int
list_users (ShoalCli *cli)
{
  gint64 offset = 0;

  do
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) reply = shoal_cli_call (
          cli, "users", shoal_json_new ("offset", "i", offset, NULL), &error);

      if (reply == NULL)
        return shoal_cli_fail (cli, error);
      JsonArray *users = shoal_cli_array (reply, "users");
      if (cli->json)
        shoal_cli_print_rows (users);
      for (guint i = 0; !cli->json && users != NULL && i < json_array_get_length (users); i++)
        print_user (json_array_get_object_element (users, i), shoal_cli_integer (reply, "time_ms"));
      offset = shoal_cli_integer (reply, "next");
    }
  while (offset > 0);
  return SHOAL_CLI_OK;
}

int
shoal_cli_users (ShoalCli *cli, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *device = NULL;
  const char *command = argv[0];
  int status;
  const GOptionEntry entries[] = {
    { "confirm", 0, 0, G_OPTION_ARG_STRING, &device,
      N_ ("You have compared the words of a new device: confirm it"), N_ ("FINGERPRINT") },
    { NULL },
  };

  if (!shoal_cli_parse (cli, &argc, &argv, entries, NULL, &status))
    return status;
  if (argc != 1)
    return shoal_cli_usage (command, "%s", _ ("There is nothing to name."));
  if (device != NULL && !shoal_is_fingerprint (device))
    return shoal_cli_usage (command, "%s", _ ("A fingerprint is 64 hexadecimal digits."));
  if (!shoal_cli_connect (cli, FALSE, &error))
    return shoal_cli_fail (cli, error);
  return device != NULL ? confirm (cli, device) : list_users (cli);
}
