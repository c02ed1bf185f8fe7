/* shoal-transfer-lanes.h: how many downloads may move at once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** ShoalLanes: a run that moves has one; one that waits gives it back. Any thread */
typedef struct _ShoalLanes ShoalLanes;

/** shoal_lanes_new: Returns: (transfer full): @n lanes, at least one */
ShoalLanes *shoal_lanes_new (guint n);
ShoalLanes *shoal_lanes_ref (ShoalLanes *self);
void shoal_lanes_unref (ShoalLanes *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalLanes, shoal_lanes_unref)

/** shoal_lanes_set_n: who has a lane keeps it, however few there are now */
void shoal_lanes_set_n (ShoalLanes *self, guint n);
/** shoal_lanes_take: Returns: whether one was free; if so it is yours until shoal_lanes_give() */
gboolean shoal_lanes_take (ShoalLanes *self);
/** shoal_lanes_give: another run may have it */
void shoal_lanes_give (ShoalLanes *self);

G_END_DECLS
