/* shoal-connection.c: one SQLite connection: prepared statements that are kept, rows, errors
 *
 * Threads: a connection is made in one thread and then belongs to another (SQLite's "multi-thread"
 * mode: no mutexes, never two threads at once). Statements are kept by their SQL text; one that is
 * being stepped is not shared: the same SQL used again meanwhile gets a statement of its own.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-database"

#include "config.h"

#include "shoal-connection-private.h"

#include <errno.h>
#include <glib/gi18n.h>

#include "shoal-error.h"
#include "shoal-limits.h"

#define BUSY_STEP_MS (5)

struct _ShoalConnection
{
  sqlite3 *sqlite;
  char *path;
  GHashTable *statements; /* char * → Statement, owned */
  GCancellable *cancellable;
};

typedef struct
{
  sqlite3_stmt *stmt;
  gboolean in_use;
} Statement;

struct _ShoalRows
{
  ShoalConnection *connection;
  sqlite3_stmt *stmt;
  Statement *kept; /* NULL: stmt is ours alone */
};

static void
statement_free (gpointer data)
{
  Statement *statement = data;

  sqlite3_finalize (statement->stmt);
  g_free (statement);
}

static int
error_code (int result)
{
  switch (result & 0xff)
    {
    case SQLITE_FULL:
      return SHOAL_ERROR_NO_SPACE;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return SHOAL_ERROR_CORRUPT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return SHOAL_ERROR_BUSY;
    case SQLITE_INTERRUPT:
      return SHOAL_ERROR_CANCELLED;
    case SQLITE_TOOBIG:
      return SHOAL_ERROR_LIMIT;
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
    case SQLITE_PERM:
    case SQLITE_READONLY:
      return SHOAL_ERROR_IO;
    case SQLITE_CONSTRAINT:
      if (result == SQLITE_CONSTRAINT_UNIQUE || result == SQLITE_CONSTRAINT_PRIMARYKEY
          || result == SQLITE_CONSTRAINT_ROWID)
        return SHOAL_ERROR_EXISTS;
      return SHOAL_ERROR_INTERNAL;
    default:
      return SHOAL_ERROR_INTERNAL;
    }
}

/* The first words of @sql, to find it in the source. */
static char *
first_words (const char *sql)
{
  g_autofree char *start = g_strndup (sql, 60);

  /* Cut a character in two? Then up to where it is whole. */
  const char *end = NULL;

  g_utf8_validate (start, -1, &end);
  start[end - start] = '\0';
  return g_strdelimit (g_steal_pointer (&start), "\n\t", ' ');
}

static gboolean
set_error (ShoalConnection *self, int result, const char *sql, GError **error)
{
  int code = error_code (result);

  if (code == SHOAL_ERROR_BUSY && g_cancellable_is_cancelled (self->cancellable))
    code = SHOAL_ERROR_CANCELLED;

  int system_errno = sqlite3_system_errno (self->sqlite);

  if (code == SHOAL_ERROR_IO && (system_errno == ENOSPC || system_errno == EDQUOT))
    code = SHOAL_ERROR_NO_SPACE;
  switch (code)
    {
    case SHOAL_ERROR_CORRUPT:
      g_set_error (error, SHOAL_ERROR, code,
                   _ ("The database “%s” is damaged (%s). Stop the program and put a copy of the "
                      "file in its "
                      "place: your own backup, or “%s.before-N” from the last upgrade"),
                   self->path, sqlite3_errmsg (self->sqlite), self->path);
      break;
    case SHOAL_ERROR_NO_SPACE:
      g_set_error (error, SHOAL_ERROR, code,
                   _ ("There is no space left for the database “%s”. Make room and try again"),
                   self->path);
      break;
    case SHOAL_ERROR_BUSY:
      g_propagate_error (
          error, shoal_error_new_retry (
                     code, 1000, _ ("Another program is writing to the database. Try again")));
      break;
    case SHOAL_ERROR_CANCELLED:
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "The query was cancelled");
      break;
    case SHOAL_ERROR_IO:
      g_set_error (error, SHOAL_ERROR, code, _ ("The database “%s” cannot be used: %s%s%s"),
                   self->path, sqlite3_errmsg (self->sqlite), system_errno == 0 ? "" : ": ",
                   system_errno == 0 ? "" : g_strerror (system_errno));
      break;
    default:
      {
        g_autofree char *words = first_words (sql);

        g_set_error (error, SHOAL_ERROR, code, "Database: %s (“%s”)", sqlite3_errmsg (self->sqlite),
                     words);
      }
    }
  return FALSE;
}

