/* shoal-cli-progress.c: how far it is, in one line of the terminal; objects with --json; nothing
 * otherwise
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-cli"

#include "config.h"

#include "shoal-cli.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "shoal-json.h"
#include "shoal-units.h"

#define BAR_WIDTH 20
#define REDRAW_US (100 * 1000)

struct _ShoalCliProgress
{
  ShoalCli *cli;
  GHashTable *transfers; /* id → JsonObject as last told */
  GHashTable *states;    /* id → state that was told to the user */
  gint64 drawn;
  gboolean terminal;
  gboolean visible;
};

ShoalCliProgress *
shoal_cli_progress_new (ShoalCli *cli)
{
  ShoalCliProgress *self = g_new0 (ShoalCliProgress, 1);

  self->cli = cli;
  self->terminal = isatty (STDERR_FILENO) && !cli->json;
  self->transfers
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) json_object_unref);
  self->states = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
shoal_cli_progress_clear (ShoalCliProgress *self)
{
  if (self->visible)
    fputs ("\r\033[K", stderr);
  self->visible = FALSE;
}

void
shoal_cli_progress_free (ShoalCliProgress *self)
{
  shoal_cli_progress_clear (self);
  g_hash_table_unref (self->transfers);
  g_hash_table_unref (self->states);
  g_free (self);
}

static guint
terminal_width (void)
{
  struct winsize size;

  return ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/* Draws @text, which is safe and of narrow characters but for a name at its end, cut to the
 * terminal. */
static void
draw (ShoalCliProgress *self, const char *text)
{
  glong length = g_utf8_strlen (text, -1);
  glong width = MAX ((glong) terminal_width () - 1, 1);
  g_autofree char *cut = g_utf8_substring (text, 0, MIN (length, width));

  fprintf (stderr, "\r%s\033[K", cut);
  fflush (stderr);
  self->visible = TRUE;
}

static gboolean
may_draw (ShoalCliProgress *self)
{
  gint64 now = g_get_monotonic_time ();

  if (!self->terminal || now - self->drawn < REDRAW_US)
    return FALSE;
  self->drawn = now;
  return TRUE;
}

static void
append_bar (GString *line, gint64 done, gint64 size)
{
  int filled = size > 0 ? (int) (BAR_WIDTH * ((double) MIN (done, size) / (double) size)) : 0;

  g_string_append_c (line, '[');
  for (int i = 0; i < BAR_WIDTH; i++)
    g_string_append_c (line, i < filled ? '#' : '.');
  g_string_append_printf (line, "] %3d%%",
                          size > 0 ? (int) (100.0 * (double) MIN (done, size) / (double) size) : 0);
}

static gboolean
is_ended (const char *state)
{
  return g_str_equal (state, "finished") || g_str_equal (state, "failed")
         || g_str_equal (state, "cancelled");
}

static void
draw_transfers (ShoalCliProgress *self)
{
  g_autoptr (GString) line = g_string_new (NULL);
  gint64 done = 0, size = 0, speed = 0, sources = 0;
  guint n = 0, ended = 0;
  const char *name = "";
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->transfers);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      n++;
      done += shoal_cli_integer (value, "done");
      size += shoal_cli_integer (value, "size");
      if (is_ended (shoal_cli_string (value, "state")))
        {
          ended++;
          continue;
        }
      speed += shoal_cli_integer (value, "speed");
      sources = MAX (sources, shoal_cli_integer (value, "sources"));
      name = shoal_cli_string (value, "name");
    }
  g_autofree char *done_text = shoal_format_size ((guint64) done);
  g_autofree char *size_text = shoal_format_size ((guint64) size);
  g_autofree char *rate = shoal_format_rate ((double) speed);
  g_autofree char *safe = shoal_cli_escape (name);

  append_bar (line, done, size);
  g_string_append_printf (line, "  %s/%s  %s", done_text, size_text, rate);
  if (speed > 0 && size > done)
    {
      g_autofree char *left
          = shoal_format_duration ((gint64) (1000.0 * (double) (size - done) / (double) speed));

      g_string_append_printf (line, _ ("  %s left"), left);
    }
  g_string_append_printf (
      line, g_dngettext (GETTEXT_PACKAGE, "  %d source", "  %d sources", (gulong) sources),
      (int) sources);
  if (n > 1)
    g_string_append_printf (line, _ ("  %u of %u"), ended, n);
  g_string_append_printf (line, "  %s", safe);
  draw (self, line->str);
}

/* Tells a change of state once: what waits must be seen to wait. */
static void
tell_state (ShoalCliProgress *self, JsonObject *transfer)
{
  const char *id = shoal_cli_string (transfer, "transfer");
  const char *state = shoal_cli_string (transfer, "state");
  const char *message = shoal_cli_string (transfer, "message");
  g_autofree char *now = g_strconcat (state, "\n", message, NULL);

  if (g_strcmp0 (g_hash_table_lookup (self->states, id), now) == 0)
    return;
  g_hash_table_replace (self->states, g_strdup (id), g_steal_pointer (&now));
  if (self->cli->json)
    {
      shoal_cli_print_json (transfer);
      return;
    }
  if (!g_str_equal (state, "waiting") && !g_str_equal (state, "no-space")
      && !g_str_equal (state, "paused"))
    return;
  shoal_cli_progress_clear (self);
  shoal_cli_note (self->cli, "%s: %s", shoal_cli_string (transfer, "name"),
                  *message != '\0'                ? message
                  : g_str_equal (state, "paused") ? _ ("paused")
                                                  : _ ("waiting for somebody who has it"));
}

void
shoal_cli_progress_on_transfer (const char *method, JsonObject *params, gpointer progress)
{
  ShoalCliProgress *self = progress;
  JsonObject *transfer;

  if (!g_str_equal (method, "transfer")
      || !shoal_json_get_object (params, "transfer", &transfer, NULL))
    return;
  const char *id = shoal_cli_string (transfer, "transfer");
  g_hash_table_replace (self->transfers, g_strdup (id), json_object_ref (transfer));
  tell_state (self, transfer);
  if (may_draw (self))
    draw_transfers (self);
}

void
shoal_cli_progress_on_hashing (const char *method, JsonObject *params, gpointer progress)
{
  ShoalCliProgress *self = progress;
  g_autoptr (GString) line = g_string_new (NULL);
  gint64 hashed = shoal_cli_integer (params, "hashed");
  gint64 size = shoal_cli_integer (params, "size");

  if (!g_str_equal (method, "progress") || !may_draw (self))
    return;
  g_autofree char *hashed_text = shoal_format_size ((guint64) hashed);
  g_autofree char *size_text = shoal_format_size ((guint64) MAX (size, hashed));
  append_bar (line, hashed, size);
  g_string_append_printf (line, _ ("  looking through files: %s/%s"), hashed_text, size_text);
  draw (self, line->str);
}
