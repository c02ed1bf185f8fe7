/* shoal-shares.c: the files and folders that this device shares
 *
 * This file has the list; shoal-shares-add.c and shoal-shares-change.c what the user does to it,
 * shoal-shares-jobs.c looks through and hashes, shoal-shares-offers.c offers them. A share
 * is in the list from the moment its path has been found to exist, gets its number from the
 * database, and only then is hashed: whatever the threads come back with is for a number, so a
 * removed share is simply nobody.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-shares"

#include "config.h"

#include "shoal-shares-private.h"

#include <sys/stat.h>

#include "shoal-error.h"
#include "shoal-task.h"

/* Somebody who waits for some shares, or for all, to have nothing going on. */
typedef struct
{
  GTask *task;
  GPtrArray *entries; /* (nullable): of ShoalShareEntry */
  gulong handler;
  guint n_settled; /* the first so many were settled when last looked at */
} Waiter;

static void shoal_shares_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ShoalShares,
                               shoal_shares,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      shoal_shares_list_model_init))

enum
{
  SIGNAL_HOLDINGS_CHANGED,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

/* ---- Entries ---- */

static ShoalShareEntry *
share_entry_new (ShoalShares *shares, ShoalShare *share)
{
  ShoalShareEntry *self = g_rc_box_new0 (ShoalShareEntry);

  self->shares = shares;
  self->share = share;
  return self;
}

ShoalShareEntry *
shoal_share_entry_ref (ShoalShareEntry *self)
{
  return g_rc_box_acquire (self);
}

static void
share_entry_clear (ShoalShareEntry *self)
{
  g_assert (self->timer == 0);
  g_clear_object (&self->share);
}

void
shoal_share_entry_unref (ShoalShareEntry *self)
{
  g_rc_box_release_full (self, (GDestroyNotify) share_entry_clear);
}

/* ---- The list ---- */

static GType
shoal_shares_get_item_type (GListModel *model)
{
  return SHOAL_TYPE_SHARE;
}

static guint
shoal_shares_get_n_items (GListModel *model)
{
  return SHOAL_SHARES (model)->entries->len;
}

static gpointer
shoal_shares_get_item (GListModel *model, guint position)
{
  ShoalShares *self = SHOAL_SHARES (model);

  if (position >= self->entries->len)
    return NULL;
  return g_object_ref (((ShoalShareEntry *) g_ptr_array_index (self->entries, position))->share);
}

static void
shoal_shares_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = shoal_shares_get_item_type;
  iface->get_n_items = shoal_shares_get_n_items;
  iface->get_item = shoal_shares_get_item;
}

static void
shoal_shares_dispose (GObject *object)
{
  ShoalShares *self = SHOAL_SHARES (object);

  shoal_shares_stop (self);
  G_OBJECT_CLASS (shoal_shares_parent_class)->dispose (object);
}

static void
shoal_shares_finalize (GObject *object)
{
  ShoalShares *self = SHOAL_SHARES (object);

  g_clear_pointer (&self->by_number, g_hash_table_unref);
  g_clear_pointer (&self->by_offer, g_hash_table_unref);
  g_clear_pointer (&self->by_path, g_hash_table_unref);
  g_clear_pointer (&self->queue, g_ptr_array_unref);
  g_clear_pointer (&self->entries, g_ptr_array_unref);
  g_clear_pointer (&self->waiters, g_ptr_array_unref);
  g_clear_pointer (&self->holdings, shoal_holdings_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_pointer (&self->own_folder, g_free);
  g_clear_pointer (&self->manifests, g_free);
  g_clear_object (&self->pool);
  g_clear_object (&self->offers);
  g_clear_object (&self->database);
  G_OBJECT_CLASS (shoal_shares_parent_class)->finalize (object);
}

static void
shoal_shares_class_init (ShoalSharesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = shoal_shares_dispose;
  object_class->finalize = shoal_shares_finalize;

  /**
   * ShoalShares::holdings-changed:
   *
   * What may be served is something else now; see shoal_shares_dup_holdings().
   */
  signals[SIGNAL_HOLDINGS_CHANGED]
      = g_signal_new ("holdings-changed", SHOAL_TYPE_SHARES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                      G_TYPE_NONE, 0);
}

static void
shoal_shares_init (ShoalShares *self)
{
  self->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_share_entry_unref);
  self->by_path = g_hash_table_new (g_str_hash, g_str_equal);
  self->by_offer = g_hash_table_new (g_str_hash, g_str_equal);
  self->by_number = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->waiters = g_ptr_array_new ();
}

