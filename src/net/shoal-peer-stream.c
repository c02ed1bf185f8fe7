/* shoal-peer-stream.c: one long answer: read in chunks by the readers, sent as the socket takes
 * them
 *
 * What is in memory already is read here, when libsoup has written the chunk before: that costs
 * less than waking a reader, and what was just copied is still in the processor's cache when TLS
 * takes it. The first time that it is not there the answer goes over to the readers:
 *
 * At most two chunks exist at a time: the one that libsoup writes and the one that is read ahead;
 * where many answers are under way only one, and smaller. Slices of a chunk share its buffer, which
 * returns to the core when libsoup has dropped the last of them.
 *
 *     reader thread:  read ---> post back
 *     server thread:            ready chunk --(upload limit)--> slice to libsoup --wrote-chunk-->
 * next
 *
 * All members are used in the server's thread only, except that the reader uses `read` and `data`,
 * and the chunk it is filling, between peer_stream_read_ahead() and on_chunk_read().
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-peer-server"

#include "config.h"

#include "shoal-limits.h"
#include "shoal-peer-server-private.h"

/* A buffer and whom it returns to */
typedef struct
{
  PeerCore *core;
  guint8 *buffer;
} Chunk;

struct _PeerStream
{
  PeerCore *core;
  guint64 length;
  ShoalPeerReadFunc read;
  ShoalPeerReadNowFunc read_now; /* NULL if there is none, or not any more */
  ShoalPeerDoneFunc done;
  gpointer data;
  GDestroyNotify destroy;

  ShoalPeerRequest *request; /* NULL once finished */
  gulong wrote_handler;

  guint64 read_offset; /* bytes that were read */
  guint64 sent;        /* bytes that libsoup has written */
  gsize in_flight;     /* bytes that libsoup has, not written */
  GBytes *ready;       /* (nullable): the chunk read ahead */
  gsize ready_used;    /* of it, bytes given to libsoup */
  PeerTurn *turn;      /* waits for the upload limit */
  gsize booked;        /* size of the slice that the limit has let through */
  gboolean starving;   /* libsoup has paused for want of bytes */
  gboolean finished;
  gboolean complete;

  /* The reader's job */
  gboolean reading;
  gsize chunk_size;
  guint8 *chunk;
  gboolean chunk_ok;
};

static void pump (PeerStream *self);

static void
chunk_free (gpointer data)
{
  Chunk *chunk = data;

  peer_core_give_buffer (chunk->core, chunk->buffer);
  peer_core_unref (chunk->core);
  g_free (chunk);
}

static GBytes *
chunk_to_bytes (PeerCore *core, guint8 *buffer, gsize size)
{
  Chunk *chunk = g_new (Chunk, 1);

  chunk->core = peer_core_ref (core);
  chunk->buffer = buffer;
  return g_bytes_new_with_free_func (buffer, size, chunk_free, chunk);
}

PeerStream *
peer_stream_new (PeerCore *core,
                 guint64 length,
                 ShoalPeerReadFunc read,
                 ShoalPeerReadNowFunc read_now,
                 ShoalPeerDoneFunc done,
                 gpointer data,
                 GDestroyNotify destroy)
{
  PeerStream *self = g_new0 (PeerStream, 1);

  self->core = peer_core_ref (core);
  self->length = length;
  self->read = read;
  self->read_now = read_now;
  self->done = done;
  self->data = data;
  self->destroy = destroy;
  return self;
}

static void
free_if_done (PeerStream *self)
{
  if (!self->finished || self->reading)
    return;
  if (self->done != NULL)
    self->done (self->data, self->sent, self->complete);
  if (self->destroy != NULL)
    self->destroy (self->data);
  peer_core_unref (self->core);
  g_free (self);
}

/* ---- Reading -------------------------------------------------------------------------------- */

static void
on_chunk_read (gpointer data)
{
  PeerStream *self = data;

  self->reading = FALSE;
  if (self->finished || !self->chunk_ok)
    {
      peer_core_give_buffer (self->core, g_steal_pointer (&self->chunk));
      /* Cutting ends with peer_stream_finish(), which frees us. */
      if (!self->finished)
        peer_connection_cut (self->request->connection);
      else
        free_if_done (self);
      return;
    }
  self->ready = chunk_to_bytes (self->core, g_steal_pointer (&self->chunk), self->chunk_size);
  self->ready_used = 0;
  self->read_offset += self->chunk_size;
  pump (self);
}

/* In a reader's thread. The server waits for its readers before it stops, so posting cannot fail.
 */
void
peer_stream_read_job (gpointer data, gpointer user_data)
{
  PeerStream *self = data;
  g_autoptr (GError) error = NULL;

  self->chunk = peer_core_take_buffer (self->core);
  self->chunk_ok
      = self->read (self->data, self->read_offset, self->chunk, self->chunk_size, &error);
  if (!self->chunk_ok)
    g_info ("An answer is cut short: %s", error != NULL ? error->message : "no reason given");
  peer_core_post (self->core, on_chunk_read, self);
}

