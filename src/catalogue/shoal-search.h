/* shoal-search.h: a search in the catalogue: what is asked, what fits, in which order
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

#include "shoal-catalogue-private.h"
#include "shoal-catalogue-text.h"

G_BEGIN_DECLS

typedef enum
{
  SHOAL_SEARCH_NEWEST,
  SHOAL_SEARCH_NAME,
  SHOAL_SEARCH_SIZE,
  SHOAL_SEARCH_TYPE, /* then by name */
  SHOAL_SEARCH_WHO,  /* by how many offer it */
} ShoalSearchSort;

/** ShoalSearchRank: where a search for words that is sorted by newest has an answer: names that are
 * exactly the words first, what is offered itself before entries of folders */
typedef enum
{
  SHOAL_SEARCH_RANK_NONE = -1, /* there are no words, or the cursor is of a version without ranks */
  SHOAL_SEARCH_EXACT_OFFERS,
  SHOAL_SEARCH_EXACT_ENTRIES,
  SHOAL_SEARCH_OFFERS,
  SHOAL_SEARCH_ENTRIES,
  SHOAL_SEARCH_N_RANKS,
} ShoalSearchRank;

/** ShoalSearchPlace: between two rows of an answer, as a cursor tells it */
typedef struct
{
  gint64 row;    /* 0: before the first */
  gint64 number; /* see ShoalSearchKey */
  char *name;    /* by name or type: the sort key */
  gint64 total;  /* of the first page; -1: not counted yet */
  gboolean total_is_minimum;
} ShoalSearchPlace;

/** ShoalSearchKey: a row that may be on the page, with what it is sorted by */
typedef struct
{
  gint64 row;
  gint64 number; /* the size; by newest its rank; by type its place among the types; by who how many
                    offer it */
  char *name;    /* (nullable): neither by name nor by type */
} ShoalSearchKey;

/** ShoalSearch: the parameters of “search” (or “find”), and while it runs what it knows of
 * listings. Made on the main thread, run as a job */
typedef struct
{
  GArray *terms;    /* of ShoalTerm */
  char *words_fold; /* (nullable): the words together, as a name would have them */
  int type;         /* ShoalType; -1: all */
  gint64 min_size;
  gint64 max_size;
  char *user_fold; /* (nullable) */
  gboolean available;
  gboolean in_folder; /* only entries of the manifest @folder */
  gboolean top;       /* only what is offered itself, no entries of folders */
  ShoalDigest folder;
  ShoalSearchSort sort;
  gboolean descending;
  gint64 limit;
  guint64 hash; /* of all of the above but the limit */
  ShoalSearchPlace after;
  char *find; /* (nullable): a name or path, exactly */

  GHashTable *online;

  gint64 account_row;   /* of the user */
  gboolean is_empty;    /* there can be no answer: no such user, no such folder */
  GHashTable *listings; /* row → what is known of it */
  GArray *folder_rows;  /* listings of the folder */
  GArray *user_rows;    /* listings the user offers, and 0; empty: too many */

  ShoalSearchRank rank;  /* what is looked for now */
  gint64 budget;         /* work that may still be done, in looks at a candidate */
  gboolean is_exhausted; /* there was more to look at */

  GArray *found; /* of ShoalSearchKey: the page, in order */
  ShoalSearchPlace next;
  gboolean has_next;
  JsonArray *rows;
} ShoalSearch;

/** shoal_search_new: Returns: (transfer full): one that finds everything, newest first */
ShoalSearch *shoal_search_new (void);
void shoal_search_free (ShoalSearch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalSearch, shoal_search_free)

/** shoal_search_read: the parameters of “search” */
gboolean shoal_search_read (ShoalSearch *self, JsonObject *params, GError **error);
/** shoal_search_read_find: the parameters of “find” */
gboolean shoal_search_read_find (ShoalSearch *self, JsonObject *params, GError **error);
/** shoal_search_make_answer: Returns: (transfer full): the answer to “search”, after it has run */
JsonObject *shoal_search_make_answer (ShoalSearch *self);
/** shoal_search_make_find_answer: Returns: (transfer full): the same for “find” */
JsonObject *shoal_search_make_find_answer (ShoalSearch *self);
/** shoal_search_make_cursor: Returns: (transfer full): for the place in @next */
char *shoal_search_make_cursor (ShoalSearch *self);

