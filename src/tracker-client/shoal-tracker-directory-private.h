/* shoal-tracker-directory-private.h: what the files of the tracker's directory share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-roster.h"
#include "shoal-tracker-directory.h"

G_BEGIN_DECLS

struct _ShoalTrackerDirectory
{
  GObject parent_instance;

  ShoalTrackerLink *link;
  gboolean online; /* as we have told it */

  ShoalRoster *roster;
  gboolean have_roster;         /* on this connection */
  GCancellable *asking;         /* (nullable): for the whole roster, on this connection */
  ShoalKeptRows *kept_rows;     /* (nullable) */
  ShoalKeptRoster *kept_roster; /* (nullable) */

  guint max_batch;
  gboolean announcing;
  guint16 port;
  char **announced;    /* what the tracker was told on this connection */
  GHashTable *pulling; /* id → Pulling, both owned */
};

/* shoal-tracker-directory.c */
/* The link is online and the members are known. */
void shoal_tracker_directory_come_online (ShoalTrackerDirectory *self);

/* shoal-tracker-directory-roster.c */
/* Hears what the tracker pushes; once. */
void shoal_tracker_directory_watch_roster (ShoalTrackerDirectory *self);
/* Nothing is known of this connection any more. */
void shoal_tracker_directory_lose_roster (ShoalTrackerDirectory *self);

/* shoal-tracker-directory-announce.c */
void shoal_tracker_directory_send_announcement (ShoalTrackerDirectory *self, gboolean if_changed);
void shoal_tracker_directory_announce (ShoalDirectory *directory, guint16 port);

/* shoal-tracker-directory-pulling.c */
void shoal_tracker_directory_set_pulling (ShoalDirectory *directory,
                                          const ShoalDigest *id,
                                          guint64 size,
                                          gboolean manifest,
                                          gboolean active);
void shoal_tracker_directory_repeat_pulling (ShoalTrackerDirectory *self);

/* shoal-tracker-directory-catalogue.c, -offers.c */
void shoal_tracker_directory_init_catalogue (ShoalDirectoryInterface *iface);
void shoal_tracker_directory_init_offers (ShoalDirectoryInterface *iface);

G_END_DECLS
