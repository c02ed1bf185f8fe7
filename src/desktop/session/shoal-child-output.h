/* shoal-child-output.h: what a child process writes, line by line, fit to be logged and shown
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** ShoalChildLine: takes a line; %NULL: that was the last */
typedef void (*ShoalChildLine) (const char *line, gpointer user_data);

/** shoal_child_output_read: reads a pipe to its end, so that the child never waits for us, and
 * gives each line to @func. It is valid UTF-8 whatever the child wrote, and has no links in it:
 * these are secrets. After @cancellable it is called no more. @destroy: frees @user_data in any
 * case */
void shoal_child_output_read (GInputStream *pipe,
                              GCancellable *cancellable,
                              ShoalChildLine func,
                              gpointer user_data,
                              GDestroyNotify destroy);

/** shoal_child_output_dup_words: what a line of a log says, without program, level and time.
 * Returns: (transfer full) (nullable): %NULL: nothing that tells why a program ended: only what
 * happens every day */
char *shoal_child_output_dup_words (const char *line);

G_END_DECLS
