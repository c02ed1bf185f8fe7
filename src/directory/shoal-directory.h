/* shoal-directory.h: who is there and who has what: the seam between the engine and where it learns
 * that
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-digest.h"
#include "shoal-member.h"
#include "shoal-offer.h"
#include "shoal-result.h"
#include "shoal-source.h"

G_BEGIN_DECLS

/**
 * ShoalDirectoryState:
 * @SHOAL_DIRECTORY_OFFLINE: not connected; see shoal_directory_get_error(); reconnects by itself
 * @SHOAL_DIRECTORY_CONNECTING: on the way
 * @SHOAL_DIRECTORY_ONLINE: signed in, roster known
 * @SHOAL_DIRECTORY_SIGNED_OUT: nobody has signed in, or the token is void
 * @SHOAL_DIRECTORY_REPLACED: another program with this device's key took over; waits for the user
 * @SHOAL_DIRECTORY_UNTRUSTED: the tracker shows another key than before; waits for the user
 */
typedef enum
{
  SHOAL_DIRECTORY_OFFLINE,
  SHOAL_DIRECTORY_CONNECTING,
  SHOAL_DIRECTORY_ONLINE,
  SHOAL_DIRECTORY_SIGNED_OUT,
  SHOAL_DIRECTORY_REPLACED,
  SHOAL_DIRECTORY_UNTRUSTED,
} ShoalDirectoryState;

typedef enum
{
  SHOAL_SORT_NEWEST,
  SHOAL_SORT_NAME,
  SHOAL_SORT_SIZE,
  SHOAL_SORT_TYPE, /* then by name */
  SHOAL_SORT_WHO,  /* by how many offer it */
} ShoalSort;

/** shoal_sort_to_string: Returns: "newest", "name", … as the protocol has it */
const char *shoal_sort_to_string (ShoalSort sort);
/** shoal_sort_from_string: @sort: (out). Returns: whether @text is one */
gboolean shoal_sort_from_string (const char *text, ShoalSort *sort);

/** ShoalQuery: what to search for; all strings may be %NULL, sizes -1 for no bound */
typedef struct
{
  const char *words;
  const char *type;
  const char *user;
  const char *folder; /* manifest id: only its entries */
  const char *cursor;
  gint64 min_size;
  gint64 max_size;
  gboolean available;
  gboolean top; /* only offers themselves, not the entries of folders */
  ShoalSort sort;
  gboolean descending;
  guint limit;
} ShoalQuery;

#define SHOAL_TYPE_DIRECTORY (shoal_directory_get_type ())
G_DECLARE_INTERFACE (ShoalDirectory, shoal_directory, SHOAL, DIRECTORY, GObject)

/**
 * ShoalDirectoryInterface:
 *
 * Main thread. Signals: "state-changed" (no arguments), "roster-changed" (after members or
 * addresses changed; at most one a second), "catalogue-changed". Requests while not online fail
 * with %SHOAL_ERROR_DISCONNECTED at once, but for a search, which a directory may answer from what
 * it has kept (see kept_ms of #ShoalPage). Every _async has a cancellable that works.
 */
struct _ShoalDirectoryInterface
{
  GTypeInterface parent_iface;

  ShoalDirectoryState (*get_state) (ShoalDirectory *self);
  const GError *(*get_error) (ShoalDirectory *self);
  gint64 (*get_now_ms) (ShoalDirectory *self);
  GListModel *(*get_members) (ShoalDirectory *self);
  ShoalDevice *(*lookup_device) (ShoalDirectory *self,
                                 const char *fingerprint,
                                 ShoalMember **member);
  gboolean (*confirm_device) (ShoalDirectory *self, const char *fingerprint);
  void (*announce) (ShoalDirectory *self, guint16 port);

