/* shoal-uploads.h: serves what we share and what we are downloading, to those who may have it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-database.h"
#include "shoal-device-key.h"
#include "shoal-digest.h"
#include "shoal-history.h"
#include "shoal-holdings.h"
#include "shoal-manifest.h"
#include "shoal-partial.h"
#include "shoal-token-bucket.h"
#include "shoal-upload.h"

G_BEGIN_DECLS

/** ShoalUploads: owns the #ShoalPeerServer and the immutable snapshot it checks requests against;
 * main thread unless stated. Fair between members: a member with fewer running uploads goes first.
 * Shares come from #ShoalShares (shoal_uploads_set_shared()). Signals, on the main thread:
 * "file-changed" (gint64 share): a file of this share is not the one that was hashed; "fetched"
 * (gint64 share): somebody has fetched it whole. */
#define SHOAL_TYPE_UPLOADS (shoal_uploads_get_type ())
G_DECLARE_FINAL_TYPE (ShoalUploads, shoal_uploads, SHOAL, UPLOADS, GObject)

/** shoal_uploads_new: @manifests: the folder of #ShoalShares' manifests; @history: (nullable):
 * where ended uploads are recorded */
ShoalUploads *shoal_uploads_new (ShoalDeviceKey *key,
                                 ShoalDatabase *database,
                                 ShoalHistory *history,
                                 const char *manifests);
/** shoal_uploads_start: listens. @address: (nullable): one literal instead of all (tests:
 * "127.0.0.1"); @port: the wished one, any free one if it is taken or 0; see
 * shoal_uploads_get_port() */
gboolean
shoal_uploads_start (ShoalUploads *self, const char *address, guint16 port, GError **error);
/** shoal_uploads_stop: cuts what is running, records it, and joins the threads; also done by
 * dispose
 */
void shoal_uploads_stop (ShoalUploads *self);
/** shoal_uploads_stop_async: shoal_uploads_stop() that waits in another thread; nothing if it is
 * not started. It can be started again when it is done, not before. */
void
shoal_uploads_stop_async (ShoalUploads *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean shoal_uploads_stop_finish (ShoalUploads *self, GAsyncResult *result, GError **error);
/** shoal_uploads_get_port: Returns: where it serves, 0 if it does not */
guint16 shoal_uploads_get_port (ShoalUploads *self);

/** shoal_uploads_set_known: the roster; the tables must not change any more. @accounts: fingerprint
 * → account id, who may connect;
 * @users: (nullable): account id → name, for people; @addresses: (nullable): a set of literals that
 * are served first under load */
void shoal_uploads_set_known (ShoalUploads *self,
                              GHashTable *accounts,
                              GHashTable *users,
                              GHashTable *addresses);
/** shoal_uploads_set_shared: what is shared from now on; see shoal_shares_dup_holdings() */
void shoal_uploads_set_shared (ShoalUploads *self, ShoalHoldings *holdings);
/** shoal_uploads_set_slots: answers that are sent at once, 1 to %SHOAL_MAX_UPLOAD_SLOTS */
void shoal_uploads_set_slots (ShoalUploads *self, guint slots);
/** shoal_uploads_get_limit: Returns: (transfer none): the bucket of the upload rate */
ShoalTokenBucket *shoal_uploads_get_limit (ShoalUploads *self);
/** shoal_uploads_get_running: Returns: (transfer none): a #GListModel of #ShoalUpload: not yet
 * ended, newest last */
GListModel *shoal_uploads_get_running (ShoalUploads *self);

/** shoal_uploads_add_partial: serves the pieces that @partial has (routes have, pieces, layer) from
 * now on. @layer: its piece layer. The same content added twice counts. */
void shoal_uploads_add_partial (
    ShoalUploads *self, const ShoalDigest *id, guint64 size, GBytes *layer, ShoalPartial *partial);
/** shoal_uploads_remove_partial: no longer, unless it is shared */
void shoal_uploads_remove_partial (ShoalUploads *self, const ShoalDigest *id);

G_END_DECLS
