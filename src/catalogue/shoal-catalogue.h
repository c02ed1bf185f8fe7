/* shoal-catalogue.h: what is shared: who offers what, and who has a content
 *
 * The catalogue is tables in the database of whoever keeps it, and requests as they come over the
 * wire: each is read from its parameters (checked; what is wrong is %SHOAL_ERROR_INVALID with its
 * field, or %SHOAL_ERROR_LIMIT), run as a job of that database, and makes its answer. It knows no
 * connections: who asks is said by rows of these tables, which must be there beside its own:
 *
 * - accounts: id, account, user, fold, and files and bytes, which are kept here;
 * - devices: id, device, account_id.
 *
 * What is searched is in shoal-search.h.
 *
 * Threads: a request is made, and its answer, in the main thread; it is run in the database's.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

#include "shoal-database.h"
#include "shoal-digest.h"

G_BEGIN_DECLS

/* The catalogue's tables: migrations of the database (shoal-catalogue-schema.c). */
extern const char shoal_catalogue_schema_1[];
extern const char shoal_catalogue_schema_2[];

/** ShoalOfferer: who offers: rows of the tables accounts and devices */
typedef struct
{
  gint64 account_row;
  gint64 device_row;
} ShoalOfferer;

/** ShoalMemberCounts: what a member offers after a job, over all his devices */
typedef struct
{
  gint64 files;
  gint64 bytes;
} ShoalMemberCounts;

/* ---- “offer” ------------------------------------------------------------------------------- */

/** ShoalOfferBatch: files and folders that a device has to give */
typedef struct _ShoalOfferBatch ShoalOfferBatch;

/** shoal_offer_batch_new: @max_entries: that the member may offer in all. One that is wrong is
 * refused alone, in the answer. Returns: (transfer full) (nullable) */
ShoalOfferBatch *shoal_offer_batch_new (JsonObject *params,
                                        const ShoalOfferer *offerer,
                                        gint64 max_entries,
                                        gint64 now_ms,
                                        GError **error);
void shoal_offer_batch_free (ShoalOfferBatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalOfferBatch, shoal_offer_batch_free)
/** shoal_offer_batch_run: a write job (@data: a ShoalOfferBatch). A device that is not the
 * account's any more is %SHOAL_ERROR_AUTH */
gboolean shoal_offer_batch_run (ShoalConnection *connection, gpointer data, GError **error);
/** shoal_offer_batch_describe: Returns: (transfer full) (nullable): what is new, for the log, a
 * little more than @max_bytes at most; %NULL: nothing is */
char *shoal_offer_batch_describe (ShoalOfferBatch *self, gsize max_bytes);
/** shoal_offer_batch_get_counts: Returns: (nullable): %NULL: nothing is found now that was not */
const ShoalMemberCounts *shoal_offer_batch_get_counts (ShoalOfferBatch *self);
/** shoal_offer_batch_make_answer: Returns: (transfer full) */
JsonObject *shoal_offer_batch_make_answer (ShoalOfferBatch *self);

/* ---- “offer-entries” ----------------------------------------------------------------------- */

/** ShoalEntryBatch: some of what is in a folder that is offered */
typedef struct _ShoalEntryBatch ShoalEntryBatch;

/** shoal_entry_batch_new: Returns: (transfer full) (nullable) */
ShoalEntryBatch *shoal_entry_batch_new (JsonObject *params,
                                        const ShoalOfferer *offerer,
                                        gint64 now_ms,
                                        GError **error);
void shoal_entry_batch_free (ShoalEntryBatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalEntryBatch, shoal_entry_batch_free)
/** shoal_entry_batch_run: a write job (@data: a ShoalEntryBatch). Without such an offer it is
 * %SHOAL_ERROR_NOT_FOUND */
gboolean shoal_entry_batch_run (ShoalConnection *connection, gpointer data, GError **error);
/** shoal_entry_batch_get_counts: Returns: (nullable): %NULL: the folder is not found yet, or was
 * before */
const ShoalMemberCounts *shoal_entry_batch_get_counts (ShoalEntryBatch *self);
/** shoal_entry_batch_make_answer: Returns: (transfer full) */
JsonObject *shoal_entry_batch_make_answer (ShoalEntryBatch *self);

/* ---- “withdraw” ---------------------------------------------------------------------------- */

/** ShoalWithdrawal: what a device offers no more; all of it in several jobs, so that others get
 * their turn between them */
typedef struct _ShoalWithdrawal ShoalWithdrawal;

