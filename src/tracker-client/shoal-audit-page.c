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

ShoalAuditPage *
shoal_audit_page_new (void)
{
  ShoalAuditPage *self = g_new0 (ShoalAuditPage, 1);

  self->entries = g_ptr_array_new_with_free_func (audit_row_free);
  return self;
}

void
shoal_audit_page_free (ShoalAuditPage *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->entries, g_ptr_array_unref);
  g_free (self);
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
