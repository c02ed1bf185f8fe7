/* shoal-transfer-fetch.h: what a worker asks its source for, one request at a time
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-peer-client.h"
#include "shoal-small-files.h"
#include "shoal-transfer-run.h"
#include "shoal-transfer-sources.h"
#include "shoal-transfer-work.h"

G_BEGIN_DECLS

/* ShoalHave: the pieces that a partial source had when it was asked */
typedef struct
{
  GBytes *bits;
  gint64 asked_us;
} ShoalHave;

/* ShoalTask: what it does next */
typedef struct
{
  enum
  {
    SHOAL_TASK_NONE,
    SHOAL_TASK_LAYER,
    SHOAL_TASK_HAVE,
    SHOAL_TASK_SPAN,
    SHOAL_TASK_BATCH,
  } kind;
  ShoalPieceWork *work; /* owned */
  ShoalSpan span;
  ShoalBatch batch;
} ShoalTask;

/* ShoalWorker: a connection to a source */
typedef struct
{
  ShoalTransferRun *run; /* owned */
  ShoalRunPeer *peer;    /* in the book while somebody works at it */
  ShoalSource *source;   /* owned: as it was when the worker started */
  guint number;
  ShoalPeerClient *client;
  GCancellable *cancellable; /* ends its request; cancelled with the run's */
  ShoalSmallFileWriter *writer;
  guint8 *buffer; /* one piece */
  double rate;
  GHashTable *have; /* ShoalDigest → ShoalHave, of a partial source */

  /* Under the lock: see shoal-transfer-pace.c. */
  const ShoalTask *task;   /* (nullable): what it does now */
  gint64 window_us;        /* since when its rate is measured; 0: it does not wait for its source */
  guint64 window_received; /* what had come by then */
  gboolean late;           /* its source delivers too slowly: somebody else may do the same */
} ShoalWorker;

void shoal_have_free (gpointer have);
/* shoal_worker_perform: does @task, which it has taken under the lock, and says there what came of
 * it; not under the lock. Returns: %FALSE with an error if not all of it was done */
gboolean shoal_worker_perform (ShoalWorker *self, const ShoalTask *task, GError **error);

G_END_DECLS
