/* shoal-engine.c: a peer: everything of one profile put together
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-engine"

#include "config.h"

#include "shoal-engine-private.h"

#include "shoal-engine-pulls.h"
#include "shoal-engine-schema.h"
#include "shoal-error.h"
#include "shoal-limits.h"

G_DEFINE_FINAL_TYPE (ShoalEngine, shoal_engine, G_TYPE_OBJECT)

void
shoal_engine_disconnect_all (ShoalEngine *self)
{
  gpointer const parts[] = { self->settings,  self->account, self->audit,
                             self->directory, self->shares,  self->uploads };

  shoal_engine_stop_rates (self);
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    if (parts[i] != NULL)
      g_signal_handlers_disconnect_by_data (parts[i], self);
}

static void
shoal_engine_dispose (GObject *object)
{
  ShoalEngine *self = SHOAL_ENGINE (object);

  shoal_engine_disconnect_all (self);
  g_clear_object (&self->activity);
  g_clear_object (&self->transfers);
  g_clear_object (&self->shares);
  g_clear_object (&self->offers);
  g_clear_object (&self->uploads);
  g_clear_object (&self->history);
  g_clear_object (&self->directory);
  g_clear_object (&self->reports);
  g_clear_object (&self->audit);
  g_clear_object (&self->account);
  g_clear_object (&self->link);
  g_clear_object (&self->secrets);
  g_clear_object (&self->settings);
  g_clear_object (&self->database);
  g_clear_object (&self->cancellable);
  G_OBJECT_CLASS (shoal_engine_parent_class)->dispose (object);
}

static void
shoal_engine_finalize (GObject *object)
{
  ShoalEngine *self = SHOAL_ENGINE (object);

  g_clear_object (&self->profile);
  g_clear_pointer (&self->group, shoal_group_free);
  g_clear_pointer (&self->group_path, g_free);
  g_clear_pointer (&self->key, shoal_device_key_unref);
  g_clear_pointer (&self->key_group, g_free);
  g_clear_pointer (&self->stops, g_ptr_array_unref);
  G_OBJECT_CLASS (shoal_engine_parent_class)->finalize (object);
}

static void
shoal_engine_class_init (ShoalEngineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = shoal_engine_dispose;
  object_class->finalize = shoal_engine_finalize;
}

static void
shoal_engine_init (ShoalEngine *self)
{
  self->stops = g_ptr_array_new_with_free_func (g_object_unref);
}

ShoalEngine *
shoal_engine_new (ShoalProfile *profile)
{
  g_return_val_if_fail (SHOAL_IS_PROFILE (profile), NULL);

  ShoalEngine *self = g_object_new (SHOAL_TYPE_ENGINE, NULL);
  self->profile = g_object_ref (profile);
  self->group_path = g_build_filename (shoal_profile_get_folder (profile), "group.ini", NULL);
  return self;
}

/* ---- What connects the parts ---- */

/* The roster decides who may fetch from here. */
static void
on_roster_changed_cb (ShoalDirectory *directory, gpointer user_data)
{
  ShoalEngine *self = user_data;
  g_autoptr (GHashTable) accounts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GHashTable) users = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GHashTable) addresses = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GListModel *members = shoal_directory_get_members (directory);
  const char *own = shoal_device_key_get_fingerprint (self->key);

  for (guint i = 0; i < g_list_model_get_n_items (members); i++)
    {
      g_autoptr (ShoalMember) member = g_list_model_get_item (members, i);
      GListModel *devices = shoal_member_get_devices (member);
      const char *account = shoal_member_get_account (member);

      g_hash_table_insert (users, g_strdup (account), g_strdup (shoal_member_get_user (member)));
      for (guint k = 0; k < g_list_model_get_n_items (devices); k++)
        {
          g_autoptr (ShoalDevice) device = g_list_model_get_item (devices, k);
          const char *fingerprint = shoal_device_get_fingerprint (device);
          const char *seen = shoal_device_get_seen (device);

          if (g_str_equal (fingerprint, own) || g_hash_table_contains (accounts, fingerprint))
            continue;
          g_hash_table_insert (accounts, g_strdup (fingerprint), g_strdup (account));
          if (seen != NULL && shoal_device_get_online (device))
            g_hash_table_add (addresses, g_strdup (seen));
        }
    }
  shoal_uploads_set_known (self->uploads, accounts, users, addresses);
}

static void
on_port_left_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalEngine) self = user_data;
  g_autoptr (GError) error = NULL;

  shoal_uploads_stop_finish (SHOAL_UPLOADS (object), result, NULL);
  self->moving = FALSE;
  if (!self->stopped && !shoal_engine_begin_serving (self, 0, &error))
    g_warning ("Cannot serve on another port: %s", error->message);
}

