/* gui-keys.h: for tests: keys as the X server reports them, pressed by nobody
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/** gui_keys_focus: gives @window the keyboard, as a window manager would; waits until it has it */
void gui_keys_focus (GtkWindow *window);
/** gui_key: presses and releases the keys of @accelerator, such as “<Control>f”, in the window with
 * the keyboard */
void gui_key (const char *accelerator);

G_END_DECLS