ShoalShares *
shoal_shares_new (const char *own_folder,
                  const char *manifests,
                  ShoalDatabase *database,
                  ShoalOfferKeeper *offers)
{
  g_return_val_if_fail (own_folder != NULL && manifests != NULL, NULL);
  g_return_val_if_fail (SHOAL_IS_DATABASE (database), NULL);
  g_return_val_if_fail (SHOAL_IS_OFFER_KEEPER (offers), NULL);

  ShoalShares *self = g_object_new (SHOAL_TYPE_SHARES, NULL);
  struct stat st;

  self->database = g_object_ref (database);
  self->offers = g_object_ref (offers);
  self->own_folder = g_strdup (own_folder);
  self->manifests = g_strdup (manifests);
  if (stat (self->own_folder, &st) == 0)
    shoal_file_stamp_from_stat (&self->excluded, &st);
  shoal_shares_init_jobs (self);
  shoal_shares_init_offers (self);
  return self;
}

ShoalShareEntry *
shoal_shares_lookup (ShoalShares *self, gint64 number)
{
  return g_hash_table_lookup (self->by_number, &number);
}

ShoalShareEntry *
shoal_shares_find_entry (ShoalShares *self, ShoalShare *share)
{
  ShoalShareEntry *entry = g_hash_table_lookup (self->by_path, shoal_share_get_path (share));

  return entry != NULL && entry->share == share ? entry : NULL;
}

ShoalShareEntry *
shoal_shares_append (ShoalShares *self, const ShoalStoredShare *stored)
{
  ShoalShareEntry *entry = share_entry_new (self, shoal_share_new (stored));

  g_ptr_array_add (self->entries, entry);
  g_hash_table_insert (self->by_path, (gpointer) shoal_share_get_path (entry->share), entry);
  g_hash_table_insert (self->by_offer, (gpointer) shoal_share_get_offer (entry->share), entry);
  return entry;
}

void
shoal_shares_number (ShoalShares *self, ShoalShareEntry *entry, gint64 number)
{
  shoal_share_set_number (entry->share, number);
  g_hash_table_insert (self->by_number, g_memdup2 (&number, sizeof number), entry);
}

/* ---- Waiting ---- */

static gboolean
is_settled (ShoalShares *self, ShoalShareEntry *entry)
{
  return entry->removed
         || (!entry->inserting && !entry->queued && entry->target == NULL
             && entry->watch_task == NULL && !shoal_shares_is_offer_open (self, entry));
}

static gboolean
is_waiter_done (ShoalShares *self, Waiter *waiter)
{
  GPtrArray *entries = waiter->entries != NULL ? waiter->entries : self->entries;
  guint began = waiter->n_settled < entries->len ? waiter->n_settled : 0;
  guint i = began;

  /* From where it stood last time; only when all behind that are settled, again from the start. */
  while (i < entries->len && is_settled (self, g_ptr_array_index (entries, i)))
    i++;
  waiter->n_settled = i;
  if (i < entries->len || began == 0)
    return i == entries->len;
  waiter->n_settled = 0;
  return is_waiter_done (self, waiter);
}

static GPtrArray *
shares_of_entries (GPtrArray *entries)
{
  GPtrArray *shares = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; entries != NULL && i < entries->len; i++)
    g_ptr_array_add (shares,
                     g_object_ref (((ShoalShareEntry *) g_ptr_array_index (entries, i))->share));
  return shares;
}

