/* shoal-manifest-private.h: the text of a manifest's line, for the parser and the builder
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-manifest.h"

G_BEGIN_DECLS

#define SHOAL_MANIFEST_HEADER "shoal-manifest 1\n"

/** shoal_manifest_is_escaped: Returns: whether @byte is written as "%" and two lower-case digits:
 * space,
 * "%" and the ASCII controls, and nothing else */
gboolean shoal_manifest_is_escaped (guint8 byte);
/** shoal_manifest_parent_length: Returns: the length of the path of @path's folder, 0 at the top */
gsize shoal_manifest_parent_length (const char *path);
/** shoal_manifest_find_entry: Returns: (transfer none) (nullable): the entry whose path are the
 * first @length bytes of @path */
const ShoalManifestEntry *
shoal_manifest_find_entry (ShoalManifest *self, const char *path, gsize length);
/** shoal_manifest_path_hash: a #GHashFunc for names that others choose */
guint shoal_manifest_path_hash (gconstpointer path);

G_END_DECLS
