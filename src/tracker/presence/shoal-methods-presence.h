/* shoal-methods-presence.h: the methods of presence
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-tracker-session.h"

G_BEGIN_DECLS

/** shoal_presence_methods: announce, roster; for shoal_sessions_add_methods() */
extern const ShoalTrackerMethod shoal_presence_methods[];

G_END_DECLS
