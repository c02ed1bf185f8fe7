/* shoal-catalogue.h: what is shared: the part of the catalogue that the rest of the tracker calls
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-database.h"
#include "shoal-tracker-session.h"

G_BEGIN_DECLS

/* ShoalCatalogue (shoal-tracker-parts.h): the catalogue's state in memory; main thread. */

/* The catalogue's tables: a migration of the tracker's database (shoal-catalogue-schema.c). */
extern const char shoal_catalogue_schema_1[];
extern const char shoal_catalogue_schema_2[];

/** shoal_catalogue_new: @parts: outlive it; the database is open */
ShoalCatalogue *shoal_catalogue_new (const ShoalTrackerParts *parts);
void shoal_catalogue_free (ShoalCatalogue *self);
/** shoal_catalogue_session_closed: the connection of a signed-in device has ended: what lasts as
 * long as the connection ends with it */
void shoal_catalogue_session_closed (ShoalCatalogue *self, ShoalTrackerSession *session);
/** shoal_catalogue_forget_device: inside a write job: withdraws all offers of a device, because it
 * is removed or belongs to another account from now on */
gboolean
shoal_catalogue_forget_device (ShoalConnection *connection, gint64 device_row, GError **error);

/** shoal_catalogue_clean: deletes, bit by bit, what nobody offers any more, and tells the roster
 * what shoal_catalogue_forget_device() has changed; to be called after a job with that */
void shoal_catalogue_clean (ShoalCatalogue *self);

/** shoal_catalogue_tell: the catalogue is another one now: everybody gets `catalogue {seq}`, at
 * most once a second */
void shoal_catalogue_tell (ShoalCatalogue *self);

G_END_DECLS
