/* shoal-offer-keeper-tell.c: what #ShoalOfferKeeper asks and tells the directory
 *
 * Online again, we ask for the directory's list of our offers and compare: what is there and right
 * is taken, what is there and not ours (any more) is withdrawn, what is missing is offered. Only
 * then do single changes follow as they come. One request that offers is on the way at a time; what
 * it did not cover goes with the next. A request that fails because the connection does is repeated
 * by the next comparison; one that is refused for now, by a timer.
 *
 * The entries of a folder are put together in a thread: a million of them take longer than a frame.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-offer-keeper"

#include "config.h"

#include "shoal-offer-keeper-private.h"

#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-retry.h"

/* Offers that are on the way. */
typedef struct
{
  ShoalOfferKeeper *keeper;
  GPtrArray *offers;   /* of ShoalOffer, made whole in the thread */
  GPtrArray *fillings; /* of ShoalOfferFilling or NULL, as many */
} OfferRun;

/* Withdrawals that are on the way. */
typedef struct
{
  ShoalOfferKeeper *keeper;
  GPtrArray *ids; /* of char *, and NULL */
  guint number;
} WithdrawalRun;

static void
filling_free (gpointer data)
{
  if (data != NULL)
    shoal_offer_filling_unref (data);
}

static OfferRun *
offer_run_new (ShoalOfferKeeper *keeper)
{
  OfferRun *run = g_new0 (OfferRun, 1);

  run->keeper = g_object_ref (keeper);
  run->offers = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_offer_free);
  run->fillings = g_ptr_array_new_with_free_func (filling_free);
  return run;
}

static void
offer_run_free (OfferRun *run)
{
  g_clear_pointer (&run->offers, g_ptr_array_unref);
  g_clear_pointer (&run->fillings, g_ptr_array_unref);
  g_clear_object (&run->keeper);
  g_free (run);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OfferRun, offer_run_free)

static void
withdrawal_run_free (WithdrawalRun *run)
{
  g_ptr_array_unref (run->ids);
  g_object_unref (run->keeper);
  g_free (run);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WithdrawalRun, withdrawal_run_free)

/* ---- Failing ---- */

static gboolean
on_retry_cb (gpointer user_data)
{
  ShoalOfferKeeper *self = user_data;

  self->retry_timer = 0;
  self->offers_blocked = FALSE;
  self->withdrawals_blocked = FALSE;
  if (self->compared)
    shoal_offer_keeper_tell_soon (self);
  else
    shoal_offer_keeper_compare (self);
  return G_SOURCE_REMOVE;
}

/* A lost connection is no reason to wait: the way back online is the time for the next try. Who
 * withdraws does not wait for a directory that takes no more. */
static void
note_failure (ShoalOfferKeeper *self, gboolean *blocked, const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->stopped)
    return;
  *blocked = TRUE;
  g_debug ("The directory cannot be told for now: %s", error->message);
  if (!shoal_offer_keeper_is_online (self) || self->retry_timer != 0)
    return;
  self->attempts++;
  gint64 delay_ms = shoal_retry_delay_ms (error, self->attempts, g_random_int ());
  if (delay_ms < 0)
    delay_ms = SHOAL_OFFER_RETRY_MS;
  self->retry_timer = g_timeout_add ((guint) CLAMP (delay_ms, 1, G_MAXINT), on_retry_cb, self);
}

/* ---- Withdrawing ---- */

static void
on_withdrawn_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WithdrawalRun) run = user_data;
  ShoalOfferKeeper *self = run->keeper;
  g_autoptr (GError) error = NULL;
  gboolean gone = shoal_directory_withdraw_finish (SHOAL_DIRECTORY (source), result, &error) >= 0;

  self->withdrawing--;
  if (!gone)
    note_failure (self, &self->withdrawals_blocked, error);
  else if (!self->offers_blocked)
    self->attempts = 0;
  for (guint i = 0; i + 1 < run->ids->len; i++)
    {
      ShoalKeptOffer *kept = shoal_offer_keeper_lookup (self, g_ptr_array_index (run->ids, i));
      /* Otherwise it was offered again meanwhile. */
      if (kept == NULL || kept->withdrawal != run->number)
        continue;
      kept->withdrawal = 0;
      if (gone)
        shoal_kept_offer_set_there (kept, NULL, 0);
      shoal_offer_keeper_sort_in (self, kept);
    }
  shoal_offer_keeper_settled (self);
}

static void
withdraw_due (ShoalOfferKeeper *self)
{
  if (self->to_withdraw.length == 0)
    return;

  WithdrawalRun *run = g_new0 (WithdrawalRun, 1);
  run->keeper = g_object_ref (self);
  run->ids = g_ptr_array_new_full (self->to_withdraw.length + 1, g_free);
  run->number = ++self->n_withdrawals;
  while (self->to_withdraw.length > 0)
    {
      ShoalKeptOffer *kept = self->to_withdraw.head->data;
      kept->withdrawal = run->number;
      kept->cut = kept->sending;
      /* Should it be put again before the answer comes, it is told again. */
      kept->unsure = TRUE;
      g_ptr_array_add (run->ids, g_strdup (kept->id));
      shoal_offer_keeper_sort_in (self, kept);
    }
  g_ptr_array_add (run->ids, NULL);
  self->withdrawing++;
  shoal_directory_withdraw_async (self->directory, (const char *const *) run->ids->pdata,
                                  self->cancellable, on_withdrawn_cb, run);
}

