/* shoal-transfer-run-private.h: what the run, its work and its workers share
 *
 * One lock guards everything below that is not constant or atomic; nobody does I/O under it.
 * @changed is signalled whenever a waiting worker or the run's thread may have something to do.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-manifest.h"
#include "shoal-peer-client.h"
#include "shoal-scheduler.h"
#include "shoal-small-files.h"
#include "shoal-transfer-run.h"
#include "shoal-transfer-sources.h"

G_BEGIN_DECLS

typedef enum
{
  SHOAL_WORK_NEEDS_LAYER,
  SHOAL_WORK_FETCHING_LAYER,
  SHOAL_WORK_READY,
  SHOAL_WORK_COMPLETE,
  SHOAL_WORK_GONE, /* who had it has it no more, and nobody else offers it */
} ShoalWorkState;

typedef enum
{
  SHOAL_SERVING_LATER, /* once there is a file to serve from */
  SHOAL_SERVING_NOW,
  SHOAL_SERVING_OVER, /* or never */
} ShoalServing;

/* ShoalPieceWork: one content of one or more pieces that goes to a partial file. Reference counted:
 * whoever works on it keeps it, and it goes with the last, after its end. */
typedef struct
{
  gatomicrefcount ref_count;
  ShoalDigest id;
  guint64 size;
  guint32 file_index;  /* in the journal; the manifest's entry */
  guint32 first_piece; /* its place in the run's map */
  int dirfd;           /* of the folder that it goes to; owned */
  char *name;
  char *layer_path; /* where the layer is kept during the transfer */
  GBytes *layer;
  ShoalPartial *partial;
  ShoalScheduler *scheduler;
  ShoalWorkState state;
  ShoalServing serving;
  gboolean counted;      /* its bytes count in bytes_done */
  gboolean failed;       /* a source did not deliver it to the end */
  gboolean refused;      /* a source said that it has it no more */
  gboolean keep_serving; /* also when it is whole */
} ShoalPieceWork;

/* ShoalBatch: a run of manifest entries whose small files are fetched in one request. */
typedef struct
{
  guint32 first;
  guint32 count;
  guint64 bytes;
} ShoalBatch;

struct _ShoalTransferRun
{
  gatomicrefcount ref_count;

  /* Constant after new. */
  char *uuid;
  char *name;
  ShoalDigest id;
  guint64 size;
  gboolean folder;
  char *folder_path;
  gint64 mtime_ms;
  char *journals;
  ShoalDeviceKey *key;
  ShoalTokenBucket *limit;
  guint per_source;
  ShoalLanes *lanes;
  ShoalRunDelegate delegate;
  gpointer user_data;
  GMainContext *context;
  GCancellable *cancellable;
  GThread *thread;

  /* Atomic. */
  gint64 bytes_done;
  gint64 bytes_fetched;
  gint64 pieces_done;

  GMutex lock;
  GCond changed;

  /* Under the lock. */
  ShoalSourceBook *book;
  GPtrArray *works; /* ShoalPieceWork that are open; owned */
  GQueue batches;   /* ShoalBatch * that nobody fetches */
  guint n_batches_out;
  gboolean batches_failed;
  gboolean batches_refused;
  guint n_lost; /* files of the folder that are gone */
  char *first_lost;
  GArray *unsynced; /* guint32: small files that are on disk but not recorded */
  guint n_workers;
  guint next_worker;
  guint next_peer; /* where the next worker's search for a source begins */
  gboolean no_space;
  gboolean crowded; /* a source has no connection left for this download */
  gboolean has_lane;
  gboolean no_lane; /* as many others move as may */
  gboolean discard;
  GError *fatal;
  ShoalTransferState state;
  char *message;
  gint64 active_since_us; /* 0: not active */
  gint64 active_us;
  guint64 bytes_total;
  guint64 pieces_total;
  char *made;     /* name in folder_path */
  guint8 *pieces; /* (nullable): the map: see shoal-transfer-pieces.c */
  gsize n_pieces;
  gint64 asked_us; /* when sources were last asked for */

  /* Only the run's thread, workers read after it was set under the lock. */
  ShoalJournal *journal;
  ShoalManifest *manifest;
  guint32 *first_pieces; /* (nullable): of each entry in the map */
  int root_fd;           /* of the made folder */
};

/* shoal-transfer-work.c */
ShoalPieceWork *shoal_piece_work_new (ShoalTransferRun *run,
                                      int dirfd,
                                      const char *name,
                                      const ShoalDigest *id,
                                      guint64 size,
                                      guint32 file_index,
                                      const char *layer_name,
                                      GError **error);
ShoalPieceWork *shoal_piece_work_ref (ShoalPieceWork *self);
/* shoal_piece_work_unref: may close files: not under the lock */
void shoal_piece_work_unref (ShoalPieceWork *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalPieceWork, shoal_piece_work_unref)
/* shoal_piece_work_set_layer: takes a checked layer, opens the partial file (may re-hash) and makes
 * the work ready. Not under the lock. */
gboolean shoal_piece_work_set_layer (ShoalTransferRun *run,
                                     ShoalPieceWork *self,
                                     GBytes *layer,
                                     GError **error);
/* shoal_run_plan_batches: cuts runs of wanted small files into batches; @wanted: one byte per entry
 */
