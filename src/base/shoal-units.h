/* shoal-units.h: sizes, rates and durations, from and for people
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** shoal_parse_size: "1048576", "1M", "1.5 GiB", "10MB" (decimal for kB, MB, GB, TB; binary for K,
 * M, G, T and KiB, MiB, GiB, TiB). Returns: whether @text is a size; else %SHOAL_ERROR_INVALID that
 * shows an example */
gboolean shoal_parse_size (const char *text, guint64 *bytes, GError **error);
/** shoal_parse_rate: a size with an optional "/s"; "0", "off" and "unlimited" are 0 */
gboolean shoal_parse_rate (const char *text, guint64 *bytes_per_second, GError **error);
/** shoal_format_size: Returns: (transfer full): "1.2 GB" as g_format_size() */
char *shoal_format_size (guint64 bytes);
/** shoal_format_rate: Returns: (transfer full): "12.3 MB/s" */
char *shoal_format_rate (double bytes_per_second);
/** shoal_format_duration: Returns: (transfer full): "0.8 s", "42 s", "3 min 20 s", "2 h 5 min" */
char *shoal_format_duration (gint64 milliseconds);

G_END_DECLS
