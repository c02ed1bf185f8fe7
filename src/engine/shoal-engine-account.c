/* shoal-engine-account.c: joining a group, leaving it, and being there
 *
 * Trust: a profile has at most one tracker key. It comes from a link, or from the user who has
 * compared what the tracker shows; it is written down with the first sign-in that succeeds, and
 * from then on only shoal_engine_sign_out_async() with @forget gives it up.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-engine"

#include "config.h"

#include "shoal-engine-private.h"

#include <errno.h>
#include <string.h>

#include <glib/gstdio.h>
#include <glib/gi18n.h>

#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-tls.h"

/* ---- Which key ---- */

static gboolean
share_an_address (char **a, char **b)
{
  for (guint i = 0; a != NULL && a[i] != NULL; i++)
    if (b != NULL && g_strv_contains ((const char *const *) b, a[i]))
      return TRUE;
  return FALSE;
}

/* The key that @link's tracker must show; NULL without an error if none is known. */
static const char *
pin_for (ShoalEngine *self, const ShoalLink *link, const char *trust, GError **error)
{
  const char *known = self->group->key;
  const char *wanted = link != NULL && link->key != NULL ? link->key : trust;

  if (link != NULL && link->key != NULL && trust != NULL && !g_str_equal (link->key, trust))
    {
      g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_UNTRUSTED,
                           _ ("The link names another key than the one given to trust."));
      return NULL;
    }
  if (known == NULL || wanted == NULL || g_str_equal (known, wanted))
    return known != NULL ? known : wanted;
  if (share_an_address (self->group->addresses, link != NULL ? link->addresses : NULL))
    g_set_error_literal (
        error, SHOAL_ERROR, SHOAL_ERROR_UNTRUSTED,
        _ ("This tracker was known by another key. Somebody may be in between: ask its"
           " owner. If the key has really changed, forget the old one (sign out with"
           " “--forget”) and join again."));
  else
    g_set_error_literal (
        error, SHOAL_ERROR, SHOAL_ERROR_UNTRUSTED,
        _ ("This profile belongs to another group. Use another profile for this one, or"
           " forget the old group first (sign out with “--forget”)."));
  return NULL;
}

static void
set_unknown_key_error (GError **error)
{
  g_set_error_literal (
      error, SHOAL_ERROR, SHOAL_ERROR_UNTRUSTED,
      _ ("The tracker's key is not known. Compare it with its owner, then confirm it,"
         " or use the tracker's link."));
}

/* The link's addresses first, then those known from before: they are hints. */
static char **
merge_addresses (ShoalEngine *self, const ShoalLink *link)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  char **const lists[] = { link != NULL ? link->addresses : NULL, self->group->addresses };

  for (gsize k = 0; k < G_N_ELEMENTS (lists); k++)
    for (guint i = 0; lists[k] != NULL && lists[k][i] != NULL; i++)
      if (all->len < SHOAL_MAX_ADDRESSES_PER_DEVICE
          && !g_ptr_array_find_with_equal_func (all, lists[k][i], g_str_equal, NULL))
        g_ptr_array_add (all, lists[k][i]);
  g_ptr_array_add (all, NULL);
  return g_strdupv ((char **) all->pdata);
}

static void
on_probed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  char *key = shoal_tls_probe_finish (result, &error);

  if (key != NULL)
    g_task_return_pointer (task, key, g_free);
  else
    g_task_return_error (task, error);
}

void
shoal_engine_probe_async (ShoalEngine *self,
                          const ShoalLink *link,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GError *error = NULL;

  g_return_if_fail (SHOAL_IS_ENGINE (self));
  g_return_if_fail (link != NULL);

  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, shoal_engine_probe_async);
  const char *pin = pin_for (self, link, NULL, &error);
  g_task_set_task_data (task, GINT_TO_POINTER (pin != NULL), NULL);
  if (error != NULL)
    g_task_return_error (task, error);
  else if (pin != NULL)
    g_task_return_pointer (task, g_strdup (pin), g_free);
  else
    shoal_tls_probe_async ((const char *const *) link->addresses, self->key, SHOAL_ALPN_TRACKER,
                           cancellable, on_probed_cb, g_steal_pointer (&task));
}

