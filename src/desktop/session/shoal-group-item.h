/* shoal-group-item.h: one of the groups that this user is in, or was
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-group.h"
#include "shoal-tracker-process.h"

G_BEGIN_DECLS

/** ShoalGroupItem: main thread. Properties (read-only): "title", "subtitle", ready to be shown */
#define SHOAL_TYPE_GROUP_ITEM (shoal_group_item_get_type ())
G_DECLARE_FINAL_TYPE (ShoalGroupItem, shoal_group_item, SHOAL, GROUP_ITEM, GObject)

/** shoal_group_item_load: the group of the profile folder @folder. Returns: (transfer full)
 * (nullable): %NULL if it belongs to none */
ShoalGroupItem *shoal_group_item_load (const char *folder);
/** shoal_group_item_reload: reads again what may have changed. Returns: whether it still belongs to
 * a group */
gboolean shoal_group_item_reload (ShoalGroupItem *self);

/** shoal_group_item_get_folder: Returns: the profile's */
const char *shoal_group_item_get_folder (ShoalGroupItem *self);
/** shoal_group_item_get_title: Returns: what the group is called */
const char *shoal_group_item_get_title (ShoalGroupItem *self);
const char *shoal_group_item_get_subtitle (ShoalGroupItem *self);
/** shoal_group_item_get_group: Returns: (transfer none) */
const ShoalGroup *shoal_group_item_get_group (ShoalGroupItem *self);
/** shoal_group_item_get_tracker: Returns: (transfer none) (nullable): its tracker, if this computer
 * runs it */
ShoalTrackerProcess *shoal_group_item_get_tracker (ShoalGroupItem *self);
/** shoal_group_item_set_tracker: after it has been set up */
void shoal_group_item_set_tracker (ShoalGroupItem *self, ShoalTrackerProcess *tracker);

G_END_DECLS
