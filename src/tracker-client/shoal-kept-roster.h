/* shoal-kept-roster.h: the members as they were known last, for a start without the tracker
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-database.h"
#include "shoal-roster-news.h"

G_BEGIN_DECLS

/** shoal_kept_roster_schema: the table, for a migration of the profile's database */
extern const char shoal_kept_roster_schema[];

/** ShoalKeptRoster: main thread. Takes the news of the members and writes them behind, a row for
 * each member. */
#define SHOAL_TYPE_KEPT_ROSTER (shoal_kept_roster_get_type ())
G_DECLARE_FINAL_TYPE (ShoalKeptRoster, shoal_kept_roster, SHOAL, KEPT_ROSTER, GObject)

/** shoal_kept_roster_new: @database: has %shoal_kept_roster_schema in it. Returns: (transfer full)
 */
ShoalKeptRoster *shoal_kept_roster_new (ShoalDatabase *database);
/** shoal_kept_roster_load_async: reads what was kept, in the database's thread; at start */
void shoal_kept_roster_load_async (ShoalKeptRoster *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
/** shoal_kept_roster_load_finish: Returns: (transfer full): of members of whom none is online; or
 * %NULL with an error */
ShoalRosterNews *
shoal_kept_roster_load_finish (ShoalKeptRoster *self, GAsyncResult *result, GError **error);
/** shoal_kept_roster_take_whole: @news: kept by reference */
void shoal_kept_roster_take_whole (ShoalKeptRoster *self, ShoalRosterNews *news);
/** shoal_kept_roster_take_delta: as shoal_kept_roster_take_whole() */
void shoal_kept_roster_take_delta (ShoalKeptRoster *self, ShoalRosterNews *news);
/** shoal_kept_roster_flush: writes what waits to be written, now; before the database is closed */
void shoal_kept_roster_flush (ShoalKeptRoster *self);
/** shoal_kept_roster_clear: forgets all: they were of another group */
void shoal_kept_roster_clear (ShoalKeptRoster *self);

G_END_DECLS
