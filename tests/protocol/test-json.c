/* test-json.c: building, typed reading and errors
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <gio/gio.h>
#include <string.h>

#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"

static JsonObject *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  JsonObject *object = shoal_json_parse (text, strlen (text), &error);

  g_assert_no_error (error);
  return object;
}

static void
test_new (void)
{
  JsonObject *inner = shoal_json_new ("b", "b", TRUE, NULL);
  JsonArray *array = json_array_new ();

  json_array_add_int_element (array, 3);

  g_autoptr (JsonObject) object = shoal_json_new (
      "s", "s", "x", "left-out", "s", NULL, "i", "i", (gint64) 1 << 40, "o", "o", inner, "a", "a",
      array, "no-o", "o", NULL, "no-a", "a", NULL, NULL);
  gsize length = 0;
  g_autofree char *line = shoal_json_to_line (object, &length);

  g_assert_cmpstr (line, ==, "{\"s\":\"x\",\"i\":1099511627776,\"o\":{\"b\":true},\"a\":[3]}");
  g_assert_cmpuint (length, ==, strlen (line));

  /* Names need escapes too; U+001F is what json-glib forgets. */
  g_autoptr (JsonObject) odd = shoal_json_new ("a\"\\\n\x1f", "s", "\x1f\x1e/\x1f", NULL);
  g_autofree char *odd_line = shoal_json_to_line (odd, NULL);
  g_autoptr (JsonObject) read = parse (odd_line);

  g_assert_cmpstr (json_object_get_string_member (read, "a\"\\\n\x1f"), ==, "\x1f\x1e/\x1f");

  g_autoptr (JsonObject) empty = shoal_json_new (NULL, NULL);

  g_assert_cmpuint (json_object_get_size (empty), ==, 0);
}

#define ASSERT_FIELD(expression, name)                                                             \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autoptr (GError) error = NULL;                                                               \
    g_assert_false (expression);                                                                   \
    g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);                                      \
    g_assert_cmpstr (shoal_error_get_field (error), ==, name);                                     \
  }                                                                                                \
  G_STMT_END

