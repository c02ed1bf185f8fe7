/* shoal-catalogue-private.h: what the catalogue's files share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-catalogue-params.h"
#include "shoal-catalogue.h"

G_BEGIN_DECLS

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
/** shoal_offers_remove: what only it needed is deleted later */
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

/** shoal_offers_get_counts: what a member offers now */
gboolean shoal_offers_get_counts (ShoalConnection *connection,
                                  gint64 account_row,
                                  ShoalMemberCounts *counts,
                                  GError **error);

/* ---- Holders, in a job ---------------------------------------------------------------------- */

/** ShoalHolder: a device that offers a content */
typedef struct
{
  gint64 device_row;
  gint64 item_row; /* the file, the folder, or the entry of a folder */
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

G_END_DECLS
