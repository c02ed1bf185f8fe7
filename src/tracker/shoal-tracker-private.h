/* shoal-tracker-private.h: what the parts of the tracker ask of the whole
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-catalogue.h"
#include "shoal-database.h"
#include "shoal-device-key.h"
#include "shoal-lockout.h"
#include "shoal-password.h"
#include "shoal-presence.h"
#include "shoal-tracker-session.h"
#include "shoal-tracker.h"

G_BEGIN_DECLS

/* All (transfer none) and for the main thread. */
const ShoalTrackerConfig *shoal_tracker_get_config (ShoalTracker *self);
ShoalDatabase *shoal_tracker_get_database (ShoalTracker *self);
ShoalPresence *shoal_tracker_get_presence (ShoalTracker *self);
ShoalCatalogue *shoal_tracker_get_catalogue (ShoalTracker *self);
ShoalLockout *shoal_tracker_get_lockout (ShoalTracker *self);
ShoalPasswordPool *shoal_tracker_get_passwords (ShoalTracker *self);
/** shoal_tracker_get_fingerprint: the group's id */
const char *shoal_tracker_get_fingerprint (ShoalTracker *self);
/** shoal_tracker_get_owner_code: Returns: (nullable): the code of the owner link, if this was the
 * first start */
const char *shoal_tracker_get_owner_code (ShoalTracker *self);

/** shoal_tracker_dup_invite_link: Returns: (transfer full) (nullable): the link with a code, a
 * secret; %NULL as long as the tracker does not listen */
char *shoal_tracker_dup_invite_link (ShoalTracker *self, const char *code);

/** shoal_tracker_add_connection: serves a stream whose other side has shown the key @fingerprint;
 * what the listener's callback does, and tests over a socket pair */
ShoalTrackerSession *shoal_tracker_add_connection (ShoalTracker *self,
                                                   GIOStream *stream,
                                                   const char *fingerprint,
                                                   const char *address);

/** shoal_tracker_find_session: Returns: (transfer none) (nullable): the signed-in session of a
 * device */
ShoalTrackerSession *shoal_tracker_find_session (ShoalTracker *self, const char *device);
/** shoal_tracker_register: @session has signed in: replaces an older one of the device and brings
 * the device online */
void shoal_tracker_register (ShoalTracker *self, ShoalTrackerSession *session);
/** shoal_tracker_session_closed: called once by each session when its connection has ended */
void shoal_tracker_session_closed (ShoalTracker *self, ShoalTrackerSession *session);
/** shoal_tracker_close_account: closes the sessions of an account but @except (nullable) */
void
shoal_tracker_close_account (ShoalTracker *self, gint64 account_row, ShoalTrackerSession *except);
/** shoal_tracker_broadcast: sends one shared line to every signed-in session */
void shoal_tracker_broadcast (ShoalTracker *self, GBytes *line);
/** shoal_tracker_catalogue_changed: the catalogue is another one now: everybody gets `catalogue
 * {seq}`, at most once a second */
void shoal_tracker_catalogue_changed (ShoalTracker *self);

G_END_DECLS
