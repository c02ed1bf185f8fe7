/* shoal-tracker-reports.c: what the tracker is told and must not miss
 *
 * Reports wait in memory until the tracker has taken them, one after the other; each has a uuid, so
 * that one that is sent again after a lost answer counts once.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tracker-reports"

#include "config.h"

#include "shoal-tracker-reports.h"

#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-methods.h"
#include "shoal-tracker-link-json.h"

/* What the tracker takes, in characters. */
#define MAX_REASON 500
/* A tracker that is busy is left alone for so long at least. */
#define MIN_BUSY_MS 200

struct _ShoalTrackerReports
{
  GObject parent_instance;

  ShoalTrackerLink *link;
  GQueue reports; /* of ShoalReport, owned with its strings */
  gboolean reporting;
  guint again_source; /* waits: the tracker is busy */
  GPtrArray *flushes; /* of GTask */
};

G_DEFINE_FINAL_TYPE (ShoalTrackerReports, shoal_tracker_reports, G_TYPE_OBJECT)

static void send_reports (ShoalTrackerReports *self);

static ShoalReport *
report_copy (const ShoalReport *report)
{
  ShoalReport *copy = g_memdup2 (report, sizeof *report);

  copy->uuid = g_strdup (report->uuid);
  copy->event = g_strdup (report->event);
  copy->name = g_strdup (report->name);
  copy->devices = (const char *const *) g_strdupv ((char **) report->devices);
  copy->reason = report->reason != NULL ? g_utf8_substring (
                     report->reason, 0, MIN (g_utf8_strlen (report->reason, -1), MAX_REASON))
                                        : NULL;
  return copy;
}

static void
report_free (gpointer data)
{
  ShoalReport *report = data;

  g_free ((char *) report->uuid);
  g_free ((char *) report->event);
  g_free ((char *) report->name);
  g_strfreev ((char **) report->devices);
  g_free ((char *) report->reason);
  g_free (report);
}

static void
shoal_tracker_reports_finalize (GObject *object)
{
  ShoalTrackerReports *self = SHOAL_TRACKER_REPORTS (object);

  g_clear_handle_id (&self->again_source, g_source_remove);
  g_queue_clear_full (&self->reports, report_free);
  g_clear_pointer (&self->flushes, g_ptr_array_unref);
  g_clear_object (&self->link);
  G_OBJECT_CLASS (shoal_tracker_reports_parent_class)->finalize (object);
}

static void
shoal_tracker_reports_class_init (ShoalTrackerReportsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = shoal_tracker_reports_finalize;
}

static void
shoal_tracker_reports_init (ShoalTrackerReports *self)
{
  self->flushes = g_ptr_array_new_with_free_func (g_object_unref);
  g_queue_init (&self->reports);
}

static JsonObject *
report_to_json (const ShoalReport *report)
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

static void
end_flushes (ShoalTrackerReports *self)
{
  g_autoptr (GPtrArray) flushes = g_steal_pointer (&self->flushes);

  self->flushes = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < flushes->len; i++)
    if (!g_task_return_error_if_cancelled (g_ptr_array_index (flushes, i)))
      g_task_return_boolean (g_ptr_array_index (flushes, i), TRUE);
}

static gboolean
on_report_again_cb (gpointer user_data)
{
  ShoalTrackerReports *self = user_data;

  self->again_source = 0;
  send_reports (self);
  return G_SOURCE_REMOVE;
}

/* The one that is on its way. */
typedef struct
{
  ShoalTrackerReports *reports;
  char *uuid;
} Sent;

static void
sent_free (Sent *self)
{
  g_object_unref (self->reports);
  g_free (self->uuid);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Sent, sent_free)

static void
on_reported_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Sent) sent = user_data;
  ShoalTrackerReports *self = sent->reports;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) reply
             = shoal_tracker_link_call_finish (SHOAL_TRACKER_LINK (object), result, &error);
  ShoalReport *head = g_queue_peek_head (&self->reports);

  if (reply == NULL && shoal_error_is_disconnect (error))
    return; /* the next session begins with it */
  self->reporting = FALSE;
  if (reply == NULL)
    g_debug ("The tracker refuses a report: %s", error->message);
  if (g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_BUSY))
    {
      gint64 wait_ms = CLAMP (shoal_error_get_retry_ms (error), MIN_BUSY_MS, SHOAL_MAX_RETRY_MS);

      g_clear_handle_id (&self->again_source, g_source_remove);
      self->again_source = g_timeout_add ((guint) wait_ms, on_report_again_cb, self);
      return;
    }
  if (head != NULL && g_str_equal (head->uuid, sent->uuid))
    report_free (g_queue_pop_head (&self->reports));
  send_reports (self);
}

static void
send_reports (ShoalTrackerReports *self)
{
  const ShoalReport *report = g_queue_peek_head (&self->reports);

  if (report == NULL)
    {
      end_flushes (self);
      return;
    }
  if (self->reporting || self->again_source != 0
      || shoal_tracker_link_get_state (self->link) != SHOAL_DIRECTORY_ONLINE)
    return;
  self->reporting = TRUE;

  Sent *sent = g_new0 (Sent, 1);

  sent->reports = g_object_ref (self);
  sent->uuid = g_strdup (report->uuid);
  shoal_tracker_link_call_async (self->link, SHOAL_METHOD_REPORT, report_to_json (report), NULL,
                                 on_reported_cb, sent);
}

static void
on_state_changed_cb (ShoalTrackerLink *link, gpointer user_data)
{
  ShoalTrackerReports *self = user_data;

  self->reporting = FALSE;
  if (shoal_tracker_link_get_state (link) == SHOAL_DIRECTORY_ONLINE)
    send_reports (self);
  else
    end_flushes (self);
}

ShoalTrackerReports *
shoal_tracker_reports_new (ShoalTrackerLink *link)
{
  g_return_val_if_fail (SHOAL_IS_TRACKER_LINK (link), NULL);

  ShoalTrackerReports *self = g_object_new (SHOAL_TYPE_TRACKER_REPORTS, NULL);
  self->link = g_object_ref (link);
  g_signal_connect_object (link, "state-changed", G_CALLBACK (on_state_changed_cb), self, 0);
  return self;
}

void
shoal_tracker_reports_add (ShoalTrackerReports *self, const ShoalReport *report)
{
  g_return_if_fail (SHOAL_IS_TRACKER_REPORTS (self));
  g_return_if_fail (report->uuid != NULL && report->event != NULL && report->name != NULL);

  if (g_queue_get_length (&self->reports) >= SHOAL_MAX_REPORTS)
    report_free (g_queue_pop_head (&self->reports));
  g_queue_push_tail (&self->reports, report_copy (report));
  send_reports (self);
}

/* ---- Waiting for them ---- */

static void
on_flush_cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  ShoalTrackerReports *self = user_data;

  end_flushes (self);
}

void
shoal_tracker_reports_flush_async (ShoalTrackerReports *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_TRACKER_REPORTS (self));

  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, shoal_tracker_reports_flush_async);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (g_queue_is_empty (&self->reports)
      || shoal_tracker_link_get_state (self->link) != SHOAL_DIRECTORY_ONLINE)
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
shoal_tracker_reports_flush_finish (ShoalTrackerReports *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
