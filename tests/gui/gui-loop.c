/* gui-loop.c: for tests: how long the main loop was busy between two waits
 *
 * Whatever the loop does, frames included, it does between two calls of its poll function: that is
 * wrapped here. Filling the pixels of a frame is the part of it that a display card does where
 * there is one, and the processor here: it is told apart.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "gui-loop.h"

#include <gtk/gtk.h>
#include <time.h>

static GuiLoop loop;
static GPollFunc real_poll;
static gint64 woke_us;
static gint64 woke_cpu_us;
static gint64 drawing_since_us;
static gint64 drawn_us; /* since it woke */
static GdkFrameClock *clock_watched;

static gint64
get_cpu_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static void
note_busy (void)
{
  gint64 busy_us = g_get_monotonic_time () - woke_us;
  gint64 cpu_us = get_cpu_us () - woke_cpu_us;

  loop.n_iterations++;
  loop.longest_us = MAX (loop.longest_us, busy_us);
  loop.longest_cpu_us = MAX (loop.longest_cpu_us, cpu_us);
  loop.longest_work_us = MAX (loop.longest_work_us, cpu_us - drawn_us);
  loop.longest_drawing_us = MAX (loop.longest_drawing_us, drawn_us);
  loop.cpu_us += cpu_us;
}

static gint
watch_poll (GPollFD *fds, guint n_fds, gint timeout)
{
  gint n_ready;

  note_busy ();
  n_ready = real_poll (fds, n_fds, timeout);
  woke_us = g_get_monotonic_time ();
  woke_cpu_us = get_cpu_us ();
  drawn_us = 0;
  return n_ready;
}

/* The phases of a frame before it is drawn; a frame may lack any of them. */
static void
on_phase_cb (void)
{
  drawing_since_us = get_cpu_us ();
}

static void
on_drawn_cb (void)
{
  drawn_us += get_cpu_us () - drawing_since_us;
}

static void
watch_frames (void)
{
  g_autoptr (GtkWindow) window = NULL;

  if (gdk_display_get_default () != NULL)
    window = g_list_model_get_item (gtk_window_get_toplevels (), 0);
  clock_watched = window != NULL ? gtk_widget_get_frame_clock (GTK_WIDGET (window)) : NULL;
  if (clock_watched == NULL)
    return;
  g_object_ref (clock_watched);
  g_signal_connect_after (clock_watched, "before-paint", on_phase_cb, NULL);
  g_signal_connect_after (clock_watched, "update", on_phase_cb, NULL);
  g_signal_connect_after (clock_watched, "layout", on_phase_cb, NULL);
  g_signal_connect_after (clock_watched, "paint", on_drawn_cb, NULL);
}

void
gui_loop_begin (void)
{
  g_assert_null (real_poll);
  loop = (GuiLoop){ 0 };
  /* What is begun right now counts, too. */
  woke_us = g_get_monotonic_time ();
  woke_cpu_us = get_cpu_us ();
  drawn_us = 0;
  watch_frames ();
  real_poll = g_main_context_get_poll_func (NULL);
  g_main_context_set_poll_func (NULL, watch_poll);
}

GuiLoop
gui_loop_end (void)
{
  g_assert_nonnull (real_poll);
  g_main_context_set_poll_func (NULL, real_poll);
  real_poll = NULL;
  if (clock_watched != NULL)
    {
      g_signal_handlers_disconnect_by_func (clock_watched, on_phase_cb, NULL);
      g_signal_handlers_disconnect_by_func (clock_watched, on_drawn_cb, NULL);
    }
  g_clear_object (&clock_watched);
  return loop;
}
