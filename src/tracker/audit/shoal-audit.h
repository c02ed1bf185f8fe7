/* shoal-audit.h: the log that cannot be changed unnoticed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-actor.h"
#include "shoal-database.h"

G_BEGIN_DECLS

/* The events, as they stand in the log. */
#define SHOAL_AUDIT_SIGN_UP "sign-up"
#define SHOAL_AUDIT_SIGN_IN "sign-in"
#define SHOAL_AUDIT_SIGN_IN_FAILED "sign-in-failed"
#define SHOAL_AUDIT_LOCKOUT "lockout"
#define SHOAL_AUDIT_SIGN_OUT "sign-out"
#define SHOAL_AUDIT_PASSWORD "password"
#define SHOAL_AUDIT_OFFER "offer"
#define SHOAL_AUDIT_WITHDRAW "withdraw"
#define SHOAL_AUDIT_DOWNLOAD_FINISHED "download-finished"
#define SHOAL_AUDIT_DOWNLOAD_FAILED "download-failed"
#define SHOAL_AUDIT_BAD_SOURCE "bad-source"
#define SHOAL_AUDIT_INVITE "invite"

/** shoal_audit_append: inside a write job: adds an entry, which is committed with the job. One
 * entry for a request, not one for each file in it. @text: what happened, for people; cut to
 * %SHOAL_MAX_AUDIT_TEXT bytes, control characters become spaces */
gboolean shoal_audit_append (ShoalConnection *connection,
                             const ShoalActor *actor,
                             const char *event,
                             const char *text,
                             GError **error);

/** shoal_audit_get_head: @count: (out): entries. @head: (out) (transfer full): hash of the last, 64
 * zeros if none */
gboolean
shoal_audit_get_head (ShoalConnection *connection, gint64 *count, char **head, GError **error);

/** ShoalAuditReport: what shoal_audit_verify() found */
typedef struct
{
  const char *known_head; /* (nullable): a hash that must be in the log */
  gint64 count;
  char *head;
  char *problem; /* (nullable): what is wrong, for people; %NULL: nothing */
} ShoalAuditReport;

/** shoal_audit_verify: a job (@data: a ShoalAuditReport) that recomputes the whole chain. Returns:
 * %FALSE only if the database could not be read; what is wrong with the log is in the report */
gboolean shoal_audit_verify (ShoalConnection *connection, gpointer data, GError **error);

G_END_DECLS
