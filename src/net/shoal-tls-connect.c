/* shoal-tls-connect.c: dials a tracker: several addresses, a time limit for each, one key
 *
 * One address after the other, as the link names them; within a name GSocketClient races the IPv4
 * and IPv6 addresses (RFC 8305). An attempt has a cancellable of its own, which the caller's
 * cancellable and the clock both cancel. All of it lives in the caller's main context; only the
 * handshake itself runs in a thread of GIO.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tls"

#include "config.h"

#include <errno.h>
#include <string.h>
#include <glib/gi18n.h>

#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-socket.h"
#include "shoal-tls-private.h"
#include "shoal-tls.h"

typedef struct
{
  char **addresses;
  gsize index; /* the address of this attempt */
  ShoalDeviceKey *key;
  char *pin; /* (nullable): NULL for a probe */
  char *alpn;

  GCancellable *attempt;
  gulong outer_handler;
  GSource *timer;
  gboolean timed_out;

  GTlsConnection *connection;
  char *seen; /* (nullable): the key shown in this attempt */
} Dial;

static void dial_next (GTask *task);

static void
dial_free (gpointer data)
{
  Dial *dial = data;

  g_assert (dial->timer == NULL);
  g_clear_pointer (&dial->addresses, g_strfreev);
  g_clear_pointer (&dial->key, shoal_device_key_unref);
  g_clear_pointer (&dial->pin, g_free);
  g_clear_pointer (&dial->alpn, g_free);
  g_clear_object (&dial->attempt);
  g_clear_object (&dial->connection);
  g_clear_pointer (&dial->seen, g_free);
  g_free (dial);
}

static gboolean
on_attempt_timeout_cb (gpointer user_data)
{
  Dial *dial = user_data;

  dial->timed_out = TRUE;
  g_cancellable_cancel (dial->attempt);
  return G_SOURCE_REMOVE;
}

static void
on_outer_cancelled_cb (GCancellable *outer, gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

static void
attempt_begin (GTask *task)
{
  Dial *dial = g_task_get_task_data (task);
  GCancellable *outer = g_task_get_cancellable (task);

  dial->timed_out = FALSE;
  g_clear_pointer (&dial->seen, g_free);
  dial->attempt = g_cancellable_new ();
  dial->timer = g_timeout_source_new_seconds (SHOAL_CONNECT_TIMEOUT_S);
  g_source_set_callback (dial->timer, on_attempt_timeout_cb, dial, NULL);
  g_source_attach (dial->timer, g_task_get_context (task));
  if (outer != NULL)
    dial->outer_handler = g_cancellable_connect (outer, G_CALLBACK (on_outer_cancelled_cb),
                                                 g_object_ref (dial->attempt), g_object_unref);
}

static void
attempt_end (GTask *task)
{
  Dial *dial = g_task_get_task_data (task);

  g_cancellable_disconnect (g_task_get_cancellable (task), dial->outer_handler);
  dial->outer_handler = 0;
  g_source_destroy (dial->timer);
  g_clear_pointer (&dial->timer, g_source_unref);
  g_clear_object (&dial->attempt);
}

/* Takes over the reference to @task. */
/* GIO names the address as well: once is enough. */
static const char *
get_reason (const GError *error)
{
  const char *reason = error->domain == G_IO_ERROR ? g_strrstr (error->message, ": ") : NULL;

  return reason != NULL ? reason + strlen (": ") : error->message;
}

/* The other side took the connection and closed it before its own first word: it has no room. The
 * TLS layer calls a reset a failed handshake, so the system's words for it are looked for. */
static gboolean
is_turned_away (const GError *cause)
{
  return g_error_matches (cause, G_TLS_ERROR, G_TLS_ERROR_EOF)
         || (g_error_matches (cause, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS)
             && strstr (cause->message, g_strerror (ECONNRESET)) != NULL);
}

static void
attempt_failed (GTask *task, const GError *cause)
{
  Dial *dial = g_task_get_task_data (task);

  attempt_end (task);
  g_clear_object (&dial->connection);
  if (g_task_return_error_if_cancelled (task))
    {
      g_object_unref (task);
      return;
    }

  const char *address = dial->addresses[dial->index];
  if (dial->pin != NULL && dial->seen != NULL && strcmp (dial->seen, dial->pin) != 0)
    {
      GError *error = NULL;

      shoal_tls_set_wrong_key_error (&error, dial->seen, dial->pin);
      g_prefix_error (&error, _ ("%s is not the tracker that you trusted: "), address);
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  if (dial->addresses[dial->index + 1] != NULL)
    {
      g_debug ("%s does not answer: %s", address, cause->message);
      dial->index++;
      dial_next (task);
      return;
    }
  if (is_turned_away (cause))
    g_task_return_new_error (task, SHOAL_ERROR, SHOAL_ERROR_BUSY, _ ("Cannot connect to %s: %s"),
                             address, get_reason (cause));
  else if (dial->timed_out)
    g_task_return_new_error (task, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED,
                             _ ("%s did not answer within %d seconds"), address,
                             SHOAL_CONNECT_TIMEOUT_S);
  else
    g_task_return_new_error (task, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED,
                             _ ("Cannot connect to %s: %s"), address, get_reason (cause));
  g_object_unref (task);
}

/* The handshake goes on only with the key that is trusted. A probe is there to learn the key, sends
 * nothing else and closes. */
static gboolean
on_accept_certificate_cb (GTlsConnection *connection,
                          GTlsCertificate *certificate,
                          GTlsCertificateFlags flags,
                          gpointer user_data)
{
  Dial *dial = user_data;

  g_clear_pointer (&dial->seen, g_free);
  dial->seen = shoal_certificate_dup_fingerprint (certificate);
  if (dial->seen == NULL)
    return FALSE;
  return dial->pin == NULL || strcmp (dial->seen, dial->pin) == 0;
}

static void
on_probe_closed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Dial *dial = g_task_get_task_data (task);

  /* Whether the other side took our good-bye changes nothing. */
  g_io_stream_close_finish (G_IO_STREAM (source), result, NULL);
  attempt_end (task);
  if (!g_task_return_error_if_cancelled (task))
    g_task_return_pointer (task, g_steal_pointer (&dial->seen), g_free);
}

static void
on_handshake_done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Dial *dial = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autofree char *fingerprint = NULL;

  g_signal_handlers_disconnect_by_func (source, on_accept_certificate_cb, dial);
  if (g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, &error))
    fingerprint = shoal_tls_check_peer (dial->connection, dial->pin, &error);
  if (fingerprint != NULL
      && g_strcmp0 (g_tls_connection_get_negotiated_protocol (dial->connection), dial->alpn) != 0)
    {
      g_clear_pointer (&fingerprint, g_free);
      g_set_error_literal (&error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED,
                           _ ("what answers there is not a Shoal tracker"));
    }
  if (fingerprint == NULL)
    {
      attempt_failed (task, error);
      return;
    }

  g_free (dial->seen);
  dial->seen = g_steal_pointer (&fingerprint);
  if (dial->pin == NULL)
    {
      g_io_stream_close_async (G_IO_STREAM (dial->connection), G_PRIORITY_DEFAULT, dial->attempt,
                               on_probe_closed_cb, task);
      return;
    }
  attempt_end (task);
  if (!g_task_return_error_if_cancelled (task))
    g_task_return_pointer (task, g_object_ref (dial->connection), g_object_unref);
  g_object_unref (task);
}

