/* shoal-installation.h: where the program finds what belongs to it, installed or not yet
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** shoal_installation_dup_built: @path: relative to the build folder. Returns: (transfer full)
 * (nullable): the whole path, if this program runs from the folder in which it was built and the
 * file is there; %NULL for an installed program */
char *shoal_installation_dup_built (const char *path);
/** shoal_installation_init_translations: to be called first in main(): takes the user's locale and
 * binds the text domain, to the build folder's translations if the program runs from there */
void shoal_installation_init_translations (void);

G_END_DECLS
