/* shoal-peer-server-private.h: the peer server's core, connections, requests and streams
 *
 * The core belongs to the server's thread; it outlives the ShoalPeerServer as long as requests that
 * nobody has answered yet hold it. What other threads touch is under its mutex or atomic.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <libsoup/soup.h>

#include "shoal-guard-stream.h"
#include "shoal-listener.h"
#include "shoal-peer-server.h"

G_BEGIN_DECLS

typedef struct _PeerCore PeerCore;
typedef struct _PeerConnection PeerConnection;
typedef struct _PeerStream PeerStream;
typedef struct _PeerTurn PeerTurn;
typedef struct _PeerTurns PeerTurns;

struct _PeerCore
{
  gatomicrefcount ref_count;

  GMutex mutex;
  gboolean running;         /* under the mutex: work may be posted to the thread */
  ShoalTokenBucket *bucket; /* (nullable), under the mutex */
  GHashTable *fingerprints; /* (nullable), under the mutex: the roster for start */
  GHashTable *addresses;    /* (nullable), under the mutex */
  GQueue buffers;           /* under the mutex: free chunks of SHOAL_SERVE_CHUNK */
  gboolean keep_buffers;    /* under the mutex */
  GMainContext *context;
  guint idle_ms;  /* constant once the thread runs */
  guint stale_ms; /* as idle_ms */

  /* Only in the server's thread */
  ShoalPeerServer *server;
  ShoalPeerHandler handler;
  gpointer user_data;
  ShoalListener *listener;
  SoupServer *soup;
  GSocketAddress *local;
  GHashTable *connections; /* id to PeerConnection */
  GHashTable *devices;     /* fingerprint to number of connections */
  guint64 last_id;
  guint streams;
  PeerTurns *turns;
  GThreadPool *readers;
  GSource *sweep; /* (nullable): while there are connections */
};

struct _PeerConnection
{
  PeerCore *core;
  char *id;
  char *device;
  GTlsConnection *tls;
  ShoalGuardStream *stream;  /* borrowed: it is libsoup's, and we are its */
  ShoalPeerRequest *request; /* (nullable): the one being answered */
};

typedef enum
{
  REQUEST_OPEN,
  REQUEST_ANSWERED,
} RequestState;

struct _ShoalPeerRequest
{
  gatomicrefcount ref_count; /* of the memory */
  gatomicrefcount holders;   /* outside */
  PeerCore *core;
  char *device;
  char *party; /* (nullable): the device is one of its own */
  char *path;
  int state; /* RequestState, atomic */

  /* Only in the server's thread; NULL once the connection is done with the request */
  PeerConnection *connection;
  SoupServerMessage *message;
  PeerStream *stream;
  GSource *delay;
};

typedef void (*PeerCoreFunc) (gpointer data);

PeerCore *peer_core_ref (PeerCore *core);
void peer_core_unref (PeerCore *core);
/** peer_core_post: runs @func in the server's thread. Returns: %FALSE if it has stopped; then
 * nothing happens */
gboolean peer_core_post (PeerCore *core, PeerCoreFunc func, gpointer data);
ShoalTokenBucket *peer_core_dup_bucket (PeerCore *core);
/** peer_core_take_buffer: Returns: SHOAL_SERVE_CHUNK bytes, used before or new. Any thread */
guint8 *peer_core_take_buffer (PeerCore *core);
void peer_core_give_buffer (PeerCore *core, guint8 *buffer);
/** peer_core_stream_began, peer_core_stream_ended: counts answers under way: the first makes the
 * core keep buffers */
void peer_core_stream_began (PeerCore *core);
void peer_core_stream_ended (PeerCore *core);
/** peer_core_trim: without answers under way, free buffers go back to the system */
void peer_core_trim (PeerCore *core);
/** peer_core_attach: @source: (transfer none): to the server's context */
void peer_core_attach (PeerCore *core, GSource *source, GSourceFunc callback, gpointer data);

/** peer_connection_cut: ends it at once; the server notices by itself */
void peer_connection_cut (PeerConnection *connection);

/* shoal-peer-request.c */
/** peer_request_new: Returns: a request owned by its connection and held by the caller */
ShoalPeerRequest *peer_request_new (PeerConnection *connection, SoupServerMessage *message);
/** peer_request_detach: the connection is done with the request and lets it go; @complete: all of
 * the answer was sent */
void peer_request_detach (ShoalPeerRequest *self, gboolean complete);

/* shoal-peer-stream.c */
PeerStream *peer_stream_new (PeerCore *core,
                             guint64 length,
                             ShoalPeerReadFunc read,
                             ShoalPeerReadNowFunc read_now,
                             ShoalPeerDoneFunc done,
                             gpointer data,
                             GDestroyNotify destroy);
/** peer_stream_read_job: what a reader does; @data: the stream */
void peer_stream_read_job (gpointer data, gpointer user_data);
/** peer_stream_start: begins to fill the body of @message */
void peer_stream_start (PeerStream *self, ShoalPeerRequest *request);
/** peer_stream_finish: nothing more will be sent; frees @self when its reader has come back */
void peer_stream_finish (PeerStream *self, gboolean complete);

/* shoal-peer-turns.c */
PeerTurns *peer_turns_new (PeerCore *core);
/** peer_turns_free: when nobody waits */
void peer_turns_free (PeerTurns *self);
typedef void (*PeerTurnFunc) (gpointer data);
/** peer_turn_new: a place in the line for an answer of @party; @func: it is this one's turn */
PeerTurn *peer_turn_new (const char *party, PeerTurnFunc func, gpointer data);
/** peer_turn_free: also while it waits */
void peer_turn_free (PeerTurn *self);
/** peer_turn_ask: waits for its turn to send @bytes; @func may be called before this returns */
void peer_turn_ask (PeerTurns *turns, PeerTurn *self, gsize bytes);
gboolean peer_turn_is_waiting (PeerTurn *self);

G_END_DECLS
