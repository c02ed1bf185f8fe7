/* shoal-engine-schema.h: the profile's database: the stores' tables put together
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-database.h"

G_BEGIN_DECLS

/** shoal_engine_database_open: opens the profile's database, making or migrating it. Blocking.
 * Returns: (transfer full) (nullable) */
ShoalDatabase *shoal_engine_database_open (const char *path, GError **error);

G_END_DECLS
