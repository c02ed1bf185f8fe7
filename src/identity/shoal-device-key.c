/* shoal-device-key.c: a device's Ed25519 key, its certificate and its fingerprint
 *
 * The certificate is made from the seed anew at each start. All that is in it is fixed (name,
 * serial number, dates) and Ed25519 signatures are deterministic, so one seed always gives the same
 * bytes. Nobody of ours looks at the dates: what counts is the fingerprint of the key.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-device-key"

#include "config.h"

#include "shoal-device-key.h"

#include <string.h>

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <glib/gi18n.h>

#include "shoal-error.h"
#include "shoal-secret-bytes.h"

#define SEED_SIZE 32
#define HASH_SIZE 32
/* 2000-01-01 and 9999-12-31 (RFC 5280, 4.1.2.5: "no well-defined expiration date") */
#define NOT_BEFORE ((time_t) 946684800)
#define NOT_AFTER ((time_t) 253402300799)

struct _ShoalDeviceKey
{
  gatomicrefcount ref_count;
  GBytes *seed;
  GTlsCertificate *certificate;
  char *fingerprint;
};

/* RFC 8410, 7: PrivateKeyInfo of an Ed25519 key, up to the seed itself */
static const guint8 pkcs8_prefix[] = { 0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06,
                                       0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20 };

static char *
hex_encode (const guint8 *data, gsize size)
{
  static const char digits[] = "0123456789abcdef";
  char *text = g_malloc (2 * size + 1);

  for (gsize i = 0; i < size; i++)
    {
      text[2 * i] = digits[data[i] >> 4];
      text[2 * i + 1] = digits[data[i] & 15];
    }
  text[2 * size] = '\0';
  return text;
}

static gboolean
set_gnutls_error (GError **error, int code, const char *what)
{
  g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_INTERNAL, "Cannot %s: %s", what,
               gnutls_strerror (code));
  return FALSE;
}

static int
fill_certificate (gnutls_x509_crt_t crt, gnutls_x509_privkey_t key)
{
  const guint8 serial[] = { 1 };
  int code = gnutls_x509_crt_set_version (crt, 3);

  if (code >= 0)
    code = gnutls_x509_crt_set_serial (crt, serial, sizeof serial);
  if (code >= 0)
    code = gnutls_x509_crt_set_dn_by_oid (crt, GNUTLS_OID_X520_COMMON_NAME, 0, "shoal", 5);
  if (code >= 0)
    code = gnutls_x509_crt_set_activation_time (crt, NOT_BEFORE);
  if (code >= 0)
    code = gnutls_x509_crt_set_expiration_time (crt, NOT_AFTER);
  if (code >= 0)
    code = gnutls_x509_crt_set_key (crt, key);
  if (code >= 0)
    code = gnutls_x509_crt_sign2 (crt, crt, key, GNUTLS_DIG_UNKNOWN, 0);
  return code;
}

static void
wipe_datum (gnutls_datum_t *datum)
{
  if (datum->data != NULL)
    explicit_bzero (datum->data, datum->size);
  g_clear_pointer (&datum->data, gnutls_free);
}

/* Both in one text, as g_tls_certificate_new_from_pem() wants them */
static GTlsCertificate *
make_tls_certificate (gnutls_x509_crt_t crt, gnutls_x509_privkey_t key, GError **error)
{
  gnutls_datum_t crt_pem = { NULL, 0 };
  gnutls_datum_t key_pem = { NULL, 0 };
  int code = gnutls_x509_crt_export2 (crt, GNUTLS_X509_FMT_PEM, &crt_pem);
  GTlsCertificate *certificate = NULL;

  if (code >= 0)
    code = gnutls_x509_privkey_export2_pkcs8 (key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN,
                                              &key_pem);
  if (code >= 0)
    {
      char *pem = g_strdup_printf ("%.*s%.*s", (int) crt_pem.size, (const char *) crt_pem.data,
                                   (int) key_pem.size, (const char *) key_pem.data);

      certificate = g_tls_certificate_new_from_pem (pem, -1, error);
      shoal_secret_text_free (pem);
    }
  else
    set_gnutls_error (error, code, "write the device's certificate");
  wipe_datum (&key_pem);
  wipe_datum (&crt_pem);
  return certificate;
}

static GTlsCertificate *
certificate_from_seed (const guint8 *seed, GError **error)
{
  guint8 der[sizeof pkcs8_prefix + SEED_SIZE];
  gnutls_datum_t datum = { der, sizeof der };
  gnutls_x509_privkey_t key = NULL;
  gnutls_x509_crt_t crt = NULL;
  GTlsCertificate *certificate = NULL;

  memcpy (der, pkcs8_prefix, sizeof pkcs8_prefix);
  memcpy (der + sizeof pkcs8_prefix, seed, SEED_SIZE);

  int code = gnutls_x509_privkey_init (&key);
  if (code >= 0)
    code = gnutls_x509_privkey_import_pkcs8 (key, &datum, GNUTLS_X509_FMT_DER, NULL,
                                             GNUTLS_PKCS_PLAIN);
  explicit_bzero (der, sizeof der);
  if (code >= 0)
    code = gnutls_x509_crt_init (&crt);
  if (code >= 0)
    code = fill_certificate (crt, key);

  if (code >= 0)
    certificate = make_tls_certificate (crt, key, error);
  else
    set_gnutls_error (error, code, "make the device's certificate");
  g_clear_pointer (&crt, gnutls_x509_crt_deinit);
  g_clear_pointer (&key, gnutls_x509_privkey_deinit);
  return certificate;
}

