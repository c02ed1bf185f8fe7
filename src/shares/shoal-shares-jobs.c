/* shoal-shares-jobs.c: when a share is looked through, and what follows from it
 *
 * Threads: entries and shares belong to the main thread. A job belongs to its thread from the push
 * to the pool until its idle source runs here; meanwhile an entry knows only its target, for the
 * counters and the cancellable. A removed entry forgets its target; the job comes back and finds
 * nobody.
 *
 * A folder is a job of its own; single files go together, so that a thousand of them are a few
 * transactions.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-shares"

#include "config.h"

#include "shoal-shares-private.h"

#include <glib/gi18n.h>

#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-slices.h"

/* Jobs at once: while one waits for the disk or the database another hashes. */
#define MAX_JOBS 2
#define PROGRESS_MS 100
/* With many single files a new table of them is not made for each. */
#define MANY_SHARES 1000
#define HOLDINGS_DELAY_MS 500

typedef struct
{
  ShoalShares *shares;
  ShoalShareJob *job;
} JobRun;

static void
job_run_free (JobRun *run)
{
  g_clear_pointer (&run->job, shoal_share_job_free);
  g_clear_object (&run->shares);
  g_free (run);
}

/* ---- Holdings ---- */

static gboolean
is_held (ShoalShareEntry *entry)
{
  ShoalShareState state = shoal_share_get_state (entry->share);

  return !entry->removed && shoal_share_get_set (entry->share) != NULL
         && shoal_share_get_wanted (entry->share) && !entry->stale
         && !shoal_shares_is_all_off (entry) && state != SHOAL_SHARE_MISSING
         && state != SHOAL_SHARE_FAILED;
}

void
shoal_shares_flush_holdings (ShoalShares *self)
{
  if (!self->holdings_dirty)
    return;
  self->holdings_dirty = FALSE;
  g_clear_handle_id (&self->holdings_source, g_source_remove);

  g_autoptr (GArray) held = g_array_new (FALSE, FALSE, sizeof (ShoalHeld));
  g_autoptr (ShoalAudience) audience = shoal_shares_dup_audience (self);
  for (guint i = 0; i < self->entries->len; i++)
    {
      ShoalShareEntry *entry = g_ptr_array_index (self->entries, i);
      ShoalHeld one = { shoal_share_get_set (entry->share), audience };
      if (is_held (entry))
        g_array_append_val (held, one);
    }
  g_clear_pointer (&self->holdings, shoal_holdings_unref);
  self->holdings = shoal_holdings_new ((const ShoalHeld *) held->data, held->len);
  g_signal_emit_by_name (self, "holdings-changed");
}

static gboolean
on_holdings_due_cb (gpointer user_data)
{
  ShoalShares *self = user_data;

  self->holdings_source = 0;
  shoal_shares_flush_holdings (self);
  return G_SOURCE_REMOVE;
}

void
shoal_shares_touch_holdings (ShoalShares *self)
{
  self->holdings_dirty = TRUE;
  if (self->holdings_source == 0 && !self->stopped)
    self->holdings_source = self->entries->len < MANY_SHARES
                                ? g_idle_add (on_holdings_due_cb, self)
                                : g_timeout_add (HOLDINGS_DELAY_MS, on_holdings_due_cb, self);
}

/* ---- Results ---- */

static gboolean
on_delay_over_cb (gpointer user_data)
{
  ShoalShareEntry *entry = user_data;

  entry->timer = 0;
  shoal_shares_queue (entry->shares, entry);
  return G_SOURCE_REMOVE;
}

/* Something that changes all the time is looked at ever more rarely. */
void
shoal_shares_queue_later (ShoalShares *self, ShoalShareEntry *entry)
{
  if (entry->timer != 0 || self->stopped)
    return;
  entry->delay_ms = entry->delay_ms == 0 ? SHOAL_REHASH_DELAY_MS
                                         : MIN (entry->delay_ms * 2, SHOAL_MAX_REHASH_DELAY_MS);
  entry->timer = g_timeout_add (entry->delay_ms, on_delay_over_cb, entry);
}

static void
take_error (ShoalShares *self, ShoalShareEntry *entry, const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* we are being stopped */
  if (g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_CHANGED))
    {
      shoal_shares_hold (self, entry);
      shoal_share_set_state (entry->share, SHOAL_SHARE_CHANGED, error->message);
      shoal_shares_queue_later (self, entry);
      return;
    }
  gboolean missing = g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND);
  shoal_share_set_state (entry->share, missing ? SHOAL_SHARE_MISSING : SHOAL_SHARE_FAILED,
                         error->message);
  shoal_shares_touch_holdings (self);
  shoal_shares_withdraw (self, entry);
}

