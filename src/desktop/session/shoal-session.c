/* shoal-session.c: the groups of this user, the one that is open, and its engine
 *
 * Opening is a chain: the engine that runs is stopped; if the group's tracker runs here, it is
 * waited for (so that the first connection finds it); the new engine starts. Stopping and starting
 * may last (a database is checked or upgraded, a disk wakes up), so both happen in threads, and
 * current and state say from the first moment what is to come. A wish for another group that comes
 * in between cancels what is being opened and is taken up at the chain's end. "engine" is set only
 * while an engine is started and not being stopped, so whoever sees it can use it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-session"

#include "config.h"

#include "shoal-session-private.h"

#include <glib/gi18n.h>

#include "shoal-error.h"

G_DEFINE_FINAL_TYPE (ShoalSession, shoal_session, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_ENGINE,
  PROP_STATE,
  PROP_CURRENT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

enum
{
  SIGNAL_PROBLEM,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

void
shoal_session_set_state (ShoalSession *self, ShoalSessionState state, const char *message)
{
  g_free (self->message);
  self->message = g_strdup (message);
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

void
shoal_session_set_current (ShoalSession *self, ShoalGroupItem *group)
{
  if (g_set_object (&self->current, group))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CURRENT]);
}

void
shoal_session_emit_problem (ShoalSession *self, const char *message)
{
  g_signal_emit (self, signals[SIGNAL_PROBLEM], 0, message);
}

/* ---- The engine that is open ---- */

static void
on_stop_requested_cb (ShoalControl *control, gpointer user_data)
{
  shoal_session_emit_problem (user_data,
                              _ ("A command asked Shoal to stop. Quit it from its menu."));
}

static void
on_account_changed_cb (ShoalSession *self)
{
  if (self->current != NULL)
    shoal_group_item_reload (self->current);
}

void
shoal_session_begin_serving (ShoalSession *self)
{
  g_autoptr (GError) error = NULL;

  if (!shoal_engine_get_signed_in (self->engine))
    return;
  if (!shoal_engine_begin_serving (self->engine, 0, &error))
    shoal_session_emit_problem (self, error->message);
  shoal_engine_run_all (self->engine);
}

/* Takes over a started engine. */
static void
use_engine (ShoalSession *self, ShoalEngine *engine)
{
  ShoalProfile *profile = shoal_engine_get_profile (engine);
  g_autoptr (GError) error = NULL;

  self->engine = g_object_ref (engine);
  self->control = shoal_control_new (engine);
  g_signal_connect_object (self->control, "stop-requested", G_CALLBACK (on_stop_requested_cb), self,
                           0);
  if (!shoal_control_listen (self->control, shoal_profile_get_control_path (profile), &error))
    g_warning ("The command line cannot reach this app: %s", error->message);
  g_signal_connect_object (shoal_engine_get_account (engine), "account-changed",
                           G_CALLBACK (on_account_changed_cb), self, G_CONNECT_SWAPPED);
  shoal_session_begin_serving (self);
  shoal_session_set_state (self, SHOAL_SESSION_OPEN, NULL);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ENGINE]);
}

/* ---- The chain ---- */

static void
return_closed (ShoalSession *self)
{
  g_autoptr (GPtrArray) closing = g_steal_pointer (&self->closing);

  self->closing = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < closing->len; i++)
    g_task_return_boolean (g_ptr_array_index (closing, i), TRUE);
}

static void
on_tracker_stopped_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalSession) self = user_data;

  shoal_tracker_process_stop_finish (SHOAL_TRACKER_PROCESS (object), result);
  if (--self->n_stopping == 0)
    return_closed (self);
}

/* Whoever starts the app again at once finds their ports and data free. */
static void
stop_trackers (ShoalSession *self)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->groups)); i++)
    {
      g_autoptr (ShoalGroupItem) group = g_list_model_get_item (G_LIST_MODEL (self->groups), i);
      ShoalTrackerProcess *tracker = shoal_group_item_get_tracker (group);

      if (tracker == NULL)
        continue;
      self->n_stopping++;
      shoal_tracker_process_stop_async (tracker, on_tracker_stopped_cb, g_object_ref (self));
    }
}

