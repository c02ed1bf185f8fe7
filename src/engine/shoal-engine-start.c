/* shoal-engine-start.c: the beginning of an engine, from the first file to the first connection
 *
 * The files are read and the database is opened (checked, upgraded) in threads; what it knows of
 * devices and members is read; the secret store is opened, the device's key and the token are
 * looked up; then the parts are made and load their rows. Each step begins when the one before is
 * done. What fails or is cancelled closes again whatever is open, and only then says so.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-engine"

#include "config.h"

#include "shoal-engine-private.h"

#include "shoal-engine-schema.h"
#include "shoal-error.h"
#include "shoal-kept-roster.h"
#include "shoal-kept-rows.h"
#include "shoal-task.h"

/* Data of the task that starts. */
typedef struct
{
  ShoalKnownDevices *known;
  ShoalKeptRoster *kept_roster;
  ShoalRosterNews *members;
  GBytes *token;
  gulong handler; /* of the caller's cancellable */
  GError *error;
} Start;

static void
start_free (gpointer data)
{
  Start *start = data;

  g_clear_object (&start->known);
  g_clear_object (&start->kept_roster);
  g_clear_pointer (&start->members, shoal_roster_news_unref);
  g_clear_pointer (&start->token, g_bytes_unref);
  g_clear_error (&start->error);
  g_free (start);
}

/* ---- The end ---- */

/* Not g_cancellable_disconnect(): what is cancelled may end before the signal has. */
static void
end_start (GTask *task)
{
  ShoalEngine *self = g_task_get_source_object (task);
  Start *start = g_task_get_task_data (task);

  if (start->handler != 0)
    g_signal_handler_disconnect (g_task_get_cancellable (task), start->handler);
  start->handler = 0;
  self->starting = NULL;
}

static void
on_closed_again_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  ShoalEngine *self = SHOAL_ENGINE (object);
  Start *start = g_task_get_task_data (task);

  shoal_engine_close_finish (self, result);
  end_start (task);
  g_task_return_error (task, g_steal_pointer (&start->error));
  shoal_engine_return_stopped (self);
}

/* @error: (transfer full) */
static void
fail (GTask *task, GError *error)
{
  Start *start = g_task_get_task_data (task);

  start->error = error;
  shoal_engine_close_async (g_task_get_source_object (task), on_closed_again_cb,
                            g_object_ref (task));
}

/* Whether the start goes on: not after @error (transfer full, nullable), nor if it was cancelled.
 */
static gboolean
goes_on (GTask *task, GError *error)
{
  ShoalEngine *self = g_task_get_source_object (task);

  if (error == NULL)
    g_cancellable_set_error_if_cancelled (self->cancellable, &error);
  if (error == NULL)
    return TRUE;
  fail (task, error);
  return FALSE;
}

/* ---- The parts ---- */

static void
on_transfers_loaded_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  ShoalEngine *self = g_task_get_source_object (task);
  GError *error = NULL;

  shoal_transfer_manager_load_finish (self->transfers, result, &error);
  if (!goes_on (task, error))
    return;
  if (shoal_tracker_link_get_token (self->link) != NULL)
    shoal_tracker_link_start (self->link);
  end_start (task);
  g_task_return_boolean (task, TRUE);
}

static void
on_shares_loaded_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  ShoalEngine *self = g_task_get_source_object (task);
  g_autoptr (ShoalHoldings) holdings = NULL;
  GError *error = NULL;

  shoal_shares_load_finish (self->shares, result, &error);
  if (!goes_on (task, error))
    return;
  shoal_offer_keeper_start (self->offers);
  holdings = shoal_shares_dup_holdings (self->shares);
  shoal_uploads_set_shared (self->uploads, holdings);
  shoal_transfer_manager_load_async (self->transfers, self->cancellable, on_transfers_loaded_cb,
                                     g_steal_pointer (&task));
}

static void
set_up_tracker (ShoalEngine *self, const Start *start)
{
  const ShoalGroup *group = self->group;

  if (group->key != NULL)
    {
      shoal_tracker_link_set_tracker (self->link, (const char *const *) group->addresses,
                                      group->key);
      shoal_tracker_audit_set_mark (self->audit, group->audit_count, group->audit_head);
      shoal_tracker_account_set_identity (self->account, group->account, group->user);
      shoal_tracker_link_set_group_name (self->link, group->name);
    }
  if (start->token != NULL)
    {
      g_autofree char *text
          = g_strndup (g_bytes_get_data (start->token, NULL), g_bytes_get_size (start->token));

      shoal_tracker_link_set_token (self->link, text);
    }
}

static void
go_on_with_key (GTask *task)
{
  ShoalEngine *self = g_task_get_source_object (task);
  Start *start = g_task_get_task_data (task);
  g_autoptr (ShoalKeptRows) rows = shoal_kept_rows_new (self->database);

  shoal_engine_make_parts (self, start->known);
  shoal_tracker_directory_set_kept (self->directory, rows, start->kept_roster, start->members);
  set_up_tracker (self, start);
  shoal_shares_load_async (self->shares, self->cancellable, on_shares_loaded_cb,
                           g_object_ref (task));
}

/* ---- The secrets ---- */

