/* shoal-search-match.c: which items are answers to a search
 *
 * The index names candidates; here each one is looked at. What is known of a listing is kept for
 * the length of one job, which sees one state of the database.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-search-match"

#include "config.h"

#include "shoal-search.h"

#include "shoal-limits.h"

typedef struct
{
  gint64 live;
  gboolean has_user; /* the user that is asked for offers it */
  gboolean online;
  gboolean in_folder;
} Listing;

static gboolean
find_user (ShoalSearch *self, ShoalConnection *connection, GError **error)
{
  self->account_row = 0;
  if (self->user_fold == NULL)
    return TRUE;
  if (!shoal_connection_query_integer (connection, 0, &self->account_row, error,
                                       "SELECT id FROM accounts WHERE fold = ?", "s",
                                       self->user_fold))
    return FALSE;
  self->is_empty |= self->account_row == 0;
  return TRUE;
}

static gboolean
read_rows (ShoalRows *rows, GArray *ids, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (rows == NULL)
    return FALSE;
  while (shoal_rows_next (rows, &local_error))
    {
      gint64 id = shoal_rows_integer (rows, 0);

      g_array_append_val (ids, id);
    }
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
find_folder (ShoalSearch *self, ShoalConnection *connection, GError **error)
{
  if (!self->in_folder)
    return TRUE;

  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error, "SELECT id FROM listings WHERE digest = ? AND live > 0 LIMIT ?", "di",
      self->folder.bytes, (gsize) SHOAL_DIGEST_SIZE, (gint64) SHOAL_MAX_HOLDERS);

  if (!read_rows (rows, self->folder_rows, error))
    return FALSE;
  self->is_empty |= self->folder_rows->len == 0;
  return TRUE;
}

/* Where the user's things can be: in his folders, and at the top level. */
static gboolean
find_user_listings (ShoalSearch *self, ShoalConnection *connection, GError **error)
{
  if (self->account_row == 0 || self->in_folder)
    return TRUE;

  const gint64 top = 0;
  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error,
      "SELECT DISTINCT listing_id FROM offers WHERE account_id = ? AND listing_id != 0 LIMIT ?",
      "ii", self->account_row, (gint64) SHOAL_MAX_USER_LISTINGS + 1);

  if (!read_rows (rows, self->user_rows, error))
    return FALSE;
  /* Too many to name: then each candidate is looked at. */
  if (self->user_rows->len > SHOAL_MAX_USER_LISTINGS)
    g_array_set_size (self->user_rows, 0);
  else
    g_array_append_val (self->user_rows, top);
  return TRUE;
}

gboolean
shoal_search_prepare (ShoalSearch *self, ShoalConnection *connection, GError **error)
{
  self->is_empty = self->min_size > self->max_size;
  for (guint i = 0; i < self->terms->len; i++)
    self->is_empty |= *g_array_index (self->terms, ShoalTerm, i).text == '\0';
  g_hash_table_remove_all (self->listings);
  g_array_set_size (self->folder_rows, 0);
  g_array_set_size (self->user_rows, 0);
  self->budget = SHOAL_SEARCH_CANDIDATES;
  return find_user (self, connection, error) && find_folder (self, connection, error)
         && find_user_listings (self, connection, error);
}

void
shoal_candidate_read (ShoalCandidate *candidate, ShoalRows *rows)
{
  candidate->row = shoal_rows_integer (rows, 0);
  candidate->listing_row = shoal_rows_integer (rows, 1);
  candidate->live = shoal_rows_integer (rows, 2);
  candidate->type = (ShoalType) shoal_rows_integer (rows, 3);
  candidate->size = shoal_rows_integer (rows, 4);
  candidate->fold_at = shoal_rows_integer (rows, 5);
  candidate->fold = shoal_rows_string (rows, 6);
}

