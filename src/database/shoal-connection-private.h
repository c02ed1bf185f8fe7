/* shoal-connection-private.h: what the database's files share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <sqlite3.h>

#include "shoal-database.h"

G_BEGIN_DECLS

/** shoal_connection_open: a connection with our pragmas, for one thread at a time. @cache_bytes: of
 * pages.
 * @read_only: refuses to write */
ShoalConnection *
shoal_connection_open (const char *path, gboolean read_only, gsize cache_bytes, GError **error);
void shoal_connection_free (ShoalConnection *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalConnection, shoal_connection_free)

/** shoal_connection_exec: a script, not kept */
gboolean shoal_connection_exec (ShoalConnection *self, const char *script, GError **error);
/** shoal_connection_is_in_transaction: %FALSE also when SQLite rolled back by itself (disk full) */
gboolean shoal_connection_is_in_transaction (ShoalConnection *self);
/** shoal_connection_reset_all: ends rows that a job forgot to free */
void shoal_connection_reset_all (ShoalConnection *self);
/** shoal_connection_set_cancellable: lets @cancellable interrupt what runs, and what waits for
 * another connection's lock; %NULL: nothing does */
void shoal_connection_set_cancellable (ShoalConnection *self, GCancellable *cancellable);
/** shoal_connection_peek: a connection that leaves the file and its log as they are */
ShoalConnection *shoal_connection_peek (const char *path, GError **error);
/** shoal_connection_get_sqlite: Returns: (transfer none) */
sqlite3 *shoal_connection_get_sqlite (ShoalConnection *self);
const char *shoal_connection_get_path (ShoalConnection *self);

/** shoal_database_lock_file: the file that says whether another process has the database open,
 * locked shared.
 * @is_first: (out): nobody had; then the lock is exclusive until shoal_database_share_lock().
 * @cancellable: (nullable): ends the wait for another process that checks or upgrades it.
 * Returns: the descriptor, or -1 */
int shoal_database_lock_file (const char *path,
                              gboolean *is_first,
                              GCancellable *cancellable,
                              GError **error);
void shoal_database_share_lock (int fd);
/** shoal_database_prepare: makes, checks and upgrades the file; cancelled, it has done a step whole
 * or not at all */
gboolean shoal_database_prepare (const char *path,
                                 const char *const *migrations,
                                 guint n_migrations,
                                 gboolean is_first,
                                 GCancellable *cancellable,
                                 GError **error);
/** shoal_database_open_cancellable: shoal_database_open(), for any thread */
ShoalDatabase *shoal_database_open_cancellable (const char *path,
                                                const char *const *migrations,
                                                guint n_migrations,
                                                GCancellable *cancellable,
                                                GError **error);

G_END_DECLS
