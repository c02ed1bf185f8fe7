/* shoal-json.h: JSON as strict as RFC 8259 and as small as our limits, before json-glib sees it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/** shoal_json_check: whether @text (need not end in NUL) is one strict RFC 8259 object in valid
 * UTF-8: integers only with |n| < 2^53 (no fraction, no exponent), no duplicate keys, no U+0000, no
 * lone surrogates, bounded depth, count and string lengths. Linear time, no recursion. Fails with
 * %SHOAL_ERROR_INVALID or %SHOAL_ERROR_LIMIT */
gboolean shoal_json_check (const char *text, gsize length, GError **error);
/** shoal_json_parse: checks, then parses. Returns: (transfer full): the object, or %NULL */
JsonObject *shoal_json_parse (const char *text, gsize length, GError **error);
/** shoal_json_to_line: Returns: (transfer full): one line of compact JSON, without the LF */
char *shoal_json_to_line (JsonObject *object, gsize *length);

/**
 * shoal_json_new: (skip)
 * @first: the first member's name, or %NULL
 * @...: a type ("s" const char *, left out if %NULL; "i" gint64; "b" gboolean; "o" JsonObject *
 * (transfer full, left out if %NULL); "a" JsonArray * (transfer full, left out if %NULL)), its
 * value, the next name …, %NULL
 *
 * Builds an object: `shoal_json_new ("id", "s", id, "size", "i", (gint64) size, NULL)`.
 *
 * Returns: (transfer full):
 */
JsonObject *shoal_json_new (const char *first, ...) G_GNUC_NULL_TERMINATED;

/* Typed reading of what a stranger sent. The functions without a default need the member to be
 * there. All fail with %SHOAL_ERROR_INVALID naming the field; strings must be at most @max_chars
 * characters. */
gboolean shoal_json_get_string (
    JsonObject *object, const char *name, gsize max_chars, const char **value, GError **error);
/** shoal_json_get_optional_string: *value is %NULL if the member is missing or null */
gboolean shoal_json_get_optional_string (
    JsonObject *object, const char *name, gsize max_chars, const char **value, GError **error);
gboolean shoal_json_get_integer (
    JsonObject *object, const char *name, gint64 min, gint64 max, gint64 *value, GError **error);
gboolean shoal_json_get_optional_integer (JsonObject *object,
                                          const char *name,
                                          gint64 min,
                                          gint64 max,
                                          gint64 fallback,
                                          gint64 *value,
                                          GError **error);
gboolean shoal_json_get_optional_boolean (
    JsonObject *object, const char *name, gboolean fallback, gboolean *value, GError **error);
/** shoal_json_get_array: @value: (out) (transfer none): at most @max_items long */
gboolean shoal_json_get_array (
    JsonObject *object, const char *name, guint max_items, JsonArray **value, GError **error);
gboolean shoal_json_get_optional_array (
    JsonObject *object, const char *name, guint max_items, JsonArray **value, GError **error);
/** shoal_json_array_get_object: @value: (out) (transfer none): element @index, if it is an object
 */
gboolean
shoal_json_array_get_object (JsonArray *array, guint index, JsonObject **value, GError **error);
/** shoal_json_array_get_string: @value: (out) (transfer none): element @index, if it is a string */
gboolean shoal_json_array_get_string (
    JsonArray *array, guint index, gsize max_chars, const char **value, GError **error);
/** shoal_json_get_object: @value: (out) (transfer none): a member that is an object */
gboolean
shoal_json_get_object (JsonObject *object, const char *name, JsonObject **value, GError **error);

/** shoal_json_error_new: Returns: (transfer full): a JSON-RPC error object for @error: code,
 * message, data.reason, data.field, data.retry_ms. Errors of other domains become "internal" with a
 * general message (no path or address leaks) */
JsonObject *shoal_json_error_new (const GError *error);
/** shoal_json_error_new_local: the same for the program's own control socket, whose other end is
 * the same user: every %SHOAL_ERROR keeps its reason and message, and other domains their message.
 * Returns: (transfer full): */
JsonObject *shoal_json_error_new_local (const GError *error);
/** shoal_json_error_to_gerror: Returns: (transfer full): the %SHOAL_ERROR a JSON-RPC error object
 * means */
GError *shoal_json_error_to_gerror (JsonObject *object);

G_END_DECLS
