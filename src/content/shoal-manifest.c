/* shoal-manifest.c: the strict parser of a folder's manifest, and the parsed thing
 *
 * One pass, line by line, over text whose size is bounded; entries are counted before memory for
 * them is taken. The order of the text (by the bytes of the decoded paths) is what makes it cheap:
 * duplicates are neighbours, and a parent is found by bisection among the entries before.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-manifest"

#include "config.h"

#include "shoal-manifest-private.h"

#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-safe-name.h"

#include <string.h>

struct _ShoalManifest
{
  ShoalManifestEntry *entries;
  guint n_entries;
  guint n_files;
  guint64 total_size;
  GStringChunk *strings;
};

typedef struct
{
  ShoalManifest *manifest;
  guint line;
  const char *at; /* what is left of the line */
  const char *end;
  /* The folder of the entry before, where the next one's is most of the time. */
  const ShoalManifestEntry *folder;
} Parser;

gboolean
shoal_manifest_is_escaped (guint8 byte)
{
  return byte <= ' ' || byte == '%' || byte == 0x7f;
}

gsize
shoal_manifest_parent_length (const char *path)
{
  const char *slash = strrchr (path, '/');

  return slash != NULL ? (gsize) (slash - path) : 0;
}

void
shoal_manifest_free (ShoalManifest *self)
{
  g_return_if_fail (self != NULL);
  g_string_chunk_free (self->strings);
  g_free (self->entries);
  g_free (self);
}

static gboolean fail (Parser *parser, GError **error, const char *format, ...) G_GNUC_PRINTF (3, 4);

static gboolean
fail (Parser *parser, GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_autofree char *what = g_strdup_vprintf (format, args);
  va_end (args);
  g_autofree char *shown = shoal_safe_text (what, 300);
  return shoal_set_field_error (error, "manifest", "The folder's list is wrong in line %u: %s",
                                parser->line, shown);
}

/* Compares a NUL-terminated path with the first @length bytes of another. */
static int
compare_path (const char *path, const char *other, gsize length)
{
  int order = strncmp (path, other, length);

  if (order != 0)
    return order;
  return path[length] == '\0' ? 0 : 1;
}

