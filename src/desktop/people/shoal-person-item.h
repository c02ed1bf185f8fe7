/* shoal-person-item.h: a member as a row shows them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-member.h"

G_BEGIN_DECLS

/** ShoalPersonItem: main thread. Read-only properties, notified when their text changes: name,
 * presence, summary (what they offer, from how many devices), warning (whether a device is new and
 * nobody has compared its words) */
#define SHOAL_TYPE_PERSON_ITEM (shoal_person_item_get_type ())
G_DECLARE_FINAL_TYPE (ShoalPersonItem, shoal_person_item, SHOAL, PERSON_ITEM, GObject)

/** shoal_person_item_new: @member: (transfer full); fits shoal_map_model_new() */
gpointer shoal_person_item_new (gpointer member, gpointer user_data);
ShoalMember *shoal_person_item_get_member (ShoalPersonItem *self);
/** shoal_person_dup_summary: Returns: (transfer full): "12 files, 3 GB · 2 devices" */
char *shoal_person_dup_summary (ShoalMember *member);

G_END_DECLS
