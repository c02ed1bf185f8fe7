/* shoal-tracker-directory-account.c: signing up, in and out, passwords and invites
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tracker-directory"

#include "config.h"

#include "shoal-tracker-directory-private.h"

#include <glib/gi18n.h>

#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-methods.h"

/* ---- In ---- */

static void
begin_with_password (ShoalTrackerDirectory *self,
                     const char *method,
                     const char *user,
                     const char *password,
                     const char *invite,
                     GTask *task)
{
  if (self->addresses == NULL || self->group == NULL)
    {
      g_task_return_new_error (task, SHOAL_ERROR, SHOAL_ERROR_INVALID, _ ("No tracker is known."));
      g_object_unref (task);
      return;
    }
  g_clear_handle_id (&self->retry_source, g_source_remove);

  ShoalDirectorySession *session = shoal_directory_session_new (method);
  session->task = task;
  session->user = g_strdup (user);
  session->password = g_strdup (password);
  session->invite = g_strdup (invite);
  if (g_str_equal (method, SHOAL_METHOD_SIGN_UP))
    {
      g_autofree char *uuid = g_uuid_string_random ();
      g_auto (GStrv) parts = g_strsplit (uuid, "-", -1);

      session->uuid = g_strjoinv ("", parts);
    }
  shoal_directory_session_begin (self, session);
}

/* Cancelling the task of a sign-in ends its session. */
static void
on_sign_in_cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  ShoalTrackerDirectory *self = user_data;
  ShoalDirectorySession *session = self->session;

  if (session == NULL || session->task == NULL
      || g_task_get_cancellable (session->task) != cancellable)
    return;
  g_autoptr (GError) error
             = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Signing in was cancelled.");
  shoal_directory_session_drop (self, error);
  shoal_tracker_directory_session_failed (self, error, TRUE);
}

static GTask *
new_sign_in_task (ShoalTrackerDirectory *self,
                  gpointer tag,
                  GCancellable *cancellable,
                  GAsyncReadyCallback callback,
                  gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tag);
  if (cancellable != NULL)
    g_signal_connect_object (cancellable, "cancelled", G_CALLBACK (on_sign_in_cancelled_cb), self,
                             0);
  return task;
}

void
shoal_tracker_directory_sign_up_async (ShoalTrackerDirectory *self,
                                       const char *user,
                                       const char *password,
                                       const char *invite,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_TRACKER_DIRECTORY (self));
  g_return_if_fail (user != NULL && password != NULL);

  begin_with_password (self, SHOAL_METHOD_SIGN_UP, user, password, invite,
                       new_sign_in_task (self, shoal_tracker_directory_sign_up_async, cancellable,
                                         callback, user_data));
}

gboolean
shoal_tracker_directory_sign_up_finish (ShoalTrackerDirectory *self,
                                        GAsyncResult *result,
                                        GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
shoal_tracker_directory_sign_in_async (ShoalTrackerDirectory *self,
                                       const char *user,
                                       const char *password,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_TRACKER_DIRECTORY (self));
  g_return_if_fail (user != NULL && password != NULL);

  begin_with_password (self, SHOAL_METHOD_SIGN_IN, user, password, NULL,
                       new_sign_in_task (self, shoal_tracker_directory_sign_in_async, cancellable,
                                         callback, user_data));
}

gboolean
shoal_tracker_directory_sign_in_finish (ShoalTrackerDirectory *self,
                                        GAsyncResult *result,
                                        GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- Out ---- */

static void
on_signed_out_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  ShoalTrackerDirectory *self = SHOAL_TRACKER_DIRECTORY (object);
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (JsonObject) reply = shoal_tracker_directory_call_finish (self, result, &error);

  self->wanted = FALSE;
  g_clear_handle_id (&self->retry_source, g_source_remove);
  shoal_directory_session_drop (self, NULL);
  self->reporting = FALSE;
  shoal_tracker_directory_set_token (self, NULL);
  shoal_tracker_directory_set_state (self, SHOAL_DIRECTORY_SIGNED_OUT, NULL);
  shoal_tracker_directory_end_flushes (self);
  g_signal_emit_by_name (self, "account-changed");
  if (reply != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
shoal_tracker_directory_sign_out_async (ShoalTrackerDirectory *self,
                                        gboolean everywhere,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_TRACKER_DIRECTORY (self));

  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, shoal_tracker_directory_sign_out_async);
  shoal_tracker_directory_call (self, SHOAL_METHOD_SIGN_OUT,
                                shoal_json_new ("everywhere", "b", everywhere, NULL), cancellable,
                                on_signed_out_cb, g_steal_pointer (&task));
}

