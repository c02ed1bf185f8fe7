/* shoal-scheduler.c: which worker fetches which pieces of one content
 *
 * A piece is missing, held or done. Held pieces belong to the remaining part [next, end) of a
 * holding; there is one holding per busy worker, so their list is short and is walked freely. Only
 * the piece states are per piece (one byte).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-scheduler"

#include "config.h"

#include "shoal-scheduler.h"

#include "shoal-limits.h"

/* A span is about this much of its worker's work: long enough that requests cost nothing, short
 * enough that the end is shared out evenly. */
#define SPAN_SECONDS 0.5
/* For a worker that has not shown what it can do. */
#define FIRST_SPAN 4
/* Nobody is interrupted for less. */
#define STEAL_SECONDS 1.0
/* A last piece without a sign of life for so long is fetched twice. */
#define DOUBLE_SECONDS 3.0
/* One that several fetch is fetched once more when none of them has done it in so long. */
#define TRIPLE_SECONDS (SHOAL_STALL_MS / 1000.0)

enum
{
  MISSING,
  HELD,
  DONE,
};

typedef struct
{
  guint worker;
  guint32 next; /* the piece it works on */
  guint32 end;
  guint32 n_done;
  gint64 started_us;
  gint64 progress_us; /* when it last did a piece, or started */
} Holding;

struct _ShoalScheduler
{
  guint8 *state;
  guint32 n_pieces;
  guint32 n_missing;
  guint32 n_done;
  guint32 cursor; /* where the search for missing pieces goes on */
  GArray *holdings;
};

ShoalScheduler *
shoal_scheduler_new (guint32 n_pieces, guint32 start)
{
  g_return_val_if_fail (n_pieces > 0, NULL);

  ShoalScheduler *self = g_new0 (ShoalScheduler, 1);

  self->state = g_malloc0 (n_pieces);
  self->n_pieces = n_pieces;
  self->n_missing = n_pieces;
  self->cursor = start % n_pieces;
  self->holdings = g_array_new (FALSE, FALSE, sizeof (Holding));
  return self;
}

void
shoal_scheduler_free (ShoalScheduler *self)
{
  g_array_unref (self->holdings);
  g_free (self->state);
  g_free (self);
}

static gboolean
has_piece (GBytes *have, guint32 piece)
{
  if (have == NULL)
    return TRUE;

  gsize size;
  const guint8 *bits = g_bytes_get_data (have, &size);

  return piece / 8 < size && (bits[piece / 8] & (0x80 >> (piece % 8))) != 0;
}

static Holding *
find_holding (ShoalScheduler *self, guint worker)
{
  for (guint i = 0; i < self->holdings->len; i++)
    {
      Holding *holding = &g_array_index (self->holdings, Holding, i);

      if (holding->worker == worker)
        return holding;
    }
  return NULL;
}

static void
remove_holding (ShoalScheduler *self, Holding *holding)
{
  g_array_remove_index_fast (self->holdings,
                             (guint) (holding - (Holding *) (void *) self->holdings->data));
}

static gboolean
is_held (ShoalScheduler *self, guint32 piece)
{
  for (guint i = 0; i < self->holdings->len; i++)
    {
      const Holding *holding = &g_array_index (self->holdings, Holding, i);

      if (piece >= holding->next && piece < holding->end)
        return TRUE;
    }
  return FALSE;
}

void
shoal_scheduler_set_done (ShoalScheduler *self, guint32 piece)
{
  g_return_if_fail (piece < self->n_pieces);

  if (self->state[piece] == DONE)
    return;
  if (self->state[piece] == MISSING)
    self->n_missing--;
  self->state[piece] = DONE;
  self->n_done++;
}

gboolean
shoal_scheduler_is_complete (ShoalScheduler *self)
{
  return self->n_done == self->n_pieces;
}

guint32
shoal_scheduler_get_n_missing (ShoalScheduler *self)
{
  return self->n_missing;
}

gboolean
shoal_scheduler_is_missing (ShoalScheduler *self, guint32 piece)
{
  return piece < self->n_pieces && self->state[piece] == MISSING;
}

static void
hold (ShoalScheduler *self, guint worker, guint32 first, guint32 end, gint64 now_us)
{
  Holding holding = { worker, first, end, 0, now_us, now_us };

  g_array_append_val (self->holdings, holding);
}

static gboolean
take_missing (
    ShoalScheduler *self, guint worker, GBytes *have, guint32 want, gint64 now_us, ShoalSpan *span)
{
  guint32 first = self->n_pieces;
  gboolean all_before_done = TRUE;

  if (self->n_missing == 0)
    return FALSE;
  for (guint32 i = 0; i < self->n_pieces; i++)
    {
      guint32 piece = (guint32) (((guint64) self->cursor + i) % self->n_pieces);

      if (self->state[piece] != MISSING)
        continue;
      if (has_piece (have, piece))
        {
          first = piece;
          break;
        }
      all_before_done = FALSE;
    }
  if (first == self->n_pieces)
    return FALSE;

  guint32 end = first;

  while (end < self->n_pieces && end - first < want && self->state[end] == MISSING
         && has_piece (have, end))
    self->state[end++] = HELD;
  self->n_missing -= end - first;
  if (all_before_done)
    self->cursor = end % self->n_pieces;
  hold (self, worker, first, end, now_us);
  *span = (ShoalSpan){ first, end - first };
  return TRUE;
}

