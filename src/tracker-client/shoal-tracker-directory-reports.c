/* shoal-tracker-directory-reports.c: what the tracker is told and must not miss
 *
 * Reports wait in memory until the tracker has taken them, one after the other; each has a uuid, so
 * that one that is sent again after a lost answer counts once.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tracker-directory"

#include "config.h"

#include "shoal-tracker-directory-private.h"

#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-methods.h"

/* What the tracker takes, in characters. */
#define MAX_REASON 500
/* A tracker that is busy is left alone for so long at least. */
#define MIN_BUSY_MS 200

typedef struct
{
  char *uuid;
  char *event;
  ShoalDigest id;
  char *name;
  guint64 bytes;
  gint64 elapsed_ms;
  char **devices;
  char *reason;
} Report;

static void
report_free (gpointer data)
{
  Report *report = data;

  g_free (report->uuid);
  g_free (report->event);
  g_free (report->name);
  g_strfreev (report->devices);
  g_free (report->reason);
  g_free (report);
}

void
shoal_tracker_directory_clear_reports (ShoalTrackerDirectory *self)
{
  g_clear_handle_id (&self->report_source, g_source_remove);
  g_queue_clear_full (&self->reports, report_free);
}

static JsonObject *
report_to_json (const Report *report)
{
  char id[SHOAL_DIGEST_HEX_SIZE];
  JsonArray *sources = json_array_new ();

  shoal_digest_to_hex (&report->id, id);
  for (guint i = 0; report->devices != NULL && report->devices[i] != NULL && i < SHOAL_MAX_SOURCES;
       i++)
    json_array_add_string_element (sources, report->devices[i]);
  return shoal_json_new ("uuid", "s", report->uuid, "event", "s", report->event, "id", "s", id,
                         "name", "s", report->name, "bytes", "i",
                         (gint64) MIN (report->bytes, (guint64) SHOAL_MAX_JSON_INTEGER),
                         "elapsed_ms", "i", MAX (report->elapsed_ms, 0), "sources", "a", sources,
                         "reason", "s", report->reason, NULL);
}

static gboolean
on_report_again_cb (gpointer user_data)
{
  ShoalTrackerDirectory *self = user_data;

  self->report_source = 0;
  shoal_tracker_directory_send_reports (self);
  return G_SOURCE_REMOVE;
}

static void
on_reported_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  ShoalTrackerDirectory *self = SHOAL_TRACKER_DIRECTORY (object);
  g_autofree char *uuid = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) reply = shoal_tracker_directory_call_finish (self, result, &error);
  Report *head = g_queue_peek_head (&self->reports);

  if (reply == NULL && shoal_error_is_disconnect (error))
    return; /* the next session begins with it */
  self->reporting = FALSE;
  if (reply == NULL)
    g_debug ("The tracker refuses a report: %s", error->message);
  if (g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_BUSY))
    {
      gint64 wait_ms = CLAMP (shoal_error_get_retry_ms (error), MIN_BUSY_MS, SHOAL_MAX_RETRY_MS);

      g_clear_handle_id (&self->report_source, g_source_remove);
      self->report_source = g_timeout_add ((guint) wait_ms, on_report_again_cb, self);
      return;
    }
  if (head != NULL && g_str_equal (head->uuid, uuid))
    report_free (g_queue_pop_head (&self->reports));
  shoal_tracker_directory_send_reports (self);
}

void
shoal_tracker_directory_send_reports (ShoalTrackerDirectory *self)
{
  const Report *report = g_queue_peek_head (&self->reports);

  if (report == NULL)
    {
      shoal_tracker_directory_end_flushes (self);
      return;
    }
  if (self->reporting || self->report_source != 0 || self->state != SHOAL_DIRECTORY_ONLINE)
    return;
  self->reporting = TRUE;
  shoal_tracker_directory_call (self, SHOAL_METHOD_REPORT, report_to_json (report), NULL,
                                on_reported_cb, g_strdup (report->uuid));
}

