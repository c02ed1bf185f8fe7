/* shoal-ignore.h: what is in a shared folder and not meant for others
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * ShoalIgnored:
 * @SHOAL_IGNORED_NOT: is shared
 * @SHOAL_IGNORED_JUNK: what systems and programs leave behind: caches, locks, old versions
 * @SHOAL_IGNORED_SECRET: holds keys or passwords; the user is asked
 * @SHOAL_IGNORED_OWN: the user said so
 */
typedef enum
{
  SHOAL_IGNORED_NOT,
  SHOAL_IGNORED_JUNK,
  SHOAL_IGNORED_SECRET,
  SHOAL_IGNORED_OWN,
} ShoalIgnored;

/**
 * shoal_ignore_look:
 * @own: (nullable) (array zero-terminated=1): the share's own patterns, as in a .gitignore: without
 * "/" for a name anywhere, with "/" for a path from the share on, at the end for folders only; "!"
 * in front shares what matches in spite of all before it. The last that matches counts.
 * @dirfd: the folder that it is in
 * @path: relative to the share, its last component is in @dirfd
 * @folder: whether it is one
 *
 * Blocking: looks into files that may hold a private key. Any thread.
 *
 * Returns: whether it is left out, with all that is in it
 */
ShoalIgnored
shoal_ignore_look (const char *const *own, int dirfd, const char *path, gboolean folder);
/** shoal_ignore_check: %SHOAL_ERROR_INVALID for patterns that cannot be kept: not UTF-8, empty,
 * with control characters, longer than 1,024 bytes, or more than 500 */
gboolean shoal_ignore_check (const char *const *patterns, GError **error);
/** shoal_ignore_dup_added: @own: (nullable). Returns: (transfer full) (array zero-terminated=1):
 * @own and behind it what of @added is not in it already */
char **shoal_ignore_dup_added (const char *const *own, const char *const *added);
/** shoal_ignore_dup_secrets: the user's answer, as patterns. Returns: (transfer full) (array
 * zero-terminated=1): those that share everything that holds keys or passwords, or those that leave
 * it out without a question */
char **shoal_ignore_dup_secrets (gboolean shared);

G_END_DECLS
