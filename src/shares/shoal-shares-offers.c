/* shoal-shares-offers.c: what the list of offers is told of our shares, and says of them
 *
 * A share whose files are known is put into the list, one that is being looked through is held in
 * it: what the directory has of it stays until there is something better. What is not to be shared
 * (any more) is dropped from it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-shares"

#include "config.h"

#include "shoal-shares-private.h"

#include <glib/gi18n.h>

#include "shoal-error.h"

/* ---- What is told ---- */

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

/* In a thread: a #ShoalOfferFill. */
static void
fill_offer (ShoalOffer *offer, gpointer content)
{
  ShoalHoldingSet *set = content;

  if (offer->folder)
    fill_folder (offer, set);
  else
    offer->mtime_ms = stamp_mtime_ms (&shoal_holding_set_get_entry (set, 0)->stamp);
}

ShoalAudience *
shoal_shares_dup_audience (ShoalShares *self)
{
  return shoal_audience_new_everyone ();
}

static void
put (ShoalShares *self, ShoalShareEntry *entry)
{
  ShoalHoldingSet *set = shoal_share_get_set (entry->share);
  ShoalOffer *offer = shoal_offer_new ();

  offer->offer = g_strdup (shoal_share_get_offer (entry->share));
  offer->name = g_strdup (shoal_share_get_name (entry->share));
  shoal_audience_unref (offer->audience);
  offer->audience = shoal_shares_dup_audience (self);
  offer->folder = shoal_holding_set_is_folder (set);
  offer->id = *shoal_holding_set_get_id (set);
  offer->size = shoal_holding_set_get_total_size (set);
  if (offer->folder)
    {
      offer->n_entries = shoal_holding_set_get_n_entries (set);
      offer->manifest_size = shoal_holding_set_get_manifest_size (set);
    }
  entry->put = TRUE;
  shoal_offer_keeper_put (self->offers, offer, fill_offer, shoal_holding_set_ref (set),
                          (GDestroyNotify) shoal_holding_set_unref);
}

void
shoal_shares_hold (ShoalShares *self, ShoalShareEntry *entry)
{
  entry->put = FALSE;
  if (shoal_share_get_wanted (entry->share))
    shoal_offer_keeper_hold (self->offers, shoal_share_get_offer (entry->share));
}

void
shoal_shares_withdraw (ShoalShares *self, ShoalShareEntry *entry)
{
  entry->put = FALSE;
  shoal_offer_keeper_drop (self->offers, shoal_share_get_offer (entry->share));
}

/* ---- What became of it ---- */

static void
set_state (ShoalShares *self, ShoalShareEntry *entry, ShoalShareState state, const char *message)
{
  gboolean failed = shoal_share_get_state (entry->share) == SHOAL_SHARE_FAILED;

  /* What failed is not served; nobody hears of it again before it is. */
  if (failed != (state == SHOAL_SHARE_FAILED))
    shoal_shares_touch_holdings (self);
  shoal_share_set_state (entry->share, state, message);
}

static void
show_answer (ShoalShares *self, ShoalShareEntry *entry)
{
  ShoalOfferAnswer answer
      = shoal_offer_keeper_get_answer (self->offers, shoal_share_get_offer (entry->share));

  if (answer.state == SHOAL_OFFER_TAKEN)
    shoal_share_set_sources (entry->share, answer.sources);
  if (!entry->put)
    return; /* what it is told is not what is known by now */
  if (answer.state == SHOAL_OFFER_REFUSED)
    {
      g_autofree char *message = g_strdup_printf (_ ("The group’s tracker did not take it (%s)"),
                                                  shoal_error_to_reason (answer.error));
      set_state (self, entry, SHOAL_SHARE_FAILED, message);
    }
  else
    set_state (self, entry,
               answer.state == SHOAL_OFFER_TAKEN ? SHOAL_SHARE_OFFERED : SHOAL_SHARE_WAITING, NULL);
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
  put (self, entry);
  show_answer (self, entry);
}

gboolean
shoal_shares_is_offer_open (ShoalShares *self, ShoalShareEntry *entry)
{
  return shoal_offer_keeper_is_open (self->offers, shoal_share_get_offer (entry->share));
}

static void
on_changed_cb (ShoalOfferKeeper *offers, const char *offer, ShoalShares *self)
{
  ShoalShareEntry *entry = g_hash_table_lookup (self->by_offer, offer);

  if (entry != NULL)
    show_answer (self, entry);
}

/* Nobody hears of what they could not fetch yet. */
static void
on_offering_cb (ShoalOfferKeeper *offers, ShoalShares *self)
{
  shoal_shares_flush_holdings (self);
}

static void
on_settled_cb (ShoalOfferKeeper *offers, ShoalShares *self)
{
  shoal_shares_check_waiters (self);
}

void
shoal_shares_init_offers (ShoalShares *self)
{
  g_signal_connect_object (self->offers, "changed", G_CALLBACK (on_changed_cb), self, 0);
  g_signal_connect_object (self->offers, "offering", G_CALLBACK (on_offering_cb), self, 0);
  g_signal_connect_object (self->offers, "settled", G_CALLBACK (on_settled_cb), self, 0);
}

void
shoal_shares_stop_offers (ShoalShares *self)
{
  g_signal_handlers_disconnect_by_data (self->offers, self);
}
