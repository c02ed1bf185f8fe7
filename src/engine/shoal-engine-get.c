/* shoal-engine-get.c: downloads what was asked for by name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-engine"

#include "config.h"

#include "shoal-engine-private.h"

typedef struct
{
  GPtrArray *wanted; /* of ShoalWanted */
  char *folder;
  guint next;
  GPtrArray *transfers; /* of ShoalTransfer, each once */
} GetJob;

static void add_next (GTask *task);

static void
get_job_free (gpointer data)
{
  GetJob *job = data;

  g_ptr_array_unref (job->wanted);
  g_ptr_array_unref (job->transfers);
  g_free (job->folder);
  g_free (job);
}

static void
on_added_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GetJob *job = g_task_get_task_data (task);
  ShoalTransferManager *manager = SHOAL_TRANSFER_MANAGER (object);
  GError *error = NULL;
  ShoalTransfer *transfer = shoal_transfer_manager_add_finish (manager, result, &error);

  if (transfer == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  if (g_ptr_array_find (job->transfers, transfer, NULL))
    g_object_unref (transfer); /* the same content under two names: one transfer */
  else
    {
      ShoalTransferState state = shoal_transfer_get_state (transfer);

      g_ptr_array_add (job->transfers, transfer);
      if (state == SHOAL_TRANSFER_PAUSED || state == SHOAL_TRANSFER_FAILED)
        shoal_transfer_manager_resume (manager, transfer);
    }
  job->next++;
  add_next (g_steal_pointer (&task));
}

/* Takes over @task. */
static void
add_next (GTask *task)
{
  GetJob *job = g_task_get_task_data (task);
  ShoalEngine *self = g_task_get_source_object (task);

  if (job->next >= job->wanted->len)
    {
      g_task_return_pointer (task, g_ptr_array_ref (job->transfers),
                             (GDestroyNotify) g_ptr_array_unref);
      g_object_unref (task);
      return;
    }
  if (g_task_return_error_if_cancelled (task))
    {
      g_object_unref (task);
      return;
    }
  const ShoalWanted *wanted = g_ptr_array_index (job->wanted, job->next);
  ShoalTransferRequest request = {
    .name = wanted->name,
    .id = wanted->id,
    .size = wanted->size,
    .total_size = wanted->total_size,
    .folder = wanted->folder,
    .offered = wanted->offered,
    .n_entries = wanted->n_entries,
    .folder_path = job->folder,
    .mtime_ms = wanted->mtime_ms,
  };
  shoal_transfer_manager_add_async (self->transfers, &request, g_task_get_cancellable (task),
                                    on_added_cb, task);
}

void
shoal_engine_get_async (ShoalEngine *self,
                        GPtrArray *wanted,
                        const char *folder,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GError *error = NULL;

  g_return_if_fail (SHOAL_IS_ENGINE (self));
  g_return_if_fail (wanted != NULL);
  g_return_if_fail (folder == NULL || g_path_is_absolute (folder));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  /* Who downloads serves too; not being able to is no reason not to download. */
  if (!shoal_engine_begin_serving (self, 0, &error))
    {
      g_warning ("Cannot serve while downloading: %s", error->message);
      g_clear_error (&error);
    }
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  GetJob *job = g_new0 (GetJob, 1);
  g_task_set_source_tag (task, shoal_engine_get_async);
  job->wanted = g_ptr_array_ref (wanted);
  job->folder
      = g_strdup (folder != NULL ? folder : shoal_settings_get_download_folder (self->settings));
  job->transfers = g_ptr_array_new_with_free_func (g_object_unref);
  g_task_set_task_data (task, job, get_job_free);
  add_next (task);
}

GPtrArray *
shoal_engine_get_finish (ShoalEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
