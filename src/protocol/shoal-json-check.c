/* shoal-json-check.c: the strict reader that every text passes before json-glib sees it
 *
 * One pass with a stack of its own (no recursion), so that depth costs nothing. Names of members
 * are compared decoded ("a" is "\u0061"): those of the objects that are open lie one after the
 * other in one buffer, and when an object ends its names are sorted and neighbours compared, so
 * that a hundred thousand names cost n log n.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-json"

#include "config.h"

#include "shoal-json.h"

#include <string.h>

#include "shoal-error.h"
#include "shoal-limits.h"

/* A decoded name in Scan.names. */
typedef struct
{
  guint32 offset;
  guint32 length;
} Name;

/* An open object or array. */
typedef struct
{
  gboolean is_object;
  guint first_name; /* index in Scan.index */
  guint names_end;  /* bytes of Scan.names when it began */
} Level;

typedef enum
{
  EXPECT_VALUE,
  EXPECT_VALUE_OR_END,
  EXPECT_KEY,
  EXPECT_KEY_OR_END,
  EXPECT_COMMA_OR_END,
  EXPECT_NOTHING,
} Expect;

typedef struct
{
  const char *start;
  const char *at;
  const char *end;
  Level levels[SHOAL_MAX_JSON_DEPTH];
  guint depth;
  guint n_values;
  GByteArray *names;
  GArray *index;
  GError **error;
} Scan;

static gboolean
fail (Scan *scan, const char *what)
{
  g_set_error (scan->error, SHOAL_ERROR, SHOAL_ERROR_INVALID,
               "Not strict JSON at byte %" G_GSIZE_FORMAT ": %s", (gsize) (scan->at - scan->start),
               what);
  return FALSE;
}

static gboolean
fail_limit (Scan *scan, const char *what, gint64 max)
{
  g_autofree char *message
      = g_strdup_printf ("JSON exceeds a bound: %s, at most %" G_GINT64_FORMAT, what, max);

  g_propagate_error (scan->error, shoal_error_new_limit (what, max, message));
  return FALSE;
}

