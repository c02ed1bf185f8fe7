/* shoal-transfer-folder-here.h: what of a folder is on the disk already, and right
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-local-names.h"
#include "shoal-manifest.h"

G_BEGIN_DECLS

/* shoal_folder_entry_is_file: Returns: whether it has bytes to fetch, were it not empty */
gboolean shoal_folder_entry_is_file (const ShoalManifestEntry *entry);
/* shoal_folder_file_is_right: Returns: whether the file at @path below @root_fd has the bytes of
 * @entry; hashes it if it has the size */
gboolean shoal_folder_file_is_right (int root_fd,
                                     const char *path,
                                     const ShoalManifestEntry *entry,
                                     GCancellable *cancellable);
/* shoal_folder_is_here: Returns: whether the folder is there with everything in it already, so that
 * there is nothing to do; all that is in it is hashed only if all sizes are right */
gboolean shoal_folder_is_here (int parent_fd,
                               const char *name,
                               ShoalManifest *manifest,
                               const ShoalLocalNames *names,
                               GCancellable *cancellable);

/* shoal_folder_find_missing: Returns: the first entry of @manifest whose name is not there at all;
 * or -1 */
gint64
shoal_folder_find_missing (int root_fd, ShoalManifest *manifest, const ShoalLocalNames *names);

G_END_DECLS