/* ---- In a job ------------------------------------------------------------------------------ */

/** shoal_search_prepare: looks up the user and the folder, forgets what an earlier run knew */
gboolean shoal_search_prepare (ShoalSearch *self, ShoalConnection *connection, GError **error);

/** ShoalCandidate: columns of items, in the order of %SHOAL_CANDIDATE_COLUMNS */
typedef struct
{
  gint64 row;
  gint64 listing_row;
  gint64 live; /* offers; of an entry those of its listing, once it has matched */
  ShoalType type;
  gint64 size;
  gint64 fold_at;
  const char *fold;
} ShoalCandidate;

#define SHOAL_CANDIDATE_COLUMNS                                                                    \
  "items.id, items.listing_id, items.live, items.type, items.size, items.fold_at, ifnull "         \
  "(items.fold, items.path)"

/** shoal_candidate_read: @candidate: (out): the columns of the present row; its strings are valid
 * until the next */
void shoal_candidate_read (ShoalCandidate *candidate, ShoalRows *rows);
/** shoal_search_match: whether a candidate is an answer. @match: (out) */
gboolean shoal_search_match (ShoalSearch *self,
                             ShoalConnection *connection,
                             ShoalCandidate *candidate,
                             gboolean *match,
                             GError **error);
/** shoal_search_make_query: Returns: (transfer full): the expression for the index; empty: it does
 * not help */
char *shoal_search_make_query (ShoalSearch *self);

/** shoal_search_open: candidates with rows below @before, newest first. @query: of
 * shoal_search_make_query() */
ShoalRows *
shoal_search_open (ShoalConnection *connection, const char *query, gint64 before, GError **error);
/** shoal_search_next: the next candidate that matches. Returns: %FALSE at the end, when the budget
 * is used up, or with @error set */
gboolean shoal_search_next (ShoalSearch *self,
                            ShoalConnection *connection,
                            ShoalRows *rows,
                            ShoalCandidate *candidate,
                            GError **error);
/** shoal_search_open_by_offers: candidates of the top level behind @after, by how many offer them
 */
ShoalRows *shoal_search_open_by_offers (ShoalConnection *connection,
                                        const ShoalSearchPlace *after,
                                        gboolean descending,
                                        GError **error);
/** shoal_search_set_total: @total: matches that were counted, if this is the first page */
void shoal_search_set_total (ShoalSearch *self, gint64 total);
/** shoal_search_run_sorted: fills @found and @next in the order of names or sizes */
gboolean shoal_search_run_sorted (ShoalSearch *self,
                                  ShoalConnection *connection,
                                  const char *query,
                                  GError **error);
/** shoal_search_set_next: the next page goes on behind @key */
void shoal_search_set_next (ShoalSearch *self, const ShoalSearchKey *key);
/** shoal_search_make_rows: fills @rows with what @found names, as far as it fits into an answer */
gboolean shoal_search_make_rows (ShoalSearch *self, ShoalConnection *connection, GError **error);

/** shoal_search_run: a read job (@data: a ShoalSearch): fills @rows and @next, which has the total
 */
gboolean shoal_search_run (ShoalConnection *connection, gpointer data, GError **error);
/** shoal_search_run_find: a read job (@data: a ShoalSearch): fills @rows for “find” */
gboolean shoal_search_run_find (ShoalConnection *connection, gpointer data, GError **error);

/** shoal_search_make_row: Returns: (transfer full) (nullable): an item as it stands in an answer */
JsonObject *shoal_search_make_row (ShoalSearch *self,
                                   ShoalConnection *connection,
                                   gint64 item_row,
                                   GError **error);

G_END_DECLS
