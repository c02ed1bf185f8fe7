/* shoal-line-writer.c: lines into a stream, queued and put together
 *
 * Lines that many channels share are not copied as a whole: 64 KiB at a time go into a chunk, one
 * write runs at a time, and what is queued meanwhile goes out together. Writing begins in a source
 * of the channel's main context, so that all that one callback sends leaves in one write.
 *
 * Ownership: a running write holds a reference, so the chunk outlives it; stop() makes the writer
 * forget its owner.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-channel"

#include "config.h"

#include "shoal-line-writer.h"

#include <glib/gi18n.h>

#include "shoal-error.h"
#include "shoal-limits.h"

typedef struct
{
  GBytes *bytes;
  gboolean shared;
} Line;

struct _ShoalLineWriter
{
  gatomicrefcount ref_count;
  GIOStream *stream;
  GCancellable *cancellable;
  GMainContext *context;
  const ShoalLineWriterHandlers *handlers; /* NULL: not started, or stopped */
  gpointer user_data;
  GSource *kick;

  GQueue lines;     /* of Line */
  gsize head_taken; /* bytes of the first line that are in a chunk; its size: the LF is missing */
  GByteArray *chunk;
  gsize chunk_sent;
  gsize unsent;
  gsize own; /* bytes of the lines that nobody else has */
  gint64 stalled_since;
  gboolean writing;
  gboolean failed;
};

static void
line_free (gpointer data)
{
  Line *line = data;

  g_bytes_unref (line->bytes);
  g_free (line);
}

static ShoalLineWriter *
shoal_line_writer_ref (ShoalLineWriter *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalLineWriter, shoal_line_writer_unref)

ShoalLineWriter *
shoal_line_writer_new (GIOStream *stream)
{
  ShoalLineWriter *self = g_new0 (ShoalLineWriter, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->stream = g_object_ref (stream);
  self->cancellable = g_cancellable_new ();
  g_queue_init (&self->lines);
  return self;
}

void
shoal_line_writer_unref (ShoalLineWriter *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_assert (self->kick == NULL);
  g_queue_clear_full (&self->lines, line_free);
  g_clear_pointer (&self->chunk, g_byte_array_unref);
  g_clear_object (&self->stream);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_free (self);
}

static void
cancel_kick (ShoalLineWriter *self)
{
  if (self->kick == NULL)
    return;
  g_source_destroy (self->kick);
  g_clear_pointer (&self->kick, g_source_unref);
}

/* @line: (transfer full): not in the queue any more */
static void
forget_line (ShoalLineWriter *self, Line *line)
{
  if (!line->shared)
    self->own -= g_bytes_get_size (line->bytes);
  line_free (line);
}

/* Moves as much of the queue as fits into the chunk. */
static void
fill_chunk (ShoalLineWriter *self)
{
  if (self->chunk == NULL)
    self->chunk = g_byte_array_new ();
  g_byte_array_set_size (self->chunk, 0);
  self->chunk_sent = 0;
  while (self->lines.length > 0 && self->chunk->len < SHOAL_WRITE_CHUNK)
    {
      const Line *line = g_queue_peek_head (&self->lines);
      gsize size = 0;
      const guint8 *data = g_bytes_get_data (line->bytes, &size);
      gsize part = MIN (size - self->head_taken, (gsize) SHOAL_WRITE_CHUNK - self->chunk->len);

      if (part > 0)
        g_byte_array_append (self->chunk, data + self->head_taken, (guint) part);
      self->head_taken += part;
      if (self->head_taken < size || self->chunk->len == SHOAL_WRITE_CHUNK)
        continue;
      g_byte_array_append (self->chunk, (const guint8 *) "\n", 1);
      self->head_taken = 0;
      forget_line (self, g_queue_pop_head (&self->lines));
    }
}

static void
fail (ShoalLineWriter *self, const char *message)
{
  g_autoptr (GError) reason = g_error_new (SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED,
                                           _ ("The connection was lost: %s"), message);

  self->failed = TRUE;
  self->stalled_since = 0;
  if (self->handlers != NULL)
    self->handlers->failed (reason, self->user_data);
}

static void write_more (ShoalLineWriter *self);

static void
on_write_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalLineWriter) self = user_data;
  g_autoptr (GError) error = NULL;
  gssize n_written = g_output_stream_write_finish (G_OUTPUT_STREAM (source), result, &error);

  self->writing = FALSE;
  if (self->handlers == NULL)
    return;
  if (n_written < 0)
    {
      fail (self, error->message);
      return;
    }
  self->chunk_sent += (gsize) n_written;
  self->unsent -= (gsize) n_written;
  self->stalled_since = 0;
  write_more (self);
  if (self->handlers != NULL)
    self->handlers->moved (self->user_data);
}

