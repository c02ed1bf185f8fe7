/* shoal-line-reader.h: lines out of a stream, bounded, at the pace of whoever takes them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** ShoalLineReader: reference counted; lives in the thread-default main context it was started in
 */
typedef struct _ShoalLineReader ShoalLineReader;

/** ShoalLineReaderHandlers: @ready: whether the next line may come now; after %FALSE nothing
 * happens until shoal_line_reader_resume(). @begun: a line has begun and not ended, see
 * shoal_line_reader_get_line_start(). @grown: the buffer has
 * grown; @full: all of them are too large together, and %FALSE ends this one. @line: without its
 * LF, valid during the call, not ended by NUL. @ended: once: end of input
 * (%SHOAL_ERROR_DISCONNECTED), a line that is too long
 * (%SHOAL_ERROR_LIMIT), or no memory left for half lines
 * (%SHOAL_ERROR_BUSY); after the latter two nothing more is read unless shoal_line_reader_discard()
 * is called */
typedef struct
{
  gboolean (*ready) (gpointer user_data);
  void (*begun) (gpointer user_data);
  gboolean (*grown) (gboolean full, gpointer user_data);
  void (*line) (const char *line, gsize length, gpointer user_data);
  void (*ended) (const GError *reason, gpointer user_data);
} ShoalLineReaderHandlers;

ShoalLineReader *shoal_line_reader_new (GIOStream *stream, gsize max_line);
void shoal_line_reader_unref (ShoalLineReader *self);
/** shoal_line_reader_start: @handlers: must be static */
void shoal_line_reader_start (ShoalLineReader *self,
                              const ShoalLineReaderHandlers *handlers,
                              gpointer user_data);
/** shoal_line_reader_set_max_line: the largest line that is taken from now on, in bytes without its
 * end */
void shoal_line_reader_set_max_line (ShoalLineReader *self, gsize max_line);
/** shoal_line_reader_resume: asks "ready" again, soon */
void shoal_line_reader_resume (ShoalLineReader *self);
/** shoal_line_reader_discard: throws away what comes, until @ended */
void shoal_line_reader_discard (ShoalLineReader *self);
/** shoal_line_reader_stop: cancels; no handler is called any more */
void shoal_line_reader_stop (ShoalLineReader *self);
/** shoal_line_reader_is_paused: whether it waits for shoal_line_reader_resume() */
gboolean shoal_line_reader_is_paused (ShoalLineReader *self);
/** shoal_line_reader_get_last_input: Returns: the monotonic time of the last bytes, or of the last
 * resume */
gint64 shoal_line_reader_get_last_input (ShoalLineReader *self);
/** shoal_line_reader_get_line_start: Returns: the monotonic time since which a line has been
 * incomplete, or 0 */
gint64 shoal_line_reader_get_line_start (ShoalLineReader *self);

/** shoal_line_reader_get_grown: Returns: bytes by which its buffer has grown */
gsize shoal_line_reader_get_grown (ShoalLineReader *self);
/** shoal_line_reader_get_total: Returns: bytes of all readers' grown buffers; for tests */
gsize shoal_line_reader_get_total (void);

G_END_DECLS
