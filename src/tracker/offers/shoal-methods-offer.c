/* shoal-methods-offer.c: the methods with which a device tells the catalogue what it has: offer,
 * offer-entries, withdraw, offers, pulling
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-methods-offer"

#include "config.h"

#include "shoal-methods-offer.h"

#include "shoal-audit.h"
#include "shoal-catalogue-keeper.h"
#include "shoal-catalogue-params.h"
#include "shoal-clock.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-methods.h"

static ShoalOfferer
offerer_of (ShoalTrackerSession *session)
{
  ShoalActor *actor = shoal_tracker_session_get_actor (session);

  return (ShoalOfferer){ .account_row = actor->account_row, .device_row = actor->device_row };
}

/* @counts: (nullable): nothing has changed */
static void
tell_changed (ShoalTrackerSession *session, const ShoalMemberCounts *counts)
{
  if (counts != NULL)
    shoal_catalogue_keeper_changed (shoal_tracker_session_get_parts (session)->catalogue,
                                    shoal_tracker_session_get_actor (session)->account_row, counts);
}

/* @text: (nullable): nothing to write down */
static gboolean
append_if (
    ShoalConnection *connection, ShoalActor *actor, const char *event, char *text, GError **error)
{
  return text == NULL || shoal_audit_append (connection, actor, event, text, error);
}

/* ---- offer --------------------------------------------------------------------------------- */

typedef struct
{
  ShoalActor *actor;
  ShoalOfferBatch *batch;
} Offer;

static void
offer_free (Offer *self)
{
  shoal_actor_unref (self->actor);
  shoal_offer_batch_free (self->batch);
  g_free (self);
}

static gboolean
write_offer (ShoalConnection *connection, gpointer data, GError **error)
{
  Offer *self = data;

  if (!shoal_offer_batch_run (connection, self->batch, error))
    return FALSE;

  g_autofree char *text = shoal_offer_batch_describe (self->batch, SHOAL_MAX_AUDIT_TEXT);

  return append_if (connection, self->actor, SHOAL_AUDIT_OFFER, text, error);
}

static JsonObject *
reply_offer (ShoalTrackerSession *session, gpointer data)
{
  Offer *self = data;

  tell_changed (session, shoal_offer_batch_get_counts (self->batch));
  return shoal_offer_batch_make_answer (self->batch);
}

static gboolean
handle_offer (ShoalTrackerSession *session,
              ShoalRequest *request,
              JsonObject *params,
              GError **error)
{
  const ShoalTrackerParts *parts = shoal_tracker_session_get_parts (session);
  const ShoalOfferer offerer = offerer_of (session);
  ShoalOfferBatch *batch = shoal_offer_batch_new (
      params, &offerer, parts->config->max_entries_per_member, shoal_now_ms (), error);

  if (batch == NULL)
    return FALSE;

  Offer *self = g_new0 (Offer, 1);

  self->actor = shoal_actor_ref (shoal_tracker_session_get_actor (session));
  self->batch = batch;
  shoal_tracker_session_write (session, request, write_offer, self, (GDestroyNotify) offer_free,
                               reply_offer);
  return TRUE;
}

/* ---- offer-entries ------------------------------------------------------------------------- */

static JsonObject *
reply_entries (ShoalTrackerSession *session, gpointer data)
{
  tell_changed (session, shoal_entry_batch_get_counts (data));
  return shoal_entry_batch_make_answer (data);
}

static gboolean
handle_entries (ShoalTrackerSession *session,
                ShoalRequest *request,
                JsonObject *params,
                GError **error)
{
  const ShoalOfferer offerer = offerer_of (session);
  ShoalEntryBatch *batch = shoal_entry_batch_new (params, &offerer, shoal_now_ms (), error);

  if (batch == NULL)
    return FALSE;
  shoal_tracker_session_write (session, request, shoal_entry_batch_run, batch,
                               (GDestroyNotify) shoal_entry_batch_free, reply_entries);
  return TRUE;
}

/* ---- withdraw ------------------------------------------------------------------------------ */

typedef struct
{
  ShoalTrackerSession *session;
  ShoalRequest *request;
  ShoalActor *actor;
  ShoalWithdrawal *withdrawal;
} Withdraw;

static void
withdraw_free (Withdraw *self)
{
  shoal_tracker_session_unref (self->session);
  shoal_request_unref (self->request);
  shoal_actor_unref (self->actor);
  shoal_withdrawal_free (self->withdrawal);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Withdraw, withdraw_free)