/* Another port: connections to the old one are cut, and come back to the new one. */
static void
move_port (ShoalEngine *self)
{
  if (!self->serving
      || shoal_settings_get_port (self->settings) == shoal_uploads_get_port (self->uploads))
    return;
  self->serving = FALSE;
  self->moving = TRUE;
  shoal_uploads_stop_async (self->uploads, on_port_left_cb, g_object_ref (self));
}

static void
on_setting_changed_cb (ShoalSettings *settings, const char *name, gpointer user_data)
{
  ShoalEngine *self = user_data;

  if (g_strcmp0 (name, "port") == 0)
    move_port (self);
  shoal_engine_rate_setting_changed (self, name);
  shoal_uploads_set_slots (self->uploads, shoal_settings_get_upload_slots (settings));
  shoal_transfer_manager_set_parallel (self->transfers,
                                       shoal_settings_get_parallel_downloads (settings));
  shoal_transfer_manager_set_connections (self->transfers,
                                          shoal_settings_get_connections_per_source (settings));
  shoal_tracker_directory_set_device_name (self->directory,
                                           shoal_settings_get_device_name (settings));
}

static void
on_holdings_changed_cb (ShoalShares *shares, gpointer user_data)
{
  ShoalEngine *self = user_data;
  g_autoptr (ShoalHoldings) holdings = shoal_shares_dup_holdings (shares);

  shoal_uploads_set_shared (self->uploads, holdings);
}

static void
on_file_changed_cb (ShoalUploads *uploads, gint64 share, gpointer user_data)
{
  shoal_shares_note_changed (SHOAL_ENGINE (user_data)->shares, share);
}

static void
on_fetched_cb (ShoalUploads *uploads, gint64 share, gpointer user_data)
{
  shoal_shares_note_fetched (SHOAL_ENGINE (user_data)->shares, share);
}

gboolean
shoal_engine_save_group (ShoalEngine *self, GError **error)
{
  ShoalGroup *group = self->group;
  const char *head;

  g_strfreev (group->addresses);
  group->addresses = g_strdupv ((char **) shoal_tracker_link_get_addresses (self->link));
  g_free (group->key);
  group->key = g_strdup (shoal_tracker_link_get_group (self->link));
  g_free (group->name);
  group->name = g_strdup (shoal_tracker_link_get_group_name (self->link));
  g_free (group->account);
  group->account = g_strdup (shoal_tracker_account_get_id (self->account));
  g_free (group->user);
  group->user = g_strdup (shoal_tracker_account_get_user (self->account));
  group->signed_in = shoal_tracker_link_get_token (self->link) != NULL;
  head = shoal_tracker_audit_get_mark (self->audit, &group->audit_count);
  g_free (group->audit_head);
  group->audit_head = g_strdup (head);
  return shoal_group_save (group, self->group_path, error);
}

static void
on_group_news_cb (gpointer user_data)
{
  ShoalEngine *self = user_data;
  g_autoptr (GError) error = NULL;

  if (self->group->key == NULL) /* the first sign-in writes it when it is done */
    return;
  if (!shoal_engine_save_group (self, &error))
    g_warning ("%s", error->message);
}

void
shoal_engine_make_parts (ShoalEngine *self, ShoalKnownDevices *known)
{
  const char *journals = shoal_profile_get_journals_folder (self->profile);
  const char *manifests = shoal_profile_get_manifests_folder (self->profile);

  self->link = shoal_tracker_link_new (self->key);
  self->account = shoal_tracker_account_new (self->link);
  self->audit = shoal_tracker_audit_new (self->link);
  self->reports = shoal_tracker_reports_new (self->link);
  self->directory = shoal_tracker_directory_new (self->link, known);
  ShoalDirectory *directory = SHOAL_DIRECTORY (self->directory);
  self->history = shoal_history_new (self->database);
  self->uploads = shoal_uploads_new (self->key, self->database, self->history, manifests);
  self->offers = shoal_offer_keeper_new (directory);
  self->shares = shoal_shares_new (shoal_profile_get_folder (self->profile), manifests,
                                   self->database, self->offers);
  self->transfers = shoal_engine_pulls_new (self->database, directory, self->key, journals,
                                            self->uploads, self->history, self->reports);
  self->activity = shoal_activity_new (G_LIST_MODEL (self->transfers),
                                       shoal_uploads_get_running (self->uploads));
  on_setting_changed_cb (self->settings, NULL, self);
  shoal_engine_start_rates (self);

  g_signal_connect (self->settings, "changed", G_CALLBACK (on_setting_changed_cb), self);
  g_signal_connect (self->directory, "roster-changed", G_CALLBACK (on_roster_changed_cb), self);
  g_signal_connect_swapped (self->account, "account-changed", G_CALLBACK (on_group_news_cb), self);
  g_signal_connect_swapped (self->audit, "audit-changed", G_CALLBACK (on_group_news_cb), self);
  g_signal_connect (self->shares, "holdings-changed", G_CALLBACK (on_holdings_changed_cb), self);
  g_signal_connect (self->uploads, "file-changed", G_CALLBACK (on_file_changed_cb), self);
  g_signal_connect (self->uploads, "fetched", G_CALLBACK (on_fetched_cb), self);
}