static void
test_get (void)
{
  g_autoptr (JsonObject) object
             = parse ("{\"s\":\"äöü\",\"i\":5,\"b\":true,\"n\":null,\"a\":[1,\"x\",{}],"
                      "\"o\":{\"k\":1},\"big\":9007199254740991}");
  const char *text = "untouched";
  gint64 number = -77;
  gboolean flag = FALSE;
  JsonArray *array = NULL;
  JsonObject *inner = NULL;
  g_autoptr (GError) none = NULL;

  g_assert_true (shoal_json_get_string (object, "s", 3, &text, &none));
  g_assert_cmpstr (text, ==, "äöü");
  ASSERT_FIELD (shoal_json_get_string (object, "s", 2, &text, &error), "s");
  ASSERT_FIELD (shoal_json_get_string (object, "i", 10, &text, &error), "i");
  ASSERT_FIELD (shoal_json_get_string (object, "n", 10, &text, &error), "n");
  ASSERT_FIELD (shoal_json_get_string (object, "missing", 10, &text, &error), "missing");
  ASSERT_FIELD (shoal_json_get_string (object, "a", 10, &text, &error), "a");
  ASSERT_FIELD (shoal_json_get_string (object, "o", 10, &text, &error), "o");
  g_assert_true (shoal_json_get_optional_string (object, "missing", 10, &text, &none));
  g_assert_null (text);
  g_assert_true (shoal_json_get_optional_string (object, "n", 10, &text, &none));
  g_assert_null (text);
  ASSERT_FIELD (shoal_json_get_optional_string (object, "b", 10, &text, &error), "b");

  g_assert_true (shoal_json_get_integer (object, "i", 5, 5, &number, &none));
  g_assert_cmpint (number, ==, 5);
  ASSERT_FIELD (shoal_json_get_integer (object, "i", 6, 10, &number, &error), "i");
  ASSERT_FIELD (shoal_json_get_integer (object, "i", 0, 4, &number, &error), "i");
  ASSERT_FIELD (shoal_json_get_integer (object, "s", 0, 4, &number, &error), "s");
  ASSERT_FIELD (shoal_json_get_integer (object, "b", 0, 4, &number, &error), "b");
  ASSERT_FIELD (shoal_json_get_integer (object, "big", 0, G_MAXINT32, &number, &error), "big");
  ASSERT_FIELD (shoal_json_get_integer (object, "missing", 0, 4, &number, &error), "missing");
  g_assert_true (shoal_json_get_optional_integer (object, "missing", 0, 4, -1, &number, &none));
  g_assert_cmpint (number, ==, -1);
  ASSERT_FIELD (shoal_json_get_optional_integer (object, "i", 0, 4, 0, &number, &error), "i");

  g_assert_true (shoal_json_get_optional_boolean (object, "b", FALSE, &flag, &none));
  g_assert_true (flag);
  g_assert_true (shoal_json_get_optional_boolean (object, "n", FALSE, &flag, &none));
  g_assert_false (flag);
  ASSERT_FIELD (shoal_json_get_optional_boolean (object, "i", FALSE, &flag, &error), "i");

  g_assert_true (shoal_json_get_array (object, "a", 3, &array, &none));
  ASSERT_FIELD (shoal_json_get_array (object, "a", 2, &array, &error), "a");
  ASSERT_FIELD (shoal_json_get_array (object, "o", 2, &array, &error), "o");
  ASSERT_FIELD (shoal_json_get_array (object, "missing", 2, &array, &error), "missing");
  ASSERT_FIELD (shoal_json_array_get_object (array, 0, &inner, &error), "[0]");
  ASSERT_FIELD (shoal_json_array_get_object (array, 3, &inner, &error), "[3]");
  ASSERT_FIELD (shoal_json_array_get_string (array, 0, 10, &text, &error), "[0]");
  ASSERT_FIELD (shoal_json_array_get_string (array, 1, 0, &text, &error), "[1]");
  ASSERT_FIELD (shoal_json_array_get_string (array, G_MAXUINT, 9, &text, &error), "[4294967295]");
  g_assert_true (shoal_json_array_get_string (array, 1, 1, &text, &none));
  g_assert_cmpstr (text, ==, "x");
  g_assert_true (shoal_json_array_get_object (array, 2, &inner, &none));
  g_assert_true (shoal_json_get_optional_array (object, "n", 2, &array, &none));
  g_assert_null (array);
  g_assert_true (shoal_json_get_object (object, "o", &inner, &none));
  ASSERT_FIELD (shoal_json_get_object (object, "a", &inner, &error), "a");
  ASSERT_FIELD (shoal_json_get_object (object, "n", &inner, &error), "n");
  g_assert_no_error (none);
}

static GError *
there_and_back (GError *error)
{
  g_autoptr (GError) owned = error;
  g_autoptr (JsonObject) object = shoal_json_error_new (owned);
  g_autofree char *line = shoal_json_to_line (object, NULL);
  g_autoptr (JsonObject) read = parse (line);

  return shoal_json_error_to_gerror (read);
}

static void
test_errors_travel (void)
{
  for (int code = SHOAL_ERROR_VERSION; code <= SHOAL_ERROR_BUSY; code++)
    {
      g_autoptr (GError) error
                 = there_and_back (g_error_new_literal (SHOAL_ERROR, code, "A “message”"));

      g_assert_error (error, SHOAL_ERROR, code);
      g_assert_cmpstr (error->message, ==, "A “message”");
    }
  g_autoptr (GError) field = there_and_back (shoal_error_new_field ("name", "No"));
  g_autoptr (GError) retry
             = there_and_back (shoal_error_new_retry (SHOAL_ERROR_BLOCKED, 9000, "Wait"));
  g_autoptr (GError) limit = there_and_back (shoal_error_new_limit ("entries", 1000, "Too many"));

  g_assert_cmpstr (shoal_error_get_field (field), ==, "name");
  g_assert_cmpint (shoal_error_get_retry_ms (retry), ==, 9000);
  g_assert_error (retry, SHOAL_ERROR, SHOAL_ERROR_BLOCKED);
  g_assert_error (limit, SHOAL_ERROR, SHOAL_ERROR_LIMIT);
  g_assert_cmpstr (shoal_error_get_field (limit), ==, "entries");
  g_assert_cmpint (shoal_error_get_max (limit), ==, 1000);
}

