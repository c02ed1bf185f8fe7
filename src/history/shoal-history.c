/* shoal-history.c: every transfer that ended, kept in the profile's database
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-history"

#include "config.h"

#include "shoal-history.h"

#include <string.h>

#include "shoal-limits.h"

/* Finding the oldest of a kind may mean to pass by all others: not for each one that comes. */
#define DROP_AT_ONCE (SHOAL_MAX_HISTORY_ROWS / 100)

const char shoal_history_schema[] = "CREATE TABLE history (\n"
                                    "  id INTEGER PRIMARY KEY,\n"
                                    "  uuid TEXT NOT NULL UNIQUE,\n"
                                    "  upload INTEGER NOT NULL,\n"
                                    "  name TEXT NOT NULL,\n"
                                    "  folder INTEGER NOT NULL,\n"
                                    "  content BLOB NOT NULL,\n"
                                    "  size INTEGER NOT NULL,\n"
                                    "  bytes INTEGER NOT NULL,\n"
                                    "  elapsed_ms INTEGER NOT NULL,\n"
                                    "  ended_ms INTEGER NOT NULL,\n"
                                    "  outcome TEXT NOT NULL,\n"
                                    "  reason TEXT,\n"
                                    "  users TEXT,\n"
                                    "  bad_sources TEXT,\n"
                                    "  destination TEXT\n"
                                    ") STRICT;\n"
                                    "CREATE INDEX history_by_time ON history (ended_ms, id);\n";

struct _ShoalHistory
{
  GObject parent_instance;

  ShoalDatabase *database;
  /* Of the writer's jobs, which run one after the other. */
  gint counted;   /* atomic: the main thread clears it when a job was undone */
  gint64 rows[2]; /* downloads, uploads */
};

G_DEFINE_FINAL_TYPE (ShoalHistory, shoal_history, G_TYPE_OBJECT)