ShoalDeviceKey *
shoal_device_key_generate (GError **error)
{
  guint8 seed[SEED_SIZE];
  int code = gnutls_rnd (GNUTLS_RND_KEY, seed, sizeof seed);

  if (code < 0)
    {
      set_gnutls_error (error, code, "draw random numbers");
      return NULL;
    }
  g_autoptr (GBytes) bytes = shoal_secret_bytes_new (seed, sizeof seed);
  explicit_bzero (seed, sizeof seed);
  return shoal_device_key_from_seed (bytes, error);
}

ShoalDeviceKey *
shoal_device_key_from_seed (GBytes *seed, GError **error)
{
  g_return_val_if_fail (seed != NULL, NULL);

  gsize size = 0;
  const guint8 *data = g_bytes_get_data (seed, &size);

  if (size != SEED_SIZE)
    {
      g_set_error (
          error, SHOAL_ERROR, SHOAL_ERROR_INVALID,
          _ ("The stored device key is damaged: it has %lu bytes instead of %d. Put a copy "
             "of it in its place, or sign in anew as another device"),
          (gulong) size, SEED_SIZE);
      return NULL;
    }

  g_autoptr (GTlsCertificate) certificate = certificate_from_seed (data, error);
  if (certificate == NULL)
    return NULL;

  g_autofree char *fingerprint = shoal_certificate_dup_fingerprint (certificate);
  if (fingerprint == NULL)
    {
      g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_INTERNAL,
                           _ ("Cannot read the device's own certificate"));
      return NULL;
    }

  ShoalDeviceKey *self = g_new0 (ShoalDeviceKey, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->seed = shoal_secret_bytes_new (data, size);
  self->certificate = g_steal_pointer (&certificate);
  self->fingerprint = g_steal_pointer (&fingerprint);
  return self;
}

ShoalDeviceKey *
shoal_device_key_ref (ShoalDeviceKey *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
shoal_device_key_unref (ShoalDeviceKey *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_clear_pointer (&self->seed, g_bytes_unref);
  g_clear_object (&self->certificate);
  g_clear_pointer (&self->fingerprint, g_free);
  g_free (self);
}

GBytes *
shoal_device_key_dup_seed (ShoalDeviceKey *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  gsize size = 0;
  const guint8 *data = g_bytes_get_data (self->seed, &size);

  return shoal_secret_bytes_new (data, size);
}

const char *
shoal_device_key_get_fingerprint (ShoalDeviceKey *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->fingerprint;
}

GTlsCertificate *
shoal_device_key_get_certificate (ShoalDeviceKey *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->certificate;
}

char *
shoal_certificate_dup_fingerprint (GTlsCertificate *certificate)
{
  g_return_val_if_fail (G_IS_TLS_CERTIFICATE (certificate), NULL);

  g_autoptr (GByteArray) der = NULL;
  gnutls_x509_crt_t crt = NULL;
  guint8 hash[HASH_SIZE];
  size_t hash_size = sizeof hash;

  g_object_get (certificate, "certificate", &der, NULL);
  if (der == NULL || gnutls_x509_crt_init (&crt) < 0)
    return NULL;

  gnutls_datum_t datum = { der->data, der->len };
  int code = gnutls_x509_crt_import (crt, &datum, GNUTLS_X509_FMT_DER);
  if (code >= 0)
    code = gnutls_x509_crt_get_key_id (crt, GNUTLS_KEYID_USE_SHA256, hash, &hash_size);
  gnutls_x509_crt_deinit (crt);
  if (code < 0 || hash_size != sizeof hash)
    return NULL;
  return hex_encode (hash, sizeof hash);
}

gboolean
shoal_is_fingerprint (const char *text)
{
  if (text == NULL)
    return FALSE;
  for (gsize i = 0; i < SHOAL_FINGERPRINT_LENGTH; i++)
    if (!g_ascii_isdigit (text[i]) && (text[i] < 'a' || text[i] > 'f'))
      return FALSE;
  return text[SHOAL_FINGERPRINT_LENGTH] == '\0';
}

char *
shoal_fingerprint_to_words (const char *fingerprint)
{
  static const char consonants[] = "bdfghjklmnprstvz";
  static const char vowels[] = "aiou";

  g_return_val_if_fail (shoal_is_fingerprint (fingerprint), NULL);

  GString *words = g_string_sized_new (6 * 6);
  for (gsize word = 0; word < 6; word++)
    {
      guint bits = 0;

      for (gsize i = 0; i < 4; i++)
        bits = bits << 4 | (guint) g_ascii_xdigit_value (fingerprint[4 * word + i]);
      if (word > 0)
        g_string_append_c (words, '-');
      g_string_append_c (words, consonants[bits >> 12 & 15]);
      g_string_append_c (words, vowels[bits >> 10 & 3]);
      g_string_append_c (words, consonants[bits >> 6 & 15]);
      g_string_append_c (words, vowels[bits >> 4 & 3]);
      g_string_append_c (words, consonants[bits & 15]);
    }
  return g_string_free (words, FALSE);
}
