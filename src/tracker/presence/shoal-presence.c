/* shoal-presence.c: the roster: members, their devices, who is online where
 *
 * What a change costs does not grow with the group: it marks one member, whose JSON is made anew
 * when the next delta goes out, once for everybody. The whole roster is pasted together from the
 * same pieces, and not more often than its size allows: what a slightly old one lacks is in the
 * delta that is already due.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-presence"

#include "config.h"

#include "shoal-presence.h"

#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-methods.h"

/* Deltas: soon after a first change, then at most one a second. */
#define DELTA_DELAY_MS (20)
#define DELTA_INTERVAL_US (G_USEC_PER_SEC)
/* Bytes of one device with everything as long as it may be, without its addresses. */
#define DEVICE_JSON_BYTES (800)
/* The same of a member without devices, and of a device without a name and what it has announced.
 */
#define LEAN_MEMBER_BYTES (300)
#define LEAN_DEVICE_BYTES (400)

typedef struct
{
  gint64 row;
  char *account;
  char *user;
  gboolean owner;
  gint64 files;
  gint64 bytes;
  GPtrArray *devices; /* of Device, not owned */
  char *json;         /* (nullable): as it was last sent */
  gsize json_bytes;   /* of that, also when it has to be made anew */
  gboolean lean;      /* there is no room for names and announced addresses in it */
  gboolean changed;   /* is in self->changed */
} Member;

typedef struct
{
  Member *member;
  gint64 row;
  char *device;
  char *name;
  char *signed_by;
  char *seen;
  char **addresses;
  guint port;
  gint64 added_ms;
  gint64 since_ms;
  gint64 last_seen_ms;
  gboolean online;
  gboolean has_token; /* else it is bound to the member, but not on the roster */
} Device;

struct _ShoalPresence
{
  ShoalPresenceSend send;
  gpointer user_data;
  GHashTable *members;   /* row (in the member) → Member, owned */
  GPtrArray *order;      /* of Member, as they joined */
  GHashTable *devices;   /* fingerprint (in the device) → Device, owned */
  GPtrArray *changed;    /* of Member, since the last delta */
  GHashTable *online;    /* (nullable): snapshot */
  GBytes *roster_line;   /* (nullable): of this seq */
  gint64 roster_line_us; /* when it was made */
  gboolean roster_stale; /* something has changed since */
  gsize json_bytes;      /* of all members together */
  gint64 seq;
  gint64 sent_us; /* when the last delta went out */
  guint timeout_id;
};

static void
member_free (Member *member)
{
  g_ptr_array_unref (member->devices);
  g_free (member->account);
  g_free (member->user);
  g_free (member->json);
  g_free (member);
}

static void
device_free (Device *device)
{
  g_free (device->device);
  g_free (device->name);
  g_free (device->signed_by);
  g_free (device->seen);
  g_strfreev (device->addresses);
  g_free (device);
}

ShoalPresence *
shoal_presence_new (ShoalPresenceSend send, gpointer user_data)
{
  ShoalPresence *self = g_new0 (ShoalPresence, 1);

  self->send = send;
  self->user_data = user_data;
  self->members
      = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, (GDestroyNotify) member_free);
  self->order = g_ptr_array_new ();
  self->devices
      = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) device_free);
  self->changed = g_ptr_array_new ();
  self->sent_us = G_MININT64 / 2;
  return self;
}

void
shoal_presence_free (ShoalPresence *self)
{
  g_clear_handle_id (&self->timeout_id, g_source_remove);
  g_clear_pointer (&self->online, g_hash_table_unref);
  g_clear_pointer (&self->roster_line, g_bytes_unref);
  g_ptr_array_unref (self->changed);
  g_ptr_array_unref (self->order);
  g_hash_table_unref (self->devices);
  g_hash_table_unref (self->members);
  g_free (self);
}

/* ---- JSON ---- */

static JsonObject *
make_device (const Device *device, gboolean lean)
{
  JsonArray *addresses = json_array_new ();
  JsonObject *object;

  if (device->seen != NULL)
    json_array_add_string_element (addresses, device->seen);
  for (guint i = 0; !lean && device->addresses != NULL && device->addresses[i] != NULL; i++)
    if (g_strcmp0 (device->addresses[i], device->seen) != 0)
      json_array_add_string_element (addresses, device->addresses[i]);
  object = shoal_json_new ("device", "s", device->device, "name", "s", lean ? "" : device->name,
                           "online", "b", device->online, "since_ms", "i", device->since_ms,
                           "last_seen_ms", "i", device->last_seen_ms, "added_ms", "i",
                           device->added_ms, "port", "i", (gint64) device->port, "seen", "s",
                           device->seen, "addresses", "a", addresses, NULL);
  if (device->signed_by != NULL)
    json_object_set_string_member (object, "signed_by", device->signed_by);
  else
    json_object_set_null_member (object, "signed_by");
  return object;
}

