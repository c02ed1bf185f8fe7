/* shoal-browse-query.c: queries that a model keeps
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-browse-query"

#include "config.h"

#include "shoal-browse-query.h"

#include "shoal-limits.h"

void
shoal_browse_query_clear (ShoalQuery *query)
{
  g_free ((char *) query->words);
  g_free ((char *) query->type);
  g_free ((char *) query->user);
  g_free ((char *) query->folder);
  *query = (ShoalQuery){ .min_size = -1, .max_size = -1 };
}

void
shoal_browse_query_copy (ShoalQuery *to, const ShoalQuery *from)
{
  ShoalQuery copy = *from;

  copy.words = g_strdup (from->words != NULL ? from->words : "");
  copy.type = g_strdup (from->type);
  copy.user = g_strdup (from->user);
  copy.folder = g_strdup (from->folder);
  copy.cursor = NULL;
  copy.limit = SHOAL_SEARCH_PAGE_ROWS;
  shoal_browse_query_clear (to);
  *to = copy;
}

gboolean
shoal_browse_query_equal (const ShoalQuery *a, const ShoalQuery *b)
{
  return g_strcmp0 (a->type, b->type) == 0 && g_strcmp0 (a->user, b->user) == 0
         && g_strcmp0 (a->folder, b->folder) == 0 && a->min_size == b->min_size
         && a->max_size == b->max_size && !a->available == !b->available && a->sort == b->sort
         && !a->descending == !b->descending;
}
