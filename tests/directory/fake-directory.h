/* fake-directory.h: a directory in memory that takes offers and finds what it is told, for tests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-directory.h"

#define FAKE_TYPE_DIRECTORY (fake_directory_get_type ())
G_DECLARE_FINAL_TYPE (FakeDirectory, fake_directory, FAKE, DIRECTORY, GObject)

FakeDirectory *fake_directory_new (void);
void fake_directory_set_online (FakeDirectory *self, gboolean online);
/* What it has: offer id → ShoalOffer. */
GHashTable *fake_directory_get_offers (FakeDirectory *self);
/* Puts an offer there that nobody made. */
void fake_directory_plant (FakeDirectory *self, const char *offer, const char *name);
/* Requests fail with this code; -1 for none. */
void fake_directory_set_failure (FakeDirectory *self, int code);
/* Offers with this name are refused. */
void fake_directory_refuse (FakeDirectory *self, const char *name, int code);
/* Takes and answers no offers until it is no longer slow. */
void fake_directory_set_slow (FakeDirectory *self, gboolean slow);
/* Requests to offer that wait for that. */
guint fake_directory_get_n_late (FakeDirectory *self);
/* Requests to withdraw, those that failed too. */
guint fake_directory_get_n_withdrawals (FakeDirectory *self);
/* Offers that were told, those that were refused too. */
guint fake_directory_get_n_offered (FakeDirectory *self);

/* One more row of what it finds under exactly @name; takes over @result. */
void fake_directory_add_found (FakeDirectory *self, const char *name, ShoalResult *result);
/* One more source of @id, in hex; takes over @source. */
void fake_directory_add_source (FakeDirectory *self, const char *id, ShoalSource *source);
/* The user that the last search by name was narrowed to. */
const char *fake_directory_get_asked_user (FakeDirectory *self);
