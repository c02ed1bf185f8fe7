/* shoal-transfer-stop.c: the end of all downloads of a manager, for now
 *
 * A run ends as soon as its workers have, and those when their read or their disk lets them: they
 * are told to, waited for in another thread, and let go.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfers"

#include "config.h"

#include "shoal-task.h"
#include "shoal-transfer-manager-private.h"

/* Returns: (transfer full): the runs that have been told to end */
static GPtrArray *
begin_stop (ShoalTransferManager *self)
{
  GPtrArray *runs = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_transfer_run_unref);

  self->stopped = TRUE;
  shoal_transfer_manager_finish_removing (self);
  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->tick_id, g_source_remove);
  g_clear_handle_id (&self->schedule_id, g_source_remove);
  for (guint i = 0; i < self->transfers->len; i++)
    {
      ShoalTransferRun *run = shoal_transfer_get_run (g_ptr_array_index (self->transfers, i));

      if (run == NULL)
        continue;
      shoal_transfer_run_stop (run, FALSE);
      g_ptr_array_add (runs, shoal_transfer_run_ref (run));
    }
  return runs;
}

static void
join (GPtrArray *runs)
{
  for (guint i = 0; i < runs->len; i++)
    shoal_transfer_run_join (g_ptr_array_index (runs, i));
}

/* They stay queued: they go on at the next start. */
static void
end_stop (ShoalTransferManager *self)
{
  for (guint i = 0; i < self->transfers->len; i++)
    {
      ShoalTransfer *transfer = g_ptr_array_index (self->transfers, i);

      if (shoal_transfer_get_run (transfer) == NULL)
        continue;
      shoal_transfer_set_run (transfer, NULL);
      shoal_transfer_manager_save_progress (self, transfer);
    }
}

void
shoal_transfer_manager_stop (ShoalTransferManager *self)
{
  g_return_if_fail (SHOAL_IS_TRANSFER_MANAGER (self));

  if (self->stopped)
    return;

  g_autoptr (GPtrArray) runs = begin_stop (self);

  join (runs);
  end_stop (self);
}

static void
join_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  join (data);
  g_task_return_boolean (task, TRUE);
}

static void
on_joined_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  end_stop (SHOAL_TRANSFER_MANAGER (object));
  g_task_return_boolean (task, TRUE);
}

void
shoal_transfer_manager_stop_async (ShoalTransferManager *self,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_TRANSFER_MANAGER (self));
  g_return_if_fail (!self->stopped);

  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  g_autoptr (GTask) joining = NULL;
  GPtrArray *runs = begin_stop (self);

  g_task_set_source_tag (task, shoal_transfer_manager_stop_async);
  joining = g_task_new (self, NULL, on_joined_cb, g_object_ref (task));
  g_task_set_task_data (joining, runs, (GDestroyNotify) g_ptr_array_unref);
  if (runs->len == 0)
    g_task_return_boolean (joining, TRUE);
  else
    shoal_task_run_in_own_thread (joining, "shoal-join", join_in_thread);
}

gboolean
shoal_transfer_manager_stop_finish (ShoalTransferManager *self,
                                    GAsyncResult *result,
                                    GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
