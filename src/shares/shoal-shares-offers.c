/* shoal-shares-offers.c: keeps the directory's offers equal to our shares
 *
 * Online again, we ask for the directory's list of our offers and compare: what is there and right
 * counts as offered, what is there and not ours (any more) is withdrawn, what is missing is
 * offered. Only then do single changes follow as they come. One request is on the way at a time;
 * what it did not cover goes with the next. A request that fails because the connection does is
 * repeated by the next comparison.
 *
 * The entries of a folder are put together in a thread: a million of them take longer than a frame.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-shares"

#include "config.h"

#include "shoal-shares-private.h"

#include <glib/gi18n.h>

#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-retry.h"

typedef struct
{
  ShoalShares *shares;
  GPtrArray *entries; /* of ShoalShareEntry */
  GPtrArray *sets;    /* of ShoalHoldingSet: what was offered of each */
  GPtrArray *offers;  /* of ShoalOffer, made in the thread */
} OfferRun;

static void start_offers (ShoalShares *self);

static void
offer_run_free (OfferRun *run)
{
  g_clear_pointer (&run->entries, g_ptr_array_unref);
  g_clear_pointer (&run->sets, g_ptr_array_unref);
  g_clear_pointer (&run->offers, g_ptr_array_unref);
  g_clear_object (&run->shares);
  g_free (run);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OfferRun, offer_run_free)

static gboolean
is_online (ShoalShares *self)
{
  return self->directory != NULL && !self->stopped
         && shoal_directory_get_state (self->directory) == SHOAL_DIRECTORY_ONLINE;
}

static gboolean
is_offered_as_is (ShoalShareEntry *entry)
{
  const ShoalDigest *id = shoal_share_get_id (entry->share);

  return entry->offered && id != NULL && shoal_digest_equal (id, &entry->offered_id);
}

static gboolean
needs_offer (ShoalShareEntry *entry)
{
  return !entry->removed && shoal_share_get_state (entry->share) == SHOAL_SHARE_WAITING
         && shoal_share_get_set (entry->share) != NULL;
}

/* ---- Withdrawing ---- */

static void
on_withdrawn_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (shoal_directory_withdraw_finish (SHOAL_DIRECTORY (source), result, &error) < 0)
    g_debug ("Withdrawing waits for the next comparison: %s", error->message);
}

void
shoal_shares_withdraw (ShoalShares *self, ShoalShareEntry *entry)
{
  const char *const offers[] = { shoal_share_get_offer (entry->share), NULL };
  gboolean told = entry->offered || entry->offering;

  entry->offered = FALSE;
  if (told && is_online (self))
    shoal_directory_withdraw_async (self->directory, offers, self->cancellable, on_withdrawn_cb,
                                    NULL);
}

/* ---- Offering ---- */

static char
kind_letter (ShoalEntryKind kind)
{
  switch (kind)
    {
    case SHOAL_ENTRY_FOLDER:
      return 'd';
    case SHOAL_ENTRY_EXECUTABLE:
      return 'x';
    case SHOAL_ENTRY_LINK:
      return 'l';
    case SHOAL_ENTRY_FILE:
    default:
      return 'f';
    }
}

static gint64
stamp_mtime_ms (const ShoalFileStamp *stamp)
{
  return stamp->mtime_ns / (G_GINT64_CONSTANT (1000) * 1000);
}

static void
fill_folder (ShoalOffer *offer, ShoalHoldingSet *set)
{
  guint n = shoal_holding_set_get_n_entries (set);

  offer->n_entries = n;
  offer->manifest_size = shoal_holding_set_get_manifest_size (set);
  offer->entries = g_ptr_array_new_full (n, (GDestroyNotify) shoal_offer_entry_free);
  for (guint i = 0; i < n; i++)
    {
      const ShoalHolding *holding = shoal_holding_set_get_entry (set, i);
      gint64 mtime_ms = stamp_mtime_ms (&holding->stamp);
      offer->mtime_ms = MAX (offer->mtime_ms, mtime_ms);
      g_ptr_array_add (offer->entries,
                       shoal_offer_entry_new (shoal_holding_set_get_path (set, holding),
                                              kind_letter ((ShoalEntryKind) holding->kind),
                                              &holding->id, holding->stamp.size, mtime_ms));
    }
}

