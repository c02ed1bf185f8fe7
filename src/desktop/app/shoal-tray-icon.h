/* shoal-tray-icon.h: an icon as pixels, for a tray that does not find it by its name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** shoal_tray_icon_draw: @name: of a symbolic icon. Returns: (transfer floating): a(iiay), in some
 * usual sizes, ARGB with the alpha first; empty if there is no such icon or no display */
GVariant *shoal_tray_icon_draw (const char *name);

G_END_DECLS
