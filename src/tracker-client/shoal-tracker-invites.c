/* shoal-tracker-invites.c: the links that an owner gives out
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tracker-account"

#include "config.h"

#include "shoal-tracker-account.h"

#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-methods.h"
#include "shoal-tracker-link-json.h"

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
  g_autoptr (JsonObject) reply
             = shoal_tracker_link_call_finish (SHOAL_TRACKER_LINK (object), result, &error);

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
shoal_tracker_account_invite_async (ShoalTrackerAccount *self,
                                    guint uses,
                                    guint expires_days,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_TRACKER_ACCOUNT (self));

  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, shoal_tracker_account_invite_async);
  shoal_tracker_link_call_async (
      shoal_tracker_account_get_link (self), SHOAL_METHOD_INVITE,
      shoal_json_new ("uses", "i", (gint64) uses, "expires_days", "i", (gint64) expires_days, NULL),
      cancellable, on_invited_cb, g_steal_pointer (&task));
}

char *
shoal_tracker_account_invite_finish (ShoalTrackerAccount *self,
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
  g_autoptr (JsonObject) reply
             = shoal_tracker_link_call_finish (SHOAL_TRACKER_LINK (object), result, &error);

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
shoal_tracker_account_invites_async (ShoalTrackerAccount *self,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_TRACKER_ACCOUNT (self));

  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, shoal_tracker_account_invites_async);
  shoal_tracker_link_call_async (shoal_tracker_account_get_link (self), SHOAL_METHOD_INVITES,
                                 json_object_new (), cancellable, on_invites_cb,
                                 g_steal_pointer (&task));
}

GPtrArray *
shoal_tracker_account_invites_finish (ShoalTrackerAccount *self,
                                      GAsyncResult *result,
                                      GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
