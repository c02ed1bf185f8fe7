/* shoal-folder-scan.h: lists what is in a folder to be shared, following no link
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-dir.h"
#include "shoal-manifest.h"

G_BEGIN_DECLS

/** ShoalSkipped: what is there and cannot be shared, in words; used by one thread at a time */
typedef struct
{
  GPtrArray *lines; /* "path: reason", fit to be shown; at most SHOAL_MAX_SKIPPED_NAMES */
  guint n;          /* of all */
  guint n_ignored;  /* of these, what shoal_ignore_look() says of */
  guint n_secrets;  /* of these, left out until the user says so */
  GString *secrets; /* the first of these, a line each, fit to be shown */
} ShoalSkipped;

/** shoal_skipped_new: Returns: (transfer full): nothing yet */
ShoalSkipped *shoal_skipped_new (void);
void shoal_skipped_free (ShoalSkipped *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalSkipped, shoal_skipped_free)
/** shoal_skipped_add: @path: (nullable): any bytes, what cannot be shown is escaped; %NULL if
 * @reason names it already */
void shoal_skipped_add (ShoalSkipped *self, const char *path, const char *reason);
/** shoal_skipped_sort: in the order of the text, so that it does not depend on who was first */
void shoal_skipped_sort (ShoalSkipped *self);

/** ShoalScanEntry: something to be shared */
typedef struct
{
  char *path;           /* relative, valid UTF-8 */
  char *target;         /* of a link, else %NULL */
  ShoalFileStamp stamp; /* of a file */
  ShoalEntryKind kind;
} ShoalScanEntry;

/** shoal_scan_entry_clear: a #GDestroyNotify for elements of an array */
void shoal_scan_entry_clear (ShoalScanEntry *self);

/**
 * shoal_folder_scan:
 * @dirfd: the folder; not taken over
 * @excluded: (nullable): a folder that is never entered, known by its device and inode
 * @ignore: (nullable) (array zero-terminated=1): the share's own patterns: see
 * shoal_ignore_look()
 * @skipped: gets what is not shared: what is ignored, links out of the folder, sockets, devices,
 * names that are not valid UTF-8 or too long, unfinished downloads, folders that cannot be read or
 * are too deep
 * @n_files: (nullable): increased atomically by the files found so far
 * @n_bytes: (nullable): and their sizes
 * @cancellable: (nullable): stops it
 * @error: where to put an error
 *
 * Blocking. Fails with %SHOAL_ERROR_LIMIT past %SHOAL_MAX_MANIFEST_ENTRIES entries.
 *
 * Returns: (transfer full) (element-type ShoalScanEntry) (nullable): sorted by the bytes of the
 * path
 */
GArray *shoal_folder_scan (int dirfd,
                           const ShoalFileStamp *excluded,
                           const char *const *ignore,
                           ShoalSkipped *skipped,
                           gint *n_files,
                           gint64 *n_bytes,
                           GCancellable *cancellable,
                           GError **error);

G_END_DECLS
