/* shoal-control-status.c: control methods: status, users, confirm-device, history, settings, set,
 * serve, stop
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-control"

#include "config.h"

#include "shoal-control-private.h"

#include <unistd.h>
#include <glib/gi18n.h>

#include "shoal-control-json.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"

/* ---- status ---- */

static guint
count_unfinished (ShoalTransferManager *transfers)
{
  GListModel *list = G_LIST_MODEL (transfers);
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (ShoalTransfer) transfer = g_list_model_get_item (list, i);

      n += shoal_transfer_get_state (transfer) < SHOAL_TRANSFER_FINISHED;
    }
  return n;
}

static guint
count_online (GListModel *members)
{
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (members); i++)
    {
      g_autoptr (ShoalMember) member = g_list_model_get_item (members, i);

      n += shoal_member_get_online (member) ? 1 : 0;
    }
  return n;
}

static JsonObject *
make_status (ShoalEngine *engine)
{
  ShoalDirectory *directory = shoal_engine_get_directory (engine);
  ShoalTrackerLink *link = shoal_engine_get_link (engine);
  ShoalTrackerAccount *account = shoal_engine_get_account (engine);
  ShoalProfile *profile = shoal_engine_get_profile (engine);
  ShoalSettings *settings = shoal_engine_get_settings (engine);
  GListModel *members = shoal_directory_get_members (directory);
  const GError *error = shoal_directory_get_error (directory);
  const char *group = shoal_tracker_link_get_group (link);
  /* Without a group the key has not been kept yet. */
  const char *device = group != NULL ? shoal_engine_get_fingerprint (engine) : NULL;
  const char *const *addresses = shoal_tracker_link_get_addresses (link);
  g_autofree char *words = device != NULL ? shoal_fingerprint_to_words (device) : NULL;
  g_autofree char *group_words = group != NULL ? shoal_fingerprint_to_words (group) : NULL;
  JsonArray *list = json_array_new ();
  ShoalActivitySums sums;

  shoal_activity_measure (shoal_engine_get_activity (engine), &sums);
  for (guint i = 0; addresses != NULL && addresses[i] != NULL; i++)
    json_array_add_string_element (list, addresses[i]);
  return shoal_json_new (
      "software", "s", "shoal/" SHOAL_VERSION, "pid", "i", (gint64) getpid (), "profile", "s",
      shoal_profile_get_folder (profile), "signed_in", "b", shoal_engine_get_signed_in (engine),
      "state", "s", shoal_directory_state_to_string (shoal_directory_get_state (directory)),
      "error", "s", error != NULL ? error->message : NULL, "group", "s", group, "group_words", "s",
      group_words, "group_name", "s", shoal_tracker_link_get_group_name (link), "tracker", "a",
      list, "user", "s", shoal_tracker_account_get_user (account), "owner", "b",
      shoal_tracker_account_get_owner (account), "device", "s", device, "words", "s", words,
      "device_name", "s", shoal_settings_get_device_name (settings), "secrets", "s",
      shoal_engine_get_secret_kind (engine), "port", "i",
      (gint64) shoal_uploads_get_port (shoal_engine_get_uploads (engine)), "shares", "i",
      (gint64) g_list_model_get_n_items (G_LIST_MODEL (shoal_engine_get_shares (engine))),
      "transfers", "i", (gint64) count_unfinished (shoal_engine_get_transfers (engine)), "members",
      "i", (gint64) g_list_model_get_n_items (members), "online", "i",
      (gint64) count_online (members), "upload_limit", "i",
      (gint64) shoal_token_bucket_get_rate (
          shoal_uploads_get_limit (shoal_engine_get_uploads (engine))),
      "download_limit", "i",
      (gint64) shoal_token_bucket_get_rate (
          shoal_transfer_manager_get_limit (shoal_engine_get_transfers (engine))),
      "download_speed", "i", (gint64) sums.download_speed, "upload_speed", "i",
      (gint64) sums.upload_speed, "downloading", "i", (gint64) sums.n_downloads, "uploading", "i",
      (gint64) sums.n_uploads, "paused", "i", (gint64) sums.n_paused, "audit_warning", "s",
      shoal_tracker_audit_get_warning (shoal_engine_get_audit (engine)), NULL);
}

