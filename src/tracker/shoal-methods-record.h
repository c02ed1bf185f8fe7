/* shoal-methods-record.h: the methods of the records
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-tracker-session.h"

G_BEGIN_DECLS

/** shoal_record_methods: report, audit, invite, invites; for shoal_sessions_add_methods() */
extern const ShoalTrackerMethod shoal_record_methods[];

G_END_DECLS