static void
waiter_end (Waiter *waiter)
{
  g_autoptr (GTask) task = g_steal_pointer (&waiter->task);

  if (waiter->handler != 0)
    g_signal_handler_disconnect (g_task_get_cancellable (task), waiter->handler);
  if (!g_task_return_error_if_cancelled (task))
    g_task_return_pointer (task, shares_of_entries (waiter->entries),
                           (GDestroyNotify) g_ptr_array_unref);
  g_clear_pointer (&waiter->entries, g_ptr_array_unref);
  g_free (waiter);
}

void
shoal_shares_check_waiters (ShoalShares *self)
{
  g_autoptr (GPtrArray) done = g_ptr_array_new ();

  for (guint i = 0; i < self->waiters->len;)
    {
      Waiter *waiter = g_ptr_array_index (self->waiters, i);
      if (!self->stopped && !g_cancellable_is_cancelled (g_task_get_cancellable (waiter->task))
          && !is_waiter_done (self, waiter))
        {
          i++;
          continue;
        }
      g_ptr_array_remove_index (self->waiters, i);
      g_ptr_array_add (done, waiter);
    }
  for (guint i = 0; i < done->len; i++)
    waiter_end (g_ptr_array_index (done, i));
}

static gboolean
on_wait_due_cb (gpointer user_data)
{
  shoal_shares_check_waiters (SHOAL_SHARES (user_data));
  return G_SOURCE_REMOVE;
}

static void
check_waiters_soon (ShoalShares *self)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, on_wait_due_cb, g_object_ref (self), g_object_unref);
}

static void
on_wait_cancelled_cb (GCancellable *cancellable, ShoalShares *self)
{
  check_waiters_soon (self);
}

void
shoal_shares_wait_for (ShoalShares *self, GTask *task, GPtrArray *entries)
{
  Waiter *waiter = g_new0 (Waiter, 1);
  GCancellable *cancellable = g_task_get_cancellable (task);

  waiter->task = task;
  waiter->entries = entries;
  g_ptr_array_add (self->waiters, waiter);
  if (cancellable != NULL)
    waiter->handler
        = g_signal_connect (cancellable, "cancelled", G_CALLBACK (on_wait_cancelled_cb), self);
  check_waiters_soon (self);
}

void
shoal_shares_wait_async (ShoalShares *self,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_SHARES (self));

  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, shoal_shares_wait_async);
  shoal_shares_wait_for (self, task, NULL);
}

gboolean
shoal_shares_wait_finish (ShoalShares *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  g_autoptr (GPtrArray) shares = g_task_propagate_pointer (G_TASK (result), error);
  return shares != NULL;
}

/* ---- Loading ---- */

typedef struct
{
  GPtrArray *stored;
} LoadJob;

static void
load_job_free (LoadJob *job)
{
  g_clear_pointer (&job->stored, g_ptr_array_unref);
  g_free (job);
}

static gboolean
load_job (ShoalConnection *connection, gpointer data, GError **error)
{
  LoadJob *job = data;

  job->stored = shoal_share_store_load (connection, error);
  return job->stored != NULL;
}

static void
on_loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  ShoalShares *self = g_task_get_source_object (task);
  GError *error = NULL;
  LoadJob *job = shoal_database_finish (SHOAL_DATABASE (source), result, &error);

  if (job == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  guint before = self->entries->len;
  for (guint i = 0; i < job->stored->len; i++)
    {
      ShoalStoredShare *stored = g_ptr_array_index (job->stored, i);
      if (g_hash_table_contains (self->by_path, stored->path))
        continue;
      ShoalShareEntry *entry = shoal_shares_append (self, stored);
      shoal_shares_number (self, entry, stored->number);
      if (!stored->offered || stored->set != NULL)
        shoal_shares_settle (self, entry);
      else
        shoal_shares_hold (self, entry);
    }
  g_list_model_items_changed (G_LIST_MODEL (self), before, 0, self->entries->len - before);
  shoal_shares_touch_holdings (self);
  shoal_shares_flush_holdings (self);
  g_task_return_boolean (task, TRUE);
}

