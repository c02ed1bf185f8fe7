/* shoal-setup-view.h: the way into a group: welcome, join or start, account, invite
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "shoal-session.h"

G_BEGIN_DECLS

/** ShoalSetupView: main thread. Signal "done": the way is at its end (a group is open), or was
 * left. Actions "setup.join", "setup.start-group", "setup.back", "setup.finish". */
#define SHOAL_TYPE_SETUP_VIEW (shoal_setup_view_get_type ())
G_DECLARE_FINAL_TYPE (ShoalSetupView, shoal_setup_view, SHOAL, SETUP_VIEW, AdwBin)

/** shoal_setup_view_set_session: once, before anything else */
void shoal_setup_view_set_session (ShoalSetupView *self, ShoalSession *session);
/** shoal_setup_view_welcome: from the beginning */
void shoal_setup_view_welcome (ShoalSetupView *self);
/** shoal_setup_view_join: @text: (nullable): a link, which is shown and waits for a confirmation */
void shoal_setup_view_join (ShoalSetupView *self, const char *text);
void shoal_setup_view_start_group (ShoalSetupView *self);
/** shoal_setup_view_sign_in: to the group that is open and where nobody is signed in */
void shoal_setup_view_sign_in (ShoalSetupView *self);
/** shoal_setup_view_get_groups_button: Returns: (transfer none): where the menu of groups goes, for
 * who has it */
GtkMenuButton *shoal_setup_view_get_groups_button (ShoalSetupView *self);
/** shoal_setup_view_is_showing_invite: Returns: whether a group was started and its first link is
 * shown */
gboolean shoal_setup_view_is_showing_invite (ShoalSetupView *self);

G_END_DECLS
