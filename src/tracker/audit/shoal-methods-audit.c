/* shoal-methods-audit.c: the methods of the audit log: report, audit
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-methods-audit"

#include "config.h"

#include "shoal-methods-audit.h"

#include "shoal-audit.h"
#include "shoal-clock.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-link.h"
#include "shoal-methods.h"
#include "shoal-units.h"

#define MAX_UUID_CHARS (64)
#define MAX_REPORT_NAME_CHARS (SHOAL_MAX_PATH_BYTES)
#define MAX_REASON_CHARS (500)
#define DEFAULT_AUDIT_ROWS (100)

/* ---- report ---- */

static const char *const report_events[] = {
  SHOAL_AUDIT_DOWNLOAD_FINISHED,
  SHOAL_AUDIT_DOWNLOAD_FAILED,
  SHOAL_AUDIT_BAD_SOURCE,
  NULL,
};

typedef struct
{
  ShoalActor *actor;
  char *uuid;
  char *event;
  char *text;
  gint64 now_ms;
} Report;

static void
report_free (Report *self)
{
  shoal_actor_unref (self->actor);
  g_free (self->uuid);
  g_free (self->event);
  g_free (self->text);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Report, report_free)

static gboolean
write_report (ShoalConnection *connection, gpointer data, GError **error)
{
  Report *self = data;

  if (!shoal_connection_run (
          connection, error,
          "INSERT OR IGNORE INTO reports (account_id, uuid, time_ms) VALUES (?, ?, ?)", "isi",
          self->actor->account_row, self->uuid, self->now_ms))
    return FALSE;
  return shoal_connection_changes (connection) == 0
         || shoal_audit_append (connection, self->actor, self->event, self->text, error);
}

/* "“plan.pdf”, 1.2 MB in 3.1 s from a1b2c3d4 e5f6a7b8, content 0123…: why" */
static char *
describe_report (const char *name,
                 const char *id,
                 gint64 bytes,
                 gint64 elapsed_ms,
                 JsonArray *sources,
                 const char *reason)
{
  g_autofree char *size = shoal_format_size ((guint64) bytes);
  g_autofree char *duration = shoal_format_duration (elapsed_ms);
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text,
                          "“%s”, %s (%" G_GINT64_FORMAT " bytes) in %s (%" G_GINT64_FORMAT " ms)",
                          name, size, bytes, duration, elapsed_ms);
  for (guint i = 0; i < json_array_get_length (sources); i++)
    g_string_append_printf (text, "%s%.8s", i == 0 ? " from " : " ",
                            json_array_get_string_element (sources, i));
  g_string_append_printf (text, ", content %s", id);
  if (reason != NULL)
    g_string_append_printf (text, ": %s", reason);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
check_sources (JsonArray *sources, GError **error)
{
  for (guint i = 0; i < json_array_get_length (sources); i++)
    {
      const char *source = NULL;

      if (!shoal_json_array_get_string (sources, i, SHOAL_FINGERPRINT_LENGTH, &source, error))
        return FALSE;
      if (!shoal_is_fingerprint (source))
        return shoal_set_field_error (error, "sources", "A source is named by its fingerprint.");
    }
  return TRUE;
}

static gboolean
handle_report (ShoalTrackerSession *session,
               ShoalRequest *request,
               JsonObject *params,
               GError **error)
{
  const char *uuid = NULL;
  const char *event = NULL;
  const char *id = NULL;
  const char *name = NULL;
  const char *reason = NULL;
  gint64 bytes = 0;
  gint64 elapsed_ms = 0;
  JsonArray *sources = NULL;

  if (!shoal_json_get_string (params, "uuid", MAX_UUID_CHARS, &uuid, error)
      || !shoal_json_get_string (params, "event", 32, &event, error)
      || !shoal_json_get_string (params, "id", SHOAL_FINGERPRINT_LENGTH, &id, error)
      || !shoal_json_get_string (params, "name", MAX_REPORT_NAME_CHARS, &name, error)
      || !shoal_json_get_integer (params, "bytes", 0, SHOAL_MAX_JSON_INTEGER, &bytes, error)
      || !shoal_json_get_integer (params, "elapsed_ms", 0, SHOAL_MAX_JSON_INTEGER, &elapsed_ms,
                                  error)
      || !shoal_json_get_array (params, "sources", SHOAL_MAX_SOURCES, &sources, error)
      || !shoal_json_get_optional_string (params, "reason", MAX_REASON_CHARS, &reason, error)
      || !check_sources (sources, error))
    return FALSE;
  if (*uuid == '\0')
    return shoal_set_field_error (error, "uuid", "The uuid is empty.");
  if (!g_strv_contains (report_events, event))
    return shoal_set_field_error (error, "event", "There is no such event to report.");
  /* A content id has the form of a fingerprint. */
  if (!shoal_is_fingerprint (id))
    return shoal_set_field_error (error, "id", "A content id is 64 lower-case hex digits.");
  if (!shoal_tracker_session_take_report (session, error))
    return FALSE;

  Report *self = g_new0 (Report, 1);

  self->actor = shoal_actor_ref (shoal_tracker_session_get_actor (session));
  self->uuid = g_strdup (uuid);
  self->event = g_strdup (event);
  self->text = describe_report (name, id, bytes, elapsed_ms, sources, reason);
  self->now_ms = shoal_now_ms ();
  shoal_tracker_session_write (session, request, write_report, self, (GDestroyNotify) report_free,
                               NULL);
  return TRUE;
}

