/* shoal-tracker-directory.c: the directory that a tracker keeps
 *
 *   OFFLINE ⇄ CONNECTING → ONLINE          by itself, with back-off, while "wanted"
 *   any → SIGNED_OUT                       no token, or the tracker refuses it
 *   any → REPLACED, UNTRUSTED              wait for the user: shoal_tracker_directory_start()
 * leaves them
 *
 * Main thread only. The directory owns its session; see shoal-directory-session.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tracker-directory"

#include "config.h"

#include "shoal-tracker-directory-private.h"

#include <glib/gi18n.h>

#include "shoal-audit-chain.h"
#include "shoal-clock.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-methods.h"

/* Seconds until the next try; a fifth of jitter keeps a group from coming back all at once. */
static const guint back_off_s[] = { 1, 2, 5, 10, 30 };

static void shoal_tracker_directory_init_directory (ShoalDirectoryInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ShoalTrackerDirectory,
                               shoal_tracker_directory,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SHOAL_TYPE_DIRECTORY,
                                                      shoal_tracker_directory_init_directory))

enum
{
  ACCOUNT_CHANGED,
  AUDIT_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
connect_now (ShoalTrackerDirectory *self)
{
  g_clear_handle_id (&self->retry_source, g_source_remove);
  if (self->addresses == NULL || self->group == NULL || self->token == NULL)
    {
      shoal_tracker_directory_set_state (self, SHOAL_DIRECTORY_SIGNED_OUT, NULL);
      return;
    }
  shoal_directory_session_begin (self, shoal_directory_session_new (SHOAL_METHOD_SIGN_IN));
}

static gboolean
on_retry_cb (gpointer user_data)
{
  ShoalTrackerDirectory *self = user_data;

  self->retry_source = 0;
  connect_now (self);
  return G_SOURCE_REMOVE;
}

static void
schedule_retry (ShoalTrackerDirectory *self, const GError *error)
{
  guint step = MIN (self->attempts, G_N_ELEMENTS (back_off_s) - 1);
  gint64 delay_ms = back_off_s[step] * 1000;

  delay_ms += g_random_int_range (0, (gint32) (delay_ms / 5));
  delay_ms = MAX (delay_ms, MIN (shoal_error_get_retry_ms (error), SHOAL_MAX_RETRY_MS));
  self->attempts++;
  g_clear_handle_id (&self->retry_source, g_source_remove);
  self->retry_source = g_timeout_add ((guint) delay_ms, on_retry_cb, self);
}

static void
on_network_changed_cb (GNetworkMonitor *monitor, gboolean available, gpointer user_data)
{
  ShoalTrackerDirectory *self = user_data;

  if (self->state == SHOAL_DIRECTORY_ONLINE)
    shoal_tracker_directory_send_announcement (self, TRUE);
  else if (self->retry_source != 0 && available)
    connect_now (self);
}

static void
shoal_tracker_directory_dispose (GObject *object)
{
  ShoalTrackerDirectory *self = SHOAL_TRACKER_DIRECTORY (object);

  self->wanted = FALSE;
  g_clear_handle_id (&self->retry_source, g_source_remove);
  if (self->monitor != NULL)
    g_signal_handlers_disconnect_by_data (self->monitor, self);
  g_clear_object (&self->monitor);
  shoal_directory_session_drop (self, NULL);
  shoal_tracker_directory_end_flushes (self);
  G_OBJECT_CLASS (shoal_tracker_directory_parent_class)->dispose (object);
}

static void
shoal_tracker_directory_finalize (GObject *object)
{
  ShoalTrackerDirectory *self = SHOAL_TRACKER_DIRECTORY (object);

  shoal_tracker_directory_clear_reports (self);
  g_clear_pointer (&self->key, shoal_device_key_unref);
  g_clear_object (&self->roster);
  g_clear_object (&self->kept_rows);
  g_clear_object (&self->kept_roster);
  g_clear_pointer (&self->addresses, g_strfreev);
  g_clear_pointer (&self->announced, g_strfreev);
  g_clear_pointer (&self->group, g_free);
  g_clear_pointer (&self->token, g_free);
  g_clear_pointer (&self->device_name, g_free);
  g_clear_pointer (&self->account, g_free);
  g_clear_pointer (&self->user, g_free);
  g_clear_pointer (&self->group_name, g_free);
  g_clear_error (&self->error);
  g_clear_pointer (&self->pulling, g_hash_table_unref);
  g_clear_pointer (&self->flushes, g_ptr_array_unref);
  g_clear_pointer (&self->audit_readers, g_ptr_array_unref);
  g_clear_pointer (&self->audit_head, g_free);
  g_clear_pointer (&self->audit_warning, g_free);
  g_clear_pointer (&self->told_head, g_free);
  G_OBJECT_CLASS (shoal_tracker_directory_parent_class)->finalize (object);
}

static void
shoal_tracker_directory_class_init (ShoalTrackerDirectoryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = shoal_tracker_directory_dispose;
  object_class->finalize = shoal_tracker_directory_finalize;

  signals[ACCOUNT_CHANGED] = g_signal_new ("account-changed", G_TYPE_FROM_CLASS (klass),
                                           G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[AUDIT_CHANGED] = g_signal_new ("audit-changed", G_TYPE_FROM_CLASS (klass),
                                         G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
shoal_tracker_directory_init (ShoalTrackerDirectory *self)
{
  self->state = SHOAL_DIRECTORY_SIGNED_OUT;
  self->max_batch = SHOAL_MAX_BATCH_ENTRIES;
  self->pulling = g_hash_table_new_full (shoal_digest_hash, shoal_digest_equal, g_free, g_free);
  self->audit_readers = g_ptr_array_new ();
  self->flushes = g_ptr_array_new_with_free_func (g_object_unref);
  g_queue_init (&self->reports);
}

ShoalTrackerDirectory *
shoal_tracker_directory_new (ShoalDeviceKey *key, ShoalKnownDevices *known)
{
  g_return_val_if_fail (key != NULL, NULL);

  ShoalTrackerDirectory *self = g_object_new (SHOAL_TYPE_TRACKER_DIRECTORY, NULL);
  self->key = shoal_device_key_ref (key);
  self->roster = shoal_roster_new (shoal_device_key_get_fingerprint (key), known);
  return self;
}

/* ---- The session's news ---- */

void
shoal_tracker_directory_set_state (ShoalTrackerDirectory *self,
                                   ShoalDirectoryState state,
                                   const GError *error)
{
  if (self->state == state && error == NULL && self->error == NULL)
    return;
  /* The reason of the last failure stays while we are on the way again. */
  if (error != NULL || state != SHOAL_DIRECTORY_CONNECTING)
    {
      g_autoptr (GError) copy = error != NULL ? g_error_copy (error) : NULL;

      g_clear_error (&self->error);
      self->error = g_steal_pointer (&copy);
    }
  self->state = state;
  g_signal_emit_by_name (self, "state-changed");
}

void
shoal_tracker_directory_session_failed (ShoalTrackerDirectory *self,
                                        const GError *error,
                                        gboolean was_try)
{
  gboolean was_online = self->state == SHOAL_DIRECTORY_ONLINE;

  g_debug ("The session ended: %s", error->message);
  self->reporting = FALSE;
  if (was_online)
    shoal_roster_lose (self->roster, shoal_tracker_directory_get_now_ms (self));
  if (g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_REPLACED))
    shoal_tracker_directory_set_state (self, SHOAL_DIRECTORY_REPLACED, error);
  else if (g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_UNTRUSTED))
    shoal_tracker_directory_set_state (self, SHOAL_DIRECTORY_UNTRUSTED, error);
  else if (was_try && self->token != NULL && self->wanted)
    connect_now (self);
  else if (g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_AUTH)
           || g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_DENIED) || self->token == NULL)
    shoal_tracker_directory_set_state (self, SHOAL_DIRECTORY_SIGNED_OUT, error);
  else
    {
      if (was_online)
        self->attempts = 0;
      if (self->wanted)
        schedule_retry (self, error);
      shoal_tracker_directory_set_state (self, SHOAL_DIRECTORY_OFFLINE, error);
    }
  shoal_tracker_directory_end_flushes (self);
}