gboolean
shoal_tracker_directory_sign_out_finish (ShoalTrackerDirectory *self,
                                         GAsyncResult *result,
                                         GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- Password ---- */

static void
on_password_changed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  ShoalTrackerDirectory *self = SHOAL_TRACKER_DIRECTORY (object);
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  const char *token;
  g_autoptr (JsonObject) reply = shoal_tracker_directory_call_finish (self, result, &error);

  if (reply == NULL || !shoal_json_get_string (reply, "token", 256, &token, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  shoal_tracker_directory_set_token (self, token);
  g_signal_emit_by_name (self, "account-changed");
  g_task_return_boolean (task, TRUE);
}

void
shoal_tracker_directory_password_async (ShoalTrackerDirectory *self,
                                        const char *old_password,
                                        const char *new_password,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_TRACKER_DIRECTORY (self));
  g_return_if_fail (old_password != NULL && new_password != NULL);

  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, shoal_tracker_directory_password_async);
  shoal_tracker_directory_call (
      self, SHOAL_METHOD_PASSWORD,
      shoal_json_new ("old", "s", old_password, "new", "s", new_password, NULL), cancellable,
      on_password_changed_cb, g_steal_pointer (&task));
}

gboolean
shoal_tracker_directory_password_finish (ShoalTrackerDirectory *self,
                                         GAsyncResult *result,
                                         GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- Invites ---- */

typedef struct
{
  char *link;
  gint64 expires_ms;
} NewInvite;

static void
new_invite_free (gpointer data)
{
  NewInvite *invite = data;

  g_free (invite->link);
  g_free (invite);
}

static void
on_invited_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  const char *link;
  gint64 expires_ms;
  g_autoptr (JsonObject) reply = shoal_tracker_directory_call_finish (
      SHOAL_TRACKER_DIRECTORY (object), result, &error);

  if (reply == NULL || !shoal_json_get_string (reply, "link", 2048, &link, &error)
      || !shoal_json_get_optional_integer (reply, "expires_ms", 0, SHOAL_MAX_JSON_INTEGER, 0,
                                           &expires_ms, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  NewInvite *invite = g_new0 (NewInvite, 1);
  invite->link = g_strdup (link);
  invite->expires_ms = expires_ms;
  g_task_return_pointer (task, invite, new_invite_free);
}

void
shoal_tracker_directory_invite_async (ShoalTrackerDirectory *self,
                                      guint uses,
                                      guint expires_days,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_TRACKER_DIRECTORY (self));

  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, shoal_tracker_directory_invite_async);
  shoal_tracker_directory_call (
      self, SHOAL_METHOD_INVITE,
      shoal_json_new ("uses", "i", (gint64) uses, "expires_days", "i", (gint64) expires_days, NULL),
      cancellable, on_invited_cb, g_steal_pointer (&task));
}

char *
shoal_tracker_directory_invite_finish (ShoalTrackerDirectory *self,
                                       GAsyncResult *result,
                                       gint64 *expires_ms,
                                       GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  NewInvite *invite = g_task_propagate_pointer (G_TASK (result), error);
  if (invite == NULL)
    return NULL;
  char *link = g_steal_pointer (&invite->link);
  if (expires_ms != NULL)
    *expires_ms = invite->expires_ms;
  new_invite_free (invite);
  return link;
}

void
shoal_invite_free (ShoalInvite *self)
{
  if (self == NULL)
    return;
  g_free (self->code_hint);
  g_free (self);
}

static ShoalInvite *
parse_invite (JsonArray *array, guint index, GError **error)
{
  JsonObject *row;
  const char *hint;
  gint64 uses, left, expires_ms;

  if (!shoal_json_array_get_object (array, index, &row, error)
      || !shoal_json_get_string (row, "code_hint", 64, &hint, error)
      || !shoal_json_get_integer (row, "uses", 0, SHOAL_MAX_JSON_INTEGER, &uses, error)
      || !shoal_json_get_integer (row, "left", 0, SHOAL_MAX_JSON_INTEGER, &left, error)
      || !shoal_json_get_optional_integer (row, "expires_ms", 0, SHOAL_MAX_JSON_INTEGER, 0,
                                           &expires_ms, error))
    return NULL;
  ShoalInvite *invite = g_new0 (ShoalInvite, 1);
  invite->code_hint = g_strdup (hint);
  invite->uses = uses;
  invite->left = left;
  invite->expires_ms = expires_ms;
  return invite;
}

static void
on_invites_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  JsonArray *array;
  g_autoptr (JsonObject) reply = shoal_tracker_directory_call_finish (
      SHOAL_TRACKER_DIRECTORY (object), result, &error);

  if (reply == NULL
      || !shoal_json_get_array (reply, "invites", SHOAL_MAX_BATCH_ENTRIES, &array, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  g_autoptr (GPtrArray) invites
             = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_invite_free);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      ShoalInvite *invite = parse_invite (array, i, &error);

      if (invite == NULL)
        {
          g_task_return_error (task, error);
          return;
        }
      g_ptr_array_add (invites, invite);
    }
  g_task_return_pointer (task, g_steal_pointer (&invites), (GDestroyNotify) g_ptr_array_unref);
}

void
shoal_tracker_directory_invites_async (ShoalTrackerDirectory *self,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_TRACKER_DIRECTORY (self));

  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, shoal_tracker_directory_invites_async);
  shoal_tracker_directory_call (self, SHOAL_METHOD_INVITES, json_object_new (), cancellable,
                                on_invites_cb, g_steal_pointer (&task));
}

GPtrArray *
shoal_tracker_directory_invites_finish (ShoalTrackerDirectory *self,
                                        GAsyncResult *result,
                                        GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
