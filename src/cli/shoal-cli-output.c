/* shoal-cli-output.c: what is printed, and that it can be printed safely
 *
 * Names come from the network and from disks. What goes to a terminal passes shoal_cli_escape();
 * JSON is escaped by its own rules, and names stay exact there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-cli"

#include "config.h"

#include "shoal-cli.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "shoal-error.h"
#include "shoal-json.h"

/* ---- Safe text ---- */

static gboolean
is_harmless (gunichar c)
{
  GUnicodeType type = g_unichar_type (c);

  return type != G_UNICODE_CONTROL && type != G_UNICODE_FORMAT && type != G_UNICODE_UNASSIGNED
         && type != G_UNICODE_PRIVATE_USE && type != G_UNICODE_SURROGATE
         && type != G_UNICODE_LINE_SEPARATOR && type != G_UNICODE_PARAGRAPH_SEPARATOR;
}

char *
shoal_cli_escape (const char *text)
{
  g_autoptr (GString) safe = g_string_new (NULL);

  for (const char *at = text; *at != '\0';)
    {
      gunichar c = g_utf8_get_char_validated (at, -1);

      if (c == (gunichar) -1 || c == (gunichar) -2)
        {
          g_string_append_printf (safe, "\\x%02x", (guint) (guchar) *at);
          at++;
          continue;
        }
      if (is_harmless (c))
        g_string_append_unichar (safe, c);
      else if (c < 0x100)
        g_string_append_printf (safe, "\\x%02x", c);
      else
        g_string_append_printf (safe, "\\u{%x}", c);
      at = g_utf8_next_char (at);
    }
  return g_string_free (g_steal_pointer (&safe), FALSE);
}

/* ---- JSON ---- */

void
shoal_cli_print_json (JsonObject *object)
{
  gsize length;
  g_autofree char *line = shoal_json_to_line (object, &length);

  fwrite (line, 1, length, stdout);
  fputc ('\n', stdout);
  fflush (stdout);
}

void
shoal_cli_print_rows (JsonArray *rows)
{
  for (guint i = 0; rows != NULL && i < json_array_get_length (rows); i++)
    shoal_cli_print_json (json_array_get_object_element (rows, i));
}

void
shoal_cli_print_left_out (JsonObject *object, const char *lines, const char *n)
{
  JsonArray *list = shoal_cli_array (object, lines);
  guint n_lines = list != NULL ? json_array_get_length (list) : 0;
  gint64 more = shoal_cli_integer (object, n) - n_lines;

  for (guint i = 0; i < n_lines; i++)
    {
      g_autofree char *line = shoal_cli_escape (json_array_get_string_element (list, i));

      fprintf (stderr, _ ("Left out: %s\n"), line);
    }
  if (more > 0)
    fprintf (stderr, _ ("Left out: %d more\n"), (int) more);
}

static JsonNode *
get_value (JsonObject *object, const char *name, GType type)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type
             ? node
             : NULL;
}

const char *
shoal_cli_string (JsonObject *object, const char *name)
{
  JsonNode *node = get_value (object, name, G_TYPE_STRING);

  return node != NULL ? json_node_get_string (node) : "";
}

gint64
shoal_cli_integer (JsonObject *object, const char *name)
{
  JsonNode *node = get_value (object, name, G_TYPE_INT64);

  return node != NULL ? json_node_get_int (node) : 0;
}

gboolean
shoal_cli_boolean (JsonObject *object, const char *name)
{
  JsonNode *node = get_value (object, name, G_TYPE_BOOLEAN);

  return node != NULL && json_node_get_boolean (node);
}

