/* net-test.c: a server and clients for the tests of net/
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "net-test.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "shoal-limits.h"

ShoalDeviceKey *
net_test_key (guint8 number)
{
  guint8 seed[32];

  memset (seed, number, sizeof seed);
  g_autoptr (GBytes) bytes = g_bytes_new (seed, sizeof seed);
  g_autoptr (GError) error = NULL;
  ShoalDeviceKey *key = shoal_device_key_from_seed (bytes, &error);
  g_assert_no_error (error);
  return key;
}

GHashTable *
net_test_set (const char *first, ...)
{
  GHashTable *set = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  va_list args;

  va_start (args, first);
  for (const char *text = first; text != NULL; text = va_arg (args, const char *))
    g_hash_table_add (set, g_strdup (text));
  va_end (args);
  return set;
}

static gboolean
on_tick_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

void
net_test_wait (gboolean (*done) (gpointer data), gpointer data)
{
  gint64 end = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;
  /* A thread may be what makes it true. */
  guint tick = g_timeout_add (10, on_tick_cb, NULL);

  while (!done (data))
    {
      if (g_get_monotonic_time () > end)
        g_error ("A condition was not met within 60 s");
      g_main_context_iteration (NULL, TRUE);
    }
  g_source_remove (tick);
}

guint8
net_test_byte (guint64 offset)
{
  return (guint8) ((offset * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)) >> 56);
}

/* ---- A server ------------------------------------------------------------------------------- */

typedef struct
{
  NetTestServer *server;
  guint64 fail_at;
  guint64 cached; /* what comes without waiting */
  guint64 next;   /* offset */
} Body;

static void
fill_body (Body *body, guint64 offset, guint8 *buffer, gsize length)
{
  g_assert_cmpuint (offset, ==, body->next);
  for (gsize i = 0; i < length; i++)
    buffer[i] = net_test_byte (offset + i);
  body->next += length;
}

static gboolean
read_body (gpointer data, guint64 offset, guint8 *buffer, gsize length, GError **error)
{
  Body *body = data;

  if (offset + length > body->fail_at)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "told to fail");
      return FALSE;
    }
  fill_body (body, offset, buffer, length);
  return TRUE;
}

static gboolean
read_body_now (gpointer data, guint64 offset, guint8 *buffer, gsize length)
{
  Body *body = data;

  if (offset + length > body->cached)
    return FALSE;
  fill_body (body, offset, buffer, length);
  return TRUE;
}

static void
on_body_done (gpointer data, guint64 sent, gboolean complete)
{
  NetTestServer *self = ((Body *) data)->server;

  g_mutex_lock (&self->mutex);
  self->done++;
  self->complete += complete ? 1 : 0;
  self->sent += sent;
  g_mutex_unlock (&self->mutex);
}

static void
respond_stream (
    NetTestServer *self, ShoalPeerRequest *request, guint64 length, guint64 cached, guint64 fail_at)
{
  Body *body = g_new0 (Body, 1);

  body->server = self;
  body->fail_at = fail_at;
  body->cached = cached;
  shoal_peer_request_respond_stream (request, length, read_body, cached > 0 ? read_body_now : NULL,
                                     on_body_done, body, g_free);
}

static void
on_request (ShoalPeerServer *server, ShoalPeerRequest *request, gpointer user_data)
{
  NetTestServer *self = user_data;
  const char *path = shoal_peer_request_get_path (request);
  const char *slash = strrchr (path, '/');
  guint64 number = g_ascii_strtoull (slash + 1, NULL, 10);

  g_mutex_lock (&self->mutex);
  self->requests++;
  g_mutex_unlock (&self->mutex);

  if (g_str_has_prefix (path, "/v1/whole/"))
    {
      guint8 *data = g_malloc (number + 1);

      for (guint64 i = 0; i < number; i++)
        data[i] = net_test_byte (i);
      g_autoptr (GBytes) body = g_bytes_new_take (data, number);
      shoal_peer_request_respond (request, 200, body);
    }
  else if (g_str_has_prefix (path, "/v1/stream/"))
    respond_stream (self, request, number, 0, G_MAXUINT64);
  else if (g_str_has_prefix (path, "/v1/cached/"))
    respond_stream (self, request, number, number, G_MAXUINT64);
  else if (g_str_has_prefix (path, "/v1/half/"))
    respond_stream (self, request, number, number / 2, G_MAXUINT64);
  else if (g_str_has_prefix (path, "/v1/fail/"))
    respond_stream (self, request, 1 << 20, 0, number);
  else if (g_str_has_prefix (path, "/v1/status/"))
    shoal_peer_request_respond (request, (guint) number, NULL);
  else if (g_str_equal (path, "/v1/busy"))
    shoal_peer_request_respond_busy (request, 7);
  else if (g_str_equal (path, "/v1/later"))
    {
      g_mutex_lock (&self->mutex);
      g_assert_null (self->held);
      self->held = shoal_peer_request_ref (request);
      g_mutex_unlock (&self->mutex);
    }
  else
    g_assert_cmpstr (path, ==, "/v1/drop");
}

