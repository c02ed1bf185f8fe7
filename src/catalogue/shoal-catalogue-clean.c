/* shoal-catalogue-clean.c: what is done when there is time: deletes, bit by bit, what nobody offers
 * any more, then tidies up the index, which makes searches faster
 *
 * One job takes a few milliseconds, and the next one is queued behind what others want meanwhile.
 * Nothing is lost by a stop in between: what has no refs is found again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-catalogue-clean"

#include "config.h"

#include "shoal-catalogue-private.h"
#include "shoal-limits.h"

ShoalCleaning *
shoal_cleaning_new (void)
{
  ShoalCleaning *self = g_new0 (ShoalCleaning, 1);

  self->stale = g_array_new (FALSE, FALSE, sizeof (ShoalStaleCounts));
  return self;
}

void
shoal_cleaning_free (ShoalCleaning *self)
{
  g_array_unref (self->stale);
  g_free (self);
}

static gboolean
find_stale (ShoalCleaning *self, ShoalConnection *connection, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error,
      "SELECT a.id, a.files, a.bytes FROM offer_counts AS c "
      "JOIN accounts AS a ON a.id = c.account_id WHERE c.stale = 1",
      "");

  if (rows == NULL)
    return FALSE;
  while (shoal_rows_next (rows, &local_error))
    {
      ShoalStaleCounts stale = { shoal_rows_integer (rows, 0),
                                 { shoal_rows_integer (rows, 1), shoal_rows_integer (rows, 2) } };

      g_array_append_val (self->stale, stale);
    }
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  g_clear_pointer (&rows, shoal_rows_free);
  return self->stale->len == 0
         || shoal_connection_run (connection, error,
                                  "UPDATE offer_counts SET stale = 0 WHERE stale = 1", "");
}

static gboolean
read_ids (ShoalRows *rows, GArray *ids, GError **error)
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
find_top (ShoalConnection *connection, GArray *ids, GError **error)
{
  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error, "SELECT id FROM items WHERE refs = 0 LIMIT ?", "i",
      (gint64) SHOAL_CLEAN_AT_ONCE);

  return read_ids (rows, ids, error);
}

static gboolean
find_entries (ShoalConnection *connection, gint64 listing_row, GArray *ids, GError **error)
{
  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error, "SELECT id FROM items WHERE listing_id = ? AND listing_id != 0 LIMIT ?",
      "ii", listing_row, (gint64) (SHOAL_CLEAN_AT_ONCE - ids->len));

  return read_ids (rows, ids, error);
}

/* Brings segments of the index together. As its documentation has it, less than two changes say
 * that there was nothing to do. */
static gboolean
merge (ShoalCleaning *self, ShoalConnection *connection, GError **error)
{
  gint64 before = shoal_connection_total_changes (connection);

  if (!shoal_connection_run (connection, error,
                             "INSERT INTO item_words (item_words, rank) VALUES ('merge', ?)", "i",
                             (gint64) SHOAL_MERGE_PAGES))
    return FALSE;
  self->more = shoal_connection_total_changes (connection) - before >= 2;
  return TRUE;
}

gboolean
shoal_catalogue_run_cleaning (ShoalConnection *connection, gpointer data, GError **error)
{
  ShoalCleaning *self = data;
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  gint64 listing_row = 0;

  if (!find_stale (self, connection, error) || !find_top (connection, ids, error)
      || !shoal_connection_query_integer (connection, 0, &listing_row, error,
                                          "SELECT id FROM listings WHERE refs = 0 LIMIT 1", "")
      || (listing_row != 0 && !find_entries (connection, listing_row, ids, error)))
    return FALSE;
  for (guint i = 0; i < ids->len; i++)
    if (!shoal_items_delete (connection, g_array_index (ids, gint64, i), error))
      return FALSE;
  self->more = ids->len >= SHOAL_CLEAN_AT_ONCE;
  if (ids->len == 0 && listing_row == 0)
    return merge (self, connection, error);
  if (listing_row == 0 || self->more)
    {
      self->more = TRUE;
      return TRUE;
    }
  self->more = TRUE;
  return shoal_connection_run (connection, error, "DELETE FROM listings WHERE id = ?", "i",
                               listing_row);
}
