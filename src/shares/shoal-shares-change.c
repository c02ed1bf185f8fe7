/* shoal-shares-change.c: what the user does to what is shared: remove, switch off and on
 *
 * Removing takes a share out of what is served before anything else; many then leave the list in
 * slices of the main loop.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-shares"

#include "config.h"

#include "shoal-shares-private.h"

#include "shoal-slices.h"

/* The longest stretch of the list that goes at once. */
#define REMOVED_AT_ONCE 16

/* ---- Removing ---- */

typedef struct
{
  ShoalShares *shares;
  GTask *task;
  char *manifests;
  char **offers;
} RemoveJob;

static void
remove_job_free (RemoveJob *job)
{
  g_free (job->manifests);
  g_strfreev (job->offers);
  g_clear_object (&job->task);
  g_clear_object (&job->shares);
  g_free (job);
}

static gboolean
remove_job (ShoalConnection *connection, gpointer data, GError **error)
{
  RemoveJob *job = data;

  for (guint i = 0; job->offers[i] != NULL; i++)
    if (!shoal_share_store_remove (connection, job->offers[i], job->manifests, error))
      return FALSE;
  return TRUE;
}

static void
on_withdrawn_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  /* It fails only where nobody waits any more. */
  shoal_offer_keeper_flush_finish (SHOAL_OFFER_KEEPER (source), result, NULL);
  g_task_return_int (task, GPOINTER_TO_INT (g_task_get_task_data (task)));
}

static void
on_removed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  RemoveJob *job = user_data;
  ShoalShares *self = job->shares;
  GError *error = NULL;

  if (shoal_database_finish (SHOAL_DATABASE (source), result, &error) == NULL)
    {
      g_task_return_error (job->task, error);
      return;
    }
  guint n = g_strv_length (job->offers);
  g_task_set_task_data (job->task, GINT_TO_POINTER ((int) n), NULL);
  shoal_offer_keeper_flush_async (self->offers, g_task_get_cancellable (job->task), on_withdrawn_cb,
                                  g_object_ref (job->task));
}

/* Nobody finds it any more, and it is not served; off the list it goes with the others. */
static void
forget_entry (ShoalShares *self, ShoalShareEntry *entry, GPtrArray *offers)
{
  gint64 number = shoal_share_get_number (entry->share);

  g_ptr_array_add (offers, g_strdup (shoal_share_get_offer (entry->share)));
  entry->removed = TRUE;
  self->n_leaving++;
  shoal_shares_drop (self, entry);
  shoal_shares_withdraw (self, entry);
  g_hash_table_remove (self->by_path, shoal_share_get_path (entry->share));
  g_hash_table_remove (self->by_offer, shoal_share_get_offer (entry->share));
  if (shoal_shares_lookup (self, number) == entry)
    g_hash_table_remove (self->by_number, &number);
}

static gboolean
is_leaving (ShoalShares *self, guint position)
{
  return ((ShoalShareEntry *) g_ptr_array_index (self->entries, position))->removed;
}

/* From the end: what is behind has to be moved. Returns: whether there are more */
static gboolean
leave_some (gpointer data)
{
  ShoalShares *self = data;
  guint end = self->entries->len;
  guint n = 0;

  if (self->n_leaving == 0)
    return FALSE;
  while (end > 0 && !is_leaving (self, end - 1))
    end--;
  while (n < MIN (end, REMOVED_AT_ONCE) && is_leaving (self, end - 1 - n))
    n++;
  self->n_leaving -= n;
  g_ptr_array_remove_range (self->entries, end - n, n);
  g_list_model_items_changed (G_LIST_MODEL (self), end - n, n, 0);
  return self->n_leaving > 0;
}

static void
on_left_cb (gpointer data)
{
  ((ShoalShares *) data)->leaving_source = 0;
}

static void
forget (ShoalShares *self, GPtrArray *shares, GPtrArray *offers)
{
  for (guint i = 0; shares == NULL && i < self->entries->len; i++)
    if (!is_leaving (self, i))
      forget_entry (self, g_ptr_array_index (self->entries, i), offers);
  for (guint i = 0; shares != NULL && i < shares->len; i++)
    {
      ShoalShareEntry *entry = shoal_shares_find_entry (self, g_ptr_array_index (shares, i));

      if (entry != NULL)
        forget_entry (self, entry, offers);
    }
}

void
shoal_shares_remove_async (ShoalShares *self,
                           GPtrArray *shares,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_SHARES (self));

  g_autoptr (GPtrArray) offers = g_ptr_array_new_with_free_func (g_free);
  forget (self, shares, offers);
  g_ptr_array_add (offers, NULL);
  shoal_shares_touch_holdings (self);
  shoal_shares_flush_holdings (self);
  /* Few leave at once; of many this turn has done enough with forgetting them. */
  if (self->leaving_source == 0 && !self->stopped)
    self->leaving_source
        = self->n_leaving <= REMOVED_AT_ONCE
              ? shoal_slices_run (G_PRIORITY_DEFAULT_IDLE, leave_some, self, on_left_cb)
              : shoal_slices_add (G_PRIORITY_DEFAULT_IDLE, leave_some, self, on_left_cb);

  RemoveJob *job = g_new0 (RemoveJob, 1);
  job->shares = g_object_ref (self);
  job->manifests = g_strdup (self->manifests);
  job->offers = (char **) g_ptr_array_steal (offers, NULL);
  job->task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (job->task, shoal_shares_remove_async);
  shoal_database_write_async (self->database, remove_job, job, (GDestroyNotify) remove_job_free,
                              NULL, on_removed_cb, job);
  shoal_shares_check_waiters (self);
}

gint64
shoal_shares_remove_finish (ShoalShares *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return g_task_propagate_int (G_TASK (result), error);
}