/* Without a reader, if nothing has to be waited for. */
static void
read_at_once (PeerStream *self)
{
  if (self->read_now == NULL || self->reading || self->ready != NULL || self->in_flight > 0
      || self->read_offset == self->length)
    return;

  gsize size = (gsize) MIN (self->length - self->read_offset, SHOAL_SERVE_CHUNK_CACHED);
  guint8 *buffer = peer_core_take_buffer (self->core);
  if (!self->read_now (self->data, self->read_offset, buffer, size))
    {
      peer_core_give_buffer (self->core, buffer);
      self->read_now = NULL;
      return;
    }
  self->ready = chunk_to_bytes (self->core, buffer, size);
  self->ready_used = 0;
  self->read_offset += size;
}

static void
read_ahead (PeerStream *self)
{
  gboolean crowded = self->core->streams > SHOAL_SERVE_UNCROWDED;

  if (self->read_now != NULL || self->reading || self->ready != NULL
      || self->read_offset == self->length || (crowded && self->in_flight > 0))
    return;
  self->reading = TRUE;
  self->chunk_size = (gsize) MIN (self->length - self->read_offset,
                                  crowded ? SHOAL_SERVE_CHUNK_CROWDED : SHOAL_SERVE_CHUNK);
  g_thread_pool_push (self->core->readers, self, NULL);
}

/* ---- Sending -------------------------------------------------------------------------------- */

static void
on_turn (gpointer data)
{
  pump (data);
}

/* Lets the next slice through, or asks the upload limit for it. Returns whether it may go now. */
static gboolean
book_slice (PeerStream *self)
{
  g_autoptr (ShoalTokenBucket) bucket = peer_core_dup_bucket (self->core);
  gsize left = g_bytes_get_size (self->ready) - self->ready_used;
  guint64 rate = bucket != NULL ? shoal_token_bucket_get_rate (bucket) : 0;

  self->booked = left;
  if (rate == 0)
    return TRUE;
  self->booked = (gsize) MIN (left, MAX (rate / 8, SHOAL_MIN_SERVE_SLICE));
  peer_turn_ask (self->core->turns, self->turn, self->booked);
  /* If it was our turn at once, on_turn() has sent it. */
  return FALSE;
}

static void
send_slice (PeerStream *self)
{
  SoupServerMessage *message = self->request->message;
  gsize size = self->booked;
  gsize total = g_bytes_get_size (self->ready);
  g_autoptr (GBytes) slice = NULL;

  if (size == total)
    slice = g_steal_pointer (&self->ready);
  else
    {
      slice = g_bytes_new_from_bytes (self->ready, self->ready_used, size);
      self->ready_used += size;
      if (self->ready_used == total)
        g_clear_pointer (&self->ready, g_bytes_unref);
    }
  self->booked = 0;
  self->in_flight = size;
  soup_message_body_append_bytes (soup_server_message_get_response_body (message), slice);
  if (self->starving)
    soup_server_message_unpause (message);
  self->starving = FALSE;
}

static void
pump (PeerStream *self)
{
  if (self->finished)
    return;
  read_at_once (self);
  if (self->ready != NULL && self->in_flight == 0 && !peer_turn_is_waiting (self->turn)
      && (self->booked > 0 || book_slice (self)))
    send_slice (self);
  read_ahead (self);
}

static void
on_wrote_chunk_cb (SoupServerMessage *message, gpointer user_data)
{
  PeerStream *self = user_data;

  self->sent += self->in_flight;
  self->in_flight = 0;
  pump (self);
  self->starving = self->in_flight == 0;
}

void
peer_stream_start (PeerStream *self, ShoalPeerRequest *request)
{
  SoupServerMessage *message = request->message;

  self->request = request;
  self->turn
      = peer_turn_new (request->party != NULL ? request->party : request->device, on_turn, self);
  self->starving = TRUE;
  soup_message_body_set_accumulate (soup_server_message_get_response_body (message), FALSE);
  soup_message_headers_set_content_length (soup_server_message_get_response_headers (message),
                                           (goffset) self->length);
  self->wrote_handler
      = g_signal_connect (message, "wrote-chunk", G_CALLBACK (on_wrote_chunk_cb), self);
  peer_core_stream_began (self->core);
  /* The head goes out now, whatever the disk and the limit take for the first bytes. */
  soup_server_message_unpause (message);
  pump (self);
}

void
peer_stream_finish (PeerStream *self, gboolean complete)
{
  g_assert (!self->finished);
  if (self->request != NULL)
    {
      g_signal_handler_disconnect (self->request->message, self->wrote_handler);
      peer_core_stream_ended (self->core);
    }
  self->request = NULL;
  g_clear_pointer (&self->turn, peer_turn_free);
  g_clear_pointer (&self->ready, g_bytes_unref);
  self->finished = TRUE;
  self->complete = complete && self->sent == self->length;
  free_if_done (self);
}
