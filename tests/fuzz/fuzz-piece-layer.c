/* fuzz-piece-layer.c: a piece layer from a peer: eight bytes of size, an id, the layer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "fuzz.h"

#include "shoal-limits.h"
#include "shoal-merkle.h"

#include <string.h>

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  guint64 file_size;
  ShoalDigest id;

  if (size < sizeof file_size + sizeof id)
    return 0;
  memcpy (&file_size, data, sizeof file_size);
  file_size = GUINT64_FROM_LE (file_size);
  memcpy (&id, data + sizeof file_size, sizeof id);
  data += sizeof file_size + sizeof id;
  size -= sizeof file_size + sizeof id;

  g_autoptr (GBytes) layer = g_bytes_new_static (data, size);
  g_autoptr (GError) error = NULL;
  gboolean right = shoal_merkle_check_layer (layer, &id, file_size, &error);
  g_assert_true (right == (error == NULL));

  /* The root of these very bytes is accepted with the size that they imply, and with no other
   * length. */
  guint32 n = (guint32) (size / sizeof id);
  if (n == 0 || size % sizeof id != 0)
    {
      g_assert_true (!right || (size == 0 && file_size == 0 && shoal_digest_is_zero (&id)));
      return 0;
    }
  ShoalDigest root;
  shoal_merkle_root_of_layer ((const ShoalDigest *) data, n, &root);
  guint64 full = (guint64) n * SHOAL_PIECE_SIZE;
  g_assert_true (shoal_merkle_check_layer (layer, &root, full, NULL));
  g_assert_true (shoal_merkle_check_layer (layer, &root, full - SHOAL_PIECE_SIZE + 1, NULL));
  g_assert_false (shoal_merkle_check_layer (layer, &root, full + 1, NULL));
  g_assert_false (shoal_merkle_check_layer (layer, &root, full - SHOAL_PIECE_SIZE, NULL));
  return 0;
}