/* ---- Parts ---- */

ShoalProfile *
shoal_engine_get_profile (ShoalEngine *self)
{
  g_return_val_if_fail (SHOAL_IS_ENGINE (self), NULL);
  return self->profile;
}

ShoalSettings *
shoal_engine_get_settings (ShoalEngine *self)
{
  g_return_val_if_fail (SHOAL_IS_ENGINE (self), NULL);
  return self->settings;
}

ShoalDirectory *
shoal_engine_get_directory (ShoalEngine *self)
{
  g_return_val_if_fail (SHOAL_IS_ENGINE (self), NULL);
  return SHOAL_DIRECTORY (self->directory);
}

ShoalTrackerLink *
shoal_engine_get_link (ShoalEngine *self)
{
  g_return_val_if_fail (SHOAL_IS_ENGINE (self), NULL);
  return self->link;
}

ShoalTrackerAccount *
shoal_engine_get_account (ShoalEngine *self)
{
  g_return_val_if_fail (SHOAL_IS_ENGINE (self), NULL);
  return self->account;
}

ShoalTrackerAudit *
shoal_engine_get_audit (ShoalEngine *self)
{
  g_return_val_if_fail (SHOAL_IS_ENGINE (self), NULL);
  return self->audit;
}

ShoalShares *
shoal_engine_get_shares (ShoalEngine *self)
{
  g_return_val_if_fail (SHOAL_IS_ENGINE (self), NULL);
  return self->shares;
}

ShoalUploads *
shoal_engine_get_uploads (ShoalEngine *self)
{
  g_return_val_if_fail (SHOAL_IS_ENGINE (self), NULL);
  return self->uploads;
}

ShoalTransferManager *
shoal_engine_get_transfers (ShoalEngine *self)
{
  g_return_val_if_fail (SHOAL_IS_ENGINE (self), NULL);
  return self->transfers;
}

ShoalHistory *
shoal_engine_get_history (ShoalEngine *self)
{
  g_return_val_if_fail (SHOAL_IS_ENGINE (self), NULL);
  return self->history;
}

ShoalActivity *
shoal_engine_get_activity (ShoalEngine *self)
{
  g_return_val_if_fail (SHOAL_IS_ENGINE (self), NULL);
  return self->activity;
}

const char *
shoal_engine_get_fingerprint (ShoalEngine *self)
{
  g_return_val_if_fail (SHOAL_IS_ENGINE (self), NULL);
  return self->key != NULL ? shoal_device_key_get_fingerprint (self->key) : NULL;
}

ShoalDeviceKey *
shoal_engine_get_key (ShoalEngine *self)
{
  g_return_val_if_fail (SHOAL_IS_ENGINE (self), NULL);

  return self->key;
}

const char *
shoal_engine_get_secret_kind (ShoalEngine *self)
{
  g_return_val_if_fail (SHOAL_IS_ENGINE (self), NULL);
  return self->secrets != NULL ? shoal_secret_store_get_kind (self->secrets) : NULL;
}

gboolean
shoal_engine_get_signed_in (ShoalEngine *self)
{
  g_return_val_if_fail (SHOAL_IS_ENGINE (self), FALSE);
  return self->link != NULL && shoal_tracker_link_get_token (self->link) != NULL;
}

/* ---- Serving ---- */

gboolean
shoal_engine_begin_serving (ShoalEngine *self, guint16 port, GError **error)
{
  g_return_val_if_fail (SHOAL_IS_ENGINE (self), FALSE);

  /* Whoever moves to another port ends with this. */
  if (self->serving || self->moving)
    return TRUE;
  if (!shoal_uploads_start (self->uploads, NULL,
                            port != 0 ? port : shoal_settings_get_port (self->settings), error))
    return FALSE;
  self->serving = TRUE;
  shoal_directory_announce (SHOAL_DIRECTORY (self->directory),
                            shoal_uploads_get_port (self->uploads));
  return TRUE;
}

void
shoal_engine_run_all (ShoalEngine *self)
{
  g_return_if_fail (SHOAL_IS_ENGINE (self));

  shoal_transfer_manager_set_run_all (self->transfers, TRUE);
  shoal_shares_recheck_all (self->shares);
}
