/* shoal-safe-name.h: names from the network are data; the one way to turn them into a path
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * shoal_safe_name:
 * @name: a file name as somebody sent it; any bytes but NUL
 *
 * Makes one path component of it and keeps it otherwise: "/", control characters and bidirectional
 * embeddings, overrides and isolates become "_", as do "." and ".." and each byte of them; invalid
 * UTF-8 becomes U+FFFD. At most %SHOAL_MAX_NAME_BYTES bytes, cut on a character boundary with the
 * extension kept; never empty. What only some disks refuse is shoal_disk_name()'s.
 *
 * Returns: (transfer full): the safe name
 */
char *shoal_safe_name (const char *name);

/** shoal_safe_top_name: the same for what is put into a folder of the user's: a name that begins
 * with a dot, which would not be seen there or be read by a program, gets a "_" before it */
char *shoal_safe_top_name (const char *name);

/** shoal_name_cut: Returns: (transfer full): @name, or a start of it with its extension, of at most
 * @max bytes */
char *shoal_name_cut (const char *name, gsize max);

/**
 * shoal_safe_path:
 * @path: a path with "/" as separator, as a manifest names it
 * @error: where to put an error
 *
 * Checks and converts a relative path of a manifest: refuses absolute paths, empty, "." and ".."
 * components, more than %SHOAL_MAX_PATH_DEPTH levels or %SHOAL_MAX_PATH_BYTES bytes; each component
 * goes through shoal_safe_name().
 *
 * Returns: (transfer full): the relative path, or %NULL with %SHOAL_ERROR_INVALID
 */
char *shoal_safe_path (const char *path, GError **error);

/**
 * shoal_safe_link_target:
 * @path: the relative path of the link itself (already safe)
 * @target: where it points
 * @error: where to put an error
 *
 * A link may only point to a place inside the folder: relative, ".." only as leading components and
 * never above the root.
 *
 * Returns: %TRUE if the link may be made
 */
gboolean shoal_safe_link_target (const char *path, const char *target, GError **error);

/**
 * shoal_safe_text:
 * @text: anything but NUL
 * @max_bytes: where to cut it, at least 16
 *
 * For showing a stranger's text in a message or on a terminal: valid UTF-8 in one line, without
 * control and format characters (replaced by "_"), cut on a character boundary with "…" in place of
 * the rest.
 *
 * Returns: (transfer full): the text to show
 */
char *shoal_safe_text (const char *text, gsize max_bytes);

/**
 * shoal_check_account_name:
 * @name: a name to sign up with
 * @error: where to put an error
 *
 * Returns: whether it is 1 to 32 letters and digits of one script, ".", "_" and "-", in NFC, and
 *   neither starts nor ends with punctuation; else %SHOAL_ERROR_INVALID with the field "user"
 */
gboolean shoal_check_account_name (const char *name, GError **error);

/**
 * shoal_name_fold:
 * @name: valid UTF-8
 *
 * Returns: (transfer full): NFKC (casefold (NFKC (name))), for comparing and searching; at most
 * four times as long but for the first %SHOAL_MAX_LONG_FOLDS characters that become more
 */
char *shoal_name_fold (const char *name);

/**
 * shoal_name_numbered:
 * @name: a safe name
 * @number: 2 or more
 *
 * Returns: (transfer full): "name (2).ext": the next name to try when @name is taken, within
 *   %SHOAL_MAX_NAME_BYTES
 */
char *shoal_name_numbered (const char *name, guint number);

/** shoal_folder_name_numbered: the same for a folder, whose name has no extension ("v1.2 (2)") */
char *shoal_folder_name_numbered (const char *name, guint number);

G_END_DECLS
