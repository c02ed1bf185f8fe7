/* shoal-methods-catalogue.h: the methods of the catalogue
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-tracker-session.h"

G_BEGIN_DECLS

/** shoal_catalogue_methods: what members offer, withdraw, search and download; for
 * shoal_sessions_add_methods() */
extern const ShoalTrackerMethod shoal_catalogue_methods[];

G_END_DECLS
