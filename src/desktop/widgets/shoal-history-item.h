/* shoal-history-item.h: an ended transfer as its row shows it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-history.h"

G_BEGIN_DECLS

/** ShoalHistoryItem: immutable. Properties: name, icon-name, with ("From Ada"), numbers (how much,
 * how long, how fast), when, outcome (in words, with the reason). Their texts are made when they
 * are asked for first. */
#define SHOAL_TYPE_HISTORY_ITEM (shoal_history_item_get_type ())
G_DECLARE_FINAL_TYPE (ShoalHistoryItem, shoal_history_item, SHOAL, HISTORY_ITEM, GObject)

/** shoal_history_item_new: @entry: (transfer full) */
ShoalHistoryItem *shoal_history_item_new (ShoalHistoryEntry *entry);
const ShoalHistoryEntry *shoal_history_item_get_entry (ShoalHistoryItem *self);
/** shoal_history_item_matches: whether @needle (folded) is in the name or among the people */
gboolean shoal_history_item_matches (ShoalHistoryItem *self, const char *needle);

G_END_DECLS
