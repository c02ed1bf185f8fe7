/* transfer-fixture.h: peers that serve from memory, a directory that names them, and an observer
 * that only writes down what it is told
 *
 * The peers are real ShoalPeerServers with TLS on loopback; only where the bytes come from is the
 * test's.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-directory.h"
#include "shoal-hasher.h"
#include "shoal-transfer-manager.h"

G_BEGIN_DECLS

/* A peer; the knobs are read on its thread for each request (atomically set). */
typedef struct
{
  ShoalDeviceKey *key;
  struct _ShoalPeerServer *server;
  guint16 port;
  char *user;
  GHashTable *contents;  /* hex → GBytes */
  GHashTable *manifests; /* hex → GPtrArray of GBytes or NULL, by entry */
  int corrupt;           /* flip a bit in every piece and file */
  int online;            /* as the directory tells */
  guint size_off;        /* what the directory tells too much of its contents' size */
  int refuse;            /* answer 404 to everything */
  int hold;              /* keep whoever asks for pieces or files waiting */
  int n_held;            /* how many wait */
  gint64 served;         /* bytes of pieces and files */
  gint64 cut_after;      /* fail reads after so many served bytes; 0: never */
} FakePeer;

typedef struct
{
  char *folder;
  char *downloads;
  char *journals;
  ShoalDatabase *database;
  ShoalDirectory *directory;
  ShoalDeviceKey *key;
  ShoalTransferManager *manager;
  GPtrArray *peers;

  /* What the observer was told. */
  GHashTable *serving; /* hex → GINT: how many downloads have it served */
  GHashTable *pulling; /* hex: what is being downloaded; also told to the directory */
  GPtrArray *bad;      /* who sent wrong bytes */
  GPtrArray *ended;    /* of ShoalTransfer */
  /* What the directory was told: events, as "EVENT NAME". */
} TransferFixture;

void transfer_fixture_set_up (TransferFixture *fixture, gconstpointer data);
void transfer_fixture_tear_down (TransferFixture *fixture, gconstpointer data);
/* Stops the manager and starts another on the same profile. */
void transfer_fixture_restart (TransferFixture *fixture);

/* For a test that makes database and manager itself: set up without them; reading the queue; and
 * stopping and giving up both. */
void transfer_fixture_prepare (TransferFixture *fixture);
void transfer_fixture_load (TransferFixture *fixture);
void transfer_fixture_stop (TransferFixture *fixture);

FakePeer *fake_peer_new (TransferFixture *fixture, const char *user);
/* One that the directory names and that nobody answers for. */
FakePeer *fake_peer_new_silent (TransferFixture *fixture, const char *user);
/* Gives @peer the content; returns its id. */
ShoalDigest fake_peer_add (FakePeer *peer, GBytes *bytes);
/* Gives @peer a folder: its manifest and the bytes of its entries. */
void fake_peer_add_folder (FakePeer *peer,
                           const ShoalDigest *manifest_id,
                           GBytes *manifest,
                           GPtrArray *entries);
/* It has nothing any more; only for a silent one, as a server looks there too. */
void fake_peer_clear (FakePeer *peer);
void fake_peer_stop (FakePeer *peer);

/* Random but repeatable bytes. */
GBytes *make_bytes (gsize size, guint32 seed);
ShoalTransfer *
start_download (TransferFixture *fixture, const char *name, const ShoalDigest *id, guint64 size);
ShoalTransfer *
start_folder (TransferFixture *fixture, const char *name, const ShoalDigest *id, guint64 size);
/* Iterates until the transfer is in @state; fails after a minute. */
void wait_for_state (ShoalTransfer *transfer, ShoalTransferState state);
void assert_file (const char *folder, const char *name, GBytes *expected);

/* Makes the main context wake in a moment, so that a condition set by a thread is seen. */
void wake_soon (void);

#define wait_until(condition)                                                                      \
  G_STMT_START                                                                                     \
  {                                                                                                \
    gint64 _deadline = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;                              \
    while (!(condition))                                                                           \
      {                                                                                            \
        g_assert_cmpint (g_get_monotonic_time (), <, _deadline);                                   \
        wake_soon ();                                                                              \
        g_main_context_iteration (NULL, TRUE);                                                     \
      }                                                                                            \
  }                                                                                                \
  G_STMT_END

G_END_DECLS
