/* shoal-transfer-item.h: a download or an upload as its row shows it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-transfer.h"
#include "shoal-upload.h"

G_BEGIN_DECLS

/** ShoalTransferItem: main thread. Read-only properties, notified a few times a second and only
 * when the text changes: name, icon-name, status (what it does, in words), numbers (how much, how
 * fast, how long), fraction (of the bar: 1 only when all has verified), show-bar, toggle-icon,
 * toggle-label, can-toggle (pause, resume or retry) and target (a #GVariant of its uuid, for
 * actions). */
#define SHOAL_TYPE_TRANSFER_ITEM (shoal_transfer_item_get_type ())
G_DECLARE_FINAL_TYPE (ShoalTransferItem, shoal_transfer_item, SHOAL, TRANSFER_ITEM, GObject)

/** shoal_transfer_item_new: @source: (transfer full): a #ShoalTransfer or a #ShoalUpload; fits
 * shoal_map_model_new() */
gpointer shoal_transfer_item_new (gpointer source, gpointer user_data);
/** shoal_transfer_item_get_transfer: Returns: (transfer none) (nullable): %NULL for an upload */
ShoalTransfer *shoal_transfer_item_get_transfer (ShoalTransferItem *self);
/** shoal_transfer_item_get_source: Returns: (transfer none): what it was made for */
GObject *shoal_transfer_item_get_source (ShoalTransferItem *self);

G_END_DECLS
