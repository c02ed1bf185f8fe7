/* shoal-roster-news.h: what a tracker tells of the members, as values
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** ShoalRosterDevice: a device of a member; strings are owned */
typedef struct
{
  char *fingerprint;
  char *name; /* (nullable) */
  gboolean online;
  gint64 since_ms;
  gint64 last_seen_ms;
  guint port;       /* 0: it does not serve */
  char *seen;       /* (nullable): the literal address that the tracker sees */
  char **addresses; /* (array zero-terminated=1): the literals that it tells, as they came */
} ShoalRosterDevice;

/** shoal_roster_device_free: @self: (nullable) */
void shoal_roster_device_free (ShoalRosterDevice *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalRosterDevice, shoal_roster_device_free)

/** ShoalRosterMember: a member; strings are owned */
typedef struct
{
  char *account;
  char *user;
  gboolean online;
  gboolean owner;
  gint64 last_seen_ms;
  gint64 n_files;
  gint64 bytes;
  GPtrArray *devices; /* (element-type ShoalRosterDevice) */
} ShoalRosterMember;

/** shoal_roster_member_new: Returns: (transfer full): all zero, no devices */
ShoalRosterMember *shoal_roster_member_new (void);
/** shoal_roster_member_free: @self: (nullable) */
void shoal_roster_member_free (ShoalRosterMember *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalRosterMember, shoal_roster_member_free)

/** ShoalRosterNews: all members, or what has changed of them since the news before. Reference
 * counted; not changed once others have it, so any thread may read it and let it go */
typedef struct
{
  gatomicrefcount ref_count;
  gint64 seq;
  GPtrArray *members; /* (element-type ShoalRosterMember) */
  char **removed;     /* (array zero-terminated=1): accounts that are no members any more */
} ShoalRosterNews;

/** shoal_roster_news_new: Returns: (transfer full): of nobody */
ShoalRosterNews *shoal_roster_news_new (void);
ShoalRosterNews *shoal_roster_news_ref (ShoalRosterNews *self);
void shoal_roster_news_unref (ShoalRosterNews *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalRosterNews, shoal_roster_news_unref)

G_END_DECLS
