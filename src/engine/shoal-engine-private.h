/* shoal-engine-private.h: what the engine's files share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-engine.h"
#include "shoal-group.h"
#include "shoal-secret-store.h"
#include "shoal-tracker-directory.h"
#include "shoal-tracker-reports.h"

G_BEGIN_DECLS

struct _ShoalEngine
{
  GObject parent_instance;

  ShoalProfile *profile;
  char *group_path;
  ShoalGroup *group;
  ShoalSettings *settings;
  ShoalDatabase *database;
  ShoalSecretStore *secrets;
  ShoalDeviceKey *key;
  char *key_group; /* (nullable): whose key it is in the secret store; NULL: not stored yet */

  ShoalTrackerLink *link;
  ShoalTrackerAccount *account;
  ShoalTrackerAudit *audit;
  ShoalTrackerReports *reports;
  ShoalTrackerDirectory *directory;
  ShoalOfferKeeper *offers;
  ShoalHistory *history;
  ShoalUploads *uploads;
  ShoalShares *shares;
  ShoalTransferManager *transfers;
  ShoalActivity *activity;

  gboolean serving;
  gboolean moving;             /* from one port to another */
  gboolean with_rates;         /* the parts are there to have them */
  guint plan_id;               /* 0: the limits do not change by themselves */
  int plan_fd;                 /* a timer of the wall clock, while plan_id is not 0 */
  guint64 *upload_override;    /* (nullable) */
  GHashTable *download_limits; /* (nullable): holder → guint64 */

  GTask *starting;           /* (nullable): borrowed: the start that has not ended */
  GCancellable *cancellable; /* (nullable): the start's */
  GPtrArray *stops;          /* of GTask: they wait for the end */
  gboolean stopped;          /* the end has begun */
  gboolean closed;           /* nothing is open any more */
};

/* shoal-engine.c */
/* Makes what the getters return and connects it. */
void shoal_engine_make_parts (ShoalEngine *self, ShoalKnownDevices *known);
void shoal_engine_disconnect_all (ShoalEngine *self);
/* Writes group.ini from what the directory knows now. */
gboolean shoal_engine_save_group (ShoalEngine *self, GError **error);

/* shoal-engine-stop.c */
/* Closes whatever is open, also after half a start. Once. */
void shoal_engine_close_async (ShoalEngine *self, GAsyncReadyCallback callback, gpointer user_data);
void shoal_engine_close_finish (ShoalEngine *self, GAsyncResult *result);
/* Answers who waits for the end. */
void shoal_engine_return_stopped (ShoalEngine *self);

/* shoal-engine-rates.c */
void shoal_engine_start_rates (ShoalEngine *self);
void shoal_engine_stop_rates (ShoalEngine *self);
/* @name: (nullable): which setting; any may say which rates hold */
void shoal_engine_rate_setting_changed (ShoalEngine *self, const char *name);

G_END_DECLS
