/* shoal-tracker-private.h: the inside of a tracker, for its own tests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-tracker-parts.h"
#include "shoal-tracker.h"

G_BEGIN_DECLS

/** shoal_tracker_get_parts: Returns: (transfer none): all there after shoal_tracker_open() */
const ShoalTrackerParts *shoal_tracker_get_parts (ShoalTracker *self);
/** shoal_tracker_get_owner_code: Returns: (nullable): the code of the owner link, if this was the
 * first start */
const char *shoal_tracker_get_owner_code (ShoalTracker *self);

G_END_DECLS
