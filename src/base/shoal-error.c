/* shoal-error.c: the one error domain that crosses every boundary, and its names on the wire
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-error"

#include "config.h"

#include "shoal-error.h"

#include <errno.h>
#include <gio/gio.h>

/* What an error of ours carries beside its message. */
typedef struct
{
  char *field;
  gint64 retry_ms;
  gint64 max;
  gboolean local;
} ShoalErrorPrivate;

static void
shoal_error_private_init (ShoalErrorPrivate *priv)
{
  priv->field = NULL;
  priv->retry_ms = -1;
  priv->max = -1;
  priv->local = FALSE;
}

static void
shoal_error_private_copy (const ShoalErrorPrivate *source, ShoalErrorPrivate *copy)
{
  copy->field = g_strdup (source->field);
  copy->retry_ms = source->retry_ms;
  copy->max = source->max;
  copy->local = source->local;
}

static void
shoal_error_private_clear (ShoalErrorPrivate *priv)
{
  g_clear_pointer (&priv->field, g_free);
}

G_DEFINE_EXTENDED_ERROR (ShoalError, shoal_error)

static const char *const reasons[] = {
  [SHOAL_ERROR_INTERNAL] = "internal",
  [SHOAL_ERROR_VERSION] = "version",
  [SHOAL_ERROR_INVALID] = "invalid",
  [SHOAL_ERROR_AUTH] = "auth",
  [SHOAL_ERROR_BLOCKED] = "blocked",
  [SHOAL_ERROR_REPLACED] = "replaced",
  [SHOAL_ERROR_DENIED] = "denied",
  [SHOAL_ERROR_NOT_FOUND] = "not-found",
  [SHOAL_ERROR_EXISTS] = "exists",
  [SHOAL_ERROR_LIMIT] = "limit",
  [SHOAL_ERROR_BUSY] = "busy",
  [SHOAL_ERROR_CORRUPT] = "corrupt",
  [SHOAL_ERROR_CHANGED] = "changed",
  [SHOAL_ERROR_UNTRUSTED] = "untrusted",
  [SHOAL_ERROR_AMBIGUOUS] = "ambiguous",
  [SHOAL_ERROR_NO_SPACE] = "no-space",
  [SHOAL_ERROR_DISCONNECTED] = "disconnected",
  [SHOAL_ERROR_IO] = "io",
  [SHOAL_ERROR_CANCELLED] = "cancelled",
};

const char *
shoal_error_to_reason (int code)
{
  if (code < 0 || (gsize) code >= G_N_ELEMENTS (reasons))
    return reasons[SHOAL_ERROR_INTERNAL];
  return reasons[code];
}

int
shoal_error_from_reason (const char *reason)
{
  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (g_strcmp0 (reason, reasons[i]) == 0)
      return (int) i;
  return SHOAL_ERROR_INTERNAL;
}

GError *
shoal_error_new_field (const char *field, const char *message)
{
  GError *error = g_error_new_literal (SHOAL_ERROR, SHOAL_ERROR_INVALID, message);

  shoal_error_get_private (error)->field = g_strdup (field);
  return error;
}

GError *
shoal_error_new_limit (const char *what, gint64 max, const char *message)
{
  GError *error = g_error_new_literal (SHOAL_ERROR, SHOAL_ERROR_LIMIT, message);

  shoal_error_get_private (error)->field = g_strdup (what);
  shoal_error_get_private (error)->max = max;
  return error;
}

GError *
shoal_error_new_retry (int code, gint64 retry_ms, const char *message)
{
  GError *error = g_error_new_literal (SHOAL_ERROR, code, message);

  shoal_error_get_private (error)->retry_ms = MAX (retry_ms, 0);
  return error;
}

gboolean
shoal_set_field_error (GError **error, const char *field, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_autofree char *message = g_strdup_vprintf (format, args);
  va_end (args);
  g_propagate_error (error, shoal_error_new_field (field, message));
  return FALSE;
}

const char *
shoal_error_get_field (const GError *error)
{
  if (error == NULL || error->domain != SHOAL_ERROR)
    return NULL;
  return shoal_error_get_private (error)->field;
}

gint64
shoal_error_get_retry_ms (const GError *error)
{
  if (error == NULL || error->domain != SHOAL_ERROR)
    return -1;
  return shoal_error_get_private (error)->retry_ms;
}

gint64
shoal_error_get_max (const GError *error)
{
  if (error == NULL || error->domain != SHOAL_ERROR)
    return -1;
  return shoal_error_get_private (error)->max;
}

static int
code_from_errno (int saved_errno)
{
  switch (saved_errno)
    {
    case ENOSPC:
    case EDQUOT:
      return SHOAL_ERROR_NO_SPACE;
    case ENOENT:
      return SHOAL_ERROR_NOT_FOUND;
    case EEXIST:
      return SHOAL_ERROR_EXISTS;
    case EACCES:
    case EPERM:
      return SHOAL_ERROR_DENIED;
    default:
      return SHOAL_ERROR_IO;
    }
}

gboolean
shoal_error_from_errno (GError **error, int saved_errno, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_autofree char *what = g_strdup_vprintf (format, args);
  va_end (args);
  return shoal_set_local_error (error, code_from_errno (saved_errno), "%s: %s", what,
                                g_strerror (saved_errno));
}

gboolean
shoal_set_local_error (GError **error, int code, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  GError *local = g_error_new_valist (SHOAL_ERROR, code, format, args);
  va_end (args);
  shoal_error_get_private (local)->local = TRUE;
  g_propagate_error (error, local);
  return FALSE;
}

gboolean
shoal_error_is_local (const GError *error)
{
  return error != NULL && error->domain == SHOAL_ERROR && shoal_error_get_private (error)->local;
}

gboolean
shoal_error_is_disconnect (const GError *error)
{
  if (error == NULL)
    return FALSE;
  if (error->domain == G_IO_ERROR)
    switch (error->code)
      {
      case G_IO_ERROR_CONNECTION_REFUSED:
      case G_IO_ERROR_CONNECTION_CLOSED: /* also BROKEN_PIPE */
      case G_IO_ERROR_TIMED_OUT:
      case G_IO_ERROR_HOST_UNREACHABLE:
      case G_IO_ERROR_NETWORK_UNREACHABLE:
      case G_IO_ERROR_NOT_CONNECTED:
      case G_IO_ERROR_PARTIAL_INPUT:
      case G_IO_ERROR_HOST_NOT_FOUND:
        return TRUE;
      default:
        return FALSE;
      }
  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_EOF)
      || g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_MISC)
      || g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS))
    return TRUE;
  return g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
}