char *
shoal_engine_probe_finish (ShoalEngine *self,
                           GAsyncResult *result,
                           ShoalTrust *trust,
                           GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  *trust = g_task_get_task_data (G_TASK (result)) != NULL ? SHOAL_TRUST_KNOWN : SHOAL_TRUST_UNKNOWN;
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- Keeping what was agreed ---- */

static void
on_token_kept_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (!shoal_secret_store_store_finish (SHOAL_SECRET_STORE (object), result, &error))
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

/* Writes the group down and stores the token, then ends the task. */
static void
keep_account (ShoalEngine *self, GTask *task)
{
  const char *token = shoal_tracker_link_get_token (self->link);
  GError *error = NULL;

  if (token == NULL)
    g_set_error_literal (&error, SHOAL_ERROR, SHOAL_ERROR_INTERNAL,
                         _ ("The tracker gave no session token. Sign in again."));
  if (token == NULL || !shoal_engine_save_group (self, &error))
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  g_autoptr (GBytes) secret = g_bytes_new (token, strlen (token));
  shoal_secret_store_store_async (self->secrets, "token", self->group->key, secret,
                                  g_task_get_cancellable (task), on_token_kept_cb, task);
}

/* ---- Sign-up and sign-in ---- */

typedef struct
{
  char *user;
  char *password;
  char *invite;
  char **addresses;
  char *key;
  gboolean sign_up;
} Join;

static void
join_free (gpointer data)
{
  Join *join = data;

  g_free (join->user);
  g_free (join->password);
  g_free (join->invite);
  g_strfreev (join->addresses);
  g_free (join->key);
  g_free (join);
}

static void
on_key_dropped_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!shoal_secret_store_clear_finish (SHOAL_SECRET_STORE (object), result, &error))
    g_debug ("Cannot drop a key that was not used: %s", error->message);
}

static void
on_joined_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  ShoalEngine *self = g_task_get_source_object (task);
  const Join *join = g_task_get_task_data (task);
  GError *error = NULL;
  gboolean done = join->sign_up
                      ? shoal_tracker_account_sign_up_finish (self->account, result, &error)
                      : shoal_tracker_account_sign_in_finish (self->account, result, &error);

  if (done)
    {
      keep_account (self, g_steal_pointer (&task));
      return;
    }
  if (self->group->key != NULL)
    shoal_tracker_link_set_tracker (self->link, (const char *const *) self->group->addresses,
                                    self->group->key);
  else
    {
      /* Nobody has joined: the key belongs to no group yet. */
      g_clear_pointer (&self->key_group, g_free);
      shoal_secret_store_clear_async (self->secrets, "device-key", join->key, NULL,
                                      on_key_dropped_cb, NULL);
    }
  g_task_return_error (task, error);
}

static void
join_now (GTask *task)
{
  ShoalEngine *self = g_task_get_source_object (task);
  const Join *join = g_task_get_task_data (task);

  shoal_tracker_link_set_tracker (self->link, (const char *const *) join->addresses, join->key);
  if (join->sign_up)
    shoal_tracker_account_sign_up_async (self->account, join->user, join->password, join->invite,
                                         g_task_get_cancellable (task), on_joined_cb, task);
  else
    shoal_tracker_account_sign_in_async (self->account, join->user, join->password,
                                         g_task_get_cancellable (task), on_joined_cb, task);
}

