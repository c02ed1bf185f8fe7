/* shoal-uploads-private.h: the parts of ShoalUploads: the object and its snapshot, the answers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-peer-server.h"
#include "shoal-uploads-log.h"
#include "shoal-uploads-slots.h"
#include "shoal-uploads.h"

G_BEGIN_DECLS

/** ServedPartial: a download of ours that others may fetch from; reference counted, immutable but
 * for @n_added, which is the main thread's */
typedef struct
{
  gatomicrefcount refs;
  ShoalDigest id;
  guint64 size;
  GBytes *layer;
  ShoalPartial *partial;
  ShoalAudience *audience;
  guint n_added;
} ServedPartial;

/** Snapshot: what a request is checked against; immutable, reference counted */
typedef struct
{
  gatomicrefcount refs;
  ShoalHoldings *holdings;
  GHashTable *partials; /* id → ServedPartial */
  GHashTable *accounts; /* fingerprint → account */
  GHashTable *users;    /* (nullable) account → name */
} Snapshot;

void snapshot_unref (Snapshot *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Snapshot, snapshot_unref)

/** CachedLayer: a piece layer that was asked for lately */
typedef struct
{
  ShoalDigest id;
  GBytes *layer;
} CachedLayer;

void cached_layer_free (CachedLayer *self);

struct _ShoalUploads
{
  GObject parent_instance;

  /* Set once. */
  ShoalDeviceKey *key;
  ShoalDatabase *database;
  char *manifests;
  GMainContext *context; /* the main thread's */
  ShoalTokenBucket *limit;
  ShoalSlots *slots;
  ShoalUploadsLog *log;

  /* Main thread. */
  ShoalPeerServer *server;
  GThreadPool *openers;
  guint16 port;
  guint tick;
  GHashTable *addresses; /* nullable */
  GPtrArray *stops;      /* (nullable): of GTask: it is being stopped for them */

  GMutex mutex;
  Snapshot *snapshot;
  /* Piece layers that were asked for lately, the latest last; under the mutex, too. */
  GQueue layers;
  gsize layers_size;
  gboolean tick_wanted;
};

/** uploads_dup_snapshot: any thread */
Snapshot *uploads_dup_snapshot (ShoalUploads *self);
/** uploads_want_tick: any thread: there is something to be looked at ten times a second */
void uploads_want_tick (ShoalUploads *self);
/** uploads_tell_changed: any thread: emits "file-changed" on the main one */
void uploads_tell_changed (ShoalUploads *self, gint64 share);
/** uploads_handle: the server's thread: a #ShoalPeerHandler */
void uploads_handle (ShoalPeerServer *server, ShoalPeerRequest *request, gpointer user_data);
/** uploads_open: a #GFunc of the pool: makes and starts an answer that needs the disk */
void uploads_open (gpointer answer, gpointer uploads);

G_END_DECLS
