/* shoal-message.c: JSON-RPC 2.0 objects as lines, and lines as what they mean
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-channel"

#include "config.h"

#include "shoal-channel-private.h"

#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"

void
shoal_message_clear (ShoalMessage *self)
{
  g_clear_pointer (&self->object, json_object_unref);
  g_clear_error (&self->error);
}

static gboolean
is_text (JsonNode *node, glong min_chars, glong max_chars)
{
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node)
      || json_node_get_value_type (node) != G_TYPE_STRING)
    return FALSE;

  glong n_chars = g_utf8_strlen (json_node_get_string (node), -1);

  return n_chars >= min_chars && n_chars <= max_chars;
}

static gboolean
is_id (JsonNode *node)
{
  return is_text (node, 0, SHOAL_MAX_REQUEST_ID_CHARS)
         || (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64);
}

static ShoalMessageKind
invalid (ShoalMessage *self, const char *field, const char *what)
{
  self->error = shoal_error_new_field (field, what);
  return SHOAL_MESSAGE_INVALID;
}

/* An answer to a call of ours. */
static ShoalMessageKind
parse_answer (ShoalMessage *self, JsonNode *result, JsonNode *error)
{
  if (error != NULL && result == NULL && JSON_NODE_HOLDS_OBJECT (error))
    {
      self->error = shoal_json_error_to_gerror (json_node_get_object (error));
      return SHOAL_MESSAGE_ERROR;
    }
  if (error == NULL && JSON_NODE_HOLDS_OBJECT (result))
    {
      self->result = json_node_get_object (result);
      return SHOAL_MESSAGE_RESULT;
    }
  /* Never answered with an error: two sides that do not understand each other would go on for ever.
   */
  self->error = shoal_error_new_field ("result", "The other side's answer is not JSON-RPC");
  return SHOAL_MESSAGE_ERROR;
}

static ShoalMessageKind
parse_object (ShoalMessage *self)
{
  JsonNode *version = json_object_get_member (self->object, "jsonrpc");
  JsonNode *id = json_object_get_member (self->object, "id");
  JsonNode *method = json_object_get_member (self->object, "method");
  JsonNode *params = json_object_get_member (self->object, "params");
  JsonNode *result = json_object_get_member (self->object, "result");
  JsonNode *error = json_object_get_member (self->object, "error");
  gboolean good_id = id != NULL && is_id (id);

  self->id = good_id ? id : NULL;
  if (method == NULL && (result != NULL || error != NULL))
    return parse_answer (self, result, error);
  if (!is_text (version, 3, 3) || g_strcmp0 (json_node_get_string (version), "2.0") != 0)
    return invalid (self, "jsonrpc", "“jsonrpc” must be \"2.0\"");
  if (id != NULL && !good_id)
    return invalid (self, "id", "“id” must be an integer or a string of at most 64 characters");
  if (!is_text (method, 1, SHOAL_MAX_METHOD_CHARS))
    return invalid (self, "method", "“method” must be a string of 1 to 64 characters");
  if (params != NULL && !JSON_NODE_HOLDS_OBJECT (params))
    return invalid (self, "params", "“params” must be an object");
  self->method = json_node_get_string (method);
  self->params = params == NULL ? NULL : json_node_get_object (params);
  return id != NULL ? SHOAL_MESSAGE_REQUEST : SHOAL_MESSAGE_NOTIFICATION;
}

gboolean
shoal_message_parse (ShoalMessage *self, const char *line, gsize length, GError **error)
{
  *self = (ShoalMessage){ 0 };
  self->object = shoal_json_parse (line, length, error);
  if (self->object == NULL)
    return FALSE;
  self->kind = parse_object (self);
  return TRUE;
}

static GBytes *
to_bytes (JsonObject *object)
{
  gsize length = 0;
  char *line = shoal_json_to_line (object, &length);

  return g_bytes_new_take (line, length);
}

static void
set_id (JsonObject *object, JsonNode *id)
{
  if (id == NULL)
    json_object_set_null_member (object, "id");
  else
    json_object_set_member (object, "id", json_node_copy (id));
}

GBytes *
shoal_message_new_call (gint64 id, const char *method, JsonObject *params)
{
  g_autoptr (JsonObject) object = shoal_json_new ("jsonrpc", "s", "2.0", "id", "i", id, "method",
                                                  "s", method, "params", "o", params, NULL);

  return to_bytes (object);
}

GBytes *
shoal_message_new_result (JsonNode *id, JsonObject *result)
{
  g_autoptr (JsonObject) object = shoal_json_new ("jsonrpc", "s", "2.0", NULL);

  set_id (object, id);
  json_object_set_object_member (object, "result", result == NULL ? json_object_new () : result);
  return to_bytes (object);
}

GBytes *
shoal_message_new_error (JsonNode *id, JsonObject *error_object)
{
  g_autoptr (JsonObject) object = shoal_json_new ("jsonrpc", "s", "2.0", NULL);

  set_id (object, id);
  json_object_set_object_member (object, "error", error_object);
  return to_bytes (object);
}

GBytes *
shoal_channel_make_notification (const char *method, JsonObject *params)
{
  g_autoptr (JsonObject) object = shoal_json_new ("jsonrpc", "s", "2.0", "method", "s", method,
                                                  "params", "o", params, NULL);

  return to_bytes (object);
}
