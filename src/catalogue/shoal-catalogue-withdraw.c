/* shoal-catalogue-withdraw.c: what a device offers no more: the work of “withdraw”
 *
 * An offer is gone with its row; what only it needed is deleted later (shoal-catalogue-clean.c).
 * All offers of a device go in several jobs, so that others get their turn between them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-catalogue-withdraw"

#include "config.h"

#include "shoal-catalogue-private.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"

struct _ShoalWithdrawal
{
  JsonObject *params;
  ShoalOfferer offerer;
  GPtrArray *offers; /* of const char *, in the parameters; NULL: all */
  gint64 last;       /* of all: the last row that is meant; -1: not known yet */
  gint64 removed;    /* by the last job */
  gint64 total;      /* by all jobs */
  gboolean done;
  ShoalMemberCounts counts;
};

void
shoal_withdrawal_free (ShoalWithdrawal *self)
{
  json_object_unref (self->params);
  g_clear_pointer (&self->offers, g_ptr_array_unref);
  g_free (self);
}

static gboolean
remove_named (ShoalWithdrawal *self, ShoalConnection *connection, GError **error)
{
  for (guint i = 0; i < self->offers->len; i++)
    {
      ShoalOfferRow row;

      if (!shoal_offers_find (connection, self->offerer.device_row, self->offers->pdata[i], &row,
                              error))
        return FALSE;
      if (row.row == 0)
        continue;
      if (!shoal_offers_remove (connection, &row, error))
        return FALSE;
      self->removed++;
    }
  self->done = TRUE;
  return TRUE;
}

static gboolean
remove_all (ShoalWithdrawal *self, ShoalConnection *connection, GError **error)
{
  if (self->last < 0
      && !shoal_connection_query_integer (connection, 0, &self->last, error,
                                          "SELECT max (id) FROM offers WHERE device_id = ?", "i",
                                          self->offerer.device_row))
    return FALSE;
  if (!shoal_offers_remove_some (connection, self->offerer.device_row, self->last,
                                 SHOAL_WITHDRAW_AT_ONCE, &self->removed, error))
    return FALSE;
  self->done = self->removed < SHOAL_WITHDRAW_AT_ONCE;
  return TRUE;
}

gboolean
shoal_withdrawal_run (ShoalConnection *connection, gpointer data, GError **error)
{
  ShoalWithdrawal *self = data;

  self->removed = 0;
  if (!(self->offers != NULL ? remove_named (self, connection, error)
                             : remove_all (self, connection, error))
      || !shoal_offers_get_counts (connection, self->offerer.account_row, &self->counts, error))
    return FALSE;
  self->total += self->removed;
  return TRUE;
}

gboolean
shoal_withdrawal_is_done (ShoalWithdrawal *self)
{
  return self->done;
}

const ShoalMemberCounts *
shoal_withdrawal_get_counts (ShoalWithdrawal *self)
{
  return self->removed > 0 ? &self->counts : NULL;
}

char *
shoal_withdrawal_describe (ShoalWithdrawal *self)
{
  if (self->total == 0)
    return NULL;
  return g_strdup_printf ("%s%" G_GINT64_FORMAT " offer%s", self->offers == NULL ? "all: " : "",
                          self->total, self->total == 1 ? "" : "s");
}

JsonObject *
shoal_withdrawal_make_answer (ShoalWithdrawal *self)
{
  return shoal_json_new ("withdrawn", "i", self->total, NULL);
}

static gboolean
read_withdrawal (ShoalWithdrawal *self, JsonObject *params, GError **error)
{
  JsonArray *array = NULL;
  gboolean all = FALSE;

  if (!shoal_json_get_optional_boolean (params, "all", FALSE, &all, error)
      || !shoal_json_get_optional_array (params, "offers", SHOAL_MAX_BATCH_ENTRIES, &array, error))
    return FALSE;
  if (all == (array != NULL))
    return shoal_set_field_error (error, "offers",
                                  "Either “offers” or “all” says what to withdraw.");
  if (all)
    return TRUE;
  self->offers = g_ptr_array_new ();
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      const char *offer = NULL;

      if (!shoal_json_array_get_string (array, i, SHOAL_OFFER_CHARS, &offer, error))
        return FALSE;
      g_ptr_array_add (self->offers, (gpointer) offer);
    }
  return TRUE;
}

ShoalWithdrawal *
shoal_withdrawal_new (JsonObject *params, const ShoalOfferer *offerer, GError **error)
{
  g_autoptr (ShoalWithdrawal) self = g_new0 (ShoalWithdrawal, 1);

  self->params = json_object_ref (params);
  self->offerer = *offerer;
  self->last = -1;
  return read_withdrawal (self, params, error) ? g_steal_pointer (&self) : NULL;
}

gboolean
shoal_catalogue_forget_device (ShoalConnection *connection, gint64 device_row, GError **error)
{
  gint64 removed = 0;

  return shoal_connection_run (connection, error,
                               "UPDATE offer_counts SET stale = 1 WHERE account_id IN "
                               "(SELECT account_id FROM offers WHERE device_id = ?)",
                               "i", device_row)
         && shoal_offers_remove_some (connection, device_row, G_MAXINT64,
                                      SHOAL_MAX_OFFERS_PER_MEMBER, &removed, error);
}
