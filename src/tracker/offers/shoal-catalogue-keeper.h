/* shoal-catalogue-keeper.h: what a tracker does for the catalogue beside answering
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-catalogue.h"
#include "shoal-tracker-session.h"

G_BEGIN_DECLS

/** ShoalCatalogueKeeper: knows who is downloading what, tells everybody when the catalogue has
 * changed, and deletes what nobody offers any more. Main thread. */
typedef struct _ShoalCatalogueKeeper ShoalCatalogueKeeper;

/** shoal_catalogue_keeper_new: begins to clean up what was left when the tracker was stopped.
 * @parts: outlive it; the database is open */
ShoalCatalogueKeeper *shoal_catalogue_keeper_new (const ShoalTrackerParts *parts);
void shoal_catalogue_keeper_free (ShoalCatalogueKeeper *self);

/** shoal_catalogue_keeper_tell: the catalogue is another one now: everybody gets `catalogue {seq}`,
 * at most once a second */
void shoal_catalogue_keeper_tell (ShoalCatalogueKeeper *self);
/** shoal_catalogue_keeper_changed: after a commit that changed what a member offers: tells
 * everybody. @counts: what he offers now */
void shoal_catalogue_keeper_changed (ShoalCatalogueKeeper *self,
                                     gint64 account_row,
                                     const ShoalMemberCounts *counts);

/** shoal_catalogue_keeper_set_pulling: remembers that a device is downloading a content, until it
 * says that it does no more or its connection ends; @manifest: as the list of files of a folder.
 * Fails with %SHOAL_ERROR_LIMIT */
gboolean shoal_catalogue_keeper_set_pulling (ShoalCatalogueKeeper *self,
                                             ShoalTrackerSession *session,
                                             const ShoalDigest *digest,
                                             gint64 size,
                                             gboolean manifest,
                                             gboolean active,
                                             GError **error);
/** shoal_catalogue_keeper_get_pullers: Returns: (transfer full) (element-type ShoalPuller): at most
 * %SHOAL_MAX_SOURCE_ROWS, of any size */
GPtrArray *shoal_catalogue_keeper_get_pullers (ShoalCatalogueKeeper *self,
                                               const ShoalDigest *digest);
/** shoal_catalogue_keeper_session_closed: the connection of a signed-in device has ended: what
 * lasts as long as the connection ends with it */
void shoal_catalogue_keeper_session_closed (ShoalCatalogueKeeper *self,
                                            ShoalTrackerSession *session);

/** shoal_catalogue_keeper_clean: deletes, bit by bit, what nobody offers any more, and tells the
 * roster what shoal_catalogue_forget_device() has changed; to be called after a job with that */
void shoal_catalogue_keeper_clean (ShoalCatalogueKeeper *self);

G_END_DECLS