static void
on_status_waited_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalControlCall) call = user_data;

  shoal_engine_wait_online_finish (SHOAL_ENGINE (object), result, NULL);
  shoal_control_call_reply (call, make_status (call->engine));
}

static void
handle_status (ShoalControlCall *call)
{
  gboolean wait;
  GError *error = NULL;

  if (!shoal_json_get_optional_boolean (call->params, "wait", FALSE, &wait, &error))
    shoal_control_call_fail (call, error);
  else if (wait && shoal_engine_get_signed_in (call->engine))
    shoal_engine_wait_online_async (call->engine, call->cancellable, on_status_waited_cb,
                                    shoal_control_call_ref (call));
  else
    shoal_control_call_reply (call, make_status (call->engine));
}

/* ---- users ---- */

static void
handle_users (ShoalControlCall *call)
{
  ShoalDirectory *directory = shoal_engine_get_directory (call->engine);
  GListModel *members = shoal_directory_get_members (directory);
  guint n = g_list_model_get_n_items (members);
  gint64 offset;
  GError *error = NULL;

  if (!shoal_json_get_optional_integer (call->params, "offset", 0, G_MAXINT32, 0, &offset, &error))
    {
      shoal_control_call_fail (call, error);
      return;
    }
  JsonArray *list = json_array_new ();
  guint end = (guint) MIN (offset, (gint64) n);
  for (guint rows = 0; end < n && rows < SHOAL_MAX_CONTROL_ROWS; end++)
    {
      g_autoptr (ShoalMember) member = g_list_model_get_item (members, end);

      rows += 1 + g_list_model_get_n_items (shoal_member_get_devices (member));
      json_array_add_object_element (
          list, shoal_member_to_json (member, shoal_engine_get_fingerprint (call->engine)));
    }
  JsonObject *reply = shoal_json_new ("users", "a", list, "time_ms", "i",
                                      shoal_directory_get_now_ms (directory), NULL);
  if (end < n)
    json_object_set_int_member (reply, "next", end);
  shoal_control_call_reply (call, reply);
}

static void
handle_confirm_device (ShoalControlCall *call)
{
  const char *device;
  GError *error = NULL;

  if (!shoal_json_get_string (call->params, "device", SHOAL_FINGERPRINT_LENGTH, &device, &error))
    shoal_control_call_fail (call, error);
  else if (!shoal_directory_confirm_device (shoal_engine_get_directory (call->engine), device))
    shoal_control_call_fail (call, g_error_new_literal (SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND,
                                                        _ ("There is no such device.")));
  else
    shoal_control_call_reply (call, NULL);
}

/* ---- history ---- */

typedef struct
{
  ShoalControlCall *call;
  guint offset;
  guint limit;
} HistoryPage;

static void
on_history_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autofree HistoryPage *page = user_data;
  g_autoptr (ShoalControlCall) call = page->call;
  GError *error = NULL;
  g_autoptr (GPtrArray) entries
             = shoal_history_list_finish (SHOAL_HISTORY (object), result, &error);

  if (entries == NULL)
    {
      shoal_control_call_fail (call, error);
      return;
    }
  JsonArray *list = json_array_new ();
  for (guint i = page->offset; i < MIN (entries->len, page->offset + page->limit); i++)
    json_array_add_object_element (list,
                                   shoal_history_entry_to_json (g_ptr_array_index (entries, i)));
  JsonObject *reply = shoal_json_new ("entries", "a", list, NULL);
  if (entries->len > page->offset + page->limit)
    json_object_set_int_member (reply, "next", page->offset + page->limit);
  shoal_control_call_reply (call, reply);
}