static void
on_token_found_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Start *start = g_task_get_task_data (task);
  GError *error = NULL;

  start->token = shoal_secret_store_lookup_finish (SHOAL_SECRET_STORE (object), result, &error);
  if (g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND))
    g_clear_error (&error);
  if (goes_on (task, error))
    go_on_with_key (task);
}

static void
on_key_found_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  ShoalEngine *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (GBytes) seed
             = shoal_secret_store_lookup_finish (SHOAL_SECRET_STORE (object), result, &error);

  if (seed != NULL)
    {
      self->key = shoal_device_key_from_seed (seed, &error);
      self->key_group = g_strdup (self->group->key);
    }
  else if (g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND))
    {
      g_clear_error (&error);
      self->key = shoal_device_key_generate (&error);
    }
  if (goes_on (task, error))
    shoal_secret_store_lookup_async (self->secrets, "token", self->group->key, self->cancellable,
                                     on_token_found_cb, g_steal_pointer (&task));
}

static void
on_secrets_opened_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  ShoalEngine *self = g_task_get_source_object (task);
  GError *error = NULL;

  self->secrets = shoal_secret_store_open_finish (result, &error);
  /* Not in a group yet: a key that is kept when the first sign-in needs it. */
  if (self->secrets != NULL && self->group->key == NULL)
    self->key = shoal_device_key_generate (&error);
  if (!goes_on (task, error))
    return;
  if (self->group->key == NULL)
    go_on_with_key (task);
  else
    shoal_secret_store_lookup_async (self->secrets, "device-key", self->group->key,
                                     self->cancellable, on_key_found_cb, g_steal_pointer (&task));
}

/* ---- The database ---- */

static void
on_members_read_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  ShoalEngine *self = g_task_get_source_object (task);
  Start *start = g_task_get_task_data (task);
  GError *error = NULL;

  start->members = shoal_kept_roster_load_finish (start->kept_roster, result, &error);
  if (goes_on (task, error))
    shoal_secret_store_open_async (shoal_profile_get_folder (self->profile),
                                   shoal_profile_get_id (self->profile), self->cancellable,
                                   on_secrets_opened_cb, g_steal_pointer (&task));
}

static void
on_devices_read_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  ShoalEngine *self = g_task_get_source_object (task);
  Start *start = g_task_get_task_data (task);
  GError *error = NULL;

  shoal_known_devices_load_finish (start->known, result, &error);
  if (!goes_on (task, error))
    return;
  start->kept_roster = shoal_kept_roster_new (self->database);
  shoal_kept_roster_load_async (start->kept_roster, self->cancellable, on_members_read_cb,
                                g_steal_pointer (&task));
}

static void
on_database_opened_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  ShoalEngine *self = g_task_get_source_object (task);
  Start *start = g_task_get_task_data (task);
  GError *error = NULL;

  self->database = shoal_engine_database_open_finish (result, &error);
  if (!goes_on (task, error))
    return;
  start->known = shoal_known_devices_new (self->database);
  shoal_known_devices_load_async (start->known, self->cancellable, on_devices_read_cb,
                                  g_steal_pointer (&task));
}

/* ---- The files ---- */

/* What the thread reads. */
typedef struct
{
  ShoalSettings *settings;
  ShoalGroup *group;
} Files;

static void
files_free (gpointer data)
{
  Files *files = data;

  g_clear_object (&files->settings);
  g_clear_pointer (&files->group, shoal_group_free);
  g_free (files);
}

/* The paths do not change while the engine lives. */
static void
read_files_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  ShoalEngine *self = source;
  Files *files = data;
  GError *error = NULL;

  files->settings = shoal_settings_load (shoal_profile_get_settings_path (self->profile), &error);
  if (files->settings != NULL)
    files->group = shoal_group_load (self->group_path, &error);
  if (files->group != NULL && files->group->key != NULL)
    shoal_profile_check_database (self->profile, self->group_path, &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
on_files_read_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  ShoalEngine *self = SHOAL_ENGINE (object);
  Files *files = g_task_get_task_data (G_TASK (result));
  GError *error = NULL;

  g_task_propagate_boolean (G_TASK (result), &error);
  if (!goes_on (task, error))
    return;
  self->settings = g_steal_pointer (&files->settings);
  self->group = g_steal_pointer (&files->group);
  shoal_engine_database_open_async (shoal_profile_get_database_path (self->profile),
                                    self->cancellable, on_database_opened_cb,
                                    g_steal_pointer (&task));
}

static void
on_cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

void
shoal_engine_start_async (ShoalEngine *self,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_ENGINE (self));
  g_return_if_fail (shoal_profile_is_locked (self->profile));
  g_return_if_fail (self->cancellable == NULL && !self->stopped);

  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GTask) reading = NULL;
  Start *start = g_new0 (Start, 1);

  g_task_set_source_tag (task, shoal_engine_start_async);
  /* Open is open: whoever has lost interest meanwhile stops it. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, start, start_free);
  self->starting = task;
  self->cancellable = g_cancellable_new ();
  if (cancellable != NULL)
    start->handler = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled_cb),
                                            g_object_ref (self->cancellable), g_object_unref);
  reading = g_task_new (self, NULL, on_files_read_cb, task);
  g_task_set_task_data (reading, g_new0 (Files, 1), files_free);
  shoal_task_run_in_own_thread (reading, "shoal-open", read_files_in_thread);
}

gboolean
shoal_engine_start_finish (ShoalEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
