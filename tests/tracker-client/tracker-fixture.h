/* tracker-fixture.h: a fake tracker, and a link to it that is not connected yet
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "fake-tracker.h"
#include "shoal-tracker-link.h"

typedef struct
{
  ShoalDeviceKey *tracker_key;
  ShoalDeviceKey *key;
  FakeTracker *tracker;
  ShoalTrackerLink *link;
} TrackerFixture;

/* @func: as fake_tracker_new() has it. */
void tracker_fixture_set_up (TrackerFixture *self, FakeTrackerFunc func, gpointer user_data);
/* Everything else that stands on the link must have been unreffed, or goes when what is under way
 * has called back. */
void tracker_fixture_tear_down (TrackerFixture *self);

ShoalDirectoryState link_state (TrackerFixture *self);
/* With the token "token-0". */
void tracker_fixture_go_online (TrackerFixture *self);
/* A callback; @user_data: a GAsyncResult *, set to a reference. */
void keep_result (GObject *object, GAsyncResult *result, gpointer user_data);
