/* shoal-guard-stream.c: what an HTTP server sees of a connection: checked heads, nothing else
 *
 * SoupServer was not made for hostile clients, and a member's device may be one. It gets a stream
 * that yields only heads of this form, written here:
 *
 *     GET /v1/... HTTP/1.1 CRLF Host: shoal CRLF Shoal-Connection: ID CRLF [Connection: close CRLF]
 * CRLF
 *
 * A head that is too long or not of the allowed form is answered 400 here and the connection ends.
 * While an answer is on its way nothing is read, so that at most one head is ever held.
 *
 * The streams hold the connection's state together in a Guard that both they and the GIOStream own.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-peer-server"

#include "config.h"

#include "shoal-guard-stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <linux/sockios.h>

#include "shoal-limits.h"
#include "shoal-request-head.h"

/* The most that one record carries */
#define TLS_RECORD 16384

static const char bad_request[] = "HTTP/1.1 400 Bad Request\r\n"
                                  "Content-Length: 0\r\n"
                                  "Connection: close\r\n"
                                  "\r\n";

typedef struct
{
  GTlsConnection *tls;
  GSocket *socket;
  GPollableInputStream *in; /* of tls */
  GPollableOutputStream *out;
  char *id;
  char *path;
  GByteArray *received; /* a head that is not whole, or the beginning of the next */
  GString *head;        /* what the reader gets */
  gsize head_given;
  gboolean drained;   /* the connection had nothing more when it was read last */
  gboolean answering; /* a head was given, its answer is not complete */
  gboolean ended;     /* nothing more is read */
  gboolean end_given; /* and the reader knows */
  gboolean cut;
  gboolean closed;
  gint64 progress;
} Guard;

static void
guard_clear (gpointer data)
{
  Guard *guard = data;

  g_clear_object (&guard->tls);
  g_clear_object (&guard->socket);
  g_clear_pointer (&guard->id, g_free);
  g_clear_pointer (&guard->path, g_free);
  g_byte_array_unref (guard->received);
  g_string_free (guard->head, TRUE);
}

static void
guard_unref (Guard *guard)
{
  g_rc_box_release_full (guard, guard_clear);
}

static gboolean
set_closed_error (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "The connection was ended");
  return FALSE;
}

/* ---- Reading -------------------------------------------------------------------------------- */

#define SHOAL_TYPE_GUARD_INPUT (shoal_guard_input_get_type ())
G_DECLARE_FINAL_TYPE (ShoalGuardInput, shoal_guard_input, SHOAL, GUARD_INPUT, GInputStream)

struct _ShoalGuardInput
{
  GInputStream parent_instance;

  Guard *guard;
};

static void shoal_guard_input_pollable_init (GPollableInputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ShoalGuardInput,
                               shoal_guard_input,
                               G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM,
                                                      shoal_guard_input_pollable_init))

static void
end_with_bad_request (Guard *guard)
{
  /* The kernel has room: the answer before this one is complete. */
  g_pollable_output_stream_write_nonblocking (guard->out, bad_request, strlen (bad_request), NULL,
                                              NULL);
  guard->ended = TRUE;
}

/* A head that was received is whole: check it, and write the one that is given on. */
static gboolean
take_head (Guard *guard)
{
  const char *data = (const char *) guard->received->data;
  gsize size = shoal_request_head_find_end (data, guard->received->len);
  gboolean close = FALSE;

  if (size == 0)
    return FALSE;
  g_clear_pointer (&guard->path, g_free);
  if (!shoal_request_head_check (data, size, &guard->path, &close))
    {
      end_with_bad_request (guard);
      return FALSE;
    }
  g_byte_array_remove_range (guard->received, 0, (guint) size);
  guard->progress = g_get_monotonic_time ();
  guard->answering = TRUE;
  guard->ended = close;
  guard->head_given = 0;
  g_string_printf (guard->head,
                   "GET %s HTTP/1.1\r\nHost: shoal\r\n" SHOAL_GUARD_HEADER ": %s\r\n%s\r\n",
                   guard->path, guard->id, close ? "Connection: close\r\n" : "");
  return TRUE;
}

