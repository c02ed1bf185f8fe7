/* shoal-tracker-parts.h: what the parts of the tracker ask of the whole
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-database.h"
#include "shoal-device-key.h"
#include "shoal-tracker-config.h"

G_BEGIN_DECLS

/* No part is known here but by its name: who works with one includes its header. */
typedef struct _ShoalCatalogueKeeper ShoalCatalogueKeeper;
typedef struct _ShoalFailedTries ShoalFailedTries;
typedef struct _ShoalLockout ShoalLockout;
typedef struct _ShoalPasswordPool ShoalPasswordPool;
typedef struct _ShoalPresence ShoalPresence;
typedef struct _ShoalSessions ShoalSessions;
typedef struct _ShoalTokenClock ShoalTokenClock;

typedef struct _ShoalTrackerParts ShoalTrackerParts;

/**
 * ShoalDeviceRemoved: what else is to be done when a device is removed, or belongs to another
 * account from now on
 * @in_job: inside the write job that does it, in the database's thread; what fails here undoes the
 *   job
 * @committed: after that job, on the main thread; once, however many devices there were
 */
typedef struct
{
  gboolean (*in_job) (ShoalConnection *connection, gint64 device_row, GError **error);
  void (*committed) (const ShoalTrackerParts *parts);
} ShoalDeviceRemoved;

/** ShoalTrackerParts: the parts of one tracker. The server makes them; they are there as long as
 * @owner is, so whoever asks for one later holds a reference to that, as each session does. Main
 * thread. */
struct _ShoalTrackerParts
{
  GObject *owner; /* the tracker; not owned */
  ShoalTrackerConfig *config;
  ShoalDeviceKey *key; /* its fingerprint is the group's id */
  char **addresses;    /* (nullable): for links; %NULL as long as the tracker does not listen */
  ShoalDatabase *database;
  ShoalSessions *sessions;
  ShoalPresence *presence;
  ShoalLockout *lockout;
  ShoalFailedTries *failed_tries;
  ShoalTokenClock *token_clock;
  ShoalPasswordPool *passwords;
  ShoalCatalogueKeeper *catalogue;
  const ShoalDeviceRemoved *device_removed;
};

/** shoal_tracker_parts_dup_link: @code: (nullable): of an invite, which makes the link a secret.
 * Returns: (transfer full) (nullable): the group's link; %NULL as long as the tracker does not
 * listen */
char *shoal_tracker_parts_dup_link (const ShoalTrackerParts *self, const char *code);

G_END_DECLS
