/* shoal-catalogue-entries.c: takes in what is in a folder, batch by batch: the work of
 * “offer-entries”
 *
 * The first device that offers a folder fills a listing. Others that offer the same manifest are
 * only compared: a hash runs along with the entries they tell, and at the end they share the
 * listing. If the hash is another one (somebody has told lies about that manifest), their offer
 * gets a listing of its own and they are asked to begin again, with a "next" of 0.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-catalogue-entries"

#include "config.h"

#include <string.h>

#include "shoal-catalogue-private.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"

/* The string belongs to the parameters. */
typedef struct
{
  const char *path;
  ShoalDigest digest;
  gint64 size;
  gint64 mtime_ms;
  char kind;
} Entry;

struct _ShoalEntryBatch
{
  JsonObject *params;
  ShoalOfferer offerer;
  const char *offer;
  gint64 first;
  gint64 now_ms;
  GArray *entries; /* of Entry */
  gint64 next;
  gboolean complete;
  gboolean changed;
  ShoalMemberCounts counts;
};

void
shoal_entry_batch_free (ShoalEntryBatch *self)
{
  json_object_unref (self->params);
  g_array_unref (self->entries);
  g_free (self);
}

static gboolean
is_file (const Entry *entry)
{
  return entry->kind == 'f' || entry->kind == 'x';
}

static gboolean
read_entry (Entry *self, JsonObject *object, GError **error)
{
  const char *kind = NULL;

  if (!shoal_json_get_string (object, "path", SHOAL_MAX_PATH_BYTES, &self->path, error)
      || !shoal_check_entry_path (self->path, error)
      || !shoal_json_get_string (object, "kind", 1, &kind, error)
      || !shoal_params_get_mtime (object, &self->mtime_ms, error))
    return FALSE;
  if (*kind == '\0' || strchr ("dfxl", *kind) == NULL)
    return shoal_set_field_error (error, "kind", "“kind” must be “d”, “f”, “x” or “l”.");
  self->kind = *kind;
  return !is_file (self)
         || shoal_params_get_content (object, "size", &self->digest, &self->size, error);
}

/* By bytes, each path greater than the one before it: so there are no two of the same name. */
static gboolean
check_order (const char *before, const char *path, GError **error)
{
  return before == NULL || strcmp (before, path) < 0
         || shoal_set_field_error (
             error, "path",
             "Entries come in the order of the manifest, sorted by path, each one once.");
}

static gboolean
read_entries (ShoalEntryBatch *self, JsonObject *params, GError **error)
{
  JsonArray *array = NULL;

  if (!shoal_json_get_array (params, "entries", SHOAL_MAX_BATCH_ENTRIES, &array, error))
    return FALSE;
  g_array_set_size (self->entries, json_array_get_length (array));
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = &g_array_index (self->entries, Entry, i);
      JsonObject *object = NULL;

      if (!shoal_json_array_get_object (array, i, &object, error)
          || !read_entry (entry, object, error)
          || (i > 0 && !check_order ((entry - 1)->path, entry->path, error)))
        return FALSE;
    }
  return TRUE;
}

/* ---- The job ------------------------------------------------------------------------------- */

/* Where a folder's offer stands: the columns of shoal_offers_find() and these. */
typedef struct
{
  ShoalOfferRow row;
  ShoalDigest chain;
  char *last_path;
} Progress;

