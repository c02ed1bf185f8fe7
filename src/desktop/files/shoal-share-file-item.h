/* shoal-share-file-item.h: a file in a shared folder, with its switch
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-share.h"

G_BEGIN_DECLS

/** ShoalShareFileItem: main thread. Properties: path, name (its last component), icon-name, size
 * (text; "" for a folder), label (all of it for a screen reader), indent (in pixels), on (writable:
 * emits "switched", and stays as it was until shoal_share_file_item_set_on()). */
#define SHOAL_TYPE_SHARE_FILE_ITEM (shoal_share_file_item_get_type ())
G_DECLARE_FINAL_TYPE (ShoalShareFileItem, shoal_share_file_item, SHOAL, SHARE_FILE_ITEM, GObject)

ShoalShareFileItem *shoal_share_file_item_new (const ShoalShareFile *file);
const char *shoal_share_file_item_get_path (ShoalShareFileItem *self);
gboolean shoal_share_file_item_get_on (ShoalShareFileItem *self);
/** shoal_share_file_item_set_on: shows it, without the signal */
void shoal_share_file_item_set_on (ShoalShareFileItem *self, gboolean on);

G_END_DECLS
