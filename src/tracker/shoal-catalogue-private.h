/* shoal-catalogue-private.h: what the catalogue's files share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

#include "shoal-actor.h"
#include "shoal-catalogue.h"
#include "shoal-database.h"
#include "shoal-digest.h"

G_BEGIN_DECLS

/* No time of change was told. */
#define SHOAL_NO_MTIME G_MININT64
/* An offer's id: 32 hex digits. */
#define SHOAL_OFFER_CHARS (32)

/* Kinds of words in the index. */
#define SHOAL_TOKEN_TYPE "type"
#define SHOAL_TOKEN_SIZE "size"
#define SHOAL_TOKEN_LISTING "list"
/* The first byte of the folded name. */
#define SHOAL_TOKEN_INITIAL "init"

/** shoal_digest_key: the first 8 bytes, as the database keeps them beside the whole */
gint64 shoal_digest_key (const ShoalDigest *digest);

/** shoal_digest_from_bytes: a blob of the database */
gboolean
shoal_digest_from_bytes (ShoalDigest *digest, gconstpointer bytes, gsize size, GError **error);

/* ---- Parameters, on the main thread -------------------------------------------------------- */

/** shoal_params_get_hex: a member of exactly @chars lower-case hex digits */
gboolean shoal_params_get_hex (
    JsonObject *object, const char *name, gsize chars, const char **value, GError **error);
gboolean
shoal_params_get_digest (JsonObject *object, const char *name, ShoalDigest *digest, GError **error);
/** shoal_params_get_content: "id" and the size @size_name of one file's bytes; the zero id exactly
 * with size 0 */
gboolean shoal_params_get_content (
    JsonObject *object, const char *size_name, ShoalDigest *digest, gint64 *size, GError **error);
gboolean shoal_params_get_mtime (JsonObject *object, gint64 *mtime_ms, GError **error);
/** shoal_check_offer_name: one component, as it is, but never a path */
gboolean shoal_check_offer_name (const char *name, GError **error);
/** shoal_check_entry_path: relative, without empty, "." and ".." components, within the limits */
gboolean shoal_check_entry_path (const char *path, GError **error);

/* ---- Items, in a job ----------------------------------------------------------------------- */

/** ShoalItem: what is new in the table items */
typedef struct
{
  gint64 listing_row; /* 0: top level */
  gboolean folder;
  const ShoalDigest *digest;
  gint64 size;
  gint64 manifest_size; /* of a folder */
  gint64 entries;       /* of a folder */
  gint64 mtime_ms;
  gint64 added_ms;
  const char *path; /* at the top level the name */
} ShoalItem;

/** shoal_item_content_size: of the bytes that the digest is of */
gint64 shoal_item_content_size (const ShoalItem *item);
/** shoal_items_find_top: @row: (out): 0 if there is no such item at the top level */
gboolean shoal_items_find_top (ShoalConnection *connection,
                               const ShoalItem *item,
                               gint64 *row,
                               GError **error);
/** shoal_items_insert: with its words in the index, and needed once. @live: what its counter of
 * complete offers begins with */
gboolean shoal_items_insert (
    ShoalConnection *connection, const ShoalItem *item, gint64 live, gint64 *row, GError **error);
/** shoal_items_delete: a row of items and its words. @path, @fold, @type, …: as they are in the row
 */
gboolean shoal_items_delete (ShoalConnection *connection, gint64 row, GError **error);

/** shoal_listings_insert: @item: the folder. Without entries and counters */
gboolean shoal_listings_insert (ShoalConnection *connection,
                                const ShoalItem *item,
                                gint64 *row,
                                GError **error);

/* ---- Offers, in a job ---------------------------------------------------------------------- */

/** ShoalOfferRow: a row of the table offers */
typedef struct
{
  gint64 row; /* 0: there is none */
  gint64 account_row;
  gint64 item_row;
  gint64 listing_row;
  gboolean listing_shared;
  gboolean complete;
  gint64 entries;
  gint64 done;
  gint64 files;
  gint64 bytes;
} ShoalOfferRow;

/** ShoalOfferSums: what new offers of one member add to his sums; written once for many offers */
typedef struct
{
  gint64 n_offers;
  gint64 entries;
  gint64 bytes;
  gint64 live_files; /* of the complete ones */
  gint64 live_bytes;
} ShoalOfferSums;

/** shoal_offer_sums_add: counts a row that was inserted */
void shoal_offer_sums_add (ShoalOfferSums *self, const ShoalOfferRow *row);
/** shoal_offer_sums_write: adds them to the member's and begins again with nothing. To be called
 * before anything reads his sums or takes something away from them. */
gboolean shoal_offer_sums_write (ShoalOfferSums *self,
                                 ShoalConnection *connection,
                                 gint64 account_row,
                                 GError **error);

/** shoal_offers_find: @row: (out): its row is 0 if the device has no such offer */
gboolean shoal_offers_find (ShoalConnection *connection,
                            gint64 device_row,
                            const char *offer,
                            ShoalOfferRow *row,
                            GError **error);
