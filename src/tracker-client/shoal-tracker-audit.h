/* shoal-tracker-audit.h: whether the tracker's audit log only ever grows
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-audit-page.h"
#include "shoal-tracker-link.h"

G_BEGIN_DECLS

/** ShoalTrackerAudit: main thread. Reads the tracker's audit log and remembers how far it went when
 * it was seen last. The signal "audit-changed" says that the pair to remember, or the warning, is
 * another. */
#define SHOAL_TYPE_TRACKER_AUDIT (shoal_tracker_audit_get_type ())
G_DECLARE_FINAL_TYPE (ShoalTrackerAudit, shoal_tracker_audit, SHOAL, TRACKER_AUDIT, GObject)

/** shoal_tracker_audit_new: of the tracker of @link, which it checks at each sign-in. To be made
 * before whatever tells others that the link is online: who reads the log then waits for the check.
 */
ShoalTrackerAudit *shoal_tracker_audit_new (ShoalTrackerLink *link);
/** shoal_tracker_audit_read_async: entries after number @after (0: from the first), at most @limit
 */
void shoal_tracker_audit_read_async (ShoalTrackerAudit *self,
                                     gint64 after,
                                     guint limit,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
/** shoal_tracker_audit_read_finish: Returns: (transfer full) */
ShoalAuditPage *
shoal_tracker_audit_read_finish (ShoalTrackerAudit *self, GAsyncResult *result, GError **error);
/** shoal_tracker_audit_set_mark: what was seen last, from the profile; @head: (nullable): nothing
 * yet */
void shoal_tracker_audit_set_mark (ShoalTrackerAudit *self, gint64 count, const char *head);
/** shoal_tracker_audit_get_mark: @count: (out). Returns: (nullable): the head hash */
const char *shoal_tracker_audit_get_mark (ShoalTrackerAudit *self, gint64 *count);
/** shoal_tracker_audit_get_warning: Returns: (nullable): in words, if the log does not go on from
 * what was seen last */
const char *shoal_tracker_audit_get_warning (ShoalTrackerAudit *self);
/** shoal_tracker_audit_accept: the user has been told; the log as it is now is the one to go on
 * from */
void shoal_tracker_audit_accept (ShoalTrackerAudit *self);
/** shoal_tracker_audit_verify_async: fetches the whole log and checks it, also against what was
 * seen last */
void shoal_tracker_audit_verify_async (ShoalTrackerAudit *self,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
/** shoal_tracker_audit_verify_finish: Returns: how many entries are in order, or -1 with
 * %SHOAL_ERROR_CORRUPT; @head: (out) (optional): the hash of the last */
gint64 shoal_tracker_audit_verify_finish (ShoalTrackerAudit *self,
                                          GAsyncResult *result,
                                          char **head,
                                          GError **error);

G_END_DECLS
