/* shoal-error.h: the one error domain that crosses every boundary, and its names on the wire
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ShoalError:
 * @SHOAL_ERROR_INTERNAL: a bug or a broken system; the message says where
 * @SHOAL_ERROR_VERSION: no common protocol version
 * @SHOAL_ERROR_INVALID: malformed or out-of-range input; see shoal_error_get_field()
 * @SHOAL_ERROR_AUTH: wrong name, password, code or token, or not signed in
 * @SHOAL_ERROR_BLOCKED: locked out for a while; see shoal_error_get_retry_ms()
 * @SHOAL_ERROR_REPLACED: a newer connection of this device took over
 * @SHOAL_ERROR_DENIED: known, but not allowed
 * @SHOAL_ERROR_NOT_FOUND: no such thing, or not for you
 * @SHOAL_ERROR_EXISTS: the name or id is taken
 * @SHOAL_ERROR_LIMIT: a documented bound was exceeded
 * @SHOAL_ERROR_BUSY: try again later; see shoal_error_get_retry_ms()
 * @SHOAL_ERROR_CORRUPT: bytes did not match their content id
 * @SHOAL_ERROR_CHANGED: the file is not the one that was hashed any more
 * @SHOAL_ERROR_UNTRUSTED: a key or certificate is not the expected one
 * @SHOAL_ERROR_AMBIGUOUS: a name stands for several contents
 * @SHOAL_ERROR_NO_SPACE: the disk is full or the quota is used up
 * @SHOAL_ERROR_DISCONNECTED: the connection was refused, reset, timed out or ended early
 * @SHOAL_ERROR_IO: reading or writing a local file failed
 * @SHOAL_ERROR_CANCELLED: somebody asked for it to stop
 *
 * Error codes of Shoal. The codes from %SHOAL_ERROR_VERSION to %SHOAL_ERROR_BUSY travel as
 * `error.data.reason` of a JSON-RPC error, with the names of shoal_error_to_reason().
 */
typedef enum
{
  SHOAL_ERROR_INTERNAL,
  SHOAL_ERROR_VERSION,
  SHOAL_ERROR_INVALID,
  SHOAL_ERROR_AUTH,
  SHOAL_ERROR_BLOCKED,
  SHOAL_ERROR_REPLACED,
  SHOAL_ERROR_DENIED,
  SHOAL_ERROR_NOT_FOUND,
  SHOAL_ERROR_EXISTS,
  SHOAL_ERROR_LIMIT,
  SHOAL_ERROR_BUSY,
  SHOAL_ERROR_CORRUPT,
  SHOAL_ERROR_CHANGED,
  SHOAL_ERROR_UNTRUSTED,
  SHOAL_ERROR_AMBIGUOUS,
  SHOAL_ERROR_NO_SPACE,
  SHOAL_ERROR_DISCONNECTED,
  SHOAL_ERROR_IO,
  SHOAL_ERROR_CANCELLED,
} ShoalError;

#define SHOAL_ERROR (shoal_error_quark ())

GQuark shoal_error_quark (void);

/**
 * shoal_error_to_reason:
 * @code: a #ShoalError
 *
 * Returns: the reason's name on the wire, in kebab case ("not-found"); never %NULL
 */
const char *shoal_error_to_reason (int code);

/**
 * shoal_error_from_reason:
 * @reason: (nullable): a name from the wire
 *
 * Returns: the code of that name, or %SHOAL_ERROR_INTERNAL for one that is not known
 */
int shoal_error_from_reason (const char *reason);

/**
 * shoal_error_new_field:
 * @field: the member or option that is wrong
 * @message: what is wrong with it and what would be right
 *
 * Returns: (transfer full): a %SHOAL_ERROR_INVALID that names a field
 */
GError *shoal_error_new_field (const char *field, const char *message);

/**
 * shoal_error_new_retry:
 * @code: %SHOAL_ERROR_BLOCKED or %SHOAL_ERROR_BUSY
 * @retry_ms: how long to wait, in milliseconds, 0 or more
 * @message: the message for people
 *
 * Returns: (transfer full): an error that says when to come again
 */
GError *shoal_error_new_retry (int code, gint64 retry_ms, const char *message);

/**
 * shoal_set_field_error: like g_set_error() with a field's name
 * @error: (nullable): where to put it
 * @field: the member or option that is wrong
 * @format: a printf format for the message
 *
 * Returns: always %FALSE, so that a check can `return shoal_set_field_error (...)`
 */
gboolean shoal_set_field_error (GError **error, const char *field, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/** shoal_error_get_field: Returns: (nullable): the field of an INVALID error, or what a LIMIT error
 * counts, owned by @error */
const char *shoal_error_get_field (const GError *error);

/**
 * shoal_error_new_limit:
 * @what: what is counted ("entries"), as it stands on the wire
 * @max: the most there may be
 * @message: the message for people
 *
 * Returns: (transfer full): a %SHOAL_ERROR_LIMIT that names the bound
 */
GError *shoal_error_new_limit (const char *what, gint64 max, const char *message);

/** shoal_error_get_max: Returns: the bound a LIMIT error names, or -1 */
gint64 shoal_error_get_max (const GError *error);

/** shoal_error_get_retry_ms: Returns: milliseconds to wait, or -1 where the error names no time */
gint64 shoal_error_get_retry_ms (const GError *error);

/**
 * shoal_error_from_errno:
 * @error: (nullable): where to put it
 * @saved_errno: an errno value
 * @format: a printf format for what was being done ("Cannot open “%s”")
 *
 * Sets %SHOAL_ERROR_NO_SPACE for ENOSPC and EDQUOT, %SHOAL_ERROR_NOT_FOUND for ENOENT,
 * %SHOAL_ERROR_EXISTS for EEXIST, %SHOAL_ERROR_DENIED for EACCES and EPERM, else %SHOAL_ERROR_IO;
 * ": " and the system's text is appended to the message. It is a local error.
 *
 * Returns: always %FALSE
 */
gboolean shoal_error_from_errno (GError **error, int saved_errno, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/**
 * shoal_set_local_error: like g_set_error(), of a file or folder of this machine
 * @error: (nullable): where to put it
 * @code: a #ShoalError
 * @format: a printf format for the message
 *
 * Returns: always %FALSE
 */
gboolean shoal_set_local_error (GError **error, int code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/**
 * shoal_error_is_local:
 * @error: (nullable): an error of any domain
 *
 * Returns: whether a file or folder of this machine refused something: the codes that tell it are
 *   those by which other devices refuse, and what it means for a download is not
 */
gboolean shoal_error_is_local (const GError *error);

/**
 * shoal_error_is_disconnect:
 * @error: an error of any domain
 *
 * Returns: whether it says that the other side refused, vanished or timed out (%GIOError connection
 *   codes, TLS end-of-file, %SHOAL_ERROR_DISCONNECTED), so that another try can help
 */
gboolean shoal_error_is_disconnect (const GError *error);

G_END_DECLS
