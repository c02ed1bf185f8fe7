/* shoal-search-query.c: the parameters of a search, and its cursor
 *
 * A cursor is "HASH-TOTAL-ROW-KEY": a hash of the query, how many rows the first page has counted,
 * and the last row of the page with what it was sorted by. Whoever makes one up gets rows from
 * another place on, which he may see anyway.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-search-query"

#include "config.h"

#include "shoal-search.h"

#include <string.h>

#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-safe-name.h"

#define DEFAULT_LIMIT (100)

static void
key_clear (gpointer data)
{
  g_free (((ShoalSearchKey *) data)->name);
}

ShoalSearch *
shoal_search_new (void)
{
  ShoalSearch *self = g_new0 (ShoalSearch, 1);

  self->type = -1;
  self->max_size = SHOAL_MAX_JSON_INTEGER;
  self->limit = DEFAULT_LIMIT;
  self->terms = shoal_terms_parse ("");
  self->listings = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->folder_rows = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->user_rows = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->found = g_array_new (FALSE, FALSE, sizeof (ShoalSearchKey));
  g_array_set_clear_func (self->found, key_clear);
  self->rows = json_array_new ();
  self->after.total = -1;
  self->rank = SHOAL_SEARCH_RANK_NONE;
  return self;
}

void
shoal_search_free (ShoalSearch *self)
{
  g_array_unref (self->terms);
  g_free (self->words_fold);
  g_free (self->user_fold);
  g_free (self->find);
  g_free (self->after.name);
  g_free (self->next.name);
  g_clear_pointer (&self->online, g_hash_table_unref);
  g_hash_table_unref (self->listings);
  g_array_unref (self->folder_rows);
  g_array_unref (self->user_rows);
  g_array_unref (self->found);
  json_array_unref (self->rows);
  g_free (self);
}

static gboolean
read_words (ShoalSearch *self, JsonObject *params, GError **error)
{
  const char *words = NULL;

  if (!shoal_json_get_optional_string (params, "words", SHOAL_MAX_SEARCH_CHARS, &words, error))
    return FALSE;
  g_array_unref (self->terms);
  self->terms = shoal_terms_parse (words != NULL ? words : "");
  g_free (self->words_fold);
  self->words_fold = words != NULL ? g_strstrip (shoal_name_fold (words)) : NULL;
  if (self->terms->len <= SHOAL_MAX_SEARCH_TERMS)
    return TRUE;
  g_propagate_error (error,
                     shoal_error_new_limit ("words", SHOAL_MAX_SEARCH_TERMS,
                                            "A search has at most 16 words. Leave some out."));
  return FALSE;
}

static gboolean
read_type (ShoalSearch *self, JsonObject *params, GError **error)
{
  const char *text = NULL;
  ShoalType type = SHOAL_TYPE_OTHER;

  if (!shoal_json_get_optional_string (params, "type", 16, &text, error))
    return FALSE;
  if (text == NULL)
    return TRUE;
  if (!shoal_type_from_string (text, &type))
    return shoal_set_field_error (
        error, "type",
        "“type” must be folder, audio, video, image, document, archive, program or other.");
  self->type = type;
  return TRUE;
}

static gboolean
read_sort (ShoalSearch *self, JsonObject *params, GError **error)
{
  const char *text = NULL;

  if (!shoal_json_get_optional_string (params, "sort", 16, &text, error)
      || !shoal_json_get_optional_boolean (params, "descending", FALSE, &self->descending, error))
    return FALSE;
  if (text == NULL || g_str_equal (text, "newest"))
    self->sort = SHOAL_SEARCH_NEWEST;
  else if (g_str_equal (text, "name"))
    self->sort = SHOAL_SEARCH_NAME;
  else if (g_str_equal (text, "size"))
    self->sort = SHOAL_SEARCH_SIZE;
  else if (g_str_equal (text, "type"))
    self->sort = SHOAL_SEARCH_TYPE;
  else if (g_str_equal (text, "who"))
    self->sort = SHOAL_SEARCH_WHO;
  else
    return shoal_set_field_error (error, "sort", "“sort” must be newest, name, size, type or who.");
  return TRUE;
}

static gboolean
read_bounds (ShoalSearch *self, JsonObject *params, GError **error)
{
  const char *user = NULL;

  if (!shoal_json_get_optional_integer (params, "min_size", 0, SHOAL_MAX_JSON_INTEGER, 0,
                                        &self->min_size, error)
      || !shoal_json_get_optional_integer (params, "max_size", 0, SHOAL_MAX_JSON_INTEGER,
                                           SHOAL_MAX_JSON_INTEGER, &self->max_size, error)
      || !shoal_json_get_optional_integer (params, "limit", 1, SHOAL_MAX_SEARCH_ROWS, DEFAULT_LIMIT,
                                           &self->limit, error)
      || !shoal_json_get_optional_string (params, "user", SHOAL_MAX_ACCOUNT_NAME_CHARS, &user,
                                          error)
      || !shoal_json_get_optional_boolean (params, "available", FALSE, &self->available, error)
      || !shoal_json_get_optional_boolean (params, "top", FALSE, &self->top, error))
    return FALSE;
  if (user != NULL)
    self->user_fold = shoal_name_fold (user);
  self->in_folder = json_object_has_member (params, "folder")
                    && !json_object_get_null_member (params, "folder");
  return !self->in_folder || shoal_params_get_digest (params, "folder", &self->folder, error);
}

/* Of everything that decides which rows there are in which order. */
static guint64
make_hash (ShoalSearch *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char folder[SHOAL_DIGEST_HEX_SIZE] = "";
  ShoalDigest digest;

  if (self->in_folder)
    shoal_digest_to_hex (&self->folder, folder);
  g_string_printf (text, "%d %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %d %d %d %d %s %s",
                   self->type, self->min_size, self->max_size, self->available, self->top,
                   (int) self->sort, self->descending, folder,
                   self->user_fold != NULL ? self->user_fold : "");
  for (guint i = 0; i < self->terms->len; i++)
    {
      const ShoalTerm *term = &g_array_index (self->terms, ShoalTerm, i);

      g_string_append_printf (text, "\n%d %s", term->prefix, term->text);
    }
  shoal_digest_of (text->str, text->len, &digest);
  return (guint64) shoal_digest_key (&digest);
}