static void
end_chain (ShoalSession *self)
{
  self->busy = FALSE;
  if (self->again)
    {
      shoal_session_begin (self);
      return;
    }
  if (self->state != SHOAL_SESSION_CLOSED)
    return;

  /* The engine's last words went through them. */
  stop_trackers (self);
  if (self->n_stopping == 0)
    return_closed (self);
}

static void on_stopped_cb (GObject *object, GAsyncResult *result, gpointer user_data);

static void
on_opened_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  ShoalSession *self = SHOAL_SESSION (object);
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalEngine) engine = shoal_session_engine_open_finish (self, result, &error);

  g_clear_object (&self->opening);
  if (engine != NULL && self->again)
    {
      shoal_engine_stop_async (engine, on_stopped_cb, g_object_ref (self));
      return;
    }
  if (engine == NULL && !self->again)
    shoal_session_set_state (self, SHOAL_SESSION_FAILED, error->message);
  else if (engine != NULL)
    use_engine (self, engine);
  end_chain (self);
}

static void
open_engine (ShoalSession *self)
{
  self->opening = g_cancellable_new ();
  shoal_session_engine_open_async (self, shoal_group_item_get_folder (self->current), self->opening,
                                   on_opened_cb, NULL);
}

static void
on_tracker_ready_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalSession) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!shoal_tracker_process_wait_finish (SHOAL_TRACKER_PROCESS (object), result, &error))
    shoal_session_emit_problem (self, error->message);
  if (self->current == NULL || self->again)
    end_chain (self);
  else
    open_engine (self);
}

static void
open_current (ShoalSession *self)
{
  ShoalTrackerProcess *tracker
      = self->current != NULL ? shoal_group_item_get_tracker (self->current) : NULL;

  if (self->current == NULL)
    {
      if (self->state != SHOAL_SESSION_CLOSED)
        shoal_session_set_state (self, SHOAL_SESSION_EMPTY, NULL);
      end_chain (self);
      return;
    }
  if (self->ready != NULL)
    {
      g_autoptr (ShoalEngine) engine = g_steal_pointer (&self->ready);

      use_engine (self, engine);
      end_chain (self);
    }
  else if (tracker != NULL)
    {
      shoal_tracker_process_start (tracker);
      shoal_tracker_process_wait_async (tracker, NULL, on_tracker_ready_cb, g_object_ref (self));
    }
  else
    open_engine (self);
}

static void
on_stopped_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalSession) self = user_data;
  ShoalEngine *engine = SHOAL_ENGINE (object);
  g_autoptr (GError) error = NULL;

  if (!shoal_engine_stop_finish (engine, result, &error))
    g_warning ("Stopping: %s", error->message);
  shoal_profile_unlock (shoal_engine_get_profile (engine));
  if (self->remove != NULL)
    shoal_session_remove_folder (self->remove);
  g_clear_pointer (&self->remove, g_free);
  self->again = FALSE;
  open_current (self);
}

void
shoal_session_begin (ShoalSession *self)
{
  if (self->busy)
    {
      self->again = TRUE;
      g_cancellable_cancel (self->opening);
      return;
    }
  self->busy = TRUE;
  self->again = FALSE;
  if (self->state != SHOAL_SESSION_CLOSED && self->current != NULL)
    shoal_session_set_state (self, SHOAL_SESSION_OPENING, NULL);
  if (self->engine == NULL)
    {
      open_current (self);
      return;
    }

  g_autoptr (ShoalEngine) engine = g_steal_pointer (&self->engine);

  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ENGINE]);
  g_signal_handlers_disconnect_by_data (shoal_engine_get_account (engine), self);
  shoal_control_stop (self->control);
  g_clear_object (&self->control);
  shoal_engine_stop_async (engine, on_stopped_cb, g_object_ref (self));
}

