/* shoal-search-sorted.c: a search by name, size, type, or how many offer it
 *
 * Up to the ceiling of the total all matches are taken and sorted. If there are more, they are
 * taken bucket by bucket, in the order that is asked for: a bucket has the names of one first byte,
 * or the sizes within a factor of two, and is one more word for the index. By type it is one type
 * after the other, and of those that have too many again byte by byte. So what comes first is found
 * without a look at what comes last. How many offer something changes all the time and is no word:
 * what is offered itself has a real index by it, and of the entries of folders the newest are
 * sorted.
 *
 * A bucket with more candidates than one answer may look at is sorted as far as its newest ones go.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-search-sorted"

#include "config.h"

#include "shoal-search.h"

#include <string.h>

#include "shoal-limits.h"

static void
key_clear (gpointer data)
{
  g_free (((ShoalSearchKey *) data)->name);
}

static gboolean
has_names (const ShoalSearch *self)
{
  return self->sort == SHOAL_SEARCH_NAME || self->sort == SHOAL_SEARCH_TYPE;
}

/* Folders come first, and last what has no type. */
#define N_TYPES (SHOAL_TYPE_PROGRAM + 1)
#define RANK_OF_TYPE(type) (((type) + N_TYPES - 1) % N_TYPES)
#define TYPE_OF_RANK(rank) (((rank) + 1) % N_TYPES)

static gint64
get_number (const ShoalSearch *self, const ShoalCandidate *candidate)
{
  return self->sort == SHOAL_SEARCH_TYPE  ? (gint64) RANK_OF_TYPE ((int) candidate->type)
         : self->sort == SHOAL_SEARCH_WHO ? candidate->live
                                          : candidate->size;
}

static int
compare_keys (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const ShoalSearch *self = user_data;
  const ShoalSearchKey *one = a;
  const ShoalSearchKey *other = b;
  int result = 0;

  if (self->sort != SHOAL_SEARCH_NAME)
    result = (one->number > other->number) - (one->number < other->number);
  if (result == 0 && has_names (self))
    result = strcmp (one->name, other->name);
  if (result == 0)
    result = (one->row > other->row) - (one->row < other->row);
  return self->descending ? -result : result;
}

static ShoalSearchKey
make_key (ShoalSearch *self, const ShoalCandidate *candidate)
{
  ShoalSearchKey key = { candidate->row, get_number (self, candidate), NULL };
  const char *name = candidate->fold + candidate->fold_at;
  gsize length = strnlen (name, SHOAL_SORT_KEY_BYTES);

  if (!has_names (self))
    return key;
  /* Not in the middle of a character. */
  while (length > 0 && (name[length] & 0xc0) == 0x80)
    length--;
  key.name = g_strndup (name, length);
  return key;
}

/* Whether the page is full without it, as far as can be seen at a glance. @worst: the last one of
 * what is kept */
static gboolean
is_behind (ShoalSearch *self, const ShoalCandidate *candidate, const ShoalSearchKey *worst)
{
  const char *name = candidate->fold + candidate->fold_at;
  gint64 number = get_number (self, candidate);
  int result
      = self->sort == SHOAL_SEARCH_NAME ? 0 : (number > worst->number) - (number < worst->number);

  if (result == 0 && has_names (self))
    {
      result = strncmp (name, worst->name, SHOAL_SORT_KEY_BYTES);
      /* A longer name may be cut to the same. */
      if (g_str_has_prefix (name, worst->name))
        return FALSE;
    }
  return self->descending ? result < 0 : result > 0;
}

static void
keep_best (ShoalSearch *self, GArray *keys, gsize count)
{
  g_array_sort_with_data (keys, compare_keys, self);
  if (keys->len > count)
    g_array_set_size (keys, count);
}

static void
take_page (ShoalSearch *self, GArray *keys)
{
  self->has_next = keys->len > self->limit;
  for (guint i = 0; i < keys->len && i < self->limit; i++)
    {
      ShoalSearchKey *key = &g_array_index (keys, ShoalSearchKey, i);
      ShoalSearchKey taken = { key->row, key->number, g_steal_pointer (&key->name) };

      g_array_append_val (self->found, taken);
    }
  if (self->has_next)
    shoal_search_set_next (self,
                           &g_array_index (self->found, ShoalSearchKey, self->found->len - 1));
}

