/* shoal-session-groups.c: the list of groups: looking through it, joining and leaving one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-session"

#include "config.h"

#include "shoal-session-private.h"

#include <glib/gi18n.h>

#include "shoal-error.h"

/* ---- Groups ---- */

/* It is started again by itself; why it ended is for the user to know. */
static void
watch_tracker (ShoalSession *self, ShoalTrackerProcess *tracker)
{
  g_signal_connect_object (tracker, "ended", G_CALLBACK (shoal_session_emit_problem), self,
                           G_CONNECT_SWAPPED);
}

void
shoal_session_start (ShoalSession *self, const char *last)
{
  g_return_if_fail (SHOAL_IS_SESSION (self));

  g_autofree char *root = shoal_session_dup_root ();
  g_autoptr (GDir) folder = g_dir_open (root, 0, NULL);
  ShoalGroupItem *first = NULL;

  for (const char *name = folder != NULL ? g_dir_read_name (folder) : NULL; name != NULL;
       name = g_dir_read_name (folder))
    {
      g_autofree char *path = g_build_filename (root, name, NULL);
      g_autoptr (ShoalGroupItem) group = *name != '.' && g_file_test (path, G_FILE_TEST_IS_DIR)
                                             ? shoal_group_item_load (path)
                                             : NULL;

      if (group == NULL)
        continue;
      g_list_store_append (self->groups, group);
      if (shoal_group_item_get_tracker (group) != NULL)
        {
          watch_tracker (self, shoal_group_item_get_tracker (group));
          shoal_tracker_process_start (shoal_group_item_get_tracker (group));
        }
      if (first == NULL || g_strcmp0 (name, last) == 0)
        first = group;
    }
  if (first != NULL)
    shoal_session_open (self, first);
  else
    shoal_session_set_state (self, SHOAL_SESSION_EMPTY, NULL);
}

ShoalGroupItem *
shoal_session_find (ShoalSession *self, const char *key)
{
  g_return_val_if_fail (SHOAL_IS_SESSION (self), NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->groups)); i++)
    {
      g_autoptr (ShoalGroupItem) group = g_list_model_get_item (G_LIST_MODEL (self->groups), i);

      if (g_strcmp0 (shoal_group_item_get_group (group)->key, key) == 0)
        return group; /* the list keeps it */
    }
  return NULL;
}

static gboolean
share_an_address (char **a, char **b)
{
  for (guint i = 0; a != NULL && a[i] != NULL; i++)
    if (b != NULL && g_strv_contains ((const char *const *) b, a[i]))
      return TRUE;
  return FALSE;
}

gboolean
shoal_session_check_link (ShoalSession *self,
                          const ShoalLink *link,
                          ShoalGroupItem **known,
                          GError **error)
{
  g_return_val_if_fail (SHOAL_IS_SESSION (self), FALSE);

  *known = link->key != NULL ? shoal_session_find (self, link->key) : NULL;
  if (*known != NULL)
    return TRUE;
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->groups)); i++)
    {
      g_autoptr (ShoalGroupItem) group = g_list_model_get_item (G_LIST_MODEL (self->groups), i);

      if (!share_an_address (shoal_group_item_get_group (group)->addresses, link->addresses)
          || link->key == NULL)
        continue;
      g_set_error (
          error, SHOAL_ERROR, SHOAL_ERROR_UNTRUSTED,
          _ ("The tracker at this address is known as that of “%s”, by another key. Somebody "
             "may be in between: ask the group’s owner. If the key has really changed, "
             "forget that group first, then join again."),
          shoal_group_item_get_title (group));
      return FALSE;
    }
  return TRUE;
}

/* ---- Joining and leaving ---- */

static void prepare_next (ShoalSession *self);

static void
on_prepared_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  ShoalSession *self = SHOAL_SESSION (object);
  GError *error = NULL;
  ShoalEngine *engine = shoal_session_engine_open_finish (self, result, &error);

  self->n_leaving--;
  if (engine != NULL)
    g_task_return_pointer (task, engine, g_object_unref);
  else
    g_task_return_error (task, error);
  prepare_next (self);
}

/* A folder that is being left is free, but still locked. */
static void
prepare_next (ShoalSession *self)
{
  while (self->n_leaving == 0 && self->preparing->len > 0)
    {
      g_autoptr (GTask) task = g_ptr_array_steal_index (self->preparing, 0);
      GCancellable *cancellable = g_task_get_cancellable (task);
      g_autofree char *folder = NULL;

      if (g_task_return_error_if_cancelled (task))
        continue;
      folder = shoal_session_dup_free_folder ();
      self->n_leaving++;
      shoal_session_engine_open_async (self, folder, cancellable, on_prepared_cb,
                                       g_steal_pointer (&task));
    }
}

void
shoal_session_prepare_async (ShoalSession *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_SESSION (self));

  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, shoal_session_prepare_async);
  /* An engine that is open must be stopped, even if somebody has lost interest meanwhile. */
  g_task_set_check_cancellable (task, FALSE);
  g_ptr_array_add (self->preparing, task);
  prepare_next (self);
}