void
shoal_tracker_directory_session_online (ShoalTrackerDirectory *self)
{
  if (self->state == SHOAL_DIRECTORY_ONLINE)
    return;
  self->attempts = 0;
  self->wanted = TRUE;
  g_clear_pointer (&self->announced, g_strfreev);
  /* Before somebody hears that we are online and asks for the log. */
  shoal_tracker_directory_begin_audit_check (self);
  shoal_tracker_directory_set_state (self, SHOAL_DIRECTORY_ONLINE, NULL);
  shoal_tracker_directory_send_announcement (self, FALSE);
  shoal_tracker_directory_repeat_pulling (self);
  shoal_tracker_directory_send_reports (self);
  shoal_tracker_directory_check_audit (self, self->told_count, self->told_head);
}

/* Takes over what the tracker answered to sign-in, sign-up or a change of password. */
gboolean
shoal_tracker_directory_take_account (ShoalTrackerDirectory *self,
                                      JsonObject *reply,
                                      GError **error)
{
  const char *account, *user, *token, *head = NULL;
  gboolean owner;
  gint64 count = 0, max_batch;
  JsonObject *audit;

  if (!shoal_json_get_string (reply, "account", 32, &account, error)
      || !shoal_json_get_string (reply, "user", SHOAL_MAX_ACCOUNT_NAME_CHARS, &user, error)
      || !shoal_json_get_optional_boolean (reply, "owner", FALSE, &owner, error)
      || !shoal_json_get_optional_string (reply, "token", 256, &token, error)
      || !shoal_json_get_optional_integer (reply, "max_batch", 1, G_MAXINT32,
                                           SHOAL_MAX_BATCH_ENTRIES, &max_batch, error))
    return FALSE;
  if (json_object_has_member (reply, "audit")
      && (!shoal_json_get_object (reply, "audit", &audit, error)
          || !shoal_json_get_integer (audit, "count", 0, SHOAL_MAX_JSON_INTEGER, &count, error)
          || !shoal_json_get_string (audit, "head", SHOAL_DIGEST_HEX_SIZE - 1, &head, error)))
    return FALSE;
  if (head != NULL && !shoal_audit_is_head (head))
    return shoal_set_field_error (error, "head", "The tracker told a malformed audit head.");

  gboolean changed = g_strcmp0 (self->account, account) != 0 || g_strcmp0 (self->user, user) != 0
                     || self->owner != owner
                     || (token != NULL && g_strcmp0 (self->token, token) != 0);
  g_free (self->account);
  self->account = g_strdup (account);
  g_free (self->user);
  self->user = g_strdup (user);
  self->owner = owner;
  self->max_batch = (guint) MIN (max_batch, SHOAL_MAX_BATCH_ENTRIES);
  if (token != NULL)
    shoal_tracker_directory_set_token (self, token);
  g_free (self->told_head);
  self->told_head = g_strdup (head);
  self->told_count = count;
  if (changed)
    g_signal_emit (self, signals[ACCOUNT_CHANGED], 0);
  return TRUE;
}