/* Adds what fits and is behind the cursor to @keys, of which the best are kept; ends after @max
 * matches. @total: (out): matches, also those before the cursor */
static gboolean
gather (ShoalSearch *self,
        ShoalConnection *connection,
        const char *query,
        gint64 max,
        GArray *keys,
        gint64 *total,
        GError **error)
{
  g_autoptr (ShoalRows) rows = shoal_search_open (connection, query, G_MAXINT64, error);
  g_autoptr (GError) local_error = NULL;
  const ShoalSearchKey after = { self->after.row, self->after.number, self->after.name };
  gsize count = (gsize) self->limit + 1;
  gsize kept = keys->len;
  ShoalCandidate candidate;

  *total = 0;
  if (rows == NULL)
    return FALSE;
  while (*total < max && shoal_search_next (self, connection, rows, &candidate, &local_error))
    {
      (*total)++;
      if (kept >= count
          && is_behind (self, &candidate, &g_array_index (keys, ShoalSearchKey, count - 1)))
        continue;

      ShoalSearchKey key = make_key (self, &candidate);

      if (after.row != 0 && compare_keys (&key, &after, self) <= 0)
        {
          key_clear (&key);
          continue;
        }
      g_array_append_val (keys, key);
      /* From now on the first ones are in order, and the last of them is the one to beat. */
      if (keys->len >= 2 * count)
        {
          keep_best (self, keys, count);
          kept = count;
        }
    }
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  keep_best (self, keys, count);
  return TRUE;
}

/* ---- Buckets ---- */

#define INITIALS (G_MAXUINT8 + 1)

static int
bucket_of_cursor (ShoalSearch *self)
{
  if (self->sort == SHOAL_SEARCH_SIZE)
    return shoal_size_class (self->after.number);
  return (guchar) *self->after.name;
}

static int
get_last_bucket (ShoalSearch *self)
{
  if (self->sort == SHOAL_SEARCH_SIZE)
    return shoal_size_class (SHOAL_MAX_JSON_INTEGER);
  return G_MAXUINT8;
}

/* Returns: (transfer full): the index's words for @bucket */
static GString *
make_bucket_query (ShoalSearch *self, const char *query, int bucket)
{
  GString *part = g_string_new (query);

  if (part->len > 0)
    g_string_append (part, "AND ");
  if (self->sort == SHOAL_SEARCH_SIZE)
    shoal_query_append (part, SHOAL_TOKEN_SIZE, bucket);
  else
    shoal_query_append (part, SHOAL_TOKEN_INITIAL, bucket);
  return part;
}

/* The buckets from @first on that are not behind @last. */
static gboolean
gather_range (ShoalSearch *self,
              ShoalConnection *connection,
              const char *query,
              int first,
              int last,
              GArray *keys,
              GError **error)
{
  int step = self->descending ? -1 : 1;

  for (int bucket = first;
       step * (last - bucket) >= 0 && keys->len <= self->limit && !self->is_exhausted;
       bucket += step)
    {
      g_autoptr (GString) part = make_bucket_query (self, query, bucket);
      gint64 total = 0;

      if (!gather (self, connection, part->str, G_MAXINT64, keys, &total, error))
        return FALSE;
    }
  return TRUE;
}

/* One type: at once if that is not too much to sort, else name by name. Most types have nothing of
 * what is looked for, and to ask for each first byte of nothing takes long. */