static JsonObject *
make_member (const Member *member)
{
  JsonArray *devices = json_array_sized_new (member->devices->len);
  gboolean online = FALSE;
  gint64 last_seen_ms = 0;

  for (guint i = 0; i < member->devices->len; i++)
    {
      const Device *device = g_ptr_array_index (member->devices, i);

      last_seen_ms = MAX (last_seen_ms, device->last_seen_ms);
      if (!device->has_token)
        continue;
      online = online || device->online;
      json_array_add_object_element (devices, make_device (device, member->lean));
    }
  return shoal_json_new ("account", "s", member->account, "user", "s", member->user, "owner", "b",
                         member->owner, "online", "b", online, "last_seen_ms", "i", last_seen_ms,
                         "files", "i", member->files, "bytes", "i", member->bytes, "devices", "a",
                         devices, NULL);
}

static void
count_json (ShoalPresence *self, Member *member, gsize length)
{
  self->json_bytes += length - member->json_bytes;
  member->json_bytes = length;
}

static void
make_json (Member *member, gboolean lean, gsize *length)
{
  g_clear_pointer (&member->json, g_free);
  member->lean = lean;
  g_autoptr (JsonObject) object = make_member (member);
  member->json = shoal_json_to_line (object, length);
}

static const char *
ensure_json (ShoalPresence *self, Member *member)
{
  gsize length = 0;

  if (member->json != NULL)
    return member->json;
  make_json (member, FALSE, &length);
  /* Whoever is in may announce more addresses, or a longer name, after the roster has become full:
   * where to reach him as seen, and the names of members, always fit. */
  if (self->json_bytes - member->json_bytes + length > SHOAL_MAX_ROSTER_BYTES)
    make_json (member, TRUE, &length);
  count_json (self, member, length);
  return member->json;
}

static GBytes *
make_line (ShoalPresence *self, const char *method, GPtrArray *members, const char *tail)
{
  g_autoptr (GString) line = g_string_sized_new (256 + members->len * 512);

  g_string_append_printf (
      line,
      "{\"jsonrpc\":\"2.0\",\"method\":\"%s\",\"params\":{\"seq\":%" G_GINT64_FORMAT
      ",\"members\":[",
      method, self->seq);
  for (guint i = 0; i < members->len; i++)
    {
      if (i > 0)
        g_string_append_c (line, ',');
      g_string_append (line, ensure_json (self, g_ptr_array_index (members, i)));
    }
  g_string_append_printf (line, "]%s}}", tail);
  return g_string_free_to_bytes (g_steal_pointer (&line));
}

/* ---- Deltas ---- */

static gboolean
on_delta_timeout_cb (gpointer user_data)
{
  ShoalPresence *self = user_data;

  self->timeout_id = 0;
  self->sent_us = g_get_monotonic_time ();
  self->seq++;
  g_clear_pointer (&self->roster_line, g_bytes_unref);

  g_autoptr (GBytes) line
             = make_line (self, SHOAL_NOTIFICATION_ROSTER_DELTA, self->changed, ",\"removed\":[]");

  for (guint i = 0; i < self->changed->len; i++)
    ((Member *) g_ptr_array_index (self->changed, i))->changed = FALSE;
  g_ptr_array_set_size (self->changed, 0);
  self->send (line, self->user_data);
  return G_SOURCE_REMOVE;
}

static void
member_changed (ShoalPresence *self, Member *member)
{
  g_clear_pointer (&member->json, g_free);
  self->roster_stale = TRUE;
  if (!member->changed)
    {
      member->changed = TRUE;
      g_ptr_array_add (self->changed, member);
    }
  if (self->timeout_id != 0)
    return;

  gint64 wait_us = self->sent_us + DELTA_INTERVAL_US - g_get_monotonic_time ();

  self->timeout_id
      = g_timeout_add ((guint) MAX (wait_us / 1000 + 1, DELTA_DELAY_MS), on_delta_timeout_cb, self);
}

/* Who has been signed out is served by the others until they hear of it. */
static void
hurry_delta (ShoalPresence *self)
{
  if (self->timeout_id == 0)
    return;
  g_source_remove (self->timeout_id);
  self->timeout_id = g_timeout_add (DELTA_DELAY_MS, on_delta_timeout_cb, self);
}