/* In a thread: reads only what never changes. */
static void
make_offers (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  OfferRun *run = data;

  for (guint i = 0; i < run->sets->len; i++)
    {
      ShoalHoldingSet *set = g_ptr_array_index (run->sets, i);
      ShoalOffer *offer = g_ptr_array_index (run->offers, i);
      if (offer->folder)
        fill_folder (offer, set);
      else
        offer->mtime_ms = stamp_mtime_ms (&shoal_holding_set_get_entry (set, 0)->stamp);
    }
  g_task_return_boolean (task, TRUE);
}

static gboolean
on_retry_cb (gpointer user_data)
{
  ShoalShares *self = user_data;

  self->retry_timer = 0;
  self->blocked = FALSE;
  if (self->repaired)
    start_offers (self);
  else
    shoal_shares_compare (self);
  return G_SOURCE_REMOVE;
}

/* A lost connection is no reason to wait: the way back online is the time for the next try. */
static void
note_failure (ShoalShares *self, const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->stopped)
    return;
  self->blocked = TRUE;
  g_debug ("The directory did not take our offers: %s", error->message);
  if (!is_online (self) || self->retry_timer != 0)
    return;
  self->attempts++;
  gint64 delay_ms = shoal_retry_delay_ms (error, self->attempts, g_random_int ());
  if (delay_ms < 0)
    delay_ms = SHOAL_OFFER_RETRY_MS;
  self->retry_timer = g_timeout_add ((guint) CLAMP (delay_ms, 1, G_MAXINT), on_retry_cb, self);
}

static void
take_answer (ShoalShares *self,
             ShoalShareEntry *entry,
             ShoalHoldingSet *set,
             ShoalOfferAnswer answer)
{
  entry->offering = FALSE;
  if (answer.state != SHOAL_OFFER_TAKEN)
    entry->offered = FALSE;
  if (answer.state == SHOAL_OFFER_WAITING)
    {
      g_autoptr (GError) error
                 = g_error_new_literal (SHOAL_ERROR, answer.error, "not taken for now");
      note_failure (self, error);
      return;
    }
  if (answer.state == SHOAL_OFFER_REFUSED)
    {
      g_autofree char *message = g_strdup_printf (_ ("The group’s tracker did not take it (%s)"),
                                                  shoal_error_to_reason (answer.error));
      if (needs_offer (entry))
        shoal_share_set_state (entry->share, SHOAL_SHARE_FAILED, message);
      return;
    }
  entry->offered = TRUE;
  entry->offered_id = *shoal_holding_set_get_id (set);
  if (entry->removed)
    {
      shoal_shares_withdraw (self, entry);
      return;
    }
  shoal_share_set_sources (entry->share, answer.sources);
  ShoalShareState state = shoal_share_get_state (entry->share);
  if (state == SHOAL_SHARE_WAITING || state == SHOAL_SHARE_NOT_OFFERED)
    shoal_shares_settle (self, entry);
  else if (state == SHOAL_SHARE_MISSING || state == SHOAL_SHARE_FAILED)
    shoal_shares_withdraw (self, entry);
}

static void
on_offered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (OfferRun) run = user_data;
  ShoalShares *self = run->shares;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) answers
             = shoal_directory_offer_finish (SHOAL_DIRECTORY (source), result, &error);

  self->offer_running = FALSE;
  if (answers != NULL && answers->len != run->entries->len)
    error = g_error_new_literal (SHOAL_ERROR, SHOAL_ERROR_INTERNAL, "Not an answer for each offer");
  for (guint i = 0; i < run->entries->len; i++)
    {
      ShoalShareEntry *entry = g_ptr_array_index (run->entries, i);
      if (error == NULL)
        take_answer (self, entry, g_ptr_array_index (run->sets, i),
                     g_array_index (answers, ShoalOfferAnswer, i));
      else
        entry->offering = FALSE;
    }
  if (error != NULL)
    note_failure (self, error);
  else if (!self->blocked)
    {
      self->attempts = 0;
      start_offers (self);
    }
  shoal_shares_check_waiters (self);
}

