/* shoal-transfer-run.c: one transfer under way, as others see it
 *
 *   starting → active ⇄ waiting (no source answers) ⇄ no-space (disk full) → finished or failed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfer"

#include "config.h"

#include "shoal-transfer-run.h"

#include <unistd.h>

#include "shoal-merkle.h"
#include "shoal-transfer-state.h"
#include "shoal-transfer-thread.h"
#include "shoal-transfer-work.h"

ShoalTransferRun *
shoal_transfer_run_new (const ShoalRunConfig *config,
                        const ShoalRunDelegate *delegate,
                        gpointer user_data)
{
  ShoalTransferRun *self = g_new0 (ShoalTransferRun, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->uuid = g_strdup (config->uuid);
  self->name = g_strdup (config->name);
  self->renamed = config->renamed;
  self->id = config->id;
  self->size = config->size;
  self->folder = config->folder;
  self->offered_size = config->total_size;
  self->offered_entries = config->n_entries;
  self->folder_path = g_strdup (config->folder_path);
  self->made = g_strdup (config->made);
  self->mtime_ms = config->mtime_ms;
  self->journals = g_strdup (config->journals);
  self->key = shoal_device_key_ref (config->key);
  self->limit = shoal_token_bucket_ref (config->limit);
  self->per_source = config->per_source;
  self->lanes = shoal_lanes_ref (config->lanes);
  self->delegate = *delegate;
  self->user_data = user_data;
  self->context = g_main_context_ref_thread_default ();
  self->cancellable = g_cancellable_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->book = shoal_source_book_new (config->folder ? &self->id : NULL, config->device);
  self->works = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_piece_work_unref);
  self->workers = g_ptr_array_new ();
  g_queue_init (&self->batches);
  self->unsynced = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->state = SHOAL_TRANSFER_STARTING;
  self->root_fd = -1;
  if (!config->folder)
    {
      self->bytes_total = config->size;
      self->pieces_total = shoal_piece_count (config->size);
    }
  return self;
}

ShoalTransferRun *
shoal_transfer_run_ref (ShoalTransferRun *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
shoal_transfer_run_unref (ShoalTransferRun *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  if (self->thread != NULL)
    g_thread_unref (self->thread);
  g_clear_pointer (&self->journal, shoal_journal_unref);
  g_clear_pointer (&self->part_names, g_hash_table_unref);
  g_clear_pointer (&self->names, shoal_local_names_free);
  g_clear_pointer (&self->manifest, shoal_manifest_free);
  if (self->root_fd >= 0)
    close (self->root_fd);
  g_queue_clear_full (&self->batches, g_free);
  g_ptr_array_unref (self->workers);
  g_ptr_array_unref (self->works);
  shoal_source_book_free (self->book);
  g_array_unref (self->unsynced);
  g_clear_error (&self->fatal);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_object_unref (self->cancellable);
  g_main_context_unref (self->context);
  shoal_token_bucket_unref (self->limit);
  shoal_lanes_unref (self->lanes);
  shoal_device_key_unref (self->key);
  g_free (self->pieces);
  g_free (self->first_pieces);
  g_free (self->wanted);
  g_free (self->message);
  g_free (self->note);
  g_free (self->made);
  g_free (self->first_lost);
  g_clear_pointer (&self->left_out, g_ptr_array_unref);
  g_free (self->journals);
  g_free (self->folder_path);
  g_free (self->name);
  g_free (self->uuid);
  g_free (self);
}

void
shoal_transfer_run_start (ShoalTransferRun *self)
{
  g_return_if_fail (self->thread == NULL);

  shoal_transfer_run_ref (self);
  self->thread = g_thread_ref (g_thread_new ("shoal-transfer", shoal_run_thread, self));
}

void
shoal_transfer_run_wake (ShoalTransferRun *self)
{
  g_mutex_lock (&self->lock);
  if (self->n_workers == 0)
    {
      self->asked_us = 0;
      g_cond_broadcast (&self->changed);
    }
  g_mutex_unlock (&self->lock);
}

void
shoal_transfer_run_stop (ShoalTransferRun *self, gboolean discard)
{
  g_mutex_lock (&self->lock);
  self->discard |= discard;
  g_mutex_unlock (&self->lock);
  g_cancellable_cancel (self->cancellable);
  g_mutex_lock (&self->lock);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

gboolean
shoal_transfer_run_is_stopped (ShoalTransferRun *self)
{
  return g_cancellable_is_cancelled (self->cancellable);
}

void
shoal_transfer_run_join (ShoalTransferRun *self)
{
  if (self->thread != NULL)
    g_thread_join (g_steal_pointer (&self->thread));
}

void
shoal_transfer_run_get_progress (ShoalTransferRun *self, ShoalRunProgress *progress)
{
  guint n_reachable, n_bad;

  g_mutex_lock (&self->lock);
  progress->state = self->state;
  progress->bytes_total = self->bytes_total;
  progress->pieces_total = self->pieces_total;
  progress->message = g_strdup (self->message);
  progress->destination
      = self->made != NULL ? g_build_filename (self->folder_path, self->made, NULL) : NULL;
  progress->active_us = self->active_us;
  if (self->active_since_us != 0)
    progress->active_us += g_get_monotonic_time () - self->active_since_us;
  shoal_source_book_count (self->book, &progress->n_sources, &n_reachable, &n_bad);
  g_mutex_unlock (&self->lock);
  progress->bytes_done = (guint64) __atomic_load_n (&self->bytes_done, __ATOMIC_RELAXED);
  progress->bytes_fetched = (guint64) __atomic_load_n (&self->bytes_fetched, __ATOMIC_RELAXED);
  progress->pieces_done = (guint64) __atomic_load_n (&self->pieces_done, __ATOMIC_RELAXED);
}

void
shoal_run_progress_clear (ShoalRunProgress *progress)
{
  g_clear_pointer (&progress->message, g_free);
  g_clear_pointer (&progress->destination, g_free);
}

char *
shoal_transfer_run_dup_users (ShoalTransferRun *self, char ***devices)
{
  g_mutex_lock (&self->lock);
  char *users = shoal_source_book_dup_users (self->book, devices);
  g_mutex_unlock (&self->lock);
  return users;
}