NetTestServer *
net_test_server_new (void)
{
  return net_test_server_new_with_patience (SHOAL_SERVE_IDLE_MS, SHOAL_STALE_CONNECTION_MS);
}

NetTestServer *
net_test_server_new_with_patience (guint idle_ms, guint stale_ms)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalDeviceKey) key = net_test_key (1);
  g_autoptr (ShoalDeviceKey) friend = net_test_key (2);
  g_autoptr (GHashTable) known = net_test_set (shoal_device_key_get_fingerprint (friend), NULL);
  NetTestServer *self = g_new0 (NetTestServer, 1);

  g_mutex_init (&self->mutex);
  self->server = shoal_peer_server_new (key, on_request, self);
  shoal_peer_server_set_known (self->server, known, NULL);
  shoal_peer_server_set_patience (self->server, idle_ms, stale_ms);
  shoal_peer_server_start (self->server, "127.0.0.1", 0, &self->port, &error);
  g_assert_no_error (error);
  self->address = g_strdup_printf ("127.0.0.1:%u", self->port);
  self->fingerprint = g_strdup (shoal_device_key_get_fingerprint (key));
  return self;
}

void
net_test_server_free (NetTestServer *self)
{
  g_clear_pointer (&self->held, shoal_peer_request_unref);
  shoal_peer_server_stop (self->server);
  g_assert_finalize_object (self->server);
  g_mutex_clear (&self->mutex);
  g_free (self->address);
  g_free (self->fingerprint);
  g_free (self);
}

ShoalPeerClient *
net_test_server_client (NetTestServer *self, guint8 number)
{
  const char *const addresses[] = { self->address, NULL };
  g_autoptr (ShoalDeviceKey) key = net_test_key (number);

  return shoal_peer_client_new (key, self->fingerprint, addresses);
}

guint
net_test_server_count (NetTestServer *self, const guint *counter)
{
  g_mutex_lock (&self->mutex);
  guint value = *counter;
  g_mutex_unlock (&self->mutex);
  return value;
}

/* ---- Raw connections ------------------------------------------------------------------------ */

struct _NetRaw
{
  int fd;
  gnutls_session_t session;
  gnutls_certificate_credentials_t credentials;
};

int
net_tcp_connect (guint16 port)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = g_htons (port),
                                 .sin_addr.s_addr = g_htonl (INADDR_LOOPBACK) };
  struct timeval limit = { 60, 0 };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  return fd;
}

gboolean
net_tcp_is_closed (int fd)
{
  char data[4096];
  gssize size = 0;

  do
    size = recv (fd, data, sizeof data, 0);
  while (size > 0);
  return size == 0 || errno == ECONNRESET;
}

static NetRaw *
raw_new (int fd)
{
  NetRaw *self = g_new0 (NetRaw, 1);

  self->fd = fd;
  gnutls_certificate_allocate_credentials (&self->credentials);
  return self;
}

static void
raw_show_key (NetRaw *self, ShoalDeviceKey *key)
{
  g_autofree char *certificate = NULL;
  g_autofree char *private_key = NULL;

  g_object_get (shoal_device_key_get_certificate (key), "certificate-pem", &certificate,
                "private-key-pem", &private_key, NULL);
  gnutls_datum_t certificate_datum = { (guchar *) certificate, (guint) strlen (certificate) };
  gnutls_datum_t key_datum = { (guchar *) private_key, (guint) strlen (private_key) };
  g_assert_cmpint (gnutls_certificate_set_x509_key_mem (self->credentials, &certificate_datum,
                                                        &key_datum, GNUTLS_X509_FMT_PEM),
                   ==, 0);
}

static void
raw_show_rsa (NetRaw *self)
{
  gnutls_x509_privkey_t key = NULL;
  gnutls_x509_crt_t crt = NULL;

  gnutls_x509_privkey_init (&key);
  g_assert_cmpint (gnutls_x509_privkey_generate (key, GNUTLS_PK_RSA, 2048, 0), ==, 0);
  gnutls_x509_crt_init (&crt);
  gnutls_x509_crt_set_version (crt, 3);
  gnutls_x509_crt_set_serial (crt, "\1", 1);
  gnutls_x509_crt_set_activation_time (crt, 946684800);
  gnutls_x509_crt_set_expiration_time (crt, 253402300799);
  gnutls_x509_crt_set_key (crt, key);
  g_assert_cmpint (gnutls_x509_crt_sign2 (crt, crt, key, GNUTLS_DIG_SHA256, 0), ==, 0);
  g_assert_cmpint (gnutls_certificate_set_x509_key (self->credentials, &crt, 1, key), ==, 0);
  gnutls_x509_crt_deinit (crt);
  gnutls_x509_privkey_deinit (key);
}

