/* shoal-look-alike.h: names that people take for one another
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** shoal_names_look_alike: whether two account names look the same, in small letters or in capital
 * ones, though they may be written in different scripts. @a, @b: valid UTF-8 */
gboolean shoal_names_look_alike (const char *a, const char *b);

G_END_DECLS