char *
shoal_search_make_cursor (ShoalSearch *self)
{
  g_autofree char *name
      = self->next.name != NULL
            ? g_base64_encode ((const guchar *) self->next.name, strlen (self->next.name))
            : g_strdup ("");
  g_autofree char *key = NULL;

  if (self->sort == SHOAL_SEARCH_SIZE || self->sort == SHOAL_SEARCH_WHO)
    key = g_strdup_printf ("%" G_GINT64_FORMAT, self->next.number);
  else if (self->sort == SHOAL_SEARCH_TYPE)
    key = g_strdup_printf ("%" G_GINT64_FORMAT ".%s", self->next.number, name);
  else if (self->sort == SHOAL_SEARCH_NAME)
    key = g_steal_pointer (&name);
  else if (self->next.number != SHOAL_SEARCH_RANK_NONE)
    key = g_strdup_printf ("%" G_GINT64_FORMAT, self->next.number);
  return g_strdup_printf ("%016" G_GINT64_MODIFIER "x-%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "-%s",
                          self->hash, 2 * self->next.total + (self->next.total_is_minimum ? 1 : 0),
                          self->next.row, key != NULL ? key : "");
}

static gboolean
parse_name (ShoalSearch *self, const char *key)
{
  gsize length = 0;
  g_autofree guchar *name = g_base64_decode (key, &length);

  if (memchr (name, '\0', length) != NULL
      || !g_utf8_validate ((const char *) name, (gssize) length, NULL))
    return FALSE;
  self->after.name = g_strndup ((const char *) name, length);
  return TRUE;
}

static gboolean
parse_number (ShoalSearch *self, const char *key, gint64 max)
{
  guint64 number = 0;
  gboolean valid = g_ascii_string_to_unsigned (key, 10, 0, (guint64) max, &number, NULL);

  self->after.number = (gint64) number;
  return valid;
}

static gboolean
parse_key (ShoalSearch *self, const char *key)
{
  switch (self->sort)
    {
    case SHOAL_SEARCH_SIZE:
    case SHOAL_SEARCH_WHO:
      return parse_number (self, key, SHOAL_MAX_JSON_INTEGER);
    case SHOAL_SEARCH_NAME:
      return parse_name (self, key);
    case SHOAL_SEARCH_TYPE:
      {
        g_auto (GStrv) parts = g_strsplit (key, ".", 2);

        return g_strv_length (parts) == 2 && parse_number (self, parts[0], SHOAL_TYPE_PROGRAM)
               && parse_name (self, parts[1]);
      }
    case SHOAL_SEARCH_NEWEST:
    default:
      self->after.number = SHOAL_SEARCH_RANK_NONE;
      return *key == '\0'
             || (self->terms->len > 0 && parse_number (self, key, SHOAL_SEARCH_N_RANKS - 1));
    }
}

static gboolean
parse_cursor (ShoalSearch *self, const char *cursor)
{
  g_auto (GStrv) parts = g_strsplit (cursor, "-", 4);
  guint64 hash = 0;
  guint64 total = 0;
  guint64 row = 0;

  if (g_strv_length (parts) != 4
      || !g_ascii_string_to_unsigned (parts[0], 16, 0, G_MAXUINT64, &hash, NULL)
      || hash != self->hash
      || !g_ascii_string_to_unsigned (parts[1], 10, 0, 2 * SHOAL_SEARCH_TOTAL_CEILING + 1, &total,
                                      NULL)
      || !g_ascii_string_to_unsigned (parts[2], 10, 1, G_MAXINT64, &row, NULL))
    return FALSE;
  self->after.total = (gint64) (total / 2);
  self->after.total_is_minimum = total % 2 != 0;
  self->after.row = (gint64) row;
  return parse_key (self, parts[3]);
}

gboolean
shoal_search_read (ShoalSearch *self, JsonObject *params, GError **error)
{
  const char *cursor = NULL;

  if (!read_words (self, params, error) || !read_type (self, params, error)
      || !read_sort (self, params, error) || !read_bounds (self, params, error)
      || !shoal_json_get_optional_string (params, "cursor", SHOAL_MAX_CURSOR_CHARS, &cursor, error))
    return FALSE;
  self->hash = make_hash (self);
  if (cursor != NULL && !parse_cursor (self, cursor))
    return shoal_set_field_error (error, "cursor",
                                  "This cursor is from another search. Search again without it.");
  return TRUE;
}
