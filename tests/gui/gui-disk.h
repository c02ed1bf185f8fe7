/* gui-disk.h: for tests: a disk that is slow to answer, and who waits for it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** gui_disk_begin: from now on each question about @folder or what is in it takes @delay_us longer,
 * and those of this thread are counted */
void gui_disk_begin (const char *folder, guint delay_us);
/** gui_disk_end: Returns: how many questions this thread has asked since */
guint gui_disk_end (void);

G_END_DECLS
