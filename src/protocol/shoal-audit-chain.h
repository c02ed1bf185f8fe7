/* shoal-audit-chain.h: how one entry of the audit log holds the one before: for tracker and members
 * alike
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** SHOAL_AUDIT_NO_HASH: what stands for the hash before the first entry */
#define SHOAL_AUDIT_NO_HASH "0000000000000000000000000000000000000000000000000000000000000000"

/** shoal_audit_is_head: Returns: whether @text (nullable) has the form of a head hash */
gboolean shoal_audit_is_head (const char *text);

/** ShoalAuditEntry: an entry as it is hashed; strings are never %NULL */
typedef struct
{
  gint64 n; /* from 1 */
  gint64 time_ms;
  const char *event;
  const char *user;
  const char *device;
  const char *address;
  const char *text;
} ShoalAuditEntry;

/**
 * shoal_audit_entry_hash:
 * @entry: an entry
 * @previous: hash of the entry before, or %SHOAL_AUDIT_NO_HASH
 *
 * SHA-256 of @previous, LF and the canonical text: the JSON array
 * `[n,time_ms,event,user,device,address,text]` without white space, in which only `"`, `\` and
 * characters below U+0020 are escaped, the latter as `\u00xx`.
 *
 * Returns: (transfer full): 64 lower-case hex digits
 */
char *shoal_audit_entry_hash (const ShoalAuditEntry *entry, const char *previous);

G_END_DECLS
