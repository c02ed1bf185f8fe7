/* shoal-transfer-manager.h: the queue of downloads
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-database.h"
#include "shoal-device-key.h"
#include "shoal-directory.h"
#include "shoal-token-bucket.h"
#include "shoal-transfer-observer.h"
#include "shoal-transfer.h"

G_BEGIN_DECLS

/** ShoalTransferManager: a #GListModel of #ShoalTransfer; main thread. Runs at most "parallel"
 * downloads at once. What was queued is in the database before add is acknowledged, and goes on
 * after a restart. Signal "ended" (#ShoalTransfer) for finished, failed and cancelled ones. */
#define SHOAL_TYPE_TRANSFER_MANAGER (shoal_transfer_manager_get_type ())
G_DECLARE_FINAL_TYPE (
    ShoalTransferManager, shoal_transfer_manager, SHOAL, TRANSFER_MANAGER, GObject)

/** ShoalTransferRequest: what to download */
typedef struct
{
  const char *name;   /* as offered; made safe here */
  ShoalDigest id;     /* a file's, or a manifest's */
  guint64 size;       /* of the content itself: of a folder, its manifest's size */
  guint64 total_size; /* of a folder: the sum of its files, as told; else as size */
  gboolean folder;
  gboolean offered; /* a folder: @total_size and @n_entries are what was offered and chosen, and
                       one that is something else is refused */
  guint n_entries;
  const char *folder_path; /* absolute: where it goes; made if missing */
  const char *device;      /* (nullable): only from this device */
  gint64 mtime_ms;         /* to set, or -1 */
} ShoalTransferRequest;

/** shoal_transfer_manager_new: @journals: folder for journals, manifests and layers under way;
 * @observer: static; @destroy: (nullable): frees @observer_data, when nothing more is told */
ShoalTransferManager *shoal_transfer_manager_new (ShoalDatabase *database,
                                                  ShoalDirectory *directory,
                                                  ShoalDeviceKey *key,
                                                  const char *journals,
                                                  const ShoalTransferObserver *observer,
                                                  gpointer observer_data,
                                                  GDestroyNotify destroy);
/** shoal_transfer_manager_load_async: reads the queue from the database. Unfinished ones are listed
 * at once, but run only as shoal_transfer_manager_set_run_all() says */
void shoal_transfer_manager_load_async (ShoalTransferManager *self,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
gboolean shoal_transfer_manager_load_finish (ShoalTransferManager *self,
                                             GAsyncResult *result,
                                             GError **error);
/** shoal_transfer_manager_set_run_all: %TRUE: the whole queue goes on (serve, app); %FALSE
 * (default): only what was added in this process */
void shoal_transfer_manager_set_run_all (ShoalTransferManager *self, gboolean run_all);
/** shoal_transfer_manager_set_parallel: how many downloads move at once, at least 1; those that
 * move already go on */
void shoal_transfer_manager_set_parallel (ShoalTransferManager *self, guint parallel);
/** shoal_transfer_manager_set_connections: connections per source, 1 to
 * %SHOAL_MAX_CONNECTIONS_PER_DEVICE */
void shoal_transfer_manager_set_connections (ShoalTransferManager *self, guint per_source);
/** shoal_transfer_manager_get_limit: Returns: (transfer none): the bucket of the download rate */
ShoalTokenBucket *shoal_transfer_manager_get_limit (ShoalTransferManager *self);

/** shoal_transfer_manager_add_async: queues a download, durably. The same (content, destination)
 * again joins the transfer that is there. Content already at its destination finishes at once. */
void shoal_transfer_manager_add_async (ShoalTransferManager *self,
                                       const ShoalTransferRequest *request,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
/** shoal_transfer_manager_add_finish: Returns: (transfer full) */
ShoalTransfer *shoal_transfer_manager_add_finish (ShoalTransferManager *self,
                                                  GAsyncResult *result,
                                                  GError **error);
/** shoal_transfer_manager_add_many_async: as shoal_transfer_manager_add_async() for @n @requests,
 * in their order, and without holding up the main loop however many they are */
void shoal_transfer_manager_add_many_async (ShoalTransferManager *self,
                                            const ShoalTransferRequest *requests,
                                            guint n,
                                            GCancellable *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer user_data);
/** shoal_transfer_manager_add_many_finish: @refused: (out) (optional): why the first of those is
 * missing that are not in the queue. Returns: (transfer full) (element-type ShoalTransfer): the
 * others, in the order of the requests */
GPtrArray *shoal_transfer_manager_add_many_finish (ShoalTransferManager *self,
                                                   GAsyncResult *result,
                                                   GError **refused);
/** shoal_transfer_manager_pause: it waits for shoal_transfer_manager_resume(), also after a
 * restart; one that has ended or is being cancelled stays so */
void shoal_transfer_manager_pause (ShoalTransferManager *self, ShoalTransfer *transfer);
/** shoal_transfer_manager_resume: also retries a failed one; one that is being cancelled stays so
 */
void shoal_transfer_manager_resume (ShoalTransferManager *self, ShoalTransfer *transfer);
/** shoal_transfer_manager_pause_all: all that have not ended. Returns: how many this concerned */
guint shoal_transfer_manager_pause_all (ShoalTransferManager *self);
/** shoal_transfer_manager_resume_all: all that are paused; failed ones stay. Returns: how many */
guint shoal_transfer_manager_resume_all (ShoalTransferManager *self);
/** shoal_transfer_manager_cancel: stops it and deletes what is unfinished, for good: at once, or at
 * a later start if it lies on a disk that is away. Files of a folder that are whole stay */
void shoal_transfer_manager_cancel (ShoalTransferManager *self, ShoalTransfer *transfer);
/** shoal_transfer_manager_remove: takes an ended one off the list; what is unfinished of a failed
 * one is deleted as shoal_transfer_manager_cancel() does it */
void shoal_transfer_manager_remove (ShoalTransferManager *self, ShoalTransfer *transfer);
/** shoal_transfer_manager_remove_many: takes those of @transfers off the list that have ended; many
 * go one slice of the main loop after the other. @transfers: (element-type ShoalTransfer) */
void shoal_transfer_manager_remove_many (ShoalTransferManager *self, GPtrArray *transfers);
/** shoal_transfer_manager_move: to @position in the list, which is the order in which downloads get
 * their turn; one that is under way keeps its turn. Past the end means last */
void
shoal_transfer_manager_move (ShoalTransferManager *self, ShoalTransfer *transfer, guint position);
/** shoal_transfer_manager_lookup: Returns: (transfer none) (nullable): the one in the list */
ShoalTransfer *shoal_transfer_manager_lookup (ShoalTransferManager *self, const char *uuid);
/** shoal_transfer_manager_stop: stops all workers and syncs; blocking, bounded by the time-outs of
 * one read; also done by dispose */
void shoal_transfer_manager_stop (ShoalTransferManager *self);
/** shoal_transfer_manager_stop_async: shoal_transfer_manager_stop() that waits in another thread.
 * Nothing begins any more from the call on; when it is done, what is to be remembered is on its way
 * to the database. Once. */
void shoal_transfer_manager_stop_async (ShoalTransferManager *self,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
gboolean shoal_transfer_manager_stop_finish (ShoalTransferManager *self,
                                             GAsyncResult *result,
                                             GError **error);

G_END_DECLS
