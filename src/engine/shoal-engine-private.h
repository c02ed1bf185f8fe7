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
  guint plan_id;               /* looks which rate limits hold now */
  guint64 *upload_override;    /* (nullable) */
  GHashTable *download_limits; /* (nullable): holder → guint64 */
  gboolean stopped;
};

/* shoal-engine.c */
/* Writes group.ini from what the directory knows now. */
gboolean shoal_engine_save_group (ShoalEngine *self, GError **error);

/* shoal-engine-rates.c */
void shoal_engine_start_rates (ShoalEngine *self);
void shoal_engine_stop_rates (ShoalEngine *self);
/* @name: (nullable): which setting; any may say which rates hold */
void shoal_engine_rate_setting_changed (ShoalEngine *self, const char *name);

G_END_DECLS