/** shoal_offers_set_complete: from now on it is found */
gboolean
shoal_offers_set_complete (ShoalConnection *connection, const ShoalOfferRow *row, GError **error);
gboolean
shoal_offers_remove (ShoalConnection *connection, const ShoalOfferRow *row, GError **error);
/** shoal_offers_remove_some: up to @limit offers of a device with rows up to @last. @removed:
 * (out): how many */
gboolean shoal_offers_remove_some (ShoalConnection *connection,
                                   gint64 device_row,
                                   gint64 last,
                                   int limit,
                                   gint64 *removed,
                                   GError **error);

/** ShoalMemberCounts: what a member offers after a job, for the roster */
typedef struct
{
  gint64 files;
  gint64 bytes;
} ShoalMemberCounts;

gboolean shoal_offers_get_counts (ShoalConnection *connection,
                                  gint64 account_row,
                                  ShoalMemberCounts *counts,
                                  GError **error);

/* ---- The rest of the catalogue ------------------------------------------------------------- */

/** shoal_catalogue_changed: after a commit that changed what @session's member offers: tells
 * everybody */
void shoal_catalogue_changed (ShoalTrackerSession *session, const ShoalMemberCounts *counts);

/** ShoalStaleCounts: what a member offers after he has lost a device */
typedef struct
{
  gint64 account_row;
  ShoalMemberCounts counts;
} ShoalStaleCounts;

/** ShoalCleaning: of shoal_catalogue_run_cleaning() */
typedef struct
{
  GArray *stale; /* of ShoalStaleCounts, for the roster */
  gboolean more; /* there is more to do */
} ShoalCleaning;

ShoalCleaning *shoal_cleaning_new (void);
void shoal_cleaning_free (ShoalCleaning *self);
/** shoal_catalogue_run_cleaning: a write job (@data: a ShoalCleaning) that deletes a few rows */
gboolean shoal_catalogue_run_cleaning (ShoalConnection *connection, gpointer data, GError **error);

/** shoal_catalogue_set_pulling: remembers that a device is downloading a content; @manifest: as the
 * list of files of a folder. Fails with %SHOAL_ERROR_LIMIT */
gboolean shoal_catalogue_set_pulling (ShoalCatalogue *self,
                                      ShoalTrackerSession *session,
                                      const ShoalDigest *digest,
                                      gint64 size,
                                      gboolean manifest,
                                      gboolean active,
                                      GError **error);

/** ShoalPuller: who is downloading a content */
typedef struct
{
  ShoalActor *actor;
  gint64 size;
  gboolean manifest; /* the content is that of a folder's manifest */
} ShoalPuller;

/** shoal_catalogue_get_pullers: Returns: (transfer full) (element-type ShoalPuller): at most
 * %SHOAL_MAX_SOURCE_ROWS, of any size */
GPtrArray *shoal_catalogue_get_pullers (ShoalCatalogue *self, const ShoalDigest *digest);

/** ShoalHolder: a device that offers a content */
typedef struct
{
  gint64 device_row;
  gint64 item_row; /* of the offer */
  gint64 size;
  gboolean manifest; /* the content is that of a folder's manifest */
} ShoalHolder;

/** shoal_content_collect: in a job: the devices that offer this content now, each once, at most
 * %SHOAL_MAX_HOLDERS. @size: -1: of any size. Returns: (transfer full) (nullable) (element-type
 * ShoalHolder): */
GArray *shoal_content_collect (ShoalConnection *connection,
                               const ShoalDigest *digest,
                               gint64 size,
                               GError **error);
/** shoal_content_count_sources: how many they are. @device_row: this one counts in any case, if it
 * is not 0 */
gboolean shoal_content_count_sources (ShoalConnection *connection,
                                      const ShoalDigest *digest,
                                      gint64 size,
                                      gint64 device_row,
                                      gint64 *n_sources,
                                      GError **error);
/** shoal_is_online: @online: set of device rows */
gboolean shoal_is_online (GHashTable *online, gint64 device_row);

/* The handlers of the methods, each in the file of its job. */
gboolean shoal_handle_offer (ShoalTrackerSession *session,
                             ShoalRequest *request,
                             JsonObject *params,
                             GError **error);
gboolean shoal_handle_offer_entries (ShoalTrackerSession *session,
                                     ShoalRequest *request,
                                     JsonObject *params,
                                     GError **error);
gboolean shoal_handle_withdraw (ShoalTrackerSession *session,
                                ShoalRequest *request,
                                JsonObject *params,
                                GError **error);
gboolean shoal_handle_offers (ShoalTrackerSession *session,
                              ShoalRequest *request,
                              JsonObject *params,
                              GError **error);
gboolean shoal_handle_pulling (ShoalTrackerSession *session,
                               ShoalRequest *request,
                               JsonObject *params,
                               GError **error);
gboolean shoal_handle_search (ShoalTrackerSession *session,
                              ShoalRequest *request,
                              JsonObject *params,
                              GError **error);
gboolean shoal_handle_find (ShoalTrackerSession *session,
                            ShoalRequest *request,
                            JsonObject *params,
                            GError **error);
gboolean shoal_handle_sources (ShoalTrackerSession *session,
                               ShoalRequest *request,
                               JsonObject *params,
                               GError **error);

G_END_DECLS
