/* shoal-local-index.c: what is here already or on the way, by content id
 *
 * Transfers are few and watched one by one. Shares may hold very many files: they are asked through
 * their holdings, and a change of those is told as "reset", at most once a second.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-local-index"

#include "config.h"

#include "shoal-local-index.h"

#include <string.h>

#define RESET_INTERVAL_MS (1000)

/* A transfer that is watched, with what was last told about it. */
typedef struct
{
  ShoalLocalIndex *index; /* not owned */
  ShoalTransfer *transfer;
  gulong handler;
  ShoalLocalState state;
} Watched;

struct _ShoalLocalIndex
{
  GObject parent_instance;

  GListModel *transfers;
  ShoalShares *shares;
  ShoalHoldings *holdings;
  GPtrArray *watched; /* of Watched, as the list has them */
  GHashTable *by_id;  /* const ShoalDigest * of a transfer → GPtrArray of Watched, not owned */
  guint reset_timer;
};

G_DEFINE_FINAL_TYPE (ShoalLocalIndex, shoal_local_index, G_TYPE_OBJECT)

enum
{
  CHANGED,
  RESET,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* ---- Transfers ---- */

static ShoalLocalKind
get_kind (ShoalTransferState state)
{
  switch (state)
    {
    case SHOAL_TRANSFER_STARTING:
    case SHOAL_TRANSFER_ACTIVE:
      return SHOAL_LOCAL_ACTIVE;
    case SHOAL_TRANSFER_QUEUED:
    case SHOAL_TRANSFER_WAITING:
    case SHOAL_TRANSFER_NO_SPACE:
      return SHOAL_LOCAL_WAITING;
    case SHOAL_TRANSFER_PAUSED:
      return SHOAL_LOCAL_PAUSED;
    case SHOAL_TRANSFER_FINISHED:
      return SHOAL_LOCAL_HERE;
    case SHOAL_TRANSFER_FAILED:
      return SHOAL_LOCAL_FAILED;
    case SHOAL_TRANSFER_CANCELLED:
    default:
      return SHOAL_LOCAL_NONE;
    }
}

static ShoalLocalState
get_state (ShoalTransfer *transfer)
{
  guint64 size = shoal_transfer_get_size (transfer);
  guint64 done = shoal_transfer_get_bytes_done (transfer);
  ShoalLocalState state = { get_kind (shoal_transfer_get_state (transfer)), 0 };

  if (state.kind == SHOAL_LOCAL_HERE)
    state.percent = 100;
  else if (size > 0)
    state.percent = (guint) MIN (99.0, 100.0 * (double) done / (double) size);
  return state;
}

static void
on_transfer_changed_cb (Watched *watched)
{
  ShoalLocalState state = get_state (watched->transfer);

  if (state.kind == watched->state.kind && state.percent == watched->state.percent)
    return;
  watched->state = state;
  g_signal_emit (watched->index, signals[CHANGED], 0, shoal_transfer_get_id (watched->transfer));
}

static void
on_notify_cb (ShoalTransfer *transfer, GParamSpec *pspec, Watched *watched)
{
  on_transfer_changed_cb (watched);
}

static void
watched_free (Watched *self)
{
  g_clear_signal_handler (&self->handler, self->transfer);
  g_clear_object (&self->transfer);
  g_free (self);
}

static Watched *
watch (ShoalLocalIndex *self, ShoalTransfer *transfer)
{
  Watched *watched = g_new0 (Watched, 1);
  const ShoalDigest *id = shoal_transfer_get_id (transfer);
  GPtrArray *same = g_hash_table_lookup (self->by_id, id);

  watched->index = self;
  watched->transfer = g_object_ref (transfer);
  watched->state = get_state (transfer);
  watched->handler = g_signal_connect (transfer, "notify", G_CALLBACK (on_notify_cb), watched);
  if (same == NULL)
    {
      same = g_ptr_array_new ();
      g_hash_table_insert (self->by_id, shoal_digest_dup (id), same);
    }
  g_ptr_array_add (same, watched);
  return watched;
}

static void
unwatch (ShoalLocalIndex *self, Watched *watched)
{
  const ShoalDigest *id = shoal_transfer_get_id (watched->transfer);
  GPtrArray *same = g_hash_table_lookup (self->by_id, id);

  g_ptr_array_remove_fast (same, watched);
  if (same->len == 0)
    g_hash_table_remove (self->by_id, id);
}

static void
on_transfers_changed_cb (
    GListModel *transfers, guint position, guint removed, guint added, ShoalLocalIndex *self)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (ShoalDigest));

  for (guint i = 0; i < removed; i++)
    {
      Watched *watched = g_ptr_array_index (self->watched, position + i);

      g_array_append_val (ids, *shoal_transfer_get_id (watched->transfer));
      unwatch (self, watched);
    }
  if (removed > 0)
    g_ptr_array_remove_range (self->watched, position, removed);

  guint after = self->watched->len - position;

  /* What is behind moves once, not for each. */
  g_ptr_array_set_size (self->watched, (int) (self->watched->len + added));
  if (added > 0 && after > 0)
    memmove (self->watched->pdata + position + added, self->watched->pdata + position,
             after * sizeof (gpointer));
  for (guint i = 0; i < added; i++)
    {
      g_autoptr (ShoalTransfer) transfer = g_list_model_get_item (transfers, position + i);

      g_array_append_val (ids, *shoal_transfer_get_id (transfer));
      self->watched->pdata[position + i] = watch (self, transfer);
    }
  for (guint i = 0; i < ids->len; i++)
    g_signal_emit (self, signals[CHANGED], 0, &g_array_index (ids, ShoalDigest, i));
}

