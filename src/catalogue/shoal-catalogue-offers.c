/* shoal-catalogue-offers.c: the table offers, and what hangs on its rows
 *
 * Invariants: items.refs and listings.refs count the rows of offers that name them, live the
 * complete ones; offer_counts and the columns files and bytes of accounts are sums over the
 * member's offers.
 *
 * Threads: all of it runs in jobs, so each change is whole or not at all.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-catalogue-offers"

#include "config.h"

#include "shoal-catalogue-private.h"

#define COLUMNS                                                                                    \
  "id, account_id, item_id, listing_id, listing_shared, complete, entries, done, files, bytes "

static void
read_row (ShoalRows *rows, ShoalOfferRow *row)
{
  row->row = shoal_rows_integer (rows, 0);
  row->account_row = shoal_rows_integer (rows, 1);
  row->item_row = shoal_rows_integer (rows, 2);
  row->listing_row = shoal_rows_integer (rows, 3);
  row->listing_shared = shoal_rows_integer (rows, 4) != 0;
  row->complete = shoal_rows_integer (rows, 5) != 0;
  row->entries = shoal_rows_integer (rows, 6);
  row->done = shoal_rows_integer (rows, 7);
  row->files = shoal_rows_integer (rows, 8);
  row->bytes = shoal_rows_integer (rows, 9);
}

gboolean
shoal_offers_find (ShoalConnection *connection,
                   gint64 device_row,
                   const char *offer,
                   ShoalOfferRow *row,
                   GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error, "SELECT " COLUMNS "FROM offers WHERE device_id = ? AND offer = ?", "is",
      device_row, offer);

  *row = (ShoalOfferRow){ 0 };
  if (rows == NULL)
    return FALSE;
  if (shoal_rows_next (rows, &local_error))
    read_row (rows, row);
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
add_files (
    ShoalConnection *connection, gint64 account_row, gint64 files, gint64 bytes, GError **error)
{
  return shoal_connection_run (
      connection, error, "UPDATE accounts SET files = files + ?, bytes = bytes + ? WHERE id = ?",
      "iii", files, bytes, account_row);
}

void
shoal_offer_sums_add (ShoalOfferSums *self, const ShoalOfferRow *row)
{
  self->n_offers++;
  self->entries += 1 + row->entries;
  self->bytes += row->bytes;
  if (!row->complete)
    return;
  self->live_files += row->files;
  self->live_bytes += row->bytes;
}

gboolean
shoal_offer_sums_write (ShoalOfferSums *self,
                        ShoalConnection *connection,
                        gint64 account_row,
                        GError **error)
{
  ShoalOfferSums sums = *self;

  *self = (ShoalOfferSums){ 0 };
  return sums.n_offers == 0
         || (shoal_connection_run (
                 connection, error,
                 "INSERT INTO offer_counts (account_id, offers, entries, bytes) "
                 "VALUES (?, ?, ?, ?) "
                 "ON CONFLICT (account_id) DO UPDATE SET offers = offers + excluded.offers, "
                 "entries = entries + excluded.entries, bytes = bytes + excluded.bytes",
                 "iiii", account_row, sums.n_offers, sums.entries, sums.bytes)
             && add_files (connection, account_row, sums.live_files, sums.live_bytes, error));
}

gboolean
shoal_offers_set_complete (ShoalConnection *connection, const ShoalOfferRow *row, GError **error)
{
  return shoal_connection_run (connection, error, "UPDATE offers SET complete = 1 WHERE id = ?",
                               "i", row->row)
         && shoal_connection_run (
             connection, error, "UPDATE items SET live = live + 1 WHERE id = ?", "i", row->item_row)
         && (row->listing_row == 0
             || shoal_connection_run (connection, error,
                                      "UPDATE listings SET live = live + 1 WHERE id = ?", "i",
                                      row->listing_row))
         && add_files (connection, row->account_row, row->files, row->bytes, error);
}

/* A listing that nobody needs must not be shared any more: parts of it may be gone. */
static gboolean
release_listing (ShoalConnection *connection, const ShoalOfferRow *row, GError **error)
{
  return row->listing_row == 0
         || shoal_connection_run (connection, error,
                                  "UPDATE listings SET refs = refs - 1, live = live - ?, "
                                  "hash = CASE refs WHEN 1 THEN NULL ELSE hash END WHERE id = ?",
                                  "ii", (gint64) row->complete, row->listing_row);
}

gboolean
shoal_offers_remove (ShoalConnection *connection, const ShoalOfferRow *row, GError **error)
{
  return shoal_connection_run (connection, error, "DELETE FROM offers WHERE id = ?", "i", row->row)
         && shoal_connection_run (connection, error,
                                  "UPDATE items SET refs = refs - 1, live = live - ? WHERE id = ?",
                                  "ii", (gint64) row->complete, row->item_row)
         && release_listing (connection, row, error)
         && shoal_connection_run (connection, error,
                                  "UPDATE offer_counts SET offers = offers - 1, entries = entries "
                                  "- 1 - ?, bytes = bytes - ? "
                                  "WHERE account_id = ?",
                                  "iii", row->entries, row->bytes, row->account_row)
         && (!row->complete
             || add_files (connection, row->account_row, -row->files, -row->bytes, error));
}

static gboolean
find_some (ShoalConnection *connection,
           gint64 device_row,
           gint64 last,
           int limit,
           GArray *found,
           GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error, "SELECT " COLUMNS "FROM offers WHERE device_id = ? AND id <= ? LIMIT ?",
      "iii", device_row, last, (gint64) limit);

  if (rows == NULL)
    return FALSE;
  while (shoal_rows_next (rows, &local_error))
    {
      ShoalOfferRow row;

      read_row (rows, &row);
      g_array_append_val (found, row);
    }
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

gboolean
shoal_offers_remove_some (ShoalConnection *connection,
                          gint64 device_row,
                          gint64 last,
                          int limit,
                          gint64 *removed,
                          GError **error)
{
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (ShoalOfferRow));

  if (!find_some (connection, device_row, last, limit, found, error))
    return FALSE;
  for (guint i = 0; i < found->len; i++)
    if (!shoal_offers_remove (connection, &g_array_index (found, ShoalOfferRow, i), error))
      return FALSE;
  *removed = found->len;
  return TRUE;
}

gboolean
shoal_offers_get_counts (ShoalConnection *connection,
                         gint64 account_row,
                         ShoalMemberCounts *counts,
                         GError **error)
{
  return shoal_connection_query_integer (connection, 0, &counts->files, error,
                                         "SELECT files FROM accounts WHERE id = ?", "i",
                                         account_row)
         && shoal_connection_query_integer (connection, 0, &counts->bytes, error,
                                            "SELECT bytes FROM accounts WHERE id = ?", "i",
                                            account_row);
}
