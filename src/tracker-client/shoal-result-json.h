/* shoal-result-json.h: rows of a catalogue from and to JSON
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

#include "shoal-result.h"

G_BEGIN_DECLS

/** shoal_result_new_from_json: a row as docs/protocol.md has it ("search"), checked. Returns:
 * (transfer full): or %NULL with %SHOAL_ERROR_INVALID */
ShoalResult *shoal_result_new_from_json (JsonObject *row, GError **error);
/** shoal_result_to_json: Returns: (transfer full): the same form */
JsonObject *shoal_result_to_json (ShoalResult *self);
/** shoal_results_from_json: @rows: an array of rows; one that is malformed is left out, with a
 * debug message. Returns: (transfer full) (element-type ShoalResult) */
GPtrArray *shoal_results_from_json (JsonArray *rows);

G_END_DECLS
