/* shoal-engine.h: a peer: everything of one profile put together
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-activity.h"
#include "shoal-history.h"
#include "shoal-link.h"
#include "shoal-profile.h"
#include "shoal-resolve.h"
#include "shoal-settings.h"
#include "shoal-shares.h"
#include "shoal-tracker-account.h"
#include "shoal-tracker-audit.h"
#include "shoal-tracker-link.h"
#include "shoal-transfer-manager.h"
#include "shoal-uploads.h"

G_BEGIN_DECLS

/** ShoalEngine: main thread. Owns what works on a profile and connects it: roster → who may fetch,
 * settings → limits, shares → what is served. Never prints and never asks. */
#define SHOAL_TYPE_ENGINE (shoal_engine_get_type ())
G_DECLARE_FINAL_TYPE (ShoalEngine, shoal_engine, SHOAL, ENGINE, GObject)

/** shoal_engine_new: @profile: locked by this process */
ShoalEngine *shoal_engine_new (ShoalProfile *profile);
/** shoal_engine_start_async: opens the database, the secrets and the queues, and begins to connect
 * if somebody is signed in. Does not wait for the tracker. The getters below return their objects
 * from then on. If it fails or is cancelled, all that was opened has been closed again; such an
 * engine can only be unreffed. Once. */