/* ---- Small changes ---- */

typedef struct
{
  gint64 number;
  gboolean offered;
} ChangeJob;

static gboolean
set_offered_job (ShoalConnection *connection, gpointer data, GError **error)
{
  ChangeJob *job = data;

  return shoal_share_store_set_offered (connection, job->number, job->offered, error);
}

static gboolean
count_fetched_job (ShoalConnection *connection, gpointer data, GError **error)
{
  ChangeJob *job = data;

  return shoal_share_store_count_fetched (connection, job->number, error);
}

static void
on_changed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (shoal_database_finish (SHOAL_DATABASE (source), result, &error) == NULL)
    g_warning ("Cannot store a change of a share: %s", error->message);
}

static void
write_change (ShoalShares *self, ShoalDatabaseFunc func, gint64 number, gboolean offered)
{
  ChangeJob *job = g_new0 (ChangeJob, 1);

  job->number = number;
  job->offered = offered;
  shoal_database_write_async (self->database, func, job, g_free, NULL, on_changed_cb, NULL);
}

void
shoal_shares_set_offered (ShoalShares *self, ShoalShare *share, gboolean offered)
{
  g_return_if_fail (SHOAL_IS_SHARES (self));
  g_return_if_fail (SHOAL_IS_SHARE (share));

  ShoalShareEntry *entry = shoal_shares_find_entry (self, share);
  if (entry == NULL || entry->inserting || shoal_share_get_wanted (share) == offered)
    return;
  shoal_share_set_wanted (share, offered);
  write_change (self, set_offered_job, shoal_share_get_number (share), offered);
  if (offered)
    shoal_shares_queue (self, entry);
  else if (entry->target == NULL && !entry->queued)
    shoal_shares_settle (self, entry);
  else
    shoal_shares_withdraw (self, entry);
  shoal_shares_touch_holdings (self);
  shoal_shares_flush_holdings (self);
}

typedef struct
{
  gint64 number;
  ShoalSwitches *switches;
} SwitchJob;

static void
switch_job_free (SwitchJob *job)
{
  shoal_switches_free (job->switches);
  g_free (job);
}

static gboolean
set_switches_job (ShoalConnection *connection, gpointer data, GError **error)
{
  SwitchJob *job = data;
  gint64 there = 0;

  /* It may have been removed meanwhile. */
  if (!shoal_connection_query_integer (connection, 0, &there, error,
                                       "SELECT count (*) FROM share WHERE id = ?", "i",
                                       job->number))
    return FALSE;
  return there == 0
         || shoal_share_store_set_switches (connection, job->number, job->switches, error);
}

void
shoal_shares_switch (ShoalShares *self, ShoalShare *share, const char *path, gboolean on)
{
  g_return_if_fail (SHOAL_IS_SHARES (self));
  g_return_if_fail (SHOAL_IS_SHARE (share));
  g_return_if_fail (path != NULL);

  ShoalShareEntry *entry = shoal_shares_find_entry (self, share);
  if (entry == NULL || entry->inserting)
    return;
  if (!shoal_share_is_folder (share))
    {
      shoal_shares_set_offered (self, share, on);
      return;
    }
  if (!shoal_switches_set (shoal_share_get_switches (share), path, on))
    return;

  SwitchJob *job = g_new0 (SwitchJob, 1);
  job->number = shoal_share_get_number (share);
  job->switches = shoal_switches_copy (shoal_share_get_switches (share));
  shoal_database_write_async (self->database, set_switches_job, job,
                              (GDestroyNotify) switch_job_free, NULL, on_changed_cb, NULL);
  entry->stale |= !on;
  shoal_shares_queue (self, entry);
  shoal_shares_touch_holdings (self);
  shoal_shares_flush_holdings (self);
}

typedef struct
{
  gint64 number;
  char **ignore;
} IgnoreJob;

static void
ignore_job_free (IgnoreJob *job)
{
  g_strfreev (job->ignore);
  g_free (job);
}

static gboolean
set_ignore_job (ShoalConnection *connection, gpointer data, GError **error)
{
  IgnoreJob *job = data;

  return shoal_share_store_set_ignore (connection, job->number, (const char *const *) job->ignore,
                                       error);
}

void
shoal_shares_set_ignore (ShoalShares *self, ShoalShare *share, const char *const *patterns)
{
  g_return_if_fail (SHOAL_IS_SHARES (self));
  g_return_if_fail (SHOAL_IS_SHARE (share));
  g_return_if_fail (patterns != NULL);

  ShoalShareEntry *entry = shoal_shares_find_entry (self, share);
  if (entry == NULL || entry->inserting || self->stopped
      || g_strv_equal (patterns, shoal_share_get_ignore (share)))
    return;
  shoal_share_set_ignore (share, patterns);

  IgnoreJob *job = g_new0 (IgnoreJob, 1);
  job->number = shoal_share_get_number (share);
  job->ignore = g_strdupv ((char **) patterns);
  shoal_database_write_async (self->database, set_ignore_job, job, (GDestroyNotify) ignore_job_free,
                              NULL, on_changed_cb, NULL);
  /* What was hashed may be what is now left out. */
  entry->stale = TRUE;
  shoal_shares_queue (self, entry);
  shoal_shares_touch_holdings (self);
  shoal_shares_flush_holdings (self);
}

void
shoal_shares_note_fetched (ShoalShares *self, gint64 number)
{
  g_return_if_fail (SHOAL_IS_SHARES (self));

  ShoalShareEntry *entry = shoal_shares_lookup (self, number);
  if (entry == NULL)
    return;
  shoal_share_count_fetched (entry->share);
  write_change (self, count_fetched_job, number, FALSE);
}
