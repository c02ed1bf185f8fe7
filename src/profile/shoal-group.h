/* shoal-group.h: which group a profile belongs to, in PROFILE/group.ini
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** ShoalGroup: what is remembered of the tracker over restarts; no secrets. All may be %NULL in a
 * new profile. */
typedef struct
{
  char **addresses; /* (nullable) (array zero-terminated=1): "host:port", hints */
  char *key;        /* (nullable): the tracker's fingerprint: the group's identity */
  char *name;       /* (nullable): what the tracker calls the group */
  char *account;    /* (nullable) */
  char *user;       /* (nullable) */
  gboolean signed_in;
  gint64 audit_count;
  char *audit_head; /* (nullable) */
} ShoalGroup;

/** shoal_group_load: reads @path. A missing file is an empty group; one that cannot be read is an
 * error, so that a pinned key is never lost silently. Returns: (transfer full) */
ShoalGroup *shoal_group_load (const char *path, GError **error);
/** shoal_group_save: replaces @path atomically, readable by the owner only */
gboolean shoal_group_save (const ShoalGroup *self, const char *path, GError **error);
void shoal_group_free (ShoalGroup *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalGroup, shoal_group_free)

G_END_DECLS
