/* shoal-database.h: SQLite in its own threads: one that writes in groups, one that reads
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-fair-queue.h"

G_BEGIN_DECLS

/** ShoalDatabase: WAL; one writer thread whose queued jobs share a transaction (each in its own
 * savepoint, so that a failed job rolls back alone and its error goes to its caller; all are
 * acknowledged after the one commit, which is synchronous=FULL), and one reader thread with its own
 * connection, so that a long search does not wait for writers nor they for it. */
#define SHOAL_TYPE_DATABASE (shoal_database_get_type ())
G_DECLARE_FINAL_TYPE (ShoalDatabase, shoal_database, SHOAL, DATABASE, GObject)

/** ShoalConnection: what a job works on, valid only inside it, in its thread */
typedef struct _ShoalConnection ShoalConnection;
/** ShoalRows: a statement being stepped; a cached prepared statement that is reset when freed */
typedef struct _ShoalRows ShoalRows;

/** ShoalDatabaseFunc: a job. @data is the job's own; results are left in it. */
typedef gboolean (*ShoalDatabaseFunc) (ShoalConnection *connection, gpointer data, GError **error);

/** shoal_database_open: opens or makes the file (0600) and brings it from its user_version to
 * @n_migrations by running @migrations[user_version…] (SQL scripts), each in a transaction, after a
 * copy by VACUUM INTO "PATH.before-N". A newer version is %SHOAL_ERROR_VERSION. quick_check after
 * an unclean stop. Blocking: for programs without a main loop yet. @path: ":memory:" is not
 * supported. */
ShoalDatabase *shoal_database_open (const char *path,
                                    const char *const *migrations,
                                    guint n_migrations,
                                    GError **error);
/** shoal_database_open_async: shoal_database_open() in a thread of its own: waiting for another
 * process, checking and upgrading may take as long as they want. Cancelled, it fails with
 * %G_IO_ERROR_CANCELLED; an upgrade under way is undone, one that is done stays. */