void
shoal_tracker_directory_report (ShoalDirectory *directory,
                                const char *uuid,
                                const char *event,
                                const ShoalDigest *id,
                                const char *name,
                                guint64 bytes,
                                gint64 elapsed_ms,
                                const char *const *devices,
                                const char *reason)
{
  ShoalTrackerDirectory *self = SHOAL_TRACKER_DIRECTORY (directory);
  Report *report = g_new0 (Report, 1);

  report->uuid = g_strdup (uuid);
  report->event = g_strdup (event);
  report->id = *id;
  report->name = g_strdup (name);
  report->bytes = bytes;
  report->elapsed_ms = elapsed_ms;
  report->devices = g_strdupv ((char **) devices);
  if (reason != NULL)
    report->reason = g_utf8_substring (reason, 0, MIN (g_utf8_strlen (reason, -1), MAX_REASON));
  if (g_queue_get_length (&self->reports) >= SHOAL_MAX_REPORTS)
    report_free (g_queue_pop_head (&self->reports));
  g_queue_push_tail (&self->reports, report);
  shoal_tracker_directory_send_reports (self);
}

/* ---- Waiting for them ---- */

void
shoal_tracker_directory_end_flushes (ShoalTrackerDirectory *self)
{
  g_autoptr (GPtrArray) flushes = g_steal_pointer (&self->flushes);

  self->flushes = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < flushes->len; i++)
    if (!g_task_return_error_if_cancelled (g_ptr_array_index (flushes, i)))
      g_task_return_boolean (g_ptr_array_index (flushes, i), TRUE);
}

static void
on_flush_cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  ShoalTrackerDirectory *self = user_data;

  shoal_tracker_directory_end_flushes (self);
}

void
shoal_tracker_directory_flush_async (ShoalTrackerDirectory *self,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_TRACKER_DIRECTORY (self));

  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, shoal_tracker_directory_flush_async);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (g_queue_is_empty (&self->reports) || self->state != SHOAL_DIRECTORY_ONLINE)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  /* Ending all of them early is harmless: nobody waits for more than a try. */
  if (cancellable != NULL)
    g_signal_connect_object (cancellable, "cancelled", G_CALLBACK (on_flush_cancelled_cb), self, 0);
  g_ptr_array_add (self->flushes, g_steal_pointer (&task));
}

gboolean
shoal_tracker_directory_flush_finish (ShoalTrackerDirectory *self,
                                      GAsyncResult *result,
                                      GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- What is being downloaded ---- */

typedef struct
{
  gint64 size;
  gboolean manifest;
} Pulling;

static void
on_pulling_told_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  ShoalTrackerDirectory *self = SHOAL_TRACKER_DIRECTORY (object);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) reply = shoal_tracker_directory_call_finish (self, result, &error);

  if (reply == NULL)
    g_debug ("Cannot tell what is being downloaded: %s", error->message);
}

static void
tell_pulling (ShoalTrackerDirectory *self, const ShoalDigest *id, Pulling what, gboolean active)
{
  char hex[SHOAL_DIGEST_HEX_SIZE];

  if (self->state != SHOAL_DIRECTORY_ONLINE)
    return;
  shoal_digest_to_hex (id, hex);
  shoal_tracker_directory_call (self, SHOAL_METHOD_PULLING,
                                shoal_json_new ("id", "s", hex, "size", "i", what.size, "manifest",
                                                "b", what.manifest, "active", "b", active, NULL),
                                NULL, on_pulling_told_cb, NULL);
}

void
shoal_tracker_directory_set_pulling (ShoalDirectory *directory,
                                     const ShoalDigest *id,
                                     guint64 size,
                                     gboolean manifest,
                                     gboolean active)
{
  ShoalTrackerDirectory *self = SHOAL_TRACKER_DIRECTORY (directory);
  const Pulling what = { (gint64) MIN (size, (guint64) SHOAL_MAX_JSON_INTEGER), manifest };

  if (active)
    g_hash_table_insert (self->pulling, shoal_digest_dup (id), g_memdup2 (&what, sizeof what));
  else if (!g_hash_table_remove (self->pulling, id))
    return;
  tell_pulling (self, id, what, active);
}

void
shoal_tracker_directory_repeat_pulling (ShoalTrackerDirectory *self)
{
  GHashTableIter iter;
  gpointer id, what;

  g_hash_table_iter_init (&iter, self->pulling);
  while (g_hash_table_iter_next (&iter, &id, &what))
    tell_pulling (self, id, *(const Pulling *) what, TRUE);
}
