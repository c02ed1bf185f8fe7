/* shoal-offer-keeper.c: keeps what a directory has of this device equal to what it offers
 *
 * This file has the list and who waits for it; shoal-offer-keeper-tell.c talks with the directory.
 * Each offer is in the queue of what is to be told of it, so that a change of one costs no look at
 * the others.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-offer-keeper"

#include "config.h"

#include "shoal-offer-keeper-private.h"

G_DEFINE_FINAL_TYPE (ShoalOfferKeeper, shoal_offer_keeper, G_TYPE_OBJECT)

enum
{
  SIGNAL_CHANGED,
  SIGNAL_OFFERING,
  SIGNAL_SETTLED,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

/* Somebody who waits until all is withdrawn. */
typedef struct
{
  GTask *task;
  gulong handler;
} Flush;

gboolean
shoal_offer_keeper_is_online (ShoalOfferKeeper *self)
{
  return self->directory != NULL && !self->stopped
         && shoal_directory_get_state (self->directory) == SHOAL_DIRECTORY_ONLINE;
}

/* ---- The list ---- */

void
shoal_offer_keeper_sort_in (ShoalOfferKeeper *self, ShoalKeptOffer *kept)
{
  GQueue *queue = shoal_kept_offer_needs_withdrawal (kept) ? &self->to_withdraw
                  : shoal_kept_offer_needs_offer (kept)    ? &self->to_offer
                                                           : NULL;

  if (queue != kept->queue)
    {
      if (kept->queue != NULL)
        g_queue_unlink (kept->queue, &kept->link);
      if (queue != NULL)
        g_queue_push_tail_link (queue, &kept->link);
      kept->queue = queue;
    }
  if (queue != NULL)
    shoal_offer_keeper_tell_soon (self);
  else if (shoal_kept_offer_is_over (kept))
    g_hash_table_remove (self->offers, kept->id);
}

ShoalKeptOffer *
shoal_offer_keeper_lookup (ShoalOfferKeeper *self, const char *id)
{
  return g_hash_table_lookup (self->offers, id);
}

ShoalKeptOffer *
shoal_offer_keeper_ensure (ShoalOfferKeeper *self, const char *id)
{
  ShoalKeptOffer *kept = shoal_offer_keeper_lookup (self, id);

  if (kept == NULL)
    {
      kept = shoal_kept_offer_new (id);
      g_hash_table_insert (self->offers, kept->id, kept);
    }
  return kept;
}

void
shoal_offer_keeper_emit_if_changed (ShoalOfferKeeper *self,
                                    ShoalKeptOffer *kept,
                                    ShoalOfferAnswer before)
{
  ShoalOfferAnswer now = shoal_kept_offer_get_answer (kept);

  if (now.state != before.state || now.error != before.error || now.sources != before.sources)
    g_signal_emit (self, signals[SIGNAL_CHANGED], 0, kept->id);
}

/* ---- Waiting ---- */

static gboolean
is_flushed (ShoalOfferKeeper *self)
{
  if (!self->started || !shoal_offer_keeper_is_online (self) || self->withdrawals_blocked)
    return TRUE;
  if (!self->compared)
    return self->offers_blocked; /* no comparison before the timer */
  return self->to_withdraw.length == 0 && self->withdrawing == 0;
}

static void
flush_end (Flush *flush)
{
  g_autoptr (GTask) task = g_steal_pointer (&flush->task);

  if (flush->handler != 0)
    g_signal_handler_disconnect (g_task_get_cancellable (task), flush->handler);
  if (!g_task_return_error_if_cancelled (task))
    g_task_return_boolean (task, TRUE);
  g_free (flush);
}

