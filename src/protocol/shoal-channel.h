/* shoal-channel.h: JSON-RPC 2.0, one object per line, both ways over a GIOStream
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/** ShoalChannel: knows framing, ids, limits and time-outs, no methods. Lives in the thread-default
 * main context it was started in. */
#define SHOAL_TYPE_CHANNEL (shoal_channel_get_type ())
G_DECLARE_FINAL_TYPE (ShoalChannel, shoal_channel, SHOAL, CHANNEL, GObject)

/** ShoalRequest: a request of the other side; exactly one of reply and fail must be called, now or
 * later; if the last reference goes without, "internal" is answered. Reference counted. */
typedef struct _ShoalRequest ShoalRequest;

/** ShoalChannelHandlers: @request: @request is kept with shoal_request_ref() to answer later.
 * @notification: may be %NULL. @closed: once, with the reason: %SHOAL_ERROR_DISCONNECTED for an
 * ordinary end, or the broken rule; the channel may be unreffed there. */
typedef struct
{
  void (*request) (ShoalChannel *self, ShoalRequest *request, gpointer user_data);
  void (*notification) (ShoalChannel *self,
                        const char *method,
                        JsonObject *params,
                        gpointer user_data);
  void (*closed) (ShoalChannel *self, const GError *reason, gpointer user_data);
} ShoalChannelHandlers;

/** shoal_channel_new: @stream: an open stream (TLS or a UNIX socket); @max_line: bytes of a line it
 * accepts */
ShoalChannel *shoal_channel_new (GIOStream *stream, gsize max_line);
/** shoal_channel_start: begins to read. @handlers: copied. */
void
shoal_channel_start (ShoalChannel *self, const ShoalChannelHandlers *handlers, gpointer user_data);
/** shoal_channel_set_max_line: e.g. after sign-in */
void shoal_channel_set_max_line (ShoalChannel *self, gsize max_line);
/** shoal_channel_set_idle_timeout: closes the channel when nothing at all arrived for this long; 0:
 * never. The other side sends "ping" requests (answered by the channel itself with {}) to stay; see
 * shoal_channel_set_ping_interval() */
void shoal_channel_set_idle_timeout (ShoalChannel *self, guint milliseconds);
/** shoal_channel_set_ping_interval: sends a "ping" request each @milliseconds while idle; 0: never.
 * A ping without an answer within the interval closes the channel */
void shoal_channel_set_ping_interval (ShoalChannel *self, guint milliseconds);
/** shoal_channel_set_rate: requests a second this side accepts, with a burst; reading pauses above
 * it */
void shoal_channel_set_rate (ShoalChannel *self, guint per_second, guint burst);

/** shoal_channel_set_local: the other end is the same user (the program's control socket): errors
 * are answered as shoal_json_error_new_local() makes them */
void shoal_channel_set_local (ShoalChannel *self, gboolean local);

/** shoal_channel_call_async: sends a request. @params: (transfer full) (nullable). An error answer
 * comes as its %SHOAL_ERROR; no answer within %SHOAL_REQUEST_TIMEOUT_MS, or a closed channel, as
 * %SHOAL_ERROR_DISCONNECTED. Cancelling forgets the answer. */
void shoal_channel_call_async (ShoalChannel *self,
                               const char *method,
                               JsonObject *params,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
/* A call in flight keeps the channel alive; the channel without anything in flight is closed,
 * without a word and without @closed, when its last reference goes. */
/** shoal_channel_call_finish: Returns: (transfer full): the result object */
JsonObject *shoal_channel_call_finish (ShoalChannel *self, GAsyncResult *result, GError **error);
/** shoal_channel_notify: sends a notification; @params: (transfer full) (nullable). One that cannot
 * be sent because the other side does not read closes the channel at %SHOAL_MAX_UNSENT */
void shoal_channel_notify (ShoalChannel *self, const char *method, JsonObject *params);
/** shoal_channel_notify_line: the same with a whole line that is shared by many channels; @line:
 * without LF */
void shoal_channel_notify_line (ShoalChannel *self, GBytes *line);
/** shoal_channel_make_notification: Returns: (transfer full): the line for
 * shoal_channel_notify_line();
 * @params: (transfer full) (nullable) */
GBytes *shoal_channel_make_notification (const char *method, JsonObject *params);
/** shoal_channel_close: sends what is queued (for at most 2 s), then closes; @closed is still
 * called */
void shoal_channel_close (ShoalChannel *self);
/** shoal_channel_is_closed: Returns: whether it is being closed, or has been */
gboolean shoal_channel_is_closed (ShoalChannel *self);
/** shoal_channel_get_stream: Returns: (transfer none) */
GIOStream *shoal_channel_get_stream (ShoalChannel *self);

ShoalRequest *shoal_request_ref (ShoalRequest *self);
void shoal_request_unref (ShoalRequest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalRequest, shoal_request_unref)
/** shoal_request_get_method: Returns: (transfer none) */
const char *shoal_request_get_method (ShoalRequest *self);
/** shoal_request_get_params: Returns: (transfer none): never %NULL, an empty object if there were
 * none */
JsonObject *shoal_request_get_params (ShoalRequest *self);
ShoalChannel *shoal_request_get_channel (ShoalRequest *self);
/** shoal_request_reply: @result: (transfer full) (nullable): %NULL for {} */
void shoal_request_reply (ShoalRequest *self, JsonObject *result);
/** shoal_request_fail: answers with @error */
void shoal_request_fail (ShoalRequest *self, const GError *error);
/** shoal_request_fail_unknown_method: answers -32601 */
void shoal_request_fail_unknown_method (ShoalRequest *self);

G_END_DECLS
