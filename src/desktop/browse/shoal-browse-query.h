/* shoal-browse-query.h: queries that a model keeps
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-directory.h"

G_BEGIN_DECLS

/** shoal_browse_query_clear: frees the strings of @query, which are its own */
void shoal_browse_query_clear (ShoalQuery *query);
/** shoal_browse_query_copy: with strings of its own, without a cursor, for a page of rows */
void shoal_browse_query_copy (ShoalQuery *to, const ShoalQuery *from);
/** shoal_browse_query_equal: Returns: whether both ask for the same, but for the words, and what
 * follows from there being some */
gboolean shoal_browse_query_equal (const ShoalQuery *a, const ShoalQuery *b);

G_END_DECLS
