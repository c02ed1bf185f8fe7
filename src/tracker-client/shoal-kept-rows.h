/* shoal-kept-rows.h: the rows of the catalogue that were seen last, for when nobody can be asked
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-database.h"
#include "shoal-directory.h"

G_BEGIN_DECLS

/** shoal_kept_rows_schema: the table, for a migration of the profile's database */
extern const char shoal_kept_rows_schema[];

/** ShoalKeptRows: main thread. Answers are written behind, in the database's own thread, and the
 * oldest beyond %SHOAL_MAX_KEPT_ROWS are forgotten. It reads nothing at start: a search asks the
 * database. What could not be written is only missed later. */
#define SHOAL_TYPE_KEPT_ROWS (shoal_kept_rows_get_type ())
G_DECLARE_FINAL_TYPE (ShoalKeptRows, shoal_kept_rows, SHOAL, KEPT_ROWS, GObject)

ShoalKeptRows *shoal_kept_rows_new (ShoalDatabase *database);
/** shoal_kept_rows_add: what a directory has answered to @query. If that was all there is, rows
 * that were kept of before and are not in it are forgotten. */
void shoal_kept_rows_add (ShoalKeptRows *self, const ShoalQuery *query, ShoalPage *page);
/** shoal_kept_rows_flush: writes what waits to be written, now; before the database is closed */
void shoal_kept_rows_flush (ShoalKeptRows *self);
/** shoal_kept_rows_clear: forgets all: they were of another group */
void shoal_kept_rows_clear (ShoalKeptRows *self);

/** shoal_kept_rows_is_cursor: Returns: whether @cursor (nullable) is one of
 * shoal_kept_rows_search_async(), not a directory's */
gboolean shoal_kept_rows_is_cursor (const char *cursor);
/** shoal_kept_rows_search_async: as shoal_directory_search_async() among what is kept. Nobody is
 * known to be online: there are no such sources, and nothing that is available. */
void shoal_kept_rows_search_async (ShoalKeptRows *self,
                                   const ShoalQuery *query,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
/** shoal_kept_rows_search_finish: Returns: (transfer full): with its kept_ms set */
ShoalPage *
shoal_kept_rows_search_finish (ShoalKeptRows *self, GAsyncResult *result, GError **error);

G_END_DECLS
