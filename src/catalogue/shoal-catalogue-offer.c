/* shoal-catalogue-offer.c: takes in what a device has to give: the work of “offer”
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-catalogue-offer"

#include "config.h"

#include "shoal-catalogue-private.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"

/* Strings belong to the parameters. */
typedef struct
{
  const char *offer;
  ShoalItem item;
  ShoalDigest digest;
  GError *error; /* why this one was refused */
  gint64 sources;
  gboolean is_new;
} Offer;

struct _ShoalOfferBatch
{
  JsonObject *params;
  ShoalOfferer offerer;
  gint64 max_entries;
  gint64 now_ms;
  GArray *offers;  /* of Offer */
  gint64 n_offers; /* of the member, with those of this job so far */
  gint64 n_entries;
  gint64 n_bytes;
  ShoalOfferSums added; /* what the tables do not have yet */
  ShoalMemberCounts counts;
  gboolean changed; /* something is found now that was not, or the other way round */
};

static void
offer_clear (gpointer data)
{
  g_clear_error (&((Offer *) data)->error);
}

void
shoal_offer_batch_free (ShoalOfferBatch *self)
{
  json_object_unref (self->params);
  g_clear_pointer (&self->offers, g_array_unref);
  g_free (self);
}

/* ---- Reading ------------------------------------------------------------------------------- */

static gboolean
read_folder (ShoalItem *item, JsonObject *object, ShoalDigest *digest, GError **error)
{
  if (!shoal_params_get_digest (object, "id", digest, error)
      || !shoal_json_get_integer (object, "manifest_size", 1, SHOAL_MAX_MANIFEST_SIZE,
                                  &item->manifest_size, error)
      || !shoal_json_get_integer (object, "entries", 0, SHOAL_MAX_MANIFEST_ENTRIES, &item->entries,
                                  error)
      || !shoal_json_get_integer (object, "size", 0, SHOAL_MAX_JSON_INTEGER, &item->size, error))
    return FALSE;
  if (shoal_digest_is_zero (digest))
    return shoal_set_field_error (error, "id", "No manifest is empty.");
  return TRUE;
}

static gboolean
read_one (Offer *self, JsonObject *object, gint64 now_ms, GError **error)
{
  const char *kind = NULL;

  self->item.digest = &self->digest;
  self->item.added_ms = now_ms;
  if (!shoal_json_get_string (object, "kind", 16, &kind, error)
      || !shoal_json_get_string (object, "name", SHOAL_MAX_NAME_BYTES, &self->item.path, error)
      || !shoal_check_offer_name (self->item.path, error)
      || !shoal_params_get_mtime (object, &self->item.mtime_ms, error))
    return FALSE;
  self->item.folder = g_str_equal (kind, "folder");
  if (self->item.folder)
    return read_folder (&self->item, object, &self->digest, error);
  if (!g_str_equal (kind, "file"))
    return shoal_set_field_error (error, "kind", "“kind” must be “file” or “folder”.");
  return shoal_params_get_content (object, "size", &self->digest, &self->item.size, error);
}

static gboolean
read_offers (ShoalOfferBatch *self, GError **error)
{
  JsonArray *array = NULL;

  if (!shoal_json_get_array (self->params, "offers", SHOAL_MAX_BATCH_ENTRIES, &array, error))
    return FALSE;

  guint n_offers = json_array_get_length (array);

  /* Not to move: items point into it. */
  self->offers = g_array_sized_new (FALSE, TRUE, sizeof (Offer), MAX (n_offers, 1));
  g_array_set_clear_func (self->offers, offer_clear);
  g_array_set_size (self->offers, n_offers);
  for (guint i = 0; i < n_offers; i++)
    {
      Offer *offer = &g_array_index (self->offers, Offer, i);
      JsonObject *object = NULL;

      /* Without an id nobody could be told which one was wrong. */
      if (!shoal_json_array_get_object (array, i, &object, error)
          || !shoal_params_get_hex (object, "offer", SHOAL_OFFER_CHARS, &offer->offer, error))
        return FALSE;
      read_one (offer, object, self->now_ms, &offer->error);
    }
  return TRUE;
}

/* ---- The job ------------------------------------------------------------------------------- */

static gboolean
is_internal (const GError *error)
{
  return error->domain != SHOAL_ERROR
         || (error->code != SHOAL_ERROR_LIMIT && error->code != SHOAL_ERROR_INVALID);
}

/* The device may have been moved to another account, or removed, since the request came in. */
static gboolean
check_device (ShoalOfferBatch *self, ShoalConnection *connection, GError **error)
{
  gint64 found = 0;

  if (!shoal_connection_query_integer (connection, 0, &found, error,
                                       "SELECT 1 FROM devices WHERE id = ? AND account_id = ?",
                                       "ii", self->offerer.device_row, self->offerer.account_row))
    return FALSE;
  if (found == 0)
    g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_AUTH,
                         "This device belongs to the account no more. Sign in again.");
  return found != 0;
}