static gboolean
raw_handshake (NetRaw *self, guint side, const char *priority)
{
  const gnutls_datum_t tracker = { (guchar *) "shoal-rpc/1", 11 };

  gnutls_init (&self->session, side);
  if (side == GNUTLS_SERVER)
    gnutls_alpn_set_protocols (self->session, &tracker, 1, 0);
  gnutls_priority_set_direct (self->session, priority != NULL ? priority : "NORMAL", NULL);
  gnutls_credentials_set (self->session, GNUTLS_CRD_CERTIFICATE, self->credentials);
  gnutls_transport_set_int (self->session, self->fd);
  gnutls_handshake_set_timeout (self->session, 60000);

  int code = 0;
  do
    code = gnutls_handshake (self->session);
  while (code < 0 && gnutls_error_is_fatal (code) == 0);
  return code == 0;
}

NetRaw *
net_raw_connect (guint16 port, ShoalDeviceKey *key, const char *priority)
{
  g_autoptr (NetRaw) self = raw_new (net_tcp_connect (port));

  if (key != NULL)
    raw_show_key (self, key);
  return raw_handshake (self, GNUTLS_CLIENT, priority) ? g_steal_pointer (&self) : NULL;
}

NetRaw *
net_raw_connect_rsa (guint16 port)
{
  g_autoptr (NetRaw) self = raw_new (net_tcp_connect (port));

  raw_show_rsa (self);
  return raw_handshake (self, GNUTLS_CLIENT, NULL) ? g_steal_pointer (&self) : NULL;
}

NetRaw *
net_raw_accept_rsa (GSocket *listening)
{
  g_autoptr (NetRaw) self = raw_new (accept (g_socket_get_fd (listening), NULL, NULL));

  g_assert_cmpint (self->fd, >=, 0);
  raw_show_rsa (self);
  return raw_handshake (self, GNUTLS_SERVER, NULL) ? g_steal_pointer (&self) : NULL;
}

void
net_raw_free (NetRaw *self)
{
  g_clear_pointer (&self->session, gnutls_deinit);
  g_clear_pointer (&self->credentials, gnutls_certificate_free_credentials);
  close (self->fd);
  g_free (self);
}

void
net_raw_send (NetRaw *self, const char *text)
{
  gsize size = strlen (text);

  /* The other side may have gone: what comes back tells. */
  for (gssize done = 1; size > 0 && done > 0; text += done, size -= (gsize) MAX (done, 0))
    done = gnutls_record_send (self->session, text, size);
}

char *
net_raw_read_all (NetRaw *self, gboolean *clean)
{
  GString *text = g_string_new (NULL);
  char data[4096];
  gssize size = 0;

  while ((size = gnutls_record_recv (self->session, data, sizeof data)) > 0)
    g_string_append_len (text, data, size);
  g_assert_cmpint (size, !=, GNUTLS_E_AGAIN);
  if (clean != NULL)
    *clean = size == 0;
  return g_string_free (text, FALSE);
}

static gssize
push_hello (gnutls_transport_ptr_t fd, const void *data, gsize size)
{
  return send (GPOINTER_TO_INT (fd), data, size, MSG_NOSIGNAL);
}

static gssize
pull_nothing (gnutls_transport_ptr_t fd, void *data, gsize size)
{
  errno = EAGAIN;
  return -1;
}

void
net_send_hello (int fd)
{
  gnutls_session_t session = NULL;
  gnutls_certificate_credentials_t credentials = NULL;

  gnutls_certificate_allocate_credentials (&credentials);
  gnutls_init (&session, GNUTLS_CLIENT | GNUTLS_NONBLOCK);
  gnutls_priority_set_direct (session, "NORMAL", NULL);
  gnutls_credentials_set (session, GNUTLS_CRD_CERTIFICATE, credentials);
  gnutls_transport_set_ptr (session, GINT_TO_POINTER (fd));
  gnutls_transport_set_push_function (session, push_hello);
  gnutls_transport_set_pull_function (session, pull_nothing);
  g_assert_cmpint (gnutls_handshake (session), ==, GNUTLS_E_AGAIN);
  gnutls_deinit (session);
  gnutls_certificate_free_credentials (credentials);
}