static void
on_key_kept_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  ShoalEngine *self = g_task_get_source_object (task);
  const Join *join = g_task_get_task_data (task);
  GError *error = NULL;

  if (!shoal_secret_store_store_finish (SHOAL_SECRET_STORE (object), result, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  g_free (self->key_group);
  self->key_group = g_strdup (join->key);
  join_now (g_steal_pointer (&task));
}

static void
join_async (ShoalEngine *self,
            gboolean sign_up,
            const ShoalLink *link,
            const char *trust,
            const char *user,
            const char *password,
            GTask *task)
{
  g_autoptr (GTask) owned = task;
  GError *error = NULL;
  const char *pin = pin_for (self, link, trust, &error);

  if (pin == NULL && error == NULL)
    set_unknown_key_error (&error);
  if (pin != NULL && self->key_group != NULL && !g_str_equal (self->key_group, pin))
    g_set_error_literal (
        &error, SHOAL_ERROR, SHOAL_ERROR_DENIED,
        _ ("Shoal still runs with the key of the group that was left. Stop it, then"
           " join again."));
  g_auto (GStrv) addresses = merge_addresses (self, link);
  if (error == NULL && addresses[0] == NULL)
    g_set_error_literal (&error, SHOAL_ERROR, SHOAL_ERROR_INVALID,
                         _ ("No tracker is known. Give its link."));
  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  Join *join = g_new0 (Join, 1);
  join->sign_up = sign_up;
  join->user = g_strdup (user);
  join->password = g_strdup (password);
  join->invite = g_strdup (link != NULL ? link->invite : NULL);
  join->addresses = g_steal_pointer (&addresses);
  join->key = g_strdup (pin);
  g_task_set_task_data (task, join, join_free);
  if (self->key_group != NULL)
    {
      join_now (g_steal_pointer (&owned));
      return;
    }
  /* The device's key is kept before anybody hears of it. */
  g_autoptr (GBytes) seed = shoal_device_key_dup_seed (self->key);
  shoal_secret_store_store_async (self->secrets, "device-key", join->key, seed,
                                  g_task_get_cancellable (task), on_key_kept_cb,
                                  g_steal_pointer (&owned));
}

void
shoal_engine_sign_up_async (ShoalEngine *self,
                            const ShoalLink *link,
                            const char *trust,
                            const char *user,
                            const char *password,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_ENGINE (self));
  g_return_if_fail (link != NULL && user != NULL && password != NULL);

  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, shoal_engine_sign_up_async);
  join_async (self, TRUE, link, trust, user, password, task);
}

gboolean
shoal_engine_sign_up_finish (ShoalEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
shoal_engine_sign_in_async (ShoalEngine *self,
                            const ShoalLink *link,
                            const char *trust,
                            const char *user,
                            const char *password,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_ENGINE (self));
  g_return_if_fail (user != NULL && password != NULL);

  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, shoal_engine_sign_in_async);
  join_async (self, FALSE, link, trust, user, password, task);
}

gboolean
shoal_engine_sign_in_finish (ShoalEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- Sign-out ---- */

typedef struct
{
  gboolean everywhere;
  gboolean forget;
  char *key;
  GError *tracker_error; /* why the tracker did not hear of it */
} Leave;

static void
leave_free (gpointer data)
{
  Leave *leave = data;

  g_free (leave->key);
  g_clear_error (&leave->tracker_error);
  g_free (leave);
}

static void
end_leaving (GTask *task)
{
  Leave *leave = g_task_get_task_data (task);

  if (leave->tracker_error != NULL)
    g_task_return_error (task, g_steal_pointer (&leave->tracker_error));
  else
    g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static void
on_device_key_cleared_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  ShoalEngine *self = g_task_get_source_object (task);
  GError *error = NULL;

  if (!shoal_secret_store_clear_finish (SHOAL_SECRET_STORE (object), result, &error)
      && !g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND))
    {
      g_task_return_error (task, error);
      return;
    }
  g_clear_error (&error);
  if (g_unlink (self->group_path) != 0 && errno != ENOENT)
    {
      shoal_error_from_errno (&error, errno, _ ("Cannot delete “%s”"), self->group_path);
      g_task_return_error (task, error);
      return;
    }
  shoal_group_free (self->group);
  self->group = g_new0 (ShoalGroup, 1);
  end_leaving (g_steal_pointer (&task));
}