void
shoal_shares_load_async (ShoalShares *self,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_SHARES (self));

  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, shoal_shares_load_async);
  shoal_database_read_async (self->database, load_job, g_new0 (LoadJob, 1),
                             (GDestroyNotify) load_job_free, cancellable, on_loaded_cb, task);
}

gboolean
shoal_shares_load_finish (ShoalShares *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- Faces ---- */

static void
begin_stop (ShoalShares *self)
{
  self->stopped = TRUE;
  g_clear_handle_id (&self->leaving_source, g_source_remove);
  shoal_shares_stop_watching (self);
  shoal_shares_stop_offers (self);
  shoal_shares_cancel_jobs (self);
}

void
shoal_shares_stop (ShoalShares *self)
{
  g_return_if_fail (SHOAL_IS_SHARES (self));

  if (self->stopped)
    return;
  begin_stop (self);
  shoal_shares_join_jobs (self);
  shoal_shares_check_waiters (self);
}

static void
join_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  shoal_shares_join_jobs (source);
  g_task_return_boolean (task, TRUE);
}

static void
on_joined_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  shoal_shares_check_waiters (SHOAL_SHARES (object));
  g_task_return_boolean (task, TRUE);
}

void
shoal_shares_stop_async (ShoalShares *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_SHARES (self));
  g_return_if_fail (!self->stopped);

  g_autoptr (GTask) joining = NULL;
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, shoal_shares_stop_async);
  begin_stop (self);
  joining = g_task_new (self, NULL, on_joined_cb, task);
  shoal_task_run_in_own_thread (joining, "shoal-join", join_in_thread);
}

gboolean
shoal_shares_stop_finish (ShoalShares *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
shoal_shares_recheck (ShoalShares *self, ShoalShare *share)
{
  g_return_if_fail (SHOAL_IS_SHARES (self));
  g_return_if_fail (SHOAL_IS_SHARE (share));

  ShoalShareEntry *entry = shoal_shares_find_entry (self, share);
  if (entry != NULL)
    shoal_shares_queue (self, entry);
}

void
shoal_shares_recheck_all (ShoalShares *self)
{
  g_return_if_fail (SHOAL_IS_SHARES (self));

  self->checked_us = g_get_monotonic_time ();
  shoal_shares_start_watching (self);
  for (guint i = 0; i < self->entries->len; i++)
    shoal_shares_queue (self, g_ptr_array_index (self->entries, i));
}

GPtrArray *
shoal_shares_find (ShoalShares *self, const char *what)
{
  g_return_val_if_fail (SHOAL_IS_SHARES (self), NULL);
  g_return_val_if_fail (what != NULL, NULL);

  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *path = g_path_is_absolute (what) ? g_canonicalize_filename (what, NULL) : NULL;
  ShoalDigest id = { 0 };
  gboolean is_id = shoal_digest_from_hex (&id, what);
  for (guint i = 0; i < self->entries->len; i++)
    {
      const ShoalShareEntry *entry = g_ptr_array_index (self->entries, i);
      ShoalShare *share = entry->share;
      const ShoalDigest *own = shoal_share_get_id (share);
      if (entry->removed)
        continue;
      if (g_str_equal (shoal_share_get_name (share), what)
          || g_str_equal (shoal_share_get_offer (share), what)
          || g_strcmp0 (shoal_share_get_path (share), path) == 0
          || (is_id && own != NULL && shoal_digest_equal (own, &id)))
        g_ptr_array_add (found, g_object_ref (share));
    }
  return g_steal_pointer (&found);
}

ShoalHoldings *
shoal_shares_dup_holdings (ShoalShares *self)
{
  g_return_val_if_fail (SHOAL_IS_SHARES (self), NULL);

  return shoal_holdings_ref (self->holdings);
}