static void
write_more (ShoalLineWriter *self)
{
  if (self->writing || self->failed || self->handlers == NULL)
    return;
  if (self->chunk == NULL || self->chunk_sent == self->chunk->len)
    {
      if (self->lines.length == 0)
        {
          g_clear_pointer (&self->chunk, g_byte_array_unref);
          return;
        }
      fill_chunk (self);
    }
  self->writing = TRUE;
  self->stalled_since = g_get_monotonic_time ();
  g_output_stream_write_async (g_io_stream_get_output_stream (self->stream),
                               self->chunk->data + self->chunk_sent,
                               self->chunk->len - self->chunk_sent, G_PRIORITY_DEFAULT,
                               self->cancellable, on_write_cb, shoal_line_writer_ref (self));
}

static gboolean
on_kick_cb (gpointer user_data)
{
  g_autoptr (ShoalLineWriter) self = shoal_line_writer_ref (user_data);

  cancel_kick (self);
  write_more (self);
  return G_SOURCE_REMOVE;
}

static void
schedule_kick (ShoalLineWriter *self)
{
  if (self->kick != NULL || self->writing || self->failed || self->handlers == NULL)
    return;
  self->kick = g_idle_source_new ();
  g_source_set_priority (self->kick, G_PRIORITY_DEFAULT);
  g_source_set_static_name (self->kick, "shoal_line_writer");
  g_source_set_callback (self->kick, on_kick_cb, self, NULL);
  g_source_attach (self->kick, self->context);
}

void
shoal_line_writer_start (ShoalLineWriter *self,
                         const ShoalLineWriterHandlers *handlers,
                         gpointer user_data)
{
  self->context = g_main_context_ref_thread_default ();
  self->handlers = handlers;
  self->user_data = user_data;
  if (self->lines.length > 0)
    schedule_kick (self);
}

void
shoal_line_writer_queue (ShoalLineWriter *self, GBytes *bytes, gboolean shared)
{
  if (self->failed)
    return;

  Line *line = g_new0 (Line, 1);

  line->bytes = g_bytes_ref (bytes);
  line->shared = shared;
  g_queue_push_tail (&self->lines, line);
  self->unsent += g_bytes_get_size (bytes) + 1;
  if (!shared)
    self->own += g_bytes_get_size (bytes);
  if (self->stalled_since == 0)
    self->stalled_since = g_get_monotonic_time ();
  schedule_kick (self);
}

void
shoal_line_writer_drop_queued (ShoalLineWriter *self)
{
  guint begun = self->head_taken > 0 ? 1 : 0;

  while (self->lines.length > begun)
    {
      Line *line = g_queue_pop_tail (&self->lines);

      self->unsent -= g_bytes_get_size (line->bytes) + 1;
      forget_line (self, line);
    }
}

gsize
shoal_line_writer_get_own (ShoalLineWriter *self)
{
  return self->own;
}

gsize
shoal_line_writer_get_unsent (ShoalLineWriter *self)
{
  return self->unsent;
}

gint64
shoal_line_writer_get_stalled_since (ShoalLineWriter *self)
{
  return self->stalled_since;
}

static GSocket *
find_socket (GIOStream *stream)
{
  if (G_IS_SOCKET_CONNECTION (stream))
    return g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream));
  if (!G_IS_TLS_CONNECTION (stream))
    return NULL;

  g_autoptr (GIOStream) base = NULL;

  g_object_get (stream, "base-io-stream", &base, NULL);
  return base == NULL ? NULL : find_socket (base);
}

static void
on_output_closed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalLineWriter) self = user_data;
  GSocket *socket = find_socket (self->stream);

  g_output_stream_close_finish (G_OUTPUT_STREAM (source), result, NULL);
  if (socket != NULL)
    g_socket_shutdown (socket, FALSE, TRUE, NULL);
  if (self->handlers != NULL)
    self->handlers->output_closed (self->user_data);
}

void
shoal_line_writer_close_output (ShoalLineWriter *self)
{
  g_return_if_fail (!self->writing);
  self->failed = TRUE;
  cancel_kick (self);
  g_output_stream_close_async (g_io_stream_get_output_stream (self->stream), G_PRIORITY_DEFAULT,
                               self->cancellable, on_output_closed_cb,
                               shoal_line_writer_ref (self));
}

void
shoal_line_writer_stop (ShoalLineWriter *self)
{
  self->handlers = NULL;
  self->user_data = NULL;
  cancel_kick (self);
  g_cancellable_cancel (self->cancellable);
}

void
shoal_stream_shutdown (GIOStream *stream)
{
  GSocket *socket = find_socket (stream);

  if (socket != NULL)
    g_socket_shutdown (socket, TRUE, TRUE, NULL);
}