static void
on_shares_forgotten_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  ShoalEngine *self = g_task_get_source_object (task);
  const Leave *leave = g_task_get_task_data (task);
  GError *error = NULL;

  if (shoal_shares_remove_finish (self->shares, result, &error) < 0)
    {
      g_task_return_error (task, error);
      return;
    }
  shoal_secret_store_clear_async (self->secrets, "device-key", leave->key, NULL,
                                  on_device_key_cleared_cb, g_steal_pointer (&task));
}

static void
on_token_cleared_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  ShoalEngine *self = g_task_get_source_object (task);
  const Leave *leave = g_task_get_task_data (task);
  GError *error = NULL;

  if (!shoal_secret_store_clear_finish (SHOAL_SECRET_STORE (object), result, &error)
      && !g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND))
    {
      g_task_return_error (task, error);
      return;
    }
  g_clear_error (&error);
  if (leave->forget)
    {
      shoal_tracker_directory_forget_kept (self->directory);
      shoal_shares_remove_async (self->shares, NULL, NULL, on_shares_forgotten_cb,
                                 g_steal_pointer (&task));
    }
  else
    end_leaving (g_steal_pointer (&task));
}

static void
on_tracker_left_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  ShoalEngine *self = g_task_get_source_object (task);
  Leave *leave = g_task_get_task_data (task);
  GError *error = NULL;

  shoal_tracker_account_sign_out_finish (self->account, result, &leave->tracker_error);
  if (leave->key == NULL)
    {
      end_leaving (g_steal_pointer (&task));
      return;
    }
  if (!shoal_engine_save_group (self, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  shoal_secret_store_clear_async (self->secrets, "token", leave->key, NULL, on_token_cleared_cb,
                                  g_steal_pointer (&task));
}

static void
on_online_to_leave_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  ShoalEngine *self = SHOAL_ENGINE (object);
  const Leave *leave = g_task_get_task_data (task);

  /* Out in any case; if the tracker cannot be reached the call below says so. */
  shoal_engine_wait_online_finish (self, result, NULL);
  /* Before the task is given away: arguments have no order. */
  GCancellable *cancellable = g_task_get_cancellable (task);

  shoal_tracker_account_sign_out_async (self->account, leave->everywhere, cancellable,
                                        on_tracker_left_cb, g_steal_pointer (&task));
}

void
shoal_engine_sign_out_async (ShoalEngine *self,
                             gboolean everywhere,
                             gboolean forget,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_ENGINE (self));

  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, shoal_engine_sign_out_async);
  if (!shoal_engine_get_signed_in (self) && !(forget && self->group->key != NULL))
    {
      g_task_return_new_error (task, SHOAL_ERROR, SHOAL_ERROR_AUTH, _ ("Not signed in."));
      return;
    }
  Leave *leave = g_new0 (Leave, 1);
  leave->everywhere = everywhere;
  leave->forget = forget;
  leave->key = g_strdup (self->group->key);
  g_task_set_task_data (task, leave, leave_free);
  if (shoal_engine_get_signed_in (self))
    shoal_engine_wait_online_async (self, cancellable, on_online_to_leave_cb,
                                    g_steal_pointer (&task));
  else
    shoal_secret_store_clear_async (self->secrets, "token", leave->key, NULL, on_token_cleared_cb,
                                    g_steal_pointer (&task));
}

gboolean
shoal_engine_sign_out_finish (ShoalEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- Password ---- */

static void
on_password_changed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  ShoalEngine *self = g_task_get_source_object (task);
  GError *error = NULL;

  if (shoal_tracker_account_password_finish (self->account, result, &error))
    keep_account (self, g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

void
shoal_engine_password_async (ShoalEngine *self,
                             const char *old_password,
                             const char *new_password,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_ENGINE (self));
  g_return_if_fail (old_password != NULL && new_password != NULL);

  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, shoal_engine_password_async);
  shoal_tracker_account_password_async (self->account, old_password, new_password, cancellable,
                                        on_password_changed_cb, g_steal_pointer (&task));
}

gboolean
shoal_engine_password_finish (ShoalEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
