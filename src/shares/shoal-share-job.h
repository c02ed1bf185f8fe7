/* shoal-share-job.h: looks through shares, hashes what is new in them and stores the result
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-database.h"
#include "shoal-folder-scan.h"
#include "shoal-hasher.h"
#include "shoal-holdings.h"
#include "shoal-switches.h"

G_BEGIN_DECLS

/** ShoalShareTarget: one share of a job. The first part is set before the job runs; the counters
 * may be read atomically meanwhile; the rest is valid when it has run. */
typedef struct
{
  gint64 number;
  char *path;                     /* canonical */
  ShoalHoldingSet *before;        /* (nullable): what was known of it */
  ShoalHoldingSet *hidden_before; /* (nullable): of what was switched off */
  ShoalSwitches *switches;        /* of a folder */
  char **ignore;                  /* its patterns of what is left out */
  guint n_skipped_before;
  GCancellable *cancellable;

  gint n_files;
  gint64 n_bytes;
  gint64 n_hashed;

  ShoalHoldingSet *set;    /* what is to be offered; %NULL with error */
  ShoalHoldingSet *hidden; /* (nullable): what is switched off */
  ShoalSkipped *skipped;
  GError *error; /* %SHOAL_ERROR_NOT_FOUND: it is not there; %SHOAL_ERROR_CHANGED: it changes while
                    it is read */
  gboolean unstable; /* a file in the folder changed while it was read and was left out */
} ShoalShareTarget;

/** shoal_share_target_new: with everything switched on; freed with its job */
ShoalShareTarget *shoal_share_target_new (gint64 number, const char *path, ShoalHoldingSet *before);

/** ShoalShareJob: some targets that are done together, so that many small files cost one
 * transaction */
typedef struct
{
  GPtrArray *targets;   /* (element-type ShoalShareTarget) */
  ShoalHoldings *known; /* (nullable): files that are not hashed again if their stamps are equal */
  ShoalFileStamp excluded; /* the profile's folder */
  ShoalDatabase *database;
  ShoalHashPool *pool;  /* for files of more than one piece */
  GThreadPool *workers; /* for the others: of shoal_share_job_hash_batch() */
  char *manifests;
} ShoalShareJob;

/** shoal_share_job_new: Returns: (transfer full): without targets, all else to be filled in */
ShoalShareJob *shoal_share_job_new (void);
void shoal_share_job_free (ShoalShareJob *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalShareJob, shoal_share_job_free)

/** shoal_share_job_run: blocking, for a thread; never fails as a whole: see each target's error */
void shoal_share_job_run (ShoalShareJob *self);
/** shoal_share_job_hash_batch: a #GFunc for the thread pool that a job names as workers */
void shoal_share_job_hash_batch (gpointer batch, gpointer unused);

G_END_DECLS
