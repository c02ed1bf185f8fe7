/* shoal-cli-sign-in.c: the commands sign-up and sign-in
 *
 * A tracker's key comes from its link, from --trust, or is shown and confirmed at the terminal;
 * never silently.
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

typedef struct
{
  char *link;
  char *trust;
  char *password_file;
} Options;

static void
options_clear (Options *options)
{
  if (options->link != NULL)
    shoal_cli_free_password (options->link); /* a link may hold an invite */
  g_free (options->trust);
  g_free (options->password_file);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static void
set_unconfirmed_error (ShoalCli *cli, const char *key, const char *words, GError **error)
{
  if (cli->json)
    {
      g_autoptr (JsonObject) line = shoal_json_new ("key", "s", key, "words", "s", words, NULL);

      shoal_cli_print_json (line);
    }
  else
    printf ("%s\n", key);
  g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_UNTRUSTED,
               _ ("The tracker's key is not known: %s (%s). Compare it with its owner, then repeat"
                  " this with --trust and the key."),
               words, key);
}

/* Makes sure that the tracker's key is known or confirmed; *trust is what the user confirmed. */
static gboolean
settle_trust (ShoalCli *cli, Options *options, GError **error)
{
  if (options->link == NULL || options->trust != NULL)
    return TRUE;
  g_autoptr (JsonObject) probe = shoal_cli_call (
      cli, "probe", shoal_json_new ("link", "s", options->link, NULL), error);
  if (probe == NULL)
    return FALSE;
  if (shoal_cli_boolean (probe, "known"))
    return TRUE;

  const char *key = shoal_cli_string (probe, "key");
  const char *words = shoal_cli_string (probe, "words");
  if (!shoal_cli_has_terminal ())
    {
      set_unconfirmed_error (cli, key, words, error);
      return FALSE;
    }
  g_autofree char *question = g_strdup_printf (
      _ ("The tracker shows this key: %s (%s). Is it the one that its owner has? (yes/no) "), words,
      key);
  g_autofree char *answer = shoal_cli_ask (question, error);
  if (answer == NULL)
    return FALSE;
  g_strstrip (answer);
  if (shoal_cli_is_yes (answer))
    {
      options->trust = g_strdup (key);
      return TRUE;
    }
  g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_UNTRUSTED,
                       _ ("The key was not confirmed; nothing was sent."));
  return FALSE;
}

static void
on_waiting (const char *method, JsonObject *params, gpointer user_data)
{
  if (g_str_equal (method, "waiting"))
    shoal_cli_note (user_data, "%s", shoal_cli_string (params, "message"));
}

static int
join (ShoalCli *cli, gboolean sign_up, Options *options, const char *user)
{
  g_autoptr (GError) error = NULL;

  if (!shoal_cli_connect (cli, FALSE, &error) || !settle_trust (cli, options, &error))
    return shoal_cli_fail (cli, error);
  g_autofree char *safe = shoal_cli_escape (user);
  g_autofree char *question = g_strdup_printf (_ ("Password of %s: "), safe);
  char *password = shoal_cli_read_password (options->password_file, question, sign_up, &error);
  if (password == NULL)
    return shoal_cli_fail (cli, error);
  cli->on_progress = on_waiting;
  cli->progress_data = cli;
  g_autoptr (JsonObject) reply = shoal_cli_call (
      cli, sign_up ? "sign-up" : "sign-in",
      shoal_json_new ("link", "s", options->link, "trust", "s", options->trust, "user", "s", user,
                      "password", "s", password, NULL),
      &error);
  cli->on_progress = NULL;
  shoal_cli_free_password (password);
  if (reply == NULL)
    return shoal_cli_fail (cli, error);
  if (cli->json)
    {
      shoal_cli_print_json (reply);
      return SHOAL_CLI_OK;
    }
  g_autofree char *name = shoal_cli_escape (shoal_cli_string (reply, "user"));
  g_autofree char *group = shoal_cli_escape (shoal_cli_string (reply, "group_name"));
  if (*group != '\0')
    printf (_ ("Signed in to %s as %s.\n"), group, name);
  else
    printf (_ ("Signed in as %s.\n"), name);
  if (g_str_equal (shoal_cli_string (reply, "secrets"), "file"))
    shoal_cli_note (cli, "%s",
                    _ ("This device's key is kept in a file in the profile: there is no keyring."));
  return SHOAL_CLI_OK;
}

static int
parse_and_join (ShoalCli *cli, gboolean sign_up, int argc, char **argv)
{
  g_auto (Options) options = { NULL };
  g_autoptr (GError) error = NULL;
  const char *command = argv[0];
  int status;
  const GOptionEntry entries[] = {
    { "trust", 0, 0, G_OPTION_ARG_STRING, &options.trust,
      N_ ("Trust the tracker with this key (64 hexadecimal digits)"), N_ ("KEY") },
    { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &options.password_file,
      N_ ("Read the password from the first line of FILE (-: standard input)"), N_ ("FILE") },
    { NULL },
  };

  if (!shoal_cli_parse (cli, &argc, &argv, entries,
                        _ ("LINK is the tracker’s link, or HOST:PORT: then its key is shown and "
                           "must be confirmed."
                           " “-” reads the link from standard input."),
                        &status))
    return status;
  if (argc != 3 && !(argc == 2 && !sign_up))
    return shoal_cli_usage (command, "%s",
                            sign_up ? _ ("Give the tracker's link and a user name.")
                                    : _ ("Give a user name, and before it the"
                                         " tracker's link."));
  if (argc == 3)
    {
      options.link = shoal_cli_read_link (argv[1], &error);
      if (options.link == NULL)
        return shoal_cli_fail (cli, error);
      g_autoptr (ShoalLink) link = shoal_link_parse (options.link, &error);
      if (link == NULL)
        return shoal_cli_usage (command, "%s", error->message);
    }
  if (options.trust != NULL)
    {
      g_autofree char *lower = g_ascii_strdown (options.trust, -1);

      if (!shoal_is_fingerprint (lower))
        return shoal_cli_usage (command, "%s", _ ("A key is 64 hexadecimal digits."));
      g_free (options.trust);
      options.trust = g_steal_pointer (&lower);
    }
  return join (cli, sign_up, &options, argv[argc - 1]);
}

int
shoal_cli_sign_up (ShoalCli *cli, int argc, char **argv)
{
  return parse_and_join (cli, TRUE, argc, argv);
}

int
shoal_cli_sign_in (ShoalCli *cli, int argc, char **argv)
{
  return parse_and_join (cli, FALSE, argc, argv);
}