ShoalEngine *
shoal_session_prepare_finish (ShoalSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
shoal_session_adopt (ShoalSession *self, ShoalEngine *engine, ShoalTrackerProcess *tracker)
{
  g_return_if_fail (SHOAL_IS_SESSION (self));
  g_return_if_fail (SHOAL_IS_ENGINE (engine));

  const char *folder = shoal_profile_get_folder (shoal_engine_get_profile (engine));
  g_autoptr (ShoalGroupItem) group = shoal_group_item_load (folder);

  if (group == NULL || self->state == SHOAL_SESSION_CLOSED)
    {
      shoal_session_discard (self, engine, tracker);
      return;
    }
  if (tracker != NULL)
    {
      shoal_group_item_set_tracker (group, tracker);
      watch_tracker (self, tracker);
    }
  g_list_store_append (self->groups, group);
  g_set_object (&self->ready, engine);
  shoal_session_set_current (self, group);
  shoal_session_begin (self);
}

static void
on_discarded_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalSession) self = user_data;
  ShoalEngine *engine = SHOAL_ENGINE (object);
  g_autofree char *folder = g_strdup (shoal_profile_get_folder (shoal_engine_get_profile (engine)));
  g_autofree char *group = g_build_filename (folder, "group.ini", NULL);
  g_autoptr (GError) error = NULL;

  if (!shoal_engine_stop_finish (engine, result, &error))
    g_warning ("Stopping: %s", error->message);
  /* A sign-up that was given up may have succeeded after all: then there is an account to come back
   * to. */
  if (!g_file_test (group, G_FILE_TEST_EXISTS))
    shoal_session_remove_folder (folder);
  shoal_profile_unlock (shoal_engine_get_profile (engine));
  self->n_leaving--;
  prepare_next (self);
}

void
shoal_session_discard (ShoalSession *self, ShoalEngine *engine, ShoalTrackerProcess *tracker)
{
  g_return_if_fail (SHOAL_IS_SESSION (self));
  g_return_if_fail (SHOAL_IS_ENGINE (engine));

  if (tracker != NULL)
    shoal_tracker_process_stop (tracker);
  self->n_leaving++;
  shoal_engine_stop_async (engine, on_discarded_cb, g_object_ref (self));
}

void
shoal_session_note_signed_in (ShoalSession *self)
{
  g_return_if_fail (SHOAL_IS_SESSION (self));

  if (self->engine == NULL || self->current == NULL)
    return;
  shoal_group_item_reload (self->current);
  shoal_session_begin_serving (self);
  shoal_session_set_state (self, SHOAL_SESSION_OPEN, NULL);
}

/* The group is out of the list; the folder goes when its engine has stopped. */
static void
forget_current (ShoalSession *self)
{
  g_autoptr (ShoalGroupItem) group = g_object_ref (self->current);
  ShoalTrackerProcess *tracker = shoal_group_item_get_tracker (group);
  guint position = 0;

  if (tracker != NULL)
    shoal_tracker_process_stop (tracker);
  if (g_list_store_find (self->groups, group, &position))
    g_list_store_remove (self->groups, position);
  g_free (self->remove);
  self->remove = g_strdup (shoal_group_item_get_folder (group));

  g_autoptr (ShoalGroupItem) next = g_list_model_get_item (G_LIST_MODEL (self->groups), 0);

  shoal_session_set_current (self, next);
  shoal_session_begin (self);
}

static void
note_signed_out (ShoalSession *self, ShoalEngine *engine, GAsyncResult *result, gboolean forget)
{
  g_autoptr (GError) error = NULL;

  if (!shoal_engine_sign_out_finish (engine, result, &error) && !forget)
    {
      g_autofree char *message = g_strdup_printf (
          /* Translators: %s is a whole sentence that says why */
          _ ("You are signed out on this computer, but the tracker could not be told: %s"),
          error->message);

      shoal_session_emit_problem (self, message);
    }
  if (self->engine != engine || self->current == NULL)
    return;
  if (forget)
    {
      forget_current (self);
      return;
    }
  shoal_group_item_reload (self->current);
  shoal_session_set_state (self, SHOAL_SESSION_OPEN, NULL);
}

static void
on_signed_out_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalSession) self = user_data;

  note_signed_out (self, SHOAL_ENGINE (object), result, FALSE);
}

static void
on_forgotten_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalSession) self = user_data;

  note_signed_out (self, SHOAL_ENGINE (object), result, TRUE);
}

void
shoal_session_sign_out (ShoalSession *self, gboolean forget)
{
  g_return_if_fail (SHOAL_IS_SESSION (self));

  if (self->engine == NULL || self->current == NULL)
    return;
  shoal_engine_sign_out_async (self->engine, FALSE, forget, NULL,
                               forget ? on_forgotten_cb : on_signed_out_cb, g_object_ref (self));
}
