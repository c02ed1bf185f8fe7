/* test-tracker.h: a whole tracker in the process of a test
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-presence.h"
#include "shoal-tracker-private.h"
#include "test-client.h"

/** TestTracker: a tracker in this process with a folder of its own, which can be stopped and opened
 * again */
typedef struct
{
  char *folder;
  ShoalTrackerConfig *config; /* change it before test_tracker_open() */
  ShoalTracker *tracker;
  char *owner_code; /* of the first open */
} TestTracker;

TestTracker *test_tracker_new (void);
void test_tracker_open (TestTracker *self);
void test_tracker_close (TestTracker *self);
void test_tracker_free (TestTracker *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestTracker, test_tracker_free)

/** test_tracker_parts: of the open tracker */
const ShoalTrackerParts *test_tracker_parts (TestTracker *self);

/** test_tracker_count: what a query of the open tracker's database says. Blocking */
gint64 test_tracker_count (TestTracker *tracker, const char *sql);

/** test_client_attach: connects to a tracker of this process over a socket pair, as if from
 * @address, and says hello */
void test_client_attach (TestClient *self, TestTracker *tracker, const char *address);
/** test_client_attach_silent: the same without hello */
void test_client_attach_silent (TestClient *self, TestTracker *tracker, const char *address);
/** test_client_member: a new device at a tracker of this process, signed up as @user (an open
 * tracker, or an owner that invites) */
TestClient *test_client_member (TestTracker *tracker, const char *user);
