/* shoal-cli-main.c: the table of commands, and what runs one of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-cli"

#include "config.h"

#include "shoal-cli.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

const ShoalCliCommand shoal_cli_commands[] = {
  { "sign-up", N_ ("LINK USER"), N_ ("Make an account with the tracker of LINK and sign in"),
    shoal_cli_sign_up },
  { "sign-in", N_ ("[LINK] USER"), N_ ("Sign this device in to an account"), shoal_cli_sign_in },
  { "sign-out", "", N_ ("Sign this device out"), shoal_cli_sign_out },
  { "password", "", N_ ("Change the account's password"), shoal_cli_password },
  { "status", "", N_ ("Show who and where this device is, and whether it is online"),
    shoal_cli_status },
  { "users", "", N_ ("List the members of the group and their devices"), shoal_cli_users },
  { "invite", "", N_ ("Make a link that lets somebody join"), shoal_cli_invite },
  { "share", N_ ("PATH…"), N_ ("Share files and folders with the group"), shoal_cli_share },
  { "unshare", N_ ("NAME|ID…|--all"), N_ ("No longer share them"), shoal_cli_unshare },
  { "shares", N_ ("[NAME]"), N_ ("List what is shared from here"), shoal_cli_shares },
  { "switch", N_ ("on|off NAME [FILE…]"), N_ ("Offer single files of a share, or not"),
    shoal_cli_switch },
  { "serve", "", N_ ("Stay online and serve what is shared until interrupted"), shoal_cli_serve },
  { "search", N_ ("[WORDS]"), N_ ("Search what the group shares"), shoal_cli_search },
  { "sources", N_ ("ID"), N_ ("List the devices that have a content"), shoal_cli_sources },
  { "get", N_ ("NAME|ID…"), N_ ("Download files and folders, verified"), shoal_cli_get },
  { "pause", N_ ("NAME|ID…|--all"), N_ ("Hold downloads"), shoal_cli_pause },
  { "resume", N_ ("NAME|ID…|--all"), N_ ("Let paused and failed downloads go on"),
    shoal_cli_resume },
  { "cancel", N_ ("NAME|ID…|--all"), N_ ("Drop downloads and their unfinished files"),
    shoal_cli_cancel },
  { "history", "", N_ ("List the transfers that have ended"), shoal_cli_history },
  { "hash", N_ ("FILE…"), N_ ("Print content ids; needs no profile"), shoal_cli_hash },
  { "audit", "", N_ ("Show or verify the tracker's audit log"), shoal_cli_audit },
  { "set", N_ ("[KEY [VALUE]]"), N_ ("Show or change a setting"), shoal_cli_set },
  { NULL },
};

static const char exit_codes[]
    = N_ ("Exit codes:\n"
          "  0  done\n"
          "  1  failed\n"
          "  2  wrong usage\n"
          "  3  not signed in\n"
          "  4  not found; also a search without a hit\n"
          "  5  blocked or refused; also a tracker's key that is not trusted\n"
          "  6  content wrong or incomplete\n"
          "  7  ambiguous: a name stands for several contents\n"
          "  130  interrupted");

int
shoal_cli_usage (const char *command, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_autofree char *message = g_strdup_vprintf (format, args);
  va_end (args);
  g_autofree char *safe = shoal_cli_escape (message);
  fprintf (stderr, "shoal-cli: %s\n", safe);
  if (command != NULL)
    fprintf (stderr, _ ("Try “shoal-cli %s --help”.\n"), command);
  else
    fputs (_ ("Try “shoal-cli --help”.\n"), stderr);
  return SHOAL_CLI_USAGE;
}

static const ShoalCliCommand *
find_command (const char *name)
{
  for (const ShoalCliCommand *command = shoal_cli_commands; command->name != NULL; command++)
    if (g_str_equal (command->name, name))
      return command;
  return NULL;
}

static GOptionEntry *
make_global_entries (ShoalCli *cli)
{
  const GOptionEntry entries[] = {
    { "profile", 0, 0, G_OPTION_ARG_FILENAME, &cli->profile_folder, N_ ("Use this profile folder"),
      N_ ("DIR") },
    { "json", 0, 0, G_OPTION_ARG_NONE, &cli->json, N_ ("Print one JSON object per line"), NULL },
    { NULL },
  };

  return g_memdup2 (entries, sizeof entries);
}

static int
count_separators (int argc, char **argv)
{
  int n = 0;

  for (int i = 1; i < argc; i++)
    n += g_str_equal (argv[i], "--") ? 1 : 0;
  return n;
}

/* The first "--" only ends the options, and GOption leaves it where it is behind an argument. */
static void
drop_separator (int *argc, char **argv, int before)
{
  int i = 1;

  if (before == 0 || count_separators (*argc, argv) < before)
    return;
  while (!g_str_equal (argv[i], "--"))
    i++;
  for (; i < *argc; i++)
    argv[i] = argv[i + 1];
  (*argc)--;
}