static gboolean
write_withdraw (ShoalConnection *connection, gpointer data, GError **error)
{
  Withdraw *self = data;

  if (!shoal_withdrawal_run (connection, self->withdrawal, error))
    return FALSE;
  if (!shoal_withdrawal_is_done (self->withdrawal))
    return TRUE;

  g_autofree char *text = shoal_withdrawal_describe (self->withdrawal);

  return append_if (connection, self->actor, SHOAL_AUDIT_WITHDRAW, text, error);
}

static void start_withdraw (Withdraw *self);

static void
on_withdrawn_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Withdraw) self = user_data;
  g_autoptr (GError) error = NULL;

  if (shoal_database_finish (SHOAL_DATABASE (source), result, &error) == NULL)
    {
      shoal_request_fail (self->request, error);
      return;
    }
  tell_changed (self->session, shoal_withdrawal_get_counts (self->withdrawal));
  if (!shoal_withdrawal_is_done (self->withdrawal))
    {
      start_withdraw (g_steal_pointer (&self));
      return;
    }
  shoal_catalogue_keeper_clean (shoal_tracker_session_get_parts (self->session)->catalogue);
  shoal_request_reply (self->request, shoal_withdrawal_make_answer (self->withdrawal));
}

static void
start_withdraw (Withdraw *self)
{
  const ShoalTurn turn = shoal_tracker_session_get_turn (self->session);

  shoal_database_write_for_async (shoal_tracker_session_get_parts (self->session)->database, &turn,
                                  write_withdraw, self, NULL, NULL, on_withdrawn_cb, self);
}

static gboolean
handle_withdraw (ShoalTrackerSession *session,
                 ShoalRequest *request,
                 JsonObject *params,
                 GError **error)
{
  const ShoalOfferer offerer = offerer_of (session);
  ShoalWithdrawal *withdrawal = shoal_withdrawal_new (params, &offerer, error);

  if (withdrawal == NULL)
    return FALSE;

  Withdraw *self = g_new0 (Withdraw, 1);

  self->session = shoal_tracker_session_ref (session);
  self->request = shoal_request_ref (request);
  self->actor = shoal_actor_ref (shoal_tracker_session_get_actor (session));
  self->withdrawal = withdrawal;
  start_withdraw (self);
  return TRUE;
}

/* ---- offers, pulling ----------------------------------------------------------------------- */

static JsonObject *
reply_offers (ShoalTrackerSession *session, gpointer data)
{
  return shoal_offer_list_make_answer (data);
}

static gboolean
handle_offers (ShoalTrackerSession *session,
               ShoalRequest *request,
               JsonObject *params,
               GError **error)
{
  ShoalOfferList *list = shoal_offer_list_new (params, offerer_of (session).device_row, error);

  if (list == NULL)
    return FALSE;
  shoal_tracker_session_read (session, request, shoal_offer_list_run, list,
                              (GDestroyNotify) shoal_offer_list_free, reply_offers);
  return TRUE;
}

static gboolean
handle_pulling (ShoalTrackerSession *session,
                ShoalRequest *request,
                JsonObject *params,
                GError **error)
{
  ShoalCatalogueKeeper *keeper = shoal_tracker_session_get_parts (session)->catalogue;
  ShoalDigest digest;
  gint64 size = 0;
  gboolean active = FALSE, manifest = FALSE;

  if (!shoal_params_get_content (params, "size", &digest, &size, error))
    return FALSE;
  if (!json_object_has_member (params, "active"))
    return shoal_set_field_error (error, "active", "“active” says whether the download goes on.");
  if (!shoal_json_get_optional_boolean (params, "active", FALSE, &active, error)
      || !shoal_json_get_optional_boolean (params, "manifest", FALSE, &manifest, error)
      || !shoal_catalogue_keeper_set_pulling (keeper, session, &digest, size, manifest, active,
                                              error))
    return FALSE;
  shoal_request_reply (request, NULL);
  return TRUE;
}

const ShoalTrackerMethod shoal_offer_methods[] = {
  { SHOAL_METHOD_OFFER, SHOAL_METHOD_MEMBERS, handle_offer },
  { SHOAL_METHOD_OFFER_ENTRIES, SHOAL_METHOD_MEMBERS, handle_entries },
  { SHOAL_METHOD_WITHDRAW, SHOAL_METHOD_MEMBERS, handle_withdraw },
  { SHOAL_METHOD_OFFERS, SHOAL_METHOD_MEMBERS, handle_offers },
  { SHOAL_METHOD_PULLING, SHOAL_METHOD_MEMBERS, handle_pulling },
  { NULL },
};
