/* shoal-search.c: runs a search: the work of “search”
 *
 * Newest first is the order of the rows themselves: the index is walked down from the newest, and
 * the walk ends when the page is full and the total is counted, or has reached its ceiling. With
 * words there is one such walk for each rank (ShoalSearchRank). Other orders are in
 * shoal-search-sorted.c.
 *
 * No answer costs more than a bounded number of looks at candidates (shoal_search_next()): a search
 * that would need more ends where it is, and its cursor goes on from there.
 *
 * Threads: answers are made on the main loop, everything else is done in the reader's thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-search"

#include "config.h"

#include "shoal-search.h"

#include "shoal-json.h"
#include "shoal-limits.h"

#define SQL_BY_WORDS                                                                               \
  "SELECT " SHOAL_CANDIDATE_COLUMNS                                                                \
  " FROM item_words CROSS JOIN items ON items.id = item_words.rowid "                              \
  "WHERE item_words MATCH ?1 AND item_words.rowid < ?2 ORDER BY item_words.rowid DESC"
#define SQL_ALL                                                                                    \
  "SELECT " SHOAL_CANDIDATE_COLUMNS " FROM items WHERE items.id < ?1 ORDER BY items.id DESC"

#define SQL_BY_OFFERS                                                                              \
  "SELECT " SHOAL_CANDIDATE_COLUMNS                                                                \
  " FROM items INDEXED BY items_offers WHERE listing_id = 0 AND live > 0 AND (live, id) > (?, ?) " \
  "ORDER BY live, id"
#define SQL_BY_OFFERS_DOWN                                                                         \
  "SELECT " SHOAL_CANDIDATE_COLUMNS                                                                \
  " FROM items INDEXED BY items_offers WHERE listing_id = 0 AND live > 0 AND (live, id) < (?, ?) " \
  "ORDER BY live DESC, id DESC"

ShoalRows *
shoal_search_open (ShoalConnection *connection, const char *query, gint64 before, GError **error)
{
  if (*query == '\0')
    return shoal_connection_query (connection, error, SQL_ALL, "i", before);
  return shoal_connection_query (connection, error, SQL_BY_WORDS, "si", query, before);
}

ShoalRows *
shoal_search_open_by_offers (ShoalConnection *connection,
                             const ShoalSearchPlace *after,
                             gboolean descending,
                             GError **error)
{
  gint64 start = descending ? G_MAXINT64 : 0;

  return shoal_connection_query (connection, error, descending ? SQL_BY_OFFERS_DOWN : SQL_BY_OFFERS,
                                 "ii", after->row != 0 ? after->number : start,
                                 after->row != 0 ? after->row : start);
}

gboolean
shoal_search_next (ShoalSearch *self,
                   ShoalConnection *connection,
                   ShoalRows *rows,
                   ShoalCandidate *candidate,
                   GError **error)
{
  while (!self->is_exhausted && shoal_rows_next (rows, error))
    {
      gboolean match = FALSE;

      shoal_candidate_read (candidate, rows);
      if (!shoal_search_match (self, connection, candidate, &match, error))
        return FALSE;
      self->budget--;
      self->is_exhausted = self->budget <= 0;
      if (match)
        return TRUE;
    }
  return FALSE;
}

void
shoal_search_set_total (ShoalSearch *self, gint64 total)
{
  if (self->after.total >= 0)
    {
      self->next.total = self->after.total;
      self->next.total_is_minimum = self->after.total_is_minimum;
      return;
    }
  self->next.total = MIN (total, SHOAL_SEARCH_TOTAL_CEILING);
  self->next.total_is_minimum = total > SHOAL_SEARCH_TOTAL_CEILING || self->is_exhausted;
}

/* Until the page is full and it is known whether there is more, and how much. */
static gboolean
is_done (ShoalSearch *self, gint64 total)
{
  return self->has_next && (self->after.total >= 0 || total > SHOAL_SEARCH_TOTAL_CEILING);
}

/* What is of the present rank, from the newest or the cursor on. @total: (inout) */
static gboolean
walk (ShoalSearch *self,
      ShoalConnection *connection,
      const char *query,
      gint64 *total,
      GError **error)
{
  gboolean begun = self->after.row != 0 && self->after.number == self->rank;
  gint64 before = begun ? self->after.row : G_MAXINT64;
  g_autoptr (ShoalRows) rows = shoal_search_open (connection, query, before, error);
  g_autoptr (GError) local_error = NULL;
  ShoalCandidate candidate = { 0 };

  if (rows == NULL)
    return FALSE;
  while (!is_done (self, *total)
         && shoal_search_next (self, connection, rows, &candidate, &local_error))
    {
      const ShoalSearchKey key = { .row = candidate.row, .number = self->rank };

      (*total)++;
      if (self->found->len < self->limit)
        {
          g_array_append_val (self->found, key);
          shoal_search_set_next (self, &key);
        }
      else
        self->has_next = TRUE;
    }
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  /* The next page goes on behind the last one that was looked at. */
  if (self->is_exhausted && !self->has_next)
    {
      self->has_next = TRUE;
      self->next.row = candidate.row;
      self->next.number = self->rank;
    }
  return TRUE;
}

