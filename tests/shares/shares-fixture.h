/* shares-fixture.h: a database, shares and a directory that is a fake
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "fake-directory.h"
#include "shoal-shares.h"

#include <fcntl.h>

#include "test-folder.h"

typedef struct
{
  TestFolder *folder; /* of everything */
  char *files;        /* what is shared lies here */
  char *profile;      /* the folder that is never shared, with the database... */
  char *manifests;    /* ...and the texts of folders */
  const char *more_tables;
  ShoalDatabase *database;
  FakeDirectory *directory;
  ShoalOfferKeeper *offers;
  ShoalShares *shares;
} SharesFixture;

/* @more_tables: (nullable): SQL of tables that the test needs beside those of shares. */
void shares_fixture_set_up (SharesFixture *self, gconstpointer more_tables);
void shares_fixture_tear_down (SharesFixture *self, gconstpointer unused);
/* Shares and database closed and opened again, as by a new start. */
void shares_fixture_restart (SharesFixture *self);

/* Makes the file @path below files, with its folders. */
void shares_fixture_write (SharesFixture *self, const char *path, const char *text);
/* @size bytes that depend on @seed. */
void shares_fixture_write_random (SharesFixture *self, const char *path, gsize size, guint32 seed);
char *shares_fixture_path (SharesFixture *self, const char *path);

/* Shares files/@path and waits. */
ShoalShare *shares_fixture_add (SharesFixture *self, const char *path);
GError *shares_fixture_add_error (SharesFixture *self, const char *path);
gint64 shares_fixture_remove (SharesFixture *self, ShoalShare *share);
/* Until nothing is going on. */
void shares_fixture_wait (SharesFixture *self);

/* Runs the main loop until @condition; fails after 30 s. */
#define wait_until(condition)                                                                      \
  G_STMT_START                                                                                     \
  {                                                                                                \
    gint64 deadline_ = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;                              \
    while (!(condition))                                                                           \
      {                                                                                            \
        g_assert_cmpint (g_get_monotonic_time (), <, deadline_);                                   \
        shares_fixture_iterate ();                                                                 \
      }                                                                                            \
  }                                                                                                \
  G_STMT_END
void shares_fixture_iterate (void);
