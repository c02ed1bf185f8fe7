/* shoal-dir-private.h: which way of renaming comes first, so that tests reach the fallbacks
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-dir.h"

G_BEGIN_DECLS

typedef enum
{
  SHOAL_RENAME_NOREPLACE,   /* renameat2 () */
  SHOAL_RENAME_LINK,        /* linkat () + unlinkat () */
  SHOAL_RENAME_PLACEHOLDER, /* O_EXCL, then renameat () over it */
} ShoalRenameMethod;

/** shoal_dir_rename_new_from: shoal_dir_rename_new() that tries @method first and then those after
 * it */
gboolean shoal_dir_rename_new_from (ShoalRenameMethod method,
                                    int from_fd,
                                    const char *from,
                                    int to_fd,
                                    const char *to,
                                    GError **error);

G_END_DECLS
