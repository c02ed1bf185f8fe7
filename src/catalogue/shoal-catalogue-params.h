/* shoal-catalogue-params.h: names, paths and contents as members send them, checked
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

#include "shoal-digest.h"

G_BEGIN_DECLS

/* No time of change was told. */
#define SHOAL_NO_MTIME G_MININT64
/* An offer's id: 32 hex digits. */
#define SHOAL_OFFER_CHARS (32)

/* What is wrong is %SHOAL_ERROR_INVALID with its field. */

/** shoal_params_get_hex: a member of exactly @chars lower-case hex digits */
gboolean shoal_params_get_hex (
    JsonObject *object, const char *name, gsize chars, const char **value, GError **error);
/** shoal_params_get_digest: a content id */
gboolean
shoal_params_get_digest (JsonObject *object, const char *name, ShoalDigest *digest, GError **error);
/** shoal_params_get_content: "id" and the size @size_name of one file's bytes; the zero id exactly
 * with size 0 */
gboolean shoal_params_get_content (
    JsonObject *object, const char *size_name, ShoalDigest *digest, gint64 *size, GError **error);
/** shoal_params_get_mtime: the optional “mtime_ms”; else %SHOAL_NO_MTIME */
gboolean shoal_params_get_mtime (JsonObject *object, gint64 *mtime_ms, GError **error);
/** shoal_check_offer_name: one component, as it is, but never a path */
gboolean shoal_check_offer_name (const char *name, GError **error);
/** shoal_check_entry_path: relative, without empty, "." and ".." components, within the limits */
gboolean shoal_check_entry_path (const char *path, GError **error);

G_END_DECLS
