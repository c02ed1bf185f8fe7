/* shoal-transfer-run.h: one transfer under way: a thread that decides, workers that fetch
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-device-key.h"
#include "shoal-partial.h"
#include "shoal-source.h"
#include "shoal-token-bucket.h"
#include "shoal-transfer.h"
#include "shoal-transfer-lanes.h"

G_BEGIN_DECLS

/** ShoalTransferRun: reference counted. Made and started on the main thread; the delegate's
 * functions are called on the main context it was started in. Progress is read with
 * shoal_transfer_run_get_progress() from any thread. */
typedef struct _ShoalTransferRun ShoalTransferRun;

/** ShoalRunConfig: what to fetch and where to put it; strings are copied */
typedef struct
{
  const char *uuid;
  const char *name; /* safe */
  gboolean renamed; /* it is not the one that was asked for */
  ShoalDigest id;
  guint64 size; /* of a folder: of its manifest */
  gboolean folder;
  guint64 total_size;      /* of a folder, as it was offered */
  gint64 n_entries;        /* likewise; -1: nobody said either */
  const char *folder_path; /* absolute */
  const char *made;        /* (nullable): the name that a folder got in an earlier run */
  const char *device;      /* (nullable): the only device to fetch from */
  gint64 mtime_ms;         /* or -1 */
  const char *journals;
  ShoalDeviceKey *key;
  ShoalTokenBucket *limit;
  guint per_source;
  ShoalLanes *lanes; /* shared by all runs: it moves only while it has one */
} ShoalRunConfig;

/** ShoalRunProgress: all that a row shows of a run; @bytes_done is verified and written,
 * @bytes_fetched came over the network in this run */
typedef struct
{
  ShoalTransferState state;
  guint64 bytes_done;
  guint64 bytes_fetched;
  guint64 bytes_total; /* of a folder 0 until its manifest is here */
  guint64 pieces_done;
  guint64 pieces_total;
  guint n_sources;   /* that deliver now */
  gint64 active_us;  /* time while not waiting */
  char *message;     /* (nullable): why it waits, in words, or what is to be told at the end */
  char *destination; /* (nullable): full path of what was made */
} ShoalRunProgress;

/** shoal_run_progress_clear: frees what @progress holds, so that it can be filled again */
void shoal_run_progress_clear (ShoalRunProgress *progress);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ShoalRunProgress, shoal_run_progress_clear)

/**
 * ShoalRunDelegate: questions and news for the main thread
 * @need_sources: please look up the sources of @id and answer with shoal_transfer_run_set_sources()
 * @serve: pieces of @id are on disk and can be served
 * @unserve: no more
 * @bad_source: @source sent wrong bytes
 * @making: a thread asks to record durably that a folder will be made as @name; called in the run's
 * thread and blocking; %FALSE with an error stops the run
 * @ended: with %NULL when all is verified and in place; the last call
 */
typedef struct
{
  void (*need_sources) (ShoalTransferRun *run, const ShoalDigest *id, gpointer user_data);
  void (*serve) (ShoalTransferRun *run,
                 const ShoalDigest *id,
                 guint64 size,
                 GBytes *layer,
                 ShoalPartial *partial,
                 gpointer user_data);
  void (*unserve) (ShoalTransferRun *run, const ShoalDigest *id, guint64 size, gpointer user_data);
  void (*bad_source) (ShoalTransferRun *run, ShoalSource *source, gpointer user_data);
  gboolean (*making) (ShoalTransferRun *run, const char *name, gpointer user_data, GError **error);
  void (*ended) (ShoalTransferRun *run, const GError *error, gpointer user_data);
} ShoalRunDelegate;

/** shoal_transfer_run_new: Returns: (transfer full): a run that has not begun; @user_data lives
 * until the delegate's @ended */
ShoalTransferRun *shoal_transfer_run_new (const ShoalRunConfig *config,
                                          const ShoalRunDelegate *delegate,
                                          gpointer user_data);
ShoalTransferRun *shoal_transfer_run_ref (ShoalTransferRun *self);
void shoal_transfer_run_unref (ShoalTransferRun *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalTransferRun, shoal_transfer_run_unref)

/** shoal_transfer_run_start: once; from here on the delegate is called */
void shoal_transfer_run_start (ShoalTransferRun *self);
/** shoal_transfer_run_set_sources: all that are known now for the content @id; those that tell
 * another size of it do not count; @sources:
 * (element-type ShoalSource). Any thread */
void
shoal_transfer_run_set_sources (ShoalTransferRun *self, const ShoalDigest *id, GPtrArray *sources);
/** shoal_transfer_run_wake: somebody came or went: if nobody delivers, sources are asked for at
 * once */
void shoal_transfer_run_wake (ShoalTransferRun *self);
/** shoal_transfer_run_stop: stops workers and thread soon; @ended comes with
 * %SHOAL_ERROR_CANCELLED. What is on disk is synced and recorded, or deleted with @discard. */
void shoal_transfer_run_stop (ShoalTransferRun *self, gboolean discard);
/** shoal_transfer_run_is_stopped: whether it was told to stop */
gboolean shoal_transfer_run_is_stopped (ShoalTransferRun *self);
/** shoal_transfer_run_join: waits for the thread; for the end of the program: delegates may not
 * have been called */
void shoal_transfer_run_join (ShoalTransferRun *self);

/** shoal_transfer_run_get_progress: all of it as it was at one moment. Any thread
 * @progress: (out caller-allocates): to be cleared */
void shoal_transfer_run_get_progress (ShoalTransferRun *self, ShoalRunProgress *progress);
/** shoal_transfer_run_dup_users: Returns: (transfer full): names of who delivered, comma-separated;
 * and, in
 * @devices, (transfer full) (array zero-terminated=1), their devices */
char *shoal_transfer_run_dup_users (ShoalTransferRun *self, char ***devices);

G_END_DECLS
