/* shoal-left-out.h: asks the user what of a shared folder is not for others
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "shoal-shares.h"

G_BEGIN_DECLS

/** shoal_left_out_ask: whether keys and passwords in it are shared, if there are any that the user
 * has not spoken of; the answer is kept. @parent: (nullable): above which window */
void shoal_left_out_ask (GtkWindow *parent, ShoalShares *shares, ShoalShare *share);
/** shoal_left_out_edit: the patterns of a folder, a line each, to be changed. @parent: (nullable)
 */
void shoal_left_out_edit (GtkWindow *parent, ShoalShares *shares, ShoalShare *share);

G_END_DECLS