/* Who offers an item or a listing: @sql selects device_id and account_id. */
static gboolean
ask_offers (ShoalSearch *self,
            ShoalConnection *connection,
            const char *sql,
            gint64 row,
            Listing *listing,
            GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (ShoalRows) rows = shoal_connection_query (connection, error, sql, "i", row);

  self->budget -= SHOAL_SEARCH_COST_OFFERS;
  if (rows == NULL)
    return FALSE;
  while (!(listing->has_user && listing->online) && shoal_rows_next (rows, &local_error))
    {
      listing->online |= shoal_is_online (self->online, shoal_rows_integer (rows, 0));
      listing->has_user |= shoal_rows_integer (rows, 1) == self->account_row;
    }
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static Listing *
look_up_listing (ShoalSearch *self, ShoalConnection *connection, gint64 row, GError **error)
{
  Listing *known = g_hash_table_lookup (self->listings, GSIZE_TO_POINTER (row));
  gint64 live = 0;

  if (known != NULL)
    return known;

  g_autofree Listing *listing = g_new0 (Listing, 1);

  if (!shoal_connection_query_integer (connection, 0, &live, error,
                                       "SELECT live FROM listings WHERE id = ?", "i", row))
    return NULL;
  listing->live = live;
  for (guint i = 0; i < self->folder_rows->len; i++)
    listing->in_folder |= g_array_index (self->folder_rows, gint64, i) == row;
  if (listing->live > 0 && (self->available || self->account_row != 0)
      && !ask_offers (
          self, connection,
          "SELECT device_id, account_id FROM offers WHERE listing_id = ? AND listing_id != 0 "
          "AND complete = 1",
          row, listing, error))
    return NULL;
  g_hash_table_insert (self->listings, GSIZE_TO_POINTER (row), listing);
  return g_steal_pointer (&listing);
}

/* Somebody else may be online who has the same bytes under another name. */
static gboolean
is_available (
    ShoalSearch *self, ShoalConnection *connection, gint64 row, gboolean *available, GError **error)
{
  g_autoptr (GArray) holders = NULL;
  ShoalDigest digest;
  gint64 size = 0;

  {
    g_autoptr (GError) local_error = NULL;
    g_autoptr (ShoalRows) rows = shoal_connection_query (
        connection, error,
        "SELECT digest, iif (type = 1, manifest_size, size) FROM items WHERE id = ?", "i", row);
    gsize length = 0;

    if (rows == NULL)
      return FALSE;
    if (!shoal_rows_next (rows, &local_error))
      {
        if (local_error != NULL)
          g_propagate_error (error, g_steal_pointer (&local_error));
        return local_error == NULL;
      }

    gconstpointer bytes = shoal_rows_blob (rows, 0, &length);

    size = shoal_rows_integer (rows, 1);
    if (!shoal_digest_from_bytes (&digest, bytes, length, error))
      return FALSE;
  }
  self->budget -= SHOAL_SEARCH_COST_HOLDERS;
  holders = shoal_content_collect (connection, &digest, size, error);
  if (holders == NULL)
    return FALSE;
  for (guint i = 0; i < holders->len && !*available; i++)
    *available = shoal_is_online (self->online, g_array_index (holders, ShoalHolder, i).device_row);
  return TRUE;
}

static ShoalSearchRank
get_rank (ShoalSearch *self, const ShoalCandidate *candidate)
{
  gboolean exact = g_str_equal (candidate->fold + candidate->fold_at, self->words_fold);
  gboolean entry = candidate->listing_row != 0;

  return exact ? (entry ? SHOAL_SEARCH_EXACT_ENTRIES : SHOAL_SEARCH_EXACT_OFFERS)
               : (entry ? SHOAL_SEARCH_ENTRIES : SHOAL_SEARCH_OFFERS);
}

static gboolean
fits_itself (ShoalSearch *self, const ShoalCandidate *candidate)
{
  return (self->type < 0 || candidate->type == (ShoalType) self->type)
         && candidate->size >= self->min_size && candidate->size <= self->max_size
         && (candidate->listing_row != 0 || candidate->live > 0)
         && (candidate->listing_row != 0 || !self->in_folder)
         && (candidate->listing_row == 0 || !self->top)
         && (self->rank == SHOAL_SEARCH_RANK_NONE || get_rank (self, candidate) == self->rank)
         && shoal_terms_match (self->terms, candidate->fold);
}

gboolean
shoal_search_match (ShoalSearch *self,
                    ShoalConnection *connection,
                    ShoalCandidate *candidate,
                    gboolean *match,
                    GError **error)
{
  Listing top = { .live = candidate->live };
  const Listing *listing = &top;

  *match = FALSE;
  if (!fits_itself (self, candidate))
    return TRUE;
  if (candidate->listing_row != 0)
    {
      listing = look_up_listing (self, connection, candidate->listing_row, error);
      if (listing == NULL)
        return FALSE;
    }
  else if ((self->available || self->account_row != 0)
           && !ask_offers (
               self, connection,
               "SELECT device_id, account_id FROM offers WHERE item_id = ? AND complete = 1",
               candidate->row, &top, error))
    return FALSE;
  candidate->live = listing->live;
  if (listing->live <= 0 || (self->account_row != 0 && !listing->has_user)
      || (self->in_folder && !listing->in_folder))
    return TRUE;
  *match = !self->available || listing->online;
  return *match || is_available (self, connection, candidate->row, match, error);
}

/* "(a OR b)", joined to what is there. */
static void
append_choice (GString *query, const char *kind, const gint64 *values, gsize count)
{
  g_string_append (query, query->len > 0 ? "AND (" : "(");
  for (gsize i = 0; i < count; i++)
    {
      if (i > 0)
        g_string_append (query, "OR ");
      shoal_query_append (query, kind, values[i]);
    }
  g_string_append (query, ") ");
}

static void
append_sizes (ShoalSearch *self, GString *query)
{
  gint64 classes[64];
  gsize count = 0;

  if (self->min_size == 0 && self->max_size == SHOAL_MAX_JSON_INTEGER)
    return;
  for (int class = shoal_size_class (self->min_size); class <= shoal_size_class (self->max_size);
       class ++)
    classes[count++] = class;
  append_choice (query, SHOAL_TOKEN_SIZE, classes, count);
}

char *
shoal_search_make_query (ShoalSearch *self)
{
  GString *query = g_string_new (NULL);

  shoal_terms_query (self->terms, query);
  if (self->type >= 0)
    shoal_query_append (query, SHOAL_TOKEN_TYPE, self->type);
  append_sizes (self, query);
  if (self->in_folder)
    append_choice (query, SHOAL_TOKEN_LISTING, (const gint64 *) (gpointer) self->folder_rows->data,
                   self->folder_rows->len);
  if (self->top)
    append_choice (query, SHOAL_TOKEN_LISTING, &(const gint64){ 0 }, 1);
  else if (self->user_rows->len > 0)
    append_choice (query, SHOAL_TOKEN_LISTING, (const gint64 *) (gpointer) self->user_rows->data,
                   self->user_rows->len);
  return g_string_free (query, FALSE);
}
