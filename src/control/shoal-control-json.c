/* shoal-control-json.c: the engine's objects as the control service shows them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-control"

#include "config.h"

#include "shoal-control-json.h"

#include "shoal-error.h"
#include "shoal-json.h"

static JsonObject *
device_to_json (ShoalDevice *device, const char *own_device)
{
  const char *fingerprint = shoal_device_get_fingerprint (device);
  const char *const *addresses = shoal_device_get_addresses (device);
  g_autofree char *words = shoal_fingerprint_to_words (fingerprint);
  JsonArray *list = json_array_new ();

  for (guint i = 0; addresses[i] != NULL; i++)
    json_array_add_string_element (list, addresses[i]);
  return shoal_json_new (
      "device", "s", fingerprint, "words", "s", words, "name", "s", shoal_device_get_name (device),
      "online", "b", shoal_device_get_online (device), "since_ms", "i",
      shoal_device_get_since_ms (device), "last_seen_ms", "i",
      shoal_device_get_last_seen_ms (device), "confirmed", "b", shoal_device_get_confirmed (device),
      "new", "b", shoal_device_get_new (device), "own", "b",
      (gboolean) (g_strcmp0 (fingerprint, own_device) == 0), "addresses", "a", list, NULL);
}

JsonObject *
shoal_member_to_json (ShoalMember *member, const char *own_device)
{
  GListModel *devices = shoal_member_get_devices (member);
  JsonArray *list = json_array_new ();

  for (guint i = 0; i < g_list_model_get_n_items (devices); i++)
    {
      g_autoptr (ShoalDevice) device = g_list_model_get_item (devices, i);

      json_array_add_object_element (list, device_to_json (device, own_device));
    }
  return shoal_json_new (
      "account", "s", shoal_member_get_account (member), "user", "s",
      shoal_member_get_user (member), "owner", "b", shoal_member_get_owner (member), "online", "b",
      shoal_member_get_online (member), "last_seen_ms", "i", shoal_member_get_last_seen_ms (member),
      "files", "i", shoal_member_get_n_files (member), "bytes", "i",
      shoal_member_get_bytes (member), "devices", "a", list, NULL);
}

JsonObject *
shoal_share_to_json (ShoalShare *share, guint max_skipped)
{
  const ShoalDigest *id = shoal_share_get_id (share);
  g_autofree char *hex = id != NULL ? shoal_digest_dup_hex (id) : NULL;
  const char *const *skipped = shoal_share_get_skipped (share);
  const char *const *ignore = shoal_share_get_ignore (share);
  JsonArray *list = json_array_new ();
  JsonArray *patterns = json_array_new ();

  for (guint i = 0; ignore[i] != NULL; i++)
    json_array_add_string_element (patterns, ignore[i]);
  guint n_skipped = skipped != NULL ? g_strv_length ((char **) skipped) : 0;
  for (guint i = 0; i < MIN (n_skipped, max_skipped); i++)
    json_array_add_string_element (list, skipped[i]);
  return shoal_json_new (
      "name", "s", shoal_share_get_name (share), "path", "s", shoal_share_get_path (share), "kind",
      "s", shoal_share_is_folder (share) ? "folder" : "file", "state", "s",
      shoal_share_state_to_string (shoal_share_get_state (share)), "message", "s",
      shoal_share_get_message (share), "id", "s", hex, "offer", "s", shoal_share_get_offer (share),
      "size", "i", (gint64) shoal_share_get_size (share), "files", "i",
      (gint64) shoal_share_get_n_files (share), "hidden", "i",
      (gint64) shoal_share_get_n_hidden (share), "hashed", "i",
      (gint64) shoal_share_get_bytes_hashed (share), "sources", "i",
      (gint64) shoal_share_get_sources (share), "added_ms", "i", shoal_share_get_added_ms (share),
      "fetched", "i", (gint64) shoal_share_get_n_fetched (share), "n_skipped", "i",
      (gint64) n_skipped, "skipped", "a", list, "secrets", "i",
      (gint64) shoal_share_get_n_secrets (share), "ignore", "a", patterns, NULL);
}

/* What a file or folder here was refused with is no answer of another device: the code would read
 * as one. */
static const char *
reason_of (const GError *error)
{
  if (error == NULL)
    return NULL;
  if (error->domain != SHOAL_ERROR
      || (shoal_error_is_local (error) && error->code != SHOAL_ERROR_NO_SPACE))
    return "io";
  return shoal_error_to_reason (error->code);
}

static void
add_left_out (JsonObject *object, ShoalTransfer *transfer)
{
  const char *const *lines = shoal_transfer_get_left_out (transfer);
  JsonArray *list = json_array_new ();

  for (guint i = 0; lines != NULL && lines[i] != NULL; i++)
    json_array_add_string_element (list, lines[i]);
  json_object_set_int_member (object, "n_left_out", shoal_transfer_get_n_left_out (transfer));
  json_object_set_array_member (object, "left_out", list);
}