enum
{
  SIGNAL_ADDED,
  SIGNAL_CLEARED,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

static void
shoal_history_finalize (GObject *object)
{
  ShoalHistory *self = SHOAL_HISTORY (object);

  g_clear_object (&self->database);
  G_OBJECT_CLASS (shoal_history_parent_class)->finalize (object);
}

static void
shoal_history_class_init (ShoalHistoryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = shoal_history_finalize;

  /**
   * ShoalHistory::added:
   * @entry: the #ShoalHistoryEntry, valid during the emission
   *
   * A transfer that ended was recorded, on disk.
   */
  signals[SIGNAL_ADDED] = g_signal_new ("added", SHOAL_TYPE_HISTORY, G_SIGNAL_RUN_LAST, 0, NULL,
                                        NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  /**
   * ShoalHistory::cleared:
   * @until_ms: Unix time
   *
   * What ended at @until_ms or before was deleted, on disk.
   */
  signals[SIGNAL_CLEARED] = g_signal_new ("cleared", SHOAL_TYPE_HISTORY, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT64);
}

static void
shoal_history_init (ShoalHistory *self)
{
}

ShoalHistoryEntry *
shoal_history_entry_new (void)
{
  return g_new0 (ShoalHistoryEntry, 1);
}

ShoalHistoryEntry *
shoal_history_entry_dup (const ShoalHistoryEntry *self)
{
  ShoalHistoryEntry *copy = g_memdup2 (self, sizeof *self);

  copy->uuid = g_strdup (self->uuid);
  copy->name = g_strdup (self->name);
  copy->outcome = g_strdup (self->outcome);
  copy->reason = g_strdup (self->reason);
  copy->users = g_strdup (self->users);
  copy->bad_sources = g_strdup (self->bad_sources);
  copy->destination = g_strdup (self->destination);
  return copy;
}

void
shoal_history_entry_free (ShoalHistoryEntry *self)
{
  g_return_if_fail (self != NULL);

  g_free (self->uuid);
  g_free (self->name);
  g_free (self->outcome);
  g_free (self->reason);
  g_free (self->users);
  g_free (self->bad_sources);
  g_free (self->destination);
  g_free (self);
}

ShoalHistory *
shoal_history_new (ShoalDatabase *database)
{
  g_return_val_if_fail (SHOAL_IS_DATABASE (database), NULL);

  ShoalHistory *self = g_object_new (SHOAL_TYPE_HISTORY, NULL);
  self->database = g_object_ref (database);
  return self;
}

/* ---- Adding ---- */

typedef struct
{
  ShoalHistory *history; /* held by whoever waits for the job */
  ShoalHistoryEntry *entry;
  gboolean added;
} AddJob;

static void
add_job_free (AddJob *job)
{
  g_clear_pointer (&job->entry, shoal_history_entry_free);
  g_free (job);
}

static gboolean
count_rows (ShoalHistory *self, ShoalConnection *connection, GError **error)
{
  gint64 all = 0;

  if (g_atomic_int_get (&self->counted))
    return TRUE;
  if (!shoal_connection_query_integer (connection, 0, &all, error, "SELECT count(*) FROM history",
                                       "")
      || !shoal_connection_query_integer (connection, 0, &self->rows[1], error,
                                          "SELECT count(*) FROM history WHERE upload", ""))
    return FALSE;
  self->rows[0] = all - self->rows[1];
  g_atomic_int_set (&self->counted, TRUE);
  return TRUE;
}

/* When there are too many, the oldest go of the kind of which there are more: somebody who serves a
 * lot keeps what he has fetched. */
static gboolean
drop_oldest (ShoalHistory *self, ShoalConnection *connection, GError **error)
{
  gint64 over = self->rows[0] + self->rows[1] - SHOAL_MAX_HISTORY_ROWS;
  gint64 kind = self->rows[1] > self->rows[0];

  if (over <= 0)
    return TRUE;
  if (!shoal_connection_run (connection, error,
                             "DELETE FROM history WHERE id IN (SELECT id FROM history "
                             "WHERE (upload != 0) = ? ORDER BY ended_ms, id LIMIT ?)",
                             "ii", kind, over + DROP_AT_ONCE))
    return FALSE;
  self->rows[kind] -= shoal_connection_changes (connection);
  return TRUE;
}

static gboolean
add_job (ShoalConnection *connection, gpointer data, GError **error)
{
  AddJob *job = data;
  const ShoalHistoryEntry *entry = job->entry;

  if (!count_rows (job->history, connection, error)
      || !shoal_connection_run (
          connection, error,
          "INSERT INTO history (uuid, upload, name, folder, content, size, bytes, "
          "elapsed_ms, ended_ms, outcome, reason, users, bad_sources, destination) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
          "ON CONFLICT (uuid) DO NOTHING",
          "sisidiiiisssss", entry->uuid, (gint64) entry->upload,
          entry->name != NULL ? entry->name : "", (gint64) entry->folder, entry->id.bytes,
          (gsize) SHOAL_DIGEST_SIZE, (gint64) entry->size, (gint64) entry->bytes, entry->elapsed_ms,
          entry->ended_ms, entry->outcome != NULL ? entry->outcome : "finished", entry->reason,
          entry->users, entry->bad_sources, entry->destination))
    return FALSE;
  job->added = shoal_connection_changes (connection) > 0;
  job->history->rows[entry->upload != 0] += job->added;
  return drop_oldest (job->history, connection, error);
}

static void
on_added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalHistory) self = user_data;
  g_autoptr (GError) error = NULL;
  AddJob *job = shoal_database_finish (SHOAL_DATABASE (source), result, &error);

  if (job == NULL)
    {
      /* It, and others of its group, may have been counted before they were undone. */
      g_atomic_int_set (&self->counted, FALSE);
      g_warning ("Cannot record a transfer in the history: %s", error->message);
    }
  else if (job->added)
    g_signal_emit (self, signals[SIGNAL_ADDED], 0, job->entry);
}

void
shoal_history_add (ShoalHistory *self, ShoalHistoryEntry *entry)
{
  g_return_if_fail (SHOAL_IS_HISTORY (self));
  g_return_if_fail (entry != NULL && entry->uuid != NULL);

  AddJob *job = g_new0 (AddJob, 1);
  job->history = self;
  job->entry = entry;
  shoal_database_write_async (self->database, add_job, job, (GDestroyNotify) add_job_free, NULL,
                              on_added_cb, g_object_ref (self));
}

/* ---- Listing ---- */

typedef struct
{
  gint64 before_ms;
  gint64 before_number;
  guint limit;
  GPtrArray *entries;
} ListJob;

static void
list_job_free (ListJob *job)
{
  g_clear_pointer (&job->entries, g_ptr_array_unref);
  g_free (job);
}

