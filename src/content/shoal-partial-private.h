/* shoal-partial-private.h: finding or making the file that holds a download's data
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-partial.h"

G_BEGIN_DECLS

/** ShoalPartPlace: where a download goes and what it is made of; everything borrowed */
typedef struct
{
  int dirfd;
  const char *name;
  guint64 size;
  guint32 n_pieces;
  const ShoalDigest *layer;
  ShoalJournal *journal;
  guint32 file_index;
  GHashTable *others; /* (nullable): see shoal_partial_open() */
} ShoalPartPlace;

/** ShoalPartFile: the open file, and what is known to be in it */
typedef struct
{
  int fd;
  char *name;        /* "NAME.part", or the final name if it has that already */
  guint32 number;    /* of the name, as recorded */
  gboolean finished; /* it has its final name: the last run ended right after renaming it */
  guint8 *have;      /* pieces that are right */
  guint8 *found;     /* those of them that the journal does not know */
} ShoalPartFile;

/** shoal_part_file_open: opens the recorded file, or one that by its pieces is ours, or a new one
 */
gboolean shoal_part_file_open (const ShoalPartPlace *place,
                               GCancellable *cancellable,
                               ShoalPartFile *file,
                               GError **error);

G_END_DECLS