/** shoal_withdrawal_new: Returns: (transfer full) (nullable) */
ShoalWithdrawal *
shoal_withdrawal_new (JsonObject *params, const ShoalOfferer *offerer, GError **error);
void shoal_withdrawal_free (ShoalWithdrawal *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalWithdrawal, shoal_withdrawal_free)
/** shoal_withdrawal_run: a write job (@data: a ShoalWithdrawal), to be run until it is done */
gboolean shoal_withdrawal_run (ShoalConnection *connection, gpointer data, GError **error);
/** shoal_withdrawal_is_done: Returns: whether the last job has removed the last of it */
gboolean shoal_withdrawal_is_done (ShoalWithdrawal *self);
/** shoal_withdrawal_describe: Returns: (transfer full) (nullable): what all jobs have done, for the
 * log; %NULL: nothing */
char *shoal_withdrawal_describe (ShoalWithdrawal *self);
/** shoal_withdrawal_get_counts: Returns: (nullable): %NULL: the last job has changed nothing */
const ShoalMemberCounts *shoal_withdrawal_get_counts (ShoalWithdrawal *self);
/** shoal_withdrawal_make_answer: Returns: (transfer full) */
JsonObject *shoal_withdrawal_make_answer (ShoalWithdrawal *self);

/** shoal_catalogue_forget_device: inside a write job: withdraws all offers of a device, because it
 * is removed or belongs to another account from now on. The cleaning tells what its member offers
 * then. */
gboolean
shoal_catalogue_forget_device (ShoalConnection *connection, gint64 device_row, GError **error);

/* ---- “offers” ------------------------------------------------------------------------------ */

/** ShoalOfferList: a page of what a device offers */
typedef struct _ShoalOfferList ShoalOfferList;

/** shoal_offer_list_new: Returns: (transfer full) (nullable) */
ShoalOfferList *shoal_offer_list_new (JsonObject *params, gint64 device_row, GError **error);
void shoal_offer_list_free (ShoalOfferList *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalOfferList, shoal_offer_list_free)
/** shoal_offer_list_run: a read job (@data: a ShoalOfferList) */
gboolean shoal_offer_list_run (ShoalConnection *connection, gpointer data, GError **error);
/** shoal_offer_list_make_answer: Returns: (transfer full) */
JsonObject *shoal_offer_list_make_answer (ShoalOfferList *self);

/* ---- “sources” ----------------------------------------------------------------------------- */

/** ShoalPuller: who is downloading a content, and serves what has come */
typedef struct
{
  gint64 device_row;
  char *device;
  char *account;
  char *user;
  gint64 size;
  gboolean manifest; /* the content is that of a folder's manifest */
} ShoalPuller;

/** ShoalSources: who has a content: online first, and of those the complete ones */
typedef struct _ShoalSources ShoalSources;

/** shoal_sources_new: Returns: (transfer full) (nullable) */
ShoalSources *shoal_sources_new (JsonObject *params, GError **error);
void shoal_sources_free (ShoalSources *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalSources, shoal_sources_free)
/** shoal_sources_get_digest: Returns: (transfer none): the content that is asked for */
const ShoalDigest *shoal_sources_get_digest (ShoalSources *self);
/** shoal_sources_take: before it is run: what no table knows. @online: (transfer full): set of rows
 * (GINT_TO_POINTER) of devices. @pullers: (transfer full) (element-type ShoalPuller): of the
 * content, of any size; they are online */
void shoal_sources_take (ShoalSources *self, GHashTable *online, GPtrArray *pullers);
/** shoal_sources_run: a read job (@data: a ShoalSources) */
gboolean shoal_sources_run (ShoalConnection *connection, gpointer data, GError **error);
/** shoal_sources_make_answer: Returns: (transfer full) */
JsonObject *shoal_sources_make_answer (ShoalSources *self);

/* ---- Cleaning up --------------------------------------------------------------------------- */

/** ShoalStaleCounts: what a member offers after he has lost a device */
typedef struct
{
  gint64 account_row;
  ShoalMemberCounts counts;
} ShoalStaleCounts;

/** ShoalCleaning: of shoal_catalogue_run_cleaning() */
typedef struct
{
  GArray *stale; /* of ShoalStaleCounts: whom shoal_catalogue_forget_device() has changed */
  gboolean more; /* there is more to do */
} ShoalCleaning;

/** shoal_cleaning_new: Returns: (transfer full) */
ShoalCleaning *shoal_cleaning_new (void);
void shoal_cleaning_free (ShoalCleaning *self);
/** shoal_catalogue_run_cleaning: a write job (@data: a ShoalCleaning) that deletes a few rows that
 * nobody needs any more, or tidies up the index a little: a few milliseconds' work */
gboolean shoal_catalogue_run_cleaning (ShoalConnection *connection, gpointer data, GError **error);

G_END_DECLS
