/* shoal-tracker-reports.h: what the tracker is told and must not miss
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-digest.h"
#include "shoal-tracker-link.h"

G_BEGIN_DECLS

/** ShoalReport: an event for the tracker's audit log; strings are borrowed */
typedef struct
{
  const char *uuid;  /* one that is sent again after a lost answer counts once */
  const char *event; /* "download-finished", "download-failed" or "bad-source" */
  ShoalDigest id;    /* of which content */
  const char *name;  /* and what it is called */
  guint64 bytes;
  gint64 elapsed_ms;
  const char *const *devices; /* (nullable) (array zero-terminated=1): whose fingerprints */
  const char *reason;         /* (nullable): in words */
} ShoalReport;

/** ShoalTrackerReports: main thread. Reports wait in memory until the tracker has taken them, the
 * latest %SHOAL_MAX_REPORTS of them. */
#define SHOAL_TYPE_TRACKER_REPORTS (shoal_tracker_reports_get_type ())
G_DECLARE_FINAL_TYPE (ShoalTrackerReports, shoal_tracker_reports, SHOAL, TRACKER_REPORTS, GObject)

/** shoal_tracker_reports_new: to the tracker of @link */
ShoalTrackerReports *shoal_tracker_reports_new (ShoalTrackerLink *link);
/** shoal_tracker_reports_add: sends @report as soon as it can; copied */
void shoal_tracker_reports_add (ShoalTrackerReports *self, const ShoalReport *report);
/** shoal_tracker_reports_flush_async: done when the tracker has taken all reports, or cannot be
 * asked now */
void shoal_tracker_reports_flush_async (ShoalTrackerReports *self,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
/** shoal_tracker_reports_flush_finish: Returns: %FALSE if it was cancelled */
gboolean shoal_tracker_reports_flush_finish (ShoalTrackerReports *self,
                                             GAsyncResult *result,
                                             GError **error);

G_END_DECLS
