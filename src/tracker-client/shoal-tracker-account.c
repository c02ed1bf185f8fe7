/* shoal-tracker-account.c: who we are at the tracker
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tracker-account"

#include "config.h"

#include "shoal-tracker-account.h"

#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-methods.h"
#include "shoal-tracker-link-json.h"

struct _ShoalTrackerAccount
{
  GObject parent_instance;

  ShoalTrackerLink *link;
  char *id;
  char *user;
  gboolean owner;
  gboolean changed; /* not told yet: the link takes the token when all have agreed */
};

G_DEFINE_FINAL_TYPE (ShoalTrackerAccount, shoal_tracker_account, G_TYPE_OBJECT)

static guint account_changed;

static void
shoal_tracker_account_finalize (GObject *object)
{
  ShoalTrackerAccount *self = SHOAL_TRACKER_ACCOUNT (object);

  g_clear_object (&self->link);
  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->user, g_free);
  G_OBJECT_CLASS (shoal_tracker_account_parent_class)->finalize (object);
}

static void
shoal_tracker_account_class_init (ShoalTrackerAccountClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = shoal_tracker_account_finalize;

  account_changed = g_signal_new ("account-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                  0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
shoal_tracker_account_init (ShoalTrackerAccount *self)
{
}

/* ---- The link's news ---- */

static void
tell (ShoalTrackerAccount *self)
{
  g_signal_emit (self, account_changed, 0);
}

static void
on_signed_in_cb (ShoalTrackerLink *link, JsonObject *answer, gpointer user_data)
{
  ShoalTrackerAccount *self = user_data;
  g_autoptr (GError) error = NULL;
  const char *id, *user, *token;
  gboolean owner;

  if (!shoal_json_get_string (answer, "account", 32, &id, &error)
      || !shoal_json_get_string (answer, "user", SHOAL_MAX_ACCOUNT_NAME_CHARS, &user, &error)
      || !shoal_json_get_optional_boolean (answer, "owner", FALSE, &owner, &error)
      || !shoal_json_get_optional_string (answer, "token", 256, &token, &error))
    {
      shoal_tracker_link_refuse (link, error);
      return;
    }
  self->changed
      |= g_strcmp0 (self->id, id) != 0 || g_strcmp0 (self->user, user) != 0 || self->owner != owner
         || (token != NULL && g_strcmp0 (shoal_tracker_link_get_token (link), token) != 0);
  shoal_tracker_account_set_identity (self, id, user);
  self->owner = owner;
}

static void
on_state_changed_cb (ShoalTrackerLink *link, gpointer user_data)
{
  ShoalTrackerAccount *self = user_data;

  if (!self->changed || shoal_tracker_link_get_state (link) != SHOAL_DIRECTORY_ONLINE)
    return;
  self->changed = FALSE;
  tell (self);
}

ShoalTrackerAccount *
shoal_tracker_account_new (ShoalTrackerLink *link)
{
  g_return_val_if_fail (SHOAL_IS_TRACKER_LINK (link), NULL);

  ShoalTrackerAccount *self = g_object_new (SHOAL_TYPE_TRACKER_ACCOUNT, NULL);
  self->link = g_object_ref (link);
  g_signal_connect_object (link, "signed-in", G_CALLBACK (on_signed_in_cb), self, 0);
  g_signal_connect_object (link, "state-changed", G_CALLBACK (on_state_changed_cb), self, 0);
  return self;
}

/* ---- What is known ---- */

void
shoal_tracker_account_set_identity (ShoalTrackerAccount *self, const char *id, const char *user)
{
  g_return_if_fail (SHOAL_IS_TRACKER_ACCOUNT (self));

  g_free (self->id);
  self->id = g_strdup (id);
  g_free (self->user);
  self->user = g_strdup (user);
}

ShoalTrackerLink *
shoal_tracker_account_get_link (ShoalTrackerAccount *self)
{
  g_return_val_if_fail (SHOAL_IS_TRACKER_ACCOUNT (self), NULL);
  return self->link;
}

const char *
shoal_tracker_account_get_id (ShoalTrackerAccount *self)
{
  g_return_val_if_fail (SHOAL_IS_TRACKER_ACCOUNT (self), NULL);
  return self->id;
}

const char *
shoal_tracker_account_get_user (ShoalTrackerAccount *self)
{
  g_return_val_if_fail (SHOAL_IS_TRACKER_ACCOUNT (self), NULL);
  return self->user;
}

gboolean
shoal_tracker_account_get_owner (ShoalTrackerAccount *self)
{
  g_return_val_if_fail (SHOAL_IS_TRACKER_ACCOUNT (self), FALSE);
  return self->owner;
}

/* ---- In ---- */

static void
on_link_signed_in_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (shoal_tracker_link_sign_in_finish (SHOAL_TRACKER_LINK (object), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
shoal_tracker_account_sign_up_async (ShoalTrackerAccount *self,
                                     const char *user,
                                     const char *password,
                                     const char *invite,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_TRACKER_ACCOUNT (self));
  g_return_if_fail (user != NULL && password != NULL);

  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, shoal_tracker_account_sign_up_async);
  g_autofree char *random = g_uuid_string_random ();
  g_auto (GStrv) parts = g_strsplit (random, "-", -1);
  g_autofree char *uuid = g_strjoinv ("", parts);
  shoal_tracker_link_sign_in_async (self->link, SHOAL_METHOD_SIGN_UP,
                                    shoal_json_new ("uuid", "s", uuid, "user", "s", user,
                                                    "password", "s", password, "invite", "s",
                                                    invite, NULL),
                                    cancellable, on_link_signed_in_cb, g_steal_pointer (&task));
}

gboolean
shoal_tracker_account_sign_up_finish (ShoalTrackerAccount *self,
                                      GAsyncResult *result,
                                      GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
shoal_tracker_account_sign_in_async (ShoalTrackerAccount *self,
                                     const char *user,
                                     const char *password,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_TRACKER_ACCOUNT (self));
  g_return_if_fail (user != NULL && password != NULL);

  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, shoal_tracker_account_sign_in_async);
  shoal_tracker_link_sign_in_async (
      self->link, SHOAL_METHOD_SIGN_IN,
      shoal_json_new ("user", "s", user, "password", "s", password, NULL), cancellable,
      on_link_signed_in_cb, g_steal_pointer (&task));
}

gboolean
shoal_tracker_account_sign_in_finish (ShoalTrackerAccount *self,
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
  g_autoptr (GTask) task = user_data;
  ShoalTrackerAccount *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (JsonObject) reply
             = shoal_tracker_link_call_finish (SHOAL_TRACKER_LINK (object), result, &error);

  shoal_tracker_link_sign_out (self->link);
  tell (self);
  if (reply != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
shoal_tracker_account_sign_out_async (ShoalTrackerAccount *self,
                                      gboolean everywhere,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_TRACKER_ACCOUNT (self));

  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, shoal_tracker_account_sign_out_async);
  shoal_tracker_link_call_async (self->link, SHOAL_METHOD_SIGN_OUT,
                                 shoal_json_new ("everywhere", "b", everywhere, NULL), cancellable,
                                 on_signed_out_cb, g_steal_pointer (&task));
}

gboolean
shoal_tracker_account_sign_out_finish (ShoalTrackerAccount *self,
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
  g_autoptr (GTask) task = user_data;
  ShoalTrackerAccount *self = g_task_get_source_object (task);
  GError *error = NULL;
  const char *token;
  g_autoptr (JsonObject) reply
             = shoal_tracker_link_call_finish (SHOAL_TRACKER_LINK (object), result, &error);

  if (reply == NULL || !shoal_json_get_string (reply, "token", 256, &token, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  shoal_tracker_link_set_token (self->link, token);
  tell (self);
  g_task_return_boolean (task, TRUE);
}

void
shoal_tracker_account_password_async (ShoalTrackerAccount *self,
                                      const char *old_password,
                                      const char *new_password,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_TRACKER_ACCOUNT (self));
  g_return_if_fail (old_password != NULL && new_password != NULL);

  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, shoal_tracker_account_password_async);
  shoal_tracker_link_call_async (
      self->link, SHOAL_METHOD_PASSWORD,
      shoal_json_new ("old", "s", old_password, "new", "s", new_password, NULL), cancellable,
      on_password_changed_cb, g_steal_pointer (&task));
}

gboolean
shoal_tracker_account_password_finish (ShoalTrackerAccount *self,
                                       GAsyncResult *result,
                                       GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