static gboolean
gather_type (ShoalSearch *self,
             ShoalConnection *connection,
             const char *query,
             int rank,
             GArray *keys,
             GError **error)
{
  g_autoptr (GString) part = g_string_new (query);
  guint before = keys->len;
  gint64 budget = self->budget;
  gint64 total = 0;
  int first = self->descending ? INITIALS - 1 : 0;

  /* Otherwise the query has it already. */
  if (self->type < 0)
    {
      if (part->len > 0)
        g_string_append (part, "AND ");
      shoal_query_append (part, SHOAL_TOKEN_TYPE, TYPE_OF_RANK (rank));
    }
  self->budget = MIN (budget, 2 * SHOAL_SEARCH_TOTAL_CEILING);
  if (!gather (self, connection, part->str, SHOAL_SEARCH_TOTAL_CEILING + 1, keys, &total, error))
    return FALSE;
  if (total <= SHOAL_SEARCH_TOTAL_CEILING && !self->is_exhausted)
    {
      self->budget += budget - MIN (budget, 2 * SHOAL_SEARCH_TOTAL_CEILING);
      return TRUE;
    }
  /* What was there before comes first of all, and stays. */
  g_array_set_size (keys, before);
  self->budget = budget;
  self->is_exhausted = FALSE;
  if (self->after.row != 0 && rank == (int) self->after.number)
    first = (guchar) *self->after.name;
  return gather_range (self, connection, part->str, first, self->descending ? 0 : INITIALS - 1,
                       keys, error);
}

static gboolean
gather_types (
    ShoalSearch *self, ShoalConnection *connection, const char *query, GArray *keys, GError **error)
{
  int step = self->descending ? -1 : 1;
  int rank = self->descending ? N_TYPES - 1 : 0;

  if (self->after.row != 0)
    rank = (int) self->after.number;
  for (; rank >= 0 && rank < N_TYPES && keys->len <= self->limit && !self->is_exhausted;
       rank += step)
    if ((self->type < 0 || TYPE_OF_RANK (rank) == self->type)
        && !gather_type (self, connection, query, rank, keys, error))
      return FALSE;
  return TRUE;
}

static gboolean
gather_buckets (
    ShoalSearch *self, ShoalConnection *connection, const char *query, GArray *keys, GError **error)
{
  int first = self->descending ? get_last_bucket (self) : 0;

  if (self->after.row != 0)
    first = bucket_of_cursor (self);
  return gather_range (self, connection, query, first,
                       self->descending ? 0 : get_last_bucket (self), keys, error);
}

/* ---- By how many offer it ---- */

/* The index has the order: the walk ends when the page is full. */
static gboolean
walk_by_offers (ShoalSearch *self, ShoalConnection *connection, GArray *keys, GError **error)
{
  g_autoptr (ShoalRows) rows
             = shoal_search_open_by_offers (connection, &self->after, self->descending, error);
  g_autoptr (GError) local_error = NULL;
  ShoalCandidate candidate;

  if (rows == NULL)
    return FALSE;
  while (keys->len <= self->limit
         && shoal_search_next (self, connection, rows, &candidate, &local_error))
    {
      ShoalSearchKey key = make_key (self, &candidate);

      g_array_append_val (keys, key);
    }
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
gather_many (
    ShoalSearch *self, ShoalConnection *connection, const char *query, GArray *keys, GError **error)
{
  gint64 total = 0;

  if (self->sort == SHOAL_SEARCH_TYPE)
    return gather_types (self, connection, query, keys, error);
  if (self->sort != SHOAL_SEARCH_WHO)
    return gather_buckets (self, connection, query, keys, error);
  if (self->top)
    return walk_by_offers (self, connection, keys, error);
  return gather (self, connection, query, G_MAXINT64, keys, &total, error);
}

gboolean
shoal_search_run_sorted (ShoalSearch *self,
                         ShoalConnection *connection,
                         const char *query,
                         GError **error)
{
  g_autoptr (GArray) keys = g_array_new (FALSE, FALSE, sizeof (ShoalSearchKey));
  gboolean many = self->after.total >= 0 && self->after.total_is_minimum;
  gint64 total = 0;

  g_array_set_clear_func (keys, key_clear);
  if (!many
      && !gather (self, connection, query, SHOAL_SEARCH_TOTAL_CEILING + 1, keys, &total, error))
    return FALSE;
  if (many || total > SHOAL_SEARCH_TOTAL_CEILING || self->is_exhausted)
    {
      gboolean was_exhausted = self->is_exhausted;

      g_array_set_size (keys, 0);
      self->budget = SHOAL_SEARCH_CANDIDATES;
      self->is_exhausted = FALSE;
      if (!gather_many (self, connection, query, keys, error))
        return FALSE;
      self->is_exhausted |= was_exhausted;
    }
  take_page (self, keys);
  shoal_search_set_total (self, total);
  return TRUE;
}
