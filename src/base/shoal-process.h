/* shoal-process.h: what a program asks of the system for itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** shoal_process_leave_no_dumps: to be called in main(), before anything secret is read: a crash
 * leaves no image of the memory, which holds the device's key and the token */
void shoal_process_leave_no_dumps (void);

G_END_DECLS