/* ---- What is kept ---- */

gboolean
shoal_tracker_directory_set_kept (ShoalTrackerDirectory *self,
                                  ShoalKeptRows *rows,
                                  ShoalKeptRoster *roster,
                                  GError **error)
{
  g_return_val_if_fail (SHOAL_IS_TRACKER_DIRECTORY (self), FALSE);
  g_return_val_if_fail (SHOAL_IS_KEPT_ROWS (rows) && SHOAL_IS_KEPT_ROSTER (roster), FALSE);

  g_autoptr (JsonObject) message = shoal_kept_roster_load (roster, error);
  if (message == NULL || !shoal_roster_apply_kept (self->roster, message, error))
    return FALSE;
  g_set_object (&self->kept_rows, rows);
  g_set_object (&self->kept_roster, roster);
  return TRUE;
}

void
shoal_tracker_directory_flush_kept (ShoalTrackerDirectory *self)
{
  g_return_if_fail (SHOAL_IS_TRACKER_DIRECTORY (self));

  if (self->kept_rows != NULL)
    shoal_kept_rows_flush (self->kept_rows);
  if (self->kept_roster != NULL)
    shoal_kept_roster_flush (self->kept_roster);
}

void
shoal_tracker_directory_forget_kept (ShoalTrackerDirectory *self)
{
  g_return_if_fail (SHOAL_IS_TRACKER_DIRECTORY (self));

  if (self->kept_rows != NULL)
    shoal_kept_rows_clear (self->kept_rows);
  if (self->kept_roster != NULL)
    shoal_kept_roster_clear (self->kept_roster);
}

