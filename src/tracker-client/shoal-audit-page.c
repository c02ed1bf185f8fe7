/* shoal-audit-page.c: the tracker's audit log as a member checks it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-audit-page"

#include "config.h"

#include "shoal-audit-page.h"

#include <glib/gi18n.h>

#include "shoal-audit-chain.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"

static void
audit_row_free (gpointer data)
{
  ShoalAuditRow *entry = data;

  g_free (entry->event);
  g_free (entry->user);
  g_free (entry->device);
  g_free (entry->address);
  g_free (entry->text);
  g_free (entry);
}

void
shoal_audit_page_free (ShoalAuditPage *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->entries, g_ptr_array_unref);
  g_free (self);
}

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
shoal_audit_page_from_json (JsonObject *object, GError **error)
{
  JsonArray *array;
  const char *head;
  gint64 count;

  if (!shoal_json_get_array (object, "entries", SHOAL_MAX_AUDIT_ROWS, &array, error)
      || !shoal_json_get_integer (object, "count", 0, SHOAL_MAX_JSON_INTEGER, &count, error)
      || !shoal_json_get_string (object, "head", SHOAL_DIGEST_HEX_SIZE - 1, &head, error))
    return NULL;
  if (!shoal_audit_is_head (head))
    {
      shoal_set_field_error (error, "head", "The log's head must be 64 hexadecimal digits.");
      return NULL;
    }

  g_autoptr (ShoalAuditPage) page = g_new0 (ShoalAuditPage, 1);
  page->entries = g_ptr_array_new_with_free_func (audit_row_free);
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

gboolean
shoal_audit_page_extend (gint64 *count,
                         char head[SHOAL_DIGEST_HEX_SIZE],
                         const ShoalAuditPage *page,
                         gint64 upto,
                         GError **error)
{
  for (guint i = 0; i < page->entries->len && *count < upto; i++)
    {
      const ShoalAuditRow *entry = g_ptr_array_index (page->entries, i);

      if (entry->n != *count + 1)
        {
          g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_CORRUPT,
                       _ ("Entry %ld of the audit log is missing."), (long) *count + 1);
          return FALSE;
        }
      ShoalAuditEntry hashed = {
        .n = entry->n,
        .time_ms = entry->time_ms,
        .event = entry->event,
        .user = entry->user,
        .device = entry->device,
        .address = entry->address,
        .text = entry->text,
      };
      g_autofree char *hash = shoal_audit_entry_hash (&hashed, head);
      if (!g_str_equal (hash, entry->hash))
        {
          g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_CORRUPT,
                       _ ("Entry %ld of the audit log was changed after it was written."),
                       (long) entry->n);
          return FALSE;
        }
      g_strlcpy (head, hash, SHOAL_DIGEST_HEX_SIZE);
      *count = entry->n;
    }
  return TRUE;
}
