/* shoal-safe-name.c: names from the network are data; the one way to turn them into a path
 *
 * What is wrong in a name is replaced by "_", never removed: the result shows that something was
 * there, and fewer names fall together. shoal_safe_name (shoal_safe_name (x)) is shoal_safe_name
 * (x).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-safe-name"

#include "config.h"

#include "shoal-safe-name.h"

#include "shoal-error.h"
#include "shoal-limits.h"

#include <string.h>

/* What does not belong on a terminal or into a line of text. */
static gboolean
is_unsafe_char (gunichar c)
{
  GUnicodeType type = g_unichar_type (c);

  return type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT || type == G_UNICODE_UNASSIGNED
         || type == G_UNICODE_SURROGATE || type == G_UNICODE_LINE_SEPARATOR
         || type == G_UNICODE_PARAGRAPH_SEPARATOR;
}

/* What no name keeps: it would end a line, or turn around what is written beside it. Joiners and
 * marks of direction are ordinary in the names of half the world. */
static gboolean
is_replaced_char (gunichar c)
{
  return c == '/' || g_unichar_type (c) == G_UNICODE_CONTROL || (c >= 0x202a && c <= 0x202e)
         || (c >= 0x2066 && c <= 0x2069);
}

/* Where the extension of @name starts ("." included), or its end. ".tar.xz" is one extension; a
 * name that starts with its only dot has none. */
static const char *
find_extension (const char *name)
{
  const char *end = name + strlen (name);
  const char *dot = strrchr (name, '.');

  if (dot == NULL || dot == name || dot[1] == '\0' || end - dot > SHOAL_MAX_EXTENSION_BYTES)
    return end;
  if (strpbrk (dot, " \\") != NULL)
    return end;
  if (dot - name > 4 && g_ascii_strncasecmp (dot - 4, ".tar", 4) == 0)
    return dot - 4;
  return dot;
}

/* The longest start of @text of at most @max bytes that ends between characters. */
static gsize
cut_length (const char *text, gsize length, gsize max)
{
  if (length <= max)
    return length;
  while (max > 0 && ((guchar) text[max] & 0xc0) == 0x80)
    max--;
  return max;
}

/* @stem, shortened so that @tail fits behind it. */
static char *
join_within (gsize max, const char *stem, gsize stem_length, const char *tail)
{
  gsize room = max - MIN (strlen (tail), max);

  return g_strdup_printf ("%.*s%s", (int) cut_length (stem, stem_length, room), stem, tail);
}

char *
shoal_safe_name (const char *name)
{
  g_return_val_if_fail (name != NULL, NULL);

  /* Nothing after this much can be kept, so a huge name costs no more than a long one. */
  gsize length = strlen (name);
  g_autofree char *shortened = NULL;
  if (length > 16 * SHOAL_MAX_NAME_BYTES)
    {
      gsize head = cut_length (name, length, 15 * SHOAL_MAX_NAME_BYTES);
      shortened = g_strdup_printf ("%.*s%s", (int) head, name, find_extension (name));
      name = shortened;
    }

  g_autofree char *valid = g_utf8_make_valid (name, -1);
  g_autoptr (GString) safe = g_string_sized_new (strlen (valid) + 2);
  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      if (is_replaced_char (c))
        g_string_append_c (safe, '_');
      else
        g_string_append_unichar (safe, c);
    }
  if (safe->len == 0)
    return g_strdup ("_");
  if (strcmp (safe->str, ".") == 0 || strcmp (safe->str, "..") == 0)
    memset (safe->str, '_', safe->len);
  return shoal_name_cut (safe->str, SHOAL_MAX_NAME_BYTES);
}

char *
shoal_safe_top_name (const char *name)
{
  g_autofree char *safe = shoal_safe_name (name);

  if (safe[0] != '.')
    return g_steal_pointer (&safe);
  g_autofree char *seen = g_strconcat ("_", safe, NULL);
  return shoal_name_cut (seen, SHOAL_MAX_NAME_BYTES);
}

char *
shoal_name_cut (const char *name, gsize max)
{
  g_return_val_if_fail (name != NULL && max > SHOAL_MAX_EXTENSION_BYTES, NULL);

  if (strlen (name) <= max)
    return g_strdup (name);
  const char *extension = find_extension (name);
  return join_within (max, name, (gsize) (extension - name), extension);
}

char *
shoal_safe_text (const char *text, gsize max_bytes)
{
  g_return_val_if_fail (text != NULL && max_bytes >= 16, NULL);

  gsize length = strnlen (text, max_bytes + 1);
  g_autofree char *valid = g_utf8_make_valid (text, (gssize) length);
  g_autoptr (GString) safe = g_string_sized_new (strlen (valid) + 1);
  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      if (is_unsafe_char (c))
        g_string_append_c (safe, '_');
      else
        g_string_append_unichar (safe, c);
    }
  if (length > max_bytes || safe->len > max_bytes)
    {
      g_string_truncate (safe, cut_length (safe->str, safe->len, max_bytes - strlen ("…")));
      g_string_append (safe, "…");
    }
  return g_string_free (g_steal_pointer (&safe), FALSE);
}