static ShoalHistoryEntry *
entry_from_row (ShoalRows *rows)
{
  ShoalHistoryEntry *entry = shoal_history_entry_new ();
  gsize size = 0;

  entry->uuid = shoal_rows_dup_string (rows, 0);
  entry->upload = shoal_rows_integer (rows, 1) != 0;
  entry->name = shoal_rows_dup_string (rows, 2);
  entry->folder = shoal_rows_integer (rows, 3) != 0;
  gconstpointer id = shoal_rows_blob (rows, 4, &size);
  if (id != NULL && size == SHOAL_DIGEST_SIZE)
    memcpy (entry->id.bytes, id, size);
  entry->size = (guint64) shoal_rows_integer (rows, 5);
  entry->bytes = (guint64) shoal_rows_integer (rows, 6);
  entry->elapsed_ms = shoal_rows_integer (rows, 7);
  entry->ended_ms = shoal_rows_integer (rows, 8);
  entry->outcome = shoal_rows_dup_string (rows, 9);
  entry->reason = shoal_rows_dup_string (rows, 10);
  entry->users = shoal_rows_dup_string (rows, 11);
  entry->bad_sources = shoal_rows_dup_string (rows, 12);
  entry->destination = shoal_rows_dup_string (rows, 13);
  entry->number = shoal_rows_integer (rows, 14);
  return entry;
}

static gboolean
list_job (ShoalConnection *connection, gpointer data, GError **error)
{
  ListJob *job = data;
  g_autoptr (GError) local = NULL;
  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error,
      "SELECT uuid, upload, name, folder, content, size, bytes, elapsed_ms, ended_ms, outcome, "
      "reason, users, bad_sources, destination, id FROM history WHERE (ended_ms, id) < (?, ?) "
      "ORDER BY ended_ms DESC, id DESC LIMIT ?",
      "iii", job->before_ms, job->before_number, (gint64) job->limit);

  if (rows == NULL)
    return FALSE;
  while (shoal_rows_next (rows, &local))
    g_ptr_array_add (job->entries, entry_from_row (rows));
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static void
on_listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  ListJob *job = shoal_database_finish (SHOAL_DATABASE (source), result, &error);

  if (job == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_steal_pointer (&job->entries),
                           (GDestroyNotify) g_ptr_array_unref);
}

void
shoal_history_list_async (ShoalHistory *self,
                          guint limit,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  shoal_history_list_before_async (self, NULL, limit, cancellable, callback, user_data);
}

void
shoal_history_list_before_async (ShoalHistory *self,
                                 const ShoalHistoryEntry *entry,
                                 guint limit,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_HISTORY (self));

  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, shoal_history_list_before_async);
  ListJob *job = g_new0 (ListJob, 1);
  job->before_ms = entry != NULL ? entry->ended_ms : G_MAXINT64;
  job->before_number = entry != NULL ? entry->number : G_MAXINT64;
  job->limit = CLAMP (limit, 1, SHOAL_MAX_HISTORY_ROWS);
  job->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_history_entry_free);
  shoal_database_read_async (self->database, list_job, job, (GDestroyNotify) list_job_free,
                             cancellable, on_listed_cb, task);
}

GPtrArray *
shoal_history_list_finish (ShoalHistory *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- Clearing ---- */

typedef struct
{
  ShoalHistory *history; /* held by whoever waits for the job */
  gint64 until_ms;
} ClearJob;

static gboolean
clear_job (ShoalConnection *connection, gpointer data, GError **error)
{
  const ClearJob *job = data;

  g_atomic_int_set (&job->history->counted, FALSE);
  return shoal_connection_run (connection, error, "DELETE FROM history WHERE ended_ms <= ?", "i",
                               job->until_ms);
}

static void
on_cleared_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  const ClearJob *job = shoal_database_finish (SHOAL_DATABASE (source), result, &error);

  if (job == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  g_signal_emit (g_task_get_source_object (task), signals[SIGNAL_CLEARED], 0, job->until_ms);
  g_task_return_boolean (task, TRUE);
}

void
shoal_history_clear_async (ShoalHistory *self,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  shoal_history_clear_until_async (self, G_MAXINT64, cancellable, callback, user_data);
}

void
shoal_history_clear_until_async (ShoalHistory *self,
                                 gint64 ended_ms,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_HISTORY (self));

  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, shoal_history_clear_async);
  ClearJob *job = g_new0 (ClearJob, 1);
  job->history = self;
  job->until_ms = ended_ms;
  shoal_database_write_async (self->database, clear_job, job, g_free, cancellable, on_cleared_cb,
                              task);
}

gboolean
shoal_history_clear_finish (ShoalHistory *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
