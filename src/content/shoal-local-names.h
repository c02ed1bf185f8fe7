/* shoal-local-names.h: what the entries of a manifest are called on a disk
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-disk-names.h"
#include "shoal-manifest.h"

G_BEGIN_DECLS

/** ShoalLocalNames: the same for the same manifest on the same disk, so that a later run finds what
 * an earlier one has made. Immutable, so any thread may read it. Borrows its manifest. */
typedef struct _ShoalLocalNames ShoalLocalNames;

/**
 * shoal_local_names_new:
 * @manifest: must live longer
 * @disk: what the disk holds
 *
 * An entry keeps its name if it can be kept; then those that cannot are called what
 * shoal_safe_name() and shoal_disk_name() make of them, with " (2)" behind it if that is taken.
 *
 * Returns: (transfer full): the names
 */
ShoalLocalNames *shoal_local_names_new (ShoalManifest *manifest, const ShoalDiskNames *disk);
/** shoal_local_names_new_at: as they are on the disk of the folder @dirfd */
ShoalLocalNames *shoal_local_names_new_at (ShoalManifest *manifest, int dirfd);
void shoal_local_names_free (ShoalLocalNames *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalLocalNames, shoal_local_names_free)

/** shoal_local_names_get_path: Returns: (transfer none): where the entry @index is, below the
 * folder
 */
const char *shoal_local_names_get_path (const ShoalLocalNames *self, guint index);
/** shoal_local_names_dup_target: Returns: (transfer full): where the link @index leads, by the
 * names that are here */
char *shoal_local_names_dup_target (const ShoalLocalNames *self, guint index);
/** shoal_local_names_get_n_changed: Returns: how many entries have another name here, not counting
 * those that only lie in such a folder; and, in @first, the path of the first one */
guint shoal_local_names_get_n_changed (const ShoalLocalNames *self, const char **first);

G_END_DECLS
