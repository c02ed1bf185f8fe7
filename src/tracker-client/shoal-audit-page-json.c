/* shoal-audit-page-json.c: a page of the tracker's audit log from JSON
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-audit-page-json"

#include "config.h"

#include "shoal-audit-page-json.h"

#include "shoal-audit-chain.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"

static ShoalAuditRow *
parse_entry (JsonObject *object, GError **error)
{
  const char *event, *user, *device, *address, *text, *hash;
  gint64 n, time_ms;

  if (!shoal_json_get_integer (object, "n", 1, SHOAL_MAX_JSON_INTEGER, &n, error)
      || !shoal_json_get_integer (object, "time_ms", 0, SHOAL_MAX_JSON_INTEGER, &time_ms, error)
      || !shoal_json_get_string (object, "event", 64, &event, error)
      || !shoal_json_get_optional_string (object, "user", 256, &user, error)
      || !shoal_json_get_optional_string (object, "device", 256, &device, error)
      || !shoal_json_get_optional_string (object, "address", 256, &address, error)
      || !shoal_json_get_optional_string (object, "text", SHOAL_MAX_JSON_STRING, &text, error)
      || !shoal_json_get_string (object, "hash", SHOAL_DIGEST_HEX_SIZE - 1, &hash, error))
    return NULL;
  if (!shoal_audit_is_head (hash))
    {
      shoal_set_field_error (error, "hash", "An audit entry's hash must be 64 hexadecimal digits.");
      return NULL;
    }

  ShoalAuditRow *entry = g_new0 (ShoalAuditRow, 1);
  entry->n = n;
  entry->time_ms = time_ms;
  entry->event = g_strdup (event);
  entry->user = g_strdup (user != NULL ? user : "");
  entry->device = g_strdup (device != NULL ? device : "");
  entry->address = g_strdup (address != NULL ? address : "");
  entry->text = g_strdup (text != NULL ? text : "");
  g_strlcpy (entry->hash, hash, sizeof entry->hash);
  return entry;
}

ShoalAuditPage *
shoal_audit_page_from_json (JsonObject *answer, GError **error)
{
  JsonArray *array;
  const char *head;
  gint64 count;

  if (!shoal_json_get_array (answer, "entries", SHOAL_MAX_AUDIT_ROWS, &array, error)
      || !shoal_json_get_integer (answer, "count", 0, SHOAL_MAX_JSON_INTEGER, &count, error)
      || !shoal_json_get_string (answer, "head", SHOAL_DIGEST_HEX_SIZE - 1, &head, error))
    return NULL;
  if (!shoal_audit_is_head (head))
    {
      shoal_set_field_error (error, "head", "The log's head must be 64 hexadecimal digits.");
      return NULL;
    }

  g_autoptr (ShoalAuditPage) page = shoal_audit_page_new ();
  page->count = count;
  g_strlcpy (page->head, head, sizeof page->head);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *row;

      if (!shoal_json_array_get_object (array, i, &row, error))
        return NULL;
      ShoalAuditRow *entry = parse_entry (row, error);
      if (entry == NULL)
        return NULL;
      g_ptr_array_add (page->entries, entry);
    }
  return g_steal_pointer (&page);
}
