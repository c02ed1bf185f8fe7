/* shoal-peer-request.c: one request of another device, and its one answer
 *
 * A request is made in the server's thread and may be answered from any; the answer travels back to
 * that thread as an Answer. When the last holder drops a request without an answer, the connection
 * is cut, so that the other side does not wait for ever.
 *
 * Two counts: `holders` counts the references of the handler's side, `ref_count` the owners of the
 * memory: the connection, an answer on its way, and all holders together as one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-peer-server"

#include "config.h"

#include "shoal-limits.h"
#include "shoal-peer-server-private.h"

typedef struct
{
  ShoalPeerRequest *request;
  guint status;
  guint retry_seconds;
  GBytes *body;       /* (nullable) */
  PeerStream *stream; /* (nullable) */
} Answer;

ShoalPeerRequest *
peer_request_new (PeerConnection *connection, SoupServerMessage *message)
{
  ShoalPeerRequest *self = g_new0 (ShoalPeerRequest, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_atomic_ref_count_inc (&self->ref_count); /* for all holders together */
  g_atomic_ref_count_init (&self->holders);
  self->core = peer_core_ref (connection->core);
  self->connection = connection;
  self->message = g_object_ref (message);
  self->device = g_strdup (connection->device);
  self->path = g_strdup (shoal_guard_stream_get_path (connection->stream));
  return self;
}

static void
request_release (ShoalPeerRequest *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_assert (self->message == NULL && self->stream == NULL && self->delay == NULL);
  g_clear_pointer (&self->device, g_free);
  g_clear_pointer (&self->party, g_free);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->core, peer_core_unref);
  g_free (self);
}

void
peer_request_detach (ShoalPeerRequest *self, gboolean complete)
{
  if (self->delay != NULL)
    g_source_destroy (self->delay);
  g_clear_pointer (&self->delay, g_source_unref);
  if (self->stream != NULL)
    peer_stream_finish (g_steal_pointer (&self->stream), complete);
  self->connection = NULL;
  g_clear_object (&self->message);
  request_release (self);
}

ShoalPeerRequest *
shoal_peer_request_ref (ShoalPeerRequest *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->holders);
  return self;
}

/* In the server's thread */
static void
give_up (gpointer data)
{
  ShoalPeerRequest *self = data;

  if (self->connection != NULL)
    peer_connection_cut (self->connection);
  request_release (self);
}

void
shoal_peer_request_unref (ShoalPeerRequest *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->holders))
    return;
  if (g_atomic_int_compare_and_exchange (&self->state, REQUEST_OPEN, REQUEST_ANSWERED)
      && peer_core_post (self->core, give_up, self))
    return;
  request_release (self);
}

const char *
shoal_peer_request_get_device (ShoalPeerRequest *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->device;
}

void
shoal_peer_request_set_party (ShoalPeerRequest *self, const char *party)
{
  g_return_if_fail (self != NULL);

  char *copy = g_strdup (party);
  g_free (self->party);
  self->party = copy;
}

const char *
shoal_peer_request_get_path (ShoalPeerRequest *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->path;
}

/* ---- Answers -------------------------------------------------------------------------------- */

static void
answer_free (Answer *answer)
{
  g_clear_pointer (&answer->body, g_bytes_unref);
  g_clear_pointer (&answer->request, request_release);
  g_free (answer);
}

static gboolean
on_delay_over_cb (gpointer user_data)
{
  ShoalPeerRequest *self = user_data;

  g_clear_pointer (&self->delay, g_source_unref);
  soup_server_message_unpause (self->message);
  return G_SOURCE_REMOVE;
}

/* A whole body goes out at once, after the time that the upload limit asks for. */
static void
send_whole (ShoalPeerRequest *self, GBytes *body)
{
  g_autoptr (ShoalTokenBucket) bucket = peer_core_dup_bucket (self->core);
  gint64 wait_us = 0;

  if (body != NULL && g_bytes_get_size (body) > 0)
    {
      soup_message_body_append_bytes (soup_server_message_get_response_body (self->message), body);
      if (bucket != NULL)
        wait_us = shoal_token_bucket_delay (bucket, g_bytes_get_size (body));
    }
  if (wait_us <= 0)
    {
      soup_server_message_unpause (self->message);
      return;
    }
  self->delay = g_timeout_source_new ((guint) MIN ((wait_us + 999) / 1000, G_MAXINT));
  peer_core_attach (self->core, self->delay, on_delay_over_cb, self);
}

/* In the server's thread */
static void
give_answer (gpointer data)
{
  Answer *answer = data;
  ShoalPeerRequest *self = answer->request;

  if (self->message == NULL)
    {
      /* The other side went away while the answer was made. */
      if (answer->stream != NULL)
        peer_stream_finish (answer->stream, FALSE);
      answer_free (answer);
      return;
    }

  SoupMessageHeaders *headers = soup_server_message_get_response_headers (self->message);
  soup_server_message_set_status (self->message, answer->status, NULL);
  if (answer->retry_seconds > 0)
    {
      g_autofree char *seconds = g_strdup_printf ("%u", answer->retry_seconds);

      soup_message_headers_replace (headers, "Retry-After", seconds);
    }
  if (answer->status == SOUP_STATUS_BAD_REQUEST)
    soup_message_headers_replace (headers, "Connection", "close");
  if (answer->stream != NULL)
    {
      self->stream = g_steal_pointer (&answer->stream);
      peer_stream_start (self->stream, self);
    }
  else
    send_whole (self, answer->body);
  answer_free (answer);
}

static void
answer (ShoalPeerRequest *self, guint status, guint retry_seconds, GBytes *body, PeerStream *stream)
{
  gboolean first = g_atomic_int_compare_and_exchange (&self->state, REQUEST_OPEN, REQUEST_ANSWERED);

  g_return_if_fail (first);

  Answer *message = g_new0 (Answer, 1);
  message->request = self;
  g_atomic_ref_count_inc (&self->ref_count);
  message->status = status;
  message->retry_seconds = retry_seconds;
  message->body = body != NULL ? g_bytes_ref (body) : NULL;
  message->stream = stream;
  if (g_main_context_is_owner (self->core->context))
    {
      give_answer (message);
      return;
    }
  if (peer_core_post (self->core, give_answer, message))
    return;

  /* The server has stopped: there is no thread of its own any more to say so in. */
  if (stream != NULL)
    peer_stream_finish (stream, FALSE);
  answer_free (message);
}

void
shoal_peer_request_respond (ShoalPeerRequest *self, guint status, GBytes *body)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (status == 200 || status == 400 || status == 404 || status == 409
                    || status == 416);

  answer (self, status, 0, status == 200 ? body : NULL, NULL);
}

void
shoal_peer_request_respond_busy (ShoalPeerRequest *self, guint seconds)
{
  g_return_if_fail (self != NULL);

  answer (self, SOUP_STATUS_SERVICE_UNAVAILABLE, MAX (seconds, 1), NULL, NULL);
}

void
shoal_peer_request_respond_stream (ShoalPeerRequest *self,
                                   guint64 length,
                                   ShoalPeerReadFunc read,
                                   ShoalPeerReadNowFunc read_now,
                                   ShoalPeerDoneFunc done,
                                   gpointer data,
                                   GDestroyNotify destroy)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (length > 0 && length <= SHOAL_MAX_FILE_SIZE);
  g_return_if_fail (read != NULL);

  answer (self, SOUP_STATUS_OK, 0, NULL,
          peer_stream_new (self->core, length, read, read_now, done, data, destroy));
}
