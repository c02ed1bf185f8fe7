/* shoal-transfer-details.h: what there is to see about one transfer: its pieces and its speed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/** ShoalTransferDetails: a widget; shows nothing without a source */
#define SHOAL_TYPE_TRANSFER_DETAILS (shoal_transfer_details_get_type ())
G_DECLARE_FINAL_TYPE (ShoalTransferDetails, shoal_transfer_details, SHOAL, TRANSFER_DETAILS, AdwBin)

/** shoal_transfer_details_set_source: @source: (nullable): a #ShoalTransfer or #ShoalUpload */
void shoal_transfer_details_set_source (ShoalTransferDetails *self, GObject *source);
/** shoal_transfer_details_update: reads what changes all the time; about once a second */
void shoal_transfer_details_update (ShoalTransferDetails *self);

G_END_DECLS
