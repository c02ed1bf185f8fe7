/* shoal-methods-account.h: the methods of the account
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-tracker-session.h"

G_BEGIN_DECLS

/** shoal_account_methods: hello, sign-up, sign-in, sign-out, password; for
 * shoal_sessions_add_methods() */
extern const ShoalTrackerMethod shoal_account_methods[];

G_END_DECLS