/* The index's words for the present rank: what has exactly the name is found without a look at
 * what only has the words, and what is offered itself without a look at entries. */
static char *
make_ranked_query (ShoalSearch *self, const char *query)
{
  GString *part = g_string_new (NULL);

  if (self->rank == SHOAL_SEARCH_EXACT_OFFERS || self->rank == SHOAL_SEARCH_EXACT_ENTRIES)
    {
      shoal_name_query (self->words_fold, part);
      g_string_append (part, *query != '\0' ? "AND " : "");
    }
  g_string_append (part, query);
  if (self->rank == SHOAL_SEARCH_EXACT_OFFERS || self->rank == SHOAL_SEARCH_OFFERS)
    {
      g_string_append (part, part->len > 0 ? "AND " : "");
      shoal_query_append (part, SHOAL_TOKEN_LISTING, 0);
    }
  return g_string_free (part, FALSE);
}

static gboolean
run_ranked (ShoalSearch *self,
            ShoalConnection *connection,
            const char *query,
            gint64 *total,
            GError **error)
{
  int first = self->after.row != 0 ? (int) self->after.number : SHOAL_SEARCH_EXACT_OFFERS;

  for (int rank = first;
       rank < SHOAL_SEARCH_N_RANKS && !self->is_exhausted && !is_done (self, *total); rank++)
    {
      self->rank = (ShoalSearchRank) rank;

      g_autofree char *part = make_ranked_query (self, query);

      if (!walk (self, connection, part, total, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
run_newest (ShoalSearch *self, ShoalConnection *connection, const char *query, GError **error)
{
  gboolean plain = self->terms->len == 0
                   || (self->after.row != 0 && self->after.number == SHOAL_SEARCH_RANK_NONE);
  gint64 total = 0;

  self->rank = SHOAL_SEARCH_RANK_NONE;
  if (plain ? !walk (self, connection, query, &total, error)
            : !run_ranked (self, connection, query, &total, error))
    return FALSE;
  shoal_search_set_total (self, total);
  return TRUE;
}

void
shoal_search_set_next (ShoalSearch *self, const ShoalSearchKey *key)
{
  self->next.row = key->row;
  self->next.number = key->number;
  g_free (self->next.name);
  self->next.name = g_strdup (key->name);
}

/* Bytes of a row as JSON, at most: paths may be long, and each of their characters be escaped. */
static gsize
measure_row (JsonObject *row)
{
  static const char *const members[] = { "name", "path", "folder_name" };
  gsize size = SHOAL_SEARCH_ROW_BYTES;

  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    {
      const char *text = json_object_get_string_member_with_default (row, members[i], "");

      for (const char *p = text; *p != '\0'; p++)
        size += g_ascii_iscntrl (*p) ? 6 : *p == '"' || *p == '\\' ? 2 : 1;
    }
  return size;
}

gboolean
shoal_search_make_rows (ShoalSearch *self, ShoalConnection *connection, GError **error)
{
  gsize size = 0;

  for (guint i = 0; i < self->found->len; i++)
    {
      const ShoalSearchKey *key = &g_array_index (self->found, ShoalSearchKey, i);
      g_autoptr (JsonObject) row = shoal_search_make_row (self, connection, key->row, error);

      if (row == NULL)
        return FALSE;
      size += measure_row (row);
      if (size > SHOAL_MAX_BATCH_BYTES && i > 0)
        {
          self->has_next = TRUE;
          shoal_search_set_next (self, key - 1);
          return TRUE;
        }
      json_array_add_object_element (self->rows, g_steal_pointer (&row));
    }
  return TRUE;
}

gboolean
shoal_search_run (ShoalConnection *connection, gpointer data, GError **error)
{
  ShoalSearch *self = data;

  if (!shoal_search_prepare (self, connection, error))
    return FALSE;
  if (self->is_empty)
    return TRUE;

  g_autofree char *query = shoal_search_make_query (self);

  if (self->sort == SHOAL_SEARCH_NEWEST ? !run_newest (self, connection, query, error)
                                        : !shoal_search_run_sorted (self, connection, query, error))
    return FALSE;
  return shoal_search_make_rows (self, connection, error);
}

JsonObject *
shoal_search_make_answer (ShoalSearch *self)
{
  g_autofree char *cursor = self->has_next ? shoal_search_make_cursor (self) : NULL;

  return shoal_json_new ("rows", "a", json_array_ref (self->rows), "total", "i", self->next.total,
                         "total_is_minimum", "b", self->next.total_is_minimum, "cursor", "s",
                         cursor, NULL);
}