/* ---- Requests ---- */

static void
on_called_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  JsonObject *reply = shoal_channel_call_finish (SHOAL_CHANNEL (object), result, &error);

  if (reply != NULL)
    g_task_return_pointer (task, reply, (GDestroyNotify) json_object_unref);
  else
    g_task_return_error (task, error);
}

void
shoal_tracker_directory_call (ShoalTrackerDirectory *self,
                              const char *method,
                              JsonObject *params,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, shoal_tracker_directory_call);
  if (self->state != SHOAL_DIRECTORY_ONLINE)
    {
      json_object_unref (params);
      g_task_return_new_error (task, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED,
                               _ ("Not connected to the tracker."));
      return;
    }
  shoal_channel_call_async (self->session->channel, method, params, cancellable, on_called_cb,
                            g_steal_pointer (&task));
}

JsonObject *
shoal_tracker_directory_call_finish (ShoalTrackerDirectory *self,
                                     GAsyncResult *result,
                                     GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- ShoalDirectory ---- */

static ShoalDirectoryState
shoal_tracker_directory_get_state (ShoalDirectory *directory)
{
  return SHOAL_TRACKER_DIRECTORY (directory)->state;
}

static const GError *
shoal_tracker_directory_get_error (ShoalDirectory *directory)
{
  return SHOAL_TRACKER_DIRECTORY (directory)->error;
}

static GListModel *
shoal_tracker_directory_get_members (ShoalDirectory *directory)
{
  return shoal_roster_get_members (SHOAL_TRACKER_DIRECTORY (directory)->roster);
}

static const char *
shoal_tracker_directory_get_account (ShoalDirectory *directory)
{
  return SHOAL_TRACKER_DIRECTORY (directory)->account;
}

static void
shoal_tracker_directory_init_directory (ShoalDirectoryInterface *iface)
{
  iface->get_state = shoal_tracker_directory_get_state;
  iface->get_error = shoal_tracker_directory_get_error;
  iface->get_members = shoal_tracker_directory_get_members;
  iface->get_account = shoal_tracker_directory_get_account;
  iface->announce = shoal_tracker_directory_announce;
  iface->set_pulling = shoal_tracker_directory_set_pulling;
  iface->report = shoal_tracker_directory_report;
  shoal_tracker_directory_init_catalogue (iface);
  shoal_tracker_directory_init_offers (iface);
}

/* ---- Public ---- */

void
shoal_tracker_directory_set_tracker (ShoalTrackerDirectory *self,
                                     const char *const *addresses,
                                     const char *group)
{
  g_return_if_fail (SHOAL_IS_TRACKER_DIRECTORY (self));
  g_return_if_fail (addresses != NULL && addresses[0] != NULL);
  g_return_if_fail (shoal_is_fingerprint (group));

  g_auto (GStrv) old = g_steal_pointer (&self->addresses);
  self->addresses = g_strdupv ((char **) addresses);
  g_free (self->group);
  self->group = g_strdup (group);
}

const char *const *
shoal_tracker_directory_get_addresses (ShoalTrackerDirectory *self)
{
  g_return_val_if_fail (SHOAL_IS_TRACKER_DIRECTORY (self), NULL);
  return (const char *const *) self->addresses;
}

const char *
shoal_tracker_directory_get_group (ShoalTrackerDirectory *self)
{
  g_return_val_if_fail (SHOAL_IS_TRACKER_DIRECTORY (self), NULL);
  return self->group;
}

void
shoal_tracker_directory_set_token (ShoalTrackerDirectory *self, const char *token)
{
  g_return_if_fail (SHOAL_IS_TRACKER_DIRECTORY (self));

  char *copy = g_strdup (token);
  g_free (self->token);
  self->token = copy;
}

const char *
shoal_tracker_directory_get_token (ShoalTrackerDirectory *self)
{
  g_return_val_if_fail (SHOAL_IS_TRACKER_DIRECTORY (self), NULL);
  return self->token;
}

void
shoal_tracker_directory_set_identity (ShoalTrackerDirectory *self,
                                      const char *account,
                                      const char *user,
                                      const char *group_name)
{
  g_return_if_fail (SHOAL_IS_TRACKER_DIRECTORY (self));

  g_free (self->account);
  self->account = g_strdup (account);
  g_free (self->user);
  self->user = g_strdup (user);
  g_free (self->group_name);
  self->group_name = g_strdup (group_name);
}

void
shoal_tracker_directory_set_device_name (ShoalTrackerDirectory *self, const char *name)
{
  g_return_if_fail (SHOAL_IS_TRACKER_DIRECTORY (self));

  if (g_strcmp0 (self->device_name, name) == 0)
    return;
  char *copy = g_strdup (name);
  g_free (self->device_name);
  self->device_name = copy;
  /* One who does not serve says so with port 0, and the name beside it. */
  if (self->state == SHOAL_DIRECTORY_ONLINE)
    {
      self->announcing = TRUE;
      shoal_tracker_directory_send_announcement (self, FALSE);
    }
}

void
shoal_tracker_directory_start (ShoalTrackerDirectory *self)
{
  g_return_if_fail (SHOAL_IS_TRACKER_DIRECTORY (self));

  self->wanted = TRUE;
  self->attempts = 0;
  if (self->monitor == NULL)
    {
      self->monitor = g_object_ref (g_network_monitor_get_default ());
      g_signal_connect (self->monitor, "network-changed", G_CALLBACK (on_network_changed_cb), self);
    }
  if (self->session == NULL)
    connect_now (self);
}

void
shoal_tracker_directory_stop (ShoalTrackerDirectory *self)
{
  g_return_if_fail (SHOAL_IS_TRACKER_DIRECTORY (self));

  self->wanted = FALSE;
  g_clear_handle_id (&self->retry_source, g_source_remove);
  shoal_directory_session_drop (self, NULL);
  self->reporting = FALSE;
  if (self->state == SHOAL_DIRECTORY_ONLINE || self->state == SHOAL_DIRECTORY_CONNECTING)
    shoal_tracker_directory_set_state (self, SHOAL_DIRECTORY_OFFLINE, NULL);
  shoal_tracker_directory_end_flushes (self);
}

const char *
shoal_tracker_directory_get_user (ShoalTrackerDirectory *self)
{
  g_return_val_if_fail (SHOAL_IS_TRACKER_DIRECTORY (self), NULL);
  return self->user;
}

gboolean
shoal_tracker_directory_get_owner (ShoalTrackerDirectory *self)
{
  g_return_val_if_fail (SHOAL_IS_TRACKER_DIRECTORY (self), FALSE);
  return self->owner;
}

const char *
shoal_tracker_directory_get_group_name (ShoalTrackerDirectory *self)
{
  g_return_val_if_fail (SHOAL_IS_TRACKER_DIRECTORY (self), NULL);
  return self->group_name;
}

gint64
shoal_tracker_directory_get_now_ms (ShoalTrackerDirectory *self)
{
  g_return_val_if_fail (SHOAL_IS_TRACKER_DIRECTORY (self), 0);
  return shoal_now_ms () + self->clock_offset_ms;
}

ShoalDevice *
shoal_tracker_directory_lookup_device (ShoalTrackerDirectory *self,
                                       const char *fingerprint,
                                       ShoalMember **member)
{
  g_return_val_if_fail (SHOAL_IS_TRACKER_DIRECTORY (self), NULL);
  return shoal_roster_lookup_device (self->roster, fingerprint, member);
}

gboolean
shoal_tracker_directory_confirm_device (ShoalTrackerDirectory *self, const char *fingerprint)
{
  g_return_val_if_fail (SHOAL_IS_TRACKER_DIRECTORY (self), FALSE);

  if (!shoal_roster_confirm_device (self->roster, fingerprint))
    return FALSE;
  g_signal_emit_by_name (self, "roster-changed");
  return TRUE;
}