JsonObject *
shoal_transfer_to_json (ShoalTransfer *transfer)
{
  char hex[SHOAL_DIGEST_HEX_SIZE];
  const GError *error = shoal_transfer_get_error (transfer);
  g_autofree char *users = shoal_transfer_dup_users (transfer);
  g_autofree char *bad = shoal_transfer_dup_bad_sources (transfer);
  const char *reason = reason_of (error);

  shoal_digest_to_hex (shoal_transfer_get_id (transfer), hex);
  JsonObject *object = shoal_json_new (
      "transfer", "s", shoal_transfer_get_uuid (transfer), "name", "s",
      shoal_transfer_get_name (transfer), "kind", "s",
      shoal_transfer_is_folder (transfer) ? "folder" : "file", "id", "s", hex, "state", "s",
      shoal_transfer_state_to_string (shoal_transfer_get_state (transfer)), "size", "i",
      (gint64) shoal_transfer_get_size (transfer), "done", "i",
      (gint64) shoal_transfer_get_bytes_done (transfer), "fetched", "i",
      (gint64) shoal_transfer_get_bytes_fetched (transfer), "speed", "i",
      (gint64) shoal_transfer_get_speed (transfer), "sources", "i",
      (gint64) shoal_transfer_get_n_sources (transfer), "pieces", "i",
      (gint64) shoal_transfer_get_pieces_done (transfer), "pieces_total", "i",
      (gint64) shoal_transfer_get_pieces_total (transfer), "elapsed_ms", "i",
      shoal_transfer_get_elapsed_ms (transfer), "message", "s",
      shoal_transfer_get_message (transfer), "reason", "s", reason, "destination", "s",
      shoal_transfer_get_destination (transfer), "users", "s", users, "bad_sources", "s", bad,
      NULL);
  if (shoal_transfer_is_folder (transfer))
    json_object_set_int_member (object, "manifest_size",
                                (gint64) shoal_transfer_get_manifest_size (transfer));
  if (shoal_transfer_get_n_left_out (transfer) > 0)
    add_left_out (object, transfer);
  return object;
}

JsonObject *
shoal_source_to_json (const ShoalSource *source, ShoalDirectory *directory)
{
  ShoalDevice *device = shoal_directory_lookup_device (directory, source->device, NULL);
  JsonArray *addresses = json_array_new ();

  for (guint i = 0; source->addresses != NULL && source->addresses[i] != NULL; i++)
    json_array_add_string_element (addresses, source->addresses[i]);
  return shoal_json_new ("device", "s", source->device, "device_name", "s",
                         device != NULL ? shoal_device_get_name (device) : NULL, "account", "s",
                         source->account, "user", "s", source->user, "online", "b", source->online,
                         "partial", "b", source->partial, "manifest", "b", source->manifest, "name",
                         "s", source->offer_name, "size", "i", (gint64) source->size, "addresses",
                         "a", addresses, "own", "b", FALSE, NULL);
}

JsonObject *
shoal_history_entry_to_json (const ShoalHistoryEntry *entry)
{
  char hex[SHOAL_DIGEST_HEX_SIZE];
  gint64 speed
      = entry->elapsed_ms > 0 ? (gint64) (entry->bytes * 1000.0 / (double) entry->elapsed_ms) : 0;

  shoal_digest_to_hex (&entry->id, hex);
  return shoal_json_new (
      "transfer", "s", entry->uuid, "direction", "s", entry->upload ? "up" : "down", "name", "s",
      entry->name, "kind", "s", entry->folder ? "folder" : "file", "id", "s", hex, "size", "i",
      (gint64) entry->size, "bytes", "i", (gint64) entry->bytes, "elapsed_ms", "i",
      entry->elapsed_ms, "speed", "i", speed, "ended_ms", "i", entry->ended_ms, "outcome", "s",
      entry->outcome, "reason", "s", entry->reason, "users", "s", entry->users, "bad_sources", "s",
      entry->bad_sources, "destination", "s", entry->destination, NULL);
}

JsonObject *
shoal_audit_row_to_json (const ShoalAuditRow *row)
{
  return shoal_json_new ("n", "i", row->n, "time_ms", "i", row->time_ms, "event", "s", row->event,
                         "user", "s", row->user, "device", "s", row->device, "address", "s",
                         row->address, "text", "s", row->text, "hash", "s", row->hash, NULL);
}

const char *
shoal_directory_state_to_string (ShoalDirectoryState state)
{
  static const char *const names[] = {
    [SHOAL_DIRECTORY_OFFLINE] = "offline",   [SHOAL_DIRECTORY_CONNECTING] = "connecting",
    [SHOAL_DIRECTORY_ONLINE] = "online",     [SHOAL_DIRECTORY_SIGNED_OUT] = "signed-out",
    [SHOAL_DIRECTORY_REPLACED] = "replaced", [SHOAL_DIRECTORY_UNTRUSTED] = "untrusted",
  };

  g_return_val_if_fail ((gsize) state < G_N_ELEMENTS (names), "offline");
  return names[state];
}
