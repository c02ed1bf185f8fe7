/* shoal-catalogue-withdraw.c: the methods “withdraw” and “offers”: what this device offers, and
 * does no more
 *
 * An offer is gone with its row; what only it needed is deleted later (shoal-catalogue-clean.c).
 * All offers of a device go in several jobs, so that others get their turn between them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-catalogue-withdraw"

#include "config.h"

#include "shoal-audit.h"
#include "shoal-catalogue-private.h"
#include "shoal-catalogue-text.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"

typedef struct
{
  ShoalTrackerSession *session;
  ShoalRequest *request;
  ShoalActor *actor;
  GPtrArray *offers; /* of const char *; NULL: all */
  gint64 last;       /* of all: the last row that is meant; -1: not known yet */
  gint64 removed;    /* by this job */
  gint64 total;      /* by all jobs */
  gboolean done;
  ShoalMemberCounts counts;
} Withdrawal;

static void
withdrawal_free (Withdrawal *self)
{
  shoal_tracker_session_unref (self->session);
  shoal_request_unref (self->request);
  shoal_actor_unref (self->actor);
  g_clear_pointer (&self->offers, g_ptr_array_unref);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Withdrawal, withdrawal_free)

static gboolean
remove_named (Withdrawal *self, ShoalConnection *connection, GError **error)
{
  for (guint i = 0; i < self->offers->len; i++)
    {
      ShoalOfferRow row;

      if (!shoal_offers_find (connection, self->actor->device_row, self->offers->pdata[i], &row,
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
remove_all (Withdrawal *self, ShoalConnection *connection, GError **error)
{
  if (self->last < 0
      && !shoal_connection_query_integer (connection, 0, &self->last, error,
                                          "SELECT max (id) FROM offers WHERE device_id = ?", "i",
                                          self->actor->device_row))
    return FALSE;
  if (!shoal_offers_remove_some (connection, self->actor->device_row, self->last,
                                 SHOAL_WITHDRAW_AT_ONCE, &self->removed, error))
    return FALSE;
  self->done = self->removed < SHOAL_WITHDRAW_AT_ONCE;
  return TRUE;
}

static gboolean
audit (Withdrawal *self, ShoalConnection *connection, GError **error)
{
  g_autofree char *text = NULL;

  if (self->total + self->removed == 0)
    return TRUE;
  text = g_strdup_printf ("%s%" G_GINT64_FORMAT " offer%s", self->offers == NULL ? "all: " : "",
                          self->total + self->removed, self->total + self->removed == 1 ? "" : "s");
  return shoal_audit_append (connection, self->actor, SHOAL_AUDIT_WITHDRAW, text, error);
}

static gboolean
run_withdrawal (ShoalConnection *connection, gpointer data, GError **error)
{
  Withdrawal *self = data;

  self->removed = 0;
  return (self->offers != NULL ? remove_named (self, connection, error)
                               : remove_all (self, connection, error))
         && (!self->done || audit (self, connection, error))
         && shoal_offers_get_counts (connection, self->actor->account_row, &self->counts, error);
}

static void start_withdrawal (Withdrawal *self);

static void
on_withdrawal_done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Withdrawal) self = user_data;
  g_autoptr (GError) error = NULL;

  if (shoal_database_finish (SHOAL_DATABASE (source), result, &error) == NULL)
    {
      shoal_request_fail (self->request, error);
      return;
    }
  self->total += self->removed;
  if (self->removed > 0)
    shoal_catalogue_changed (self->session, &self->counts);
  if (!self->done)
    {
      start_withdrawal (g_steal_pointer (&self));
      return;
    }
  shoal_catalogue_clean (shoal_tracker_session_get_parts (self->session)->catalogue);
  shoal_request_reply (self->request, shoal_json_new ("withdrawn", "i", self->total, NULL));
}

static void
start_withdrawal (Withdrawal *self)
{
  const ShoalTrackerParts *parts = shoal_tracker_session_get_parts (self->session);

  shoal_database_write_async (parts->database, run_withdrawal, self, NULL, NULL,
                              on_withdrawal_done_cb, self);
}

static gboolean
read_withdrawal (Withdrawal *self, JsonObject *params, GError **error)
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

gboolean
shoal_handle_withdraw (ShoalTrackerSession *session,
                       ShoalRequest *request,
                       JsonObject *params,
                       GError **error)
{
  g_autoptr (Withdrawal) self = g_new0 (Withdrawal, 1);

  self->session = shoal_tracker_session_ref (session);
  self->request = shoal_request_ref (request);
  self->actor = shoal_actor_ref (shoal_tracker_session_get_actor (session));
  self->last = -1;
  if (!read_withdrawal (self, params, error))
    return FALSE;
  start_withdrawal (g_steal_pointer (&self));
  return TRUE;
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

/* ---- offers -------------------------------------------------------------------------------- */

typedef struct
{
  ShoalActor *actor;
  gint64 after;
  gint64 next; /* 0: there are no more */
  JsonArray *rows;
} Listing;

static void
listing_free (Listing *self)
{
  shoal_actor_unref (self->actor);
  json_array_unref (self->rows);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Listing, listing_free)

static gboolean
add_row (Listing *self, ShoalConnection *connection, ShoalRows *rows, GError **error)
{
  gboolean folder = shoal_rows_integer (rows, 2) == SHOAL_TYPE_FOLDER;
  ShoalDigest digest;
  char hex[SHOAL_DIGEST_HEX_SIZE];
  gsize size = 0;
  gconstpointer bytes = shoal_rows_blob (rows, 4, &size);
  gint64 sources = 0;

  if (!shoal_digest_from_bytes (&digest, bytes, size, error)
      || !shoal_content_count_sources (
          connection, &digest, shoal_rows_integer (rows, folder ? 6 : 5), 0, &sources, error))
    return FALSE;
  shoal_digest_to_hex (&digest, hex);

  JsonObject *object = shoal_json_new (
      "offer", "s", shoal_rows_string (rows, 1), "kind", "s", folder ? "folder" : "file", "name",
      "s", shoal_rows_string (rows, 3), "id", "s", hex, "size", "i", shoal_rows_integer (rows, 5),
      "complete", "b", shoal_rows_integer (rows, 8) != 0, "sources", "i", sources, NULL);

  if (folder)
    {
      json_object_set_int_member (object, "manifest_size", shoal_rows_integer (rows, 6));
      json_object_set_int_member (object, "entries", shoal_rows_integer (rows, 7));
    }
  json_array_add_object_element (self->rows, object);
  return TRUE;
}

static gboolean
run_listing (ShoalConnection *connection, gpointer data, GError **error)
{
  Listing *self = data;
  g_autoptr (GError) local_error = NULL;
  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error,
      "SELECT o.id, o.offer, i.type, i.path, i.digest, i.size, i.manifest_size, i.entries, "
      "o.complete "
      "FROM offers AS o JOIN items AS i ON i.id = o.item_id WHERE o.device_id = ? AND o.id > ? "
      "ORDER BY o.id LIMIT ?",
      "iii", self->actor->device_row, self->after, (gint64) SHOAL_MAX_BATCH_ENTRIES);

  if (rows == NULL)
    return FALSE;
  while (shoal_rows_next (rows, &local_error))
    {
      if (!add_row (self, connection, rows, error))
        return FALSE;
      self->next = shoal_rows_integer (rows, 0);
    }
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (json_array_get_length (self->rows) < SHOAL_MAX_BATCH_ENTRIES)
    self->next = 0;
  return TRUE;
}

static JsonObject *
reply_listing (ShoalTrackerSession *session, gpointer data)
{
  Listing *self = data;
  g_autofree char *cursor
      = self->next != 0 ? g_strdup_printf ("%" G_GINT64_FORMAT, self->next) : NULL;

  return shoal_json_new ("offers", "a", json_array_ref (self->rows), "cursor", "s", cursor, NULL);
}

gboolean
shoal_handle_offers (ShoalTrackerSession *session,
                     ShoalRequest *request,
                     JsonObject *params,
                     GError **error)
{
  g_autoptr (Listing) self = g_new0 (Listing, 1);
  const char *cursor = NULL;
  guint64 after = 0;

  self->actor = shoal_actor_ref (shoal_tracker_session_get_actor (session));
  self->rows = json_array_new ();
  if (!shoal_json_get_optional_string (params, "cursor", SHOAL_MAX_CURSOR_CHARS, &cursor, error))
    return FALSE;
  if (cursor != NULL && !g_ascii_string_to_unsigned (cursor, 10, 0, G_MAXINT64, &after, NULL))
    return shoal_set_field_error (error, "cursor",
                                  "This cursor is not from an answer to “offers”.");
  self->after = (gint64) after;
  shoal_tracker_session_read (session, request, run_listing, g_steal_pointer (&self),
                              (GDestroyNotify) listing_free, reply_listing);
  return TRUE;
}
