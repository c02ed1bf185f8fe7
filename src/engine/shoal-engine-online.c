/* shoal-engine-online.c: waiting for the tracker, no longer than it makes sense
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-engine"

#include "config.h"

#include "shoal-engine-private.h"

#include <glib/gi18n.h>

#include "shoal-error.h"
#include "shoal-limits.h"

/* A waiting task's hooks; gone when it is answered. */
typedef struct
{
  gulong state_handler;
  gulong cancel_handler;
  guint timer;
} Wait;

static void
set_offline_error (GError **error, ShoalTrackerLink *link, const GError *reason)
{
  const char *const *addresses = shoal_tracker_link_get_addresses (link);
  const char *where = addresses != NULL ? addresses[0] : "?";

  if (reason != NULL && reason->domain == SHOAL_ERROR && !shoal_error_is_disconnect (reason))
    g_propagate_error (error, g_error_copy (reason));
  else
    g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED,
                 _ ("Cannot reach the tracker at %s: %s"), where,
                 reason != NULL ? reason->message : _ ("no answer yet"));
}

/* Whether the wait is over: TRUE if online, FALSE with @error, or FALSE without for not yet. */
static gboolean
check_state (ShoalEngine *self, GError **error)
{
  ShoalDirectory *directory = SHOAL_DIRECTORY (self->directory);
  const GError *reason = shoal_directory_get_error (directory);

  switch (shoal_directory_get_state (directory))
    {
    case SHOAL_DIRECTORY_ONLINE:
      return TRUE;
    case SHOAL_DIRECTORY_SIGNED_OUT:
      if (reason != NULL)
        g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_AUTH,
                     _ ("Signed out by the tracker (%s). Sign in again."), reason->message);
      else
        g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_AUTH,
                             _ ("Not signed in. Sign in or sign up first."));
      return FALSE;
    case SHOAL_DIRECTORY_REPLACED:
    case SHOAL_DIRECTORY_UNTRUSTED:
      if (reason != NULL)
        g_propagate_error (error, g_error_copy (reason));
      else
        set_offline_error (error, self->link, NULL);
      return FALSE;
    case SHOAL_DIRECTORY_OFFLINE:
      if (reason != NULL)
        set_offline_error (error, self->link, reason);
      return FALSE;
    case SHOAL_DIRECTORY_CONNECTING:
    default:
      return FALSE;
    }
}

GError *
shoal_engine_dup_refusal (ShoalEngine *self)
{
  GError *error = NULL;

  g_return_val_if_fail (SHOAL_IS_ENGINE (self), NULL);
  g_return_val_if_fail (self->directory != NULL, NULL);

  switch (shoal_directory_get_state (SHOAL_DIRECTORY (self->directory)))
    {
    case SHOAL_DIRECTORY_SIGNED_OUT:
    case SHOAL_DIRECTORY_REPLACED:
    case SHOAL_DIRECTORY_UNTRUSTED:
      check_state (self, &error);
      return error;
    case SHOAL_DIRECTORY_OFFLINE:
    case SHOAL_DIRECTORY_CONNECTING:
    case SHOAL_DIRECTORY_ONLINE:
    default:
      return NULL;
    }
}

static void
end_wait (GTask *task, GError *error)
{
  ShoalEngine *self = g_task_get_source_object (task);
  Wait *wait = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);

  g_clear_signal_handler (&wait->state_handler, self->directory);
  if (cancellable != NULL && wait->cancel_handler != 0)
    g_signal_handler_disconnect (cancellable, wait->cancel_handler);
  wait->cancel_handler = 0;
  g_clear_handle_id (&wait->timer, g_source_remove);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static void
on_state_changed_cb (ShoalDirectory *directory, gpointer user_data)
{
  GTask *task = user_data;
  GError *error = NULL;

  if (check_state (g_task_get_source_object (task), &error) || error != NULL)
    end_wait (task, error);
}

static void
on_wait_cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  end_wait (user_data,
            g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Waiting was cancelled."));
}

static gboolean
on_wait_too_long_cb (gpointer user_data)
{
  GTask *task = user_data;
  ShoalEngine *self = g_task_get_source_object (task);
  Wait *wait = g_task_get_task_data (task);
  GError *error = NULL;

  wait->timer = 0;
  set_offline_error (&error, self->link,
                     shoal_directory_get_error (SHOAL_DIRECTORY (self->directory)));
  end_wait (task, error);
  return G_SOURCE_REMOVE;
}

void
shoal_engine_wait_online_async (ShoalEngine *self,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  GError *error = NULL;

  g_return_if_fail (SHOAL_IS_ENGINE (self));
  g_return_if_fail (self->directory != NULL);

  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, shoal_engine_wait_online_async);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (check_state (self, &error))
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  Wait *wait = g_new0 (Wait, 1);
  g_task_set_task_data (task, wait, g_free);
  wait->state_handler
      = g_signal_connect (self->directory, "state-changed", G_CALLBACK (on_state_changed_cb), task);
  if (cancellable != NULL)
    wait->cancel_handler
        = g_signal_connect (cancellable, "cancelled", G_CALLBACK (on_wait_cancelled_cb), task);
  wait->timer = g_timeout_add (SHOAL_WAIT_ONLINE_MS, on_wait_too_long_cb, task);
  g_steal_pointer (&task);
}

gboolean
shoal_engine_wait_online_finish (ShoalEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
