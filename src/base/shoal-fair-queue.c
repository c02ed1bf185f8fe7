/* shoal-fair-queue.c: a queue in which those who wait for much do not keep out those who wait for
 * little
 *
 * Each of two lanes is a ring of those who have something in it: the first in the ring gives one
 * thing and goes to its end. The lanes have every second turn as long as both hold something, so
 * that neither can stop the other.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-fair-queue"

#include "config.h"

#include "shoal-fair-queue.h"

typedef struct
{
  char *whose;
  GQueue items;
  GList link; /* in the ring */
} Waiter;

typedef struct
{
  GHashTable *waiters; /* name (owned by the waiter) → Waiter; none is empty */
  GQueue ring;         /* of Waiter, the next one first */
} Lane;

struct _ShoalFairQueue
{
  Lane lanes[2]; /* of those who come in, and of the others */
  guint turn;    /* the lane that is asked first */
  guint length;
};

static void
waiter_free (gpointer data)
{
  Waiter *waiter = data;

  g_queue_clear (&waiter->items);
  g_free (waiter->whose);
  g_free (waiter);
}

ShoalFairQueue *
shoal_fair_queue_new (void)
{
  ShoalFairQueue *self = g_new0 (ShoalFairQueue, 1);

  for (gsize i = 0; i < G_N_ELEMENTS (self->lanes); i++)
    self->lanes[i].waiters = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, waiter_free);
  return self;
}

void
shoal_fair_queue_free (ShoalFairQueue *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (self->lanes); i++)
    g_hash_table_unref (self->lanes[i].waiters);
  g_free (self);
}

static Waiter *
ensure_waiter (Lane *lane, const char *whose)
{
  Waiter *waiter = g_hash_table_lookup (lane->waiters, whose);

  if (waiter != NULL)
    return waiter;
  waiter = g_new0 (Waiter, 1);
  waiter->whose = g_strdup (whose);
  waiter->link.data = waiter;
  g_hash_table_insert (lane->waiters, waiter->whose, waiter);
  g_queue_push_tail_link (&lane->ring, &waiter->link);
  return waiter;
}

void
shoal_fair_queue_push (ShoalFairQueue *self, const ShoalTurn *turn, gpointer item)
{
  Lane *lane = &self->lanes[turn != NULL && turn->first ? 0 : 1];
  const char *whose = turn != NULL && turn->whose != NULL ? turn->whose : "";

  g_return_if_fail (item != NULL);

  g_queue_push_tail (&ensure_waiter (lane, whose)->items, item);
  self->length++;
}

/* After something was taken from @waiter, which is not in the ring. */
static void
put_back (Lane *lane, Waiter *waiter)
{
  if (waiter->items.length > 0)
    g_queue_push_tail_link (&lane->ring, &waiter->link);
  else
    g_hash_table_remove (lane->waiters, waiter->whose);
}

gpointer
shoal_fair_queue_pop (ShoalFairQueue *self)
{
  Lane *lane = &self->lanes[self->turn];

  self->turn = 1 - self->turn;
  if (lane->ring.length == 0)
    lane = &self->lanes[self->turn];
  if (lane->ring.length == 0)
    return NULL;

  Waiter *waiter = g_queue_pop_head_link (&lane->ring)->data;
  gpointer item = g_queue_pop_head (&waiter->items);

  self->length--;
  put_back (lane, waiter);
  return item;
}

gpointer
shoal_fair_queue_pop_of_most (ShoalFairQueue *self)
{
  Lane *of = NULL;
  Waiter *most = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (self->lanes); i++)
    for (GList *link = self->lanes[i].ring.head; link != NULL; link = link->next)
      {
        Waiter *waiter = link->data;

        if (most != NULL && waiter->items.length <= most->items.length)
          continue;
        most = waiter;
        of = &self->lanes[i];
      }
  if (most == NULL)
    return NULL;

  gpointer item = g_queue_pop_tail (&most->items);

  self->length--;
  if (most->items.length == 0)
    {
      g_queue_unlink (&of->ring, &most->link);
      g_hash_table_remove (of->waiters, most->whose);
    }
  return item;
}

guint
shoal_fair_queue_get_length (const ShoalFairQueue *self)
{
  return self->length;
}