static void
handle_history (ShoalControlCall *call)
{
  gint64 offset, limit;
  GError *error = NULL;

  if (!shoal_json_get_optional_integer (call->params, "offset", 0, 99000, 0, &offset, &error)
      || !shoal_json_get_optional_integer (call->params, "limit", 1, SHOAL_MAX_CONTROL_ROWS,
                                           SHOAL_MAX_CONTROL_ROWS, &limit, &error))
    {
      shoal_control_call_fail (call, error);
      return;
    }
  HistoryPage *page = g_new0 (HistoryPage, 1);
  page->call = shoal_control_call_ref (call);
  page->offset = (guint) offset;
  page->limit = (guint) limit;
  shoal_history_list_async (shoal_engine_get_history (call->engine), (guint) (offset + limit + 1),
                            call->cancellable, on_history_cb, page);
}

/* ---- settings ---- */

static void
handle_settings (ShoalControlCall *call)
{
  ShoalSettings *settings = shoal_engine_get_settings (call->engine);
  guint n_keys;
  const ShoalSettingKey *keys = shoal_settings_get_keys (&n_keys);
  JsonArray *list = json_array_new ();

  for (guint i = 0; i < n_keys; i++)
    {
      g_autofree char *value = shoal_settings_dup_value (settings, keys[i].name);

      json_array_add_object_element (list, shoal_json_new ("name", "s", keys[i].name, "value", "s",
                                                           value, "description", "s",
                                                           keys[i].description, NULL));
    }
  shoal_control_call_reply (call, shoal_json_new ("settings", "a", list, NULL));
}

static void
handle_set (ShoalControlCall *call)
{
  ShoalSettings *settings = shoal_engine_get_settings (call->engine);
  const char *name, *value;
  GError *error = NULL;

  if (!shoal_json_get_string (call->params, "name", 64, &name, &error)
      || !shoal_json_get_string (call->params, "value", SHOAL_MAX_PATH_BYTES, &value, &error)
      || !shoal_settings_set (settings, name, value, &error))
    {
      shoal_control_call_fail (call, error);
      return;
    }
  g_autofree char *now = shoal_settings_dup_value (settings, name);
  shoal_control_call_reply (call, shoal_json_new ("name", "s", name, "value", "s", now, NULL));
}

/* ---- serve, stop ---- */

static void
handle_serve (ShoalControlCall *call)
{
  ShoalUploads *uploads = shoal_engine_get_uploads (call->engine);
  gint64 port, limit;
  GError *error = NULL;

  if (!shoal_json_get_optional_integer (call->params, "port", 0, G_MAXUINT16, 0, &port, &error)
      || !shoal_json_get_optional_integer (call->params, "limit", 0, SHOAL_MAX_JSON_INTEGER, -1,
                                           &limit, &error)
      || !shoal_engine_begin_serving (call->engine, (guint16) port, &error))
    {
      shoal_control_call_fail (call, error);
      return;
    }
  if (limit >= 0)
    shoal_engine_override_upload_limit (call->engine, (guint64) limit);
  shoal_engine_run_all (call->engine);
  if (port == 0)
    port = shoal_settings_get_port (shoal_engine_get_settings (call->engine));
  shoal_control_call_reply (call,
                            shoal_json_new ("port", "i", (gint64) shoal_uploads_get_port (uploads),
                                            "wanted", "i", port, NULL));
}

static void
handle_stop (ShoalControlCall *call)
{
  g_autoptr (ShoalControl) control = g_object_ref (call->control);

  shoal_control_call_reply (call, NULL);
  shoal_control_request_stop (control);
}

const ShoalControlMethod shoal_control_status_methods[] = {
  { "status", handle_status, SHOAL_CONTROL_NEEDS_NOTHING },
  { "users", handle_users, SHOAL_CONTROL_NEEDS_TRACKER },
  { "confirm-device", handle_confirm_device, SHOAL_CONTROL_NEEDS_TRACKER },
  { "history", handle_history, SHOAL_CONTROL_NEEDS_NOTHING },
  { "settings", handle_settings, SHOAL_CONTROL_NEEDS_NOTHING },
  { "set", handle_set, SHOAL_CONTROL_NEEDS_NOTHING },
  { "serve", handle_serve, SHOAL_CONTROL_NEEDS_NOTHING },
  { "stop", handle_stop, SHOAL_CONTROL_NEEDS_NOTHING },
  { NULL },
};