gboolean
shoal_connection_exec (ShoalConnection *self, const char *script, GError **error)
{
  int result = sqlite3_exec (self->sqlite, script, NULL, NULL, NULL);

  return result == SQLITE_OK || set_error (self, result, script, error);
}

static gboolean
apply_pragmas (ShoalConnection *self, gboolean read_only, gsize cache_bytes, GError **error)
{
  g_autofree char *script
      = g_strdup_printf ("PRAGMA journal_mode = WAL;"
                         "PRAGMA synchronous = FULL;"
                         "PRAGMA foreign_keys = ON;"
                         "PRAGMA trusted_schema = OFF;"
                         "PRAGMA cell_size_check = ON;"
                         "PRAGMA mmap_size = 0;"
                         /* What a savepoint has to undo is a few MiB, and would go to a file. */
                         "PRAGMA temp_store = MEMORY;"
                         "PRAGMA cache_size = -%" G_GSIZE_FORMAT ";"
                         "PRAGMA wal_autocheckpoint = %d;"
                         "PRAGMA journal_size_limit = %d;"
                         "PRAGMA query_only = %s;",
                         cache_bytes / SHOAL_KIB, SHOAL_DATABASE_CHECKPOINT_PAGES,
                         SHOAL_DATABASE_LOG_BYTES, read_only ? "ON" : "OFF");

  return shoal_connection_exec (self, script, error);
}

/* SQLite counts the memory it uses, under a lock for each allocation, and nobody asks for it. */
static void
stop_counting_memory (void)
{
  static gsize done = 0;

  if (!g_once_init_enter (&done))
    return;
  if (sqlite3_config (SQLITE_CONFIG_MEMSTATUS, 0) != SQLITE_OK)
    g_debug ("SQLite was in use before");
  g_once_init_leave (&done, 1);
}

static gboolean
check_features (GError **error)
{
  stop_counting_memory ();
  if (sqlite3_threadsafe () != 0 && sqlite3_libversion_number () >= 3034000
      && sqlite3_compileoption_used ("ENABLE_FTS5"))
    return TRUE;
  g_set_error (
      error, SHOAL_ERROR, SHOAL_ERROR_INTERNAL,
      _ ("The SQLite library of this system (%s) has no full-text search (FTS5 with the trigram "
         "tokenizer) or no threads. Install SQLite 3.34 or later built with both"),
      sqlite3_libversion ());
  return FALSE;
}

/* @n: how often it was called for this lock. SQLite's own would sleep on when it is cancelled. */
static int
on_busy_cb (gpointer user_data, int n)
{
  const ShoalConnection *self = user_data;

  if (n >= SHOAL_DATABASE_BUSY_MS / BUSY_STEP_MS || g_cancellable_is_cancelled (self->cancellable))
    return 0;
  g_usleep (BUSY_STEP_MS * 1000);
  return 1;
}

static ShoalConnection *
open_file (const char *path, int how, GError **error)
{
  if (!check_features (error))
    return NULL;

  g_autoptr (ShoalConnection) self = g_new0 (ShoalConnection, 1);

  self->path = g_strdup (path);
  self->statements = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, statement_free);

  int result = sqlite3_open_v2 (path, &self->sqlite,
                                how | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);

  if (result != SQLITE_OK)
    {
      set_error (self, result, "open", error);
      return NULL;
    }
  sqlite3_busy_handler (self->sqlite, on_busy_cb, self);
  sqlite3_db_config (self->sqlite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (self->sqlite, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
  sqlite3_db_config (self->sqlite, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
  return g_steal_pointer (&self);
}

ShoalConnection *
shoal_connection_open (const char *path, gboolean read_only, gsize cache_bytes, GError **error)
{
  g_autoptr (ShoalConnection) self = open_file (path, SQLITE_OPEN_READWRITE, error);

  if (self == NULL || !apply_pragmas (self, read_only, cache_bytes, error))
    return NULL;
  return g_steal_pointer (&self);
}

ShoalConnection *
shoal_connection_peek (const char *path, GError **error)
{
  return open_file (path, SQLITE_OPEN_READONLY, error);
}

void
shoal_connection_free (ShoalConnection *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->statements, g_hash_table_unref);
  if (sqlite3_close (self->sqlite) != SQLITE_OK)
    g_critical ("%s: a statement was left open", self->path);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->path, g_free);
  g_free (self);
}

const char *
shoal_connection_get_path (ShoalConnection *self)
{
  return self->path;
}

sqlite3 *
shoal_connection_get_sqlite (ShoalConnection *self)
{
  return self->sqlite;
}

