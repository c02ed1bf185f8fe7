/* shoal-transfer-state.h: what the parts of a run share
 *
 * One lock guards everything below that is not constant or atomic; nobody does I/O under it.
 * @changed is signalled whenever a waiting worker or the run's thread may have something to do.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-local-names.h"
#include "shoal-manifest.h"
#include "shoal-transfer-run.h"
#include "shoal-transfer-sources.h"

G_BEGIN_DECLS

struct _ShoalTransferRun
{
  gatomicrefcount ref_count;

  /* Constant after new. */
  char *uuid;
  char *name;
  ShoalDigest id;
  guint64 size;
  gboolean folder;
  guint64 offered_size;   /* of all files of the folder */
  gint64 offered_entries; /* -1: nobody said either */
  char *folder_path;
  gint64 mtime_ms;
  gboolean renamed; /* the name is not the one that was asked for */
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
  guint8 *wanted; /* (nullable): per entry of the manifest: a small file that is to be fetched */
  gboolean batches_failed;
  gboolean batches_refused;
  guint n_lost; /* files of the folder that are gone */
  char *first_lost;
  guint n_left_out;    /* entries that the disk here refuses */
  GPtrArray *left_out; /* (nullable): "PATH: REASON" of the first of them */
  GArray *unsynced;    /* guint32: small files that are on disk but not recorded */
  GPtrArray *workers;  /* ShoalWorker; not owned */
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
  char *note;             /* (nullable): what is to be told when all went well */
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
  guint32 *first_pieces;  /* (nullable): of each entry in the map */
  ShoalLocalNames *names; /* (nullable): of the manifest's entries, on this disk */
  GHashTable *part_names; /* (nullable): folder → names in it that end like an unfinished file's */
  int root_fd;            /* of the made folder */
  gint64 look_us;         /* when to look for room; 0: it did not run out of it */
  gint64 room_wait_us;    /* how long it waited last, at least; 0: it never did */
  gint64 full_at;         /* what was done then */
};

/* shoal_run_set_state_locked: counts the time that it is active; under the lock
 * @message: (nullable): why it waits, in words */
void
shoal_run_set_state_locked (ShoalTransferRun *run, ShoalTransferState state, const char *message);
/* shoal_run_set_no_space_locked: the state of a run that waits for room; under the lock */
void shoal_run_set_no_space_locked (ShoalTransferRun *run);
/* The others not under the lock. */
void shoal_run_set_state (ShoalTransferRun *run, ShoalTransferState state, const char *message);
/* shoal_run_set_made: what it is called in its folder */
void shoal_run_set_made (ShoalTransferRun *run, const char *name);
/* shoal_run_note_names: tells that @n names are not kept, of which @first is the first one */
void shoal_run_note_names (ShoalTransferRun *run, guint n, const char *first);
/* shoal_run_note_left_out: tells what was left out, before what else is to be told at the end */
void shoal_run_note_left_out (ShoalTransferRun *run);
/* shoal_run_is_discarded: what it has fetched is not to be kept */
gboolean shoal_run_is_discarded (ShoalTransferRun *run);

G_END_DECLS
