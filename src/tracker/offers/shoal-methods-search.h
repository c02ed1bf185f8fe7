/* shoal-methods-search.h: the methods that ask the catalogue
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-tracker-session.h"

G_BEGIN_DECLS

/** shoal_search_methods: search, find, sources; for shoal_sessions_add_methods() */
extern const ShoalTrackerMethod shoal_search_methods[];

G_END_DECLS
