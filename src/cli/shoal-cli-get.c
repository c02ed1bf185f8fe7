/* shoal-cli-get.c: the command get
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
#include "shoal-limits.h"
#include "shoal-units.h"

/* What a name stands for, when that is more than one thing. */
static void
print_candidates (ShoalCli *cli, JsonObject *details)
{
  JsonArray *rows = details != NULL ? shoal_cli_array (details, "rows") : NULL;

  if (rows == NULL)
    return;
  if (cli->json)
    {
      shoal_cli_print_rows (rows);
      return;
    }
  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      JsonObject *row = json_array_get_object_element (rows, i);
      JsonArray *users = shoal_cli_array (row, "users");
      const char *in = shoal_cli_string (row, "folder_name");
      g_autofree char *size = shoal_format_size ((guint64) shoal_cli_integer (row, "size"));
      g_autofree char *where = *in != '\0' ? g_strdup_printf (_ (" in %s"), in) : g_strdup ("");
      g_autofree char *line
          = g_strdup_printf ("%s  %s  %s%s%s", shoal_cli_string (row, "id"), size,
                             users != NULL && json_array_get_length (users) > 0
                                 ? json_array_get_string_element (users, 0)
                                 : "?",
                             users != NULL && json_array_get_length (users) > 1 ? "…" : "", where);
      g_autofree char *safe = shoal_cli_escape (line);

      puts (safe);
    }
}

static gboolean
is_finished (JsonObject *transfer)
{
  return g_str_equal (shoal_cli_string (transfer, "state"), "finished");
}

static int
exit_code_of (JsonObject *transfer)
{
  if (is_finished (transfer))
    return shoal_cli_integer (transfer, "n_left_out") > 0 ? SHOAL_CLI_FAILED : SHOAL_CLI_OK;
  switch (shoal_error_from_reason (shoal_cli_string (transfer, "reason")))
    {
    case SHOAL_ERROR_CORRUPT:
    case SHOAL_ERROR_INVALID:
    case SHOAL_ERROR_CHANGED:
      return SHOAL_CLI_CORRUPT;
    case SHOAL_ERROR_NOT_FOUND:
      return SHOAL_CLI_NOT_FOUND;
    case SHOAL_ERROR_DENIED:
    case SHOAL_ERROR_BLOCKED:
    case SHOAL_ERROR_UNTRUSTED:
      return SHOAL_CLI_REFUSED;
    default:
      return SHOAL_CLI_FAILED;
    }
}

static void
print_finished (ShoalCli *cli, JsonObject *transfer)
{
  gint64 fetched = shoal_cli_integer (transfer, "fetched");
  gint64 elapsed = shoal_cli_integer (transfer, "elapsed_ms");
  int pieces = (int) shoal_cli_integer (transfer, "pieces_total");
  g_autofree char *path = shoal_cli_escape (shoal_cli_string (transfer, "destination"));
  g_autofree char *users = shoal_cli_escape (shoal_cli_string (transfer, "users"));
  g_autofree char *bad = shoal_cli_escape (shoal_cli_string (transfer, "bad_sources"));
  g_autofree char *size = shoal_format_size ((guint64) shoal_cli_integer (transfer, "size"));
  g_autofree char *time = shoal_format_duration (elapsed);
  g_autofree char *rate
      = shoal_format_rate (elapsed > 0 ? 1000.0 * (double) fetched / (double) elapsed : 0.0);

  /* Of a folder that is there only the list of its files is fetched. */
  if (fetched <= shoal_cli_integer (transfer, "manifest_size"))
    printf (_ ("%s: already there, %s\n"), path, size);
  else
    printf (ngettext ("%s: %s in %s (%s), %d piece verified, from %s\n",
                      "%s: %s in %s (%s), %d pieces verified, from %s\n", (gulong) pieces),
            path, size, time, rate, pieces, *users != '\0' ? users : "?");
  if (*shoal_cli_string (transfer, "message") != '\0')
    shoal_cli_note (cli, "%s", shoal_cli_string (transfer, "message"));
  /* The message has the first. */
  if (shoal_cli_integer (transfer, "n_left_out") > 1)
    shoal_cli_print_left_out (transfer, "left_out", "n_left_out");
  if (*bad != '\0')
    fprintf (stderr, _ ("Wrong bytes came from %s; they were thrown away.\n"), bad);
}