const ShoalManifestEntry *
shoal_manifest_find_entry (ShoalManifest *self, const char *path, gsize length)
{
  guint low = 0, high = self->n_entries;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      int order = compare_path (self->entries[middle].path, path, length);
      if (order == 0)
        return &self->entries[middle];
      if (order < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return NULL;
}

/* The next word of the line, up to a space or its end; the space is skipped. */
static gboolean
take_word (Parser *parser, const char **word, gsize *length)
{
  const char *space = memchr (parser->at, ' ', (gsize) (parser->end - parser->at));
  const char *stop = space != NULL ? space : parser->end;

  *word = parser->at;
  *length = (gsize) (stop - parser->at);
  parser->at = space != NULL ? space + 1 : parser->end;
  return *length > 0;
}

static gboolean
parse_size (Parser *parser, guint64 *size, GError **error)
{
  const char *word;
  gsize length;

  if (!take_word (parser, &word, &length) || length > 14 || (word[0] == '0' && length > 1))
    return fail (parser, error, "the size is not a number");
  *size = 0;
  for (gsize i = 0; i < length; i++)
    {
      if (!g_ascii_isdigit (word[i]))
        return fail (parser, error, "the size is not a number");
      *size = *size * 10 + (guint64) (word[i] - '0');
    }
  if (*size > SHOAL_MAX_FILE_SIZE)
    return fail (parser, error, "the file is larger than 8 TiB");
  return TRUE;
}

static gboolean
parse_id (Parser *parser, ShoalDigest *id, GError **error)
{
  const char *word;
  gsize length;
  char hex[SHOAL_DIGEST_HEX_SIZE];

  if (take_word (parser, &word, &length) && length == SHOAL_DIGEST_HEX_SIZE - 1)
    {
      memcpy (hex, word, length);
      hex[length] = '\0';
      if (shoal_digest_from_hex (id, hex))
        return TRUE;
    }
  return fail (parser, error, "the content id is not 64 lower-case digits");
}

static int
parse_nibble (char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes the next word, which must be written the one way that it can be. */
static gboolean
parse_path (Parser *parser, const char *what, const char **path, GError **error)
{
  const char *word;
  gsize length;
  char decoded[SHOAL_MAX_PATH_BYTES];
  gsize n = 0;

  if (!take_word (parser, &word, &length))
    return fail (parser, error, "the %s is empty", what);
  for (gsize i = 0; i < length; i++)
    {
      guint8 byte = (guint8) word[i];
      if (byte == '%')
        {
          int high = i + 2 < length ? parse_nibble (word[i + 1]) : -1;
          int low = i + 2 < length ? parse_nibble (word[i + 2]) : -1;
          if (high < 0 || low < 0 || !shoal_manifest_is_escaped ((guint8) (high << 4 | low))
              || (high == 0 && low == 0))
            return fail (parser, error, "the %s has a wrong “%%”", what);
          byte = (guint8) (high << 4 | low);
          i += 2;
        }
      else if (shoal_manifest_is_escaped (byte))
        return fail (parser, error, "the %s has a control character", what);
      if (n == sizeof decoded)
        return fail (parser, error, "the %s is longer than %d bytes", what, SHOAL_MAX_PATH_BYTES);
      decoded[n++] = (char) byte;
    }
  if (!g_utf8_validate_len (decoded, n, NULL))
    return fail (parser, error, "the %s is not UTF-8", what);
  *path = g_string_chunk_insert_len (parser->manifest->strings, decoded, (gssize) n);
  return TRUE;
}

/* Whether the folder of @path is there, as a folder. */
static gboolean
check_parent (Parser *parser, const char *path, GError **error)
{
  gsize length = shoal_manifest_parent_length (path);

  if (length == 0 && path[0] != '/')
    return TRUE;
  if (parser->folder != NULL && compare_path (parser->folder->path, path, length) == 0)
    return TRUE;
  const ShoalManifestEntry *folder = shoal_manifest_find_entry (parser->manifest, path, length);
  if (folder == NULL)
    return fail (parser, error, "the folder of “%s” is not listed before it", path);
  if (folder->kind != SHOAL_ENTRY_FOLDER)
    return fail (parser, error, "“%.*s” is not a folder", (int) length, path);
  parser->folder = folder;
  return TRUE;
}

static gboolean
check_path (Parser *parser, const ShoalManifestEntry *entry, GError **error)
{
  ShoalManifest *self = parser->manifest;
  g_autoptr (GError) local_error = NULL;

  if (self->n_entries > 0)
    {
      int order = strcmp (self->entries[self->n_entries - 1].path, entry->path);
      if (order == 0)
        return fail (parser, error, "“%s” is listed twice", entry->path);
      if (order > 0)
        return fail (parser, error, "“%s” is out of order", entry->path);
    }
  g_autofree char *safe = shoal_safe_path (entry->path, &local_error);
  if (safe == NULL)
    return fail (parser, error, "%s", local_error->message);
  if (!check_parent (parser, entry->path, error))
    return FALSE;
  if (entry->kind == SHOAL_ENTRY_LINK
      && !shoal_safe_link_target (safe, entry->target, &local_error))
    return fail (parser, error, "%s", local_error->message);
  return TRUE;
}

static gboolean
parse_line (Parser *parser, GError **error)
{
  ShoalManifest *self = parser->manifest;
  ShoalManifestEntry entry = { 0 };
  const char *kind;
  gsize length;

  take_word (parser, &kind, &length);
  switch (length == 1 ? kind[0] : '\0')
    {
    case 'd':
      entry.kind = SHOAL_ENTRY_FOLDER;
      break;
    case 'f':
    case 'x':
      entry.kind = kind[0] == 'f' ? SHOAL_ENTRY_FILE : SHOAL_ENTRY_EXECUTABLE;
      if (!parse_size (parser, &entry.size, error) || !parse_id (parser, &entry.id, error))
        return FALSE;
      if ((entry.size == 0) != shoal_digest_is_zero (&entry.id))
        return fail (parser, error, "only the empty file has the id of zeros");
      if (entry.size > (guint64) SHOAL_MAX_JSON_INTEGER - self->total_size)
        return fail (parser, error, "the folder is too large");
      break;
    case 'l':
      entry.kind = SHOAL_ENTRY_LINK;
      if (!parse_path (parser, "target", &entry.target, error))
        return FALSE;
      break;
    default:
      return fail (parser, error, "it starts with none of d, f, x and l");
    }
  if (!parse_path (parser, "path", &entry.path, error))
    return FALSE;
  /* A space at the end would be a second way to write the same. */
  if (parser->at != parser->end || parser->end[-1] == ' ')
    return fail (parser, error, "there is something after the path");
  if (!check_path (parser, &entry, error))
    return FALSE;

  self->total_size += entry.size;
  self->n_files += entry.kind == SHOAL_ENTRY_FILE || entry.kind == SHOAL_ENTRY_EXECUTABLE;
  self->entries[self->n_entries++] = entry;
  return TRUE;
}

static gboolean
count_lines (Parser *parser, const char *text, gsize size, guint *n_lines, GError **error)
{
  *n_lines = 0;
  for (const char *p = text; p < text + size; (*n_lines)++)
    {
      if (*n_lines > SHOAL_MAX_MANIFEST_ENTRIES)
        {
          parser->line = *n_lines;
          return fail (parser, error, "there are more than %d entries", SHOAL_MAX_MANIFEST_ENTRIES);
        }
      const char *newline = memchr (p, '\n', (gsize) (text + size - p));
      if (newline == NULL)
        {
          parser->line = *n_lines + 1;
          return fail (parser, error, "the last line does not end");
        }
      p = newline + 1;
    }
  return TRUE;
}

static gboolean
parse_text (Parser *parser, const char *text, gsize size, GError **error)
{
  ShoalManifest *self = parser->manifest;
  const gsize header = strlen (SHOAL_MANIFEST_HEADER);
  guint n_lines;

  parser->line = 1;
  if (size > SHOAL_MAX_MANIFEST_SIZE)
    return fail (parser, error, "it is larger than %d MiB", SHOAL_MAX_MANIFEST_SIZE / SHOAL_MIB);
  if (size < header || memcmp (text, SHOAL_MANIFEST_HEADER, header) != 0)
    return fail (parser, error, "it does not start with “shoal-manifest 1”");
  if (!count_lines (parser, text, size, &n_lines, error))
    return FALSE;

  self->entries = g_new (ShoalManifestEntry, n_lines - 1);
  for (const char *p = text + header; p < text + size; p = parser->end + 1)
    {
      parser->line++;
      parser->at = p;
      parser->end = memchr (p, '\n', (gsize) (text + size - p));
      if (!parse_line (parser, error))
        return FALSE;
    }
  return TRUE;
}

ShoalManifest *
shoal_manifest_parse (GBytes *bytes, GError **error)
{
  g_return_val_if_fail (bytes != NULL, NULL);

  g_autoptr (ShoalManifest) self = g_new0 (ShoalManifest, 1);
  self->strings = g_string_chunk_new (16 * SHOAL_KIB);

  gsize size;
  const char *text = g_bytes_get_data (bytes, &size);
  Parser parser = { .manifest = self };
  return parse_text (&parser, text, size, error) ? g_steal_pointer (&self) : NULL;
}

guint
shoal_manifest_get_n_entries (ShoalManifest *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->n_entries;
}

const ShoalManifestEntry *
shoal_manifest_get_entry (ShoalManifest *self, guint index)
{
  g_return_val_if_fail (self != NULL && index < self->n_entries, NULL);
  return &self->entries[index];
}

guint64
shoal_manifest_get_total_size (ShoalManifest *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->total_size;
}

guint
shoal_manifest_get_n_files (ShoalManifest *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->n_files;
}

gboolean
shoal_manifest_is_begun (gconstpointer data, gsize length)
{
  gsize header = strlen (SHOAL_MANIFEST_HEADER);

  return length >= header && memcmp (data, SHOAL_MANIFEST_HEADER, header) == 0;
}
