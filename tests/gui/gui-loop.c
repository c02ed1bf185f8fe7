/* gui-loop.c: for tests: how long the main loop was busy between two waits
 *
 * Whatever the loop does, frames included, it does between two calls of its poll function: that is
 * wrapped here.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "gui-loop.h"

#include <time.h>

static GuiLoop loop;
static GPollFunc real_poll;
static gint64 woke_us;
static gint64 woke_cpu_us;

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
  return n_ready;
}

void
gui_loop_begin (void)
{
  g_assert_null (real_poll);
  loop = (GuiLoop){ 0 };
  /* What is begun right now counts, too. */
  woke_us = g_get_monotonic_time ();
  woke_cpu_us = get_cpu_us ();
  real_poll = g_main_context_get_poll_func (NULL);
  g_main_context_set_poll_func (NULL, watch_poll);
}

GuiLoop
gui_loop_end (void)
{
  g_assert_nonnull (real_poll);
  g_main_context_set_poll_func (NULL, real_poll);
  real_poll = NULL;
  return loop;
}
