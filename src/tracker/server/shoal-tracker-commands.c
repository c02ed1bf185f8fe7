/* shoal-tracker-commands.c: the subcommands: short work on the database, also while the server runs
 *
 * The server keeps nothing in memory that is written here.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tracker-commands"

#include "config.h"

#include "shoal-tracker-commands.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shoal-audit.h"
#include "shoal-clock.h"
#include "shoal-error.h"
#include "shoal-invites.h"
#include "shoal-limits.h"
#include "shoal-link.h"
#include "shoal-tracker-addresses.h"
#include "shoal-tracker-folder.h"
#include "shoal-tracker-schema.h"

/* Files that root made here could stop the server, so root becomes the folder's owner. It cannot
 * where the way there is root's alone, as with systemd's DynamicUser; SQLite then gives the files
 * it makes to the database's owner. */
static gboolean
become (const struct stat *st, const char *path)
{
  if (setegid (st->st_gid) != 0 || seteuid (st->st_uid) != 0)
    return FALSE;

  gboolean reachable = faccessat (AT_FDCWD, path, R_OK | W_OK, AT_EACCESS) == 0;

  if (seteuid (0) != 0 || setegid (0) != 0)
    return FALSE;
  if (!reachable)
    return TRUE;
  return setgroups (0, NULL) == 0 && setresgid (st->st_gid, st->st_gid, st->st_gid) == 0
         && setresuid (st->st_uid, st->st_uid, st->st_uid) == 0;
}

static gboolean
become_owner (const char *data, GError **error)
{
  g_autofree char *path = g_build_filename (data, SHOAL_TRACKER_DATABASE, NULL);
  struct stat st;

  if (stat (path, &st) != 0)
    {
      if (errno == ENOENT)
        g_set_error (
            error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND,
            "No tracker has run with the data folder “%s” yet. Give its folder with --data, "
            "or start shoal-tracker first.",
            data);
      else
        shoal_error_from_errno (error, errno, "Cannot look at “%s”", path);
      return FALSE;
    }
  if (st.st_uid == geteuid () || (geteuid () == 0 && become (&st, path)))
    return TRUE;
  g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_DENIED,
               "The data folder “%s” belongs to somebody else. Run this as its owner (user id %u).",
               data, (guint) st.st_uid);
  return FALSE;
}

/* The addresses for a link: --public, else those of the server. */
static char **
find_addresses (const ShoalTrackerOptions *options, ShoalDatabase *database, GError **error)
{
  g_auto (GStrv) saved = NULL;
  g_autofree char *host = NULL;
  guint16 port = 0;

  if (!shoal_database_read (database, shoal_tracker_load_addresses, &saved, error))
    return NULL;
  if (options->config->public_host == NULL && *saved != NULL)
    return g_steal_pointer (&saved);
  if (options->config->public_host == NULL)
    {
      g_set_error_literal (
          error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND,
          "The tracker has not listened anywhere yet. Start it first, or name its address "
          "with --public HOST:PORT.");
      return NULL;
    }
  if (!shoal_tracker_parse_public (options->config->public_host, &host, &port, error))
    return NULL;

  char **addresses = g_new0 (char *, 2);

  addresses[0] = g_strdup_printf (strchr (host, ':') != NULL ? "[%s]:%u" : "%s:%u", host,
                                  port != 0 ? (guint) port : (guint) SHOAL_DEFAULT_TRACKER_PORT);
  return addresses;
}

static gboolean
print_link (const ShoalTrackerOptions *options,
            ShoalDatabase *database,
            const char *code,
            GError **error)
{
  g_auto (GStrv) addresses = find_addresses (options, database, error);
  g_autoptr (ShoalDeviceKey) key
             = addresses != NULL
                   ? shoal_tracker_folder_load_key (options->config->data, FALSE, error)
                   : NULL;

  if (key == NULL)
    return FALSE;

  g_autoptr (ShoalLink) link = shoal_link_new ((const char *const *) addresses,
                                               shoal_device_key_get_fingerprint (key), code);
  g_autofree char *text = shoal_link_to_string (link);

  printf ("%s\n", text);
  return fflush (stdout) == 0 || shoal_error_from_errno (error, errno, "Cannot write the link");
}

static gboolean
run_invite (const ShoalTrackerOptions *options, ShoalDatabase *database, GError **error)
{
  g_autoptr (ShoalInvite) invite
             = shoal_invite_new (NULL, options->uses, options->expires_days, shoal_now_ms ());

  return shoal_database_write (database, shoal_invites_make, invite, error)
         && print_link (options, database, invite->code, error);
}

static gboolean
run_link (const ShoalTrackerOptions *options, ShoalDatabase *database, GError **error)
{
  ShoalOwnerInvite invite = { .now_ms = shoal_now_ms () };
  g_autofree char *code = NULL;

  if (options->owner)
    {
      if (!shoal_database_write (database, shoal_invites_make_owner, &invite, error))
        return FALSE;
      code = invite.code;
    }
  return print_link (options, database, code, error);
}

static gboolean
run_audit_verify (const ShoalTrackerOptions *options, ShoalDatabase *database, GError **error)
{
  ShoalAuditReport report = { .known_head = options->head };
  gboolean read = shoal_database_read (database, shoal_audit_verify, &report, error);
  g_autofree char *head = report.head;
  g_autofree char *problem = report.problem;

  if (!read)
    return FALSE;
  if (problem != NULL)
    {
      g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_CORRUPT, problem);
      return FALSE;
    }
  printf ("%" G_GINT64_FORMAT " entries, head %s: the log is whole.\n", report.count, head);
  return TRUE;
}

static gboolean
run (const ShoalTrackerOptions *options, GError **error)
{
  if (!become_owner (options->config->data, error)
      || !shoal_tracker_folder_check_database (options->config->data, error))
    return FALSE;

  g_autoptr (ShoalDatabase) database = shoal_tracker_open_database (options->config->data, error);

  if (database == NULL)
    return FALSE;
  if (options->command == SHOAL_TRACKER_INVITE)
    return run_invite (options, database, error);
  if (options->command == SHOAL_TRACKER_LINK)
    return run_link (options, database, error);
  return run_audit_verify (options, database, error);
}

int
shoal_tracker_run_command (const ShoalTrackerOptions *options)
{
  g_autoptr (GError) error = NULL;

  if (run (options, &error))
    return 0;
  g_printerr ("shoal-tracker: %s\n", error->message);
  return 1;
}
