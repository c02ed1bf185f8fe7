/* shoal-cli.h: the command line: what its commands share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "shoal-channel.h"
#include "shoal-control.h"

G_BEGIN_DECLS

/** ShoalCliExit: exit codes; documented in --help and shoal-cli(1) */
typedef enum
{
  SHOAL_CLI_OK = 0,
  SHOAL_CLI_FAILED = 1,
  SHOAL_CLI_USAGE = 2,
  SHOAL_CLI_NOT_SIGNED_IN = 3,
  SHOAL_CLI_NOT_FOUND = 4,
  SHOAL_CLI_REFUSED = 5,
  SHOAL_CLI_CORRUPT = 6,
  SHOAL_CLI_AMBIGUOUS = 7,
  SHOAL_CLI_INTERRUPTED = 130,
} ShoalCliExit;

/** ShoalCli: one run of the program. Every command that needs a profile is a client of the control
 * service (docs/control.md): of the process that holds the profile's lock, or of an engine in this
 * process. */
typedef struct
{
  /* options */
  char *profile_folder;
  gboolean json;

  /* the connection */
  ShoalProfile *profile;
  ShoalEngine *engine;   /* NULL when another process holds the profile */
  ShoalControl *control; /* as engine */
  ShoalChannel *channel;
  GError *closed; /* why the channel has ended */
  gboolean stop_requested;

  /* the job under way */
  gint64 job;
  JsonObject *done;
  void (*on_progress) (const char *method, JsonObject *params, gpointer user_data);
  gpointer progress_data;

  gboolean interrupted; /* SIGINT or SIGTERM */
} ShoalCli;

/** ShoalCliCommand: @run gets the command's own arguments, argv[0] being its name. Returns: the
 * exit code */
typedef struct
{
  const char *name;
  const char *arguments; /* "LINK USER" */
  const char *summary;   /* one line, for translation */
  int (*run) (ShoalCli *cli, int argc, char **argv);
} ShoalCliCommand;

int shoal_cli_main (int argc, char **argv);

/* ---- shoal-cli-main.c ---- */
extern const ShoalCliCommand shoal_cli_commands[];
/** shoal_cli_parse: a command's options; @description: (nullable): more help. Returns: %FALSE after
 * a message, with the exit code in @status */
gboolean shoal_cli_parse (ShoalCli *cli,
                          int *argc,
                          char ***argv,
                          const GOptionEntry *entries,
                          const char *description,
                          int *status);
