/* shoal-line-reader.c: lines out of a stream, bounded, at the pace of whoever takes them
 *
 * The buffer begins at 4 KiB, doubles while a line does not fit, up to the longest line allowed,
 * and shrinks when it is empty. What all buffers of the process have grown beyond their first 4 KiB
 * is counted; beyond SHOAL_MAX_UNREAD_INPUT a line that needs more is refused, or the owner makes
 * room for it.
 *
 * Ownership: a running read holds a reference, so the buffer outlives it; stop() makes the reader
 * forget its owner at once. Lines of one reader are taken for a few milliseconds, then others get
 * their turn.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-channel"

#include "config.h"

#include "shoal-line-reader.h"

#include <string.h>
#include <glib/gi18n.h>

#include "shoal-error.h"
#include "shoal-limits.h"

/* An empty buffer larger than this shrinks. */
#define KEEP_BUFFER (8 * SHOAL_READ_BUFFER)

typedef enum
{
  MODE_LINES,
  MODE_DISCARD,
  MODE_ENDED,
} Mode;

struct _ShoalLineReader
{
  gatomicrefcount ref_count;
  GIOStream *stream;
  GCancellable *cancellable;
  GMainContext *context;
  const ShoalLineReaderHandlers *handlers; /* NULL: stopped */
  gpointer user_data;
  GSource *turn; /* takes lines when the others have had their turn */

  guint8 *buffer;
  gsize capacity;
  gsize start;   /* of the first line not taken */
  gsize scanned; /* no LF between start and here */
  gsize end;
  gsize max_line;

  Mode mode;
  gboolean reading;
  gboolean paused;
  gboolean input_ended; /* the lines that are left are taken first */
  GError *end_reason;
  gint64 last_input;
  gint64 line_start;
};

/* Bytes, over all readers of the process. */
static gsize grown_total;

static void read_more (ShoalLineReader *self);

static ShoalLineReader *
shoal_line_reader_ref (ShoalLineReader *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalLineReader, shoal_line_reader_unref)

ShoalLineReader *
shoal_line_reader_new (GIOStream *stream, gsize max_line)
{
  ShoalLineReader *self = g_new0 (ShoalLineReader, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->stream = g_object_ref (stream);
  self->cancellable = g_cancellable_new ();
  self->max_line = max_line;
  self->capacity = SHOAL_READ_BUFFER;
  self->buffer = g_malloc (self->capacity);
  return self;
}

static void
account (gssize bytes)
{
  g_atomic_pointer_add (&grown_total, bytes);
}

gsize
shoal_line_reader_get_total (void)
{
  return (gsize) g_atomic_pointer_get (&grown_total);
}

void
shoal_line_reader_unref (ShoalLineReader *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_assert (self->turn == NULL);
  account (-(gssize) (self->capacity - SHOAL_READ_BUFFER));
  g_clear_pointer (&self->buffer, g_free);
  g_clear_object (&self->stream);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_error (&self->end_reason);
  g_free (self);
}

static void
cancel_turn (ShoalLineReader *self)
{
  if (self->turn == NULL)
    return;
  g_source_destroy (self->turn);
  g_clear_pointer (&self->turn, g_source_unref);
}

static void
end (ShoalLineReader *self, GError *reason)
{
  g_autoptr (GError) owned = reason;

  self->mode = MODE_ENDED;
  self->line_start = 0;
  cancel_turn (self);
  if (self->handlers != NULL)
    self->handlers->ended (owned, self->user_data);
}

static void
set_capacity (ShoalLineReader *self, gsize capacity)
{
  account ((gssize) capacity - (gssize) self->capacity);
  self->buffer = g_realloc (self->buffer, capacity);
  self->capacity = capacity;
}

/* Room for at least one more byte; FALSE: there is none, and it has ended. */
static gboolean
make_room (ShoalLineReader *self)
{
  gsize unread = self->end - self->start;

  if (unread == 0 && self->capacity > KEEP_BUFFER)
    set_capacity (self, SHOAL_READ_BUFFER);
  if (self->start > 0)
    {
      memmove (self->buffer, self->buffer + self->start, unread);
      self->scanned -= self->start;
      self->end = unread;
      self->start = 0;
    }
  if (unread > self->max_line)
    {
      end (self, shoal_error_new_limit ("line", (gint64) self->max_line,
                                        "A line of the protocol is too long"));
      return FALSE;
    }
  if (self->end < self->capacity)
    return TRUE;

  /* The LF must fit too; never below the base, which is what account() counts from. */
  gsize capacity = MAX (MIN (self->capacity * 2, self->max_line + 1), self->capacity + 1);

  set_capacity (self, capacity);

  gsize total = shoal_line_reader_get_total ();

  /* Whoever else gives way keeps its buffer for a moment: hence twice as much. */
  if (total <= 2 * SHOAL_MAX_UNREAD_INPUT
      && self->handlers->grown (total > SHOAL_MAX_UNREAD_INPUT, self->user_data))
    return self->mode == MODE_LINES;
  end (self, shoal_error_new_retry (SHOAL_ERROR_BUSY, 1000,
                                    "Too many half-sent lines at the same time. Try again"));
  return FALSE;
}

static gboolean
on_turn_cb (gpointer user_data)
{
  g_autoptr (ShoalLineReader) self = shoal_line_reader_ref (user_data);

  cancel_turn (self);
  read_more (self);
  return G_SOURCE_REMOVE;
}

static void
schedule_turn (ShoalLineReader *self)
{
  if (self->turn != NULL || self->handlers == NULL || self->mode == MODE_ENDED)
    return;
  self->turn = g_idle_source_new ();
  g_source_set_priority (self->turn, G_PRIORITY_DEFAULT);
  g_source_set_static_name (self->turn, "shoal_line_reader");
  g_source_set_callback (self->turn, on_turn_cb, self, NULL);
  g_source_attach (self->turn, self->context);
}

/* The first line if it is whole; its length is without the LF. */
static gboolean
find_line (ShoalLineReader *self, gsize *length)
{
  const guint8 *found = self->scanned == self->end ? NULL
                                                   : memchr (self->buffer + self->scanned, '\n',
                                                             self->end - self->scanned);

  if (found == NULL)
    {
      self->scanned = self->end;
      return FALSE;
    }
  self->scanned = (gsize) (found - self->buffer);
  *length = self->scanned - self->start;
  return TRUE;
}

/* Hands out the lines there are. TRUE: more input is needed. */
static gboolean
take_lines (ShoalLineReader *self)
{
  gint64 enough = g_get_monotonic_time () + SHOAL_CHANNEL_SLICE_US;
  gsize length = 0;

  while (self->handlers != NULL && self->mode == MODE_LINES && find_line (self, &length))
    {
      if (length > self->max_line)
        {
          end (self, shoal_error_new_limit ("line", (gint64) self->max_line,
                                            "A line of the protocol is too long"));
          return FALSE;
        }
      self->paused = !self->handlers->ready (self->user_data);
      if (self->paused)
        return FALSE;

      const char *line = (const char *) self->buffer + self->start;

      self->start += length + 1;
      self->scanned = self->start;
      self->line_start = 0;
      self->handlers->line (line, length, self->user_data);
      if (g_get_monotonic_time () > enough)
        {
          schedule_turn (self);
          return FALSE;
        }
    }
  return TRUE;
}

static void
on_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalLineReader) self = user_data;
  g_autoptr (GError) error = NULL;
  gssize n_read = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);

  self->reading = FALSE;
  if (self->handlers == NULL || self->mode == MODE_ENDED)
    return;
  if (n_read > 0)
    {
      self->last_input = g_get_monotonic_time ();
      if (self->mode == MODE_LINES)
        self->end += (gsize) n_read;
    }
  else
    {
      self->input_ended = TRUE;
      if (n_read == 0)
        self->end_reason = g_error_new_literal (SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED,
                                                _ ("The other side closed the connection"));
      else
        self->end_reason = g_error_new (SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED,
                                        _ ("The connection was lost: %s"), error->message);
    }
  if (!self->paused)
    read_more (self);
}

