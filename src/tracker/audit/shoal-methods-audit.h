/* shoal-methods-audit.h: the methods of the audit log
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-tracker-session.h"

G_BEGIN_DECLS

/** shoal_audit_methods: report, audit; for shoal_sessions_add_methods() */
extern const ShoalTrackerMethod shoal_audit_methods[];

G_END_DECLS