void shoal_engine_start_async (ShoalEngine *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean shoal_engine_start_finish (ShoalEngine *self, GAsyncResult *result, GError **error);
/** shoal_engine_stop_async: stops all threads, hands the last reports over (for
 * %SHOAL_STOP_FLUSH_MS at most), syncs and closes; cancels a start that is under way. Waits in
 * threads; when it is done, everything is on the disk, and the profile may be unlocked. Afterwards
 * the engine can only be unreffed. */
void shoal_engine_stop_async (ShoalEngine *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean shoal_engine_stop_finish (ShoalEngine *self, GAsyncResult *result, GError **error);

ShoalProfile *shoal_engine_get_profile (ShoalEngine *self);
ShoalSettings *shoal_engine_get_settings (ShoalEngine *self);
/** shoal_engine_get_directory: Returns: (transfer none): who is there and who has what */
ShoalDirectory *shoal_engine_get_directory (ShoalEngine *self);
/** shoal_engine_get_link: Returns: (transfer none): what connects to the tracker */
ShoalTrackerLink *shoal_engine_get_link (ShoalEngine *self);
/** shoal_engine_get_account: Returns: (transfer none): who we are there */
ShoalTrackerAccount *shoal_engine_get_account (ShoalEngine *self);
/** shoal_engine_get_audit: Returns: (transfer none): its audit log */
ShoalTrackerAudit *shoal_engine_get_audit (ShoalEngine *self);
ShoalShares *shoal_engine_get_shares (ShoalEngine *self);
ShoalUploads *shoal_engine_get_uploads (ShoalEngine *self);
ShoalTransferManager *shoal_engine_get_transfers (ShoalEngine *self);
ShoalHistory *shoal_engine_get_history (ShoalEngine *self);
ShoalActivity *shoal_engine_get_activity (ShoalEngine *self);
/** shoal_engine_get_fingerprint: Returns: this device's */
const char *shoal_engine_get_fingerprint (ShoalEngine *self);
/** shoal_engine_get_key: Returns: (transfer none): this device's key */
ShoalDeviceKey *shoal_engine_get_key (ShoalEngine *self);
/** shoal_engine_get_secret_kind: Returns: "keyring" or "file": where the key and the token are */
const char *shoal_engine_get_secret_kind (ShoalEngine *self);
/** shoal_engine_get_signed_in: Returns: whether there is a token; the tracker may know better */
gboolean shoal_engine_get_signed_in (ShoalEngine *self);

/** shoal_engine_begin_serving: others can fetch from here from now on, and are told where. @port: 0
 * for the one in the settings. Does nothing if it serves already. */
gboolean shoal_engine_begin_serving (ShoalEngine *self, guint16 port, GError **error);
/** shoal_engine_run_all: for serve and the app: the whole queue goes on, and what is shared is
 * looked through again */
void shoal_engine_run_all (ShoalEngine *self);

/** shoal_engine_get_async: queues what shoal_resolve_async() found, and lets it run, also what was
 * paused or had failed; serves from now on, too. @wanted: (element-type ShoalWanted). @folder:
 * (nullable): absolute: where it goes; %NULL for the one in the settings. Cancelling leaves what is
 * queued by then in the queue. */
void shoal_engine_get_async (ShoalEngine *self,
                             GPtrArray *wanted,
                             const char *folder,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
/** shoal_engine_get_finish: Returns: (transfer full) (element-type ShoalTransfer): each once: the
 * same content under two names is one */
GPtrArray *shoal_engine_get_finish (ShoalEngine *self, GAsyncResult *result, GError **error);

/** shoal_engine_override_upload_limit: @limit holds instead of the settings' from now on, until the
 * setting upload-limit is set or the engine stops; 0 for none */
void shoal_engine_override_upload_limit (ShoalEngine *self, guint64 limit);
/** shoal_engine_hold_download_limit: @limit holds instead of the settings' until @holder releases
 * it or the setting download-limit is set; of several the lowest; 0 for none */
void shoal_engine_hold_download_limit (ShoalEngine *self, gconstpointer holder, guint64 limit);
/** shoal_engine_release_download_limit: does nothing if @holder holds none */
void shoal_engine_release_download_limit (ShoalEngine *self, gconstpointer holder);

/** shoal_engine_wait_online_async: done when the directory is online; fails with the reason as soon
 * as it is known that it cannot be now: %SHOAL_ERROR_AUTH if nobody is signed in,
 * %SHOAL_ERROR_DISCONNECTED if the tracker does not answer */
void shoal_engine_wait_online_async (ShoalEngine *self,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
gboolean shoal_engine_wait_online_finish (ShoalEngine *self, GAsyncResult *result, GError **error);
/** shoal_engine_dup_refusal: Returns: (transfer full) (nullable): why the directory will not be
 * online again before the user has done something: %SHOAL_ERROR_AUTH if nobody is signed in or the
 * tracker says so, %SHOAL_ERROR_UNTRUSTED if it shows another key, %SHOAL_ERROR_REPLACED. %NULL
 * while it is online or can become so by itself */
GError *shoal_engine_dup_refusal (ShoalEngine *self);

/** ShoalTrust: whether the tracker of a link may be talked to */
typedef enum
{
  SHOAL_TRUST_KNOWN,   /* the link or the profile names its key */
  SHOAL_TRUST_UNKNOWN, /* no key is known: it must be shown and confirmed */
} ShoalTrust;

/** shoal_engine_probe_async: which key a tracker is to be known by. Where none is known it is asked
 * for; nothing is remembered */
void shoal_engine_probe_async (ShoalEngine *self,
                               const ShoalLink *link,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
/** shoal_engine_probe_finish: @trust: (out). Returns: (transfer full) (nullable): the key */
char *shoal_engine_probe_finish (ShoalEngine *self,
                                 GAsyncResult *result,
                                 ShoalTrust *trust,
                                 GError **error);

/**
 * shoal_engine_sign_up_async:
 * @link: the tracker's link
 * @trust: (nullable): the key that the user has confirmed, where the link has none
 * @user: the new account's name
 * @password: its password
 *
 * Makes an account, signs in and stays. A key that differs from the one known for this profile is
 * %SHOAL_ERROR_UNTRUSTED; so is a link without one if @trust is %NULL and none is known.
 */
void shoal_engine_sign_up_async (ShoalEngine *self,
                                 const ShoalLink *link,
                                 const char *trust,
                                 const char *user,
                                 const char *password,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
gboolean shoal_engine_sign_up_finish (ShoalEngine *self, GAsyncResult *result, GError **error);
/** shoal_engine_sign_in_async: as shoal_engine_sign_up_async() with an account that is there;
 * @link: (nullable): the tracker known */
void shoal_engine_sign_in_async (ShoalEngine *self,
                                 const ShoalLink *link,
                                 const char *trust,
                                 const char *user,
                                 const char *password,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
gboolean shoal_engine_sign_in_finish (ShoalEngine *self, GAsyncResult *result, GError **error);
/** shoal_engine_sign_out_async: voids the token, @everywhere: of all devices of the account. Here
 * it is forgotten in any case.
 * @forget: also forgets the tracker and its key, this device's key and what is shared, so that the
 * profile can join another group or the same tracker with a new key */
void shoal_engine_sign_out_async (ShoalEngine *self,
                                  gboolean everywhere,
                                  gboolean forget,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
gboolean shoal_engine_sign_out_finish (ShoalEngine *self, GAsyncResult *result, GError **error);
void shoal_engine_password_async (ShoalEngine *self,
                                  const char *old_password,
                                  const char *new_password,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
gboolean shoal_engine_password_finish (ShoalEngine *self, GAsyncResult *result, GError **error);

G_END_DECLS
