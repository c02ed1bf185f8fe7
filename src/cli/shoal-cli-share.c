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
  int files = (int) shoal_cli_integer (share, "files");

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
  shoal_cli_print_left_out (share, "skipped", "n_skipped");
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

/* ---- Keys and passwords ---- */

/* Of a share that keeps something back that may hold keys or passwords. */
static int
ask_about_secrets (ShoalCli *cli, JsonObject *share, gboolean unoffered)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = shoal_cli_escape (shoal_cli_string (share, "name"));
  int n = (int) shoal_cli_integer (share, "secrets");
  JsonArray *paths = json_array_new ();
  g_autofree char *question
      = g_strdup_printf (ngettext ("%d entry of %s may hold keys or passwords and is not shared. "
                                   "Share it, too? (yes/no) ",
                                   "%d entries of %s may hold keys or passwords and are not "
                                   "shared. Share them, too? (yes/no) ",
                                   (gulong) n),
                         n, name);
  g_autofree char *answer = shoal_cli_ask (question, &error);

  json_array_add_string_element (paths, shoal_cli_string (share, "path"));
  g_autoptr (JsonObject) params
             = shoal_json_new ("paths", "a", paths, "unoffered", "b", unoffered, NULL);
  if (answer == NULL)
    return shoal_cli_fail (cli, error);
  g_strstrip (answer);
  json_object_set_boolean_member (params, "secrets", shoal_cli_is_yes (answer));
  g_autoptr (JsonObject) done = shoal_cli_run_job (cli, "share", g_steal_pointer (&params), NULL,
                                                   NULL, NULL, &error);
  if (done == NULL)
    return shoal_cli_fail (cli, error);
  if (shoal_cli_is_yes (answer) && !unoffered)
    print_share (json_array_get_object_element (shoal_cli_array (done, "shares"), 0));
  return SHOAL_CLI_OK;
}

static int
mind_secrets (ShoalCli *cli, JsonArray *shares, gboolean unoffered)
{
  int status = SHOAL_CLI_OK;

  for (guint i = 0; shares != NULL && i < json_array_get_length (shares); i++)
    {
      JsonObject *share = json_array_get_object_element (shares, i);
      g_autofree char *name = shoal_cli_escape (shoal_cli_string (share, "name"));

      if (shoal_cli_integer (share, "secrets") == 0)
        continue;
      if (!cli->json && shoal_cli_has_terminal ())
        {
          int answered = ask_about_secrets (cli, share, unoffered);
          status = MAX (status, answered);
        }
      else
        shoal_cli_note (
            cli,
            _ ("Some of %s may hold keys or passwords and is not shared; --secrets=yes shares it,"
               " --secrets=no settles that it is not."),
            name);
    }
  return status;
}

/* ---- Sharing ---- */

/* What the command line says of all paths. */
typedef struct
{
  gboolean unoffered;
  char **ignore;
  char *secrets; /* (nullable): "yes" or "no" */
} Options;

static void
options_clear (Options *options)
{
  g_clear_pointer (&options->ignore, g_strfreev);
  g_clear_pointer (&options->secrets, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static JsonObject *
make_params (const Options *options, JsonArray *paths)
{
  JsonObject *params
      = shoal_json_new ("paths", "a", paths, "unoffered", "b", options->unoffered, NULL);

  if (options->ignore != NULL)
    {
      JsonArray *ignore = json_array_new ();

      for (guint i = 0; options->ignore[i] != NULL; i++)
        json_array_add_string_element (ignore, options->ignore[i]);
      json_object_set_array_member (params, "ignore", ignore);
    }
  if (options->secrets != NULL)
    json_object_set_boolean_member (params, "secrets", shoal_cli_is_yes (options->secrets));
  return params;
}

/* One job takes so many paths only; a pattern of the shell may name more. */
static int
share_some (ShoalCli *cli, JsonArray *paths, guint first, const Options *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalCliProgress) progress = shoal_cli_progress_new (cli);
  JsonArray *some = json_array_new ();
  gboolean is_last = json_array_get_length (paths) - first <= SHOAL_MAX_BATCH_ENTRIES;

  for (guint i = first; i < json_array_get_length (paths) && i - first < SHOAL_MAX_BATCH_ENTRIES;
       i++)
    json_array_add_string_element (some, json_array_get_string_element (paths, i));
  g_autoptr (JsonObject) done
             = shoal_cli_run_job (cli, "share", make_params (options, some),
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
  JsonArray *shares = shoal_cli_array (done, "shares");
  int status = options->unoffered ? print_added (cli, shares) : print_shares (cli, done, is_last);
  int minded = mind_secrets (cli, shares, options->unoffered);
  return MAX (status, minded);
}

int
shoal_cli_share (ShoalCli *cli, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  const char *command = argv[0];
  g_auto (Options) options = { 0 };
  int status;
  const GOptionEntry entries[] = {
    { "unoffered", 0, 0, G_OPTION_ARG_NONE, &options.unoffered,
      N_ ("Only look through it; “switch on” offers it, or single files"), NULL },
    { "ignore", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.ignore,
      N_ ("Leave out what is called so: *.bak, drafts/, !.git to share it in spite of all"),
      N_ ("PATTERN") },
    { "secrets", 0, 0, G_OPTION_ARG_STRING, &options.secrets,
      N_ ("Whether files that may hold keys or passwords are shared, too"), N_ ("yes|no") },
    { NULL },
  };

  if (!shoal_cli_parse (cli, &argc, &argv, entries,
                        _ ("Interrupted, it takes back what it has not shared yet."), &status))
    return status;
  if (argc < 2)
    return shoal_cli_usage (command, "%s", _ ("Name at least one file or folder."));
  if (options.secrets != NULL && !shoal_cli_is_yes (options.secrets)
      && g_ascii_strcasecmp (options.secrets, "no") != 0)
    return shoal_cli_usage (command, "%s", _ ("--secrets takes yes or no."));
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
      status = share_some (cli, paths, first, &options);
      worst = MAX (worst, status);
    }
  return worst;
}
