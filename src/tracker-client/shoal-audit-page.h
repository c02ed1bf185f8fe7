/* shoal-audit-page.h: the tracker's audit log as a member checks it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-digest.h"

G_BEGIN_DECLS

/** ShoalAuditRow: one entry of the log; strings are never %NULL */
typedef struct
{
  gint64 n;
  gint64 time_ms;
  char *event;
  char *user;
  char *device;
  char *address;
  char *text;
  char hash[SHOAL_DIGEST_HEX_SIZE]; /* as the tracker says */
} ShoalAuditRow;

/** ShoalAuditPage: some of the entries, and the length and the head of the whole log */
typedef struct
{
  GPtrArray *entries; /* (element-type ShoalAuditRow): one after the other */
  gint64 count;
  char head[SHOAL_DIGEST_HEX_SIZE];
} ShoalAuditPage;

/** shoal_audit_page_new: Returns: (transfer full): without entries */
ShoalAuditPage *shoal_audit_page_new (void);
/** shoal_audit_page_free: @self: (nullable) */
void shoal_audit_page_free (ShoalAuditPage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalAuditPage, shoal_audit_page_free)

/**
 * shoal_audit_page_extend:
 * @count: (inout): the number of entries checked so far
 * @head: (inout): the hash of the last of them, or %SHOAL_AUDIT_NO_HASH
 * @page: entries that are said to follow
 * @upto: stop after this entry
 * @error: where to put an error
 *
 * Checks that the entries follow without a gap and that each hash covers the one before, and moves
 * on.
 *
 * Returns: %FALSE with %SHOAL_ERROR_CORRUPT that names the first entry that is wrong
 */
gboolean shoal_audit_page_extend (gint64 *count,
                                  char head[SHOAL_DIGEST_HEX_SIZE],
                                  const ShoalAuditPage *page,
                                  gint64 upto,
                                  GError **error);

G_END_DECLS
