/* shoal-transfer-manager-discard.c: giving downloads up, and what a start finds of those given up
 *
 * The row goes when nothing is left of the download. Until then it says "cancelled", or "removed"
 * when everybody has been told, and nobody sees it: so what a kill or a disk that is away kept from
 * being deleted is deleted at the next start. State without a row is of versions that forgot it, or
 * of a database that was lost.
 *
 * Main thread; the files are deleted in others.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfers"

#include "config.h"

#include "shoal-transfer-manager-private.h"

#include "shoal-transfer-discard.h"

/* ---- Giving one up ------------------------------------------------------------------------- */

typedef struct
{
  ShoalTransfer *transfer;
  ShoalTransferRow *row;
  char *journals;
} Discarding;

static void
discarding_free (gpointer data)
{
  Discarding *discarding = data;

  g_object_unref (discarding->transfer);
  shoal_transfer_row_free (discarding->row);
  g_free (discarding->journals);
  g_free (discarding);
}

static void
discard_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Discarding *discarding = data;
  GError *error = NULL;

  if (shoal_transfer_discard (discarding->row, discarding->journals, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_discarded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ShoalTransferManager *self = SHOAL_TRANSFER_MANAGER (source);
  const Discarding *discarding = g_task_get_task_data (G_TASK (result));
  ShoalTransfer *transfer = discarding->transfer;
  gboolean cancelled = g_str_equal (discarding->row->state, SHOAL_ROW_CANCELLED);
  g_autoptr (GError) error = NULL;
  gboolean done = g_task_propagate_boolean (G_TASK (result), &error);

  if (self->stopped)
    return;
  if (cancelled)
    {
      shoal_transfer_set_state (transfer, SHOAL_TRANSFER_CANCELLED, NULL);
      self->observer->ended (transfer, self->observer_data);
    }
  if (done)
    shoal_transfer_manager_forget (self, transfer);
  else
    {
      g_debug ("What is left of %s stays for now: %s", shoal_transfer_get_name (transfer),
               error->message);
      shoal_transfer_manager_save (self, transfer, SHOAL_ROW_REMOVED, NULL);
    }
  if (cancelled)
    shoal_transfer_manager_emit_ended (self, transfer);
}

void
shoal_transfer_manager_discard (ShoalTransferManager *self, ShoalTransfer *transfer)
{
  Discarding *discarding = g_new0 (Discarding, 1);
  g_autoptr (GTask) task = g_task_new (self, NULL, on_discarded_cb, NULL);

  discarding->transfer = g_object_ref (transfer);
  discarding->row = shoal_transfer_row_copy (shoal_transfer_get_row (transfer));
  discarding->journals = g_strdup (self->journals);
  g_task_set_source_tag (task, shoal_transfer_manager_discard);
  g_task_set_task_data (task, discarding, discarding_free);
  g_task_run_in_thread (task, discard_thread);
}

void
shoal_transfer_manager_cancel (ShoalTransferManager *self, ShoalTransfer *transfer)
{
  ShoalTransferState state = shoal_transfer_get_state (transfer);
  ShoalTransferRun *run = shoal_transfer_get_run (transfer);

  if (state == SHOAL_TRANSFER_FINISHED || state == SHOAL_TRANSFER_CANCELLED
      || shoal_transfer_get_stop (transfer) == SHOAL_STOP_CANCEL)
    return;
  shoal_transfer_set_stop (transfer, SHOAL_STOP_CANCEL);
  shoal_transfer_manager_save (self, transfer, SHOAL_ROW_CANCELLED, NULL);
  /* Else its end goes on with that. */
  if (run == NULL)
    shoal_transfer_manager_discard (self, transfer);
  else
    shoal_transfer_run_stop (run, TRUE);
}

gboolean
shoal_transfer_manager_take_given_up (ShoalTransferManager *self, const ShoalTransferRow *row)
{
  if (g_strcmp0 (row->state, SHOAL_ROW_CANCELLED) != 0
      && g_strcmp0 (row->state, SHOAL_ROW_REMOVED) != 0)
    return FALSE;

  g_autoptr (ShoalTransfer) transfer = shoal_transfer_new (shoal_transfer_row_copy (row));

  shoal_transfer_set_stop (transfer, SHOAL_STOP_CANCEL);
  shoal_transfer_manager_discard (self, transfer);
  return TRUE;
}

/* ---- State without a row ------------------------------------------------------------------- */

typedef struct
{
  char *journals;
  GHashTable *known; /* uuids of the rows that there were when the queue was read */
  GPtrArray *names;
} Sweep;

static void
sweep_free (gpointer data)
{
  Sweep *sweep = data;

  g_free (sweep->journals);
  g_hash_table_unref (sweep->known);
  g_clear_pointer (&sweep->names, g_ptr_array_unref);
  g_free (sweep);
}

static void
list_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Sweep *sweep = data;

  sweep->names = shoal_transfer_list_state (sweep->journals);
  g_task_return_boolean (task, TRUE);
}

static void
delete_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Sweep *sweep = data;

  shoal_transfer_delete_state (sweep->journals, sweep->names);
  g_task_return_boolean (task, TRUE);
}

static void
on_state_listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ShoalTransferManager *self = SHOAL_TRANSFER_MANAGER (source);
  Sweep *sweep = g_task_get_task_data (G_TASK (result));
  g_autoptr (GPtrArray) orphans = g_ptr_array_new_with_free_func (g_free);

  if (self->stopped)
    return;
  /* What is listed and was added since has its row by now: rows come before state, and go after it.
   */
  for (guint i = 0; i < self->transfers->len; i++)
    g_hash_table_add (sweep->known,
                      g_strdup (shoal_transfer_get_uuid (g_ptr_array_index (self->transfers, i))));
  for (guint i = 0; i < sweep->names->len; i++)
    {
      const char *name = g_ptr_array_index (sweep->names, i);
      g_autofree char *uuid = shoal_transfer_uuid_of_state (name);

      if (!g_hash_table_contains (sweep->known, uuid))
        g_ptr_array_add (orphans, g_strdup (name));
    }
  if (orphans->len == 0)
    return;
  g_debug ("Deleting %u files of downloads that nobody knows any more", orphans->len);

  g_autoptr (GTask) task = g_task_new (self, NULL, NULL, NULL);
  Sweep *next = g_new0 (Sweep, 1);

  next->journals = g_strdup (sweep->journals);
  next->known = g_hash_table_ref (sweep->known);
  next->names = g_steal_pointer (&orphans);
  g_task_set_source_tag (task, on_state_listed_cb);
  g_task_set_task_data (task, next, sweep_free);
  g_task_run_in_thread (task, delete_thread);
}

void
shoal_transfer_manager_sweep (ShoalTransferManager *self, GPtrArray *rows)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, on_state_listed_cb, NULL);
  Sweep *sweep = g_new0 (Sweep, 1);

  sweep->journals = g_strdup (self->journals);
  sweep->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < rows->len; i++)
    g_hash_table_add (sweep->known,
                      g_strdup (((ShoalTransferRow *) g_ptr_array_index (rows, i))->uuid));
  g_task_set_source_tag (task, shoal_transfer_manager_sweep);
  g_task_set_task_data (task, sweep, sweep_free);
  g_task_set_priority (task, G_PRIORITY_LOW);
  g_task_run_in_thread (task, list_thread);
}