  void (*search_async) (ShoalDirectory *self,
                        const ShoalQuery *query,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
  ShoalPage *(*search_finish) (ShoalDirectory *self, GAsyncResult *result, GError **error);
  void (*find_async) (ShoalDirectory *self,
                      const char *name,
                      const char *user,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data);
  GPtrArray *(*find_finish) (ShoalDirectory *self, GAsyncResult *result, GError **error);
  void (*sources_async) (ShoalDirectory *self,
                         const ShoalDigest *id,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
  GPtrArray *(*sources_finish) (ShoalDirectory *self, GAsyncResult *result, GError **error);
  void (*offer_async) (ShoalDirectory *self,
                       GPtrArray *offers,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data);
  GArray *(*offer_finish) (ShoalDirectory *self, GAsyncResult *result, GError **error);
  void (*withdraw_async) (ShoalDirectory *self,
                          const char *const *offers,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
  gint64 (*withdraw_finish) (ShoalDirectory *self, GAsyncResult *result, GError **error);
  void (*offers_async) (ShoalDirectory *self,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
  GHashTable *(*offers_finish) (ShoalDirectory *self, GAsyncResult *result, GError **error);
  void (*set_pulling) (ShoalDirectory *self,
                       const ShoalDigest *id,
                       guint64 size,
                       gboolean manifest,
                       gboolean active);
};

/** shoal_directory_get_state: Returns: as of the last "state-changed" */
ShoalDirectoryState shoal_directory_get_state (ShoalDirectory *self);
/** shoal_directory_get_error: Returns: (nullable) (transfer none): why it is not online */
const GError *shoal_directory_get_error (ShoalDirectory *self);
/** shoal_directory_get_now_ms: Returns: its clock as far as known: times "…_ms" that it tells
 * compare with it */
gint64 shoal_directory_get_now_ms (ShoalDirectory *self);
/** shoal_directory_get_members: Returns: (transfer none): of #ShoalMember, kept while offline */
GListModel *shoal_directory_get_members (ShoalDirectory *self);
/** shoal_directory_lookup_device: @member: (out) (optional) (nullable) (transfer none): whose it
 * is. Returns: (transfer none) (nullable) */
ShoalDevice *
shoal_directory_lookup_device (ShoalDirectory *self, const char *fingerprint, ShoalMember **member);
/** shoal_directory_confirm_device: the user has compared its words. Returns: whether there is such
 * a device */
gboolean shoal_directory_confirm_device (ShoalDirectory *self, const char *fingerprint);
/** shoal_directory_announce: where we serve, kept and repeated at each reconnect; 0 for nowhere */
void shoal_directory_announce (ShoalDirectory *self, guint16 port);
/** shoal_directory_search_async: a page of what others offer; @query: copied */
void shoal_directory_search_async (ShoalDirectory *self,
                                   const ShoalQuery *query,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
/** shoal_directory_search_finish: Returns: (transfer full) */
ShoalPage *
shoal_directory_search_finish (ShoalDirectory *self, GAsyncResult *result, GError **error);
/** shoal_directory_find_async: exactly this name; @user: (nullable) narrows */
void shoal_directory_find_async (ShoalDirectory *self,
                                 const char *name,
                                 const char *user,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
/** shoal_directory_find_finish: Returns: (transfer full) (element-type ShoalResult): may be empty
 */
GPtrArray *shoal_directory_find_finish (ShoalDirectory *self, GAsyncResult *result, GError **error);
/** shoal_directory_sources_async: which devices have the content @id, whole or in part */
void shoal_directory_sources_async (ShoalDirectory *self,
                                    const ShoalDigest *id,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
/** shoal_directory_sources_finish: Returns: (transfer full) (element-type ShoalSource): without our
 * own device, online first */
GPtrArray *
shoal_directory_sources_finish (ShoalDirectory *self, GAsyncResult *result, GError **error);
/** shoal_directory_offer_async: offers in batches, folders with all entries; @offers: (element-type
 * ShoalOffer): kept by reference */
void shoal_directory_offer_async (ShoalDirectory *self,
                                  GPtrArray *offers,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
/** shoal_directory_offer_finish: Returns: (transfer full) (element-type ShoalOfferAnswer): one for
 * each offer, in their order; %NULL with an error if the whole failed */
GArray *shoal_directory_offer_finish (ShoalDirectory *self, GAsyncResult *result, GError **error);
/** shoal_directory_withdraw_async: @offers: (nullable) (array zero-terminated=1): %NULL for all of
 * this device */
void shoal_directory_withdraw_async (ShoalDirectory *self,
                                     const char *const *offers,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
/** shoal_directory_withdraw_finish: Returns: how many, or -1 */
gint64 shoal_directory_withdraw_finish (ShoalDirectory *self, GAsyncResult *result, GError **error);
/** shoal_directory_offers_async: all that the directory has of this device */
void shoal_directory_offers_async (ShoalDirectory *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
/** shoal_directory_offers_finish: Returns: (transfer full): offer id → #ShoalOffer without entries;
 * an incomplete folder is left out */
GHashTable *
shoal_directory_offers_finish (ShoalDirectory *self, GAsyncResult *result, GError **error);
/** shoal_directory_set_pulling: tells that we are downloading and serve what we have of it;
 * @manifest: it is a folder's list of files; remembered and repeated at reconnect */
void shoal_directory_set_pulling (
    ShoalDirectory *self, const ShoalDigest *id, guint64 size, gboolean manifest, gboolean active);

G_END_DECLS