/* ---- Offering ---- */

/* In a thread: reads only what never changes. */
static void
make_offers (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  OfferRun *run = data;

  for (guint i = 0; i < run->offers->len; i++)
    {
      ShoalOfferFilling *filling = g_ptr_array_index (run->fillings, i);
      if (filling != NULL && filling->fill != NULL)
        filling->fill (g_ptr_array_index (run->offers, i), filling->content);
    }
  g_task_return_boolean (task, TRUE);
}

static void
take_answer (ShoalOfferKeeper *self, const ShoalOffer *offer, ShoalOfferAnswer answer)
{
  ShoalKeptOffer *kept = shoal_offer_keeper_lookup (self, offer->offer);
  ShoalOfferAnswer before = shoal_kept_offer_get_answer (kept);

  kept->sending = FALSE;
  kept->error = answer.error;
  /* What is wanted by now is not what was refused. */
  kept->failed = answer.state == SHOAL_OFFER_WAITING
                 || (answer.state == SHOAL_OFFER_REFUSED && kept->wanted != NULL
                     && shoal_offer_equal (offer, kept->wanted));
  if (answer.state == SHOAL_OFFER_TAKEN)
    {
      /* What withdraws it may have come before or after it. */
      kept->withdrawal = 0;
      shoal_kept_offer_set_there (kept, offer, answer.sources);
      if (kept->cut)
        shoal_kept_offer_set_unsure (kept, offer);
    }
  else
    shoal_kept_offer_set_unsure (kept, offer); /* a folder may be there in part */
  if (answer.state == SHOAL_OFFER_WAITING)
    {
      g_autoptr (GError) error
                 = g_error_new_literal (SHOAL_ERROR, answer.error, "not taken for now");
      note_failure (self, &self->offers_blocked, error);
    }
  g_autoptr (ShoalKeptOffer) told = shoal_kept_offer_ref (kept);
  shoal_offer_keeper_sort_in (self, kept);
  shoal_offer_keeper_emit_if_changed (self, told, before);
}

/* Nobody knows which of them arrived, or none did (@sent is %FALSE). */
static void
take_back (ShoalOfferKeeper *self, OfferRun *run, gboolean sent)
{
  for (guint i = 0; i < run->offers->len; i++)
    {
      const ShoalOffer *offer = g_ptr_array_index (run->offers, i);
      ShoalKeptOffer *kept = shoal_offer_keeper_lookup (self, offer->offer);
      kept->sending = FALSE;
      if (sent)
        shoal_kept_offer_set_unsure (kept, offer);
      shoal_offer_keeper_sort_in (self, kept);
    }
}

static void
on_offered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (OfferRun) run = user_data;
  ShoalOfferKeeper *self = run->keeper;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) answers
             = shoal_directory_offer_finish (SHOAL_DIRECTORY (source), result, &error);

  self->offering = FALSE;
  if (answers != NULL && answers->len != run->offers->len)
    error = g_error_new_literal (SHOAL_ERROR, SHOAL_ERROR_INTERNAL, "Not an answer for each offer");
  if (error != NULL)
    {
      note_failure (self, &self->offers_blocked, error);
      take_back (self, run, TRUE);
    }
  else
    for (guint i = 0; i < run->offers->len; i++)
      take_answer (self, g_ptr_array_index (run->offers, i),
                   g_array_index (answers, ShoalOfferAnswer, i));
  if (!self->offers_blocked)
    {
      self->attempts = 0;
      shoal_offer_keeper_tell_soon (self);
    }
  shoal_offer_keeper_settled (self);
}

static void
on_offers_made_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  OfferRun *made = g_task_get_task_data (G_TASK (result));
  /* The task may be freed by its thread: nothing of the main thread's may be left in it. */
  g_autoptr (OfferRun) run = g_new0 (OfferRun, 1);
  *run = *made;
  *made = (OfferRun){ 0 };
  ShoalOfferKeeper *self = run->keeper;

  g_clear_pointer (&run->fillings, g_ptr_array_unref);
  if (shoal_offer_keeper_is_online (self))
    {
      GPtrArray *offers = run->offers;
      shoal_directory_offer_async (self->directory, offers, self->cancellable, on_offered_cb,
                                   g_steal_pointer (&run));
      return;
    }
  self->offering = FALSE;
  take_back (self, run, FALSE);
  shoal_offer_keeper_settled (self);
}

