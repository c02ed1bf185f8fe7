/* shoal-transfer-manager-save.c: the queue of downloads, written to the database as it changes
 *
 * Main thread; nobody waits for the writes, which keep their order.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfers"

#include "config.h"

#include "shoal-transfer-manager-private.h"

#include "shoal-transfer-store.h"

static void
on_changes_saved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  shoal_database_finish (SHOAL_DATABASE (source), result, &error);
  if (error != NULL)
    g_warning ("Cannot save the queue of downloads: %s", error->message);
}

void
shoal_transfer_manager_save (ShoalTransferManager *self,
                             ShoalTransfer *transfer,
                             const char *state,
                             const char *message)
{
  ShoalTransferRow *row = shoal_transfer_get_row (transfer);

  g_free (row->state);
  row->state = g_strdup (state);
  g_free (row->message);
  row->message = g_strdup (message);
  shoal_database_write_async (
      self->database, shoal_transfer_store_update, shoal_transfer_row_copy (row),
      (GDestroyNotify) shoal_transfer_row_free, NULL, on_changes_saved_cb, NULL);
}

/* What was fetched and how long it took so far, for after a kill. */
void
shoal_transfer_manager_save_progress (ShoalTransferManager *self, ShoalTransfer *transfer)
{
  ShoalTransferRow *row = shoal_transfer_row_copy (shoal_transfer_get_row (transfer));

  row->bytes_fetched = shoal_transfer_get_bytes_fetched (transfer);
  row->active_ms = shoal_transfer_get_elapsed_ms (transfer);
  shoal_database_write_async (self->database, shoal_transfer_store_update, row,
                              (GDestroyNotify) shoal_transfer_row_free, NULL, on_changes_saved_cb,
                              NULL);
}

void
shoal_transfer_manager_save_order (ShoalTransferManager *self, guint first, guint last)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_transfer_row_free);

  for (guint i = first; i <= last; i++)
    g_ptr_array_add (rows, shoal_transfer_row_copy (
                               shoal_transfer_get_row (g_ptr_array_index (self->transfers, i))));
  shoal_database_write_async (self->database, shoal_transfer_store_order, rows,
                              (GDestroyNotify) g_ptr_array_unref, NULL, on_changes_saved_cb, NULL);
}

void
shoal_transfer_manager_forget (ShoalTransferManager *self, ShoalTransfer *transfer)
{
  shoal_database_write_async (self->database, shoal_transfer_store_delete,
                              g_strdup (shoal_transfer_get_uuid (transfer)), g_free, NULL,
                              on_changes_saved_cb, NULL);
}