static void
skip_space (Scan *scan)
{
  while (scan->at < scan->end
         && (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\n' || *scan->at == '\r'))
    scan->at++;
}

/* Four hex digits after "\u". */
static gboolean
read_hex4 (Scan *scan, gunichar *value)
{
  gunichar sum = 0;

  if (scan->end - scan->at < 4)
    return fail (scan, "\\u needs four hexadecimal digits");
  for (int i = 0; i < 4; i++, scan->at++)
    {
      int digit = g_ascii_xdigit_value (*scan->at);

      if (digit < 0)
        return fail (scan, "\\u needs four hexadecimal digits");
      sum = sum << 4 | (gunichar) digit;
    }
  *value = sum;
  return TRUE;
}

/* What stands after "\u", a second half included. */
static gboolean
read_unicode_escape (Scan *scan, gunichar *value)
{
  gunichar low = 0;

  if (!read_hex4 (scan, value))
    return FALSE;
  if (*value == 0)
    return fail (scan, "U+0000 is not allowed");
  if (*value >= 0xdc00 && *value <= 0xdfff)
    return fail (scan, "a low surrogate without a high one");
  if (*value < 0xd800 || *value > 0xdbff)
    return TRUE;
  if (scan->end - scan->at < 2 || scan->at[0] != '\\' || scan->at[1] != 'u')
    return fail (scan, "a high surrogate without a low one");
  scan->at += 2;
  if (!read_hex4 (scan, &low))
    return FALSE;
  if (low < 0xdc00 || low > 0xdfff)
    return fail (scan, "a high surrogate without a low one");
  *value = 0x10000 + ((*value - 0xd800) << 10) + (low - 0xdc00);
  return TRUE;
}

/* What a backslash stands for; scan->at is behind it. */
static gboolean
read_escape (Scan *scan, gunichar *value)
{
  static const char letters[] = "\"\\/bfnrt";
  static const char meanings[] = "\"\\/\b\f\n\r\t";

  if (scan->at == scan->end)
    return fail (scan, "the text ends inside a string");

  char letter = *scan->at;

  if (letter == 'u')
    {
      scan->at++;
      return read_unicode_escape (scan, value);
    }

  const char *found = letter == '\0' ? NULL : strchr (letters, letter);

  if (found == NULL)
    return fail (scan, "an unknown escape");
  scan->at++;
  *value = (guchar) meanings[found - letters];
  return TRUE;
}

/* A string, scan->at at its opening quote. With @decoded its bytes are appended there. */
static gboolean
read_string (Scan *scan, gsize max, const char *what, GByteArray *decoded)
{
  gsize length = 0;

  scan->at++;
  while (TRUE)
    {
      const char *plain = scan->at;

      while (scan->at < scan->end && (guchar) *scan->at >= 0x20 && *scan->at != '"'
             && *scan->at != '\\')
        scan->at++;
      length += (gsize) (scan->at - plain);
      if (length > max)
        return fail_limit (scan, what, (gint64) max);
      if (decoded != NULL)
        g_byte_array_append (decoded, (const guint8 *) plain, (guint) (scan->at - plain));
      if (scan->at == scan->end)
        return fail (scan, "the text ends inside a string");
      if (*scan->at == '"')
        {
          scan->at++;
          return TRUE;
        }
      if (*scan->at != '\\')
        return fail (scan, "a control character inside a string");
      scan->at++;

      gunichar value = 0;
      char bytes[6];

      if (!read_escape (scan, &value))
        return FALSE;

      int n_bytes = g_unichar_to_utf8 (value, bytes);

      length += (gsize) n_bytes;
      if (decoded != NULL)
        g_byte_array_append (decoded, (const guint8 *) bytes, (guint) n_bytes);
    }
}

static gboolean
read_number (Scan *scan)
{
  gboolean negative = *scan->at == '-';
  gint64 value = 0;

  if (negative)
    scan->at++;
  if (scan->at == scan->end || !g_ascii_isdigit (*scan->at))
    return fail (scan, "a digit is missing");
  if (*scan->at == '0')
    {
      scan->at++;
      if (negative)
        return fail (scan, "-0 is not an integer that every reader keeps");
      if (scan->at < scan->end && g_ascii_isdigit (*scan->at))
        return fail (scan, "a number begins with 0");
    }
  while (scan->at < scan->end && g_ascii_isdigit (*scan->at))
    {
      value = value * 10 + (*scan->at - '0');
      if (value > SHOAL_MAX_JSON_INTEGER)
        return fail (scan, "a number beyond 2^53");
      scan->at++;
    }
  if (scan->at < scan->end && (*scan->at == '.' || *scan->at == 'e' || *scan->at == 'E'))
    return fail (scan, "a number that is not an integer");
  return TRUE;
}

static gboolean
read_word (Scan *scan, const char *word)
{
  gsize length = strlen (word);

  if ((gsize) (scan->end - scan->at) < length || memcmp (scan->at, word, length) != 0)
    return fail (scan, "an unknown word");
  scan->at += length;
  return TRUE;
}

static gboolean
open_level (Scan *scan, gboolean is_object)
{
  if (scan->depth == SHOAL_MAX_JSON_DEPTH)
    return fail_limit (scan, "depth", SHOAL_MAX_JSON_DEPTH);
  scan->levels[scan->depth++] = (Level){
    .is_object = is_object,
    .first_name = scan->index->len,
    .names_end = scan->names->len,
  };
  scan->at++;
  return TRUE;
}

static int
compare_names (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const Name *first = a;
  const Name *second = b;
  const guint8 *bytes = user_data;

  if (first->length != second->length)
    return first->length < second->length ? -1 : 1;
  return first->length == 0 ? 0
                            : memcmp (bytes + first->offset, bytes + second->offset, first->length);
}

static gboolean
close_level (Scan *scan)
{
  Level *level = &scan->levels[--scan->depth];

  scan->at++;
  if (!level->is_object)
    return TRUE;

  guint n_names = scan->index->len - level->first_name;
  Name *names = n_names == 0 ? NULL : &g_array_index (scan->index, Name, level->first_name);

  if (n_names > 1)
    qsort_r (names, n_names, sizeof (Name), compare_names, scan->names->data);
  for (guint i = 1; i < n_names; i++)
    if (compare_names (&names[i - 1], &names[i], scan->names->data) == 0)
      return fail (scan, "two members of an object have the same name");
  g_array_set_size (scan->index, level->first_name);
  g_byte_array_set_size (scan->names, level->names_end);
  return TRUE;
}

/* A name and the colon behind it. */
static gboolean
read_key (Scan *scan)
{
  Name name = { .offset = scan->names->len };

  if (scan->at == scan->end || *scan->at != '"')
    return fail (scan, "the name of a member must be a string");
  if (!read_string (scan, SHOAL_MAX_JSON_KEY, "name", scan->names))
    return FALSE;
  name.length = scan->names->len - name.offset;
  g_array_append_val (scan->index, name);
  skip_space (scan);
  if (scan->at == scan->end || *scan->at != ':')
    return fail (scan, "a colon is missing");
  scan->at++;
  return TRUE;
}

/* A whole scalar, or the beginning of an object or array. */
static gboolean
read_value (Scan *scan, Expect *next)
{
  if (++scan->n_values > SHOAL_MAX_JSON_VALUES)
    return fail_limit (scan, "values", SHOAL_MAX_JSON_VALUES);
  *next = EXPECT_COMMA_OR_END;
  if (scan->at == scan->end)
    return fail (scan, "a value is missing");
  switch (*scan->at)
    {
    case '{':
      *next = EXPECT_KEY_OR_END;
      return open_level (scan, TRUE);
    case '[':
      *next = EXPECT_VALUE_OR_END;
      return open_level (scan, FALSE);
    case '"':
      return read_string (scan, SHOAL_MAX_JSON_STRING, "string", NULL);
    case 't':
      return read_word (scan, "true");
    case 'f':
      return read_word (scan, "false");
    case 'n':
      return read_word (scan, "null");
    default:
      if (*scan->at == '-' || g_ascii_isdigit (*scan->at))
        return read_number (scan);
      return fail (scan, "a value is missing");
    }
}

static gboolean
at_end_of_level (Scan *scan)
{
  return scan->at < scan->end && *scan->at == (scan->levels[scan->depth - 1].is_object ? '}' : ']');
}

/* What follows a complete value. */
static gboolean
read_separator (Scan *scan, Expect *next)
{
  if (at_end_of_level (scan))
    {
      *next = scan->depth == 1 ? EXPECT_NOTHING : EXPECT_COMMA_OR_END;
      return close_level (scan);
    }
  if (scan->at == scan->end || *scan->at != ',')
    return fail (scan, "a comma or the end of an object or array is missing");
  scan->at++;
  *next = scan->levels[scan->depth - 1].is_object ? EXPECT_KEY : EXPECT_VALUE;
  return TRUE;
}

static gboolean
scan_step (Scan *scan, Expect *expect)
{
  skip_space (scan);
  switch (*expect)
    {
    case EXPECT_VALUE_OR_END:
      if (at_end_of_level (scan))
        return read_separator (scan, expect);
      return read_value (scan, expect);
    case EXPECT_VALUE:
      return read_value (scan, expect);
    case EXPECT_KEY_OR_END:
      if (at_end_of_level (scan))
        return read_separator (scan, expect);
      *expect = EXPECT_VALUE;
      return read_key (scan);
    case EXPECT_KEY:
      *expect = EXPECT_VALUE;
      return read_key (scan);
    case EXPECT_COMMA_OR_END:
      return read_separator (scan, expect);
    case EXPECT_NOTHING:
    default:
      g_assert_not_reached ();
    }
}

gboolean
shoal_json_check (const char *text, gsize length, GError **error)
{
  g_autoptr (GByteArray) names = g_byte_array_new ();
  g_autoptr (GArray) index = g_array_new (FALSE, FALSE, sizeof (Name));
  Scan scan = {
    .start = text, .at = text, .end = text + length, .names = names, .index = index, .error = error
  };
  Expect expect = EXPECT_VALUE;

  if (length > G_MAXUINT32 / 2)
    return fail_limit (&scan, "bytes", G_MAXUINT32 / 2);

  const char *bad = NULL;

  /* Also refuses a NUL byte. */
  if (!g_utf8_validate_len (text, length, &bad))
    {
      scan.at = bad;
      return fail (&scan, "not UTF-8, or a NUL byte");
    }
  skip_space (&scan);
  if (scan.at == scan.end || *scan.at != '{')
    return fail (&scan, "an object is expected");
  while (expect != EXPECT_NOTHING)
    if (!scan_step (&scan, &expect))
      return FALSE;
  skip_space (&scan);
  if (scan.at != scan.end)
    return fail (&scan, "something follows the object");
  return TRUE;
}
