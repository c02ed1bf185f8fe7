/* shoal-share-view.h: what is in a shared folder, each file with a switch
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "shoal-shares.h"

G_BEGIN_DECLS

/** ShoalShareView: main thread. Property "needle" (string): only paths with it are shown. The
 * action "files.back" leaves it. */
#define SHOAL_TYPE_SHARE_VIEW (shoal_share_view_get_type ())
G_DECLARE_FINAL_TYPE (ShoalShareView, shoal_share_view, SHOAL, SHARE_VIEW, AdwBin)

/** shoal_share_view_set_share: both nullable: %NULL shows nothing */
void shoal_share_view_set_share (ShoalShareView *self, ShoalShares *shares, ShoalShare *share);
/** shoal_share_view_get_share: Returns: (nullable) (transfer none) */
ShoalShare *shoal_share_view_get_share (ShoalShareView *self);

G_END_DECLS
