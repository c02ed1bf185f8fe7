/* shoal-display.h: values as the pages write them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** shoal_display_when: @ms: since 1970. Returns: (transfer full): "14:05" for today, "Yesterday",
 * "3 May" for this year, "3 May 2024" before; "" for 0 */
char *shoal_display_when (gint64 ms);
/** shoal_display_type: @type: as a catalogue names it ("audio"). Returns: the word for people */
const char *shoal_display_type (const char *type);
/** shoal_display_type_icon: Returns: the name of a symbolic icon */
const char *shoal_display_type_icon (const char *type);
/** shoal_display_name_icon: of a file on this device. Returns: the name of a symbolic icon */
const char *shoal_display_name_icon (const char *name);
/** shoal_display_folder: @path: absolute. Returns: (transfer full): "~/Documents" if it is in the
 * user's own folder */
char *shoal_display_folder (const char *path);

G_END_DECLS
