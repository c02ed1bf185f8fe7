/* shoal-transfer-lanes.c: how many downloads may move at once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfer"

#include "config.h"

#include "shoal-transfer-lanes.h"

struct _ShoalLanes
{
  gatomicrefcount ref_count;
  GMutex lock;
  guint n;
  guint n_taken;
};

ShoalLanes *
shoal_lanes_new (guint n)
{
  ShoalLanes *self = g_new0 (ShoalLanes, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->n = MAX (n, 1);
  return self;
}

ShoalLanes *
shoal_lanes_ref (ShoalLanes *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
shoal_lanes_unref (ShoalLanes *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
shoal_lanes_set_n (ShoalLanes *self, guint n)
{
  g_mutex_lock (&self->lock);
  self->n = MAX (n, 1);
  g_mutex_unlock (&self->lock);
}

gboolean
shoal_lanes_take (ShoalLanes *self)
{
  g_mutex_lock (&self->lock);
  gboolean got = self->n_taken < self->n;
  if (got)
    self->n_taken++;
  g_mutex_unlock (&self->lock);
  return got;
}

void
shoal_lanes_give (ShoalLanes *self)
{
  g_mutex_lock (&self->lock);
  g_assert (self->n_taken > 0);
  self->n_taken--;
  g_mutex_unlock (&self->lock);
}
