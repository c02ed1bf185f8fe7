/* test-json-check.c: what is strict JSON within our bounds and what is not
 *
 * The ideas of the cases are those of the public collections of JSON tests; every value stands as
 * {"a":VALUE}.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"

/* clang-format off */
static const char *const good_values[] = {
  "0", "1", "-1", "10", "123456789", "-123456789", "9007199254740991", "-9007199254740991",
  "true", "false", "null", "\"\"", "\"a\"", "\" \"", "{}", "[]", "[[]]", "[[],[]]", "[{}]",
  "{\"\":0}", "{\"a\":{\"a\":{\"a\":0}}}", "[0,1,2]", "[null,true,false]", " 1 ", "\t1\n",
  "\r1\r", "[ ]", "{ }", "[ 1 , 2 ]", "{ \"x\" : 1 , \"y\" : 2 }", "\"\\\"\"", "\"\\\\\"",
  "\"\\/\"", "\"/\"", "\"\\b\\f\\n\\r\\t\"", "\"\\u0001\"", "\"\\u001f\"", "\"\\u0020\"",
  "\"\\u0041\"", "\"\\u00e9\"", "\"\\u00E9\"", "\"\\uFFFF\"", "\"\\ufffe\"", "\"\\uFDD0\"",
  "\"\\u2028\"", "\"\\u200b\"", "\"\\uD83D\\uDE00\"", "\"\\ud83d\\ude00\"", "\"\\uDBFF\\uDFFF\"",
  "\"\\ud800\\udc00\"", "\"\\uD7FF\"", "\"\\uE000\"", "\"é\"", "\"€\"", "\"\xf0\x9f\x98\x80\"",
  "\"\x7f\"", "\"\xc2\x80\"", "\"\xe2\x80\xa8\"", "\"\xef\xbb\xbf\"", "\"\xf4\x8f\xbf\xbf\"",
  "\"\xef\xbf\xbf\"", "\"\xed\x9f\xbf\"", "\"\\u0060\\u012a\\u12AB\"", "\"\\\\u0000\"",
  "\"\\\\a\"", "\"a/*b*/c\"", "\"new\\u000Aline\"", "\"// no comment\"", "\"var x = 1\"", "\"'\"",
  "[\"a\",{\"b\":[1,{\"c\":null}]}]",
};