static void
take_result (ShoalShares *self, ShoalShareTarget *target)
{
  ShoalShareEntry *entry = shoal_shares_lookup (self, target->number);

  if (entry == NULL || entry->target != target)
    return; /* removed meanwhile */
  entry->target = NULL;
  if (target->error != NULL)
    take_error (self, entry, target->error);
  else
    {
      shoal_share_take_result (entry->share, target);
      entry->stale &= entry->again;
      shoal_shares_watch (self, entry);
      if (!target->unstable)
        entry->delay_ms = 0;
      shoal_shares_touch_holdings (self);
      shoal_shares_settle (self, entry);
      if (target->unstable)
        shoal_shares_queue_later (self, entry);
    }
  if (entry->again)
    {
      entry->again = FALSE;
      shoal_shares_queue (self, entry);
    }
}

static gboolean
on_job_done_cb (gpointer user_data)
{
  JobRun *run = user_data;
  ShoalShares *self = run->shares;

  self->n_running--;
  for (guint i = 0; i < run->job->targets->len; i++)
    take_result (self, g_ptr_array_index (run->job->targets, i));
  if (self->entries->len < MANY_SHARES && !self->stopped)
    shoal_shares_flush_holdings (self);
  shoal_shares_check_waiters (self);
  return G_SOURCE_REMOVE;
}

/* In a thread of the pool. */
static void
run_job (gpointer data, gpointer unused)
{
  JobRun *run = data;
  g_autoptr (GMainContext) context = g_main_context_ref (run->shares->context);

  shoal_share_job_run (run->job);

  g_autoptr (GSource) source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "shoal_share_job");
  g_source_set_callback (source, on_job_done_cb, run, (GDestroyNotify) job_run_free);
  g_source_attach (source, context);
}

/* ---- Starting ---- */

static gboolean
on_progress_cb (gpointer user_data)
{
  ShoalShares *self = user_data;

  for (guint i = 0; i < self->entries->len; i++)
    {
      ShoalShareEntry *entry = g_ptr_array_index (self->entries, i);
      if (entry->target != NULL)
        shoal_share_show_progress (entry->share, entry->target);
    }
  if (self->n_running > 0)
    return G_SOURCE_CONTINUE;
  self->progress_timer = 0;
  return G_SOURCE_REMOVE;
}

static void
push_job (ShoalShares *self, GPtrArray *targets)
{
  JobRun *run = g_new0 (JobRun, 1);

  run->shares = g_object_ref (self);
  run->job = shoal_share_job_new ();
  g_ptr_array_extend_and_steal (run->job->targets, targets);
  run->job->known = shoal_holdings_ref (self->holdings);
  run->job->excluded = self->excluded;
  run->job->database = g_object_ref (self->database);
  run->job->pool = g_object_ref (self->pool);
  run->job->workers = self->workers;
  run->job->manifests = g_strdup (self->manifests);
  self->n_running++;
  if (self->progress_timer == 0)
    self->progress_timer = g_timeout_add (PROGRESS_MS, on_progress_cb, self);
  g_thread_pool_push (self->jobs, run, NULL);
}

static void
give_what_is_known (ShoalShareTarget *target, ShoalShare *share)
{
  ShoalHoldingSet *hidden = shoal_share_get_hidden (share);

  target->hidden_before = hidden != NULL ? shoal_holding_set_ref (hidden) : NULL;
  g_clear_pointer (&target->switches, shoal_switches_free);
  target->switches = shoal_switches_copy (shoal_share_get_switches (share));
  target->ignore = g_strdupv ((char **) shoal_share_get_ignore (share));
  target->n_skipped_before = shoal_share_get_n_skipped (share);
}

/* Files are put into @files, a folder gets a job of its own. */
static void
start_entry (ShoalShares *self, ShoalShareEntry *entry, GPtrArray *files)
{
  if (entry->removed)
    return;
  entry->queued = FALSE;
  entry->looked_ns = g_get_real_time () * 1000;
  entry->target = shoal_share_target_new (shoal_share_get_number (entry->share),
                                          shoal_share_get_path (entry->share),
                                          shoal_share_get_set (entry->share));
  give_what_is_known (entry->target, entry->share);
  shoal_share_set_state (entry->share, SHOAL_SHARE_HASHING, NULL);
  if (!shoal_share_is_folder (entry->share))
    {
      g_ptr_array_add (files, entry->target);
      return;
    }

  GPtrArray *folder = g_ptr_array_new ();
  g_ptr_array_add (folder, entry->target);
  push_job (self, folder);
}

