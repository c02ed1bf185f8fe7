/* shoal-roster-json.h: news of the members from and to JSON
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

#include "shoal-roster-news.h"

G_BEGIN_DECLS

/** shoal_roster_news_from_json: @message: "roster" as docs/protocol.md has it. A member or a device
 * that is malformed is left out, with a debug message. Returns: (transfer full): or %NULL with
 * %SHOAL_ERROR_INVALID */
ShoalRosterNews *shoal_roster_news_from_json (JsonObject *message, GError **error);
/** shoal_roster_delta_from_json: the same of "roster-delta" */
ShoalRosterNews *shoal_roster_delta_from_json (JsonObject *message, GError **error);
/** shoal_roster_member_from_json: one of the members. Returns: (transfer full): or %NULL with
 * %SHOAL_ERROR_INVALID */
ShoalRosterMember *shoal_roster_member_from_json (JsonObject *object, GError **error);
/** shoal_roster_member_to_json: Returns: (transfer full): the same form */
JsonObject *shoal_roster_member_to_json (const ShoalRosterMember *member);

G_END_DECLS