gboolean
shoal_cli_parse (ShoalCli *cli,
                 int *argc,
                 char ***argv,
                 const GOptionEntry *entries,
                 const char *description,
                 int *status)
{
  g_autoptr (GError) error = NULL;
  const ShoalCliCommand *command = find_command ((*argv)[0]);
  g_autofree char *name = g_strdup (command->name);
  g_autofree GOptionEntry *global = make_global_entries (cli);
  g_autofree char *shown = g_strdup_printf ("shoal-cli %s", name);
  const char *arguments = *command->arguments != '\0' ? _ (command->arguments) : "";
  g_autoptr (GOptionContext) context = g_option_context_new (arguments);
  g_autofree char *more = description != NULL
                              ? g_strdup_printf ("%s\n\n%s", description, _ (exit_codes))
                              : g_strdup (_ (exit_codes));

  g_option_context_set_summary (context, _ (command->summary));
  g_option_context_set_description (context, more);
  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  g_option_context_add_main_entries (context, global, GETTEXT_PACKAGE);
  int separators = count_separators (*argc, *argv);
  g_set_prgname (shown);
  gboolean parsed = g_option_context_parse (context, argc, argv, &error);
  g_set_prgname ("shoal-cli");
  if (parsed)
    {
      drop_separator (argc, *argv, separators);
      return TRUE;
    }
  *status = shoal_cli_usage (name, "%s", error->message);
  return FALSE;
}

static char *
describe_commands (void)
{
  g_autoptr (GString) text = g_string_new (_ ("Commands:\n"));

  for (const ShoalCliCommand *command = shoal_cli_commands; command->name != NULL; command++)
    g_string_append_printf (text, "  %-9s %s\n", command->name, _ (command->summary));
  g_string_append_printf (text, "\n%s\n\n%s", _ (exit_codes),
                          _ ("“shoal-cli COMMAND --help” says more about a command."));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* The options before the command. */
static gboolean
parse_global (ShoalCli *cli, int *argc, char ***argv, gboolean *version, int *status)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GOptionContext) context = g_option_context_new (_ ("COMMAND [ARGUMENT…]"));
  g_autofree GOptionEntry *global = make_global_entries (cli);
  g_autofree char *commands = describe_commands ();
  const GOptionEntry own[] = {
    { "version", 0, 0, G_OPTION_ARG_NONE, version, N_ ("Print the version"), NULL },
    { NULL },
  };

  g_option_context_set_summary (
      context, _ ("Shares files inside a group: downloads come straight from the other"
                  " members’ devices, encrypted and verified."));
  g_option_context_set_description (context, commands);
  g_option_context_set_strict_posix (context, TRUE);
  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  g_option_context_add_main_entries (context, global, GETTEXT_PACKAGE);
  g_option_context_add_main_entries (context, own, GETTEXT_PACKAGE);
  if (g_option_context_parse (context, argc, argv, &error))
    return TRUE;
  *status = shoal_cli_usage (NULL, "%s", error->message);
  return FALSE;
}

static gboolean
on_signal_cb (gpointer user_data)
{
  ShoalCli *cli = user_data;

  cli->interrupted = TRUE;
  g_main_context_wakeup (NULL);
  /* A second one ends the program at once. */
  return G_SOURCE_REMOVE;
}

static void
shoal_cli_clear (ShoalCli *cli)
{
  shoal_cli_disconnect (cli);
  g_clear_pointer (&cli->profile_folder, g_free);
  g_clear_error (&cli->closed);
}

static int
run_command (ShoalCli *cli, int argc, char **argv)
{
  const ShoalCliCommand *command = find_command (argv[0]);

  if (command == NULL)
    return shoal_cli_usage (NULL, _ ("There is no command “%s”."), argv[0]);

  /* Removed by themselves when they strike, together with the loop otherwise. */
  guint interrupt = g_unix_signal_add (SIGINT, on_signal_cb, cli);
  guint terminate = g_unix_signal_add (SIGTERM, on_signal_cb, cli);
  int status = command->run (cli, argc, argv);
  shoal_cli_disconnect (cli);
  if (cli->interrupted && status != SHOAL_CLI_OK)
    status = SHOAL_CLI_INTERRUPTED;
  if (g_main_context_find_source_by_id (NULL, interrupt) != NULL)
    g_source_remove (interrupt);
  if (g_main_context_find_source_by_id (NULL, terminate) != NULL)
    g_source_remove (terminate);
  return status;
}

int
shoal_cli_main (int argc, char **argv)
{
  ShoalCli cli = { 0 };
  gboolean version = FALSE;
  int status = SHOAL_CLI_OK;

  g_set_prgname ("shoal-cli");
  /* GOption moves what it leaves to the front: work on a copy of the vector. */
  g_autofree char **own = g_memdup2 (argv, sizeof (char *) * ((gsize) argc + 1));
  char **rest = own;
  if (!parse_global (&cli, &argc, &rest, &version, &status))
    {
      shoal_cli_clear (&cli);
      return status;
    }
  if (version)
    printf ("shoal-cli %s\n", SHOAL_VERSION);
  else if (argc < 2)
    status = shoal_cli_usage (NULL, "%s", _ ("Say what to do: give a command."));
  else
    status = run_command (&cli, argc - 1, rest + 1);
  shoal_cli_clear (&cli);
  if (fflush (stdout) != 0 && status == SHOAL_CLI_OK)
    status = SHOAL_CLI_FAILED;
  return status;
}
