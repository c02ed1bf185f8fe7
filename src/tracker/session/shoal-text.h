/* shoal-text.h: what somebody wrote, fit for other people's screens and for the log
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** shoal_text_clean: @text with spaces for control, format (direction-changing, zero-width) and
 * separator characters, so that it is one line and has one canonical form in JSON, cut on a
 * character boundary to
 * @max_bytes. Returns: (transfer full): valid UTF-8 */
char *shoal_text_clean (const char *text, gsize max_bytes);

G_END_DECLS
