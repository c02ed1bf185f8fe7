/* shoal-engine-schema.h: the profile's database: the stores' tables put together
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-database.h"

G_BEGIN_DECLS

/** shoal_engine_database_open_async: opens the profile's database, making or migrating it: see
 * shoal_database_open_async() */
void shoal_engine_database_open_async (const char *path,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
/** shoal_engine_database_open_finish: Returns: (transfer full) (nullable) */
ShoalDatabase *shoal_engine_database_open_finish (GAsyncResult *result, GError **error);

G_END_DECLS
