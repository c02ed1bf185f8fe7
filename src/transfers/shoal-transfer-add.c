/* shoal-transfer-add.c: how a download gets into the queue, once
 *
 * The same content to the same place joins the transfer that is there, or the one that is on its
 * way into the database.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfers"

#include "config.h"

#include "shoal-transfer-manager-private.h"

#include <glib/gi18n.h>

#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-safe-name.h"
#include "shoal-transfer-store.h"

/* A transfer on its way into the database, and who waits for it. */
typedef struct
{
  ShoalTransferRow *row;
  GPtrArray *tasks; /* of GTask */
} Adding;

static Adding *
adding_new (const ShoalTransferRow *row)
{
  Adding *self = g_new0 (Adding, 1);

  self->row = shoal_transfer_row_copy (row);
  self->tasks = g_ptr_array_new_with_free_func (g_object_unref);
  return self;
}

static void
adding_free (Adding *self)
{
  shoal_transfer_row_free (self->row);
  g_ptr_array_unref (self->tasks);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Adding, adding_free)

/* The same content to the same place. */
static gboolean
is_same (const ShoalTransferRow *row, const ShoalTransferRow *other)
{
  return shoal_digest_equal (&row->id, &other->id) && row->size == other->size
         && g_strcmp0 (row->folder_path, other->folder_path) == 0
         && g_strcmp0 (row->name, other->name) == 0;
}

static Adding *
find_adding (ShoalTransferManager *self, const ShoalTransferRow *row)
{
  for (guint i = 0; i < self->adding->len; i++)
    {
      Adding *adding = g_ptr_array_index (self->adding, i);

      if (is_same (row, adding->row))
        return adding;
    }
  return NULL;
}

static ShoalTransfer *
find_same (ShoalTransferManager *self, const ShoalTransferRow *row)
{
  for (guint i = 0; i < self->transfers->len; i++)
    {
      ShoalTransfer *transfer = g_ptr_array_index (self->transfers, i);
      ShoalTransferState state = shoal_transfer_get_state (transfer);

      if (state != SHOAL_TRANSFER_FINISHED && state != SHOAL_TRANSFER_CANCELLED
          && shoal_transfer_get_stop (transfer) != SHOAL_STOP_CANCEL
          && is_same (row, shoal_transfer_get_row (transfer)))
        return transfer;
    }
  return NULL;
}

static void
on_added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Adding) adding = user_data;
  ShoalTransferManager *self = g_task_get_source_object (g_ptr_array_index (adding->tasks, 0));
  g_autoptr (GError) error = NULL;
  ShoalTransferRow *row = shoal_database_finish (SHOAL_DATABASE (source), result, &error);
  g_autoptr (ShoalTransfer) transfer = NULL;

  g_ptr_array_remove (self->adding, adding);
  if (row != NULL)
    {
      transfer = shoal_transfer_new (shoal_transfer_row_copy (row));
      shoal_transfer_set_wanted (transfer, TRUE);
      shoal_transfer_manager_append (self, transfer);
      shoal_transfer_manager_schedule (self);
    }
  for (guint i = 0; i < adding->tasks->len; i++)
    {
      GTask *task = g_ptr_array_index (adding->tasks, i);

      if (transfer != NULL)
        g_task_return_pointer (task, g_object_ref (transfer), g_object_unref);
      else
        g_task_return_error (task, g_error_copy (error));
    }
}

void
shoal_transfer_manager_add_async (ShoalTransferManager *self,
                                  const ShoalTransferRequest *request,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (ShoalTransferRow) row = g_new0 (ShoalTransferRow, 1);

  g_return_if_fail (g_path_is_absolute (request->folder_path));

  g_task_set_source_tag (task, shoal_transfer_manager_add_async);
  if (request->size > SHOAL_MAX_FILE_SIZE
      || (request->folder && request->size > SHOAL_MAX_MANIFEST_SIZE))
    {
      g_task_return_new_error (task, SHOAL_ERROR, SHOAL_ERROR_INVALID,
                               _ ("“%s” is said to be impossibly large."), request->name);
      return;
    }
  row->uuid = g_uuid_string_random ();
  row->name = shoal_safe_name (request->name);
  row->id = request->id;
  row->size = request->size;
  row->total_size = request->total_size;
  row->folder = request->folder;
  row->folder_path = g_canonicalize_filename (request->folder_path, NULL);
  row->device = g_strdup (request->device);
  row->mtime_ms = request->mtime_ms;
  row->state = g_strdup ("queued");

  ShoalTransfer *same = find_same (self, row);

  if (same != NULL)
    {
      shoal_transfer_manager_resume (self, same);
      g_task_return_pointer (task, g_object_ref (same), g_object_unref);
      return;
    }

  Adding *adding = find_adding (self, row);
  gboolean is_first = adding == NULL;

  if (is_first)
    {
      adding = adding_new (row);
      g_ptr_array_add (self->adding, adding);
    }
  g_ptr_array_add (adding->tasks, g_steal_pointer (&task));
  if (is_first)
    shoal_database_write_async (self->database, shoal_transfer_store_insert, g_steal_pointer (&row),
                                (GDestroyNotify) shoal_transfer_row_free, NULL, on_added_cb,
                                adding);
}

ShoalTransfer *
shoal_transfer_manager_add_finish (ShoalTransferManager *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
