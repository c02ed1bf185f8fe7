/* shoal-database-life.c: opening and closing without making anybody wait
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-database"

#include "config.h"

#include "shoal-connection-private.h"
#include "shoal-task.h"

typedef struct
{
  char *path;
  char **migrations;
} Opening;

static void
opening_free (gpointer data)
{
  Opening *opening = data;

  g_free (opening->path);
  g_strfreev (opening->migrations);
  g_free (opening);
}

static void
open_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Opening *opening = data;
  GError *error = NULL;
  g_autoptr (ShoalDatabase) database = shoal_database_open_cancellable (
      opening->path, (const char *const *) opening->migrations, g_strv_length (opening->migrations),
      cancellable, &error);

  if (database != NULL && !g_cancellable_set_error_if_cancelled (cancellable, &error))
    g_task_return_pointer (task, g_steal_pointer (&database), g_object_unref);
  else
    {
      /* Here, not where it would make the main loop wait. */
      if (database != NULL)
        shoal_database_close (database);
      g_task_return_error (task, error);
    }
}

void
shoal_database_open_async (const char *path,
                           const char *const *migrations,
                           guint n_migrations,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_return_if_fail (path != NULL);

  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Opening *opening = g_new0 (Opening, 1);

  opening->path = g_strdup (path);
  opening->migrations = g_new0 (char *, n_migrations + 1);
  for (guint i = 0; i < n_migrations; i++)
    opening->migrations[i] = g_strdup (migrations[i]);
  g_task_set_source_tag (task, shoal_database_open_async);
  /* A database that is open goes to the caller, even if somebody has lost interest meanwhile. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, opening, opening_free);
  shoal_task_run_in_own_thread (task, "shoal-db-open", open_in_thread);
}

ShoalDatabase *
shoal_database_open_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

ShoalDatabase *
shoal_database_open (const char *path,
                     const char *const *migrations,
                     guint n_migrations,
                     GError **error)
{
  g_return_val_if_fail (path != NULL, NULL);
  return shoal_database_open_cancellable (path, migrations, n_migrations, NULL, error);
}

static void
close_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  shoal_database_close (source);
  g_task_return_boolean (task, TRUE);
}

void
shoal_database_close_async (ShoalDatabase *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_DATABASE (self));

  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, shoal_database_close_async);
  shoal_task_run_in_own_thread (task, "shoal-db-close", close_in_thread);
}

gboolean
shoal_database_close_finish (ShoalDatabase *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
