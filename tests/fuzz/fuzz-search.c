/* fuzz-search.c: what a member searches for, and a path that it may stand for: WORDS LF PATH
 *
 * The expression for the index is made of what somebody typed and goes to SQLite: it must be valid,
 * and the index must find every path that the words fit.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "fuzz.h"

#include <sqlite3.h>
#include <string.h>

#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-search.h"

static sqlite3_stmt *
prepare (sqlite3 *db, const char *sql, const char *text)
{
  sqlite3_stmt *statement = NULL;

  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_bind_text (statement, 1, text, -1, SQLITE_STATIC), ==, SQLITE_OK);
  return statement;
}

/* The catalogue's index, in memory. */
static sqlite3 *
get_index (void)
{
  static sqlite3 *db = NULL;

  if (db != NULL)
    return db;
  g_assert_cmpint (sqlite3_open (":memory:", &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db,
                                 "CREATE VIRTUAL TABLE item_words USING fts5 (words, content = '', "
                                 "columnsize = 0, detail = none, tokenize = 'ascii');",
                                 NULL, NULL, NULL),
                   ==, SQLITE_OK);
  return db;
}

static gboolean
index_finds (const char *tokens, const char *query)
{
  sqlite3 *db = get_index ();

  g_assert_cmpint (sqlite3_exec (db, "BEGIN", NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_stmt *insert
      = prepare (db, "INSERT INTO item_words (rowid, words) VALUES (1, ?)", tokens);
  g_assert_cmpint (sqlite3_step (insert), ==, SQLITE_DONE);
  sqlite3_finalize (insert);
  sqlite3_stmt *select
      = prepare (db, "SELECT rowid FROM item_words WHERE item_words MATCH ?", query);
  int found = sqlite3_step (select);
  g_assert_true (found == SQLITE_ROW || found == SQLITE_DONE);
  sqlite3_finalize (select);
  g_assert_cmpint (sqlite3_exec (db, "ROLLBACK", NULL, NULL, NULL), ==, SQLITE_OK);
  return found == SQLITE_ROW;
}

static void
check_terms (const char *words, const char *path)
{
  g_autoptr (GArray) terms = shoal_terms_parse (words);
  gsize name_at = 0;

  if (terms->len > SHOAL_MAX_SEARCH_TERMS)
    return;
  g_autofree char *fold = shoal_path_fold (path, &name_at);
  g_autoptr (GString) tokens = g_string_new (NULL);
  g_autoptr (GString) query = g_string_new (NULL);
  g_assert_true (g_utf8_validate (fold, -1, NULL));
  g_assert_cmpuint (name_at, <=, strlen (fold));
  for (guint i = 0; i < terms->len; i++)
    {
      const char *text = g_array_index (terms, ShoalTerm, i).text;

      g_assert_true (g_utf8_validate (text, -1, NULL));
      for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
        g_assert_false (g_unichar_isspace (g_utf8_get_char (p)));
    }
  shoal_tokens_of_path (fold, tokens);
  shoal_terms_query (terms, query);
  gboolean found = query->len == 0 || index_finds (tokens->str, query->str);
  g_assert_true (found || !shoal_terms_match (terms, fold));

  /* Whoever asks for exactly this name finds it. */
  if (fold[name_at] == '\0')
    return;
  g_autoptr (GString) exactly = g_string_new (NULL);
  shoal_name_query (fold + name_at, exactly);
  g_assert_true (exactly->len == 0 || index_finds (tokens->str, exactly->str));
}

/* A cursor of ours is taken for the search that it was made for, and for no other. */
static void
check_cursor (const char *words, const char *name)
{
  static const char *const sorts[] = { "newest", "name", "size", "type", "who" };

  for (guint i = 0; i < G_N_ELEMENTS (sorts); i++)
    {
      g_autoptr (ShoalSearch) search = shoal_search_new ();
      g_autoptr (ShoalSearch) next = shoal_search_new ();
      g_autoptr (ShoalSearch) other = shoal_search_new ();
      g_autoptr (JsonObject) params
                 = shoal_json_new ("words", "s", words, "sort", "s", sorts[i], NULL);
      g_autoptr (GError) error = NULL;

      if (!shoal_search_read (search, params, &error))
        {
          g_assert_true (g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_INVALID)
                         || g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_LIMIT));
          return;
        }
      search->next.row = 1 + (gint64) strlen (words);
      /* Of the newest it is the rank, which only words have. */
      search->next.number = search->sort != SHOAL_SEARCH_NEWEST
                                ? (gint64) strlen (name) % SHOAL_TYPE_PROGRAM
                            : search->terms->len > 0 ? (gint64) strlen (name) % SHOAL_SEARCH_N_RANKS
                                                     : SHOAL_SEARCH_RANK_NONE;
      search->next.total = 7;
      search->next.name = g_strdup (name);
      g_autofree char *cursor = shoal_search_make_cursor (search);
      if (strlen (cursor) > SHOAL_MAX_CURSOR_CHARS)
        continue;
      json_object_set_string_member (params, "cursor", cursor);
      g_assert_true (shoal_search_read (next, params, &error));
      g_assert_cmpint (next->after.row, ==, search->next.row);
      g_assert_cmpint (next->after.total, ==, 7);
      if (search->sort == SHOAL_SEARCH_NAME || search->sort == SHOAL_SEARCH_TYPE)
        g_assert_cmpstr (next->after.name, ==, name);
      if (search->sort != SHOAL_SEARCH_NAME)
        g_assert_cmpint (next->after.number, ==, search->next.number);
      json_object_set_boolean_member (params, "available", TRUE);
      g_assert_false (shoal_search_read (other, params, NULL));
      /* Made up: refused or taken, never more than that. */
      json_object_set_string_member (params, "cursor", name);
      g_autoptr (ShoalSearch) bad = shoal_search_new ();
      shoal_search_read (bad, params, NULL);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, MIN (size, 4096));
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  char *path = strchr (valid, '\n');

  if (path != NULL)
    *path++ = '\0';
  else
    path = valid + strlen (valid);
  check_terms (valid, path);
  check_cursor (valid, path);
  return 0;
}