/* Until a head is there or the connection has ended. Returns: FALSE if that needs more time */
static gboolean
receive_head (Guard *guard, GError **error)
{
  guint8 data[2048];

  while (!take_head (guard) && !guard->ended)
    {
      g_autoptr (GError) local_error = NULL;
      gssize size = g_pollable_input_stream_read_nonblocking (guard->in, data, sizeof data, NULL,
                                                              &local_error);

      if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        {
          guard->drained = TRUE;
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      guard->drained = FALSE;
      if (size <= 0)
        guard->ended = TRUE;
      else if (guard->received->len + (gsize) size > SHOAL_MAX_HTTP_HEADER)
        end_with_bad_request (guard);
      else
        g_byte_array_append (guard->received, data, (guint) size);
    }
  return TRUE;
}

/* libsoup 3.2 forgets to let go of a connection that ends between two requests; of one that ends in
 * the middle of a head it does let go. So the end is told by the beginning of a head. */
static gssize
give_end (Guard *guard, guint8 *buffer, gsize count)
{
  if (guard->end_given || count == 0)
    return 0;
  guard->end_given = TRUE;
  buffer[0] = 'G';
  return 1;
}

static gssize
shoal_guard_input_read_nonblocking (GPollableInputStream *stream,
                                    void *buffer,
                                    gsize count,
                                    GError **error)
{
  Guard *guard = SHOAL_GUARD_INPUT (stream)->guard;

  if (guard->cut)
    return give_end (guard, buffer, count);
  if (guard->head_given == guard->head->len)
    {
      if (guard->answering)
        {
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK,
                               "An answer is on its way");
          return -1;
        }
      if (!guard->ended && !receive_head (guard, error))
        return -1;
      if (guard->head_given == guard->head->len)
        return give_end (guard, buffer, count);
    }

  gsize size = MIN (count, guard->head->len - guard->head_given);
  memcpy (buffer, guard->head->str + guard->head_given, size);
  guard->head_given += size;
  return (gssize) size;
}

static gssize
shoal_guard_input_read (
    GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  /* Waiting would stop the server's whole thread. */
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                       "This stream is never read blocking");
  return -1;
}

/* What is left of a TLS record was taken from the socket already, which is silent about it: only a
 * read tells. */
static gboolean
has_something_to_say (Guard *guard)
{
  if (guard->cut || guard->head_given < guard->head->len)
    return TRUE;
  return !guard->answering
         && (guard->ended || !guard->drained
             || shoal_request_head_find_end ((const char *) guard->received->data,
                                             guard->received->len)
                    > 0);
}

static gboolean
shoal_guard_input_is_readable (GPollableInputStream *stream)
{
  Guard *guard = SHOAL_GUARD_INPUT (stream)->guard;

  return has_something_to_say (guard)
         || (!guard->answering && g_pollable_input_stream_is_readable (guard->in));
}

static GSource *
shoal_guard_input_create_source (GPollableInputStream *stream, GCancellable *cancellable)
{
  Guard *guard = SHOAL_GUARD_INPUT (stream)->guard;
  g_autoptr (GSource) child = has_something_to_say (guard)
                                  ? g_timeout_source_new (0)
                                  : g_pollable_input_stream_create_source (guard->in, NULL);

  return g_pollable_source_new_full (stream, child, cancellable);
}

static void
shoal_guard_input_pollable_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = shoal_guard_input_is_readable;
  iface->create_source = shoal_guard_input_create_source;
  iface->read_nonblocking = shoal_guard_input_read_nonblocking;
}

static void
shoal_guard_input_finalize (GObject *object)
{
  g_clear_pointer (&SHOAL_GUARD_INPUT (object)->guard, guard_unref);
  G_OBJECT_CLASS (shoal_guard_input_parent_class)->finalize (object);
}

static void
shoal_guard_input_class_init (ShoalGuardInputClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = shoal_guard_input_finalize;
  G_INPUT_STREAM_CLASS (klass)->read_fn = shoal_guard_input_read;
}

static void
shoal_guard_input_init (ShoalGuardInput *self)
{
}

/* ---- Writing -------------------------------------------------------------------------------- */

#define SHOAL_TYPE_GUARD_OUTPUT (shoal_guard_output_get_type ())
G_DECLARE_FINAL_TYPE (ShoalGuardOutput, shoal_guard_output, SHOAL, GUARD_OUTPUT, GOutputStream)