static void
on_offers_made_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  OfferRun *made = g_task_get_task_data (G_TASK (result));
  /* The task may be freed by its thread: nothing of the main thread's may be left in it. */
  g_autoptr (OfferRun) run = g_new0 (OfferRun, 1);
  run->shares = g_steal_pointer (&made->shares);
  run->entries = g_steal_pointer (&made->entries);
  run->sets = g_steal_pointer (&made->sets);
  g_autoptr (GPtrArray) offers = g_steal_pointer (&made->offers);
  ShoalShares *self = run->shares;

  if (is_online (self))
    {
      shoal_directory_offer_async (self->directory, offers, self->cancellable, on_offered_cb,
                                   g_steal_pointer (&run));
      return;
    }
  self->offer_running = FALSE;
  for (guint i = 0; i < run->entries->len; i++)
    ((ShoalShareEntry *) g_ptr_array_index (run->entries, i))->offering = FALSE;
  shoal_shares_check_waiters (self);
}

static ShoalOffer *
offer_from_entry (ShoalShareEntry *entry, ShoalHoldingSet *set)
{
  ShoalOffer *offer = shoal_offer_new ();

  offer->offer = g_strdup (shoal_share_get_offer (entry->share));
  offer->name = g_strdup (shoal_share_get_name (entry->share));
  offer->folder = shoal_holding_set_is_folder (set);
  offer->id = *shoal_holding_set_get_id (set);
  offer->size = shoal_holding_set_get_total_size (set);
  return offer;
}

static gboolean
on_offers_due_cb (gpointer user_data)
{
  ShoalShares *self = user_data;
  g_autoptr (OfferRun) run = g_new0 (OfferRun, 1);
  guint n_entries = 0;

  self->offer_source = 0;
  if (!is_online (self) || !self->repaired || self->offer_running || self->blocked)
    return G_SOURCE_REMOVE;
  /* Nobody hears of what they could not fetch yet. */
  shoal_shares_flush_holdings (self);
  run->shares = g_object_ref (self);
  run->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_share_entry_unref);
  run->sets = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_holding_set_unref);
  run->offers = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_offer_free);
  for (guint i = 0; i < self->entries->len; i++)
    {
      ShoalShareEntry *entry = g_ptr_array_index (self->entries, i);
      if (!needs_offer (entry))
        continue;
      ShoalHoldingSet *set = shoal_share_get_set (entry->share);
      n_entries += shoal_holding_set_get_n_entries (set);
      if (run->entries->len > 0
          && (run->entries->len >= SHOAL_MAX_OFFERS_AT_ONCE
              || n_entries > SHOAL_MAX_ENTRIES_AT_ONCE))
        break;
      entry->offering = TRUE;
      g_ptr_array_add (run->entries, shoal_share_entry_ref (entry));
      g_ptr_array_add (run->sets, shoal_holding_set_ref (set));
      g_ptr_array_add (run->offers, offer_from_entry (entry, set));
    }
  if (run->entries->len == 0)
    return G_SOURCE_REMOVE;

  self->offer_running = TRUE;
  g_autoptr (GTask) task = g_task_new (NULL, NULL, on_offers_made_cb, NULL);
  g_task_set_source_tag (task, on_offers_due_cb);
  g_task_set_task_data (task, g_steal_pointer (&run), (GDestroyNotify) offer_run_free);
  g_task_run_in_thread (task, make_offers);
  return G_SOURCE_REMOVE;
}

static void
start_offers (ShoalShares *self)
{
  if (self->offer_source == 0 && !self->stopped)
    self->offer_source = g_idle_add (on_offers_due_cb, self);
}

gboolean
shoal_shares_is_all_off (ShoalShareEntry *entry)
{
  ShoalHoldingSet *set = shoal_share_get_set (entry->share);

  return set != NULL && shoal_share_get_hidden (entry->share) != NULL
         && shoal_holding_set_get_n_entries (set) == 0;
}

void
shoal_shares_settle (ShoalShares *self, ShoalShareEntry *entry)
{
  if (!shoal_share_get_wanted (entry->share) || shoal_shares_is_all_off (entry))
    {
      shoal_share_set_state (entry->share, SHOAL_SHARE_NOT_OFFERED, NULL);
      shoal_shares_withdraw (self, entry);
      return;
    }
  if (is_offered_as_is (entry))
    {
      shoal_share_set_state (entry->share, SHOAL_SHARE_OFFERED, NULL);
      return;
    }
  shoal_share_set_state (entry->share, SHOAL_SHARE_WAITING, NULL);
  start_offers (self);
}