static const char *const bad_values[] = {
  /* Numbers. */
  "-0", "00", "01", "-01", "-", "+1", "+", ".1", "1.", "1.0", "0.0", "-1.5", "1e3", "1E3", "1e+3",
  "1e-3", "0e0", "0E", "1e", "1e999", "-1e999", "1.5e10", "0x10", "0X1", "0x", "0b1", "0o7",
  "1_000", "1 000", "- 1", "--1", "+-1", "1-", "1+1", "1a", "1\xc2\xa0", "NaN", "nan", "-NaN",
  "Infinity", "-Infinity", "inf", "INF", "9007199254740992", "-9007199254740992",
  "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551616",
  "100000000000000000000000000000000000000000000", "1f", "1L", "1u", "0.1.2", "1,2", "0.3e",
  "2.e3", "-2.", ".-1", "\xef\xbc\x91", "1/2", "0,", "123\\n", "٣",
  /* Words. */
  "tru", "True", "TRUE", "truee", "true1", "fals", "False", "falsee", "nul", "Null", "NULL",
  "nulll", "none", "undefined", "t", "f", "n", "truefalse", "null null", "a", "yes", "var x", "@",
  "*", "$", "new Date()", "None",
  /* Strings. */
  "'a'", "\"", "\"a", "a\"", "\"\\\"", "\"\\x41\"", "\"\\a\"", "\"\\'\"", "\"\\0\"", "\"\\01\"",
  "\"\\v\"", "\"\\e\"", "\"\\ \"", "\"\\U0041\"", "\"\\u\"", "\"\\u0\"", "\"\\u00\"",
  "\"\\u000\"", "\"\\u00G0\"", "\"\\u+041\"", "\"\\u-041\"", "\"\\u 041\"", "\"\\u00\xe9\"",
  "\"\\u0000\"", "\"a\\u0000b\"", "\"\\uD800\"", "\"\\uDBFF\"", "\"\\uDC00\"", "\"\\uDFFF\"",
  "\"\\uD800a\"", "\"\\uD800\\n\"", "\"\\uD800\\u\"", "\"\\uD800\\uD8\"", "\"\\uD800\\uD800\"",
  "\"\\uD800\\uE000\"", "\"\\uD800\\u0041\"", "\"\\uDC00\\uD800\"", "\"\\uD83D\\\\uDE00\"",
  "\"\\uD83D\xed\xb8\x80\"", "\"\n\"", "\"\r\"", "\"\t\"", "\"\x01\"", "\"\x1f\"", "\"a\nb\"",
  "\"a\" \"b\"", "\"a\"\"b\"", "\"a\"b", "`a`", "“a”", "\"\\", "\"\\u", "\"\\u004",
  "\"\\\xf0\x9f\x98\x80\"",
  /* Not UTF-8. */
  "\"\x80\"", "\"\xbf\"", "\"\xc0\x80\"", "\"\xc0\xaf\"", "\"\xc1\xbf\"", "\"\xc3\"", "\"\xc3(\"",
  "\"\xe2\x82\"", "\"\xe2(\xa1\"", "\"\xe0\x80\xaf\"", "\"\xed\xa0\x80\"", "\"\xed\xbf\xbf\"",
  "\"\xed\xa0\xbd\xed\xb8\x80\"", "\"\xf0\x80\x80\xaf\"", "\"\xf0\x9f\x98\"",
  "\"\xf4\x90\x80\x80\"", "\"\xf5\x80\x80\x80\"", "\"\xf8\x88\x80\x80\x80\"",
  "\"\xfc\x84\x80\x80\x80\x80\"", "\"\xfe\"", "\"\xff\"", "\xff", "\xe9", "\xc3\xa9",
  /* Structure. */
  "", " ", ",", ":", "]", "}", "[", "{", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1,,2]", "[1 2]",
  "[1:2]", "[1}", "{]", "[}", "[]]", "{}}", "[1,2", "[\"a\"", "[\"a\",", "[\"a", "[[]", "[{]",
  "[{}", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,}", "{,\"a\":1}",
  "{\"a\":1,,\"b\":2}", "{\"a\" 1}", "{\"a\":}", "{\"a\":1 \"b\":2}", "{\"a\":1:2}", "{\"a\"::1}",
  "{\"a\",1}", "{\"a\",\"b\"}", "{a:1}", "{'a':1}", "{1:1}", "{null:1}", "{true:1}", "{[]:1}",
  "{{}:1}", "{\"a\":1]", "{\"a\"}", "{\"a\":\"b\"", "{:1}", "{\"a\":1;\"b\":2}", "[1;2]", "(1)",
  "<1>", "/**/1", "1/**/", "1 // x", "# x\n1", "[/**/]", "{\"a\":/**/1}", "[\x0b]", "[\x0c]",
  "[\x01]", "\x0c", "1\x0b", "[\xe2\x80\xa8]", "[\xc2\xa0]", "[\xef\xbb\xbf]", "1}{",
  "1} {\"b\":2", "1},{\"b\":2", "\\u0031", "[\\n]", "&1", "*1", "1,\"a\":2", "1,\"\\u0061\":2",
  "[]\"", "[1]x", "{\"x\":1}x", "1,b:2", "1,\"b\"", "1,\"b\":", "{\"x\":1,\"x\":1}",
  "{\"x\":1,\"y\":2,\"x\":3}", "{\"\":1,\"\":2}", "{\"x\":1,\"\\u0078\":2}",
  "{\"\\u0078\":1,\"\\u0078\":2}", "{\"/\":1,\"\\/\":2}", "{\"é\":1,\"\\u00e9\":2}",
  "{\"\xf0\x9f\x98\x80\":1,\"\\uD83D\\uDE00\":2}", "[{\"x\":1,\"x\":1}]",
  "{\"x\":{\"a\":1},\"y\":{\"b\":1,\"b\":1}}", "{\"y\":{\"b\":1},\"y\":{\"b\":1}}",
  "{\"\\u0000\":1}", "{\"a\\u0000\":1,\"a\":2}", "{\"\\uD800\":1}", "{\"a\tb\":1}",
  "{\"\x80\":1}",
};