/* Returns: whether more is queued */
static gboolean
start_some (gpointer user_data)
{
  ShoalShares *self = user_data;
  GPtrArray *files = g_ptr_array_new ();

  /* Once for all that are queued now: with many shares it takes a while. */
  if (self->n_started == 0)
    shoal_shares_flush_holdings (self);
  while (files->len < SHOAL_HASH_BATCH_FILES && self->n_started < self->queue->len)
    start_entry (self, g_ptr_array_index (self->queue, self->n_started++), files);
  if (files->len > 0)
    push_job (self, files);
  else
    g_ptr_array_unref (files);
  if (self->n_started < self->queue->len)
    return TRUE;
  self->n_started = 0;
  g_ptr_array_set_size (self->queue, 0);
  self->queue_source = 0;
  return FALSE;
}

void
shoal_shares_queue (ShoalShares *self, ShoalShareEntry *entry)
{
  if (self->stopped || entry->queued || entry->removed)
    return;
  if (entry->target != NULL || entry->inserting)
    {
      entry->again = TRUE;
      return;
    }
  g_clear_handle_id (&entry->timer, g_source_remove);
  entry->queued = TRUE;
  shoal_shares_hold (self, entry);
  if (shoal_share_get_state (entry->share) != SHOAL_SHARE_CHANGED)
    shoal_share_set_state (entry->share, SHOAL_SHARE_HASHING, NULL);
  g_ptr_array_add (self->queue, shoal_share_entry_ref (entry));
  if (self->queue_source == 0)
    self->queue_source = shoal_slices_add (G_PRIORITY_DEFAULT_IDLE, start_some, self, NULL);
}

void
shoal_shares_drop (ShoalShares *self, ShoalShareEntry *entry)
{
  g_clear_handle_id (&entry->timer, g_source_remove);
  shoal_shares_unwatch (self, entry);
  if (entry->target != NULL)
    g_cancellable_cancel (entry->target->cancellable);
  entry->target = NULL;
  entry->again = FALSE;
}

void
shoal_shares_note_changed (ShoalShares *self, gint64 number)
{
  g_return_if_fail (SHOAL_IS_SHARES (self));

  ShoalShareEntry *entry = shoal_shares_lookup (self, number);
  if (entry == NULL || entry->queued || self->stopped)
    return;
  if (entry->target != NULL)
    {
      entry->again = TRUE;
      return;
    }
  if (entry->timer != 0)
    return;
  shoal_shares_hold (self, entry);
  shoal_share_set_state (entry->share, SHOAL_SHARE_CHANGED, _ ("Changed since it was offered"));
  shoal_shares_queue_later (self, entry);
}

/* ---- Life ---- */

void
shoal_shares_init_jobs (ShoalShares *self)
{
  guint n_workers = CLAMP (g_get_num_processors (), 1, SHOAL_DEFAULT_MAX_HASH_THREADS);

  self->context = g_main_context_ref_thread_default ();
  self->pool = shoal_hash_pool_new (0);
  self->workers
      = g_thread_pool_new (shoal_share_job_hash_batch, NULL, (int) n_workers, FALSE, NULL);
  self->jobs = g_thread_pool_new (run_job, NULL, MAX_JOBS, FALSE, NULL);
  self->queue = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_share_entry_unref);
  self->holdings = shoal_holdings_new (NULL, 0);
}

void
shoal_shares_cancel_jobs (ShoalShares *self)
{
  g_clear_handle_id (&self->queue_source, g_source_remove);
  g_clear_handle_id (&self->holdings_source, g_source_remove);
  g_clear_handle_id (&self->progress_timer, g_source_remove);
  for (guint i = 0; i < self->entries->len; i++)
    {
      ShoalShareEntry *entry = g_ptr_array_index (self->entries, i);
      g_clear_handle_id (&entry->timer, g_source_remove);
      if (entry->target != NULL)
        g_cancellable_cancel (entry->target->cancellable);
    }
}

void
shoal_shares_join_jobs (ShoalShares *self)
{
  /* Jobs that wait for their turn run too, and end at once. */
  if (self->jobs != NULL)
    g_thread_pool_free (g_steal_pointer (&self->jobs), FALSE, TRUE);
  if (self->workers != NULL)
    g_thread_pool_free (g_steal_pointer (&self->workers), FALSE, TRUE);
}
