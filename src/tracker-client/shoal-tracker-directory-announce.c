/* shoal-tracker-directory-announce.c: where this device serves
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tracker-directory"

#include "config.h"

#include "shoal-tracker-directory-private.h"

#include "shoal-addresses.h"
#include "shoal-json.h"
#include "shoal-methods.h"
#include "shoal-tracker-link-json.h"

static void
on_announced_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) reply
             = shoal_tracker_link_call_finish (SHOAL_TRACKER_LINK (object), result, &error);

  if (reply == NULL)
    g_debug ("Cannot announce where we serve: %s", error->message);
}

void
shoal_tracker_directory_send_announcement (ShoalTrackerDirectory *self, gboolean if_changed)
{
  if (!self->announcing || !self->online)
    return;

  g_autoptr (ShoalAddresses) interfaces = shoal_addresses_new ();
  g_auto (GStrv) own = shoal_addresses_dup_own (interfaces);
  if (if_changed && self->announced != NULL
      && g_strv_equal ((const char *const *) own, (const char *const *) self->announced))
    return;

  JsonArray *addresses = json_array_new ();
  for (guint i = 0; self->port != 0 && own[i] != NULL; i++)
    json_array_add_string_element (addresses, own[i]);
  g_clear_pointer (&self->announced, g_strfreev);
  self->announced = g_steal_pointer (&own);
  shoal_tracker_link_call_async (
      self->link, SHOAL_METHOD_ANNOUNCE,
      shoal_json_new ("port", "i", (gint64) self->port, "addresses", "a", addresses, "device_name",
                      "s", shoal_tracker_link_get_device_name (self->link), NULL),
      NULL, on_announced_cb, NULL);
}

void
shoal_tracker_directory_announce (ShoalDirectory *directory, guint16 port)
{
  ShoalTrackerDirectory *self = SHOAL_TRACKER_DIRECTORY (directory);

  if (self->announcing ? self->port == port : port == 0)
    return;
  self->announcing = TRUE;
  self->port = port;
  shoal_tracker_directory_send_announcement (self, FALSE);
}

void
shoal_tracker_directory_set_device_name (ShoalTrackerDirectory *self, const char *name)
{
  g_return_if_fail (SHOAL_IS_TRACKER_DIRECTORY (self));

  if (g_strcmp0 (shoal_tracker_link_get_device_name (self->link), name) == 0)
    return;
  shoal_tracker_link_set_device_name (self->link, name);
  /* One who does not serve says so with port 0, and the name beside it. */
  if (self->online)
    {
      self->announcing = TRUE;
      shoal_tracker_directory_send_announcement (self, FALSE);
    }
}
