/* shoal-transfer-add.c: how downloads get into the queue, each once
 *
 * The same content to the same place joins the transfer that is there, or the one that is on its
 * way into the database. Ten thousand at once are made ready in a thread, written by one job, and
 * put into the list in slices.
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
#include "shoal-slices.h"
#include "shoal-transfer-store.h"

/* So many are looked at together; more than these are made ready in a thread. */
#define AT_ONCE 64

/* What one caller wants. */
typedef struct
{
  GTask *task;       /* theirs; it keeps the manager */
  GPtrArray *rows;   /* of ShoalTransferRow, NULL where it is refused or was taken */
  GPtrArray *found;  /* of ShoalTransfer, as many */
  GError *error;     /* (nullable): why the first one is missing */
  guint n_looked_at; /* of the rows, by the main thread */
  guint n_open;      /* whose transfer is not there yet, and one until all were looked at */
  GPtrArray *adding; /* of Adding: those that nobody else is adding */
} Wish;

/* Somebody who waits for a transfer. */
typedef struct
{
  Wish *wish;
  guint index; /* among what they want */
} Waiter;

/* A transfer on its way into the database, and who waits for it. */
typedef struct
{
  ShoalTransferRow *row;
  GArray *waiters; /* of Waiter */
} Adding;

/* What goes into the database together. */
typedef struct
{
  ShoalTransferManager *manager;
  GPtrArray *adding; /* of Adding, which are ours */
  GPtrArray *rows;   /* theirs, for the job */
  guint n_added;
  GError *error; /* (nullable): why none of them is in the database */
} Batch;

static void
row_free (gpointer row)
{
  if (row != NULL)
    shoal_transfer_row_free (row);
}

static void
clear_object (gpointer object)
{
  if (object != NULL)
    g_object_unref (object);
}

static void
adding_free (gpointer data)
{
  Adding *self = data;

  shoal_transfer_row_free (self->row);
  g_array_unref (self->waiters);
  g_free (self);
}

/* ---- The same content to the same place ---- */

static guint
row_hash (gconstpointer data)
{
  const ShoalTransferRow *row = data;

  return shoal_digest_hash (&row->id) ^ g_str_hash (row->folder_path) ^ g_str_hash (row->name);
}

static gboolean
row_is_same (gconstpointer a, gconstpointer b)
{
  const ShoalTransferRow *row = a;
  const ShoalTransferRow *other = b;

  /* Two offers of one folder may say different things of it. */
  if (row->n_entries >= 0 && other->n_entries >= 0
      && (row->n_entries != other->n_entries || row->total_size != other->total_size))
    return FALSE;
  return shoal_digest_equal (&row->id, &other->id) && row->size == other->size
         && g_str_equal (row->folder_path, other->folder_path)
         && g_str_equal (row->name, other->name);
}

void
shoal_transfer_manager_init_adding (ShoalTransferManager *self)
{
  self->adding = g_hash_table_new (row_hash, row_is_same);
  self->by_place = g_hash_table_new (row_hash, row_is_same);
}

void
shoal_transfer_manager_note_place (ShoalTransferManager *self, ShoalTransfer *transfer)
{
  /* The latest one: those before it have ended. */
  g_hash_table_replace (self->by_place, shoal_transfer_get_row (transfer), transfer);
}

void
shoal_transfer_manager_forget_place (ShoalTransferManager *self, ShoalTransfer *transfer)
{
  ShoalTransferRow *row = shoal_transfer_get_row (transfer);

  if (g_hash_table_lookup (self->by_place, row) == transfer)
    g_hash_table_remove (self->by_place, row);
}

static ShoalTransfer *
find_same (ShoalTransferManager *self, const ShoalTransferRow *row)
{
  ShoalTransfer *transfer = g_hash_table_lookup (self->by_place, row);
  ShoalTransferState state
      = transfer != NULL ? shoal_transfer_get_state (transfer) : SHOAL_TRANSFER_CANCELLED;

  return state != SHOAL_TRANSFER_FINISHED && state != SHOAL_TRANSFER_CANCELLED
                 && shoal_transfer_get_stop (transfer) != SHOAL_STOP_CANCEL
             ? transfer
             : NULL;
}

/* ---- Answers ---- */

static void
wish_free (gpointer data)
{
  Wish *self = data;

  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_pointer (&self->found, g_ptr_array_unref);
  g_clear_pointer (&self->adding, g_ptr_array_unref);
  g_clear_error (&self->error);
  g_free (self);
}

static void
wish_end (Wish *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  g_task_return_boolean (task, TRUE);
}

/* The first reason is told. */
static void
wish_refuse (Wish *self, const GError *error)
{
  if (self->error == NULL)
    self->error = g_error_copy (error);
}

static void
wish_close_one (Wish *self)
{
  if (--self->n_open == 0)
    wish_end (self);
}

static void
wish_answer (const Waiter *waiter, ShoalTransfer *transfer, const GError *error)
{
  Wish *wish = waiter->wish;

  if (transfer != NULL)
    g_ptr_array_index (wish->found, waiter->index) = g_object_ref (transfer);
  else
    wish_refuse (wish, error);
  wish_close_one (wish);
}

