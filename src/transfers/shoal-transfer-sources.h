/* shoal-transfer-sources.h: what a download knows of the devices that may have something for it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-source.h"

G_BEGIN_DECLS

/** ShoalRunPeer: a device that may have something; what is known of it goes on being known while
 * its book has a place for it, and always while somebody works at it */
typedef struct
{
  ShoalSource *source; /* as the directory told it last */
  guint number;        /* its place in the book, and its name in the map of pieces */
  gboolean bad;        /* sent wrong bytes: nothing more is taken from it */

  /* Of those who work at it. */
  guint n_workers;
  guint n_failures; /* one after the other */
  gint64 retry_us;  /* nobody tries it before */
  gint64 late_us;   /* it comes after the others until then: it delivers too slowly */
  guint64 bytes;    /* delivered and right */
  double rate;      /* of one of its connections, lately */

  /* The book's own. */
  GHashTable *contents; /* ShoalDigest → GINT: whether the directory calls it partial */
  GHashTable *lacks;    /* ShoalDigest → when to ask again (monotonic µs, gint64 *) */
  gboolean had_folder;  /* offered the folder that is fetched, whole */
} ShoalRunPeer;

/** ShoalSourceBook: whom the directory names for what, what each said and did, and what is asked
 * for. Pure: no lock, no clock, no I/O; the caller locks and tells the time in microseconds. */
typedef struct _ShoalSourceBook ShoalSourceBook;

/**
 * shoal_source_book_new:
 * @folder: (nullable): the folder that is fetched: who offers it whole may have every file of it
 * @device: (nullable): the only one to fetch from
 *
 * Returns: (transfer full): an empty book
 */
ShoalSourceBook *shoal_source_book_new (const ShoalDigest *folder, const char *device);
void shoal_source_book_free (ShoalSourceBook *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalSourceBook, shoal_source_book_free)

/** shoal_source_book_want: the directory is to be asked for @id, until it is forgotten as often as
 * it was wanted */
void shoal_source_book_want (ShoalSourceBook *self, const ShoalDigest *id);
void shoal_source_book_forget (ShoalSourceBook *self, const ShoalDigest *id);
/** shoal_source_book_dup_wanted: Returns: (transfer full) (element-type ShoalDigest): what to ask
 * for */
GPtrArray *shoal_source_book_dup_wanted (ShoalSourceBook *self);

/**
 * shoal_source_book_list:
 * @id: a content
 * @size: its size: an offer of another is one of something else; or -1
 * @sources: (element-type ShoalSource): all that the directory names for it now
 * @now_us: monotonic time
 *
 * Keeps %SHOAL_MAX_SOURCES devices. When all places are taken, a new one gets that of the device
 * that is of the least use: bad, not named any more, away, failing; never of one that is worked at.
 *
 * Returns: (transfer full) (nullable) (element-type guint): the numbers that now name somebody else
 */
GArray *shoal_source_book_list (
    ShoalSourceBook *self, const ShoalDigest *id, gint64 size, GPtrArray *sources, gint64 now_us);

guint shoal_source_book_get_n_peers (ShoalSourceBook *self);
/** shoal_source_book_get_peer: Returns: (transfer none): the one of this number */
ShoalRunPeer *shoal_source_book_get_peer (ShoalSourceBook *self, guint number);
/** shoal_source_book_may_have: Returns: whether it is worth asking @peer for @id now: of one that
 * delivers too slowly only while nobody better can be asked */
gboolean shoal_source_book_may_have (ShoalSourceBook *self,
                                     const ShoalRunPeer *peer,
                                     const ShoalDigest *id,
                                     gint64 now_us);
/** shoal_run_peer_is_reachable: Returns: whether it is online and can be dialled */
gboolean shoal_run_peer_is_reachable (const ShoalRunPeer *peer);
/** shoal_run_peer_is_partial: Returns: whether it still downloads @id itself */
gboolean shoal_run_peer_is_partial (const ShoalRunPeer *peer, const ShoalDigest *id);
/** shoal_run_peer_lacks: it said that it does not have @id; it is not asked before @until_us */
void shoal_run_peer_lacks (ShoalRunPeer *peer, const ShoalDigest *id, gint64 until_us);

/** shoal_source_book_set_apart: nobody offers the folder any more: who did still has most of it */
void shoal_source_book_set_apart (ShoalSourceBook *self);
gboolean shoal_source_book_is_apart (ShoalSourceBook *self);
/** shoal_source_book_is_gone: Returns: whether nobody has been named for @id for @after_us, and
 * nobody who is not bad could still have it */
gboolean shoal_source_book_is_gone (ShoalSourceBook *self,
                                    const ShoalDigest *id,
                                    gint64 after_us,
                                    gint64 now_us);
/** shoal_source_book_is_unlisted: Returns: whether something is wanted, and nobody is named for any
 * of it */
gboolean shoal_source_book_is_unlisted (ShoalSourceBook *self);

/** shoal_source_book_count: @n_active: that are worked at; @n_reachable: that are named for
 * something and could answer; @n_bad: that sent wrong bytes */
void
shoal_source_book_count (ShoalSourceBook *self, guint *n_active, guint *n_reachable, guint *n_bad);
/** shoal_source_book_dup_names: Returns: (transfer full) (array zero-terminated=1): the users, by
 * number */
char **shoal_source_book_dup_names (ShoalSourceBook *self);
/** shoal_source_book_dup_users: Returns: (transfer full): names of all who delivered,
 * comma-separated; and, in @devices, (transfer full) (optional) (array zero-terminated=1), their
 * devices */
char *shoal_source_book_dup_users (ShoalSourceBook *self, char ***devices);

G_END_DECLS