void
shoal_offer_keeper_check_flushes (ShoalOfferKeeper *self)
{
  g_autoptr (GPtrArray) done = g_ptr_array_new ();

  for (guint i = self->flushes->len; i > 0; i--)
    {
      Flush *flush = g_ptr_array_index (self->flushes, i - 1);
      if (is_flushed (self) || g_cancellable_is_cancelled (g_task_get_cancellable (flush->task)))
        g_ptr_array_add (done, g_ptr_array_steal_index (self->flushes, i - 1));
    }
  for (guint i = done->len; i > 0; i--)
    flush_end (g_ptr_array_index (done, i - 1));
}

void
shoal_offer_keeper_settled (ShoalOfferKeeper *self)
{
  shoal_offer_keeper_check_flushes (self);
  g_signal_emit (self, signals[SIGNAL_SETTLED], 0);
}

static gboolean
on_flush_due_cb (gpointer user_data)
{
  shoal_offer_keeper_check_flushes (SHOAL_OFFER_KEEPER (user_data));
  return G_SOURCE_REMOVE;
}

static void
check_flushes_soon (ShoalOfferKeeper *self)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, on_flush_due_cb, g_object_ref (self), g_object_unref);
}

static void
on_flush_cancelled_cb (GCancellable *cancellable, ShoalOfferKeeper *self)
{
  check_flushes_soon (self);
}

/* ---- Faces ---- */

static void
on_state_changed_cb (ShoalDirectory *directory, ShoalOfferKeeper *self)
{
  shoal_offer_keeper_state_changed (self);
}

static void
shoal_offer_keeper_dispose (GObject *object)
{
  shoal_offer_keeper_stop (SHOAL_OFFER_KEEPER (object));
  G_OBJECT_CLASS (shoal_offer_keeper_parent_class)->dispose (object);
}

static void
empty_queue (GQueue *queue)
{
  while (queue->length > 0)
    ((ShoalKeptOffer *) g_queue_pop_head_link (queue)->data)->queue = NULL;
}

static void
shoal_offer_keeper_finalize (GObject *object)
{
  ShoalOfferKeeper *self = SHOAL_OFFER_KEEPER (object);

  empty_queue (&self->to_offer);
  empty_queue (&self->to_withdraw);
  g_clear_pointer (&self->offers, g_hash_table_unref);
  g_clear_pointer (&self->flushes, g_ptr_array_unref);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->directory);
  G_OBJECT_CLASS (shoal_offer_keeper_parent_class)->finalize (object);
}