static const char *const good_texts[] = {
  "{}", " {} ", "\t\n\r {}\t\n\r ", "{\"a\":1,\"b\":1}", "{\"a\":1,\"A\":1}",
  "{\"x\":{\"x\":{\"x\":1}},\"y\":{\"x\":1}}", "{\"a\":[{\"a\":1},{\"a\":1}],\"b\":{\"a\":1}}",
  "{\"é\":1,\"e\\u0301\":2}", "{\"\":{}}", "{\"ab\":1,\"a\":2,\"b\":3,\"abc\":4}",
};

static const char *const bad_texts[] = {
  "", " ", "\n", "1", "\"a\"", "null", "true", "[]", "[{}]", "{", "}", "{}{}", "{} {}", "{},{}",
  "{},", "{}]", "{}1", "{}null", "{} x", ";{}", "{};", "\xef\xbb\xbf{}", "{}\xef\xbb\xbf",
  "\xff\xfe{\0}\0", "var x = {}", "var x = {};", "({})", "x={}", "callback({})", "// c\n{}",
  "/* c */{}", "{}// c", "{}\x0c", "\x0b{}", "'a'", "-", "\\{}", "{}\\", "<!-- {} -->",
  "{\"a\":1}}", "[\"a\"", "undefined", "0x10",
};

/* clang-format on */

static void
assert_good (const char *text)
{
  g_autoptr (GError) error = NULL;
  gboolean good = shoal_json_check (text, strlen (text), &error);

  if (!good)
    g_test_message ("refused: %s", text);
  g_assert_no_error (error);
  g_assert_true (good);

  g_autoptr (JsonObject) object = shoal_json_parse (text, strlen (text), &error);

  g_assert_no_error (error);
  g_assert_nonnull (object);

  /* What json-glib makes of it is the same after another round. */
  gsize length = 0;
  g_autofree char *line = shoal_json_to_line (object, &length);
  g_autoptr (JsonObject) again = shoal_json_parse (line, length, &error);

  g_assert_no_error (error);
  g_assert_null (memchr (line, '\n', length));

  g_autoptr (JsonNode) first = json_node_init_object (json_node_alloc (), object);
  g_autoptr (JsonNode) second = json_node_init_object (json_node_alloc (), again);

  g_assert_true (json_node_equal (first, second));
}

static void
assert_bad_length (const char *text, gsize length, int code)
{
  g_autoptr (GError) error = NULL;

  /* From a block of exactly this length, so that ASan sees a read beyond it. */
  g_autofree char *copy = length == 0 ? g_malloc (1) : g_memdup2 (text, length);

  if (shoal_json_check (copy, length, &error))
    g_error ("taken: %.*s", (int) length, text);
  g_assert_error (error, SHOAL_ERROR, code);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_null (shoal_json_parse (copy, length, NULL));
}

static void
assert_bad (const char *text)
{
  assert_bad_length (text, strlen (text), SHOAL_ERROR_INVALID);
}

static void
test_good (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (good_texts); i++)
    assert_good (good_texts[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (good_values); i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"a\":%s}", good_values[i]);

      assert_good (text);
    }
}

static void
test_bad (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (bad_texts); i++)
    assert_bad (bad_texts[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (bad_values); i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"a\":%s}", bad_values[i]);

      assert_bad (text);
    }
}

