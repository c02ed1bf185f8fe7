/* shoal-channel-calls.c: the requests of this side, until they are answered
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-channel"

#include "config.h"

#include "shoal-channel-private.h"

#include "shoal-error.h"
#include "shoal-limits.h"

void
shoal_channel_call_free (gpointer data)
{
  Call *call = data;

  if (call->cancel_source != NULL)
    g_source_destroy (call->cancel_source);
  g_clear_pointer (&call->cancel_source, g_source_unref);
  g_clear_object (&call->task);
  g_free (call);
}

/* Takes the call out; its task is the caller's. */
GTask *
shoal_channel_take_call (ShoalChannel *self, gint64 id)
{
  Call *call = g_hash_table_lookup (self->calls, &id);

  if (call == NULL)
    return NULL;

  GTask *task = g_steal_pointer (&call->task);

  g_queue_unlink (&self->waiting, &call->link);
  g_hash_table_remove (self->calls, &id);
  return task;
}

static gboolean
on_call_cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  Call *call = user_data;
  ShoalChannel *self = g_task_get_source_object (call->task);
  g_autoptr (ShoalChannel) guard = g_object_ref (self);
  g_autoptr (GTask) task = shoal_channel_take_call (self, call->id);

  g_task_return_error_if_cancelled (task);
  return G_SOURCE_REMOVE;
}

/* Whoever was told to come back later gets that with its time; all else is a lost connection. */
static void
fail_task (ShoalChannel *self, GTask *task, const char *why)
{
  if (g_error_matches (self->reason, SHOAL_ERROR, SHOAL_ERROR_BUSY))
    g_task_return_error (task, g_error_copy (self->reason));
  else
    g_task_return_new_error (task, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED, "%s", why);
}

void
shoal_channel_fail_oldest_call (ShoalChannel *self, const char *why)
{
  Call *call = self->waiting.head->data;
  g_autoptr (GTask) task = shoal_channel_take_call (self, call->id);

  fail_task (self, task, why);
}

static void
shoal_channel_add_call (ShoalChannel *self, gint64 id, GTask *task)
{
  Call *call = g_new0 (Call, 1);
  GCancellable *cancellable = g_task_get_cancellable (task);

  call->id = id;
  call->task = g_object_ref (task);
  call->deadline = g_get_monotonic_time () + self->request_us;
  call->link.data = call;
  g_queue_push_tail_link (&self->waiting, &call->link);
  g_hash_table_insert (self->calls, &call->id, call);
  if (cancellable == NULL)
    return;
  call->cancel_source = g_cancellable_source_new (cancellable);
  g_source_set_callback (call->cancel_source, G_SOURCE_FUNC (on_call_cancelled_cb), call, NULL);
  g_source_attach (call->cancel_source, self->context);
}

void
shoal_channel_call_async (ShoalChannel *self,
                          const char *method,
                          JsonObject *params,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_CHANNEL (self));
  g_return_if_fail (method != NULL);

  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  gint64 id = ++self->last_id;
  g_autoptr (GBytes) line = shoal_message_new_call (id, method, params);

  g_task_set_source_tag (task, shoal_channel_call_async);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (self->state != SHOAL_CHANNEL_OPEN)
    {
      fail_task (self, task,
                 self->reason == NULL ? "There is no connection" : self->reason->message);
      return;
    }
  if (g_bytes_get_size (line) > SHOAL_MAX_LINE)
    {
      g_task_return_error (
          task, shoal_error_new_limit ("line", SHOAL_MAX_LINE, "The request is too long"));
      return;
    }
  shoal_channel_add_call (self, id, task);
  shoal_channel_send_line (self, line, FALSE);
}

JsonObject *
shoal_channel_call_finish (ShoalChannel *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