JsonArray *
shoal_cli_array (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

/* ---- Errors ---- */

static int
exit_code (const GError *error)
{
  if (error->domain != SHOAL_ERROR)
    return SHOAL_CLI_FAILED;
  switch ((ShoalError) error->code)
    {
    case SHOAL_ERROR_INVALID:
      return SHOAL_CLI_USAGE;
    case SHOAL_ERROR_AUTH:
      return SHOAL_CLI_NOT_SIGNED_IN;
    case SHOAL_ERROR_NOT_FOUND:
      return SHOAL_CLI_NOT_FOUND;
    case SHOAL_ERROR_BLOCKED:
    case SHOAL_ERROR_DENIED:
    case SHOAL_ERROR_UNTRUSTED:
      return SHOAL_CLI_REFUSED;
    case SHOAL_ERROR_CORRUPT:
      return SHOAL_CLI_CORRUPT;
    case SHOAL_ERROR_AMBIGUOUS:
      return SHOAL_CLI_AMBIGUOUS;
    case SHOAL_ERROR_CANCELLED:
      return SHOAL_CLI_INTERRUPTED;
    case SHOAL_ERROR_INTERNAL:
    case SHOAL_ERROR_VERSION:
    case SHOAL_ERROR_REPLACED:
    case SHOAL_ERROR_EXISTS:
    case SHOAL_ERROR_LIMIT:
    case SHOAL_ERROR_BUSY:
    case SHOAL_ERROR_CHANGED:
    case SHOAL_ERROR_NO_SPACE:
    case SHOAL_ERROR_DISCONNECTED:
    case SHOAL_ERROR_IO:
    default:
      return SHOAL_CLI_FAILED;
    }
}

int
shoal_cli_fail (ShoalCli *cli, const GError *error)
{
  g_autofree char *safe = shoal_cli_escape (error->message);
  gint64 retry_ms = shoal_error_get_retry_ms (error);

  if (cli->json)
    {
      g_autoptr (JsonObject) line = shoal_json_new (
          "error", "o",
          shoal_json_new ("reason", "s",
                          error->domain == SHOAL_ERROR ? shoal_error_to_reason (error->code)
                                                       : "internal",
                          "message", "s", safe, "field", "s", shoal_error_get_field (error), NULL),
          NULL);

      if (retry_ms >= 0)
        json_object_set_int_member (json_object_get_object_member (line, "error"), "retry_ms",
                                    retry_ms);
      shoal_cli_print_json (line);
    }
  fprintf (stderr, "shoal-cli: %s\n", safe);
  return exit_code (error);
}

void
shoal_cli_note (ShoalCli *cli, const char *format, ...)
{
  va_list args;

  if (cli->json)
    return;
  va_start (args, format);
  g_autofree char *message = g_strdup_vprintf (format, args);
  va_end (args);
  g_autofree char *safe = shoal_cli_escape (message);
  fprintf (stderr, "%s\n", safe);
}

/* ---- Times ---- */

char *
shoal_cli_format_age (gint64 ms_ago)
{
  gint64 minutes = MAX (ms_ago, 0) / (60 * 1000);

  if (minutes < 60)
    return g_strdup_printf (_ ("%d min"), (int) minutes);
  if (minutes < 48 * 60)
    return g_strdup_printf (_ ("%d h"), (int) (minutes / 60));
  return g_strdup_printf (_ ("%d days"), (int) MIN (minutes / (24 * 60), 99999));
}

char *
shoal_cli_format_time (gint64 unix_ms)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (unix_ms / 1000);

  return time != NULL ? g_date_time_format (time, "%Y-%m-%d %H:%M:%S") : g_strdup ("?");
}

/* ---- Tables ---- */

struct _ShoalCliTable
{
  guint n_columns;
  GPtrArray *cells; /* of char *, row by row */
};

static guint
width_of (const char *text)
{
  guint width = 0;

  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      width += g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
    }
  return width;
}

ShoalCliTable *
shoal_cli_table_new (const char *const *header)
{
  ShoalCliTable *self = g_new0 (ShoalCliTable, 1);

  self->n_columns = g_strv_length ((char **) header);
  self->cells = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < self->n_columns; i++)
    g_ptr_array_add (self->cells, g_strdup (header[i]));
  return self;
}

void
shoal_cli_table_add (ShoalCliTable *self, ...)
{
  va_list args;

  va_start (args, self);
  for (guint i = 0; i < self->n_columns; i++)
    {
      const char *cell = va_arg (args, const char *);

      g_assert (cell != NULL);
      g_ptr_array_add (self->cells, shoal_cli_escape (cell));
    }
  va_end (args);
}

void
shoal_cli_table_print (ShoalCliTable *self)
{
  g_autofree guint *widths = g_new0 (guint, self->n_columns);

  for (guint i = 0; i < self->cells->len; i++)
    widths[i % self->n_columns]
        = MAX (widths[i % self->n_columns], width_of (g_ptr_array_index (self->cells, i)));
  for (guint i = 0; i < self->cells->len; i++)
    {
      const char *cell = g_ptr_array_index (self->cells, i);
      gboolean last = (i + 1) % self->n_columns == 0;
      int padding = last ? 0 : (int) (widths[i % self->n_columns] - width_of (cell) + 2);

      printf ("%s%*s%s", cell, padding, "", last ? "\n" : "");
    }
  shoal_cli_table_free (self);
}

void
shoal_cli_table_free (ShoalCliTable *self)
{
  g_ptr_array_unref (self->cells);
  g_free (self);
}
