/* shoal-clock.h: the time of day
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** shoal_now_ms: Unix milliseconds, as they stand in databases and on the wire; jumps when somebody
 * sets the clock, so never to measure how long something takes */
gint64 shoal_now_ms (void);

G_END_DECLS