char *
shoal_safe_path (const char *path, GError **error)
{
  g_return_val_if_fail (path != NULL, NULL);

  gsize length = strnlen (path, SHOAL_MAX_PATH_BYTES + 1);
  if (length > SHOAL_MAX_PATH_BYTES)
    {
      shoal_set_field_error (error, "path", "The path is longer than %d bytes",
                             SHOAL_MAX_PATH_BYTES);
      return NULL;
    }
  if (path[0] == '/' || length == 0)
    {
      shoal_set_field_error (error, "path",
                             length == 0 ? "The path is empty" : "The path is absolute");
      return NULL;
    }

  g_auto (GStrv) parts = g_strsplit (path, "/", SHOAL_MAX_PATH_DEPTH + 1);
  guint depth = g_strv_length (parts);
  if (depth > SHOAL_MAX_PATH_DEPTH)
    {
      shoal_set_field_error (error, "path", "The path is deeper than %d folders",
                             SHOAL_MAX_PATH_DEPTH);
      return NULL;
    }
  g_autoptr (GString) safe = g_string_sized_new (length + 8);
  for (guint i = 0; i < depth; i++)
    {
      if (parts[i][0] == '\0' || strcmp (parts[i], ".") == 0 || strcmp (parts[i], "..") == 0)
        {
          shoal_set_field_error (error, "path", "The path has an empty, “.” or “..” component");
          return NULL;
        }
      g_autofree char *name = shoal_safe_name (parts[i]);
      if (i > 0)
        g_string_append_c (safe, '/');
      g_string_append (safe, name);
    }
  if (safe->len > SHOAL_MAX_PATH_BYTES)
    {
      shoal_set_field_error (error, "path", "The path is longer than %d bytes",
                             SHOAL_MAX_PATH_BYTES);
      return NULL;
    }
  return g_string_free (g_steal_pointer (&safe), FALSE);
}

gboolean
shoal_safe_link_target (const char *path, const char *target, GError **error)
{
  g_return_val_if_fail (path != NULL && target != NULL, FALSE);

  if (target[0] == '\0' || target[0] == '/')
    return shoal_set_field_error (error, "target", "The link's target is %s",
                                  target[0] == '/' ? "absolute" : "empty");
  if (strnlen (target, SHOAL_MAX_PATH_BYTES + 1) > SHOAL_MAX_PATH_BYTES)
    return shoal_set_field_error (error, "target", "The link's target is longer than %d bytes",
                                  SHOAL_MAX_PATH_BYTES);

  guint room = 0; /* folders between the link and the root */
  for (const char *p = path; *p != '\0'; p++)
    room += *p == '/';

  gboolean descended = FALSE;
  for (const char *p = target; *p != '\0';)
    {
      gsize length = strcspn (p, "/");
      if (length == 2 && p[0] == '.' && p[1] == '.')
        {
          if (descended)
            return shoal_set_field_error (error, "target",
                                          "The link's target has “..” after a name");
          if (room == 0)
            return shoal_set_field_error (error, "target", "The link leads out of the folder");
          room--;
        }
      else if (length > 0 && !(length == 1 && p[0] == '.'))
        descended = TRUE;
      p += length;
      p += *p == '/';
    }
  return TRUE;
}

/* Becomes more than four characters. The first of them is U+321D. */
static gboolean
folds_long (gunichar c)
{
  return c >= 0x321d && g_unichar_fully_decompose (c, TRUE, NULL, 0) > 4;
}

static char *
fold_all (const char *text, gssize length)
{
  g_autofree char *compatible = g_utf8_normalize (text, length, G_NORMALIZE_NFKC);
  g_autofree char *folded = g_utf8_casefold (compatible, -1);

  return g_utf8_normalize (folded, -1, G_NORMALIZE_NFKC);
}

char *
shoal_name_fold (const char *name)
{
  g_return_val_if_fail (name != NULL && g_utf8_validate (name, -1, NULL), NULL);

  guint n_long = 0;
  const char *start = name;
  g_autoptr (GString) kept = NULL;

  for (const char *p = name; *p != '\0'; p = g_utf8_next_char (p))
    if ((guchar) *p >= 0xe3 && folds_long (g_utf8_get_char (p)) && ++n_long > SHOAL_MAX_LONG_FOLDS)
      {
        g_autofree char *before = fold_all (start, p - start);

        if (kept == NULL)
          kept = g_string_new (NULL);
        g_string_append (kept, before);
        g_string_append_unichar (kept, g_utf8_get_char (p));
        start = g_utf8_next_char (p);
      }

  char *rest = fold_all (start, -1);
  if (kept == NULL)
    return rest;
  g_string_append (kept, rest);
  g_free (rest);
  return g_string_free (g_steal_pointer (&kept), FALSE);
}

char *
shoal_name_numbered (const char *name, guint number)
{
  g_return_val_if_fail (name != NULL, NULL);

  const char *extension = find_extension (name);
  g_autofree char *tail = g_strdup_printf (" (%u)%s", number, extension);
  return join_within (SHOAL_MAX_NAME_BYTES, name, (gsize) (extension - name), tail);
}

char *
shoal_folder_name_numbered (const char *name, guint number)
{
  g_return_val_if_fail (name != NULL, NULL);

  g_autofree char *tail = g_strdup_printf (" (%u)", number);
  return join_within (SHOAL_MAX_NAME_BYTES, name, strlen (name), tail);
}
