/* shoal-json-error.c: a GError as the error object of JSON-RPC, and back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-json"

#include "config.h"

#include "shoal-json.h"

#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-methods.h"

/* Codes of JSON-RPC 2.0; ours are all -32000, because the reason is the contract. */
#define CODE_INVALID_PARAMS (-32602)
#define CODE_INTERNAL (-32603)
#define CODE_OURS (-32000)

static gboolean
may_travel (const GError *error)
{
  return error->domain == SHOAL_ERROR && error->code >= SHOAL_ERROR_VERSION
         && error->code <= SHOAL_ERROR_BUSY;
}

static int
json_rpc_code (int code)
{
  switch (code)
    {
    case SHOAL_ERROR_INVALID:
      return CODE_INVALID_PARAMS;
    case SHOAL_ERROR_INTERNAL:
      return CODE_INTERNAL;
    default:
      return CODE_OURS;
    }
}

static JsonObject *
make_data (const GError *error, int code)
{
  JsonObject *data = shoal_json_new ("reason", "s", shoal_error_to_reason (code), NULL);
  const char *field = shoal_error_get_field (error);

  if (field != NULL)
    json_object_set_string_member (data, code == SHOAL_ERROR_LIMIT ? "what" : "field", field);
  if (shoal_error_get_max (error) >= 0)
    json_object_set_int_member (data, "max", shoal_error_get_max (error));
  if (shoal_error_get_retry_ms (error) >= 0)
    json_object_set_int_member (data, "retry_ms", shoal_error_get_retry_ms (error));
  if (code == SHOAL_ERROR_VERSION)
    {
      json_object_set_int_member (data, "min_protocol", SHOAL_PROTOCOL_VERSION);
      json_object_set_int_member (data, "protocol", SHOAL_PROTOCOL_VERSION);
    }
  return data;
}

static JsonObject *
make_error (const GError *error, int code, const char *message)
{
  g_autofree char *valid = g_utf8_make_valid (message, -1);

  return shoal_json_new ("code", "i", (gint64) json_rpc_code (code), "message", "s", valid, "data",
                         "o", make_data (error, code), NULL);
}

JsonObject *
shoal_json_error_new (const GError *error)
{
  if (may_travel (error))
    return make_error (error, error->code, error->message);
  if (g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_NO_SPACE))
    return make_error (error, SHOAL_ERROR_INTERNAL, "There is no space left on the other side");
  return make_error (error, SHOAL_ERROR_INTERNAL,
                     "Something went wrong on the other side; its log says what");
}

JsonObject *
shoal_json_error_new_local (const GError *error)
{
  if (error->domain == SHOAL_ERROR)
    return make_error (error, error->code, error->message);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return make_error (error, SHOAL_ERROR_CANCELLED, error->message);
  return make_error (error, SHOAL_ERROR_INTERNAL, error->message);
}

/* A message from outside, fit for a terminal: bounded, and no control or direction-changing
 * characters. */
static char *
clean_message (const char *message)
{
  g_autoptr (GString) clean = g_string_new (NULL);
  guint n_chars = 0;

  for (const char *at = message; *at != '\0' && n_chars < SHOAL_MAX_ERROR_MESSAGE_CHARS;
       at = g_utf8_next_char (at), n_chars++)
    {
      gunichar c = g_utf8_get_char (at);
      GUnicodeType type = g_unichar_type (c);

      if (type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT || type == G_UNICODE_LINE_SEPARATOR
          || type == G_UNICODE_PARAGRAPH_SEPARATOR)
        c = ' ';
      g_string_append_unichar (clean, c);
    }
  if (clean->len == 0)
    g_string_append (clean, "The other side refused without saying why");
  return g_string_free (g_steal_pointer (&clean), FALSE);
}

static const char *
string_or_null (JsonObject *object, const char *name)
{
  JsonNode *node = object == NULL ? NULL : json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node)
      || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (node);
}

static gint64
integer_or_negative (JsonObject *object, const char *name)
{
  JsonNode *node = object == NULL ? NULL : json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node)
      || json_node_get_value_type (node) != G_TYPE_INT64)
    return -1;
  return json_node_get_int (node);
}

GError *
shoal_json_error_to_gerror (JsonObject *object)
{
  JsonNode *data_node = json_object_get_member (object, "data");
  JsonObject *data = data_node != NULL && JSON_NODE_HOLDS_OBJECT (data_node)
                         ? json_node_get_object (data_node)
                         : NULL;
  const char *said = string_or_null (object, "message");
  g_autofree char *message = clean_message (said == NULL ? "" : said);
  int code = shoal_error_from_reason (string_or_null (data, "reason"));
  gint64 retry_ms = integer_or_negative (data, "retry_ms");
  const char *field = string_or_null (data, "field");
  const char *what = string_or_null (data, "what");

  if (code == SHOAL_ERROR_INVALID && field != NULL)
    return shoal_error_new_field (field, message);
  if (code == SHOAL_ERROR_LIMIT && what != NULL)
    return shoal_error_new_limit (what, integer_or_negative (data, "max"), message);
  if ((code == SHOAL_ERROR_BLOCKED || code == SHOAL_ERROR_BUSY) && retry_ms >= 0)
    return shoal_error_new_retry (code, retry_ms, message);
  return g_error_new_literal (SHOAL_ERROR, code, message);
}