gboolean
shoal_shares_is_offer_open (ShoalShares *self, ShoalShareEntry *entry)
{
  return entry->offering || (needs_offer (entry) && is_online (self) && !self->blocked);
}

/* ---- Comparing ---- */

static gboolean
is_same_offer (ShoalShareEntry *entry, const ShoalOffer *offer)
{
  ShoalHoldingSet *set = shoal_share_get_set (entry->share);

  return set != NULL && offer->folder == shoal_holding_set_is_folder (set)
         && shoal_digest_equal (&offer->id, shoal_holding_set_get_id (set))
         && offer->size == shoal_holding_set_get_total_size (set)
         && g_strcmp0 (offer->name, shoal_share_get_name (entry->share)) == 0;
}

/* Takes what is ours out of @there; what stays is to be withdrawn. */
static void
compare_entry (ShoalShares *self, ShoalShareEntry *entry, GHashTable *there)
{
  const ShoalOffer *offer = g_hash_table_lookup (there, shoal_share_get_offer (entry->share));
  ShoalShareState state = shoal_share_get_state (entry->share);

  entry->offered = offer != NULL;
  if (offer != NULL)
    entry->offered_id = offer->id;
  if (offer != NULL && shoal_share_get_set (entry->share) != NULL && !is_same_offer (entry, offer))
    entry->offered = FALSE;
  /* What stands is not offered again: the listing is the answer. */
  if (entry->offered)
    shoal_share_set_sources (entry->share, offer->sources);
  /* A share that was refused gets another chance with each comparison. */
  gboolean refused = state == SHOAL_SHARE_FAILED && shoal_share_get_set (entry->share) != NULL
                     && entry->target == NULL && !entry->queued;
  if (state == SHOAL_SHARE_WAITING || state == SHOAL_SHARE_OFFERED || refused)
    shoal_shares_settle (self, entry);
  state = shoal_share_get_state (entry->share);
  if (state != SHOAL_SHARE_NOT_OFFERED && state != SHOAL_SHARE_MISSING
      && state != SHOAL_SHARE_FAILED)
    g_hash_table_remove (there, shoal_share_get_offer (entry->share));
}

static void
on_listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalShares) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) there
             = shoal_directory_offers_finish (SHOAL_DIRECTORY (source), result, &error);

  self->repairing = FALSE;
  if (self->stopped)
    return;
  if (there == NULL)
    {
      note_failure (self, error);
      shoal_shares_check_waiters (self);
      return;
    }
  self->repaired = is_online (self);
  self->attempts = 0;
  for (guint i = 0; i < self->entries->len; i++)
    compare_entry (self, g_ptr_array_index (self->entries, i), there);
  if (self->repaired && g_hash_table_size (there) > 0)
    {
      g_autofree const char **stale = (const char **) g_hash_table_get_keys_as_array (there, NULL);
      shoal_directory_withdraw_async (self->directory, stale, self->cancellable, on_withdrawn_cb,
                                      NULL);
    }
  start_offers (self);
  shoal_shares_check_waiters (self);
}

void
shoal_shares_compare (ShoalShares *self)
{
  if (!self->loaded || self->repairing || self->repaired || !is_online (self))
    return;
  self->repairing = TRUE;
  shoal_directory_offers_async (self->directory, self->cancellable, on_listed_cb,
                                g_object_ref (self));
}

static void
on_state_changed_cb (ShoalDirectory *directory, ShoalShares *self)
{
  g_clear_handle_id (&self->retry_timer, g_source_remove);
  self->blocked = FALSE;
  self->attempts = 0;
  if (is_online (self))
    shoal_shares_compare (self);
  else
    {
      self->repaired = FALSE;
      shoal_shares_check_waiters (self);
    }
}

void
shoal_shares_init_offers (ShoalShares *self)
{
  self->cancellable = g_cancellable_new ();
  if (self->directory != NULL)
    g_signal_connect_object (self->directory, "state-changed", G_CALLBACK (on_state_changed_cb),
                             self, 0);
}

void
shoal_shares_stop_offers (ShoalShares *self)
{
  g_clear_handle_id (&self->offer_source, g_source_remove);
  g_clear_handle_id (&self->retry_timer, g_source_remove);
  g_cancellable_cancel (self->cancellable);
}
