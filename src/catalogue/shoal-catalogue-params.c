/* shoal-catalogue-params.c: names, paths and contents as members send them, checked
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-catalogue-params"

#include "config.h"

#include "shoal-catalogue-private.h"

#include <string.h>

#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"

gboolean
shoal_params_get_hex (
    JsonObject *object, const char *name, gsize chars, const char **value, GError **error)
{
  if (!shoal_json_get_string (object, name, chars, value, error))
    return FALSE;
  if (strlen (*value) == chars && strspn (*value, "0123456789abcdef") == chars)
    return TRUE;
  return shoal_set_field_error (
      error, name, "“%s” must be %" G_GSIZE_FORMAT " lower-case hex digits.", name, chars);
}

gboolean
shoal_params_get_digest (JsonObject *object, const char *name, ShoalDigest *digest, GError **error)
{
  const char *hex = NULL;

  return shoal_params_get_hex (object, name, SHOAL_DIGEST_HEX_SIZE - 1, &hex, error)
         && (shoal_digest_from_hex (digest, hex)
             || shoal_set_field_error (error, name, "“%s” is not a content id.", name));
}

gboolean
shoal_params_get_content (
    JsonObject *object, const char *size_name, ShoalDigest *digest, gint64 *size, GError **error)
{
  if (!shoal_params_get_digest (object, "id", digest, error)
      || !shoal_json_get_integer (object, size_name, 0, (gint64) SHOAL_MAX_FILE_SIZE, size, error))
    return FALSE;
  if ((*size == 0) != shoal_digest_is_zero (digest))
    return shoal_set_field_error (error, "id",
                                  "The empty file, and nothing else, has the id of 64 zeros.");
  return TRUE;
}

gboolean
shoal_params_get_mtime (JsonObject *object, gint64 *mtime_ms, GError **error)
{
  return shoal_json_get_optional_integer (object, "mtime_ms", -SHOAL_MAX_JSON_INTEGER,
                                          SHOAL_MAX_JSON_INTEGER, SHOAL_NO_MTIME, mtime_ms, error);
}

static gboolean
is_component (const char *text, gsize length)
{
  return length > 0 && !(length == 1 && text[0] == '.')
         && !(length == 2 && text[0] == '.' && text[1] == '.');
}

gboolean
shoal_check_offer_name (const char *name, GError **error)
{
  gsize length = strlen (name);

  if (length > SHOAL_MAX_NAME_BYTES)
    return shoal_set_field_error (error, "name", "A name has at most %d bytes.",
                                  SHOAL_MAX_NAME_BYTES);
  if (!is_component (name, length) || strchr (name, '/') != NULL)
    return shoal_set_field_error (error, "name", "A name is one file name, not a path.");
  return TRUE;
}

gboolean
shoal_check_entry_path (const char *path, GError **error)
{
  int depth = 0;

  if (strlen (path) > SHOAL_MAX_PATH_BYTES)
    return shoal_set_field_error (error, "path", "A path has at most %d bytes.",
                                  SHOAL_MAX_PATH_BYTES);
  for (const char *start = path; start != NULL;)
    {
      const char *end = strchr (start, '/');

      if (!is_component (start, end != NULL ? (gsize) (end - start) : strlen (start)))
        return shoal_set_field_error (
            error, "path", "A path is relative and has no empty, “.” and “..” components.");
      depth++;
      start = end != NULL ? end + 1 : NULL;
    }
  if (depth > SHOAL_MAX_PATH_DEPTH)
    return shoal_set_field_error (error, "path", "A path has at most %d components.",
                                  SHOAL_MAX_PATH_DEPTH);
  return TRUE;
}
