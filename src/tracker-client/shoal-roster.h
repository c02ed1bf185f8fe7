/* shoal-roster.h: the members as the tracker tells them, kept up to date from deltas
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-known-devices.h"
#include "shoal-member.h"
#include "shoal-roster-news.h"

G_BEGIN_DECLS

/** ShoalRoster: main thread. Members stay the same objects as long as they are in the group. */
#define SHOAL_TYPE_ROSTER (shoal_roster_get_type ())
G_DECLARE_FINAL_TYPE (ShoalRoster, shoal_roster, SHOAL, ROSTER, GObject)

/** shoal_roster_new: @own: our device's fingerprint, always confirmed; @known: (nullable): without
 * it every device counts as confirmed */
ShoalRoster *shoal_roster_new (const char *own, ShoalKnownDevices *known);
/** shoal_roster_set_loopback: whether our channel to the tracker is on loopback; for what comes
 * from now on */
void shoal_roster_set_loopback (ShoalRoster *self, gboolean loopback);
/** shoal_roster_apply_whole: replaces all */
void shoal_roster_apply_whole (ShoalRoster *self, const ShoalRosterNews *news);
/** shoal_roster_apply_kept: as shoal_roster_apply_whole(), with what was known once: a delta still
 * needs a whole before it */
void shoal_roster_apply_kept (ShoalRoster *self, const ShoalRosterNews *news);
/** shoal_roster_apply_delta: Returns: %FALSE if a delta is missing before this one: nothing was
 * changed, ask for the whole */
gboolean shoal_roster_apply_delta (ShoalRoster *self, const ShoalRosterNews *news);
/** shoal_roster_lose: the tracker is away: nobody is known to be online. Addresses stay, for
 * downloads that are under way. */
void shoal_roster_lose (ShoalRoster *self, gint64 now_ms);
/** shoal_roster_get_members: Returns: (transfer none): of #ShoalMember */
GListModel *shoal_roster_get_members (ShoalRoster *self);
/** shoal_roster_lookup_device: @member: (out) (optional) (nullable) (transfer none): whose it is.
 * Returns: (transfer none) (nullable) */
ShoalDevice *
shoal_roster_lookup_device (ShoalRoster *self, const char *fingerprint, ShoalMember **member);
/** shoal_roster_confirm_device: the user has compared the words. Returns: whether there is such a
 * device */
gboolean shoal_roster_confirm_device (ShoalRoster *self, const char *fingerprint);

G_END_DECLS