void
shoal_session_open (ShoalSession *self, ShoalGroupItem *group)
{
  g_return_if_fail (SHOAL_IS_SESSION (self));
  g_return_if_fail (SHOAL_IS_GROUP_ITEM (group));

  if (self->state == SHOAL_SESSION_CLOSED
      || (group == self->current && (self->engine != NULL || self->busy)))
    return;
  shoal_session_set_current (self, group);
  shoal_session_begin (self);
}

void
shoal_session_close_async (ShoalSession *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_SESSION (self));

  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, shoal_session_close_async);
  g_ptr_array_add (self->closing, task);
  shoal_session_set_state (self, SHOAL_SESSION_CLOSED, NULL);
  shoal_session_set_current (self, NULL);
  shoal_session_begin (self);
}

gboolean
shoal_session_close_finish (ShoalSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- Getters and class ---- */

ShoalSession *
shoal_session_new (void)
{
  return g_object_new (SHOAL_TYPE_SESSION, NULL);
}

ShoalEngine *
shoal_session_get_engine (ShoalSession *self)
{
  g_return_val_if_fail (SHOAL_IS_SESSION (self), NULL);
  return self->engine;
}

ShoalSessionState
shoal_session_get_state (ShoalSession *self)
{
  g_return_val_if_fail (SHOAL_IS_SESSION (self), SHOAL_SESSION_EMPTY);
  return self->state;
}

const char *
shoal_session_get_message (ShoalSession *self)
{
  g_return_val_if_fail (SHOAL_IS_SESSION (self), NULL);
  return self->message;
}

GListModel *
shoal_session_get_groups (ShoalSession *self)
{
  g_return_val_if_fail (SHOAL_IS_SESSION (self), NULL);
  return G_LIST_MODEL (self->groups);
}

ShoalGroupItem *
shoal_session_get_current (ShoalSession *self)
{
  g_return_val_if_fail (SHOAL_IS_SESSION (self), NULL);
  return self->current;
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  ShoalSession *self = SHOAL_SESSION (object);

  if (id == PROP_ENGINE)
    g_value_set_object (value, self->engine);
  else if (id == PROP_STATE)
    g_value_set_int (value, (int) self->state);
  else if (id == PROP_CURRENT)
    g_value_set_object (value, self->current);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
dispose (GObject *object)
{
  ShoalSession *self = SHOAL_SESSION (object);

  stop_trackers (self);
  g_clear_object (&self->control);
  g_clear_object (&self->engine);
  g_clear_object (&self->ready);
  g_clear_object (&self->current);
  g_list_store_remove_all (self->groups);
  G_OBJECT_CLASS (shoal_session_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  ShoalSession *self = SHOAL_SESSION (object);

  g_clear_object (&self->groups);
  g_clear_pointer (&self->closing, g_ptr_array_unref);
  g_clear_pointer (&self->preparing, g_ptr_array_unref);
  g_clear_object (&self->opening);
  g_free (self->message);
  g_free (self->remove);
  G_OBJECT_CLASS (shoal_session_parent_class)->finalize (object);
}

static void
shoal_session_class_init (ShoalSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = get_property;
  object_class->dispose = dispose;
  object_class->finalize = finalize;

  properties[PROP_ENGINE] = g_param_spec_object ("engine", NULL, NULL, SHOAL_TYPE_ENGINE, flags);
  properties[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, SHOAL_SESSION_EMPTY,
                                             SHOAL_SESSION_CLOSED, SHOAL_SESSION_EMPTY, flags);
  properties[PROP_CURRENT]
      = g_param_spec_object ("current", NULL, NULL, SHOAL_TYPE_GROUP_ITEM, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[SIGNAL_PROBLEM] = g_signal_new ("problem", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
shoal_session_init (ShoalSession *self)
{
  self->groups = g_list_store_new (SHOAL_TYPE_GROUP_ITEM);
  self->preparing = g_ptr_array_new_with_free_func (g_object_unref);
  self->closing = g_ptr_array_new_with_free_func (g_object_unref);
}
