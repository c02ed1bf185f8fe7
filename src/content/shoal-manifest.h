/* shoal-manifest.h: what a folder holds, as a content of its own (shoal-manifest 1)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-digest.h"

G_BEGIN_DECLS

typedef enum
{
  SHOAL_ENTRY_FOLDER,
  SHOAL_ENTRY_FILE,
  SHOAL_ENTRY_EXECUTABLE,
  SHOAL_ENTRY_LINK,
} ShoalEntryKind;

/** ShoalManifestEntry: one line; the strings are owned by the manifest */
typedef struct
{
  const char
      *path; /* valid UTF-8 as in the manifest, "/" between components; not yet a safe path */
  const char *target; /* of a link, else %NULL */
  guint64 size;       /* of a file, else 0 */
  ShoalDigest id;     /* of a file, else zero */
  ShoalEntryKind kind;
} ShoalManifestEntry;

/** ShoalManifest: parsed and checked, immutable, so any thread may read it. Compact: an entry
 * costs its struct and its path. */
typedef struct _ShoalManifest ShoalManifest;

void shoal_manifest_free (ShoalManifest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalManifest, shoal_manifest_free)

/**
 * shoal_manifest_parse:
 * @bytes: the text
 * @error: where to put an error
 *
 * Parses strictly: the header, order, no duplicates, every parent listed as a folder and before its
 * children, paths that shoal_safe_path() accepts, links that stay inside, canonical
 * percent-encoding, sizes within bounds, size 0 exactly with the zero id. Two names may become one
 * on a disk: #ShoalLocalNames keeps them apart.
 *
 * Returns: (transfer full): the manifest, or %NULL with %SHOAL_ERROR_INVALID that names the line
 */
ShoalManifest *shoal_manifest_parse (GBytes *bytes, GError **error);

/** shoal_manifest_is_begun: Returns: whether a content that begins with the @length bytes @data may
 * be a manifest */
gboolean shoal_manifest_is_begun (gconstpointer data, gsize length);

/** shoal_manifest_get_n_entries: Returns: how many lines it has, of every kind */
guint shoal_manifest_get_n_entries (ShoalManifest *self);
/** shoal_manifest_get_entry: Returns: (transfer none): the line @index, from 0, in the order of the
 * paths */
const ShoalManifestEntry *shoal_manifest_get_entry (ShoalManifest *self, guint index);
/** shoal_manifest_get_total_size: Returns: the sum of the files' sizes */
guint64 shoal_manifest_get_total_size (ShoalManifest *self);
guint shoal_manifest_get_n_files (ShoalManifest *self);

/** ShoalManifestBuilder: collects entries in any order and writes the canonical text */
typedef struct _ShoalManifestBuilder ShoalManifestBuilder;
/** shoal_manifest_builder_new: Returns: (transfer full): of an empty folder so far */
ShoalManifestBuilder *shoal_manifest_builder_new (void);
void shoal_manifest_builder_free (ShoalManifestBuilder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalManifestBuilder, shoal_manifest_builder_free)
/** shoal_manifest_builder_add_file: %FALSE with %SHOAL_ERROR_INVALID for a name that is not UTF-8
 * or that could not be received (then the caller reports and skips it), %SHOAL_ERROR_LIMIT past the
 * ceilings */
gboolean shoal_manifest_builder_add_file (ShoalManifestBuilder *self,
                                          const char *path,
                                          gboolean executable,
                                          guint64 size,
                                          const ShoalDigest *id,
                                          GError **error);
/** shoal_manifest_builder_add_folder: @path: relative, "/" between its components */
gboolean
shoal_manifest_builder_add_folder (ShoalManifestBuilder *self, const char *path, GError **error);
/** shoal_manifest_builder_add_link: refuses a target that leaves the folder */
gboolean shoal_manifest_builder_add_link (ShoalManifestBuilder *self,
                                          const char *path,
                                          const char *target,
                                          GError **error);
/** shoal_manifest_builder_end: Returns: (transfer full): the text; empty folder: only the header
 * line */
GBytes *shoal_manifest_builder_end (ShoalManifestBuilder *self, GError **error);

G_END_DECLS