/* Seconds until the holder would be through, judged by what it did in this span and how long it has
 * been quiet. */
static double
seconds_left (const Holding *holding, gint64 now_us)
{
  double quiet = (double) (now_us - holding->progress_us) / G_USEC_PER_SEC;
  double remaining = holding->end - holding->next;

  if (holding->n_done == 0)
    return quiet * remaining;

  double per_piece
      = (double) (holding->progress_us - holding->started_us) / G_USEC_PER_SEC / holding->n_done;

  return MAX (per_piece, quiet) * remaining;
}

static gboolean
take_over (ShoalScheduler *self, guint worker, GBytes *have, gint64 now_us, ShoalSpan *span)
{
  Holding *victim = NULL;
  double longest = STEAL_SECONDS;

  for (guint i = 0; i < self->holdings->len; i++)
    {
      Holding *holding = &g_array_index (self->holdings, Holding, i);
      double left = seconds_left (holding, now_us);

      if (left > longest && has_piece (have, holding->end - 1))
        {
          longest = left;
          victim = holding;
        }
    }
  if (victim == NULL)
    return FALSE;

  guint32 remaining = victim->end - victim->next;

  if (remaining >= 2)
    {
      guint32 end = victim->end;
      guint32 middle = victim->next + (remaining + 1) / 2;

      while (middle < end && !has_piece (have, middle))
        middle++;
      /* The pieces from middle on change hands; gaps in what the thief has stay with the victim. */
      guint32 last = middle;
      while (last < end && has_piece (have, last))
        last++;
      if (last != end)
        return FALSE;
      victim->end = middle;
      hold (self, worker, middle, end, now_us);
      *span = (ShoalSpan){ middle, end - middle };
      return TRUE;
    }
  if (now_us - victim->progress_us < DOUBLE_SECONDS * G_USEC_PER_SEC)
    return FALSE;

  guint32 piece = victim->next;
  guint n_holders = 0;
  gint64 latest_us = victim->progress_us;

  for (guint i = 0; i < self->holdings->len; i++)
    {
      const Holding *holding = &g_array_index (self->holdings, Holding, i);

      if (piece < holding->next || piece >= holding->end)
        continue;
      n_holders++;
      latest_us = MAX (latest_us, holding->progress_us);
    }
  if (n_holders > 1 && now_us - latest_us < TRIPLE_SECONDS * G_USEC_PER_SEC)
    return FALSE;
  hold (self, worker, piece, piece + 1, now_us);
  *span = (ShoalSpan){ piece, 1 };
  return TRUE;
}

gboolean
shoal_scheduler_take (ShoalScheduler *self,
                      guint worker,
                      GBytes *have,
                      double rate,
                      guint n_workers,
                      gint64 now_us,
                      ShoalSpan *span)
{
  g_return_val_if_fail (find_holding (self, worker) == NULL, FALSE);

  guint32 want = FIRST_SPAN;
  guint32 share = self->n_missing / (2 * MAX (n_workers, 1)) + 1;

  if (rate > 0)
    want = (guint32) CLAMP (rate * SPAN_SECONDS / SHOAL_PIECE_SIZE, 1.0,
                            (double) SHOAL_MAX_SPAN_PIECES);
  if (n_workers > 1)
    want = MIN (want, share);
  return take_missing (self, worker, have, want, now_us, span)
         || take_over (self, worker, have, now_us, span);
}

gboolean
shoal_scheduler_owns (ShoalScheduler *self, guint worker, guint32 piece)
{
  const Holding *holding = find_holding (self, worker);

  return holding != NULL && piece >= holding->next && piece < holding->end
         && self->state[piece] != DONE;
}

void
shoal_scheduler_done (ShoalScheduler *self, guint worker, guint32 piece, gint64 now_us)
{
  Holding *holding = find_holding (self, worker);

  shoal_scheduler_set_done (self, piece);
  if (holding == NULL || piece < holding->next || piece >= holding->end)
    return;
  holding->next = piece + 1;
  holding->n_done++;
  holding->progress_us = now_us;
  if (holding->next == holding->end)
    remove_holding (self, holding);
}

void
shoal_scheduler_release (ShoalScheduler *self, guint worker)
{
  Holding *found = find_holding (self, worker);

  if (found == NULL)
    return;

  Holding holding = *found;

  remove_holding (self, found);
  for (guint32 piece = holding.next; piece < holding.end; piece++)
    if (self->state[piece] == HELD && !is_held (self, piece))
      {
        self->state[piece] = MISSING;
        self->n_missing++;
      }
  if (self->n_missing > 0 && self->state[self->cursor] != MISSING && holding.next < self->n_pieces)
    self->cursor = holding.next;
}
