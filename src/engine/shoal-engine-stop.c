/* shoal-engine-stop.c: the end of an engine, from the last report to the last sync
 *
 * First nothing new begins and all threads are told to end; they are waited for elsewhere, at the
 * same time. Then what they left behind is handed over to the tracker, for so long as a user may be
 * kept waiting. Then the database is closed, in a thread too. The main loop goes on meanwhile.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-engine"

#include "config.h"

#include "shoal-engine-private.h"

#include "shoal-limits.h"

/* Data of the task that closes. */
typedef struct
{
  guint n_parts;       /* that have not stopped yet */
  GCancellable *limit; /* of the last reports */
  guint limit_id;
} Closing;

static void
closing_free (gpointer data)
{
  Closing *closing = data;

  g_object_unref (closing->limit);
  g_free (closing);
}

static void
return_closed (GTask *task)
{
  SHOAL_ENGINE (g_task_get_source_object (task))->closed = TRUE;
  g_task_return_boolean (task, TRUE);
}

static void
on_database_closed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  shoal_database_close_finish (SHOAL_DATABASE (object), result, NULL);
  return_closed (task);
}

/* Whatever was to be written has been queued: closing writes it. */
static void
close_database (GTask *task)
{
  ShoalEngine *self = g_task_get_source_object (task);

  if (self->database != NULL)
    shoal_database_close_async (self->database, on_database_closed_cb, g_object_ref (task));
  else
    return_closed (task);
}

static void
on_flushed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  ShoalEngine *self = g_task_get_source_object (task);
  Closing *closing = g_task_get_task_data (task);

  shoal_tracker_reports_flush_finish (self->reports, result, NULL);
  g_clear_handle_id (&closing->limit_id, g_source_remove);
  shoal_engine_disconnect_all (self);
  shoal_tracker_link_stop (self->link);
  shoal_tracker_directory_flush_kept (self->directory);
  close_database (task);
}

static gboolean
on_flush_too_long_cb (gpointer user_data)
{
  Closing *closing = user_data;

  closing->limit_id = 0;
  g_cancellable_cancel (closing->limit);
  return G_SOURCE_REMOVE;
}

/* None of them fails. */
static void
on_part_stopped_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  ShoalEngine *self = g_task_get_source_object (task);
  Closing *closing = g_task_get_task_data (task);

  if (--closing->n_parts > 0)
    return;
  closing->limit_id = g_timeout_add (SHOAL_STOP_FLUSH_MS, on_flush_too_long_cb, closing);
  shoal_tracker_reports_flush_async (self->reports, closing->limit, on_flushed_cb,
                                     g_steal_pointer (&task));
}

void
shoal_engine_close_async (ShoalEngine *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (!self->stopped);

  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  Closing *closing = g_new0 (Closing, 1);

  closing->limit = g_cancellable_new ();
  g_task_set_source_tag (task, shoal_engine_close_async);
  g_task_set_task_data (task, closing, closing_free);
  self->stopped = TRUE;
  if (self->settings != NULL)
    g_signal_handlers_disconnect_by_data (self->settings, self);
  if (self->transfers == NULL)
    {
      close_database (task);
      return;
    }
  closing->n_parts = 3;
  shoal_transfer_manager_stop_async (self->transfers, on_part_stopped_cb, g_object_ref (task));
  shoal_offer_keeper_stop (self->offers);
  shoal_shares_stop_async (self->shares, on_part_stopped_cb, g_object_ref (task));
  shoal_uploads_stop_async (self->uploads, on_part_stopped_cb, g_object_ref (task));
}

void
shoal_engine_close_finish (ShoalEngine *self, GAsyncResult *result)
{
  g_return_if_fail (g_task_is_valid (result, self));
  g_task_propagate_boolean (G_TASK (result), NULL);
}

void
shoal_engine_return_stopped (ShoalEngine *self)
{
  g_autoptr (GPtrArray) stops = g_steal_pointer (&self->stops);

  self->stops = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < stops->len; i++)
    g_task_return_boolean (g_ptr_array_index (stops, i), TRUE);
}

static void
on_closed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  ShoalEngine *self = SHOAL_ENGINE (object);

  shoal_engine_close_finish (self, result);
  shoal_engine_return_stopped (self);
}

void
shoal_engine_stop_async (ShoalEngine *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_ENGINE (self));

  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, shoal_engine_stop_async);
  g_ptr_array_add (self->stops, task);
  if (self->starting != NULL)
    g_cancellable_cancel (self->cancellable); /* its end is ours */
  else if (self->closed)
    shoal_engine_return_stopped (self);
  else if (!self->stopped)
    shoal_engine_close_async (self, on_closed_cb, NULL);
}

gboolean
shoal_engine_stop_finish (ShoalEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
