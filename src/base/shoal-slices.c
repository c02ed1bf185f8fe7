/* shoal-slices.c: much work on the main loop, a little at a time
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-slices"

#include "config.h"

#include "shoal-slices.h"

/* A frame takes 16 ms: the rest is for drawing what has changed. */
#define SLICE_US 2000
#define FREED_AT_ONCE 64

/* What is left of this thread's turn: a frame has one, however many want to do something in it. */
static _Thread_local gint64 turn_us;
static _Thread_local gint64 left_us;

typedef struct
{
  ShoalSliceFunc func;
  gpointer data;
  GDestroyNotify destroy;
} Slices;

static void
slices_free (gpointer data)
{
  Slices *self = data;

  if (self->destroy != NULL)
    self->destroy (self->data);
  g_free (self);
}

static gboolean
on_slice_cb (gpointer user_data)
{
  Slices *self = user_data;
  GSource *source = g_main_current_source ();
  gboolean more = TRUE;

  if (g_source_get_time (source) != turn_us)
    {
      turn_us = g_source_get_time (source);
      left_us = SLICE_US;
    }

  gint64 end = g_get_monotonic_time () + left_us;
  while (more && !g_source_is_destroyed (source) && g_get_monotonic_time () < end)
    more = self->func (self->data);
  left_us = end - g_get_monotonic_time ();
  return more ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

guint
shoal_slices_add (int priority, ShoalSliceFunc func, gpointer data, GDestroyNotify destroy)
{
  g_return_val_if_fail (func != NULL, 0);

  g_autoptr (GSource) source = g_idle_source_new ();
  Slices *self = g_new0 (Slices, 1);

  self->func = func;
  self->data = data;
  self->destroy = destroy;
  g_source_set_priority (source, priority);
  g_source_set_static_name (source, "shoal_slices");
  g_source_set_callback (source, on_slice_cb, self, slices_free);
  return g_source_attach (source, g_main_context_get_thread_default ());
}

guint
shoal_slices_run (int priority, ShoalSliceFunc func, gpointer data, GDestroyNotify destroy)
{
  g_return_val_if_fail (func != NULL, 0);

  gint64 end = g_get_monotonic_time () + SLICE_US;

  while (func (data))
    if (g_get_monotonic_time () >= end)
      return shoal_slices_add (priority, func, data, destroy);
  if (destroy != NULL)
    destroy (data);
  return 0;
}

static gboolean
free_some (gpointer data)
{
  GPtrArray *array = data;

  g_ptr_array_set_size (array, (int) (array->len - MIN (array->len, FREED_AT_ONCE)));
  return array->len > 0;
}

void
shoal_slices_free (GPtrArray *array)
{
  g_return_if_fail (array != NULL);

  shoal_slices_run (G_PRIORITY_LOW, free_some, array, (GDestroyNotify) g_ptr_array_unref);
}
