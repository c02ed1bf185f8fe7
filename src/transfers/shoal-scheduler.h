/* shoal-scheduler.h: which worker fetches which pieces of one content
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** ShoalSpan: consecutive pieces */
typedef struct
{
  guint32 first;
  guint32 count;
} ShoalSpan;

/** ShoalScheduler: hands out spans so that a fast worker gets more and a stalled one loses what it
 * holds. Pure: no clock, no lock, no I/O; the caller locks and tells the time in microseconds. */
typedef struct _ShoalScheduler ShoalScheduler;

/**
 * shoal_scheduler_new:
 * @n_pieces: pieces of the content, at least 1
 * @start: the piece to begin with (modulo @n_pieces). Downloaders that begin at different places
 * have something to give each other.
 *
 * Returns: (transfer full): a scheduler in which every piece is missing
 */
ShoalScheduler *shoal_scheduler_new (guint32 n_pieces, guint32 start);
void shoal_scheduler_free (ShoalScheduler *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalScheduler, shoal_scheduler_free)

/** shoal_scheduler_set_done: @piece is here already, from an earlier run */
void shoal_scheduler_set_done (ShoalScheduler *self, guint32 piece);
/** shoal_scheduler_is_complete: Returns: whether every piece is done */
gboolean shoal_scheduler_is_complete (ShoalScheduler *self);
/** shoal_scheduler_get_n_missing: Returns: pieces that nobody fetches yet */
guint32 shoal_scheduler_get_n_missing (ShoalScheduler *self);

/** shoal_scheduler_is_missing: Returns: whether nobody has or fetches @piece */
gboolean shoal_scheduler_is_missing (ShoalScheduler *self, guint32 piece);

/**
 * shoal_scheduler_take:
 * @worker: any number that names the worker; it must hold nothing now
 * @have: (nullable): bitmap of the pieces that its source has, bit 7 of byte 0 is piece 0; %NULL
 * for all
 * @rate: what the worker did lately in bytes a second, 0 if not known
 * @n_workers: how many workers there are, itself included
 * @now_us: monotonic time
 * @span: (out): what to fetch
 *
 * Gives missing pieces: about half a second of the worker's work, but near the end never more than
 * its share. If nothing is missing it takes over the tail of the worker that would need longest, or
 * doubles a last piece whose worker has stalled.
 *
 * Returns: whether there is something for this worker now
 */
gboolean shoal_scheduler_take (ShoalScheduler *self,
                               guint worker,
                               GBytes *have,
                               double rate,
                               guint n_workers,
                               gint64 now_us,
                               ShoalSpan *span);
/** shoal_scheduler_owns: Returns: whether @worker should still fetch @piece: nobody took it over
 * and it is not done */
gboolean shoal_scheduler_owns (ShoalScheduler *self, guint worker, guint32 piece);
/** shoal_scheduler_done: @piece is verified and written; the pieces of a span are done in order */
void shoal_scheduler_done (ShoalScheduler *self, guint worker, guint32 piece, gint64 now_us);
/** shoal_scheduler_release: @worker ended; what it held and did not do is missing again */
void shoal_scheduler_release (ShoalScheduler *self, guint worker);

G_END_DECLS