static void
test_nul_bytes (void)
{
  static const char in_string[] = "{\"a\":\"b\0c\"}";
  static const char in_key[] = "{\"a\0b\":1}";
  static const char between[] = "{\"a\":\0"
                                "1}";
  static const char after[] = "{}\0";
  static const char before[] = "\0{}";

  assert_bad_length (in_string, sizeof (in_string) - 1, SHOAL_ERROR_INVALID);
  assert_bad_length (in_key, sizeof (in_key) - 1, SHOAL_ERROR_INVALID);
  assert_bad_length (between, sizeof (between) - 1, SHOAL_ERROR_INVALID);
  assert_bad_length (after, sizeof (after) - 1, SHOAL_ERROR_INVALID);
  assert_bad_length (before, sizeof (before) - 1, SHOAL_ERROR_INVALID);
}

/* Every beginning of a good text is bad, and every byte of it replaced by every other is handled.
 */
static void
test_cut_and_changed (void)
{
  static const char text[] = "{\"jsonrpc\":\"2.0\",\"id\":12,\"params\":{\"\\u00e9\\ud83d\\ude00\":"
                             "[true,null,-7,{\"x\":\"é\"}]}}";

  assert_good (text);
  for (gsize length = 0; length < sizeof (text) - 1; length++)
    assert_bad_length (text, length, SHOAL_ERROR_INVALID);
  for (gsize i = 0; i < sizeof (text) - 1; i++)
    for (int byte = 0; byte < 256; byte++)
      {
        g_autofree char *changed = g_memdup2 (text, sizeof (text) - 1);
        g_autoptr (GError) error = NULL;

        changed[i] = (char) byte;

        g_autoptr (JsonObject) object = shoal_json_parse (changed, sizeof (text) - 1, &error);

        g_assert_true ((object == NULL) == (error != NULL));
      }
}

static char *
repeat (const char *begin, const char *part, guint n, const char *end)
{
  GString *text = g_string_new (begin);

  for (guint i = 0; i < n; i++)
    g_string_append (text, part);
  g_string_append (text, end);
  return g_string_free (text, FALSE);
}

static void
test_depth (void)
{
  g_autofree char *open = repeat ("{\"a\":", "[", SHOAL_MAX_JSON_DEPTH - 1, "");
  g_autofree char *good = repeat (open, "]", SHOAL_MAX_JSON_DEPTH - 1, "}");
  g_autofree char *open_more = repeat ("{\"a\":", "[", SHOAL_MAX_JSON_DEPTH, "");
  g_autofree char *more = repeat (open_more, "]", SHOAL_MAX_JSON_DEPTH, "}");
  g_autofree char *deep_arrays = repeat ("{\"a\":", "[", 1000000, "");
  g_autofree char *deep_objects = repeat ("", "{\"a\":", 100000, "");

  assert_good (good);
  assert_bad_length (more, strlen (more), SHOAL_ERROR_LIMIT);
  assert_bad_length (deep_arrays, strlen (deep_arrays), SHOAL_ERROR_LIMIT);
  assert_bad_length (deep_objects, strlen (deep_objects), SHOAL_ERROR_LIMIT);
}

