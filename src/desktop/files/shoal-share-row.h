/* shoal-share-row.h: a file or folder that is shared from here, ready to be shown
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-share.h"

G_BEGIN_DECLS

/** ShoalShareRow: main thread. Properties (read-only strings, notified when they change): name,
 * icon-name, place (the folder that it is in), size, when, fetched, state, state-icon, details
 * (size and how often it was fetched, for narrow windows), label (all of it, for screen readers).
 */
#define SHOAL_TYPE_SHARE_ROW (shoal_share_row_get_type ())
G_DECLARE_FINAL_TYPE (ShoalShareRow, shoal_share_row, SHOAL, SHARE_ROW, GObject)

ShoalShareRow *shoal_share_row_new (ShoalShare *share);
/** shoal_share_row_get_share: Returns: (transfer none) */
ShoalShare *shoal_share_row_get_share (ShoalShareRow *self);
/** shoal_share_row_dup_state: what the property "state" says of @share, without a row for it.
 * Returns: (transfer full) */
char *shoal_share_row_dup_state (ShoalShare *share);

G_END_DECLS
