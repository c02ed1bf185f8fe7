/* shoal-person-view.h: one member: devices with their words, offers, transfers with them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "shoal-engine.h"

G_BEGIN_DECLS

#define SHOAL_TYPE_PERSON_VIEW (shoal_person_view_get_type ())
G_DECLARE_FINAL_TYPE (ShoalPersonView, shoal_person_view, SHOAL, PERSON_VIEW, AdwBin)

/** shoal_person_view_set_member: @engine: (nullable), @member: (nullable): both or none */
void shoal_person_view_set_member (ShoalPersonView *self, ShoalEngine *engine, ShoalMember *member);
ShoalMember *shoal_person_view_get_member (ShoalPersonView *self);

G_END_DECLS