/* ---- Into the list ---- */

static void
batch_free (gpointer data)
{
  Batch *self = data;

  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_pointer (&self->adding, g_ptr_array_unref);
  g_clear_error (&self->error);
  g_clear_object (&self->manager);
  g_free (self);
}

static void
add_one (Batch *self, Adding *adding)
{
  g_autoptr (ShoalTransfer) transfer = NULL;

  g_hash_table_remove (self->manager->adding, adding->row);
  if (self->error == NULL)
    {
      transfer = shoal_transfer_new (shoal_transfer_row_copy (adding->row));
      shoal_transfer_set_wanted (transfer, TRUE);
      g_ptr_array_add (self->manager->transfers, g_object_ref (transfer));
      shoal_transfer_manager_note_place (self->manager, transfer);
    }
  for (guint i = 0; i < adding->waiters->len; i++)
    wish_answer (&g_array_index (adding->waiters, Waiter, i), transfer, self->error);
}

static gboolean
add_some (gpointer data)
{
  Batch *self = data;
  ShoalTransferManager *manager = self->manager;
  guint end = MIN (self->n_added + AT_ONCE, self->adding->len);

  /* Those that are in the database are there at the next start. */
  if (manager->stopped && self->error == NULL)
    self->error
        = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Shoal is being closed"));

  guint before = manager->transfers->len;

  for (; self->n_added < end; self->n_added++)
    add_one (self, g_ptr_array_index (self->adding, self->n_added));

  guint n_new = manager->transfers->len - before;

  if (n_new > 0)
    {
      g_list_model_items_changed (G_LIST_MODEL (manager), before, 0, n_new);
      shoal_transfer_manager_schedule (manager);
    }
  return self->n_added < self->adding->len;
}

static void
on_stored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Batch *self = user_data;

  shoal_database_finish (SHOAL_DATABASE (source), result, &self->error);
  shoal_slices_run (G_PRIORITY_DEFAULT_IDLE, add_some, self, batch_free);
}

/* ---- Into the database ---- */

static void
store (ShoalTransferManager *self, GPtrArray *adding)
{
  Batch *batch = g_new0 (Batch, 1);

  batch->manager = g_object_ref (self);
  batch->adding = g_ptr_array_ref (adding);
  batch->rows = g_ptr_array_sized_new (adding->len);
  for (guint i = 0; i < adding->len; i++)
    g_ptr_array_add (batch->rows, ((Adding *) g_ptr_array_index (adding, i))->row);
  shoal_database_write_async (self->database, shoal_transfer_store_insert, batch->rows, NULL, NULL,
                              on_stored_cb, batch);
}

static void
look_at_one (ShoalTransferManager *self, Wish *wish, guint index)
{
  ShoalTransferRow *row = g_steal_pointer (&g_ptr_array_index (wish->rows, index));
  Waiter waiter = { .wish = wish, .index = index };

  if (row == NULL)
    return;

  ShoalTransfer *same = find_same (self, row);
  Adding *adding = g_hash_table_lookup (self->adding, row);

  if (same != NULL)
    {
      shoal_transfer_manager_resume (self, same);
      g_ptr_array_index (wish->found, index) = g_object_ref (same);
    }
  else if (adding == NULL)
    {
      adding = g_new0 (Adding, 1);
      adding->row = g_steal_pointer (&row);
      adding->waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));
      g_hash_table_insert (self->adding, adding->row, adding);
      g_ptr_array_add (wish->adding, adding);
    }
  row_free (row);
  if (same != NULL)
    return;
  g_array_append_val (adding->waiters, waiter);
  wish->n_open++;
}

static gboolean
look_at_some (gpointer data)
{
  Wish *wish = data;
  ShoalTransferManager *self = g_task_get_source_object (wish->task);
  guint end = MIN (wish->n_looked_at + AT_ONCE, wish->rows->len);

  for (; wish->n_looked_at < end; wish->n_looked_at++)
    look_at_one (self, wish, wish->n_looked_at);
  if (wish->n_looked_at < wish->rows->len)
    return TRUE;

  if (wish->adding->len > 0)
    store (self, wish->adding);
  wish_close_one (wish);
  return FALSE;
}

static void
on_rows_made_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  shoal_slices_run (G_PRIORITY_DEFAULT_IDLE, look_at_some, user_data, NULL);
}

/* ---- Asking ---- */

/* Returns: (nullable): %NULL with @error if nobody can have that */
static ShoalTransferRow *
make_row (const ShoalTransferRequest *request, GError **error)
{
  ShoalTransferRow *row;

  if (request->size > SHOAL_MAX_FILE_SIZE
      || (request->folder && request->size > SHOAL_MAX_MANIFEST_SIZE))
    {
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID,
                   _ ("“%s” is said to be impossibly large."), request->name);
      return NULL;
    }
  row = g_new0 (ShoalTransferRow, 1);
  row->uuid = g_uuid_string_random ();
  row->name = shoal_safe_top_name (request->name);
  row->renamed = !g_str_equal (row->name, request->name);
  row->id = request->id;
  row->size = request->size;
  row->total_size = request->total_size;
  row->folder = request->folder;
  row->n_entries = request->folder && request->offered ? (gint64) request->n_entries : -1;
  row->folder_path = g_canonicalize_filename (request->folder_path, NULL);
  row->device = g_strdup (request->device);
  row->mtime_ms = request->mtime_ms;
  row->state = g_strdup ("queued");
  return row;
}

