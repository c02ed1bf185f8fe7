/* shoal-tls.c: the one TLS policy: version 1.3, both certificates, pins instead of authorities
 *
 * Who the other side is, is decided by the key of the completed connection only: the handshake has
 * proved that the other side holds it. No chain, name or date in a certificate means anything to
 * us, so no authorities are loaded (3.8 MiB and 7.5 to 20 ms a connection).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tls"

#include "config.h"

#include "shoal-tls.h"

#include <string.h>
#include <glib/gi18n.h>

#include "shoal-error.h"
#include "shoal-tls-private.h"

/* Version 1.3 only. AES-128-GCM first: the fastest where the processor helps, and as strong as the
 * 128-bit keys of Ed25519 and X25519. One group and one kind of signature, those of our own keys:
 * else a stranger chooses what a handshake costs (373 ms of CPU to check an RSA signature of 16,384
 * bits with a long exponent). No tickets: a resumed session shows no certificate. */
#define PRIORITY                                                                                   \
  "NORMAL:-VERS-ALL:+VERS-TLS1.3"                                                                  \
  ":-CIPHER-ALL:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305"                                      \
  ":-GROUP-ALL:+GROUP-X25519"                                                                      \
  ":-SIGN-ALL:+SIGN-EDDSA-ED25519"                                                                 \
  ":%NO_TICKETS"

/* The authorities that a connection of libsoup starts with, before its session's own word on them
 * counts: none. GLib would read the system's for each connection anew. */
typedef GTlsDatabase ShoalNoAuthorities;
typedef GTlsDatabaseClass ShoalNoAuthoritiesClass;
static GType shoal_no_authorities_get_type (void);
G_DEFINE_TYPE (ShoalNoAuthorities, shoal_no_authorities, G_TYPE_TLS_DATABASE)

static GTlsCertificateFlags
shoal_no_authorities_verify_chain (GTlsDatabase *self,
                                   GTlsCertificate *chain,
                                   const char *purpose,
                                   GSocketConnectable *identity,
                                   GTlsInteraction *interaction,
                                   GTlsDatabaseVerifyFlags flags,
                                   GCancellable *cancellable,
                                   GError **error)
{
  return G_TLS_CERTIFICATE_UNKNOWN_CA;
}

static void
shoal_no_authorities_class_init (ShoalNoAuthoritiesClass *klass)
{
  klass->verify_chain = shoal_no_authorities_verify_chain;
}

static void
shoal_no_authorities_init (ShoalNoAuthorities *self)
{
}

gboolean
shoal_tls_init (GError **error)
{
  static gsize done = 0;
  GTlsBackend *backend = g_tls_backend_get_default ();

  if (!g_tls_backend_supports_tls (backend))
    {
      g_set_error_literal (
          error, SHOAL_ERROR, SHOAL_ERROR_INTERNAL,
          _ ("This system's GLib cannot do TLS: install the package glib-networking"));
      return FALSE;
    }
  if (g_once_init_enter (&done))
    {
      /* Read once, when the class is loaded; programs that we start must not inherit it. */
      g_setenv ("G_TLS_GNUTLS_PRIORITY", PRIORITY, TRUE);
      g_type_class_ref (g_tls_backend_get_client_connection_type (backend));
      g_type_class_ref (g_tls_backend_get_server_connection_type (backend));
      g_unsetenv ("G_TLS_GNUTLS_PRIORITY");

      g_autoptr (GTlsDatabase) nobody = g_object_new (shoal_no_authorities_get_type (), NULL);
      g_tls_backend_set_default_database (backend, nobody);
      g_once_init_leave (&done, 1);
    }
  return TRUE;
}

/* Whatever key is shown may finish the handshake; shoal_tls_check_peer() then looks at it. Refusing
 * here would send no alert, and the other side would take it for a broken network. */
static gboolean
on_server_accept_certificate_cb (GTlsConnection *connection,
                                 GTlsCertificate *certificate,
                                 GTlsCertificateFlags flags,
                                 gpointer user_data)
{
  return TRUE;
}

GTlsConnection *
shoal_tls_server_connection_new (GIOStream *stream,
                                 ShoalDeviceKey *key,
                                 const char *const *alpn,
                                 GError **error)
{
  g_return_val_if_fail (G_IS_IO_STREAM (stream), NULL);
  g_return_val_if_fail (key != NULL, NULL);

  GTlsConnection *connection = g_initable_new (
      g_tls_backend_get_server_connection_type (g_tls_backend_get_default ()), NULL, error,
      "base-io-stream", stream, "certificate", shoal_device_key_get_certificate (key), "database",
      NULL, "authentication-mode", G_TLS_AUTHENTICATION_REQUESTED, "advertised-protocols", alpn,
      NULL);

  if (connection != NULL)
    g_signal_connect (connection, "accept-certificate",
                      G_CALLBACK (on_server_accept_certificate_cb), NULL);
  return connection;
}

GTlsConnection *
shoal_tls_client_connection_new (GIOStream *stream,
                                 ShoalDeviceKey *key,
                                 const char *alpn,
                                 GError **error)
{
  const char *const protocols[] = { alpn, NULL };

  return g_initable_new (g_tls_backend_get_client_connection_type (g_tls_backend_get_default ()),
                         NULL, error, "base-io-stream", stream, "certificate",
                         shoal_device_key_get_certificate (key), "database", NULL,
                         "advertised-protocols", protocols, NULL);
}

char *
shoal_tls_check_peer (GTlsConnection *connection, const char *pin, GError **error)
{
  g_return_val_if_fail (G_IS_TLS_CONNECTION (connection), NULL);

  if (g_tls_connection_get_protocol_version (connection) != G_TLS_PROTOCOL_VERSION_TLS_1_3)
    {
      g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED,
                           _ ("The other side does not speak TLS 1.3"));
      return NULL;
    }

  GTlsCertificate *certificate = g_tls_connection_get_peer_certificate (connection);
  g_autofree char *fingerprint
      = certificate != NULL ? shoal_certificate_dup_fingerprint (certificate) : NULL;
  if (fingerprint == NULL)
    {
      g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED,
                           _ ("The other side shows no key"));
      return NULL;
    }
  if (pin != NULL && strcmp (fingerprint, pin) != 0)
    {
      shoal_tls_set_wrong_key_error (error, fingerprint, pin);
      return NULL;
    }
  return g_steal_pointer (&fingerprint);
}

void
shoal_tls_set_wrong_key_error (GError **error, const char *fingerprint, const char *pin)
{
  g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_UNTRUSTED,
               _ ("The other side shows the key %s, but %s is expected"), fingerprint, pin);
}
