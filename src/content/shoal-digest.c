/* shoal-digest.c: 32 bytes of SHA-256, as a type
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-digest"

#include "config.h"

#include "shoal-digest.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

gboolean
shoal_digest_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, SHOAL_DIGEST_SIZE) == 0;
}

/* Ids come from strangers, who could choose them to fall into one bucket: keyed by the process. */
guint
shoal_digest_hash (gconstpointer digest)
{
  static gsize keyed = 0;
  static guint64 keys[4];

  if (g_once_init_enter (&keyed))
    {
      for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
        keys[i] = ((guint64) g_random_int () << 32 | g_random_int ()) | 1;
      g_once_init_leave (&keyed, 1);
    }

  guint64 words[4];
  guint64 sum = 0;
  memcpy (words, digest, sizeof words);
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      sum = (sum ^ words[i]) * keys[i];
      sum ^= sum >> 32;
    }
  return (guint) sum;
}

gboolean
shoal_digest_is_zero (const ShoalDigest *self)
{
  static const ShoalDigest zero;

  g_return_val_if_fail (self != NULL, FALSE);
  return shoal_digest_equal (self, &zero);
}

static int
hex_value (char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return -1;
}

gboolean
shoal_digest_from_hex (ShoalDigest *self, const char *hex)
{
  g_return_val_if_fail (self != NULL, FALSE);

  if (hex == NULL || strnlen (hex, SHOAL_DIGEST_HEX_SIZE) != SHOAL_DIGEST_HEX_SIZE - 1)
    return FALSE;
  for (gsize i = 0; i < SHOAL_DIGEST_SIZE; i++)
    {
      int high = hex_value (hex[2 * i]);
      int low = hex_value (hex[2 * i + 1]);
      if (high < 0 || low < 0)
        return FALSE;
      self->bytes[i] = (guint8) (high << 4 | low);
    }
  return TRUE;
}

void
shoal_digest_to_hex (const ShoalDigest *self, char hex[SHOAL_DIGEST_HEX_SIZE])
{
  static const char digits[] = "0123456789abcdef";

  g_return_if_fail (self != NULL && hex != NULL);
  for (gsize i = 0; i < SHOAL_DIGEST_SIZE; i++)
    {
      hex[2 * i] = digits[self->bytes[i] >> 4];
      hex[2 * i + 1] = digits[self->bytes[i] & 0xf];
    }
  hex[SHOAL_DIGEST_HEX_SIZE - 1] = '\0';
}

char *
shoal_digest_dup_hex (const ShoalDigest *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  char *hex = g_malloc (SHOAL_DIGEST_HEX_SIZE);
  shoal_digest_to_hex (self, hex);
  return hex;
}

ShoalDigest *
shoal_digest_dup (const ShoalDigest *self)
{
  return g_memdup2 (self, sizeof *self);
}

void
shoal_digest_of (gconstpointer data, gsize size, ShoalDigest *digest)
{
  g_return_if_fail ((data != NULL || size == 0) && digest != NULL);

  /* SHA-256 of memory cannot fail, unless the library is broken: no result would be safe then. */
  if (gnutls_hash_fast (GNUTLS_DIG_SHA256, data, size, digest->bytes) < 0)
    g_error ("GnuTLS cannot compute SHA-256");
}