/** shoal_cli_usage: says what is wrong and where help is. Returns: %SHOAL_CLI_USAGE */
int shoal_cli_usage (const char *command, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* ---- shoal-cli-connection.c ---- */
/** shoal_cli_connect: @alone: needs the profile for itself (serve) */
gboolean shoal_cli_connect (ShoalCli *cli, gboolean alone, GError **error);
/** shoal_cli_disconnect: waits for what others asked for through us, hands over and stops */
void shoal_cli_disconnect (ShoalCli *cli);
/** shoal_cli_call: @params: (transfer full) (nullable). Returns: (transfer full) (nullable): the
 * answer */
JsonObject *shoal_cli_call (ShoalCli *cli, const char *method, JsonObject *params, GError **error);
/** shoal_cli_run_job: a method that takes long. @details: (out) (optional) (nullable) (transfer
 * full): what came with an error. Interrupted, it asks the job to stop and waits until it has; one
 * that was done all the same still returns its answer */
JsonObject *shoal_cli_run_job (ShoalCli *cli,
                               const char *method,
                               JsonObject *params,
                               void (*on_progress) (const char *, JsonObject *, gpointer),
                               gpointer user_data,
                               JsonObject **details,
                               GError **error);
/** shoal_cli_wait: runs the main loop until *@done or an interrupt. Returns: *@done */
gboolean shoal_cli_wait (ShoalCli *cli, const gboolean *done);

/* ---- shoal-cli-output.c ---- */
/** shoal_cli_escape: Returns: (transfer full): @text with everything that could steer a terminal or
 * mislead the eye made visible: control, format (bidirectional overrides, zero-width) and
 * unassigned characters, invalid UTF-8 */
char *shoal_cli_escape (const char *text);
/** shoal_cli_print_json: one object on one line of standard output */
void shoal_cli_print_json (JsonObject *object);
/** shoal_cli_print_rows: the objects of an array, one per line */
void shoal_cli_print_rows (JsonArray *rows);
/** shoal_cli_print_left_out: the lines of the member @lines on standard error, and how many more
 * there are by the member @n */
void shoal_cli_print_left_out (JsonObject *object, const char *lines, const char *n);
/** shoal_cli_fail: tells an error. Returns: its exit code */
int shoal_cli_fail (ShoalCli *cli, const GError *error);
/** shoal_cli_note: a line for people on standard error, not with --json */
void shoal_cli_note (ShoalCli *cli, const char *format, ...) G_GNUC_PRINTF (2, 3);
/** shoal_cli_format_age: Returns: (transfer full): "5 min", "3 days"; @ms_ago: milliseconds */
char *shoal_cli_format_age (gint64 ms_ago);
/** shoal_cli_format_time: Returns: (transfer full): local date and time of Unix milliseconds */
char *shoal_cli_format_time (gint64 unix_ms);
/* Reading an answer: missing members are "", 0 and FALSE. */
const char *shoal_cli_string (JsonObject *object, const char *name);
gint64 shoal_cli_integer (JsonObject *object, const char *name);
gboolean shoal_cli_boolean (JsonObject *object, const char *name);
JsonArray *shoal_cli_array (JsonObject *object, const char *name);

/** ShoalCliTable: aligned columns for people */
typedef struct _ShoalCliTable ShoalCliTable;
/** shoal_cli_table_new: @header: (array zero-terminated=1): names of the columns */
ShoalCliTable *shoal_cli_table_new (const char *const *header);
/** shoal_cli_table_add: one string for each column; escaped here */
void shoal_cli_table_add (ShoalCliTable *self, ...) G_GNUC_NULL_TERMINATED;
/** shoal_cli_table_print: prints and frees */
void shoal_cli_table_print (ShoalCliTable *self);
void shoal_cli_table_free (ShoalCliTable *self);

/* ---- shoal-cli-prompt.c ---- */
/** shoal_cli_has_terminal: Returns: whether somebody can be asked */
gboolean shoal_cli_has_terminal (void);
/** shoal_cli_ask: a line from the terminal. Returns: (transfer full) (nullable) */
char *shoal_cli_ask (const char *question, GError **error);
/** shoal_cli_is_yes: in English or the user's language */
gboolean shoal_cli_is_yes (const char *answer);
/** shoal_cli_read_password: without echo from the terminal, or the first line of @file ("-":
 * standard input). @twice: to be typed twice. Returns: (transfer full) (nullable): to be wiped with
 * shoal_cli_free_password() */
char *
shoal_cli_read_password (const char *file, const char *question, gboolean twice, GError **error);
void shoal_cli_free_password (char *password);
/** shoal_cli_read_line: the next line of a file, or of standard input for "-" (which keeps its
 * place). Returns: (transfer full) (nullable) */
char *shoal_cli_read_line (const char *file, guint skip, GError **error);
/** shoal_cli_read_link: "-" is the first line of standard input. Returns: (transfer full)
 * (nullable) */
char *shoal_cli_read_link (const char *argument, GError **error);

/* ---- shoal-cli-progress.c ---- */
typedef struct _ShoalCliProgress ShoalCliProgress;
ShoalCliProgress *shoal_cli_progress_new (ShoalCli *cli);
void shoal_cli_progress_free (ShoalCliProgress *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalCliProgress, shoal_cli_progress_free)
/** shoal_cli_progress_on_transfer: a handler for shoal_cli_run_job(); @progress: a
 * #ShoalCliProgress */
void shoal_cli_progress_on_transfer (const char *method, JsonObject *params, gpointer progress);
/** shoal_cli_progress_on_hashing: the same for "share" */
void shoal_cli_progress_on_hashing (const char *method, JsonObject *params, gpointer progress);
/** shoal_cli_progress_clear: takes the bar off the screen */
void shoal_cli_progress_clear (ShoalCliProgress *self);

/* ---- one file per command ---- */
int shoal_cli_sign_up (ShoalCli *cli, int argc, char **argv);
int shoal_cli_sign_in (ShoalCli *cli, int argc, char **argv);
int shoal_cli_sign_out (ShoalCli *cli, int argc, char **argv);
int shoal_cli_password (ShoalCli *cli, int argc, char **argv);
int shoal_cli_status (ShoalCli *cli, int argc, char **argv);
int shoal_cli_users (ShoalCli *cli, int argc, char **argv);
int shoal_cli_share (ShoalCli *cli, int argc, char **argv);
int shoal_cli_switch (ShoalCli *cli, int argc, char **argv);
int shoal_cli_unshare (ShoalCli *cli, int argc, char **argv);
/** shoal_cli_share_name: Returns: (transfer full): what a user calls a share, for the control
 * methods: a path made absolute */
char *shoal_cli_share_name (const char *text);
int shoal_cli_shares (ShoalCli *cli, int argc, char **argv);
int shoal_cli_serve (ShoalCli *cli, int argc, char **argv);
int shoal_cli_search (ShoalCli *cli, int argc, char **argv);
int shoal_cli_sources (ShoalCli *cli, int argc, char **argv);
int shoal_cli_get (ShoalCli *cli, int argc, char **argv);
int shoal_cli_pause (ShoalCli *cli, int argc, char **argv);
int shoal_cli_resume (ShoalCli *cli, int argc, char **argv);
int shoal_cli_cancel (ShoalCli *cli, int argc, char **argv);
int shoal_cli_invite (ShoalCli *cli, int argc, char **argv);
int shoal_cli_history (ShoalCli *cli, int argc, char **argv);
int shoal_cli_hash (ShoalCli *cli, int argc, char **argv);
int shoal_cli_audit (ShoalCli *cli, int argc, char **argv);
int shoal_cli_set (ShoalCli *cli, int argc, char **argv);

G_END_DECLS
