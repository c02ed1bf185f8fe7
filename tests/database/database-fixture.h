/* database-fixture.h: a database in a folder that goes away
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-database.h"

typedef struct
{
  char *folder;
  char *path;
  ShoalDatabase *database;
} Fixture;

/* The tables of version 1: numbers (number UNIQUE), texts (id, text, bytes). */
extern const char *const fixture_migrations[1];

void fixture_make_folder (Fixture *self);
void fixture_set_up (Fixture *self);
void fixture_tear_down (Fixture *self);
/* Opens (again); the test fails if it cannot. */
void fixture_open (Fixture *self);
void fixture_close (Fixture *self);
/* Runs the main context until *counter is 0. */
void fixture_wait_zero (const guint *counter);
