/* shoal-engine-schema.c: the profile's database: the stores' tables put together
 *
 * Each store keeps the SQL of its own tables beside the code that uses them. What has once been
 * released is never edited: a change is a new migration at the end of the list.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-engine-schema"

#include "config.h"

#include "shoal-engine-schema.h"

#include "shoal-history.h"
#include "shoal-kept-roster.h"
#include "shoal-kept-rows.h"
#include "shoal-known-devices.h"
#include "shoal-layer-store.h"
#include "shoal-share-store.h"
#include "shoal-transfer-store.h"

void
shoal_engine_database_open_async (const char *path,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_return_if_fail (path != NULL);

  g_autofree char *first = g_strconcat (shoal_share_store_schema,    /* shares and their files */
                                        shoal_layer_store_schema,    /* piece layers */
                                        shoal_history_schema,        /* transfers that ended */
                                        shoal_known_devices_schema,  /* devices seen in the group */
                                        shoal_transfer_store_schema, /* downloads under way */
                                        NULL);
  g_autofree char *second = g_strconcat (shoal_kept_rows_schema,   /* the catalogue as seen last */
                                         shoal_kept_roster_schema, /* the members likewise */
                                         NULL);
  const char *const migrations[]
      = { first, second, shoal_share_store_switches_schema, shoal_share_store_ignore_schema,
          shoal_transfer_store_entries_schema };

  shoal_database_open_async (path, migrations, G_N_ELEMENTS (migrations), cancellable, callback,
                             user_data);
}

ShoalDatabase *
shoal_engine_database_open_finish (GAsyncResult *result, GError **error)
{
  return shoal_database_open_finish (result, error);
}
