/* shoal-shares.h: the files and folders that this device shares
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-database.h"
#include "shoal-holdings.h"
#include "shoal-offer-keeper.h"
#include "shoal-share.h"

G_BEGIN_DECLS

/** ShoalShares: a #GListModel of #ShoalShare in the order they were added; main thread. Looks
 * through folders and hashes in threads of its own, keeps everything in the database, and keeps the
 * list of offers equal to it. Signal "holdings-changed": see shoal_shares_dup_holdings(). */
#define SHOAL_TYPE_SHARES (shoal_shares_get_type ())
G_DECLARE_FINAL_TYPE (ShoalShares, shoal_shares, SHOAL, SHARES, GObject)

/** shoal_shares_new: @own_folder: absolute: the profile's, which is never shared. @manifests: the
 * folder for the texts of shared folders; it exists. @offers: where they are offered; to be started
 * when they are loaded. */
ShoalShares *shoal_shares_new (const char *own_folder,
                               const char *manifests,
                               ShoalDatabase *database,
                               ShoalOfferKeeper *offers);
/** shoal_shares_load_async: reads what was shared before; call first */
void shoal_shares_load_async (ShoalShares *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean shoal_shares_load_finish (ShoalShares *self, GAsyncResult *result, GError **error);
/** shoal_shares_stop: cancels hashing and waits for the threads; also done by dispose. What was not
 * hashed goes on at the next shoal_shares_recheck_all() */
void shoal_shares_stop (ShoalShares *self);
/** shoal_shares_stop_async: shoal_shares_stop() that waits in another thread. Nothing begins any
 * more from the call on. Once. */
void shoal_shares_stop_async (ShoalShares *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean shoal_shares_stop_finish (ShoalShares *self, GAsyncResult *result, GError **error);

/**
 * shoal_shares_add_async:
 * @paths: (array zero-terminated=1): files or folders, made absolute and free of links
 * @ignore: (nullable) (array zero-terminated=1): patterns of what is left out of the folders, added
 * to those that a share has: see shoal_shares_set_ignore()
 *
 * The shares are in the list at once. A path that is shared already is the same share, re-checked
 * and switched on again; a path inside or around another share is a share of its own. A path that
 * is not there, or neither file nor folder, fails the whole call and adds nothing. Done when each
 * has been offered to the directory, or stored if that is offline, or has failed (see its state and
 * message). Cancelled, it takes back what it did: what is new leaves the list, and what had been
 * switched off is off again.
 */
void shoal_shares_add_async (ShoalShares *self,
                             const char *const *paths,
                             const char *const *ignore,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
/** shoal_shares_add_unoffered_async: as shoal_shares_add_async(), but what is new is only looked
 * through and hashed: a folder has all its files switched off, a file is switched off as a whole.
 * What is shared already stays as it is. */
void shoal_shares_add_unoffered_async (ShoalShares *self,
                                       const char *const *paths,
                                       const char *const *ignore,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
/** shoal_shares_add_finish: for both. Returns: (transfer full) (element-type ShoalShare): one for
 * each path, in their order */
GPtrArray *shoal_shares_add_finish (ShoalShares *self, GAsyncResult *result, GError **error);

/** shoal_shares_remove_async: no longer shares them: at once for the other devices, for the
 * directory now or, if it is offline, as soon as it is back. @shares: (nullable) (element-type
 * ShoalShare): %NULL for all */
void shoal_shares_remove_async (ShoalShares *self,
                                GPtrArray *shares,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
/** shoal_shares_remove_finish: Returns: how many were shared, or -1 */
gint64 shoal_shares_remove_finish (ShoalShares *self, GAsyncResult *result, GError **error);

/** shoal_shares_set_offered: switches it off without forgetting it, or on again */
void shoal_shares_set_offered (ShoalShares *self, ShoalShare *share, gboolean offered);
/**
 * shoal_shares_switch:
 * @path: in the folder @share, or "" for all of it
 *
 * Switches a file, or a folder with all that is and will be in it, on or off. What is switched off
 * is not in the manifest that is offered and not served any more, from now on. A switch is kept
 * though its file comes and goes. For a single file this is shoal_shares_set_offered().
 */
void shoal_shares_switch (ShoalShares *self, ShoalShare *share, const char *path, gboolean on);
/**
 * shoal_shares_set_ignore:
 * @patterns: (array zero-terminated=1): all of them, in the order in which they count: see
 * shoal_ignore_look(); what shoal_ignore_check() refuses must not be given
 *
 * What the folder @share leaves out. It is looked through again.
 */
void shoal_shares_set_ignore (ShoalShares *self, ShoalShare *share, const char *const *patterns);
/** shoal_shares_recheck: looks through it again; only what changed is hashed */
void shoal_shares_recheck (ShoalShares *self, ShoalShare *share);
/** shoal_shares_recheck_all: for serve and the app, after loading. From then on changes on the disk
 * are noticed, soon where folders can be watched, at the latest every %SHOAL_RECHECK_MS. */
void shoal_shares_recheck_all (ShoalShares *self);
/** shoal_shares_refresh: somebody looks: as shoal_shares_recheck_all(), unless that was done a
 * moment ago or nothing is being watched */
void shoal_shares_refresh (ShoalShares *self);
/** shoal_shares_wait_async: done when nothing is being hashed or offered any more */
void shoal_shares_wait_async (ShoalShares *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean shoal_shares_wait_finish (ShoalShares *self, GAsyncResult *result, GError **error);

/** shoal_shares_find: Returns: (transfer full) (element-type ShoalShare): those whose name, path,
 * offer or content id is exactly @what */
GPtrArray *shoal_shares_find (ShoalShares *self, const char *what);
/** shoal_shares_dup_holdings: Returns: (transfer full): what may be served now */
ShoalHoldings *shoal_shares_dup_holdings (ShoalShares *self);
/** shoal_shares_note_changed: a file of the share @number (see #ShoalHoldingSet) is not the one
 * that was hashed: hashes and offers it again, soon */
void shoal_shares_note_changed (ShoalShares *self, gint64 number);
/** shoal_shares_note_fetched: somebody fetched the share @number whole from here */
void shoal_shares_note_fetched (ShoalShares *self, gint64 number);

G_END_DECLS
