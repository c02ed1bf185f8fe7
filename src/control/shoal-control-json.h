/* shoal-control-json.h: the engine's objects as the control service shows them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

#include "shoal-engine.h"

G_BEGIN_DECLS

/* Each Returns: (transfer full). The members are described in docs/control.md. */
JsonObject *shoal_member_to_json (ShoalMember *member, const char *own_device);
/* @max_skipped: names of what cannot be shared, at most; their number is always told */
JsonObject *shoal_share_to_json (ShoalShare *share, guint max_skipped);
JsonObject *shoal_transfer_to_json (ShoalTransfer *transfer);
JsonObject *shoal_source_to_json (const ShoalSource *source, ShoalDirectory *directory);
JsonObject *shoal_history_entry_to_json (const ShoalHistoryEntry *entry);
JsonObject *shoal_audit_row_to_json (const ShoalAuditRow *row);
const char *shoal_directory_state_to_string (ShoalDirectoryState state);

G_END_DECLS
