/* shoal-holdings.h: what this device has shared, as uploads look it up
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-audience.h"
#include "shoal-digest.h"
#include "shoal-dir.h"
#include "shoal-manifest.h"

G_BEGIN_DECLS

/** ShoalHolding: a file, folder or link of a share */
typedef struct
{
  ShoalDigest id;       /* of a file, else zero */
  ShoalFileStamp stamp; /* of a file when it was hashed; its size is the content's */
  guint32 path;         /* see shoal_holding_set_get_path() */
  guint8 kind;          /* a #ShoalEntryKind */
} ShoalHolding;

/** ShoalHoldingSet: the files of one share, in manifest order; filled once, then immutable;
 * reference counted, thread-safe. A single file is a set of one entry without a manifest. */
typedef struct _ShoalHoldingSet ShoalHoldingSet;

/** shoal_holding_set_new: @share: its number in the database. @path: canonical and absolute, of the
 * file or folder */
ShoalHoldingSet *shoal_holding_set_new (gint64 share, const char *path, gboolean folder);
ShoalHoldingSet *shoal_holding_set_ref (ShoalHoldingSet *self);
void shoal_holding_set_unref (ShoalHoldingSet *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalHoldingSet, shoal_holding_set_unref)

/** shoal_holding_set_add: @path: relative to the root, "/" between components; after all that sort
 * before it */
void shoal_holding_set_add (ShoalHoldingSet *self,
                            ShoalEntryKind kind,
                            const char *path,
                            const ShoalDigest *id,
                            const ShoalFileStamp *stamp);
/** shoal_holding_set_end: no more are added. @manifest: (nullable): of a folder, with its
 * @manifest_size */
void
shoal_holding_set_end (ShoalHoldingSet *self, const ShoalDigest *manifest, guint64 manifest_size);

/** shoal_holding_set_get_share: Returns: the number of its share in the database */
gint64 shoal_holding_set_get_share (ShoalHoldingSet *self);
/** shoal_holding_set_is_folder: Returns: whether it is a folder, which has a manifest */
gboolean shoal_holding_set_is_folder (ShoalHoldingSet *self);
/** shoal_holding_set_get_name: Returns: the last component of its path */
const char *shoal_holding_set_get_name (ShoalHoldingSet *self);
/** shoal_holding_set_get_root: Returns: absolute: the folder that the entries' paths are relative
 * to */
const char *shoal_holding_set_get_root (ShoalHoldingSet *self);
/** shoal_holding_set_get_id: Returns: the content that is offered: the manifest's, or the file's */
const ShoalDigest *shoal_holding_set_get_id (ShoalHoldingSet *self);
/** shoal_holding_set_get_manifest_size: Returns: 0 of a single file */
guint64 shoal_holding_set_get_manifest_size (ShoalHoldingSet *self);
/** shoal_holding_set_get_total_size: Returns: the sum of its files */
guint64 shoal_holding_set_get_total_size (ShoalHoldingSet *self);
/** shoal_holding_set_get_n_files: Returns: how many entries are files, executable or not */
guint shoal_holding_set_get_n_files (ShoalHoldingSet *self);
/** shoal_holding_set_get_n_entries: Returns: how many files, folders and links */
guint shoal_holding_set_get_n_entries (ShoalHoldingSet *self);
/** shoal_holding_set_get_entry: Returns: (transfer none): in manifest order */
const ShoalHolding *shoal_holding_set_get_entry (ShoalHoldingSet *self, guint index);
/** shoal_holding_set_get_path: Returns: the path of @holding, which is one of its entries, relative
 * to the root */
const char *shoal_holding_set_get_path (ShoalHoldingSet *self, const ShoalHolding *holding);
/** shoal_holding_set_find_path: Returns: (nullable): the entry at the relative path @path */
const ShoalHolding *shoal_holding_set_find_path (ShoalHoldingSet *self, const char *path);
/** shoal_holding_set_equal: Returns: whether both hold the same files with the same stamps */
gboolean shoal_holding_set_equal (ShoalHoldingSet *a, ShoalHoldingSet *b);

/** ShoalHeld: the files of one share, and who may have them */
typedef struct
{
  ShoalHoldingSet *set;
  ShoalAudience *audience;
} ShoalHeld;

/** ShoalHoldings: all that is shared at one moment; immutable, reference counted, thread-safe */
typedef struct _ShoalHoldings ShoalHoldings;

/** shoal_holdings_new: @held: (array length=n_held) (nullable): kept by reference */
ShoalHoldings *shoal_holdings_new (const ShoalHeld *held, guint n_held);
ShoalHoldings *shoal_holdings_ref (ShoalHoldings *self);
void shoal_holdings_unref (ShoalHoldings *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalHoldings, shoal_holdings_unref)

/** ShoalHoldingMatch: a place where a content can be read; borrowed from the holdings */
typedef struct
{
  ShoalHoldingSet *set;
  const ShoalHolding *holding; /* %NULL: it is the set's manifest */
  const ShoalAudience *audience;
} ShoalHoldingMatch;

/** shoal_holdings_lookup: Returns: (transfer full) (element-type ShoalHoldingMatch): every place of
 * @id, in the order of the shares; may be empty */
GArray *shoal_holdings_lookup (ShoalHoldings *self, const ShoalDigest *id);
/** shoal_holdings_find_file: Returns: (nullable): what is known of the file at the absolute path
 * @path, in any share */
const ShoalHolding *shoal_holdings_find_file (ShoalHoldings *self, const char *path);

G_END_DECLS