static gboolean
read_room (ShoalOfferBatch *self, ShoalConnection *connection, GError **error)
{
  return shoal_connection_query_integer (connection, 0, &self->n_offers, error,
                                         "SELECT offers FROM offer_counts WHERE account_id = ?",
                                         "i", self->offerer.account_row)
         && shoal_connection_query_integer (connection, 0, &self->n_entries, error,
                                            "SELECT entries FROM offer_counts WHERE account_id = ?",
                                            "i", self->offerer.account_row)
         && shoal_connection_query_integer (connection, 0, &self->n_bytes, error,
                                            "SELECT bytes FROM offer_counts WHERE account_id = ?",
                                            "i", self->offerer.account_row);
}

static gboolean
set_limit_error (GError **error, const char *what, gint64 max, const char *message)
{
  g_propagate_error (error, shoal_error_new_limit (what, max, message));
  return FALSE;
}

/* Counts the offer. @old: what it takes the place of; its row is 0 if there is none */
static gboolean
take_room (ShoalOfferBatch *self, const Offer *offer, const ShoalOfferRow *old, GError **error)
{
  gint64 n_offers = self->n_offers + (old->row == 0 ? 1 : 0);
  gint64 n_entries
      = self->n_entries + 1 + offer->item.entries - (old->row != 0 ? old->entries + 1 : 0);
  gint64 n_bytes = self->n_bytes - old->bytes;

  if (n_offers > SHOAL_MAX_OFFERS_PER_MEMBER)
    return set_limit_error (
        error, "offers", SHOAL_MAX_OFFERS_PER_MEMBER,
        "You offer as many files and folders as a member may. Withdraw some, or share a folder "
        "in place of its files.");
  if (n_entries > self->max_entries)
    return set_limit_error (error, "entries", self->max_entries,
                            "You offer as many entries as a member may. Withdraw some.");
  if (n_bytes > SHOAL_MAX_JSON_INTEGER - offer->item.size)
    return set_limit_error (error, "bytes", SHOAL_MAX_JSON_INTEGER,
                            "The sizes of what you offer cannot be added up.");
  self->n_offers = n_offers;
  self->n_entries = n_entries;
  self->n_bytes = n_bytes + offer->item.size;
  return TRUE;
}

/* A folder whose entries are known already is only compared with them. */
static gboolean
find_listing (ShoalConnection *connection,
              const ShoalItem *item,
              gint64 *row,
              gboolean *shared,
              GError **error)
{
  if (!shoal_connection_query_integer (connection, 0, row, error,
                                       "SELECT id FROM listings WHERE digest = ? AND size = ? AND "
                                       "entries = ? AND hash IS NOT NULL "
                                       "AND refs > 0 ORDER BY refs DESC LIMIT 1",
                                       "dii", item->digest->bytes, (gsize) SHOAL_DIGEST_SIZE,
                                       item->manifest_size, item->entries))
    return FALSE;
  *shared = *row != 0;
  if (*shared)
    return TRUE;
  return shoal_listings_insert (connection, item, row, error);
}

/* A new item was counted when it was made. */
static gboolean
raise_counters (ShoalConnection *connection,
                const ShoalOfferRow *row,
                gboolean new_item,
                GError **error)
{
  if (!new_item
      && !shoal_connection_run (connection, error,
                                "UPDATE items SET refs = refs + 1, live = live + ? WHERE id = ?",
                                "ii", (gint64) row->complete, row->item_row))
    return FALSE;
  return row->listing_row == 0
         || shoal_connection_run (connection, error,
                                  "UPDATE listings SET refs = refs + 1, live = live + ? "
                                  "WHERE id = ?",
                                  "ii", (gint64) row->complete, row->listing_row);
}

static gboolean
insert_offer (ShoalOfferBatch *self,
              ShoalConnection *connection,
              const Offer *offer,
              const ShoalOfferRow *row,
              GError **error)
{
  return shoal_connection_run (
      connection, error,
      "INSERT INTO offers (device_id, account_id, offer, item_id, listing_id, listing_shared, "
      "complete, key, entries, done, files, bytes, added_ms) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?)",
      "iisiiiiiiiii", self->offerer.device_row, self->offerer.account_row, offer->offer,
      row->item_row, row->listing_row, (gint64) row->listing_shared, (gint64) row->complete,
      shoal_digest_key (&offer->digest), row->entries, row->files, row->bytes, self->now_ms);
}

static gboolean
add_offer (ShoalOfferBatch *self,
           ShoalConnection *connection,
           Offer *offer,
           gint64 item_row,
           GError **error)
{
  gboolean new_item = item_row == 0;
  ShoalOfferRow row = {
    .account_row = self->offerer.account_row,
    .item_row = item_row,
    /* Without entries there is nothing to wait for. */
    .complete = offer->item.entries == 0,
    .entries = offer->item.entries,
    .files = offer->item.folder ? 0 : 1,
    .bytes = offer->item.size,
  };

  if (new_item
      && !shoal_items_insert (connection, &offer->item, row.complete, &row.item_row, error))
    return FALSE;
  if (offer->item.folder
      && !find_listing (connection, &offer->item, &row.listing_row, &row.listing_shared, error))
    return FALSE;
  if (!insert_offer (self, connection, offer, &row, error)
      || !raise_counters (connection, &row, new_item, error))
    return FALSE;
  shoal_offer_sums_add (&self->added, &row);
  self->changed |= row.complete;
  return TRUE;
}