gboolean
shoal_connection_is_in_transaction (ShoalConnection *self)
{
  return !sqlite3_get_autocommit (self->sqlite);
}

void
shoal_connection_reset_all (ShoalConnection *self)
{
  for (sqlite3_stmt *stmt = sqlite3_next_stmt (self->sqlite, NULL); stmt != NULL;
       stmt = sqlite3_next_stmt (self->sqlite, stmt))
    /* One without text is a blob that a full-text index keeps open for itself. */
    if (sqlite3_stmt_busy (stmt) && sqlite3_sql (stmt) != NULL)
      {
        g_critical ("Rows were not freed: %s", sqlite3_sql (stmt));
        sqlite3_reset (stmt);
      }
}

static int
on_progress_cb (gpointer user_data)
{
  return g_cancellable_is_cancelled (user_data);
}

void
shoal_connection_set_cancellable (ShoalConnection *self, GCancellable *cancellable)
{
  g_set_object (&self->cancellable, cancellable);
  sqlite3_progress_handler (self->sqlite, cancellable == NULL ? 0 : 10000,
                            cancellable == NULL ? NULL : on_progress_cb, cancellable);
}

static gboolean
is_idle (gpointer key, gpointer value, gpointer user_data)
{
  return !((Statement *) value)->in_use;
}

static sqlite3_stmt *
prepare (ShoalConnection *self, const char *sql, unsigned int flags, GError **error)
{
  sqlite3_stmt *stmt = NULL;
  const char *tail = NULL;
  int result = sqlite3_prepare_v3 (self->sqlite, sql, -1, flags, &stmt, &tail);

  if (result != SQLITE_OK)
    {
      set_error (self, result, sql, error);
      return NULL;
    }
  while (g_ascii_isspace (*tail) || *tail == ';')
    tail++;
  if (stmt == NULL || *tail != '\0')
    {
      sqlite3_finalize (stmt);
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_INTERNAL,
                   "Database: not exactly one statement: %s", sql);
      return NULL;
    }
  return stmt;
}

static ShoalRows *
rows_new (ShoalConnection *self, const char *sql, GError **error)
{
  Statement *kept = g_hash_table_lookup (self->statements, sql);
  gboolean keep = kept == NULL;

  if (keep && g_hash_table_size (self->statements) >= SHOAL_DATABASE_STATEMENTS)
    g_hash_table_foreach_remove (self->statements, is_idle, NULL);

  sqlite3_stmt *stmt = NULL;

  if (kept != NULL && !kept->in_use)
    stmt = kept->stmt;
  else
    {
      kept = NULL;
      stmt = prepare (self, sql, keep ? SQLITE_PREPARE_PERSISTENT : 0, error);
      if (stmt == NULL)
        return NULL;
      if (keep)
        {
          kept = g_new0 (Statement, 1);
          kept->stmt = stmt;
          g_hash_table_insert (self->statements, g_strdup (sql), kept);
        }
    }
  if (kept != NULL)
    kept->in_use = TRUE;

  ShoalRows *rows = g_new0 (ShoalRows, 1);

  rows->connection = self;
  rows->stmt = stmt;
  rows->kept = kept;
  return rows;
}

void
shoal_rows_free (ShoalRows *self)
{
  if (self == NULL)
    return;
  if (self->kept != NULL)
    {
      sqlite3_reset (self->stmt);
      sqlite3_clear_bindings (self->stmt);
      self->kept->in_use = FALSE;
    }
  else
    sqlite3_finalize (self->stmt);
  g_free (self);
}

/* @lifetime: SQLITE_STATIC where the values outlive the statement's run */
static gboolean
bind (ShoalRows *self,
      sqlite3_destructor_type lifetime,
      const char *types,
      va_list *args,
      GError **error)
{
  int column = 0;
  int result = SQLITE_OK;

  for (const char *type = types; *type != '\0' && result == SQLITE_OK; type++)
    {
      column++;
      if (*type == 's')
        {
          const char *text = va_arg (*args, const char *);

          result = text == NULL ? sqlite3_bind_null (self->stmt, column)
                                : sqlite3_bind_text (self->stmt, column, text, -1, lifetime);
        }
      else if (*type == 'i')
        result = sqlite3_bind_int64 (self->stmt, column, va_arg (*args, gint64));
      else if (*type == 'b')
        {
          GBytes *bytes = va_arg (*args, GBytes *);
          gsize size = 0;
          gconstpointer data = bytes == NULL ? NULL : g_bytes_get_data (bytes, &size);

          result = bytes == NULL ? sqlite3_bind_null (self->stmt, column)
                                 : sqlite3_bind_blob64 (self->stmt, column,
                                                        data == NULL ? "" : data, size, lifetime);
        }
      else if (*type == 'd')
        {
          gconstpointer data = va_arg (*args, gconstpointer);
          gsize size = va_arg (*args, gsize);

          result
              = sqlite3_bind_blob64 (self->stmt, column, data == NULL ? "" : data, size, lifetime);
        }
      else
        result = SQLITE_MISUSE;
    }
  if (result == SQLITE_OK && column != sqlite3_bind_parameter_count (self->stmt))
    {
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_INTERNAL,
                   "Database: %d values for %d parameters: %s", column,
                   sqlite3_bind_parameter_count (self->stmt), sqlite3_sql (self->stmt));
      return FALSE;
    }
  return result == SQLITE_OK
         || set_error (self->connection, result, sqlite3_sql (self->stmt), error);
}

