/* shoal-invite-view.h: makes links that invite to the group, and shows them as text and as a QR
 * code
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "shoal-engine.h"

G_BEGIN_DECLS

/** ShoalInviteView: main thread */
#define SHOAL_TYPE_INVITE_VIEW (shoal_invite_view_get_type ())
G_DECLARE_FINAL_TYPE (ShoalInviteView, shoal_invite_view, SHOAL, INVITE_VIEW, AdwBin)

/** shoal_invite_view_set_engine: asks for a link as soon as the group is there. @engine: (nullable)
 */
void shoal_invite_view_set_engine (ShoalInviteView *self, ShoalEngine *engine);

/** shoal_invite_dialog_present: shows the view in a window of its own above @parent */
void shoal_invite_dialog_present (GtkWindow *parent, ShoalEngine *engine);

G_END_DECLS
