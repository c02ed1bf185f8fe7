/* shoal-catalogue-text.h: names as the catalogue searches them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** ShoalType: the groups of contents that a search can ask for, by the name's extension */
typedef enum
{
  SHOAL_TYPE_OTHER,
  SHOAL_TYPE_FOLDER,
  SHOAL_TYPE_AUDIO,
  SHOAL_TYPE_VIDEO,
  SHOAL_TYPE_IMAGE,
  SHOAL_TYPE_DOCUMENT,
  SHOAL_TYPE_ARCHIVE,
  SHOAL_TYPE_PROGRAM,
} ShoalType;

/** shoal_type_of_name: of a file. Never %SHOAL_TYPE_FOLDER */
ShoalType shoal_type_of_name (const char *name);
/** shoal_type_to_string: as it stands in requests and answers */
const char *shoal_type_to_string (ShoalType type);
/** shoal_type_from_string: Returns: whether there is a group of that name */
gboolean shoal_type_from_string (const char *text, ShoalType *type);

/** shoal_path_fold: the components of a path folded one by one, so that none falls apart.
 * @name_at: (out): where the last one starts, in bytes. Returns: (transfer full): */
char *shoal_path_fold (const char *path, gsize *name_at);
/** shoal_path_name: Returns: the last component, inside @path */
const char *shoal_path_name (const char *path);

/**
 * shoal_tokens_of_path:
 * @fold: a folded path
 * @out: words for the index are appended, with spaces between them
 *
 * A path is indexed by each three characters in a row, with "/" before it and U+0001 after it, and
 * by the first one and two characters of each of its words.
 */
void shoal_tokens_of_path (const char *fold, GString *out);
/** shoal_tokens_append: appends the word @kind@value, which no path has */
void shoal_tokens_append (GString *out, const char *kind, gint64 value);

/** ShoalTerm: one word of a search */
typedef struct
{
  char *text;      /* folded, without white space */
  gboolean prefix; /* only at the beginning of words */
} ShoalTerm;

/** shoal_terms_parse: the words of @words. Returns: (transfer full) (element-type ShoalTerm): */
GArray *shoal_terms_parse (const char *words);
/** shoal_terms_match: whether a folded path has all of them */
gboolean shoal_terms_match (GArray *terms, const char *fold);
/** shoal_terms_query: Returns: (transfer full) (nullable): an expression for the index that finds
 * at least what shoal_terms_match() accepts; %NULL if there are no terms */
void shoal_terms_query (GArray *terms, GString *out);
/** shoal_name_query: the same for paths whose last component is @fold */
void shoal_name_query (const char *fold, GString *out);
/** shoal_query_append: adds the word of shoal_tokens_append() to an expression */
void shoal_query_append (GString *out, const char *kind, gint64 value);

/** shoal_size_class: sizes of one class are within a factor of two */
int shoal_size_class (gint64 size);

G_END_DECLS