void shoal_run_plan_batches (ShoalTransferRun *run, const guint8 *wanted);
/* shoal_run_sync_small: records what was written since; run's thread, not under the lock */
gboolean shoal_run_sync_small (ShoalTransferRun *run, GError **error);

/* shoal-transfer-pieces.c: the map of pieces; all but the first two under the lock */
void shoal_run_map_begin (ShoalTransferRun *run, guint64 n_pieces);
/* shoal_run_map_begin_folder: when the manifest is known */
void shoal_run_map_begin_folder (ShoalTransferRun *run);
/* shoal_run_map_set: what is here stays here */
void shoal_run_map_set (ShoalTransferRun *run, gsize first, gsize count, guint8 value);
/* shoal_run_map_entry: a whole file of the folder */
void shoal_run_map_entry (ShoalTransferRun *run, guint index, guint8 value);
/* shoal_run_map_batch: the small files of the entries from @first to before @end */
void shoal_run_map_batch (ShoalTransferRun *run, guint32 first, guint32 end, guint8 value);
/* shoal_run_map_work: what its partial file has already */
void shoal_run_map_work (ShoalTransferRun *run, const ShoalPieceWork *work);
/* shoal_run_map_release: what the scheduler calls missing again */
void shoal_run_map_release (ShoalTransferRun *run, const ShoalPieceWork *work, ShoalSpan span);
/* shoal_run_map_rename: the numbers (guint) now name somebody else: what came from them is here
 * from nobody */
void shoal_run_map_rename (ShoalTransferRun *run, GArray *numbers);

/* shoal-transfer-worker.c */
/* shoal_run_spawn_worker: under the lock */
void shoal_run_spawn_worker (ShoalTransferRun *run, ShoalRunPeer *peer);

/* shoal-transfer-loop.c */
void shoal_run_set_state (ShoalTransferRun *run, ShoalTransferState state, const char *message);
gboolean shoal_run_until (ShoalTransferRun *run,
                          gboolean (*done) (ShoalTransferRun *run, gpointer data),
                          gpointer data,
                          GError **error);
/* shoal_run_serve: if there is a file to serve from and it is not served yet; any thread, not under
 * the lock */
void shoal_run_serve (ShoalTransferRun *run, ShoalPieceWork *work);
/* shoal_run_unserve: no more, and never again; any thread, not under the lock */
void shoal_run_unserve (ShoalTransferRun *run, ShoalPieceWork *work);
void shoal_run_bad_source (ShoalTransferRun *run, ShoalSource *source);
/* shoal_run_ask_for_sources: the main thread looks them up; any thread */
void shoal_run_ask_for_sources (ShoalTransferRun *run, const ShoalDigest *id);
/* shoal_run_want_sources: asks now, and goes on asking; not under the lock */
void shoal_run_want_sources (ShoalTransferRun *run, const ShoalDigest *id);
/* shoal_run_give_lane: another download may move; not under the lock */
void shoal_run_give_lane (ShoalTransferRun *run);
/* shoal_run_stop_workers: ends the work of this run: no worker is left when it returns */
void shoal_run_stop_workers (ShoalTransferRun *run);

/* shoal-transfer-run.c; not under the lock */
gboolean shoal_run_is_discarded (ShoalTransferRun *run);
/* shoal_run_set_made: what it is called in its folder */
void shoal_run_set_made (ShoalTransferRun *run, const char *name);

/* shoal-transfer-one.c: one content, from its beginning to its end; not under the lock */
/* shoal_run_begin_work: workers may take it; it is served once there is a file */
void shoal_run_begin_work (ShoalTransferRun *run, ShoalPieceWork *work);
/* shoal_run_finish_work: a complete one: gives it its place, and is done with it even if that fails
 */
gboolean shoal_run_finish_work (ShoalTransferRun *run,
                                ShoalPieceWork *work,
                                gboolean executable,
                                gint64 mtime_ms,
                                char **made,
                                GError **error);
/* shoal_run_drop_work: one that did not come to that */
void shoal_run_drop_work (ShoalTransferRun *run, ShoalPieceWork *work);
/* shoal_run_fetch_one: begins, fetches and finishes it; it is over also if that fails */
gboolean shoal_run_fetch_one (ShoalTransferRun *run,
                              ShoalPieceWork *work,
                              gboolean executable,
                              gint64 mtime_ms,
                              char **made,
                              GError **error);

/* shoal-transfer-gone.c: under the lock */
/* shoal_run_note_failure: a source broke off; @refused: says that it has it no more; @work:
 * (nullable): the folder's batches */
void shoal_run_note_failure (ShoalTransferRun *run, ShoalPieceWork *work, gboolean refused);
/* shoal_run_find_gone: gives up what nobody can deliver any more */
void shoal_run_find_gone (ShoalTransferRun *run);
/* shoal_run_describe_gone: Returns: (nullable): what to say while nothing moves because of that */
const char *shoal_run_describe_gone (ShoalTransferRun *run);
/* shoal_run_set_gone_error: not under the lock. Returns: %FALSE */
gboolean shoal_run_set_gone_error (ShoalTransferRun *run, GError **error);

/* shoal-transfer-folder.c */
gboolean shoal_run_folder (ShoalTransferRun *run, GError **error);

G_END_DECLS
