/* shoal-methods-invite.h: the methods of invites
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-tracker-session.h"

G_BEGIN_DECLS

/** shoal_invite_methods: invite, invites; for shoal_sessions_add_methods() */
extern const ShoalTrackerMethod shoal_invite_methods[];

G_END_DECLS