void shoal_database_open_async (const char *path,
                                const char *const *migrations,
                                guint n_migrations,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
/** shoal_database_open_finish: Returns: (transfer full) (nullable) */
ShoalDatabase *shoal_database_open_finish (GAsyncResult *result, GError **error);
/** shoal_database_close: runs what is queued, then stops the threads; blocking; also done by
 * dispose */
void shoal_database_close (ShoalDatabase *self);
/** shoal_database_close_async: shoal_database_close() in a thread of its own: whoever is last folds
 * the log into the file. Call nothing else meanwhile, but what was queued before calls back. */
void
shoal_database_close_async (ShoalDatabase *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean shoal_database_close_finish (ShoalDatabase *self, GAsyncResult *result, GError **error);

/** shoal_database_set_cache: bytes of page cache of the writer and the reader
 * (%SHOAL_DATABASE_WRITER_CACHE and %SHOAL_DATABASE_READER_CACHE if never called). Blocking. */
gboolean shoal_database_set_cache (ShoalDatabase *self,
                                   gsize writer_bytes,
                                   gsize reader_bytes,
                                   GError **error);

/** shoal_database_write_async: queues a job for the writer. @data is passed to @func and freed with
 * @destroy after the callback has run. Done means committed to disk. */
void shoal_database_write_async (ShoalDatabase *self,
                                 ShoalDatabaseFunc func,
                                 gpointer data,
                                 GDestroyNotify destroy,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
/** shoal_database_read_async: queues a job for the reader; it sees what was committed before */
void shoal_database_read_async (ShoalDatabase *self,
                                ShoalDatabaseFunc func,
                                gpointer data,
                                GDestroyNotify destroy,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
/** shoal_database_write_for_async: as shoal_database_write_async(), for one of several who take
 * turns; each one's jobs run in their order. @turn: (nullable): %NULL: of nobody */
void shoal_database_write_for_async (ShoalDatabase *self,
                                     const ShoalTurn *turn,
                                     ShoalDatabaseFunc func,
                                     gpointer data,
                                     GDestroyNotify destroy,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
/** shoal_database_read_for_async: as shoal_database_write_for_async(), for the reader */
void shoal_database_read_for_async (ShoalDatabase *self,
                                    const ShoalTurn *turn,
                                    ShoalDatabaseFunc func,
                                    gpointer data,
                                    GDestroyNotify destroy,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
/** shoal_database_finish: for all of them. Returns: (transfer none) (nullable): the job's data
 * (never %NULL without error if data was not), valid until the callback returns; %NULL with the
 * job's error */
gpointer shoal_database_finish (ShoalDatabase *self, GAsyncResult *result, GError **error);
/** shoal_database_write: blocking; for start-up, subcommands and worker threads, never on a running
 * main loop */
gboolean
shoal_database_write (ShoalDatabase *self, ShoalDatabaseFunc func, gpointer data, GError **error);
/** shoal_database_read: blocking; as shoal_database_write() */
gboolean
shoal_database_read (ShoalDatabase *self, ShoalDatabaseFunc func, gpointer data, GError **error);

/** shoal_database_peek: runs @func at once, in this thread, on a connection that can only read,
 * beside whoever has the database open, in this process or in another. Blocking: for worker
 * threads. A file that is not there is %SHOAL_ERROR_NOT_FOUND */
gboolean
shoal_database_peek (const char *path, ShoalDatabaseFunc func, gpointer data, GError **error);

/**
 * shoal_connection_run:
 * @sql: one statement; prepared once and kept
 * @types: one letter for each parameter: "s" const char * (may be %NULL), "i" gint64, "b" GBytes *
 * (may be %NULL), "d" (gconstpointer, gsize) a blob that lives as long as the call
 * @...: the values
 *
 * Runs a statement that returns no rows. SQLITE_FULL is %SHOAL_ERROR_NO_SPACE, a UNIQUE violation
 * %SHOAL_ERROR_EXISTS, others %SHOAL_ERROR_INTERNAL with the SQL's first words.
 */
gboolean shoal_connection_run (
    ShoalConnection *self, GError **error, const char *sql, const char *types, ...);
/** shoal_connection_query: as shoal_connection_run(), for rows. Strings and blobs are copied at
 * binding. Returns: (transfer full) (nullable) */
ShoalRows *shoal_connection_query (
    ShoalConnection *self, GError **error, const char *sql, const char *types, ...);
/** shoal_connection_query_integer: the first column of the first row, or @fallback if there is none
 */
gboolean shoal_connection_query_integer (ShoalConnection *self,
                                         gint64 fallback,
                                         gint64 *value,
                                         GError **error,
                                         const char *sql,
                                         const char *types,
                                         ...);
/** shoal_connection_last_row_id: Returns: the rowid that the last INSERT gave */
gint64 shoal_connection_last_row_id (ShoalConnection *self);
/** shoal_connection_changes: rows changed by the last run */
gint64 shoal_connection_changes (ShoalConnection *self);
/** shoal_connection_total_changes: rows changed since it was opened, those of an index too */
gint64 shoal_connection_total_changes (ShoalConnection *self);

/** shoal_rows_next: Returns: %TRUE with a row; %FALSE at the end, or with @error set */
gboolean shoal_rows_next (ShoalRows *self, GError **error);
/** shoal_rows_integer: Returns: the value, 0 for NULL */
gint64 shoal_rows_integer (ShoalRows *self, int column);
/** shoal_rows_string: Returns: (nullable): valid until the next step */
const char *shoal_rows_string (ShoalRows *self, int column);
/** shoal_rows_dup_string: Returns: (transfer full) (nullable) */
char *shoal_rows_dup_string (ShoalRows *self, int column);
/** shoal_rows_dup_blob: Returns: (transfer full) (nullable) */
GBytes *shoal_rows_dup_blob (ShoalRows *self, int column);
/** shoal_rows_blob: Returns: (nullable): valid until the next step */
gconstpointer shoal_rows_blob (ShoalRows *self, int column, gsize *size);
void shoal_rows_free (ShoalRows *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalRows, shoal_rows_free)

G_END_DECLS