static void
progress_clear (Progress *self)
{
  g_clear_pointer (&self->last_path, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Progress, progress_clear)

static gboolean
read_progress (Progress *self, ShoalConnection *connection, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error, "SELECT chain, last_path FROM offers WHERE id = ?", "i", self->row.row);
  gsize size = 0;

  if (rows == NULL)
    return FALSE;
  if (shoal_rows_next (rows, &local_error))
    {
      gconstpointer chain = shoal_rows_blob (rows, 0, &size);

      if (size == SHOAL_DIGEST_SIZE)
        memcpy (self->chain.bytes, chain, size);
      self->last_path = shoal_rows_dup_string (rows, 1);
    }
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* Times are no part of it: the same folder has others elsewhere. */
static void
add_to_chain (ShoalDigest *chain, const Entry *entry, GByteArray *buffer)
{
  gint64 size = GINT64_TO_BE (entry->size);

  g_byte_array_set_size (buffer, 0);
  g_byte_array_append (buffer, chain->bytes, SHOAL_DIGEST_SIZE);
  g_byte_array_append (buffer, (const guint8 *) &entry->kind, 1);
  g_byte_array_append (buffer, (const guint8 *) &size, sizeof size);
  g_byte_array_append (buffer, entry->digest.bytes, SHOAL_DIGEST_SIZE);
  g_byte_array_append (buffer, (const guint8 *) entry->path, strlen (entry->path));
  shoal_digest_of (buffer->data, buffer->len, chain);
}

static gboolean
insert_entry (ShoalEntryBatch *self,
              const Progress *progress,
              ShoalConnection *connection,
              const Entry *entry,
              GError **error)
{
  ShoalItem item = {
    .listing_row = progress->row.listing_row,
    .digest = &entry->digest,
    .size = entry->size,
    .mtime_ms = entry->mtime_ms,
    .added_ms = self->now_ms,
    .path = entry->path,
  };

  return shoal_items_insert (connection, &item, 0, NULL, error);
}

static gboolean
take_entries (ShoalEntryBatch *self,
              Progress *progress,
              ShoalConnection *connection,
              GError **error)
{
  g_autoptr (GByteArray) buffer = g_byte_array_new ();

  for (guint i = 0; i < self->entries->len; i++)
    {
      const Entry *entry = &g_array_index (self->entries, Entry, i);

      if (i == 0 && !check_order (progress->last_path, entry->path, error))
        return FALSE;
      add_to_chain (&progress->chain, entry, buffer);
      if (!is_file (entry))
        continue;
      progress->row.files++;
      if (!progress->row.listing_shared && !insert_entry (self, progress, connection, entry, error))
        return FALSE;
    }
  progress->row.done += self->entries->len;
  if (self->entries->len > 0)
    {
      g_free (progress->last_path);
      progress->last_path
          = g_strdup (g_array_index (self->entries, Entry, self->entries->len - 1).path);
    }
  return TRUE;
}

static gboolean
write_progress (const Progress *self, ShoalConnection *connection, GError **error)
{
  return shoal_connection_run (
      connection, error,
      "UPDATE offers SET done = ?, files = ?, chain = ?, last_path = ?, listing_id = ?, "
      "listing_shared = ? WHERE id = ?",
      "iidsiii", self->row.done, self->row.files, self->chain.bytes, (gsize) SHOAL_DIGEST_SIZE,
      self->row.complete ? NULL : self->last_path, self->row.listing_row,
      (gint64) self->row.listing_shared, self->row.row);
}

/* Moves the offer to another listing. */
static gboolean
move_to (Progress *self, gint64 listing_row, ShoalConnection *connection, GError **error)
{
  gint64 old = self->row.listing_row;

  self->row.listing_row = listing_row;
  return shoal_connection_run (
             connection, error,
             "UPDATE listings SET refs = refs - 1, hash = CASE refs WHEN 1 THEN NULL ELSE hash END "
             "WHERE id = ?",
             "i", old)
         && shoal_connection_run (connection, error,
                                  "UPDATE listings SET refs = refs + 1 WHERE id = ?", "i",
                                  listing_row);
}

/* What it was compared with says something else about this manifest. */
static gboolean
begin_again (Progress *self, ShoalConnection *connection, GError **error)
{
  gint64 listing_row = 0;

  if (!shoal_connection_run (connection, error,
                             "INSERT INTO listings (digest, size, entries, refs, live) "
                             "SELECT digest, size, entries, 0, 0 FROM listings WHERE id = ?",
                             "i", self->row.listing_row))
    return FALSE;
  listing_row = shoal_connection_last_row_id (connection);
  self->row.listing_shared = FALSE;
  self->row.done = 0;
  self->row.files = 0;
  self->chain = (ShoalDigest){ 0 };
  g_clear_pointer (&self->last_path, g_free);
  return move_to (self, listing_row, connection, error);
}

/* All entries are there. */
static gboolean
end_listing (Progress *self, ShoalConnection *connection, gboolean *complete, GError **error)
{
  gint64 listing_row = 0;

  /* One that says the same: the one it was compared with, or one that was filled at the same time.
   */
  if (!shoal_connection_query_integer (
          connection, 0, &listing_row, error,
          "SELECT other.id FROM listings AS mine JOIN listings AS other "
          "ON other.digest = mine.digest AND other.size = mine.size "
          "AND other.entries = mine.entries "
          "WHERE mine.id = ? AND other.hash = ? AND other.refs > 0 "
          "ORDER BY other.id LIMIT 1",
          "id", self->row.listing_row, self->chain.bytes, (gsize) SHOAL_DIGEST_SIZE))
    return FALSE;
  *complete = listing_row != 0 || !self->row.listing_shared;
  if (!*complete)
    return begin_again (self, connection, error);
  if (listing_row == 0)
    return shoal_connection_run (connection, error, "UPDATE listings SET hash = ? WHERE id = ?",
                                 "di", self->chain.bytes, (gsize) SHOAL_DIGEST_SIZE,
                                 self->row.listing_row);
  self->row.listing_shared = TRUE;
  return listing_row == self->row.listing_row || move_to (self, listing_row, connection, error);
}

static gboolean
check_place (ShoalEntryBatch *self, const ShoalOfferRow *row, GError **error)
{
  if (self->first > row->done)
    return shoal_set_field_error (
        error, "first", "The next entry of this folder is number %" G_GINT64_FORMAT ".", row->done);
  if (self->entries->len > row->entries - row->done)
    return shoal_set_field_error (error, "entries",
                                  "The folder was offered with %" G_GINT64_FORMAT " entries.",
                                  row->entries);
  return TRUE;
}

static gboolean
advance (ShoalEntryBatch *self, Progress *progress, ShoalConnection *connection, GError **error)
{
  gboolean complete = FALSE;

  if (!check_place (self, &progress->row, error) || !read_progress (progress, connection, error)
      || !take_entries (self, progress, connection, error))
    return FALSE;
  if (progress->row.done == progress->row.entries
      && !end_listing (progress, connection, &complete, error))
    return FALSE;
  progress->row.complete = complete;
  if (!write_progress (progress, connection, error))
    return FALSE;
  self->changed = complete;
  return !complete || shoal_offers_set_complete (connection, &progress->row, error);
}

gboolean
shoal_entry_batch_run (ShoalConnection *connection, gpointer data, GError **error)
{
  ShoalEntryBatch *self = data;
  g_auto (Progress) progress = { 0 };

  if (!shoal_offers_find (connection, self->offerer.device_row, self->offer, &progress.row, error))
    return FALSE;
  if (progress.row.row == 0)
    {
      g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND,
                           "This device has no such offer.");
      return FALSE;
    }
  /* Told before, perhaps in a request whose answer was lost. */
  if (!progress.row.complete && self->first >= progress.row.done
      && !advance (self, &progress, connection, error))
    return FALSE;
  self->next = progress.row.done;
  self->complete = progress.row.complete;
  return shoal_offers_get_counts (connection, self->offerer.account_row, &self->counts, error);
}

JsonObject *
shoal_entry_batch_make_answer (ShoalEntryBatch *self)
{
  return shoal_json_new ("next", "i", self->next, "complete", "b", self->complete, NULL);
}

const ShoalMemberCounts *
shoal_entry_batch_get_counts (ShoalEntryBatch *self)
{
  return self->changed ? &self->counts : NULL;
}

ShoalEntryBatch *
shoal_entry_batch_new (JsonObject *params,
                       const ShoalOfferer *offerer,
                       gint64 now_ms,
                       GError **error)
{
  g_autoptr (ShoalEntryBatch) self = g_new0 (ShoalEntryBatch, 1);

  self->params = json_object_ref (params);
  self->offerer = *offerer;
  self->entries = g_array_new (FALSE, TRUE, sizeof (Entry));
  self->now_ms = now_ms;
  if (!shoal_params_get_hex (params, "offer", SHOAL_OFFER_CHARS, &self->offer, error)
      || !shoal_json_get_integer (params, "first", 0, SHOAL_MAX_MANIFEST_ENTRIES, &self->first,
                                  error)
      || !read_entries (self, params, error))
    return NULL;
  return g_steal_pointer (&self);
}
