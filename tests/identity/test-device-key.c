/* test-device-key.c: seeds, certificates, fingerprints and the words for comparing them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "shoal-device-key.h"
#include "shoal-error.h"

static GBytes *
make_seed (guint8 value)
{
  guint8 seed[32];

  memset (seed, value, sizeof seed);
  return g_bytes_new (seed, sizeof seed);
}

static void
test_same_seed (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) seed = make_seed (7);
  g_autoptr (ShoalDeviceKey) first = shoal_device_key_from_seed (seed, &error);
  g_assert_no_error (error);
  g_autoptr (GBytes) again = shoal_device_key_dup_seed (first);
  g_assert_true (g_bytes_equal (seed, again));
  g_autoptr (ShoalDeviceKey) second = shoal_device_key_from_seed (again, &error);
  g_assert_no_error (error);
  g_autofree char *first_pem = NULL;
  g_autofree char *second_pem = NULL;

  g_assert_cmpstr (shoal_device_key_get_fingerprint (first), ==,
                   shoal_device_key_get_fingerprint (second));
  g_object_get (shoal_device_key_get_certificate (first), "certificate-pem", &first_pem, NULL);
  g_object_get (shoal_device_key_get_certificate (second), "certificate-pem", &second_pem, NULL);
  g_assert_cmpstr (first_pem, ==, second_pem);
}

/* RFC 8032, 7.1, test 1: the public key of a known seed, so that the fingerprint of a device can be
 * told by any other program. The SubjectPublicKeyInfo is RFC 8410's prefix and that key. */
static void
test_known_seed (void)
{
  static const guint8 seed[] = { 0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a,
                                 0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32,
                                 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60 };
  static const guint8 spki[]
      = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00, 0xd7, 0x5a, 0x98,
          0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e, 0xe1,
          0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a };
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (seed, sizeof seed);
  g_autoptr (ShoalDeviceKey) key = shoal_device_key_from_seed (bytes, &error);
  g_assert_no_error (error);
  g_autofree char *expected = g_compute_checksum_for_data (G_CHECKSUM_SHA256, spki, sizeof spki);

  g_assert_cmpstr (shoal_device_key_get_fingerprint (key), ==, expected);
  g_assert_true (shoal_is_fingerprint (expected));
}

static void
test_openssl_agrees (void)
{
  g_autofree char *openssl = g_find_program_in_path ("openssl");
  if (openssl == NULL)
    {
      g_test_skip ("openssl is not installed");
      return;
    }

  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalDeviceKey) key = shoal_device_key_generate (&error);
  g_assert_no_error (error);
  g_autofree char *pem = NULL;
  g_object_get (shoal_device_key_get_certificate (key), "certificate-pem", &pem, NULL);
  g_autoptr (GSubprocess) process = g_subprocess_new (
      G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "sh", "-c",
      "openssl x509 -pubkey -noout | openssl pkey -pubin -outform der | sha256sum", NULL);
  g_assert_no_error (error);
  g_autofree char *output = NULL;
  g_subprocess_communicate_utf8 (process, pem, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (output), >, SHOAL_FINGERPRINT_LENGTH);
  output[SHOAL_FINGERPRINT_LENGTH] = '\0';
  g_assert_cmpstr (output, ==, shoal_device_key_get_fingerprint (key));
}

/* Strangers see the certificate: it must say nothing about who it belongs to. */
static void
test_certificate_says_nothing (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) seed = make_seed (1);
  g_autoptr (ShoalDeviceKey) key = shoal_device_key_from_seed (seed, &error);
  g_assert_no_error (error);
  g_autofree char *subject = NULL;
  g_autofree char *issuer = NULL;

  g_object_get (shoal_device_key_get_certificate (key), "subject-name", &subject, "issuer-name",
                &issuer, NULL);
  g_assert_cmpstr (subject, ==, "CN=shoal");
  g_assert_cmpstr (issuer, ==, "CN=shoal");
}

static void
test_generated_differ (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalDeviceKey) a = shoal_device_key_generate (&error);
  g_assert_no_error (error);
  g_autoptr (ShoalDeviceKey) b = shoal_device_key_generate (&error);
  g_assert_no_error (error);

  g_assert_cmpstr (shoal_device_key_get_fingerprint (a), !=, shoal_device_key_get_fingerprint (b));
}

static void
test_bad_seeds (void)
{
  for (gsize size = 0; size <= 64; size++)
    {
      if (size == 32)
        continue;
      g_autoptr (GError) error = NULL;
      g_autofree guint8 *data = g_malloc0 (size + 1);
      g_autoptr (GBytes) seed = g_bytes_new (data, size);

      g_assert_null (shoal_device_key_from_seed (seed, &error));
      g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
    }
}

static void
test_is_fingerprint (void)
{
  g_autofree char *good = g_strnfill (64, 'a');
  g_autofree char *shorter = g_strnfill (63, 'a');
  g_autofree char *longer = g_strnfill (65, 'a');
  g_autofree char *upper = g_strnfill (64, 'A');
  g_autofree char *other = g_strnfill (64, 'g');

  g_assert_true (shoal_is_fingerprint (good));
  g_assert_false (shoal_is_fingerprint (shorter));
  g_assert_false (shoal_is_fingerprint (longer));
  g_assert_false (shoal_is_fingerprint (upper));
  g_assert_false (shoal_is_fingerprint (other));
  g_assert_false (shoal_is_fingerprint (""));
  g_assert_false (shoal_is_fingerprint (NULL));
}

/* The values of the proposal itself (arXiv:0901.4016): 127.0.0.1 and others */
static void
test_words (void)
{
  g_autofree char *zeros = g_strdup_printf ("7f0000013f54dcc1%048d", 0);
  g_autofree char *words = shoal_fingerprint_to_words (zeros);

  g_assert_cmpstr (words, ==, "lusab-babad-gutih-tugad-babab-babab");

  g_autofree char *ones = g_strnfill (64, 'f');
  g_autofree char *last = shoal_fingerprint_to_words (ones);
  g_assert_cmpstr (last, ==, "zuzuz-zuzuz-zuzuz-zuzuz-zuzuz-zuzuz");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/device-key/same-seed", test_same_seed);
  g_test_add_func ("/device-key/known-seed", test_known_seed);
  g_test_add_func ("/device-key/openssl-agrees", test_openssl_agrees);
  g_test_add_func ("/device-key/certificate-says-nothing", test_certificate_says_nothing);
  g_test_add_func ("/device-key/generated-differ", test_generated_differ);
  g_test_add_func ("/device-key/bad-seeds", test_bad_seeds);
  g_test_add_func ("/device-key/is-fingerprint", test_is_fingerprint);
  g_test_add_func ("/device-key/words", test_words);
  return g_test_run ();
}
