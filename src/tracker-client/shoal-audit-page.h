/* shoal-audit-page.h: the tracker's audit log as a member checks it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

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

/** ShoalAuditPage: an answer to "audit" */
typedef struct
{
  GPtrArray *entries; /* (element-type ShoalAuditRow) */
  gint64 count;
  char head[SHOAL_DIGEST_HEX_SIZE];
} ShoalAuditPage;

/** shoal_audit_page_from_json: Returns: (transfer full): or %NULL with %SHOAL_ERROR_INVALID */
ShoalAuditPage *shoal_audit_page_from_json (JsonObject *object, GError **error);
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
