/* shoal-peer-turns.c: whose bytes go next when the upload rate is limited
 *
 * A party is whoever shares the rate with others as one, however many connections it has. Each
 * waiting answer belongs to one; the next slice is of the party that has had least. One slice at a
 * time is booked with the limit, so that nobody's later slices stand before somebody's first.
 *
 * What a party has had is counted in a time of its own that starts, for one that comes or comes
 * back, where the others are: nobody saves up for later (start-time fair queueing).
 *
 * Only in the server's thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-peer-server"

#include "config.h"

#include "shoal-peer-server-private.h"

struct _PeerTurns
{
  PeerCore *core;   /* borrowed: it owns us */
  GQueue waiting;   /* of PeerTurn, in the order they came */
  GHashTable *had;  /* party → double *: bytes */
  double now;       /* what the one had that was served last */
  PeerTurn *booked; /* (nullable): whose slice the timer waits for */
  GSource *timer;
};

struct _PeerTurn
{
  PeerTurns *turns; /* NULL: not waiting */
  char *party;
  PeerTurnFunc func;
  gpointer data;
  gsize bytes;
};

PeerTurn *
peer_turn_new (const char *party, PeerTurnFunc func, gpointer data)
{
  PeerTurn *self = g_new0 (PeerTurn, 1);

  self->party = g_strdup (party);
  self->func = func;
  self->data = data;
  return self;
}

static double *
had_of (PeerTurns *self, const char *party)
{
  double *had = g_hash_table_lookup (self->had, party);

  if (had == NULL)
    {
      had = g_new0 (double, 1);
      g_hash_table_insert (self->had, g_strdup (party), had);
    }
  return had;
}

/* The first to wait of the party that has had least. */
static PeerTurn *
take_next (PeerTurns *self)
{
  GList *best = NULL;
  double least = 0;

  for (GList *l = self->waiting.head; l != NULL; l = l->next)
    {
      double had = *had_of (self, ((PeerTurn *) l->data)->party);

      if (best != NULL && had >= least)
        continue;
      best = l;
      least = had;
    }
  if (best == NULL)
    return NULL;

  PeerTurn *turn = best->data;
  g_queue_delete_link (&self->waiting, best);
  self->now = least;
  *had_of (self, turn->party) += (double) turn->bytes;
  return turn;
}

static void serve (PeerTurns *self);

static gboolean
on_time_cb (gpointer user_data)
{
  PeerTurns *self = user_data;
  PeerTurn *turn = g_steal_pointer (&self->booked);

  g_clear_pointer (&self->timer, g_source_unref);
  if (turn != NULL)
    {
      turn->turns = NULL;
      turn->func (turn->data);
    }
  serve (self);
  return G_SOURCE_REMOVE;
}

/* Books slices until one has to wait. */
static void
serve (PeerTurns *self)
{
  g_autoptr (ShoalTokenBucket) bucket = peer_core_dup_bucket (self->core);
  PeerTurn *turn;

  while (self->timer == NULL && (turn = take_next (self)) != NULL)
    {
      gint64 wait_us = bucket != NULL ? shoal_token_bucket_delay (bucket, turn->bytes) : 0;

      if (wait_us <= 0)
        {
          turn->turns = NULL;
          turn->func (turn->data);
          continue;
        }
      self->booked = turn;
      self->timer = g_timeout_source_new ((guint) MIN ((wait_us + 999) / 1000, G_MAXINT));
      peer_core_attach (self->core, self->timer, on_time_cb, self);
    }
  /* Nobody waits: from here on all are equal again. */
  if (self->timer == NULL)
    {
      g_hash_table_remove_all (self->had);
      self->now = 0;
    }
}

static gboolean
is_waiting (PeerTurns *self, const char *party)
{
  if (self->booked != NULL && g_str_equal (self->booked->party, party))
    return TRUE;
  for (GList *l = self->waiting.head; l != NULL; l = l->next)
    if (g_str_equal (((PeerTurn *) l->data)->party, party))
      return TRUE;
  return FALSE;
}

void
peer_turn_ask (PeerTurns *turns, PeerTurn *self, gsize bytes)
{
  g_assert (self->turns == NULL);

  if (!is_waiting (turns, self->party))
    {
      double *had = had_of (turns, self->party);

      *had = MAX (*had, turns->now);
    }
  self->turns = turns;
  self->bytes = bytes;
  g_queue_push_tail (&turns->waiting, self);
  serve (turns);
}

gboolean
peer_turn_is_waiting (PeerTurn *self)
{
  return self->turns != NULL;
}

void
peer_turn_free (PeerTurn *self)
{
  if (self->turns != NULL && self->turns->booked == self)
    self->turns->booked = NULL;
  else if (self->turns != NULL)
    g_queue_remove (&self->turns->waiting, self);
  g_free (self->party);
  g_free (self);
}

PeerTurns *
peer_turns_new (PeerCore *core)
{
  PeerTurns *self = g_new0 (PeerTurns, 1);

  self->core = core;
  g_queue_init (&self->waiting);
  self->had = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
peer_turns_free (PeerTurns *self)
{
  g_assert (g_queue_is_empty (&self->waiting) && self->booked == NULL);
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  g_hash_table_unref (self->had);
  g_free (self);
}
