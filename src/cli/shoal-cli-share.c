/* shoal-cli-share.c: the command share
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
#include "shoal-units.h"

static gboolean
is_shared (JsonObject *share)
{
  const char *state = shoal_cli_string (share, "state");

  return g_str_equal (state, "offered") || g_str_equal (state, "waiting");
}

static void
print_share (JsonObject *share)
{
  g_autofree char *name = shoal_cli_escape (shoal_cli_string (share, "name"));
  g_autofree char *message = shoal_cli_escape (shoal_cli_string (share, "message"));
  g_autofree char *size = shoal_format_size ((guint64) shoal_cli_integer (share, "size"));
  JsonArray *skipped = shoal_cli_array (share, "skipped");
  int files = (int) shoal_cli_integer (share, "files");
  gint64 more;

  if (is_shared (share))
    {
      printf (ngettext ("Shared %s (%d file, %s)", "Shared %s (%d files, %s)", (gulong) files),
              name, files, size);
      if (shoal_cli_integer (share, "sources") > 1)
        printf (_ (", which others have too"));
      if (g_str_equal (shoal_cli_string (share, "state"), "waiting"))
        printf (_ ("; the group hears of it as soon as the tracker can be reached"));
      printf ("\n  %s\n", shoal_cli_string (share, "id"));
    }
  else
    printf (_ ("Not shared: %s: %s\n"), name,
            *message != '\0' ? message : shoal_cli_string (share, "state"));
  for (guint i = 0; skipped != NULL && i < json_array_get_length (skipped); i++)
    {
      g_autofree char *line = shoal_cli_escape (json_array_get_string_element (skipped, i));

      fprintf (stderr, _ ("Left out: %s\n"), line);
    }
  more = shoal_cli_integer (share, "n_skipped")
         - (skipped != NULL ? (gint64) json_array_get_length (skipped) : 0);
  if (more > 0)
    fprintf (stderr, _ ("Left out: %d more\n"), (int) more);
}

/* Of what was added without being offered. */
static int
print_added (ShoalCli *cli, JsonArray *shares)
{
  int status = SHOAL_CLI_OK;

  for (guint i = 0; shares != NULL && i < json_array_get_length (shares); i++)
    {
      JsonObject *share = json_array_get_object_element (shares, i);
      gboolean failed = g_str_equal (shoal_cli_string (share, "state"), "failed")
                        || g_str_equal (shoal_cli_string (share, "state"), "missing");
      g_autofree char *name = shoal_cli_escape (shoal_cli_string (share, "name"));
      int files = (int) (shoal_cli_integer (share, "files") + shoal_cli_integer (share, "hidden"));

      if (failed)
        status = SHOAL_CLI_FAILED;
      if (cli->json)
        shoal_cli_print_json (share);
      else if (failed)
        print_share (share);
      else
        printf (ngettext ("Added %s (%d file), of which nothing new is offered\n",
                          "Added %s (%d files), of which nothing new is offered\n", (gulong) files),
                name, files);
    }
  if (status == SHOAL_CLI_OK)
    shoal_cli_note (cli, "%s",
                    _ ("“shoal-cli shares NAME” lists its files, “shoal-cli switch on NAME FILE”"
                       " offers one."));
  return status;
}

static int
print_shares (ShoalCli *cli, JsonObject *done, gboolean is_last)
{
  JsonArray *shares = shoal_cli_array (done, "shares");
  int status = SHOAL_CLI_OK;

  for (guint i = 0; shares != NULL && i < json_array_get_length (shares); i++)
    {
      JsonObject *share = json_array_get_object_element (shares, i);

      if (cli->json)
        shoal_cli_print_json (share);
      else
        print_share (share);
      if (!is_shared (share))
        status = SHOAL_CLI_FAILED;
    }
  if (is_last && status == SHOAL_CLI_OK && !shoal_cli_boolean (done, "serving"))
    shoal_cli_note (cli, "%s",
                    _ ("Others can fetch it while this device is online: run “shoal-cli serve”."));
  return status;
}

/* One job takes so many paths only; a pattern of the shell may name more. */
static int
share_some (ShoalCli *cli, JsonArray *paths, guint first, gboolean unoffered)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalCliProgress) progress = shoal_cli_progress_new (cli);
  JsonArray *some = json_array_new ();
  gboolean is_last = json_array_get_length (paths) - first <= SHOAL_MAX_BATCH_ENTRIES;

  for (guint i = first; i < json_array_get_length (paths) && i - first < SHOAL_MAX_BATCH_ENTRIES;
       i++)
    json_array_add_string_element (some, json_array_get_string_element (paths, i));
  g_autoptr (JsonObject) done = shoal_cli_run_job (
      cli, "share", shoal_json_new ("paths", "a", some, "unoffered", "b", unoffered, NULL),
      shoal_cli_progress_on_hashing, progress, NULL, &error);
  shoal_cli_progress_clear (progress);
  if (g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_CANCELLED))
    {
      g_clear_error (&error);
      g_set_error_literal (&error, SHOAL_ERROR, SHOAL_ERROR_CANCELLED,
                           _ ("Interrupted. What was not shared yet has been taken back."));
    }
  if (done == NULL)
    return shoal_cli_fail (cli, error);
  return unoffered ? print_added (cli, shoal_cli_array (done, "shares"))
                   : print_shares (cli, done, is_last);
}

int
shoal_cli_share (ShoalCli *cli, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  const char *command = argv[0];
  gboolean unoffered = FALSE;
  int status;
  const GOptionEntry entries[] = {
    { "unoffered", 0, 0, G_OPTION_ARG_NONE, &unoffered,
      N_ ("Only look through it; “switch on” offers it, or single files"), NULL },
    { NULL },
  };

  if (!shoal_cli_parse (cli, &argc, &argv, entries,
                        _ ("Interrupted, it takes back what it has not shared yet."), &status))
    return status;
  if (argc < 2)
    return shoal_cli_usage (command, "%s", _ ("Name at least one file or folder."));
  g_autoptr (JsonArray) paths = json_array_new ();
  for (int i = 1; i < argc; i++)
    {
      g_autofree char *path = g_canonicalize_filename (argv[i], NULL);

      if (!g_utf8_validate (path, -1, NULL))
        return shoal_cli_usage (command, _ ("“%s” is not UTF-8 text; rename it to share it."),
                                argv[i]);
      json_array_add_string_element (paths, path);
    }
  if (!shoal_cli_connect (cli, FALSE, &error))
    return shoal_cli_fail (cli, error);

  int worst = SHOAL_CLI_OK;

  for (guint first = 0; first < json_array_get_length (paths) && !cli->interrupted;
       first += SHOAL_MAX_BATCH_ENTRIES)
    {
      status = share_some (cli, paths, first, unoffered);
      worst = MAX (worst, status);
    }
  return worst;
}
