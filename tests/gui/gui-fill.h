/* gui-fill.h: for tests: a profile with as many rows as years would bring
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** gui_fill: writes rows into the database of the app's only profile, while no app runs: ended
 * transfers, paused downloads, and offers that were seen last */
void gui_fill (guint n_history, guint n_transfers, guint n_offers);
/** gui_fail_transfers: all downloads of the profile, which must not be open, have failed */
void gui_fail_transfers (void);

G_END_DECLS
