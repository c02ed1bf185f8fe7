/* shoal-audit-chain.c: how one entry of the audit log holds the one before: for tracker and members
 * alike
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-audit-chain"

#include "config.h"

#include "shoal-audit-chain.h"

#include <string.h>

gboolean
shoal_audit_is_head (const char *text)
{
  static const gsize n_digits = sizeof SHOAL_AUDIT_NO_HASH - 1;

  return text != NULL && strnlen (text, n_digits + 1) == n_digits
         && strspn (text, "0123456789abcdef") == n_digits;
}

static void
append_string (GString *canonical, const char *text)
{
  g_string_append (canonical, ",\"");
  for (const char *at = text; *at != '\0'; at++)
    if (*at == '"' || *at == '\\')
      g_string_append_printf (canonical, "\\%c", *at);
    else if ((guchar) *at < 0x20)
      g_string_append_printf (canonical, "\\u%04x", (guint) (guchar) *at);
    else
      g_string_append_c (canonical, *at);
  g_string_append_c (canonical, '"');
}

char *
shoal_audit_entry_hash (const ShoalAuditEntry *entry, const char *previous)
{
  g_autoptr (GString) canonical = g_string_new (previous);

  g_string_append_printf (canonical, "\n[%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT, entry->n,
                          entry->time_ms);
  append_string (canonical, entry->event);
  append_string (canonical, entry->user);
  append_string (canonical, entry->device);
  append_string (canonical, entry->address);
  append_string (canonical, entry->text);
  g_string_append_c (canonical, ']');
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) canonical->str,
                                      canonical->len);
}
