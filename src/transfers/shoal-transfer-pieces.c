/* shoal-transfer-pieces.c: which pieces of a run are here or on the way, and from whom
 *
 * One byte for each piece, as SHOAL_PIECE_IS_HERE() and SHOAL_PIECE_USER() read it, under the run's
 * lock. A folder's pieces are those of its files in the manifest's order. Only for showing: what is
 * fetched is decided by the scheduler and the journal.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfer"

#include "config.h"

#include "shoal-transfer-pieces.h"

#include <string.h>

#include "shoal-limits.h"
#include "shoal-merkle.h"
#include "shoal-transfer-private.h"
#include "shoal-transfer-state.h"

void
shoal_run_map_begin (ShoalTransferRun *run, guint64 n_pieces)
{
  if (n_pieces == 0 || n_pieces > SHOAL_MAX_MAP_PIECES)
    return;
  g_mutex_lock (&run->lock);
  if (run->pieces == NULL)
    {
      run->pieces = g_malloc0 (n_pieces);
      run->n_pieces = (gsize) n_pieces;
    }
  g_mutex_unlock (&run->lock);
}

void
shoal_run_map_begin_folder (ShoalTransferRun *run)
{
  guint n_entries = shoal_manifest_get_n_entries (run->manifest);
  g_autofree guint32 *firsts = g_new (guint32, n_entries + 1);
  guint64 n_pieces = 0;

  for (guint i = 0; i < n_entries && n_pieces <= SHOAL_MAX_MAP_PIECES; i++)
    {
      firsts[i] = (guint32) n_pieces;
      n_pieces += shoal_piece_count (shoal_manifest_get_entry (run->manifest, i)->size);
    }
  if (n_pieces == 0 || n_pieces > SHOAL_MAX_MAP_PIECES)
    return;
  run->first_pieces = g_steal_pointer (&firsts);
  shoal_run_map_begin (run, n_pieces);
}

void
shoal_run_map_set (ShoalTransferRun *run, gsize first, gsize count, guint8 value)
{
  if (run->pieces == NULL || first >= run->n_pieces)
    return;
  count = MIN (count, run->n_pieces - first);
  for (gsize i = first; i < first + count; i++)
    if (SHOAL_PIECE_IS_HERE (value) || !SHOAL_PIECE_IS_HERE (run->pieces[i]))
      run->pieces[i] = value;
}

void
shoal_run_map_entry (ShoalTransferRun *run, guint index, guint8 value)
{
  const ShoalManifestEntry *entry = shoal_manifest_get_entry (run->manifest, index);

  if (run->first_pieces != NULL)
    shoal_run_map_set (run, run->first_pieces[index], shoal_piece_count (entry->size), value);
}

void
shoal_run_map_batch (ShoalTransferRun *run, guint32 first, guint32 end, guint8 value)
{
  for (guint32 i = first; run->first_pieces != NULL && i < end; i++)
    {
      guint64 size = shoal_manifest_get_entry (run->manifest, i)->size;

      if (size > 0 && size <= SHOAL_PIECE_SIZE)
        shoal_run_map_set (run, run->first_pieces[i], 1, value);
    }
}

void
shoal_run_map_work (ShoalTransferRun *run, const ShoalPieceWork *work)
{
  guint32 n_pieces = shoal_piece_count (work->size);

  for (guint32 piece = 0; run->pieces != NULL && piece < n_pieces; piece++)
    if (shoal_partial_has_piece (work->partial, piece))
      shoal_run_map_set (run, work->first_piece + piece, 1, SHOAL_PIECE_HERE);
}

void
shoal_run_map_release (ShoalTransferRun *run, const ShoalPieceWork *work, ShoalSpan span)
{
  for (guint32 piece = span.first; piece < span.first + span.count; piece++)
    if (shoal_scheduler_is_missing (work->scheduler, piece))
      shoal_run_map_set (run, work->first_piece + piece, 1, SHOAL_PIECE_MISSING);
}

void
shoal_run_map_rename (ShoalTransferRun *run, GArray *numbers)
{
  for (guint i = 0; run->pieces != NULL && i < numbers->len; i++)
    {
      guint8 from = SHOAL_PIECE_HERE_FROM (g_array_index (numbers, guint, i));

      for (gsize piece = 0; piece < run->n_pieces; piece++)
        if (run->pieces[piece] == from)
          run->pieces[piece] = SHOAL_PIECE_HERE;
    }
}

GBytes *
shoal_transfer_dup_pieces (ShoalTransfer *self, char ***users)
{
  ShoalTransferRun *run = shoal_transfer_get_run (self);
  g_autofree guint8 *pieces = NULL;
  gsize n_pieces = 0;

  g_return_val_if_fail (users != NULL, NULL);

  *users = NULL;
  if (run == NULL)
    return NULL;
  g_mutex_lock (&run->lock);
  if (run->pieces != NULL)
    {
      n_pieces = run->n_pieces;
      pieces = g_memdup2 (run->pieces, n_pieces);
      *users = shoal_source_book_dup_names (run->book);
    }
  g_mutex_unlock (&run->lock);
  if (pieces == NULL)
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&pieces), n_pieces);
}
