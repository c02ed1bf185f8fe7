/* shoal-known-devices.c: every device we have seen, so that a new one cannot slip in
 *
 * The table is small and read whole at start; the answers come from memory, changes are written
 * behind. A change that cannot be written is met again, as new, at the next start: the safe side.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-known-devices"

#include "config.h"

#include "shoal-known-devices.h"

#include "shoal-clock.h"
#include "shoal-limits.h"

const char shoal_known_devices_schema[] = "CREATE TABLE known_devices ("
                                          "  account TEXT NOT NULL,"
                                          "  device TEXT NOT NULL,"
                                          "  first_seen_ms INTEGER NOT NULL,"
                                          "  confirmed INTEGER NOT NULL,"
                                          "  PRIMARY KEY (account, device)"
                                          ") WITHOUT ROWID;";

struct _ShoalKnownDevices
{
  GObject parent_instance;

  ShoalDatabase *database;
  GHashTable *accounts; /* account → (device → GINT_TO_POINTER (confirmed)) */
  guint n_devices;
};

G_DEFINE_FINAL_TYPE (ShoalKnownDevices, shoal_known_devices, G_TYPE_OBJECT)

/* One row to be written. */
typedef struct
{
  char *account;
  char *device;
  gint64 first_seen_ms;
  gboolean confirmed;
} Row;

static void
row_free (gpointer data)
{
  Row *row = data;

  g_free (row->account);
  g_free (row->device);
  g_free (row);
}

static void
shoal_known_devices_finalize (GObject *object)
{
  ShoalKnownDevices *self = SHOAL_KNOWN_DEVICES (object);

  g_clear_object (&self->database);
  g_clear_pointer (&self->accounts, g_hash_table_unref);
  G_OBJECT_CLASS (shoal_known_devices_parent_class)->finalize (object);
}

static void
shoal_known_devices_class_init (ShoalKnownDevicesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = shoal_known_devices_finalize;
}

static void
shoal_known_devices_init (ShoalKnownDevices *self)
{
  self->accounts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                          (GDestroyNotify) g_hash_table_unref);
}

ShoalKnownDevices *
shoal_known_devices_new (ShoalDatabase *database)
{
  g_return_val_if_fail (database == NULL || SHOAL_IS_DATABASE (database), NULL);

  ShoalKnownDevices *self = g_object_new (SHOAL_TYPE_KNOWN_DEVICES, NULL);
  g_set_object (&self->database, database);
  return self;
}

/* Puts a device into memory. Returns: whether there was room. */
static gboolean
remember (ShoalKnownDevices *self, const char *account, const char *device, gboolean confirmed)
{
  GHashTable *devices = g_hash_table_lookup (self->accounts, account);

  if (devices == NULL)
    {
      devices = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      g_hash_table_insert (self->accounts, g_strdup (account), devices);
    }
  if (!g_hash_table_contains (devices, device) && self->n_devices >= SHOAL_MAX_KNOWN_DEVICES)
    return FALSE;
  if (g_hash_table_insert (devices, g_strdup (device), GINT_TO_POINTER (confirmed)))
    self->n_devices++;
  return TRUE;
}

static gboolean
load_rows (ShoalConnection *connection, gpointer data, GError **error)
{
  ShoalKnownDevices *self = data;
  g_autoptr (GError) local = NULL;
  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error, "SELECT account, device, confirmed FROM known_devices", "");

  if (rows == NULL)
    return FALSE;
  while (shoal_rows_next (rows, &local))
    remember (self, shoal_rows_string (rows, 0), shoal_rows_string (rows, 1),
              shoal_rows_integer (rows, 2) != 0);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return TRUE;
}

static void
on_loaded_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (shoal_database_finish (SHOAL_DATABASE (object), result, &error) != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
shoal_known_devices_load_async (ShoalKnownDevices *self,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_KNOWN_DEVICES (self));

  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, shoal_known_devices_load_async);
  shoal_database_read_async (self->database, load_rows, g_object_ref (self), g_object_unref,
                             cancellable, on_loaded_cb, task);
}

gboolean
shoal_known_devices_load_finish (ShoalKnownDevices *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

static gboolean
write_rows (ShoalConnection *connection, gpointer data, GError **error)
{
  GPtrArray *rows = data;

  for (guint i = 0; i < rows->len; i++)
    {
      const Row *row = g_ptr_array_index (rows, i);

      if (!shoal_connection_run (connection, error,
                                 "INSERT INTO known_devices VALUES (?, ?, ?, ?)"
                                 " ON CONFLICT DO UPDATE SET confirmed = excluded.confirmed",
                                 "ssii", row->account, row->device, row->first_seen_ms,
                                 (gint64) row->confirmed))
        return FALSE;
    }
  return TRUE;
}

static void
on_rows_written_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (shoal_database_finish (SHOAL_DATABASE (object), result, &error) == NULL)
    g_warning ("Cannot record a device: %s", error->message);
}

static void
record (ShoalKnownDevices *self, GPtrArray *rows)
{
  if (self->database != NULL && rows->len > 0)
    shoal_database_write_async (self->database, write_rows, g_ptr_array_ref (rows),
                                (GDestroyNotify) g_ptr_array_unref, NULL, on_rows_written_cb, NULL);
}

static void
add_row (GPtrArray *rows, const char *account, const char *device, gboolean confirmed)
{
  Row *row = g_new0 (Row, 1);

  row->account = g_strdup (account);
  row->device = g_strdup (device);
  row->first_seen_ms = shoal_now_ms ();
  row->confirmed = confirmed;
  g_ptr_array_add (rows, row);
}

void
shoal_known_devices_see (ShoalKnownDevices *self, const char *account, const char *const *devices)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (row_free);

  g_return_if_fail (SHOAL_IS_KNOWN_DEVICES (self));
  g_return_if_fail (account != NULL && devices != NULL);

  GHashTable *known = g_hash_table_lookup (self->accounts, account);
  gboolean first_time = known == NULL;
  for (guint i = 0; devices[i] != NULL; i++)
    {
      if (known != NULL && g_hash_table_contains (known, devices[i]))
        continue;
      if (remember (self, account, devices[i], first_time))
        add_row (rows, account, devices[i], first_time);
    }
  record (self, rows);
}

gboolean
shoal_known_devices_is_confirmed (ShoalKnownDevices *self, const char *account, const char *device)
{
  g_return_val_if_fail (SHOAL_IS_KNOWN_DEVICES (self), FALSE);

  GHashTable *devices = g_hash_table_lookup (self->accounts, account);
  return devices != NULL && GPOINTER_TO_INT (g_hash_table_lookup (devices, device)) != 0;
}

void
shoal_known_devices_confirm (ShoalKnownDevices *self, const char *account, const char *device)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (row_free);

  g_return_if_fail (SHOAL_IS_KNOWN_DEVICES (self));
  g_return_if_fail (account != NULL && device != NULL);

  if (shoal_known_devices_is_confirmed (self, account, device))
    return;
  if (remember (self, account, device, TRUE))
    add_row (rows, account, device, TRUE);
  record (self, rows);
}
