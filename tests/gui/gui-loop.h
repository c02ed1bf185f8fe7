/* gui-loop.h: for tests: how long the main loop was busy between two waits
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** GuiLoop: @longest_us: the longest time from one wait of the main loop to the next, by the clock;
 * @longest_cpu_us: by the processor time of the thread, which other programs do not lengthen;
 * @longest_work_us: that without the drawing of the first window's frames, where one was open;
 * @longest_drawing_us: the drawing; @cpu_us: of all together */
typedef struct
{
  guint64 n_iterations;
  gint64 longest_us;
  gint64 longest_cpu_us;
  gint64 longest_work_us;
  gint64 longest_drawing_us;
  gint64 cpu_us;
} GuiLoop;

/** gui_loop_begin: watches the default main context from now on, in the thread that runs it */
void gui_loop_begin (void);
/** gui_loop_end: what was seen since */
GuiLoop gui_loop_end (void);

G_END_DECLS
