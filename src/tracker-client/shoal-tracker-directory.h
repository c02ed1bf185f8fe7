/* shoal-tracker-directory.h: the directory that a tracker keeps
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-directory.h"
#include "shoal-kept-roster.h"
#include "shoal-kept-rows.h"
#include "shoal-known-devices.h"
#include "shoal-tracker-link.h"

G_BEGIN_DECLS

/** ShoalTrackerDirectory: a #ShoalDirectory; main thread. As long as its link is online and the
 * tracker has told who is a member, so is the directory. */
#define SHOAL_TYPE_TRACKER_DIRECTORY (shoal_tracker_directory_get_type ())
G_DECLARE_FINAL_TYPE (
    ShoalTrackerDirectory, shoal_tracker_directory, SHOAL, TRACKER_DIRECTORY, GObject)

/** shoal_tracker_directory_new: of the tracker of @link; @known: (nullable): where devices are
 * remembered */
ShoalTrackerDirectory *shoal_tracker_directory_new (ShoalTrackerLink *link,
                                                    ShoalKnownDevices *known);
/** shoal_tracker_directory_set_kept: where it keeps what it was told, and finds it while the
 * tracker is away. Takes over @members, as shoal_kept_roster_load_async() has read them; nobody is
 * admitted because of them: there is no "roster-changed". Before the link is started. */
void shoal_tracker_directory_set_kept (ShoalTrackerDirectory *self,
                                       ShoalKeptRows *rows,
                                       ShoalKeptRoster *roster,
                                       const ShoalRosterNews *members);
/** shoal_tracker_directory_flush_kept: writes it now; before the database is closed */
void shoal_tracker_directory_flush_kept (ShoalTrackerDirectory *self);
/** shoal_tracker_directory_forget_kept: the group is left for good */
void shoal_tracker_directory_forget_kept (ShoalTrackerDirectory *self);
/** shoal_tracker_directory_set_device_name: what this device is called, for the others; they are
 * told at once */
void shoal_tracker_directory_set_device_name (ShoalTrackerDirectory *self, const char *name);

G_END_DECLS