/* ---- audit ---- */

typedef struct
{
  gint64 after;
  gint64 limit;
  JsonArray *entries;
  gint64 count;
  char *head;
} AuditQuery;

static void
audit_query_free (AuditQuery *self)
{
  g_clear_pointer (&self->entries, json_array_unref);
  g_free (self->head);
  g_free (self);
}

static JsonObject *
make_entry (ShoalRows *rows)
{
  return shoal_json_new (
      "n", "i", shoal_rows_integer (rows, 0), "time_ms", "i", shoal_rows_integer (rows, 1), "event",
      "s", shoal_rows_string (rows, 2), "user", "s", shoal_rows_string (rows, 3), "device", "s",
      shoal_rows_string (rows, 4), "address", "s", shoal_rows_string (rows, 5), "text", "s",
      shoal_rows_string (rows, 6), "hash", "s", shoal_rows_string (rows, 7), NULL);
}

static gboolean
read_audit (ShoalConnection *connection, gpointer data, GError **error)
{
  AuditQuery *self = data;
  g_autoptr (GError) local_error = NULL;
  gsize bytes = 0;

  if (!shoal_audit_get_head (connection, &self->count, &self->head, error))
    return FALSE;

  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error,
      "SELECT n, time_ms, event, user, device, address, text, hash "
      "FROM audit WHERE n > ? AND n <= ? ORDER BY n LIMIT ?",
      "iii", self->after, self->count, self->limit);

  if (rows == NULL)
    return FALSE;
  self->entries = json_array_new ();
  while (bytes < SHOAL_MAX_AUDIT_BYTES && shoal_rows_next (rows, &local_error))
    {
      bytes += 512 + strlen (shoal_rows_string (rows, 6));
      json_array_add_object_element (self->entries, make_entry (rows));
    }
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static JsonObject *
reply_audit (ShoalTrackerSession *session, gpointer data)
{
  AuditQuery *self = data;

  return shoal_json_new ("entries", "a", g_steal_pointer (&self->entries), "count", "i",
                         self->count, "head", "s", self->head, NULL);
}

static gboolean
handle_audit (ShoalTrackerSession *session,
              ShoalRequest *request,
              JsonObject *params,
              GError **error)
{
  gint64 after = 0;
  gint64 limit = 0;

  if (!shoal_json_get_optional_integer (params, "after", 0, SHOAL_MAX_JSON_INTEGER, 0, &after,
                                        error)
      || !shoal_json_get_optional_integer (params, "limit", 1, SHOAL_MAX_AUDIT_ROWS,
                                           DEFAULT_AUDIT_ROWS, &limit, error))
    return FALSE;

  AuditQuery *self = g_new0 (AuditQuery, 1);

  self->after = after;
  self->limit = limit;
  shoal_tracker_session_read (session, request, read_audit, self, (GDestroyNotify) audit_query_free,
                              reply_audit);
  return TRUE;
}

const ShoalTrackerMethod shoal_audit_methods[] = {
  { SHOAL_METHOD_REPORT, SHOAL_METHOD_MEMBERS, handle_report },
  { SHOAL_METHOD_AUDIT, SHOAL_METHOD_MEMBERS, handle_audit },
  { NULL },
};
