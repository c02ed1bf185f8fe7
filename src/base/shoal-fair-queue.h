/* shoal-fair-queue.h: a queue in which those who wait for much do not keep out those who wait for
 * little
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ShoalTurn: whose turn it is when something comes out of a queue
 * @whose: (nullable): an account, or an address where none is known; what belongs to nobody takes
 *   turns as one more
 * @first: stands in the lane of those who only want to come in, which has every second turn
 */
typedef struct
{
  const char *whose;
  gboolean first;
} ShoalTurn;

/** ShoalFairQueue: what belongs to one comes out in the order in which it went in; those who have
 * something in it take turns. Locks nothing. */
typedef struct _ShoalFairQueue ShoalFairQueue;

ShoalFairQueue *shoal_fair_queue_new (void);
/** shoal_fair_queue_free: what is left in it is forgotten, not freed */
void shoal_fair_queue_free (ShoalFairQueue *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalFairQueue, shoal_fair_queue_free)

/** shoal_fair_queue_push: @turn: (nullable): %NULL: of nobody; its name is copied */
void shoal_fair_queue_push (ShoalFairQueue *self, const ShoalTurn *turn, gpointer item);
/** shoal_fair_queue_pop: Returns: (nullable): the next one; %NULL: it is empty */
gpointer shoal_fair_queue_pop (ShoalFairQueue *self);
/** shoal_fair_queue_pop_of_most: Returns: (nullable): the newest of whoever waits for most, for
 * when there is no more room */
gpointer shoal_fair_queue_pop_of_most (ShoalFairQueue *self);
guint shoal_fair_queue_get_length (const ShoalFairQueue *self);

G_END_DECLS
