/* shoal-activity.h: what moves now, all transfers together
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-transfer-manager.h"
#include "shoal-uploads.h"

G_BEGIN_DECLS

/**
 * ShoalActivitySums:
 * @download_speed: bytes a second, of all downloads together
 * @upload_speed: bytes a second, of all uploads together
 * @n_downloads: downloads whose bytes are moving
 * @n_uploads: uploads whose bytes are moving
 * @n_waiting: downloads that go on by themselves: queued, starting, without a source or without
 * room
 * @n_paused: downloads that the user has paused
 */
typedef struct
{
  double download_speed;
  double upload_speed;
  guint n_downloads;
  guint n_uploads;
  guint n_waiting;
  guint n_paused;
} ShoalActivitySums;

/** ShoalActivity: main thread. Sums the transfers of one engine up, so that a face that shows no
 * list need not watch each of them. Signal "changed": a sum is another one; at most once a second,
 * and never while nothing happens. */
#define SHOAL_TYPE_ACTIVITY (shoal_activity_get_type ())
G_DECLARE_FINAL_TYPE (ShoalActivity, shoal_activity, SHOAL, ACTIVITY, GObject)

/** shoal_activity_new: @downloads: a #GListModel of #ShoalTransfer; @uploads: one of #ShoalUpload
 */
ShoalActivity *shoal_activity_new (GListModel *downloads, GListModel *uploads);
/** shoal_activity_get_sums: Returns: (transfer none): as they were at the last "changed" */
const ShoalActivitySums *shoal_activity_get_sums (ShoalActivity *self);
/** shoal_activity_measure: @sums: (out): as they are now */
void shoal_activity_measure (ShoalActivity *self, ShoalActivitySums *sums);
/** shoal_activity_is_moving: Returns: whether bytes moved at the last "changed" */
gboolean shoal_activity_is_moving (ShoalActivity *self);

G_END_DECLS