static int
print_results (ShoalCli *cli, JsonObject *done)
{
  JsonArray *transfers = shoal_cli_array (done, "transfers");
  int status = SHOAL_CLI_OK;

  for (guint i = 0; transfers != NULL && i < json_array_get_length (transfers); i++)
    {
      JsonObject *transfer = json_array_get_object_element (transfers, i);
      int code = exit_code_of (transfer);

      status = MAX (status, code);
      if (cli->json)
        continue; /* its last state has been printed */
      if (is_finished (transfer))
        print_finished (cli, transfer);
      else
        shoal_cli_note (cli, "shoal-cli: %s: %s", shoal_cli_string (transfer, "name"),
                        *shoal_cli_string (transfer, "message") != '\0'
                            ? shoal_cli_string (transfer, "message")
                            : shoal_cli_string (transfer, "state"));
    }
  return status;
}

static int
get (ShoalCli *cli, JsonObject *params)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) details = NULL;
  g_autoptr (ShoalCliProgress) progress = shoal_cli_progress_new (cli);
  g_autoptr (JsonObject) done = shoal_cli_run_job (
      cli, "get", params, shoal_cli_progress_on_transfer, progress, &details, &error);

  shoal_cli_progress_clear (progress);
  if (done != NULL && !cli->interrupted)
    return print_results (cli, done);
  print_candidates (cli, details);
  if (cli->interrupted)
    {
      shoal_cli_note (cli, "%s",
                      cli->engine != NULL
                          ? _ ("Interrupted; the same command goes on where it stopped.")
                          : _ ("The download goes on in the Shoal that runs with this profile."));
      return SHOAL_CLI_INTERRUPTED;
    }
  return shoal_cli_fail (cli, error);
}

/* One job takes so many only; a list may name more. */
static JsonArray *
take_names (int argc, char **argv, int first)
{
  JsonArray *names = json_array_new ();

  for (int i = first; i < argc && i - first < SHOAL_MAX_BATCH_ENTRIES; i++)
    json_array_add_string_element (names, argv[i]);
  return names;
}

int
shoal_cli_get (ShoalCli *cli, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *to = NULL, *user = NULL, *rate = NULL;
  const char *command = argv[0];
  guint64 limit = 0;
  int status;
  const GOptionEntry entries[] = {
    { "to", 0, 0, G_OPTION_ARG_FILENAME, &to,
      N_ ("Put it into this folder, made if missing, instead of the download folder"), N_ ("DIR") },
    { "user", 0, 0, G_OPTION_ARG_FILENAME, &user, N_ ("What this member shares under the name"),
      N_ ("USER") },
    { "limit", 0, 0, G_OPTION_ARG_STRING, &rate,
      N_ ("Download at most this much a second (500k, 2M)"), N_ ("RATE") },
    { NULL },
  };

  if (!shoal_cli_parse (
          cli, &argc, &argv, entries,
          _ ("NAME is the whole name of a share, else of a file in a shared folder, alone or as"
             " FOLDER/FILE, as search shows it; ID is a content id. An existing file is never"
             " replaced. An interrupted download goes on when the same command is given again."),
          &status))
    return status;
  if (argc < 2)
    return shoal_cli_usage (command, "%s", _ ("Name at least one thing to download."));
  if (rate != NULL && !shoal_parse_rate (rate, &limit, &error))
    return shoal_cli_usage (command, "%s", error->message);
  g_autofree char *folder = to != NULL ? g_canonicalize_filename (to, NULL) : NULL;
  if (folder != NULL && !g_utf8_validate (folder, -1, NULL))
    return shoal_cli_usage (command, "%s", _ ("The folder's path is not UTF-8 text."));

  if (user != NULL && !g_utf8_validate (user, -1, NULL))
    return shoal_cli_usage (command, _ ("“%s” is not a name."), user);
  for (int i = 1; i < argc; i++)
    if (!g_utf8_validate (argv[i], -1, NULL) || *argv[i] == '\0')
      return shoal_cli_usage (command, _ ("“%s” is not a name."), argv[i]);
  if (!shoal_cli_connect (cli, FALSE, &error))
    return shoal_cli_fail (cli, error);

  int worst = SHOAL_CLI_OK;

  for (int first = 1; first < argc && !cli->interrupted; first += SHOAL_MAX_BATCH_ENTRIES)
    {
      JsonObject *params = shoal_json_new ("what", "a", take_names (argc, argv, first), "to", "s",
                                           folder, "user", "s", user, NULL);

      if (rate != NULL)
        json_object_set_int_member (params, "limit",
                                    (gint64) MIN (limit, (guint64) SHOAL_MAX_JSON_INTEGER));
      status = get (cli, params);
      worst = MAX (worst, status);
    }
  return worst;
}