/* ---- Shares ---- */

static gboolean
on_reset_timer_cb (gpointer user_data)
{
  ShoalLocalIndex *self = user_data;

  self->reset_timer = 0;
  g_clear_pointer (&self->holdings, shoal_holdings_unref);
  self->holdings = shoal_shares_dup_holdings (self->shares);
  g_signal_emit (self, signals[RESET], 0);
  return G_SOURCE_REMOVE;
}

static void
on_holdings_changed_cb (ShoalShares *shares, ShoalLocalIndex *self)
{
  if (self->reset_timer == 0)
    self->reset_timer = g_timeout_add (RESET_INTERVAL_MS, on_reset_timer_cb, self);
}

static gboolean
is_shared (ShoalLocalIndex *self, const ShoalDigest *id)
{
  if (self->holdings == NULL)
    return FALSE;
  g_autoptr (GArray) places = shoal_holdings_lookup (self->holdings, id);
  return places->len > 0;
}

/* ---- The object ---- */

static void
shoal_local_index_dispose (GObject *object)
{
  ShoalLocalIndex *self = SHOAL_LOCAL_INDEX (object);

  g_clear_handle_id (&self->reset_timer, g_source_remove);
  if (self->transfers != NULL)
    g_signal_handlers_disconnect_by_data (self->transfers, self);
  if (self->shares != NULL)
    g_signal_handlers_disconnect_by_data (self->shares, self);
  g_clear_pointer (&self->by_id, g_hash_table_unref);
  g_clear_pointer (&self->watched, g_ptr_array_unref);
  g_clear_pointer (&self->holdings, shoal_holdings_unref);
  g_clear_object (&self->transfers);
  g_clear_object (&self->shares);
  G_OBJECT_CLASS (shoal_local_index_parent_class)->dispose (object);
}

static void
shoal_local_index_class_init (ShoalLocalIndexClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = shoal_local_index_dispose;
  signals[CHANGED] = g_signal_new ("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[RESET]
      = g_signal_new ("reset", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
shoal_local_index_init (ShoalLocalIndex *self)
{
  self->watched = g_ptr_array_new_with_free_func ((GDestroyNotify) watched_free);
  self->by_id = g_hash_table_new_full (shoal_digest_hash, shoal_digest_equal, g_free,
                                       (GDestroyNotify) g_ptr_array_unref);
}

ShoalLocalIndex *
shoal_local_index_new (GListModel *transfers, ShoalShares *shares)
{
  ShoalLocalIndex *self = g_object_new (SHOAL_TYPE_LOCAL_INDEX, NULL);

  if (transfers != NULL)
    {
      self->transfers = g_object_ref (transfers);
      g_signal_connect (transfers, "items-changed", G_CALLBACK (on_transfers_changed_cb), self);
      on_transfers_changed_cb (transfers, 0, 0, g_list_model_get_n_items (transfers), self);
    }
  if (shares != NULL)
    {
      self->shares = g_object_ref (shares);
      self->holdings = shoal_shares_dup_holdings (shares);
      g_signal_connect (shares, "holdings-changed", G_CALLBACK (on_holdings_changed_cb), self);
    }
  return self;
}

ShoalLocalState
shoal_local_index_lookup (ShoalLocalIndex *self, const ShoalDigest *id)
{
  ShoalLocalState best = { SHOAL_LOCAL_NONE, 0 };

  g_return_val_if_fail (SHOAL_IS_LOCAL_INDEX (self), best);
  g_return_val_if_fail (id != NULL, best);

  GPtrArray *same = g_hash_table_lookup (self->by_id, id);
  for (guint i = 0; same != NULL && i < same->len; i++)
    {
      const Watched *watched = g_ptr_array_index (same, i);

      if (watched->state.kind > best.kind)
        best = watched->state;
    }
  if (best.kind < SHOAL_LOCAL_SHARED && is_shared (self, id))
    best = (ShoalLocalState){ SHOAL_LOCAL_SHARED, 100 };
  return best;
}

char *
shoal_local_index_dup_path (ShoalLocalIndex *self, const ShoalDigest *id)
{
  g_return_val_if_fail (SHOAL_IS_LOCAL_INDEX (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  GPtrArray *same = g_hash_table_lookup (self->by_id, id);
  for (guint i = 0; same != NULL && i < same->len; i++)
    {
      const Watched *watched = g_ptr_array_index (same, i);

      if (watched->state.kind == SHOAL_LOCAL_HERE)
        return g_strdup (shoal_transfer_get_destination (watched->transfer));
    }
  if (self->holdings == NULL)
    return NULL;
  g_autoptr (GArray) places = shoal_holdings_lookup (self->holdings, id);
  if (places->len == 0)
    return NULL;
  const ShoalHoldingMatch *place = &g_array_index (places, ShoalHoldingMatch, 0);
  const char *root = shoal_holding_set_get_root (place->set);
  if (place->holding == NULL)
    return g_strdup (root);
  return g_build_filename (root, shoal_holding_set_get_path (place->set, place->holding), NULL);
}
