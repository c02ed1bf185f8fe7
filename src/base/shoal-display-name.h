/* shoal-display-name.h: names that others have chosen, as they may be shown
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** shoal_display_name: @name: (nullable): of a file, a folder, a person or a group, UTF-8 or not.
 * What would hide in it or turn what is around it is seen: “evil‹RLO›gnp.exe”; and a name that is
 * written from right to left is isolated, so that it leaves the sentence that it stands in alone
 * (Unicode Standard Annex 9, 2.4). Returns: (transfer full): for a label, never to be used as a
 * name; "" for %NULL */
char *shoal_display_name (const char *name);

G_END_DECLS