/* Puts the rows of @requests into the wish of @task. */
static void
make_rows (Wish *wish, const ShoalTransferRequest *requests, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;

      g_ptr_array_add (wish->rows, make_row (&requests[i], &error));
      if (error != NULL)
        wish_refuse (wish, error);
    }
}

/* The requests as a thread reads them. */
typedef struct
{
  Wish *wish; /* borrowed: the main thread does not touch it meanwhile */
  GArray *requests;
} MakeRows;

static void
request_clear (gpointer data)
{
  ShoalTransferRequest *request = data;

  g_free ((char *) request->name);
  g_free ((char *) request->folder_path);
  g_free ((char *) request->device);
}

static void
make_rows_free (gpointer data)
{
  MakeRows *self = data;

  g_array_unref (self->requests);
  g_free (self);
}

static void
make_rows_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  MakeRows *self = data;

  make_rows (self->wish, (const ShoalTransferRequest *) (gpointer) self->requests->data,
             self->requests->len);
  g_task_return_boolean (task, TRUE);
}

static void
start_thread (Wish *wish, const ShoalTransferRequest *requests, guint n)
{
  MakeRows *make = g_new0 (MakeRows, 1);
  /* Without a source object: a thread may be the last to drop it. */
  g_autoptr (GTask) thread = g_task_new (NULL, NULL, on_rows_made_cb, wish);

  make->wish = wish;
  make->requests = g_array_sized_new (FALSE, FALSE, sizeof *requests, n);
  g_array_set_clear_func (make->requests, request_clear);
  g_array_append_vals (make->requests, requests, n);
  for (guint i = 0; i < n; i++)
    {
      ShoalTransferRequest *request = &g_array_index (make->requests, ShoalTransferRequest, i);

      request->name = g_strdup (request->name);
      request->folder_path = g_strdup (request->folder_path);
      request->device = g_strdup (request->device);
    }
  g_task_set_source_tag (thread, start_thread);
  g_task_set_task_data (thread, make, make_rows_free);
  g_task_run_in_thread (thread, make_rows_in_thread);
}

void
shoal_transfer_manager_add_many_async (ShoalTransferManager *self,
                                       const ShoalTransferRequest *requests,
                                       guint n,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_TRANSFER_MANAGER (self));
  g_return_if_fail (requests != NULL || n == 0);
  for (guint i = 0; i < n; i++)
    g_return_if_fail (g_path_is_absolute (requests[i].folder_path));

  Wish *wish = g_new0 (Wish, 1);

  wish->task = g_task_new (self, cancellable, callback, user_data);
  wish->rows = g_ptr_array_new_full (n, row_free);
  wish->found = g_ptr_array_new_full (n, clear_object);
  g_ptr_array_set_size (wish->found, (int) n);
  wish->adding = g_ptr_array_new_with_free_func (adding_free);
  wish->n_open = 1;
  g_task_set_source_tag (wish->task, shoal_transfer_manager_add_many_async);
  g_task_set_task_data (wish->task, wish, wish_free);
  if (n > AT_ONCE)
    {
      start_thread (wish, requests, n);
      return;
    }
  make_rows (wish, requests, n);
  look_at_some (wish);
}

static void
drop_missing (GPtrArray *found)
{
  guint n = 0;

  for (guint i = 0; i < found->len; i++)
    {
      gpointer transfer = g_steal_pointer (&g_ptr_array_index (found, i));

      if (transfer != NULL)
        g_ptr_array_index (found, n++) = transfer;
    }
  g_ptr_array_set_size (found, (int) n);
}

GPtrArray *
shoal_transfer_manager_add_many_finish (ShoalTransferManager *self,
                                        GAsyncResult *result,
                                        GError **refused)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  Wish *wish = g_task_get_task_data (G_TASK (result));
  GPtrArray *found = NULL;

  /* Cancelling takes nothing back: only the answer. */
  if (!g_task_propagate_boolean (G_TASK (result), refused))
    return g_ptr_array_new_with_free_func (g_object_unref);
  found = g_steal_pointer (&wish->found);
  drop_missing (found);
  if (wish->error != NULL)
    g_propagate_error (refused, g_steal_pointer (&wish->error));
  return found;
}

void
shoal_transfer_manager_add_async (ShoalTransferManager *self,
                                  const ShoalTransferRequest *request,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  shoal_transfer_manager_add_many_async (self, request, 1, cancellable, callback, user_data);
}

ShoalTransfer *
shoal_transfer_manager_add_finish (ShoalTransferManager *self, GAsyncResult *result, GError **error)
{
  g_autoptr (GPtrArray) found = shoal_transfer_manager_add_many_finish (self, result, error);

  return found->len == 1 ? g_object_ref (g_ptr_array_index (found, 0)) : NULL;
}
