/* shoal-share-store.h: the shares in the profile's database
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-database.h"
#include "shoal-holdings.h"
#include "shoal-switches.h"

G_BEGIN_DECLS

/** shoal_share_store_schema: the SQL that makes its tables, for the profile's first migration */
extern const char shoal_share_store_schema[];
/** shoal_share_store_switches_schema: what a later migration adds: the switches of folders */
extern const char shoal_share_store_switches_schema[];

/** shoal_share_store_ignore_schema: and a later one: patterns of what is left out */
extern const char shoal_share_store_ignore_schema[];

/** ShoalStoredShare: a row */
typedef struct
{
  gint64 number;
  char *path;
  gboolean folder;
  gboolean offered; /* the user's switch */
  char *offer;
  gint64 added_ms;
  guint n_fetched;
  char **skipped;
  guint n_skipped;         /* more than the names that are kept */
  ShoalHoldingSet *set;    /* %NULL until it has been hashed */
  ShoalHoldingSet *hidden; /* (nullable): what was hashed and is switched off */
  ShoalSwitches *switches;
  char **ignore; /* its own patterns */
} ShoalStoredShare;

/** shoal_stored_share_new: Returns: (transfer full): everything switched on, all else zero */
ShoalStoredShare *shoal_stored_share_new (void);
void shoal_stored_share_free (ShoalStoredShare *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalStoredShare, shoal_stored_share_free)

/* All functions work inside a job of #ShoalDatabase. */

/** shoal_share_store_load: Returns: (transfer full) (element-type ShoalStoredShare): in the order
 * they were added */
GPtrArray *shoal_share_store_load (ShoalConnection *connection, GError **error);
/** shoal_share_store_insert: a share that is not hashed yet; fills in its number */
gboolean
shoal_share_store_insert (ShoalConnection *connection, ShoalStoredShare *share, GError **error);
/** shoal_share_store_update: replaces its files. @hidden: (nullable): those that are switched off.
 * @layers: (element-type ShoalStoredLayer): one for
 * each file of more than one piece; a layer that is neither given nor there is
 * %SHOAL_ERROR_CHANGED. A share removed meanwhile is %SHOAL_ERROR_NOT_FOUND. @manifest: (nullable):
 * the text, written into @manifests before the row says so */
gboolean shoal_share_store_update (ShoalConnection *connection,
                                   ShoalHoldingSet *set,
                                   ShoalHoldingSet *hidden,
                                   GArray *layers,
                                   GBytes *manifest,
                                   const char *manifests,
                                   const char *const *skipped,
                                   guint n_skipped,
                                   GError **error);
/** shoal_share_store_remove: the share with this offer id, with its files, and the layers and
 * manifest that nothing else needs; none is no error */
gboolean shoal_share_store_remove (ShoalConnection *connection,
                                   const char *offer,
                                   const char *manifests,
                                   GError **error);
/** shoal_share_store_set_offered: the user's switch of the whole share */
gboolean shoal_share_store_set_offered (ShoalConnection *connection,
                                        gint64 number,
                                        gboolean offered,
                                        GError **error);
/** shoal_share_store_set_switches: replaces the switches of a folder that is there */
gboolean shoal_share_store_set_switches (ShoalConnection *connection,
                                         gint64 number,
                                         const ShoalSwitches *switches,
                                         GError **error);
/** shoal_share_store_set_ignore: replaces its patterns; a share that is gone is no error */
gboolean shoal_share_store_set_ignore (ShoalConnection *connection,
                                       gint64 number,
                                       const char *const *ignore,
                                       GError **error);
/** shoal_share_store_count_fetched: one more; a share that is gone is no error */
gboolean
shoal_share_store_count_fetched (ShoalConnection *connection, gint64 number, GError **error);

G_END_DECLS