struct _ShoalGuardOutput
{
  GOutputStream parent_instance;

  Guard *guard;
};

static void shoal_guard_output_pollable_init (GPollableOutputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ShoalGuardOutput,
                               shoal_guard_output,
                               G_TYPE_OUTPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM,
                                                      shoal_guard_output_pollable_init))

/* TLS takes one record of 16 KiB at a time: write record after record while the socket takes them,
 * so that the HTTP library is asked once a chunk. */
static gssize
shoal_guard_output_write_nonblocking (GPollableOutputStream *stream,
                                      const void *buffer,
                                      gsize count,
                                      GError **error)
{
  Guard *guard = SHOAL_GUARD_OUTPUT (stream)->guard;
  const guint8 *data = buffer;
  gsize written = 0;

  if (guard->cut || guard->end_given)
    {
      set_closed_error (error);
      return -1;
    }
  if (count > TLS_RECORD)
    g_socket_set_option (guard->socket, IPPROTO_TCP, TCP_CORK, 1, NULL);
  while (written < count)
    {
      g_autoptr (GError) local_error = NULL;
      gssize size = g_pollable_output_stream_write_nonblocking (
          guard->out, data + written, count - written, NULL, &local_error);

      if (size <= 0)
        {
          if (written > 0)
            break;
          if (local_error != NULL)
            g_propagate_error (error, g_steal_pointer (&local_error));
          return size;
        }
      written += (gsize) size;
    }
  if (count > TLS_RECORD)
    g_socket_set_option (guard->socket, IPPROTO_TCP, TCP_CORK, 0, NULL);
  guard->progress = g_get_monotonic_time ();
  return (gssize) written;
}

static gssize
shoal_guard_output_write (GOutputStream *stream,
                          const void *buffer,
                          gsize count,
                          GCancellable *cancellable,
                          GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                       "This stream is never written blocking");
  return -1;
}

static gboolean
shoal_guard_output_is_writable (GPollableOutputStream *stream)
{
  Guard *guard = SHOAL_GUARD_OUTPUT (stream)->guard;

  return guard->cut || g_pollable_output_stream_is_writable (guard->out);
}

static GSource *
shoal_guard_output_create_source (GPollableOutputStream *stream, GCancellable *cancellable)
{
  Guard *guard = SHOAL_GUARD_OUTPUT (stream)->guard;
  g_autoptr (GSource) child = guard->cut
                                  ? g_timeout_source_new (0)
                                  : g_pollable_output_stream_create_source (guard->out, NULL);

  return g_pollable_source_new_full (stream, child, cancellable);
}

static void
shoal_guard_output_pollable_init (GPollableOutputStreamInterface *iface)
{
  iface->is_writable = shoal_guard_output_is_writable;
  iface->create_source = shoal_guard_output_create_source;
  iface->write_nonblocking = shoal_guard_output_write_nonblocking;
}

static void
shoal_guard_output_finalize (GObject *object)
{
  g_clear_pointer (&SHOAL_GUARD_OUTPUT (object)->guard, guard_unref);
  G_OBJECT_CLASS (shoal_guard_output_parent_class)->finalize (object);
}

static void
shoal_guard_output_class_init (ShoalGuardOutputClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = shoal_guard_output_finalize;
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = shoal_guard_output_write;
}

static void
shoal_guard_output_init (ShoalGuardOutput *self)
{
}

/* ---- Both ----------------------------------------------------------------------------------- */

struct _ShoalGuardStream
{
  GIOStream parent_instance;

  Guard *guard;
  GInputStream *input;
  GOutputStream *output;
  ShoalGuardClosedFunc closed;
  gpointer user_data;
};

G_DEFINE_FINAL_TYPE (ShoalGuardStream, shoal_guard_stream, G_TYPE_IO_STREAM)

static GInputStream *
shoal_guard_stream_get_input (GIOStream *stream)
{
  return SHOAL_GUARD_STREAM (stream)->input;
}

static GOutputStream *
shoal_guard_stream_get_output (GIOStream *stream)
{
  return SHOAL_GUARD_STREAM (stream)->output;
}

