/* shoal-methods-presence.c: the methods of presence: announce, roster
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-methods-presence"

#include "config.h"

#include "shoal-methods-presence.h"

#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-methods.h"
#include "shoal-presence.h"
#include "shoal-text.h"

/* The longest literal, "ffff:…:255.255.255.255", and a zone. */
#define MAX_ADDRESS_CHARS (64)
/* Peers do not dial the ports of system services. */
#define MIN_PORT (1024)

typedef struct
{
  ShoalActor *actor;
  char *name; /* (nullable): as it was */
  guint port;
  GPtrArray *addresses; /* NULL-terminated after reading */
} Announcement;

static void
announcement_free (Announcement *self)
{
  shoal_actor_unref (self->actor);
  g_free (self->name);
  g_ptr_array_unref (self->addresses);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Announcement, announcement_free)

/* Nobody else can reach these, or they mean somebody else there. */
static gboolean
is_useless (GInetAddress *address)
{
  return g_inet_address_get_is_any (address) || g_inet_address_get_is_loopback (address)
         || g_inet_address_get_is_multicast (address) || g_inet_address_get_is_link_local (address);
}

static gboolean
read_addresses (Announcement *self, JsonObject *params, GError **error)
{
  JsonArray *array = NULL;

  if (!shoal_json_get_array (params, "addresses", SHOAL_MAX_ADDRESSES_PER_DEVICE, &array, error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      const char *text = NULL;

      if (!shoal_json_array_get_string (array, i, MAX_ADDRESS_CHARS, &text, error))
        return FALSE;

      g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);

      if (address == NULL)
        return shoal_set_field_error (error, "addresses", "Only IP addresses can be announced.");

      g_autofree char *canonical = g_inet_address_to_string (address);

      if (!is_useless (address)
          && !g_ptr_array_find_with_equal_func (self->addresses, canonical, g_str_equal, NULL))
        g_ptr_array_add (self->addresses, g_steal_pointer (&canonical));
    }
  g_ptr_array_add (self->addresses, NULL);
  return TRUE;
}

static gboolean
write_announcement (ShoalConnection *connection, gpointer data, GError **error)
{
  Announcement *self = data;
  g_autofree char *list = g_strjoinv (" ", (char **) self->addresses->pdata);

  return shoal_connection_run (
      connection, error,
      "UPDATE devices SET port = ?, addresses = ?, name = ifnull (?, name) "
      "WHERE id = ? AND account_id = ?",
      "issii", (gint64) self->port, list, self->name, self->actor->device_row,
      self->actor->account_row);
}

static JsonObject *
reply_announcement (ShoalTrackerSession *session, gpointer data)
{
  Announcement *self = data;
  const ShoalTrackerParts *parts = shoal_tracker_session_get_parts (session);
  ShoalPresence *presence = parts->presence;

  if (shoal_presence_has_device (presence, self->actor->account_row, self->actor->device))
    {
      shoal_presence_set_addresses (presence, self->actor->device, self->port,
                                    (const char *const *) self->addresses->pdata);
      if (self->name != NULL)
        shoal_presence_set_name (presence, self->actor->device, self->name);
    }
  return shoal_json_new ("seen", "s", self->actor->address, NULL);
}

static gboolean
handle_announce (ShoalTrackerSession *session,
                 ShoalRequest *request,
                 JsonObject *params,
                 GError **error)
{
  g_autoptr (Announcement) self = g_new0 (Announcement, 1);
  const char *name = NULL;
  gint64 port = 0;

  self->actor = shoal_actor_ref (shoal_tracker_session_get_actor (session));
  self->addresses = g_ptr_array_new_with_free_func (g_free);
  if (!shoal_json_get_integer (params, "port", 0, G_MAXUINT16, &port, error)
      || !shoal_json_get_optional_string (params, "device_name", SHOAL_MAX_DEVICE_NAME_CHARS, &name,
                                          error)
      || !read_addresses (self, params, error))
    return FALSE;
  if (name != NULL)
    self->name = shoal_text_clean (name, SHOAL_MAX_DEVICE_NAME_CHARS * 4);
  if (port != 0 && port < MIN_PORT)
    return shoal_set_field_error (error, "port", "The port must be %d or more, or 0.", MIN_PORT);
  self->port = (guint) port;
  shoal_tracker_session_write (session, request, write_announcement, g_steal_pointer (&self),
                               (GDestroyNotify) announcement_free, reply_announcement);
  return TRUE;
}

static gboolean
handle_roster (ShoalTrackerSession *session,
               ShoalRequest *request,
               JsonObject *params,
               GError **error)
{
  const ShoalTrackerParts *parts = shoal_tracker_session_get_parts (session);

  if (!shoal_tracker_session_take_roster (session, error))
    return FALSE;
  shoal_request_reply (request, shoal_presence_make_roster (parts->presence));
  return TRUE;
}

const ShoalTrackerMethod shoal_presence_methods[] = {
  { SHOAL_METHOD_ANNOUNCE, SHOAL_METHOD_MEMBERS, handle_announce },
  { SHOAL_METHOD_ROSTER, SHOAL_METHOD_MEMBERS, handle_roster },
  { NULL },
};