static void
offer_due (ShoalOfferKeeper *self)
{
  if (self->offering || self->to_offer.length == 0)
    return;
  g_signal_emit_by_name (self, "offering");

  g_autoptr (OfferRun) run = offer_run_new (self);
  guint64 n_entries = 0;
  while (self->to_offer.length > 0 && run->offers->len < SHOAL_MAX_OFFERS_AT_ONCE)
    {
      ShoalKeptOffer *kept = self->to_offer.head->data;
      n_entries += kept->wanted->n_entries;
      if (run->offers->len > 0 && n_entries > SHOAL_MAX_ENTRIES_AT_ONCE)
        break;
      kept->sending = TRUE;
      kept->cut = FALSE;
      g_ptr_array_add (run->offers, shoal_offer_copy (kept->wanted));
      g_ptr_array_add (run->fillings,
                       kept->filling != NULL ? shoal_offer_filling_ref (kept->filling) : NULL);
      shoal_offer_keeper_sort_in (self, kept);
    }
  if (run->offers->len == 0)
    return;

  self->offering = TRUE;
  g_autoptr (GTask) task = g_task_new (NULL, NULL, on_offers_made_cb, NULL);
  g_task_set_source_tag (task, offer_due);
  g_task_set_task_data (task, g_steal_pointer (&run), (GDestroyNotify) offer_run_free);
  g_task_run_in_thread (task, make_offers);
}

static gboolean
on_due_cb (gpointer user_data)
{
  ShoalOfferKeeper *self = user_data;

  self->due_source = 0;
  if (!shoal_offer_keeper_is_online (self) || !self->compared)
    return G_SOURCE_REMOVE;
  if (!self->withdrawals_blocked)
    withdraw_due (self);
  if (!self->offers_blocked)
    offer_due (self);
  shoal_offer_keeper_check_flushes (self);
  return G_SOURCE_REMOVE;
}

void
shoal_offer_keeper_tell_soon (ShoalOfferKeeper *self)
{
  if (self->due_source == 0 && self->compared && !self->stopped)
    self->due_source = g_idle_add (on_due_cb, self);
}

/* ---- Comparing ---- */

/* Takes what is known out of @there. */
static void
compare_offer (ShoalOfferKeeper *self, ShoalKeptOffer *kept, GHashTable *there)
{
  const ShoalOffer *offer = g_hash_table_lookup (there, kept->id);
  ShoalOfferAnswer before = shoal_kept_offer_get_answer (kept);

  kept->withdrawal = 0;
  /* What was refused gets another chance with each comparison. */
  kept->failed = FALSE;
  /* What stands is not offered again: the listing is the answer. */
  shoal_kept_offer_set_there (kept, offer, offer != NULL ? offer->sources : 0);
  g_hash_table_remove (there, kept->id);
  shoal_offer_keeper_sort_in (self, kept);
  shoal_offer_keeper_emit_if_changed (self, kept, before);
}

static void
on_listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalOfferKeeper) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) there
             = shoal_directory_offers_finish (SHOAL_DIRECTORY (source), result, &error);
  GHashTableIter iter;
  gpointer value = NULL;

  self->comparing = FALSE;
  if (self->stopped)
    return;
  if (there == NULL)
    {
      note_failure (self, &self->offers_blocked, error);
      shoal_offer_keeper_settled (self);
      return;
    }
  self->compared = shoal_offer_keeper_is_online (self);
  self->attempts = 0;
  /* Who hears of a change may change the list. */
  g_autoptr (GPtrArray) all = g_ptr_array_new_full (g_hash_table_size (self->offers),
                                                    (GDestroyNotify) shoal_kept_offer_unref);
  g_hash_table_iter_init (&iter, self->offers);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (all, shoal_kept_offer_ref (value));
  for (guint i = 0; i < all->len; i++)
    {
      ShoalKeptOffer *kept = g_ptr_array_index (all, i);
      if (shoal_offer_keeper_lookup (self, kept->id) == kept)
        compare_offer (self, kept, there);
    }
  g_hash_table_iter_init (&iter, there);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const ShoalOffer *offer = value;
      ShoalKeptOffer *kept = shoal_offer_keeper_ensure (self, offer->offer);
      shoal_kept_offer_set_there (kept, offer, offer->sources);
      shoal_offer_keeper_sort_in (self, kept);
    }
  shoal_offer_keeper_tell_soon (self);
  shoal_offer_keeper_settled (self);
}

void
shoal_offer_keeper_compare (ShoalOfferKeeper *self)
{
  if (!self->started || self->comparing || self->compared || !shoal_offer_keeper_is_online (self))
    return;
  self->comparing = TRUE;
  shoal_directory_offers_async (self->directory, self->cancellable, on_listed_cb,
                                g_object_ref (self));
}

void
shoal_offer_keeper_state_changed (ShoalOfferKeeper *self)
{
  g_clear_handle_id (&self->retry_timer, g_source_remove);
  self->offers_blocked = FALSE;
  self->withdrawals_blocked = FALSE;
  self->attempts = 0;
  if (shoal_offer_keeper_is_online (self))
    {
      shoal_offer_keeper_compare (self);
      /* Where it was online before, the timer that is gone would have told them. */
      shoal_offer_keeper_tell_soon (self);
    }
  else
    {
      self->compared = FALSE;
      shoal_offer_keeper_settled (self);
    }
}
