/* shoal-secret-bytes.c: bytes that are wiped from memory when they are freed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-secret-bytes"

#include "config.h"

#include "shoal-secret-bytes.h"

#include <string.h>

/* The length stands before the bytes, for the free function of a GBytes is told only one pointer.
 */
typedef struct
{
  gsize size;
  guint8 data[];
} SecretBlock;

static void
secret_block_free (gpointer data)
{
  SecretBlock *block = data;

  explicit_bzero (block->data, block->size);
  g_free (block);
}

GBytes *
shoal_secret_bytes_new (gconstpointer data, gsize size)
{
  SecretBlock *block = g_malloc (sizeof (SecretBlock) + size);

  block->size = size;
  if (size > 0)
    memcpy (block->data, data, size);
  return g_bytes_new_with_free_func (block->data, size, secret_block_free, block);
}

char *
shoal_secret_bytes_to_base64 (GBytes *secret)
{
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (secret, &size);

  return g_base64_encode (data, size);
}

GBytes *
shoal_secret_bytes_from_base64 (const char *text)
{
  gsize size = 0;
  g_autofree guint8 *data = g_base64_decode (text, &size);
  char *again = g_base64_encode (data, size);
  GBytes *secret = NULL;

  if (strcmp (again, text) == 0)
    secret = shoal_secret_bytes_new (data, size);
  explicit_bzero (data, size);
  shoal_secret_text_free (again);
  return secret;
}

void
shoal_secret_text_free (char *text)
{
  if (text == NULL)
    return;
  explicit_bzero (text, strlen (text));
  g_free (text);
}
