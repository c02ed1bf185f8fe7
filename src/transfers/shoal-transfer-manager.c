/* shoal-transfer-manager.c: the queue of downloads
 *
 * Every transfer that has not ended has a row in the database; the row is written before add is
 * acknowledged and goes after the observer was told how it ended. Main thread.
 *
 *   queued → (run) starting/active/waiting/no-space → finished | failed; paused and cancelled by
 * the user
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfers"

#include "config.h"

#include "shoal-transfer-manager-private.h"

#include "shoal-limits.h"
#include "shoal-transfer-store.h"

#define TICK_MS 100
/* How often what was fetched so far is written down, in ticks. */
#define TICKS_PER_SAVE 50
/* Transfers that only wait for a source do not take a turn, but each has a thread. */
#define MAX_RUNS 64
/* When there are so many, one that waits goes back into the queue for one that has not been tried
 * yet, or, more slowly, for one that has. */
#define TURN_US (2 * G_USEC_PER_SEC)
#define NEXT_TURN_US (30 * G_USEC_PER_SEC)

enum
{
  SIGNAL_ENDED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ShoalTransferManager,
                               shoal_transfer_manager,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

/* ---- Running the queue ------------------------------------------------------------------------
 */

static gboolean
on_tick_cb (gpointer data)
{
  ShoalTransferManager *self = data;
  gint64 now = g_get_monotonic_time ();
  guint n_runs = 0;

  self->n_ticks++;
  for (guint i = 0; i < self->transfers->len; i++)
    {
      ShoalTransfer *transfer = g_ptr_array_index (self->transfers, i);

      if (shoal_transfer_get_run (transfer) == NULL)
        continue;
      n_runs++;
      shoal_transfer_update (transfer, now);
    }
  if (n_runs == 0)
    {
      self->tick_id = 0;
      return G_SOURCE_REMOVE;
    }
  for (guint i = 0; self->n_ticks % TICKS_PER_SAVE == 0 && i < self->transfers->len; i++)
    {
      ShoalTransfer *transfer = g_ptr_array_index (self->transfers, i);

      if (shoal_transfer_get_run (transfer) != NULL)
        shoal_transfer_manager_save_progress (self, transfer);
    }
  /* One that began to wait makes room for another. */
  if (self->n_ticks % 10 == 0)
    shoal_transfer_manager_schedule (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
may_start (ShoalTransferManager *self, ShoalTransfer *transfer)
{
  return shoal_transfer_get_state (transfer) == SHOAL_TRANSFER_QUEUED
         && shoal_transfer_get_stop (transfer) == SHOAL_STOP_NONE
         && (self->run_all || shoal_transfer_get_wanted (transfer));
}

/* The first that has not had its turn, else the one whose turn was longest ago. */
static ShoalTransfer *
find_next (ShoalTransferManager *self)
{
  ShoalTransfer *next = NULL;

  for (guint i = 0; i < self->transfers->len; i++)
    {
      ShoalTransfer *transfer = g_ptr_array_index (self->transfers, i);

      if (may_start (self, transfer)
          && (next == NULL
              || shoal_transfer_get_turn_us (transfer) < shoal_transfer_get_turn_us (next)))
        next = transfer;
    }
  return next;
}

/* All runs are taken by transfers that wait, perhaps for ever: the one that has waited longest
 * makes room. */
static void
end_a_turn (ShoalTransferManager *self, ShoalTransfer *next)
{
  gint64 now = g_get_monotonic_time ();
  gint64 begun = now - (shoal_transfer_get_turn_us (next) == 0 ? TURN_US : NEXT_TURN_US);
  ShoalTransferRun *longest = NULL;

  for (guint i = 0; i < self->transfers->len; i++)
    {
      ShoalTransfer *transfer = g_ptr_array_index (self->transfers, i);
      ShoalTransferRun *run = shoal_transfer_get_run (transfer);

      if (run == NULL)
        continue;
      if (shoal_transfer_run_is_stopped (run))
        return;
      if (shoal_transfer_get_state (transfer) == SHOAL_TRANSFER_WAITING
          && shoal_transfer_get_turn_us (transfer) < begun)
        {
          begun = shoal_transfer_get_turn_us (transfer);
          longest = run;
        }
    }
  /* Without a reason noted it is queued again when it has ended. */
  if (longest != NULL)
    shoal_transfer_run_stop (longest, FALSE);
}

static gboolean
on_schedule_cb (gpointer data)
{
  ShoalTransferManager *self = data;
  ShoalTransfer *next;
  guint n_busy = 0, n_runs = 0;

  self->schedule_id = 0;
  for (guint i = 0; i < self->transfers->len; i++)
    {
      ShoalTransfer *transfer = g_ptr_array_index (self->transfers, i);
      ShoalTransferState state = shoal_transfer_get_state (transfer);

      if (shoal_transfer_get_run (transfer) == NULL)
        continue;
      n_runs++;
      if (state == SHOAL_TRANSFER_STARTING || state == SHOAL_TRANSFER_ACTIVE)
        n_busy++;
    }
  while (n_busy < self->parallel && (next = find_next (self)) != NULL)
    {
      if (n_runs >= MAX_RUNS)
        {
          end_a_turn (self, next);
          break;
        }
      shoal_transfer_set_turn_us (next, g_get_monotonic_time ());
      shoal_transfer_manager_start_run (self, next);
      n_busy++;
      n_runs++;
    }
  return G_SOURCE_REMOVE;
}

void
shoal_transfer_manager_schedule (ShoalTransferManager *self)
{
  if (self->schedule_id == 0 && !self->stopped)
    self->schedule_id = g_idle_add_full (G_PRIORITY_DEFAULT, on_schedule_cb, self, NULL);
}

void
shoal_transfer_manager_emit_ended (ShoalTransferManager *self, ShoalTransfer *transfer)
{
  g_signal_emit (self, signals[SIGNAL_ENDED], 0, transfer);
}

void
shoal_transfer_manager_start_ticking (ShoalTransferManager *self)
{
  if (self->tick_id == 0)
    self->tick_id = g_timeout_add (TICK_MS, on_tick_cb, self);
}

/* Somebody came or went: who waits for a source asks again at once. */
static void
on_directory_changed_cb (ShoalDirectory *directory, ShoalTransferManager *self)
{
  if (shoal_directory_get_state (directory) != SHOAL_DIRECTORY_ONLINE)
    return;
  for (guint i = 0; i < self->transfers->len; i++)
    {
      ShoalTransferRun *run = shoal_transfer_get_run (g_ptr_array_index (self->transfers, i));

      if (run != NULL)
        shoal_transfer_run_wake (run);
    }
}

/* ---- The list ----------------------------------------------------------------------------------
 */

static GType
get_item_type (GListModel *model)
{
  return SHOAL_TYPE_TRANSFER;
}

static guint
get_n_items (GListModel *model)
{
  return SHOAL_TRANSFER_MANAGER (model)->transfers->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  ShoalTransferManager *self = SHOAL_TRANSFER_MANAGER (model);

  if (position >= self->transfers->len)
    return NULL;
  return g_object_ref (g_ptr_array_index (self->transfers, position));
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static void
shoal_transfer_manager_dispose (GObject *object)
{
  ShoalTransferManager *self = SHOAL_TRANSFER_MANAGER (object);

  if (self->database != NULL)
    shoal_transfer_manager_stop (self);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->database);
  g_clear_object (&self->directory);
  g_clear_pointer (&self->key, shoal_device_key_unref);
  g_clear_pointer (&self->limit, shoal_token_bucket_unref);
  g_clear_pointer (&self->lanes, shoal_lanes_unref);
  g_clear_pointer (&self->by_place, g_hash_table_unref);
  g_clear_pointer (&self->adding, g_hash_table_unref);
  g_clear_pointer (&self->transfers, g_ptr_array_unref);
  g_clear_pointer (&self->pulling, g_hash_table_unref);
  g_clear_pointer (&self->journals, g_free);
  G_OBJECT_CLASS (shoal_transfer_manager_parent_class)->dispose (object);
}

/* The observer's data go last: until then a run may have news. */
static void
shoal_transfer_manager_finalize (GObject *object)
{
  ShoalTransferManager *self = SHOAL_TRANSFER_MANAGER (object);

  if (self->observer_destroy != NULL)
    self->observer_destroy (self->observer_data);
  G_OBJECT_CLASS (shoal_transfer_manager_parent_class)->finalize (object);
}

static void
shoal_transfer_manager_class_init (ShoalTransferManagerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = shoal_transfer_manager_dispose;
  G_OBJECT_CLASS (klass)->finalize = shoal_transfer_manager_finalize;

  signals[SIGNAL_ENDED] = g_signal_new ("ended", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 1, SHOAL_TYPE_TRANSFER);
}

static void
shoal_transfer_manager_init (ShoalTransferManager *self)
{
  self->transfers = g_ptr_array_new_with_free_func (g_object_unref);
  shoal_transfer_manager_init_adding (self);
  self->pulling = g_hash_table_new_full (shoal_digest_hash, shoal_digest_equal, g_free, NULL);
  self->parallel = SHOAL_DEFAULT_PARALLEL_DOWNLOADS;
  self->lanes = shoal_lanes_new (self->parallel);
  self->per_source = SHOAL_DEFAULT_CONNECTIONS_PER_SOURCE;
  self->limit = shoal_token_bucket_new (0);
  self->cancellable = g_cancellable_new ();
}

ShoalTransferManager *
shoal_transfer_manager_new (ShoalDatabase *database,
                            ShoalDirectory *directory,
                            ShoalDeviceKey *key,
                            const char *journals,
                            const ShoalTransferObserver *observer,
                            gpointer observer_data,
                            GDestroyNotify destroy)
{
  ShoalTransferManager *self = g_object_new (SHOAL_TYPE_TRANSFER_MANAGER, NULL);

  self->database = g_object_ref (database);
  self->directory = g_object_ref (directory);
  self->key = shoal_device_key_ref (key);
  self->journals = g_strdup (journals);
  self->observer = observer;
  self->observer_data = observer_data;
  self->observer_destroy = destroy;
  g_signal_connect_object (directory, "state-changed", G_CALLBACK (on_directory_changed_cb), self,
                           0);
  g_signal_connect_object (directory, "roster-changed", G_CALLBACK (on_directory_changed_cb), self,
                           0);
  return self;
}

/* Only what was added while the database was being read can be in it and here: what was read is in
 * it once. */
static gboolean
is_among_first (ShoalTransferManager *self, guint n, const char *uuid)
{
  for (guint i = 0; i < n; i++)
    if (g_str_equal (shoal_transfer_get_uuid (g_ptr_array_index (self->transfers, i)), uuid))
      return TRUE;
  return FALSE;
}

static void
on_loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  ShoalTransferManager *self = g_task_get_source_object (task);
  GError *error = NULL;
  GPtrArray *rows = shoal_database_finish (SHOAL_DATABASE (source), result, &error);

  if (rows == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  guint n_before = self->transfers->len;

  for (guint i = 0; i < rows->len; i++)
    {
      const ShoalTransferRow *row = g_ptr_array_index (rows, i);

      if (is_among_first (self, n_before, row->uuid)
          || shoal_transfer_manager_take_given_up (self, row))
        continue;

      ShoalTransfer *transfer = shoal_transfer_new (shoal_transfer_row_copy (row));

      g_ptr_array_add (self->transfers, transfer);
      shoal_transfer_manager_note_place (self, transfer);
    }
  g_list_model_items_changed (G_LIST_MODEL (self), n_before, 0, self->transfers->len - n_before);
  shoal_transfer_manager_schedule (self);
  shoal_transfer_manager_sweep (self, rows);
  g_task_return_boolean (task, TRUE);
}

void
shoal_transfer_manager_load_async (ShoalTransferManager *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, shoal_transfer_manager_load_async);
  shoal_database_read_async (
      self->database, shoal_transfer_store_list,
      g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_transfer_row_free),
      (GDestroyNotify) g_ptr_array_unref, cancellable, on_loaded_cb, task);
}

gboolean
shoal_transfer_manager_load_finish (ShoalTransferManager *self,
                                    GAsyncResult *result,
                                    GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
shoal_transfer_manager_set_run_all (ShoalTransferManager *self, gboolean run_all)
{
  self->run_all = run_all;
  shoal_transfer_manager_schedule (self);
}

void
shoal_transfer_manager_set_parallel (ShoalTransferManager *self, guint parallel)
{
  self->parallel = MAX (parallel, 1);
  shoal_lanes_set_n (self->lanes, self->parallel);
  shoal_transfer_manager_schedule (self);
}

void
shoal_transfer_manager_set_connections (ShoalTransferManager *self, guint per_source)
{
  self->per_source = CLAMP (per_source, 1, SHOAL_MAX_CONNECTIONS_PER_DEVICE);
}

ShoalTokenBucket *
shoal_transfer_manager_get_limit (ShoalTransferManager *self)
{
  return self->limit;
}

/* ---- What the user does
 * -------------------------------------------------------------------------- */

void
shoal_transfer_manager_pause (ShoalTransferManager *self, ShoalTransfer *transfer)
{
  ShoalTransferRun *run = shoal_transfer_get_run (transfer);

  if (shoal_transfer_get_stop (transfer) == SHOAL_STOP_CANCEL)
    return;
  if (run != NULL)
    {
      shoal_transfer_set_stop (transfer, SHOAL_STOP_PAUSE);
      shoal_transfer_run_stop (run, FALSE);
    }
  else if (shoal_transfer_get_state (transfer) == SHOAL_TRANSFER_QUEUED)
    {
      shoal_transfer_set_state (transfer, SHOAL_TRANSFER_PAUSED, NULL);
      shoal_transfer_manager_save (self, transfer, "paused", NULL);
    }
}

void
shoal_transfer_manager_resume (ShoalTransferManager *self, ShoalTransfer *transfer)
{
  ShoalTransferState state = shoal_transfer_get_state (transfer);

  if (shoal_transfer_get_stop (transfer) == SHOAL_STOP_CANCEL)
    return;
  shoal_transfer_set_wanted (transfer, TRUE);
  if (shoal_transfer_get_run (transfer) == NULL)
    shoal_transfer_set_turn_us (transfer, 0);
  /* A run that is still on its way to the pause is followed by another. */
  if (shoal_transfer_get_stop (transfer) == SHOAL_STOP_PAUSE)
    shoal_transfer_set_stop (transfer, SHOAL_STOP_NONE);
  if (shoal_transfer_get_run (transfer) == NULL
      && (state == SHOAL_TRANSFER_PAUSED || state == SHOAL_TRANSFER_FAILED))
    {
      shoal_transfer_set_state (transfer, SHOAL_TRANSFER_QUEUED, NULL);
      shoal_transfer_manager_save (self, transfer, "queued", NULL);
    }
  shoal_transfer_manager_schedule (self);
}

/* From the end: nobody else gets the turn of one that is paused. */
guint
shoal_transfer_manager_pause_all (ShoalTransferManager *self)
{
  guint n = 0;

  g_return_val_if_fail (SHOAL_IS_TRANSFER_MANAGER (self), 0);

  for (guint i = self->transfers->len; i > 0; i--)
    {
      ShoalTransfer *transfer = g_ptr_array_index (self->transfers, i - 1);

      if (shoal_transfer_get_state (transfer) >= SHOAL_TRANSFER_PAUSED)
        continue;
      shoal_transfer_manager_pause (self, transfer);
      n++;
    }
  return n;
}

guint
shoal_transfer_manager_resume_all (ShoalTransferManager *self)
{
  guint n = 0;

  g_return_val_if_fail (SHOAL_IS_TRANSFER_MANAGER (self), 0);

  for (guint i = 0; i < self->transfers->len; i++)
    {
      ShoalTransfer *transfer = g_ptr_array_index (self->transfers, i);

      if (shoal_transfer_get_state (transfer) != SHOAL_TRANSFER_PAUSED)
        continue;
      shoal_transfer_manager_resume (self, transfer);
      n++;
    }
  return n;
}

void
shoal_transfer_manager_move (ShoalTransferManager *self, ShoalTransfer *transfer, guint position)
{
  guint from;

  if (!g_ptr_array_find (self->transfers, transfer, &from))
    return;

  guint to = MIN (position, self->transfers->len - 1);
  guint first = MIN (from, to), last = MAX (from, to);
  g_autofree gint64 *positions = g_new (gint64, last - first + 1);

  if (from == to)
    return;
  /* The places stay, who has them changes. */
  for (guint i = first; i <= last; i++)
    positions[i - first]
        = shoal_transfer_get_row (g_ptr_array_index (self->transfers, i))->position;

  ShoalTransfer *moved = g_ptr_array_steal_index (self->transfers, from);

  g_list_model_items_changed (G_LIST_MODEL (self), from, 1, 0);
  g_ptr_array_insert (self->transfers, (int) to, moved);
  for (guint i = first; i <= last; i++)
    shoal_transfer_get_row (g_ptr_array_index (self->transfers, i))->position
        = positions[i - first];
  g_list_model_items_changed (G_LIST_MODEL (self), to, 0, 1);
  shoal_transfer_manager_save_order (self, first, last);
  shoal_transfer_manager_schedule (self);
}

ShoalTransfer *
shoal_transfer_manager_lookup (ShoalTransferManager *self, const char *uuid)
{
  for (guint i = 0; i < self->transfers->len; i++)
    {
      ShoalTransfer *transfer = g_ptr_array_index (self->transfers, i);

      if (g_str_equal (shoal_transfer_get_uuid (transfer), uuid))
        return transfer;
    }
  return NULL;
}