GBytes *
shoal_presence_get_roster_line (ShoalPresence *self)
{
  gint64 now_us = g_get_monotonic_time ();

  /* One millisecond for each KiB: some 400 ms for 1,000 members. */
  if (self->roster_line != NULL
      && (!self->roster_stale
          || now_us - self->roster_line_us < (gint64) g_bytes_get_size (self->roster_line)))
    return self->roster_line;
  g_clear_pointer (&self->roster_line, g_bytes_unref);
  self->roster_line = make_line (self, SHOAL_NOTIFICATION_ROSTER, self->order, "");
  self->roster_line_us = now_us;
  self->roster_stale = FALSE;
  return self->roster_line;
}

JsonObject *
shoal_presence_make_roster (ShoalPresence *self)
{
  JsonArray *members = json_array_sized_new (self->order->len);

  for (guint i = 0; i < self->order->len; i++)
    {
      ensure_json (self, g_ptr_array_index (self->order, i)); /* says who has to be lean */
      json_array_add_object_element (members, make_member (g_ptr_array_index (self->order, i)));
    }
  return shoal_json_new ("seq", "i", self->seq, "members", "a", members, NULL);
}

gboolean
shoal_presence_check_room (ShoalPresence *self, GError **error)
{
  for (guint i = 0; i < self->order->len; i++)
    ensure_json (self, g_ptr_array_index (self->order, i));
  if (self->json_bytes + DEVICE_JSON_BYTES <= SHOAL_MAX_ROSTER_BYTES)
    return TRUE;
  g_propagate_error (error,
                     shoal_error_new_limit ("devices", g_hash_table_size (self->devices),
                                            "The group is full: its roster has no room for another "
                                            "device."));
  return FALSE;
}

/* ---- Changes ---- */

void
shoal_presence_put_member (
    ShoalPresence *self, gint64 account_row, const char *account, const char *user, gboolean owner)
{
  Member *member = g_hash_table_lookup (self->members, &account_row);

  if (member == NULL)
    {
      member = g_new0 (Member, 1);
      member->row = account_row;
      member->account = g_strdup (account);
      member->devices = g_ptr_array_new ();
      count_json (self, member, LEAN_MEMBER_BYTES);
      g_hash_table_insert (self->members, &member->row, member);
      g_ptr_array_add (self->order, member);
    }
  else if (g_strcmp0 (member->user, user) == 0 && member->owner == owner)
    return;
  g_free (member->user);
  member->user = g_strdup (user);
  member->owner = owner;
  member_changed (self, member);
}

static void
drop_online (ShoalPresence *self)
{
  g_clear_pointer (&self->online, g_hash_table_unref);
}

static void
replace_text (char **place, const char *text)
{
  char *copy = g_strdup (text);

  g_free (*place);
  *place = copy;
}

void
shoal_presence_put_device (ShoalPresence *self, const ShoalDeviceRecord *record)
{
  Member *member = g_hash_table_lookup (self->members, &record->account_row);
  Device *device = g_hash_table_lookup (self->devices, record->device);

  g_return_if_fail (member != NULL);

  if (device == NULL)
    {
      device = g_new0 (Device, 1);
      device->device = g_strdup (record->device);
      g_hash_table_insert (self->devices, device->device, device);
    }
  if (device->member != member)
    {
      if (device->member != NULL)
        {
          g_ptr_array_remove (device->member->devices, device);
          member_changed (self, device->member);
        }
      g_ptr_array_add (member->devices, device);
      count_json (self, member, member->json_bytes + LEAN_DEVICE_BYTES);
      device->member = member;
    }
  device->row = record->row;
  device->has_token = record->has_token;
  device->port = record->port;
  device->added_ms = record->added_ms;
  device->since_ms = MAX (device->since_ms, record->since_ms);
  device->last_seen_ms = MAX (device->last_seen_ms, record->last_seen_ms);
  replace_text (&device->name, record->name);
  replace_text (&device->signed_by, record->signed_by);
  if (record->seen != NULL)
    replace_text (&device->seen, record->seen);
  g_strfreev (device->addresses);
  device->addresses = g_strdupv ((char **) record->addresses);
  drop_online (self);
  member_changed (self, member);
}

void
shoal_presence_remove_device (ShoalPresence *self, const char *fingerprint)
{
  Device *device = g_hash_table_lookup (self->devices, fingerprint);

  if (device == NULL)
    return;
  g_ptr_array_remove (device->member->devices, device);
  member_changed (self, device->member);
  drop_online (self);
  g_hash_table_remove (self->devices, fingerprint);
}

