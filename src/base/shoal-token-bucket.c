/* shoal-token-bucket.c: a rate limit that many threads share
 *
 * Every caller books its bytes at once and gets a position in the stream of all bytes ever booked;
 * it may go when the stream has been paid for up to there. That gives first come, first served, and
 * lets the same bucket serve threads that wait and an event loop that only asks for the delay. A
 * thread that gives up hands its booking back to those behind it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-token-bucket"

#include "config.h"

#include "shoal-token-bucket.h"

#include "shoal-limits.h"

struct _ShoalTokenBucket
{
  gatomicrefcount refs;
  GMutex mutex;
  GCond changed;
  /* Under the mutex: */
  guint64 rate;
  double tokens; /* negative: booked but not yet paid for */
  double booked; /* position after the last booking */
  gint64 refilled_us;
  GQueue waiters; /* of Waiter on their own stacks, in the order of their positions */
};

typedef struct
{
  double position;
} Waiter;

static double
burst_of (guint64 rate)
{
  return MAX ((double) rate / 4, (double) SHOAL_MIN_RATE_BURST);
}

static void
refill (ShoalTokenBucket *self)
{
  gint64 now = g_get_monotonic_time ();

  if (self->rate == 0)
    self->tokens = 0;
  else
    self->tokens
        = MIN (self->tokens + (double) (now - self->refilled_us) * (double) self->rate / 1e6,
               burst_of (self->rate));
  self->refilled_us = now;
}

ShoalTokenBucket *
shoal_token_bucket_new (guint64 rate)
{
  ShoalTokenBucket *self = g_new0 (ShoalTokenBucket, 1);

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->changed);
  g_queue_init (&self->waiters);
  self->rate = rate;
  self->tokens = rate == 0 ? 0 : burst_of (rate);
  self->refilled_us = g_get_monotonic_time ();
  return self;
}

ShoalTokenBucket *
shoal_token_bucket_ref (ShoalTokenBucket *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
shoal_token_bucket_unref (ShoalTokenBucket *self)
{
  g_return_if_fail (self != NULL);
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_assert (g_queue_is_empty (&self->waiters));
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->changed);
  g_free (self);
}

void
shoal_token_bucket_set_rate (ShoalTokenBucket *self, guint64 rate)
{
  g_return_if_fail (self != NULL);
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  refill (self);
  if (self->rate == 0 && rate != 0)
    self->tokens = burst_of (rate);
  else if (rate != 0)
    self->tokens = MIN (self->tokens, burst_of (rate));
  self->rate = rate;
  g_cond_broadcast (&self->changed);
}

guint64
shoal_token_bucket_get_rate (ShoalTokenBucket *self)
{
  g_return_val_if_fail (self != NULL, 0);
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->rate;
}

/* Books under the mutex. Returns: microseconds until the booking is paid for. */
static gint64
book (ShoalTokenBucket *self, gsize bytes)
{
  refill (self);
  if (self->rate == 0)
    return 0;
  self->tokens -= (double) bytes;
  self->booked += (double) bytes;
  if (self->tokens >= 0)
    return 0;
  return (gint64) MIN (-self->tokens * 1e6 / (double) self->rate, (double) G_MAXINT32 * 1e6) + 1;
}

static void
on_cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  ShoalTokenBucket *self = user_data;
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_cond_broadcast (&self->changed);
}

/* Gives the bytes of a waiter that left to those behind it. */
static void
hand_back (ShoalTokenBucket *self, GList *link, gsize bytes)
{
  for (GList *l = link->next; l != NULL; l = l->next)
    ((Waiter *) l->data)->position -= (double) bytes;
  self->booked -= (double) bytes;
  self->tokens += (double) bytes;
  g_cond_broadcast (&self->changed);
}

gboolean
shoal_token_bucket_take (ShoalTokenBucket *self,
                         gsize bytes,
                         GCancellable *cancellable,
                         GError **error)
{
  g_return_val_if_fail (self != NULL, FALSE);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  g_mutex_lock (&self->mutex);
  if (book (self, bytes) == 0)
    {
      g_mutex_unlock (&self->mutex);
      return TRUE;
    }

  Waiter waiter = { .position = self->booked };
  GList link = { .data = &waiter };
  g_queue_push_tail_link (&self->waiters, &link);
  /* The handler takes the mutex, so it is connected and disconnected without it. */
  g_mutex_unlock (&self->mutex);
  gulong handler = 0;
  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled_cb), self, NULL);
  g_mutex_lock (&self->mutex);

  gboolean cancelled = FALSE;
  while (TRUE)
    {
      refill (self);
      /* What is paid for ends at booked + tokens; half a byte forgives rounding. */
      double missing = waiter.position - (self->booked + self->tokens) - 0.5;
      if (self->rate == 0 || missing <= 0)
        break;
      cancelled = g_cancellable_is_cancelled (cancellable);
      if (cancelled)
        {
          hand_back (self, &link, bytes);
          break;
        }
      double wait_us = MIN (missing * 1e6 / (double) self->rate, (double) G_MAXINT32 * 1e6);
      g_cond_wait_until (&self->changed, &self->mutex, self->refilled_us + (gint64) wait_us + 1);
    }
  g_queue_unlink (&self->waiters, &link);
  g_mutex_unlock (&self->mutex);

  if (handler != 0)
    g_cancellable_disconnect (cancellable, handler);
  if (cancelled)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                         "Stopped while waiting for the rate limit");
  return !cancelled;
}

gint64
shoal_token_bucket_delay (ShoalTokenBucket *self, gsize bytes)
{
  g_return_val_if_fail (self != NULL, 0);
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return book (self, bytes);
}
