/* shoal-audit-page-json.h: a page of the tracker's audit log from JSON
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

#include "shoal-audit-page.h"

G_BEGIN_DECLS

/** shoal_audit_page_from_json: @answer: to "audit", as docs/protocol.md has it. Returns: (transfer
 * full): or %NULL with %SHOAL_ERROR_INVALID */
ShoalAuditPage *shoal_audit_page_from_json (JsonObject *answer, GError **error);

G_END_DECLS
