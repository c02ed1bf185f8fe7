/* shoal-transfer-manager-remove.c: how downloads that have ended leave the list
 *
 * Whoever shows the list is told of each stretch of it that goes. Ten thousand go in slices: the
 * others in the list may move meanwhile, so that those that leave are looked for anew each time.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfers"

#include "config.h"

#include "shoal-transfer-manager-private.h"

#include "shoal-slices.h"

/* The longest stretch that goes at once. */
#define REMOVED_AT_ONCE 16

static gboolean
may_leave (ShoalTransfer *transfer)
{
  return shoal_transfer_state_is_ended (shoal_transfer_get_state (transfer));
}

/* What there is of it beside the list. */
static void
let_go (ShoalTransferManager *self, ShoalTransfer *transfer)
{
  if (shoal_transfer_get_state (transfer) == SHOAL_TRANSFER_FAILED
      && shoal_transfer_get_stop (transfer) != SHOAL_STOP_CANCEL)
    {
      shoal_transfer_set_stop (transfer, SHOAL_STOP_CANCEL);
      shoal_transfer_manager_save (self, transfer, SHOAL_ROW_REMOVED, NULL);
      shoal_transfer_manager_discard (self, transfer);
    }
  shoal_transfer_manager_forget_place (self, transfer);
}

static void
remove_stretch (ShoalTransferManager *self, guint first, guint n)
{
  for (guint i = first; i < first + n; i++)
    let_go (self, g_ptr_array_index (self->transfers, i));
  g_ptr_array_remove_range (self->transfers, first, n);
  g_list_model_items_changed (G_LIST_MODEL (self), first, n, 0);
}

/* From the end: what is behind a stretch has to be moved. Returns: whether there may be more */
static gboolean
remove_some (gpointer data)
{
  ShoalTransferManager *self = data;
  guint end = self->transfers->len;
  guint n = 0;

  while (end > 0 && !g_hash_table_contains (self->leaving, self->transfers->pdata[end - 1]))
    end--;
  while (n < MIN (end, REMOVED_AT_ONCE))
    {
      ShoalTransfer *transfer = g_ptr_array_index (self->transfers, end - 1 - n);

      /* It may have been tried again meanwhile. */
      if (!g_hash_table_remove (self->leaving, transfer) || !may_leave (transfer))
        break;
      n++;
    }
  if (n > 0)
    remove_stretch (self, end - n, n);
  return end > 0 && g_hash_table_size (self->leaving) > 0;
}

static void
on_removed_cb (gpointer data)
{
  ShoalTransferManager *self = data;

  self->leaving_id = 0;
  g_clear_pointer (&self->leaving, g_hash_table_unref);
}

void
shoal_transfer_manager_finish_removing (ShoalTransferManager *self)
{
  if (self->leaving == NULL)
    return;
  while (remove_some (self))
    continue;
  g_source_remove (self->leaving_id);
}

void
shoal_transfer_manager_remove_many (ShoalTransferManager *self, GPtrArray *transfers)
{
  g_return_if_fail (SHOAL_IS_TRANSFER_MANAGER (self));
  g_return_if_fail (transfers != NULL);

  gboolean under_way = self->leaving != NULL;

  if (self->stopped)
    return;
  if (!under_way)
    self->leaving = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  for (guint i = 0; i < transfers->len; i++)
    {
      ShoalTransfer *transfer = g_ptr_array_index (transfers, i);

      if (may_leave (transfer))
        g_hash_table_add (self->leaving, g_object_ref (transfer));
    }
  if (!under_way)
    self->leaving_id = shoal_slices_run (G_PRIORITY_DEFAULT_IDLE, remove_some, self, on_removed_cb);
}

void
shoal_transfer_manager_remove (ShoalTransferManager *self, ShoalTransfer *transfer)
{
  guint position;

  if (may_leave (transfer) && g_ptr_array_find (self->transfers, transfer, &position))
    remove_stretch (self, position, 1);
}