static void
test_values_bound (void)
{
  /* The root, the array and its elements. */
  g_autofree char *good = repeat ("{\"a\":[0", ",0", SHOAL_MAX_JSON_VALUES - 3, "]}");
  g_autofree char *more = repeat ("{\"a\":[0", ",0", SHOAL_MAX_JSON_VALUES - 2, "]}");
  g_autoptr (GError) error = NULL;

  assert_good (good);
  g_assert_false (shoal_json_check (more, strlen (more), &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_LIMIT);
  g_assert_cmpstr (shoal_error_get_field (error), ==, "values");
  g_assert_cmpint (shoal_error_get_max (error), ==, SHOAL_MAX_JSON_VALUES);
}

static void
test_string_bound (void)
{
  g_autofree char *good = repeat ("{\"a\":\"", "x", SHOAL_MAX_JSON_STRING, "\"}");
  g_autofree char *more = repeat ("{\"a\":\"", "x", SHOAL_MAX_JSON_STRING + 1, "\"}");
  /* Counted as they are meant, not as they are written. */
  g_autofree char *escaped = repeat ("{\"a\":\"", "\\u0078", SHOAL_MAX_JSON_STRING, "\"}");
  g_autofree char *escaped_more = repeat ("{\"a\":\"", "\\u0078", SHOAL_MAX_JSON_STRING + 1, "\"}");
  g_autofree char *key = repeat ("{\"", "k", SHOAL_MAX_JSON_KEY, "\":1}");
  g_autofree char *key_more = repeat ("{\"", "k", SHOAL_MAX_JSON_KEY + 1, "\":1}");

  assert_good (good);
  assert_good (escaped);
  assert_good (key);
  assert_bad_length (more, strlen (more), SHOAL_ERROR_LIMIT);
  assert_bad_length (escaped_more, strlen (escaped_more), SHOAL_ERROR_LIMIT);
  assert_bad_length (key_more, strlen (key_more), SHOAL_ERROR_LIMIT);
}

/* As many members as there may be: found equal in n log n, or this would not end in time. */
static void
test_many_keys (void)
{
  g_autoptr (GString) text = g_string_new ("{");

  for (guint i = 0; i < SHOAL_MAX_JSON_VALUES - 2; i++)
    g_string_append_printf (text, "%s\"%08x\":0", i == 0 ? "" : ",", i);

  g_autofree char *good = g_strconcat (text->str, "}", NULL);
  g_autofree char *bad = g_strconcat (text->str, ",\"0000000\\u0030\":0}", NULL);

  assert_good (good);
  assert_bad (bad);
}

/* Each character reads as json-glib writes it, plain and escaped. */
static void
test_all_characters (void)
{
  for (gunichar c = 1; c < 0x110000; c = c < 0x3000 ? c + 1 : c + 97)
    {
      char utf8[7] = { 0 };
      g_autofree char *escaped = NULL;
      g_autoptr (GError) error = NULL;

      if (c >= 0xd800 && c <= 0xdfff)
        continue;
      g_unichar_to_utf8 (c, utf8);
      escaped = c < 0x10000
                    ? g_strdup_printf ("{\"a\":\"\\u%04x\"}", c)
                    : g_strdup_printf ("{\"a\":\"\\u%04x\\u%04x\"}", 0xd800 + ((c - 0x10000) >> 10),
                                       0xdc00 + ((c - 0x10000) & 0x3ff));

      g_autoptr (JsonObject) object = shoal_json_parse (escaped, strlen (escaped), &error);

      g_assert_no_error (error);
      g_assert_cmpstr (json_object_get_string_member (object, "a"), ==, utf8);

      gsize length = 0;
      g_autofree char *line = shoal_json_to_line (object, &length);
      g_autoptr (JsonObject) again = shoal_json_parse (line, length, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (json_object_get_string_member (again, "a"), ==, utf8);
      g_assert_null (memchr (line, '\n', length));
    }
}

static void
test_integers_survive (void)
{
  static const gint64 numbers[] = {
    0, 1, -1, G_MAXINT32, G_MININT32, G_MAXUINT32, SHOAL_MAX_JSON_INTEGER, -SHOAL_MAX_JSON_INTEGER
  };

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"n\":%" G_GINT64_FORMAT "}", numbers[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) object = shoal_json_parse (text, strlen (text), &error);
      gint64 value = 99;

      g_assert_no_error (error);
      g_assert_true (shoal_json_get_integer (object, "n", G_MININT64, G_MAXINT64, &value, &error));
      g_assert_cmpint (value, ==, numbers[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/check/good", test_good);
  g_test_add_func ("/json/check/bad", test_bad);
  g_test_add_func ("/json/check/nul-bytes", test_nul_bytes);
  g_test_add_func ("/json/check/cut-and-changed", test_cut_and_changed);
  g_test_add_func ("/json/check/depth", test_depth);
  g_test_add_func ("/json/check/values-bound", test_values_bound);
  g_test_add_func ("/json/check/string-bound", test_string_bound);
  g_test_add_func ("/json/check/many-keys", test_many_keys);
  g_test_add_func ("/json/check/all-characters", test_all_characters);
  g_test_add_func ("/json/check/integers-survive", test_integers_survive);
  return g_test_run ();
}