/* What takes the place of another: that one is counted out of sums that must be up to date. */
static gboolean
remove_old (ShoalOfferBatch *self,
            ShoalConnection *connection,
            const ShoalOfferRow *old,
            GError **error)
{
  return shoal_offer_sums_write (&self->added, connection, self->offerer.account_row, error)
         && shoal_offers_remove (connection, old, error);
}

static gboolean
apply_offer (ShoalOfferBatch *self, ShoalConnection *connection, Offer *offer, GError **error)
{
  ShoalOfferRow old;
  gint64 item_row = 0;

  if (!shoal_offers_find (connection, self->offerer.device_row, offer->offer, &old, error)
      || !shoal_items_find_top (connection, &offer->item, &item_row, error))
    return FALSE;
  if (old.row == 0 || old.item_row != item_row)
    {
      offer->is_new = TRUE;
      if (!take_room (self, offer, &old, error))
        return FALSE;
      self->changed |= old.complete;
      if (old.row != 0 && !remove_old (self, connection, &old, error))
        return FALSE;
      if (!add_offer (self, connection, offer, item_row, error))
        return FALSE;
    }
  return shoal_content_count_sources (connection, &offer->digest,
                                      shoal_item_content_size (&offer->item),
                                      self->offerer.device_row, &offer->sources, error);
}

gboolean
shoal_offer_batch_run (ShoalConnection *connection, gpointer data, GError **error)
{
  ShoalOfferBatch *self = data;

  if (!check_device (self, connection, error) || !read_room (self, connection, error))
    return FALSE;
  for (guint i = 0; i < self->offers->len; i++)
    {
      Offer *offer = &g_array_index (self->offers, Offer, i);

      if (offer->error != NULL || apply_offer (self, connection, offer, &offer->error))
        continue;
      /* A limit is found before anything is written, and concerns this one only. */
      if (is_internal (offer->error))
        {
          g_propagate_error (error, g_steal_pointer (&offer->error));
          return FALSE;
        }
    }
  return shoal_offer_sums_write (&self->added, connection, self->offerer.account_row, error)
         && shoal_offers_get_counts (connection, self->offerer.account_row, &self->counts, error);
}

/* ---- The answer ---------------------------------------------------------------------------- */

static JsonObject *
make_refusal (const GError *error)
{
  return shoal_json_new ("reason", "s", shoal_error_to_reason (error->code), "message", "s",
                         error->message, "field", "s", shoal_error_get_field (error), NULL);
}

JsonObject *
shoal_offer_batch_make_answer (ShoalOfferBatch *self)
{
  JsonArray *results = json_array_sized_new (self->offers->len);

  for (guint i = 0; i < self->offers->len; i++)
    {
      const Offer *offer = &g_array_index (self->offers, Offer, i);
      JsonObject *result = offer->error != NULL
                               ? shoal_json_new ("offer", "s", offer->offer, "error", "o",
                                                 make_refusal (offer->error), NULL)
                               : shoal_json_new ("offer", "s", offer->offer, "sources", "i",
                                                 offer->sources, "new", "b", offer->is_new, NULL);

      json_array_add_object_element (results, result);
    }
  return shoal_json_new ("results", "a", results, NULL);
}

char *
shoal_offer_batch_describe (ShoalOfferBatch *self, gsize max_bytes)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint n_new = 0;

  for (guint i = 0; i < self->offers->len; i++)
    {
      const Offer *offer = &g_array_index (self->offers, Offer, i);

      if (offer->error != NULL || !offer->is_new)
        continue;
      n_new++;
      if (text->len < max_bytes)
        g_string_append_printf (text, "%s%s“%s”", n_new > 1 ? ", " : "",
                                offer->item.folder ? "folder " : "", offer->item.path);
    }
  if (n_new == 0)
    return NULL;
  if (n_new > 1)
    {
      g_autofree char *count = g_strdup_printf ("%u: ", n_new);

      g_string_prepend (text, count);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

const ShoalMemberCounts *
shoal_offer_batch_get_counts (ShoalOfferBatch *self)
{
  return self->changed ? &self->counts : NULL;
}

ShoalOfferBatch *
shoal_offer_batch_new (JsonObject *params,
                       const ShoalOfferer *offerer,
                       gint64 max_entries,
                       gint64 now_ms,
                       GError **error)
{
  g_autoptr (ShoalOfferBatch) self = g_new0 (ShoalOfferBatch, 1);

  self->params = json_object_ref (params);
  self->offerer = *offerer;
  self->max_entries = max_entries;
  self->now_ms = now_ms;
  return read_offers (self, error) ? g_steal_pointer (&self) : NULL;
}
