/* shoal-audit.c: the log that cannot be changed unnoticed
 *
 * The writer's thread appends, so entries are strictly one after the other. The table audit_head
 * holds the count and the last hash: appending needs no search, and a log that was cut off at the
 * end is found out. Who can write to the whole database can make a new chain; the members' programs
 * remember the head they saw and say so.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-audit"

#include "config.h"

#include "shoal-audit.h"

#include <string.h>

#include "shoal-audit-chain.h"
#include "shoal-clock.h"
#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-text.h"

gboolean
shoal_audit_get_head (ShoalConnection *connection, gint64 *count, char **head, GError **error)
{
  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error, "SELECT count, hash FROM audit_head WHERE id = 1", "");

  if (rows == NULL)
    return FALSE;

  g_autoptr (GError) local_error = NULL;

  if (!shoal_rows_next (rows, &local_error))
    {
      if (local_error != NULL)
        g_propagate_error (error, g_steal_pointer (&local_error));
      else
        g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_INTERNAL,
                             "The audit log has lost its head record.");
      return FALSE;
    }
  *count = shoal_rows_integer (rows, 0);
  *head = shoal_rows_dup_string (rows, 1);
  return TRUE;
}

gboolean
shoal_audit_append (ShoalConnection *connection,
                    const ShoalActor *actor,
                    const char *event,
                    const char *text,
                    GError **error)
{
  g_autofree char *clean = shoal_text_clean (text, SHOAL_MAX_AUDIT_TEXT);
  g_autofree char *previous = NULL;
  gint64 count = 0;

  if (!shoal_audit_get_head (connection, &count, &previous, error))
    return FALSE;

  ShoalAuditEntry entry = {
    .n = count + 1,
    .time_ms = shoal_now_ms (),
    .event = event,
    .user = actor->user,
    .device = actor->device,
    .address = actor->address,
    .text = clean,
  };
  g_autofree char *hash = shoal_audit_entry_hash (&entry, previous);

  return shoal_connection_run (
             connection, error,
             "INSERT INTO audit (n, time_ms, event, user, device, address, text, hash) "
             "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
             "iissssss", entry.n, entry.time_ms, entry.event, entry.user, entry.device,
             entry.address, entry.text, hash)
         && shoal_connection_run (connection, error,
                                  "UPDATE audit_head SET count = ?, hash = ? WHERE id = 1", "is",
                                  entry.n, hash);
}

/* A column may hold anything once somebody has tampered with the file. */
static const char *
column (ShoalRows *rows, int index)
{
  const char *text = shoal_rows_string (rows, index);

  return text != NULL ? text : "";
}

static gboolean
check_entry (ShoalRows *rows, ShoalAuditReport *report, const char *previous)
{
  ShoalAuditEntry entry = {
    .n = shoal_rows_integer (rows, 0),
    .time_ms = shoal_rows_integer (rows, 1),
    .event = column (rows, 2),
    .user = column (rows, 3),
    .device = column (rows, 4),
    .address = column (rows, 5),
    .text = column (rows, 6),
  };

  if (entry.n != report->count + 1)
    {
      report->problem = g_strdup_printf (
          "Entry %" G_GINT64_FORMAT " is missing: entry %" G_GINT64_FORMAT " comes in its place.",
          report->count + 1, entry.n);
      return FALSE;
    }

  g_autofree char *hash = shoal_audit_entry_hash (&entry, previous);

  if (!g_str_equal (hash, column (rows, 7)))
    {
      report->problem
          = g_strdup_printf ("Entry %" G_GINT64_FORMAT
                             " was changed, or stands in the wrong place: its hash does not fit.",
                             entry.n);
      return FALSE;
    }
  report->count = entry.n;
  g_free (report->head);
  report->head = g_steal_pointer (&hash);
  return TRUE;
}

static gboolean
check_head (ShoalConnection *connection, ShoalAuditReport *report, GError **error)
{
  g_autofree char *head = NULL;
  gint64 count = 0;

  if (!shoal_audit_get_head (connection, &count, &head, error))
    return FALSE;
  if (count > report->count)
    report->problem = g_strdup_printf ("The log is cut off: it had %" G_GINT64_FORMAT
                                       " entries, %" G_GINT64_FORMAT " are left.",
                                       count, report->count);
  else if (count < report->count || g_strcmp0 (head, report->head) != 0)
    report->problem = g_strdup ("The log does not end where the tracker stopped to write: entries "
                                "were added or replaced.");
  return TRUE;
}

gboolean
shoal_audit_verify (ShoalConnection *connection, gpointer data, GError **error)
{
  ShoalAuditReport *report = data;
  gboolean found
      = report->known_head == NULL || g_str_equal (report->known_head, SHOAL_AUDIT_NO_HASH);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error,
      "SELECT n, time_ms, event, user, device, address, text, hash "
      "FROM audit ORDER BY n",
      "");

  if (rows == NULL)
    return FALSE;
  report->count = 0;
  report->head = g_strdup (SHOAL_AUDIT_NO_HASH);
  while (report->problem == NULL && shoal_rows_next (rows, &local_error))
    {
      g_autofree char *previous = g_strdup (report->head);

      if (check_entry (rows, report, previous))
        found = found || g_str_equal (report->head, report->known_head);
    }
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (report->problem != NULL)
    return TRUE;
  if (!check_head (connection, report, error))
    return FALSE;
  if (report->problem == NULL && !found)
    report->problem = g_strdup ("The log does not contain the given head: entries that existed "
                                "were removed, or the log was made anew.");
  return TRUE;
}
