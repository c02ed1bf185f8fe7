/* shoal-tracker-schema.h: the tables of the tracker's database
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-database.h"

G_BEGIN_DECLS

#define SHOAL_TRACKER_DATABASE "tracker.db"

/** shoal_tracker_open_database: opens (or makes) the database in the folder @data. Blocking */
ShoalDatabase *shoal_tracker_open_database (const char *data, GError **error);

G_END_DECLS
