/* shoal-autostart.h: the file that makes the desktop start Shoal at sign-in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** shoal_autostart_get: Returns: whether our file is there and says so; the user may have taken it
 * away or switched it off with a tool of the desktop */
gboolean shoal_autostart_get (void);
/** shoal_autostart_set: writes our file, for the program that runs now, or removes it. A file of
 * this name that we have not written stays as it is: %SHOAL_ERROR_EXISTS when ours is wanted */
gboolean shoal_autostart_set (gboolean on, GError **error);

G_END_DECLS