/* A good-bye is said where it cannot wait: when the kernel has room for it. */
static void
say_good_bye (Guard *guard)
{
  int fd = g_socket_get_fd (guard->socket);
  int unsent = 0;
  guint8 data[4096];

  if (ioctl (fd, SIOCOUTQ, &unsent) != 0 || unsent > SHOAL_MAX_UNSENT_AT_CLOSE)
    return;
  g_output_stream_close (G_OUTPUT_STREAM (guard->out), NULL, NULL);
  g_socket_shutdown (guard->socket, FALSE, TRUE, NULL);
  /* Unread bytes would turn the close into a reset, which overtakes what we said. */
  for (gsize drained = 0; drained < SHOAL_MAX_DRAIN;)
    {
      gssize size = recv (fd, data, sizeof data, MSG_DONTWAIT);

      if (size <= 0)
        break;
      drained += (gsize) size;
    }
}

static gboolean
shoal_guard_stream_close (GIOStream *stream, GCancellable *cancellable, GError **error)
{
  ShoalGuardStream *self = SHOAL_GUARD_STREAM (stream);
  Guard *guard = self->guard;

  if (guard->closed)
    return TRUE;
  guard->closed = TRUE;
  if (!guard->cut)
    say_good_bye (guard);
  guard->cut = TRUE;
  g_socket_close (guard->socket, NULL);
  self->closed (self->user_data);
  return TRUE;
}

static void
shoal_guard_stream_finalize (GObject *object)
{
  ShoalGuardStream *self = SHOAL_GUARD_STREAM (object);

  g_clear_object (&self->input);
  g_clear_object (&self->output);
  g_clear_pointer (&self->guard, guard_unref);
  G_OBJECT_CLASS (shoal_guard_stream_parent_class)->finalize (object);
}

static void
shoal_guard_stream_class_init (ShoalGuardStreamClass *klass)
{
  GIOStreamClass *stream_class = G_IO_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = shoal_guard_stream_finalize;
  stream_class->get_input_stream = shoal_guard_stream_get_input;
  stream_class->get_output_stream = shoal_guard_stream_get_output;
  stream_class->close_fn = shoal_guard_stream_close;
}

static void
shoal_guard_stream_init (ShoalGuardStream *self)
{
}

ShoalGuardStream *
shoal_guard_stream_new (GTlsConnection *tls,
                        GSocket *socket,
                        const char *id,
                        ShoalGuardClosedFunc closed,
                        gpointer user_data)
{
  ShoalGuardStream *self = g_object_new (SHOAL_TYPE_GUARD_STREAM, NULL);
  ShoalGuardInput *input = g_object_new (SHOAL_TYPE_GUARD_INPUT, NULL);
  ShoalGuardOutput *output = g_object_new (SHOAL_TYPE_GUARD_OUTPUT, NULL);
  Guard *guard = g_rc_box_new0 (Guard);

  guard->tls = g_object_ref (tls);
  guard->socket = g_object_ref (socket);
  guard->in = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (G_IO_STREAM (tls)));
  guard->out = G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (G_IO_STREAM (tls)));
  guard->id = g_strdup (id);
  guard->received = g_byte_array_new ();
  guard->head = g_string_new (NULL);
  guard->progress = g_get_monotonic_time ();

  input->guard = g_rc_box_acquire (guard);
  output->guard = g_rc_box_acquire (guard);
  self->guard = guard;
  self->input = G_INPUT_STREAM (input);
  self->output = G_OUTPUT_STREAM (output);
  self->closed = closed;
  self->user_data = user_data;
  return self;
}

void
shoal_guard_stream_next (ShoalGuardStream *self)
{
  self->guard->answering = FALSE;
}

void
shoal_guard_stream_end (ShoalGuardStream *self)
{
  self->guard->ended = TRUE;
  /* Wakes the reader, who then sees the end and closes. */
  g_socket_shutdown (self->guard->socket, TRUE, FALSE, NULL);
}

void
shoal_guard_stream_cut (ShoalGuardStream *self)
{
  if (self->guard->cut)
    return;
  self->guard->cut = TRUE;
  g_socket_shutdown (self->guard->socket, TRUE, TRUE, NULL);
}

const char *
shoal_guard_stream_get_path (ShoalGuardStream *self)
{
  return self->guard->path;
}

gint64
shoal_guard_stream_get_progress (ShoalGuardStream *self)
{
  return self->guard->progress;
}
