/* shoal-roster-json.c: news of the members from and to JSON
 *
 * A tracker is trusted with who is a member, not with our memory: all counts are bounded, and what
 * does not parse is left out.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-roster-json"

#include "config.h"

#include "shoal-roster-json.h"

#include <string.h>

#include "shoal-device-key.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"

#define ACCOUNT_LENGTH 32

static gboolean
is_account (const char *text)
{
  return strlen (text) == ACCOUNT_LENGTH && strspn (text, "0123456789abcdef") == ACCOUNT_LENGTH;
}

static char **
get_strings (JsonObject *object, const char *name, guint max, GError **error)
{
  JsonArray *array = NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (!shoal_json_get_optional_array (object, name, max, &array, error))
    return NULL;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      const char *text;

      if (!shoal_json_array_get_string (array, i, 64, &text, error))
        return NULL;
      g_strv_builder_add (builder, text);
    }
  return g_strv_builder_end (builder);
}

static ShoalRosterDevice *
device_from_json (JsonObject *object, GError **error)
{
  g_autoptr (ShoalRosterDevice) device = g_new0 (ShoalRosterDevice, 1);
  const char *fingerprint, *name, *seen;
  gint64 port;

  if (!shoal_json_get_string (object, "device", SHOAL_FINGERPRINT_LENGTH, &fingerprint, error)
      || !shoal_json_get_optional_string (object, "name", SHOAL_MAX_DEVICE_NAME_CHARS, &name, error)
      || !shoal_json_get_optional_boolean (object, "online", FALSE, &device->online, error)
      || !shoal_json_get_optional_integer (object, "since_ms", 0, SHOAL_MAX_JSON_INTEGER, 0,
                                           &device->since_ms, error)
      || !shoal_json_get_optional_integer (object, "last_seen_ms", 0, SHOAL_MAX_JSON_INTEGER, 0,
                                           &device->last_seen_ms, error)
      || !shoal_json_get_optional_integer (object, "port", 0, G_MAXUINT16, 0, &port, error)
      || !shoal_json_get_optional_string (object, "seen", 64, &seen, error))
    return NULL;
  if (!shoal_is_fingerprint (fingerprint))
    {
      shoal_set_field_error (error, "device", "A device must be a fingerprint.");
      return NULL;
    }
  device->addresses = get_strings (object, "addresses", SHOAL_MAX_ADDRESSES_PER_DEVICE + 1, error);
  if (device->addresses == NULL)
    return NULL;
  device->fingerprint = g_strdup (fingerprint);
  device->name = g_strdup (name);
  device->seen = g_strdup (seen);
  device->port = (guint) port;
  return g_steal_pointer (&device);
}

static void
take_devices (ShoalRosterMember *member, JsonArray *array)
{
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      g_autoptr (GError) error = NULL;
      JsonObject *object;
      ShoalRosterDevice *device = NULL;

      if (shoal_json_array_get_object (array, i, &object, &error))
        device = device_from_json (object, &error);
      if (device != NULL)
        g_ptr_array_add (member->devices, device);
      else
        g_debug ("Left out a device: %s", error->message);
    }
}

ShoalRosterMember *
shoal_roster_member_from_json (JsonObject *object, GError **error)
{
  g_autoptr (ShoalRosterMember) member = shoal_roster_member_new ();
  const char *account, *user;
  JsonArray *devices;

  if (!shoal_json_get_string (object, "account", ACCOUNT_LENGTH, &account, error)
      || !shoal_json_get_string (object, "user", SHOAL_MAX_ACCOUNT_NAME_CHARS, &user, error)
      || !shoal_json_get_optional_boolean (object, "online", FALSE, &member->online, error)
      || !shoal_json_get_optional_boolean (object, "owner", FALSE, &member->owner, error)
      || !shoal_json_get_optional_integer (object, "last_seen_ms", 0, SHOAL_MAX_JSON_INTEGER, 0,
                                           &member->last_seen_ms, error)
      || !shoal_json_get_optional_integer (object, "files", 0, SHOAL_MAX_JSON_INTEGER, 0,
                                           &member->n_files, error)
      || !shoal_json_get_optional_integer (object, "bytes", 0, SHOAL_MAX_JSON_INTEGER, 0,
                                           &member->bytes, error)
      || !shoal_json_get_array (object, "devices", SHOAL_MAX_DEVICES_PER_ACCOUNT, &devices, error))
    return NULL;
  if (!is_account (account))
    {
      shoal_set_field_error (error, "account", "An account must be 32 hexadecimal digits.");
      return NULL;
    }
  member->account = g_strdup (account);
  member->user = g_strdup (user);
  take_devices (member, devices);
  return g_steal_pointer (&member);
}

static void
take_members (ShoalRosterNews *news, JsonArray *array)
{
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      g_autoptr (GError) error = NULL;
      JsonObject *object;
      ShoalRosterMember *member = NULL;

      if (shoal_json_array_get_object (array, i, &object, &error))
        member = shoal_roster_member_from_json (object, &error);
      if (member != NULL)
        g_ptr_array_add (news->members, member);
      else
        g_debug ("Left out a member: %s", error->message);
    }
}

ShoalRosterNews *
shoal_roster_news_from_json (JsonObject *message, GError **error)
{
  g_autoptr (ShoalRosterNews) news = shoal_roster_news_new ();
  JsonArray *members;

  if (!shoal_json_get_integer (message, "seq", 0, SHOAL_MAX_JSON_INTEGER, &news->seq, error)
      || !shoal_json_get_array (message, "members", SHOAL_MAX_ACCOUNTS, &members, error))
    return NULL;
  take_members (news, members);
  return g_steal_pointer (&news);
}

ShoalRosterNews *
shoal_roster_delta_from_json (JsonObject *message, GError **error)
{
  g_autoptr (ShoalRosterNews) news = shoal_roster_news_new ();
  JsonArray *members = NULL;

  if (!shoal_json_get_integer (message, "seq", 0, SHOAL_MAX_JSON_INTEGER, &news->seq, error)
      || !shoal_json_get_optional_array (message, "members", SHOAL_MAX_ACCOUNTS, &members, error))
    return NULL;
  char **removed = get_strings (message, "removed", SHOAL_MAX_ACCOUNTS, error);
  if (removed == NULL)
    return NULL;
  g_strfreev (news->removed);
  news->removed = removed;
  if (members != NULL)
    take_members (news, members);
  return g_steal_pointer (&news);
}

static JsonObject *
device_to_json (const ShoalRosterDevice *device)
{
  JsonArray *addresses = json_array_new ();

  for (guint i = 0; device->addresses != NULL && device->addresses[i] != NULL; i++)
    json_array_add_string_element (addresses, device->addresses[i]);
  return shoal_json_new ("device", "s", device->fingerprint, "name", "s", device->name, "online",
                         "b", device->online, "since_ms", "i", device->since_ms, "last_seen_ms",
                         "i", device->last_seen_ms, "port", "i", (gint64) device->port, "seen", "s",
                         device->seen, "addresses", "a", addresses, NULL);
}

JsonObject *
shoal_roster_member_to_json (const ShoalRosterMember *member)
{
  JsonArray *devices = json_array_new ();

  for (guint i = 0; i < member->devices->len; i++)
    json_array_add_object_element (devices,
                                   device_to_json (g_ptr_array_index (member->devices, i)));
  return shoal_json_new ("account", "s", member->account, "user", "s", member->user, "online", "b",
                         member->online, "owner", "b", member->owner, "last_seen_ms", "i",
                         member->last_seen_ms, "files", "i", member->n_files, "bytes", "i",
                         member->bytes, "devices", "a", devices, NULL);
}