static void
note_line_start (ShoalLineReader *self)
{
  if (self->end == 0)
    self->line_start = 0;
  else if (self->line_start == 0)
    {
      self->line_start = self->last_input;
      self->handlers->begun (self->user_data);
    }
}

/* Takes what is there, then asks for more. */
static void
read_more (ShoalLineReader *self)
{
  if (self->turn != NULL || (self->mode == MODE_LINES && !take_lines (self)))
    return;
  if (self->handlers == NULL || self->mode == MODE_ENDED || self->reading)
    return;
  if (self->input_ended)
    {
      end (self, g_steal_pointer (&self->end_reason));
      return;
    }
  if (self->mode == MODE_DISCARD)
    self->start = self->scanned = self->end = 0;
  if (!make_room (self))
    return;
  note_line_start (self);
  self->reading = TRUE;
  g_input_stream_read_async (g_io_stream_get_input_stream (self->stream), self->buffer + self->end,
                             self->capacity - self->end, G_PRIORITY_DEFAULT, self->cancellable,
                             on_read_cb, shoal_line_reader_ref (self));
}

void
shoal_line_reader_start (ShoalLineReader *self,
                         const ShoalLineReaderHandlers *handlers,
                         gpointer user_data)
{
  g_autoptr (ShoalLineReader) guard = shoal_line_reader_ref (self);

  self->context = g_main_context_ref_thread_default ();
  self->handlers = handlers;
  self->user_data = user_data;
  self->last_input = g_get_monotonic_time ();
  read_more (self);
}

void
shoal_line_reader_set_max_line (ShoalLineReader *self, gsize max_line)
{
  self->max_line = max_line;
}

void
shoal_line_reader_resume (ShoalLineReader *self)
{
  if (!self->paused)
    return;
  self->paused = FALSE;
  self->last_input = g_get_monotonic_time ();
  schedule_turn (self);
}

void
shoal_line_reader_discard (ShoalLineReader *self)
{
  if (self->handlers == NULL)
    return;
  self->mode = MODE_DISCARD;
  self->paused = FALSE;
  self->line_start = 0;
  /* Not now: the line that is being handled lies in the buffer. */
  schedule_turn (self);
}

void
shoal_line_reader_stop (ShoalLineReader *self)
{
  self->handlers = NULL;
  self->user_data = NULL;
  cancel_turn (self);
  g_cancellable_cancel (self->cancellable);
}

gboolean
shoal_line_reader_is_paused (ShoalLineReader *self)
{
  return self->paused;
}

gsize
shoal_line_reader_get_grown (ShoalLineReader *self)
{
  return self->capacity - SHOAL_READ_BUFFER;
}

gint64
shoal_line_reader_get_last_input (ShoalLineReader *self)
{
  return self->last_input;
}

gint64
shoal_line_reader_get_line_start (ShoalLineReader *self)
{
  return self->line_start;
}
