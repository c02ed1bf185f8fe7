/* shoal-shares-private.h: the parts of ShoalShares: the list, the jobs that hash, the offers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-share-private.h"
#include "shoal-shares.h"

G_BEGIN_DECLS

/** ShoalShareEntry: a share and what is going on with it; reference counted, main thread */
typedef struct
{
  ShoalShare *share;
  ShoalShares *shares; /* borrowed; timers end before it does */
  /* The list. */
  gboolean inserting; /* its row is on the way to the database */
  gboolean removed;
  /* Hashing. */
  gboolean queued;          /* waits for a job */
  ShoalShareTarget *target; /* of the job that runs; borrowed */
  gint64 looked_ns;         /* when it began, by the clock on the wall */
  gboolean again;           /* once more when the job is done */
  gboolean stale;           /* something was switched off: what was hashed may not be served */
  GPtrArray *monitors;      /* (nullable): of GFileMonitor */
  guint n_watched;          /* monitors that it has or is about to have */
  GTask *watch_task;        /* (nullable): makes them; borrowed */
  guint delay_ms;           /* before the next try of something that changes */
  guint timer;
  /* Offering. */
  gboolean
      put; /* the list of offers has what is known of it, and its state says what became of it */
} ShoalShareEntry;

ShoalShareEntry *shoal_share_entry_ref (ShoalShareEntry *self);
void shoal_share_entry_unref (ShoalShareEntry *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalShareEntry, shoal_share_entry_unref)

struct _ShoalShares
{
  GObject parent_instance;

  ShoalDatabase *database;
  ShoalOfferKeeper *offers;
  char *own_folder;
  char *manifests;
  ShoalFileStamp excluded; /* device and inode of the profile's folder */
  gboolean stopped;

  GPtrArray *entries;    /* of ShoalShareEntry, in the order of the list */
  GHashTable *by_path;   /* borrowed path → borrowed entry */
  GHashTable *by_offer;  /* borrowed offer id → borrowed entry */
  GHashTable *by_number; /* gint64 in the share's memory → borrowed entry; those stored */
  GPtrArray *waiters;    /* of Waiter, see shoal-shares.c */
  guint n_leaving;       /* of the entries that are removed: they go off the list in slices */
  guint leaving_source;

  /* shoal-shares-jobs.c */
  GMainContext *context;
  ShoalHashPool *pool;
  GThreadPool *workers;
  GThreadPool *jobs;
  GPtrArray *queue; /* of ShoalShareEntry */
  guint n_started;  /* of the queue */
  guint queue_source;
  guint progress_timer;
  guint n_running;
  ShoalHoldings *holdings;
  gboolean holdings_dirty;
  guint holdings_source;

  /* shoal-shares-watch.c */
  gboolean watching;
  guint n_watched;
  guint interval;
  gint64 checked_us; /* when all was looked through last */
};

/* shoal-shares.c */
/** shoal_shares_lookup: Returns: (nullable) (transfer none): by its number in the database */
ShoalShareEntry *shoal_shares_lookup (ShoalShares *self, gint64 number);
/** shoal_shares_find_entry: Returns: (nullable) (transfer none): %NULL if @share was removed */
ShoalShareEntry *shoal_shares_find_entry (ShoalShares *self, ShoalShare *share);
/** shoal_shares_append: to the list, without telling its watchers */
ShoalShareEntry *shoal_shares_append (ShoalShares *self, const ShoalStoredShare *stored);
/** shoal_shares_number: it is in the database now */
void shoal_shares_number (ShoalShares *self, ShoalShareEntry *entry, gint64 number);
/** shoal_shares_wait_for: returns the shares of @entries (%NULL for all) from @task when nothing is
 * going on with them; takes over both */
void shoal_shares_wait_for (ShoalShares *self, GTask *task, GPtrArray *entries);
/** shoal_shares_check_waiters: after anything that may have been waited for */
void shoal_shares_check_waiters (ShoalShares *self);

/* shoal-shares-jobs.c */
void shoal_shares_init_jobs (ShoalShares *self);
/** shoal_shares_cancel_jobs: none begins any more, those under way end soon */
void shoal_shares_cancel_jobs (ShoalShares *self);
/** shoal_shares_join_jobs: waits for them; any thread, after shoal_shares_cancel_jobs() */
void shoal_shares_join_jobs (ShoalShares *self);
/** shoal_shares_queue: looks through it, soon; again if that is under way */
void shoal_shares_queue (ShoalShares *self, ShoalShareEntry *entry);
/** shoal_shares_queue_later: after a moment, which is longer each time */
void shoal_shares_queue_later (ShoalShares *self, ShoalShareEntry *entry);
/** shoal_shares_drop: stops what is under way for an entry that is removed */
void shoal_shares_drop (ShoalShares *self, ShoalShareEntry *entry);
/** shoal_shares_touch_holdings: they are made anew, soon */
void shoal_shares_touch_holdings (ShoalShares *self);
/** shoal_shares_flush_holdings: now, if they are to be */
void shoal_shares_flush_holdings (ShoalShares *self);

/* shoal-shares-watch.c */
void shoal_shares_start_watching (ShoalShares *self);
void shoal_shares_stop_watching (ShoalShares *self);
/** shoal_shares_watch: what is in it now, if anything is to be watched */
void shoal_shares_watch (ShoalShares *self, ShoalShareEntry *entry);
/** shoal_shares_unwatch: until it is watched again */
void shoal_shares_unwatch (ShoalShares *self, ShoalShareEntry *entry);

/* shoal-shares-offers.c */
void shoal_shares_init_offers (ShoalShares *self);
/** shoal_shares_stop_offers: hears nothing of the list of offers any more; what is in it stays */
void shoal_shares_stop_offers (ShoalShares *self);
/** shoal_shares_dup_audience: Returns: (transfer full): to whom shares are offered, and who may
 * fetch them */
ShoalAudience *shoal_shares_dup_audience (ShoalShares *self);
/** shoal_shares_settle: gives an entry that is not being hashed the state that follows from its
 * files, the switch and the directory, and offers or withdraws it */
void shoal_shares_settle (ShoalShares *self, ShoalShareEntry *entry);
/** shoal_shares_is_all_off: Returns: whether there are files and all are switched off */
gboolean shoal_shares_is_all_off (ShoalShareEntry *entry);
/** shoal_shares_hold: it is to be looked through: what the directory has of it stays until then */
void shoal_shares_hold (ShoalShares *self, ShoalShareEntry *entry);
/** shoal_shares_withdraw: from the directory, now or as soon as it is back */
void shoal_shares_withdraw (ShoalShares *self, ShoalShareEntry *entry);
/** shoal_shares_is_offer_open: Returns: whether something will still be heard of its offer */
gboolean shoal_shares_is_offer_open (ShoalShares *self, ShoalShareEntry *entry);

G_END_DECLS