gboolean
shoal_connection_run (
    ShoalConnection *self, GError **error, const char *sql, const char *types, ...)
{
  g_autoptr (ShoalRows) rows = rows_new (self, sql, error);
  va_list args;

  if (rows == NULL)
    return FALSE;
  va_start (args, types);

  gboolean bound = bind (rows, SQLITE_STATIC, types, &args, error);

  va_end (args);
  if (!bound)
    return FALSE;

  int result = SQLITE_ROW;

  /* Rows of RETURNING or of a PRAGMA are of no interest here. */
  while (result == SQLITE_ROW)
    result = sqlite3_step (rows->stmt);
  return result == SQLITE_DONE || set_error (self, result, sql, error);
}

ShoalRows *
shoal_connection_query (
    ShoalConnection *self, GError **error, const char *sql, const char *types, ...)
{
  g_autoptr (ShoalRows) rows = rows_new (self, sql, error);
  va_list args;

  if (rows == NULL)
    return NULL;
  va_start (args, types);

  gboolean bound = bind (rows, SQLITE_TRANSIENT, types, &args, error);

  va_end (args);
  return bound ? g_steal_pointer (&rows) : NULL;
}

gboolean
shoal_connection_query_integer (ShoalConnection *self,
                                gint64 fallback,
                                gint64 *value,
                                GError **error,
                                const char *sql,
                                const char *types,
                                ...)
{
  g_autoptr (ShoalRows) rows = rows_new (self, sql, error);
  g_autoptr (GError) local_error = NULL;
  va_list args;

  if (rows == NULL)
    return FALSE;
  va_start (args, types);

  gboolean bound = bind (rows, SQLITE_STATIC, types, &args, error);

  va_end (args);
  if (!bound)
    return FALSE;
  *value = fallback;
  if (shoal_rows_next (rows, &local_error))
    *value = shoal_rows_integer (rows, 0);
  else if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  return TRUE;
}

gint64
shoal_connection_last_row_id (ShoalConnection *self)
{
  return sqlite3_last_insert_rowid (self->sqlite);
}

gint64
shoal_connection_changes (ShoalConnection *self)
{
  return sqlite3_changes64 (self->sqlite);
}

gint64
shoal_connection_total_changes (ShoalConnection *self)
{
  return sqlite3_total_changes64 (self->sqlite);
}

gboolean
shoal_rows_next (ShoalRows *self, GError **error)
{
  int result = sqlite3_step (self->stmt);

  if (result == SQLITE_ROW)
    return TRUE;
  if (result != SQLITE_DONE)
    set_error (self->connection, result, sqlite3_sql (self->stmt), error);
  return FALSE;
}

gint64
shoal_rows_integer (ShoalRows *self, int column)
{
  return sqlite3_column_int64 (self->stmt, column);
}

const char *
shoal_rows_string (ShoalRows *self, int column)
{
  return (const char *) sqlite3_column_text (self->stmt, column);
}

char *
shoal_rows_dup_string (ShoalRows *self, int column)
{
  return g_strdup (shoal_rows_string (self, column));
}

gconstpointer
shoal_rows_blob (ShoalRows *self, int column, gsize *size)
{
  *size = 0;
  if (sqlite3_column_type (self->stmt, column) == SQLITE_NULL)
    return NULL;

  gconstpointer data = sqlite3_column_blob (self->stmt, column);

  *size = (gsize) sqlite3_column_bytes (self->stmt, column);
  /* SQLite says NULL for an empty blob. */
  return data == NULL ? "" : data;
}

GBytes *
shoal_rows_dup_blob (ShoalRows *self, int column)
{
  gsize size = 0;
  gconstpointer data = shoal_rows_blob (self, column, &size);

  return data == NULL ? NULL : g_bytes_new (data, size);
}