static void
on_connected_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Dial *dial = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) stream
             = g_socket_client_connect_to_host_finish (G_SOCKET_CLIENT (source), result, &error);

  if (stream != NULL)
    {
      shoal_socket_prepare (g_socket_connection_get_socket (stream));
      dial->connection
          = shoal_tls_client_connection_new (G_IO_STREAM (stream), dial->key, dial->alpn, &error);
    }
  if (dial->connection == NULL)
    {
      attempt_failed (task, error);
      return;
    }
  g_signal_connect (dial->connection, "accept-certificate", G_CALLBACK (on_accept_certificate_cb),
                    dial);
  g_tls_connection_handshake_async (dial->connection, G_PRIORITY_DEFAULT, dial->attempt,
                                    on_handshake_done_cb, task);
}

static void
dial_next (GTask *task)
{
  Dial *dial = g_task_get_task_data (task);
  g_autoptr (GSocketClient) client = g_socket_client_new ();

  attempt_begin (task);
  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_connect_to_host_async (client, dial->addresses[dial->index],
                                         SHOAL_DEFAULT_TRACKER_PORT, dial->attempt, on_connected_cb,
                                         task);
}

static void
dial_start (const char *const *addresses,
            ShoalDeviceKey *key,
            const char *pin,
            const char *alpn,
            GCancellable *cancellable,
            GAsyncReadyCallback callback,
            gpointer user_data,
            gpointer tag)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Dial *dial = g_new0 (Dial, 1);

  dial->addresses = g_strdupv ((char **) addresses);
  dial->key = shoal_device_key_ref (key);
  dial->pin = g_strdup (pin);
  dial->alpn = g_strdup (alpn);
  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, dial, dial_free);
  /* An answer that was cancelled is told apart by hand, once the attempt has ended. */
  g_task_set_check_cancellable (task, FALSE);
  if (!g_task_return_error_if_cancelled (task))
    dial_next (g_steal_pointer (&task));
}

void
shoal_tls_connect_async (const char *const *addresses,
                         ShoalDeviceKey *key,
                         const char *pin,
                         const char *alpn,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_return_if_fail (addresses != NULL && addresses[0] != NULL);
  g_return_if_fail (key != NULL);
  g_return_if_fail (shoal_is_fingerprint (pin));
  g_return_if_fail (alpn != NULL);

  dial_start (addresses, key, pin, alpn, cancellable, callback, user_data, shoal_tls_connect_async);
}

GTlsConnection *
shoal_tls_connect_finish (GAsyncResult *result, char **address, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, shoal_tls_connect_async), NULL);

  Dial *dial = g_task_get_task_data (G_TASK (result));
  GTlsConnection *connection = g_task_propagate_pointer (G_TASK (result), error);

  if (connection != NULL && address != NULL)
    *address = g_strdup (dial->addresses[dial->index]);
  return connection;
}

void
shoal_tls_probe_async (const char *const *addresses,
                       ShoalDeviceKey *key,
                       const char *alpn,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_return_if_fail (addresses != NULL && addresses[0] != NULL);
  g_return_if_fail (key != NULL);
  g_return_if_fail (alpn != NULL);

  dial_start (addresses, key, NULL, alpn, cancellable, callback, user_data, shoal_tls_probe_async);
}

char *
shoal_tls_probe_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, shoal_tls_probe_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
