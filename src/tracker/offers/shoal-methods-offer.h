/* shoal-methods-offer.h: the methods with which a device tells the catalogue what it has
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-tracker-session.h"

G_BEGIN_DECLS

/** shoal_offer_methods: offer, offer-entries, withdraw, offers, pulling; for
 * shoal_sessions_add_methods() */
extern const ShoalTrackerMethod shoal_offer_methods[];

G_END_DECLS