static void
test_errors_do_not_leak (void)
{
  g_autoptr (GError) file = there_and_back (
      g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_NOENT, "/home/ada/secret: no such file"));
  g_autoptr (GError) io = there_and_back (
      g_error_new_literal (SHOAL_ERROR, SHOAL_ERROR_IO, "/home/ada/secret: broken"));
  g_autoptr (GError) internal = there_and_back (
      g_error_new_literal (SHOAL_ERROR, SHOAL_ERROR_INTERNAL, "SELECT secret"));
  g_autoptr (GError) full = there_and_back (
      g_error_new_literal (SHOAL_ERROR, SHOAL_ERROR_NO_SPACE, "/home/ada/secret is full"));
  const GError *const errors[] = { file, io, internal, full };

  for (gsize i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_assert_error (errors[i], SHOAL_ERROR, SHOAL_ERROR_INTERNAL);
      g_assert_null (strstr (errors[i]->message, "secret"));
    }
}

static void
test_foreign_errors (void)
{
  static const char *const texts[] = {
    "{}",
    "{\"code\":-32000}",
    "{\"code\":\"x\",\"message\":5,\"data\":7}",
    "{\"message\":null,\"data\":null}",
    "{\"data\":{}}",
    "{\"data\":{\"reason\":5}}",
    "{\"data\":{\"reason\":\"\"}}",
    "{\"data\":{\"reason\":\"no-such-reason\"}}",
    "{\"message\":\"\",\"data\":[]}",
    "{\"data\":{\"reason\":\"internal\",\"retry_ms\":5,\"field\":\"x\"}}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (JsonObject) object = parse (texts[i]);
      g_autoptr (GError) error = shoal_json_error_to_gerror (object);

      g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INTERNAL);
      g_assert_cmpstr (error->message, !=, "");
    }

  /* Odd details do no harm. */
  g_autoptr (JsonObject) negative
             = parse ("{\"message\":\"m\",\"data\":{\"reason\":\"busy\",\"retry_ms\":-5}}");
  g_autoptr (GError) busy = shoal_json_error_to_gerror (negative);

  g_assert_error (busy, SHOAL_ERROR, SHOAL_ERROR_BUSY);
  g_assert_cmpint (shoal_error_get_retry_ms (busy), ==, -1);

  /* A message is shown on terminals: no escapes, no bells, no changed direction, no novels. */
  g_autoptr (JsonObject) evil = parse ("{\"message\":\"a\\u001b[2Jb\\nc\\u0007\\u202ed\\u009b\"}");
  g_autoptr (GError) clean = shoal_json_error_to_gerror (evil);

  g_assert_cmpstr (clean->message, ==, "a [2Jb c  d ");

  g_autofree char *novel = g_strnfill (60000, 'n');
  g_autoptr (JsonObject) lengthy = shoal_json_new ("message", "s", novel, NULL);
  g_autoptr (GError) cut = shoal_json_error_to_gerror (lengthy);

  g_assert_cmpuint (strlen (cut->message), ==, SHOAL_MAX_ERROR_MESSAGE_CHARS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/new", test_new);
  g_test_add_func ("/json/get", test_get);
  g_test_add_func ("/json/errors-travel", test_errors_travel);
  g_test_add_func ("/json/errors-do-not-leak", test_errors_do_not_leak);
  g_test_add_func ("/json/foreign-errors", test_foreign_errors);
  return g_test_run ();
}
