/* shoal-child-output.c: what a child process writes, line by line, fit to be logged and shown
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-child-output"

#include "config.h"

#include "shoal-child-output.h"

#include <string.h>

/* GLib's own format: "(process:1): domain-WARNING **: 12:34:56.789: words". */
#define LOG_LINE                                                                                   \
  "^(?:\\*\\* )?(?:\\([^()]*:\\d+\\): )?(?:[\\w.-]*-)?"                                            \
  "(ERROR|CRITICAL|WARNING|Message|INFO|DEBUG)(?: \\*\\*)?: (?:\\d+:\\d+:\\d+\\.\\d+: )?(.*)$"
#define LINK "shoal://[^\\s]*"

typedef struct
{
  ShoalChildLine func;
  gpointer user_data;
  GDestroyNotify destroy;
  GCancellable *cancellable;
} Reading;

static void
reading_free (Reading *self)
{
  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_clear_object (&self->cancellable);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reading, reading_free)

static void read_next (Reading *self, GDataInputStream *lines);

/* Not the _utf8 variant of reading: that one fails, for good, at the first byte that is none. */
static char *
make_text (const char *bytes, gsize length)
{
  g_autoptr (GRegex) link = g_regex_new (LINK, 0, 0, NULL);
  g_autofree char *valid = g_utf8_make_valid (bytes, (gssize) length);

  return g_regex_replace_literal (link, valid, -1, 0, "shoal://…", 0, NULL);
}

static void
on_line_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Reading) self = user_data;
  g_autoptr (GError) error = NULL;
  gsize length = 0;
  g_autofree char *bytes = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (object),
                                                                 result, &length, &error);

  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  if (bytes == NULL)
    {
      if (error != NULL)
        g_message ("Cannot read what a child process writes: %s", error->message);
      self->func (NULL, self->user_data);
      return;
    }

  g_autofree char *line = make_text (bytes, length);

  self->func (line, self->user_data);
  read_next (g_steal_pointer (&self), G_DATA_INPUT_STREAM (object));
}

static void
read_next (Reading *self, GDataInputStream *lines)
{
  g_data_input_stream_read_line_async (lines, G_PRIORITY_DEFAULT, self->cancellable, on_line_cb,
                                       self);
}

void
shoal_child_output_read (GInputStream *pipe,
                         GCancellable *cancellable,
                         ShoalChildLine func,
                         gpointer user_data,
                         GDestroyNotify destroy)
{
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (pipe);
  Reading *self = g_new0 (Reading, 1);

  self->func = func;
  self->user_data = user_data;
  self->destroy = destroy;
  g_set_object (&self->cancellable, cancellable);
  read_next (self, lines);
}

char *
shoal_child_output_dup_words (const char *line)
{
  g_autoptr (GRegex) log_line = g_regex_new (LOG_LINE, 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *words = NULL;

  if (g_regex_match (log_line, line, 0, &match))
    {
      static const char *const everyday[] = { "Message", "INFO", "DEBUG", NULL };
      g_autofree char *level = g_match_info_fetch (match, 1);

      if (g_strv_contains (everyday, level))
        return NULL;
      words = g_match_info_fetch (match, 2);
    }
  else
    words = g_strdup (line);
  g_strstrip (words);
  return *words != '\0' ? g_steal_pointer (&words) : NULL;
}