static void
sign_out (ShoalPresence *self, Device *device)
{
  if (!device->has_token)
    return;
  device->has_token = FALSE;
  member_changed (self, device->member);
  hurry_delta (self);
}

void
shoal_presence_sign_out_device (ShoalPresence *self, const char *fingerprint)
{
  Device *device = g_hash_table_lookup (self->devices, fingerprint);

  if (device != NULL)
    sign_out (self, device);
}

void
shoal_presence_sign_out_member (ShoalPresence *self, gint64 account_row, const char *except)
{
  const Member *member = g_hash_table_lookup (self->members, &account_row);

  for (guint i = 0; member != NULL && i < member->devices->len; i++)
    {
      Device *device = g_ptr_array_index (member->devices, i);

      if (g_strcmp0 (device->device, except) != 0)
        sign_out (self, device);
    }
}

void
shoal_presence_set_online (
    ShoalPresence *self, const char *fingerprint, gboolean online, const char *seen, gint64 now_ms)
{
  Device *device = g_hash_table_lookup (self->devices, fingerprint);

  if (device == NULL)
    return;
  device->online = online;
  if (online)
    device->since_ms = now_ms;
  else
    device->last_seen_ms = now_ms;
  if (seen != NULL)
    replace_text (&device->seen, seen);
  drop_online (self);
  member_changed (self, device->member);
}

void
shoal_presence_set_addresses (ShoalPresence *self,
                              const char *fingerprint,
                              guint port,
                              const char *const *addresses)
{
  Device *device = g_hash_table_lookup (self->devices, fingerprint);

  if (device == NULL)
    return;
  device->port = port;
  g_strfreev (device->addresses);
  device->addresses = g_strdupv ((char **) addresses);
  member_changed (self, device->member);
}

void
shoal_presence_set_name (ShoalPresence *self, const char *fingerprint, const char *name)
{
  Device *device = g_hash_table_lookup (self->devices, fingerprint);

  if (device == NULL || g_strcmp0 (device->name, name) == 0)
    return;
  replace_text (&device->name, name);
  member_changed (self, device->member);
}

void
shoal_presence_set_counts (ShoalPresence *self, gint64 account_row, gint64 files, gint64 bytes)
{
  Member *member = g_hash_table_lookup (self->members, &account_row);

  if (member == NULL || (member->files == files && member->bytes == bytes))
    return;
  member->files = files;
  member->bytes = bytes;
  member_changed (self, member);
}

void
shoal_presence_forget_changes (ShoalPresence *self)
{
  for (guint i = 0; i < self->changed->len; i++)
    ((Member *) g_ptr_array_index (self->changed, i))->changed = FALSE;
  g_ptr_array_set_size (self->changed, 0);
  g_clear_handle_id (&self->timeout_id, g_source_remove);
}

/* ---- Questions ---- */

gboolean
shoal_presence_is_online (ShoalPresence *self, const char *fingerprint)
{
  const Device *device = g_hash_table_lookup (self->devices, fingerprint);

  return device != NULL && device->online;
}

gboolean
shoal_presence_has_device (ShoalPresence *self, gint64 account_row, const char *fingerprint)
{
  const Device *device = g_hash_table_lookup (self->devices, fingerprint);

  return device != NULL && device->member->row == account_row;
}

GHashTable *
shoal_presence_ref_online (ShoalPresence *self)
{
  if (self->online == NULL)
    {
      GHashTableIter iter;
      gpointer value;

      self->online = g_hash_table_new (NULL, NULL);
      g_hash_table_iter_init (&iter, self->devices);
      while (g_hash_table_iter_next (&iter, NULL, &value))
        if (((Device *) value)->online)
          g_hash_table_add (self->online, GINT_TO_POINTER ((int) ((Device *) value)->row));
    }
  return g_hash_table_ref (self->online);
}

GHashTable *
shoal_presence_dup_devices (ShoalPresence *self)
{
  GHashTable *devices = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer fingerprint;

  g_hash_table_iter_init (&iter, self->devices);
  while (g_hash_table_iter_next (&iter, &fingerprint, NULL))
    g_hash_table_add (devices, g_strdup (fingerprint));
  return devices;
}

GHashTable *
shoal_presence_dup_addresses (ShoalPresence *self)
{
  GHashTable *addresses = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->devices);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((Device *) value)->seen != NULL)
      g_hash_table_add (addresses, g_strdup (((Device *) value)->seen));
  return addresses;
}