static void
shoal_offer_keeper_class_init (ShoalOfferKeeperClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = shoal_offer_keeper_dispose;
  object_class->finalize = shoal_offer_keeper_finalize;

  signals[SIGNAL_CHANGED] = g_signal_new ("changed", SHOAL_TYPE_OFFER_KEEPER, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_OFFERING] = g_signal_new ("offering", SHOAL_TYPE_OFFER_KEEPER, G_SIGNAL_RUN_LAST,
                                           0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_SETTLED] = g_signal_new ("settled", SHOAL_TYPE_OFFER_KEEPER, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
shoal_offer_keeper_init (ShoalOfferKeeper *self)
{
  self->offers = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                        (GDestroyNotify) shoal_kept_offer_unref);
  self->flushes = g_ptr_array_new ();
  self->cancellable = g_cancellable_new ();
}

ShoalOfferKeeper *
shoal_offer_keeper_new (ShoalDirectory *directory)
{
  g_return_val_if_fail (directory == NULL || SHOAL_IS_DIRECTORY (directory), NULL);

  ShoalOfferKeeper *self = g_object_new (SHOAL_TYPE_OFFER_KEEPER, NULL);
  if (directory != NULL)
    {
      self->directory = g_object_ref (directory);
      g_signal_connect_object (directory, "state-changed", G_CALLBACK (on_state_changed_cb), self,
                               0);
    }
  return self;
}

void
shoal_offer_keeper_start (ShoalOfferKeeper *self)
{
  g_return_if_fail (SHOAL_IS_OFFER_KEEPER (self));

  self->started = TRUE;
  shoal_offer_keeper_compare (self);
}

void
shoal_offer_keeper_stop (ShoalOfferKeeper *self)
{
  g_return_if_fail (SHOAL_IS_OFFER_KEEPER (self));

  if (self->stopped)
    return;
  self->stopped = TRUE;
  g_clear_handle_id (&self->due_source, g_source_remove);
  g_clear_handle_id (&self->retry_timer, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  shoal_offer_keeper_check_flushes (self);
}

void
shoal_offer_keeper_put (ShoalOfferKeeper *self,
                        ShoalOffer *offer,
                        ShoalOfferFill fill,
                        gpointer content,
                        GDestroyNotify free_content)
{
  g_return_if_fail (SHOAL_IS_OFFER_KEEPER (self));
  g_return_if_fail (offer != NULL && offer->offer != NULL && offer->name != NULL);

  ShoalKeptOffer *kept = shoal_offer_keeper_ensure (self, offer->offer);
  ShoalOfferFilling *filling = g_rc_box_new0 (ShoalOfferFilling);
  filling->fill = fill;
  filling->content = content;
  filling->free_content = free_content;
  kept->held = FALSE;
  shoal_kept_offer_set_wanted (kept, offer, filling);
  shoal_offer_keeper_sort_in (self, kept);
}

void
shoal_offer_keeper_hold (ShoalOfferKeeper *self, const char *offer)
{
  g_return_if_fail (SHOAL_IS_OFFER_KEEPER (self));
  g_return_if_fail (offer != NULL);

  ShoalKeptOffer *kept = shoal_offer_keeper_ensure (self, offer);
  kept->held = TRUE;
  shoal_offer_keeper_sort_in (self, kept);
}

void
shoal_offer_keeper_drop (ShoalOfferKeeper *self, const char *offer)
{
  g_return_if_fail (SHOAL_IS_OFFER_KEEPER (self));
  g_return_if_fail (offer != NULL);

  ShoalKeptOffer *kept = shoal_offer_keeper_lookup (self, offer);
  if (kept == NULL)
    return;
  kept->held = FALSE;
  shoal_kept_offer_set_wanted (kept, NULL, NULL);
  shoal_offer_keeper_sort_in (self, kept);
}

ShoalOfferAnswer
shoal_offer_keeper_get_answer (ShoalOfferKeeper *self, const char *offer)
{
  ShoalOfferAnswer waiting = { .state = SHOAL_OFFER_WAITING };

  g_return_val_if_fail (SHOAL_IS_OFFER_KEEPER (self), waiting);
  g_return_val_if_fail (offer != NULL, waiting);

  const ShoalKeptOffer *kept = shoal_offer_keeper_lookup (self, offer);
  return kept != NULL ? shoal_kept_offer_get_answer (kept) : waiting;
}

gboolean
shoal_offer_keeper_is_open (ShoalOfferKeeper *self, const char *offer)
{
  g_return_val_if_fail (SHOAL_IS_OFFER_KEEPER (self), FALSE);
  g_return_val_if_fail (offer != NULL, FALSE);

  const ShoalKeptOffer *kept = shoal_offer_keeper_lookup (self, offer);
  if (kept == NULL)
    return FALSE;
  return kept->sending
         || (shoal_kept_offer_needs_offer (kept) && shoal_offer_keeper_is_online (self)
             && !self->offers_blocked);
}

void
shoal_offer_keeper_flush_async (ShoalOfferKeeper *self,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_OFFER_KEEPER (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  Flush *flush = g_new0 (Flush, 1);
  flush->task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (flush->task, shoal_offer_keeper_flush_async);
  g_ptr_array_add (self->flushes, flush);
  if (cancellable != NULL)
    flush->handler
        = g_signal_connect (cancellable, "cancelled", G_CALLBACK (on_flush_cancelled_cb), self);
  check_flushes_soon (self);
}

gboolean
shoal_offer_keeper_flush_finish (ShoalOfferKeeper *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
