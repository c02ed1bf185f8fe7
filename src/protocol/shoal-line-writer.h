/* shoal-line-writer.h: lines into a stream, queued and put together
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** ShoalLineWriter: reference counted; lives in the thread-default main context it was started in
 */
typedef struct _ShoalLineWriter ShoalLineWriter;

/** ShoalLineWriterHandlers: @moved: bytes have been sent; see shoal_line_writer_get_unsent().
 * @output_closed: after shoal_line_writer_close_output(). @failed: once */
typedef struct
{
  void (*moved) (gpointer user_data);
  void (*output_closed) (gpointer user_data);
  void (*failed) (const GError *reason, gpointer user_data);
} ShoalLineWriterHandlers;

ShoalLineWriter *shoal_line_writer_new (GIOStream *stream);
void shoal_line_writer_unref (ShoalLineWriter *self);
/** shoal_line_writer_start: @handlers: must be static */
void shoal_line_writer_start (ShoalLineWriter *self,
                              const ShoalLineWriterHandlers *handlers,
                              gpointer user_data);
/** shoal_line_writer_queue: @bytes: without LF. @shared: many have it, so that it costs nothing to
 * keep it for one more */
void shoal_line_writer_queue (ShoalLineWriter *self, GBytes *bytes, gboolean shared);
/** shoal_line_writer_drop_queued: forgets what has not been begun to be sent */
void shoal_line_writer_drop_queued (ShoalLineWriter *self);
/** shoal_line_writer_get_own: Returns: bytes of queued lines that are not shared */
gsize shoal_line_writer_get_own (ShoalLineWriter *self);
/** shoal_line_writer_get_unsent: Returns: bytes not yet given to the stream */
gsize shoal_line_writer_get_unsent (ShoalLineWriter *self);
/** shoal_line_writer_get_stalled_since: Returns: the monotonic time since which a write has not
 * moved, or 0 */
gint64 shoal_line_writer_get_stalled_since (ShoalLineWriter *self);
/** shoal_line_writer_close_output: when everything has been sent: tells the other side that nothing
 * more comes */
void shoal_line_writer_close_output (ShoalLineWriter *self);
/** shoal_line_writer_stop: cancels; no handler is called any more */
void shoal_line_writer_stop (ShoalLineWriter *self);

/** shoal_stream_shutdown: ends both directions of @stream's socket at once, without waiting for
 * anything: a close of a TLS stream whose other side does not read would block */
void shoal_stream_shutdown (GIOStream *stream);

G_END_DECLS
