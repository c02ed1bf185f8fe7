/* shoal-guard-stream.h: what an HTTP server sees of a connection: checked heads, nothing else
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** ShoalGuardStream: stands between a connection and a SoupServer. Reading gives one head at a
 * time, which was checked and is written anew in the shortest form; the next only after
 * shoal_guard_stream_next(). Writing passes through. Closing never waits. One thread. */
#define SHOAL_TYPE_GUARD_STREAM (shoal_guard_stream_get_type ())
G_DECLARE_FINAL_TYPE (ShoalGuardStream, shoal_guard_stream, SHOAL, GUARD_STREAM, GIOStream)

/* The header by which a request can be matched to its connection: only we write heads. */
#define SHOAL_GUARD_HEADER "Shoal-Connection"

typedef void (*ShoalGuardClosedFunc) (gpointer user_data);

/** shoal_guard_stream_new: @tls: the connection over @socket; @id: what %SHOAL_GUARD_HEADER says;
 * @closed: called once when the stream is closed */
ShoalGuardStream *shoal_guard_stream_new (GTlsConnection *tls,
                                          GSocket *socket,
                                          const char *id,
                                          ShoalGuardClosedFunc closed,
                                          gpointer user_data);

/** shoal_guard_stream_next: the answer is complete: the next head may be read */
void shoal_guard_stream_next (ShoalGuardStream *self);
/** shoal_guard_stream_end: ends a connection that is not answering, with a good-bye */
void shoal_guard_stream_end (ShoalGuardStream *self);
/** shoal_guard_stream_cut: ends the connection without a good-bye; reading and writing fail from
 * now on */
void shoal_guard_stream_cut (ShoalGuardStream *self);
/** shoal_guard_stream_get_path: Returns: (nullable): the path of the head that was read last */
const char *shoal_guard_stream_get_path (ShoalGuardStream *self);
/** shoal_guard_stream_get_progress: Returns: monotonic time in µs when something was moved last */
gint64 shoal_guard_stream_get_progress (ShoalGuardStream *self);

G_END_DECLS
