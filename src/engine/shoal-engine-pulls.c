/* shoal-engine-pulls.c: downloads, tied to those who serve, record and report them
 *
 * The transfers know neither uploads nor history nor the audit log; what they tell their observer
 * is passed on here. Main thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-engine"

#include "config.h"

#include "shoal-engine-pulls.h"

#include "shoal-clock.h"

typedef struct
{
  ShoalDirectory *directory;
  ShoalUploads *uploads;
  ShoalHistory *history;
  ShoalTrackerReports *reports;
} Pulls;

static void
pulls_free (gpointer data)
{
  Pulls *self = data;

  g_object_unref (self->directory);
  g_object_unref (self->uploads);
  g_object_unref (self->history);
  g_object_unref (self->reports);
  g_free (self);
}

static void
pulls_serve (
    const ShoalDigest *id, guint64 size, GBytes *layer, ShoalPartial *partial, gpointer user_data)
{
  Pulls *self = user_data;

  shoal_uploads_add_partial (self->uploads, id, size, layer, partial);
}

static void
pulls_unserve (const ShoalDigest *id, gpointer user_data)
{
  Pulls *self = user_data;

  shoal_uploads_remove_partial (self->uploads, id);
}

static void
pulls_pulling (
    const ShoalDigest *id, guint64 size, gboolean manifest, gboolean active, gpointer user_data)
{
  Pulls *self = user_data;

  /* Who does not listen serves nobody. */
  if (!active || shoal_uploads_get_port (self->uploads) != 0)
    shoal_directory_set_pulling (self->directory, id, size, manifest, active);
}

static void
pulls_bad_source (ShoalTransfer *transfer, ShoalSource *source, gpointer user_data)
{
  Pulls *self = user_data;
  const char *const devices[] = { source->device, NULL };
  g_autofree char *uuid = g_uuid_string_random ();

  const ShoalReport report = {
    .uuid = uuid,
    .event = "bad-source",
    .id = *shoal_transfer_get_id (transfer),
    .name = shoal_transfer_get_name (transfer),
    .devices = devices,
    .reason = "Sent bytes that do not match the content id.",
  };

  shoal_tracker_reports_add (self->reports, &report);
}

static void
record (Pulls *self, ShoalTransfer *transfer)
{
  ShoalHistoryEntry *entry = shoal_history_entry_new ();
  ShoalTransferState state = shoal_transfer_get_state (transfer);

  /* One that failed may be tried again and be recorded once more. */
  entry->uuid = state == SHOAL_TRANSFER_FAILED ? g_uuid_string_random ()
                                               : g_strdup (shoal_transfer_get_uuid (transfer));
  entry->name = g_strdup (shoal_transfer_get_name (transfer));
  entry->folder = shoal_transfer_is_folder (transfer);
  entry->id = *shoal_transfer_get_id (transfer);
  entry->size = shoal_transfer_get_size (transfer);
  entry->bytes = shoal_transfer_get_bytes_fetched (transfer);
  entry->elapsed_ms = shoal_transfer_get_elapsed_ms (transfer);
  entry->ended_ms = shoal_now_ms ();
  entry->outcome = g_strdup (shoal_transfer_state_to_string (state));
  entry->reason = g_strdup (shoal_transfer_get_message (transfer));
  entry->users = shoal_transfer_dup_users (transfer);
  entry->bad_sources = shoal_transfer_dup_bad_sources (transfer);
  entry->destination = g_strdup (shoal_transfer_get_destination (transfer));
  shoal_history_add (self->history, entry);
}

static void
tell_end (Pulls *self, ShoalTransfer *transfer)
{
  g_auto (GStrv) devices = shoal_transfer_dup_devices (transfer);
  g_autofree char *uuid = g_uuid_string_random ();
  gboolean finished = shoal_transfer_get_state (transfer) == SHOAL_TRANSFER_FINISHED;

  const ShoalReport report = {
    .uuid = finished ? shoal_transfer_get_uuid (transfer) : uuid,
    .event = finished ? "download-finished" : "download-failed",
    .id = *shoal_transfer_get_id (transfer),
    .name = shoal_transfer_get_name (transfer),
    .bytes
    = finished ? shoal_transfer_get_size (transfer) : shoal_transfer_get_bytes_done (transfer),
    .elapsed_ms = shoal_transfer_get_elapsed_ms (transfer),
    .devices = (const char *const *) devices,
    .reason = finished ? NULL : shoal_transfer_get_message (transfer),
  };

  shoal_tracker_reports_add (self->reports, &report);
}

static void
pulls_ended (ShoalTransfer *transfer, gpointer user_data)
{
  Pulls *self = user_data;

  record (self, transfer);
  /* What the user gave up is nobody else's business. */
  if (shoal_transfer_get_state (transfer) != SHOAL_TRANSFER_CANCELLED)
    tell_end (self, transfer);
}

static const ShoalTransferObserver pulls_observer = {
  .serve = pulls_serve,
  .unserve = pulls_unserve,
  .pulling = pulls_pulling,
  .bad_source = pulls_bad_source,
  .ended = pulls_ended,
};

ShoalTransferManager *
shoal_engine_pulls_new (ShoalDatabase *database,
                        ShoalDirectory *directory,
                        ShoalDeviceKey *key,
                        const char *journals,
                        ShoalUploads *uploads,
                        ShoalHistory *history,
                        ShoalTrackerReports *reports)
{
  Pulls *self = g_new0 (Pulls, 1);

  self->directory = g_object_ref (directory);
  self->uploads = g_object_ref (uploads);
  self->history = g_object_ref (history);
  self->reports = g_object_ref (reports);
  return shoal_transfer_manager_new (database, directory, key, journals, &pulls_observer, self,
                                     pulls_free);
}
