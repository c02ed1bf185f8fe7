/* shoal-presence-load.c: the roster as the database has it at start
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-presence"

#include "config.h"

#include "shoal-presence.h"

static gboolean
finish_rows (GError *local_error, GError **error)
{
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, local_error);
  return FALSE;
}

static gboolean
load_members (ShoalPresence *self, ShoalConnection *connection, GError **error)
{
  GError *local_error = NULL;
  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error, "SELECT id, account, user, owner, files, bytes FROM accounts ORDER BY id",
      "");

  if (rows == NULL)
    return FALSE;
  while (shoal_rows_next (rows, &local_error))
    {
      gint64 row = shoal_rows_integer (rows, 0);

      shoal_presence_put_member (self, row, shoal_rows_string (rows, 1),
                                 shoal_rows_string (rows, 2), shoal_rows_integer (rows, 3) != 0);
      shoal_presence_set_counts (self, row, shoal_rows_integer (rows, 4),
                                 shoal_rows_integer (rows, 5));
    }
  return finish_rows (local_error, error);
}

static gboolean
load_devices (ShoalPresence *self, ShoalConnection *connection, GError **error)
{
  GError *local_error = NULL;
  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error,
      "SELECT d.id, d.account_id, d.device, d.name, d.signed_by, d.seen, d.addresses, d.port, "
      "d.added_ms, d.since_ms, d.last_seen_ms, t.device_id IS NOT NULL FROM devices AS d "
      "LEFT JOIN tokens AS t ON t.device_id = d.id AND t.account_id = d.account_id ORDER BY d.id",
      "");

  if (rows == NULL)
    return FALSE;
  while (shoal_rows_next (rows, &local_error))
    {
      const char *list = shoal_rows_string (rows, 6);
      g_auto (GStrv) addresses = g_strsplit (list != NULL ? list : "", " ", -1);
      ShoalDeviceRecord record = {
        .row = shoal_rows_integer (rows, 0),
        .account_row = shoal_rows_integer (rows, 1),
        .device = shoal_rows_string (rows, 2),
        .name = shoal_rows_string (rows, 3),
        .signed_by = shoal_rows_string (rows, 4),
        .seen = shoal_rows_string (rows, 5),
        .addresses = (const char *const *) addresses,
        .port = (guint) shoal_rows_integer (rows, 7),
        .added_ms = shoal_rows_integer (rows, 8),
        .since_ms = shoal_rows_integer (rows, 9),
        .last_seen_ms = shoal_rows_integer (rows, 10),
        .has_token = shoal_rows_integer (rows, 11) != 0,
      };

      shoal_presence_put_device (self, &record);
    }
  return finish_rows (local_error, error);
}

gboolean
shoal_presence_load (ShoalConnection *connection, gpointer data, GError **error)
{
  ShoalPresence *self = data;

  if (!load_members (self, connection, error) || !load_devices (self, connection, error))
    return FALSE;
  /* Nobody has seen an older roster. */
  shoal_presence_forget_changes (self);
  return TRUE;
}
