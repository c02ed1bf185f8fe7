/* shoal-merkle.c: the hash tree of BitTorrent v2 (BEP 52)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-merkle"

#include "config.h"

#include "shoal-merkle.h"

#include "shoal-error.h"
#include "shoal-limits.h"

#include <string.h>
#include <glib/gi18n.h>

/* A tree over 2^23 pieces is 23 levels high; one level per bit of the count is always enough. */
#define MAX_LEVELS (33)

G_STATIC_ASSERT (sizeof (ShoalDigest) == SHOAL_DIGEST_SIZE);
G_STATIC_ASSERT ((SHOAL_BLOCKS_PER_PIECE & (SHOAL_BLOCKS_PER_PIECE - 1)) == 0);

guint32
shoal_piece_count (guint64 size)
{
  g_return_val_if_fail (size <= SHOAL_MAX_FILE_SIZE, 0);

  return (guint32) ((size + SHOAL_PIECE_SIZE - 1) / SHOAL_PIECE_SIZE);
}

gsize
shoal_piece_length (guint64 size, guint32 index)
{
  guint64 start = (guint64) index * SHOAL_PIECE_SIZE;

  g_return_val_if_fail (start < size, 0);
  return (gsize) MIN (size - start, SHOAL_PIECE_SIZE);
}

static void
hash_pair (const ShoalDigest *pair, ShoalDigest *parent)
{
  shoal_digest_of (pair, 2 * sizeof *pair, parent);
}

static guint
round_up_to_power_of_two (guint n)
{
  guint width = 1;

  while (width < n)
    width *= 2;
  return width;
}

/* The root over @nodes, of which there are @width, a power of two; they are overwritten. */
static void
reduce (ShoalDigest *nodes, guint width)
{
  for (; width > 1; width /= 2)
    for (guint i = 0; i < width / 2; i++)
      hash_pair (&nodes[2 * i], &nodes[i]);
}

void
shoal_merkle_piece_root (gconstpointer data, gsize length, guint64 file_size, ShoalDigest *root)
{
  g_return_if_fail (data != NULL && root != NULL);
  g_return_if_fail (length > 0 && length <= SHOAL_PIECE_SIZE && length <= file_size);

  ShoalDigest nodes[SHOAL_BLOCKS_PER_PIECE];
  guint n = 0;
  for (gsize at = 0; at < length; at += SHOAL_BLOCK_SIZE)
    shoal_digest_of ((const guint8 *) data + at, MIN (length - at, SHOAL_BLOCK_SIZE), &nodes[n++]);

  guint width
      = file_size <= SHOAL_PIECE_SIZE ? round_up_to_power_of_two (n) : SHOAL_BLOCKS_PER_PIECE;
  memset (&nodes[n], 0, (width - n) * sizeof *nodes);
  reduce (nodes, width);
  *root = nodes[0];
}

/* The piece root of 64 missing blocks. */
static void
missing_piece_root (ShoalDigest *root)
{
  ShoalDigest nodes[SHOAL_BLOCKS_PER_PIECE];

  memset (nodes, 0, sizeof nodes);
  reduce (nodes, SHOAL_BLOCKS_PER_PIECE);
  *root = nodes[0];
}

/* Walks the layer once, keeping at most one node of each level: a left one that waits for its right
 * neighbour. What is missing on the right is filled up with trees of missing pieces. */
void
shoal_merkle_root_of_layer (const ShoalDigest *layer, guint32 n_pieces, ShoalDigest *id)
{
  g_return_if_fail (layer != NULL && n_pieces > 0 && id != NULL);

  ShoalDigest waiting[MAX_LEVELS];
  for (guint32 i = 0; i < n_pieces; i++)
    {
      ShoalDigest node = layer[i];
      guint level = 0;
      /* The bits of i tell which levels have a node that waits. */
      for (; (i >> level & 1) != 0; level++)
        {
          ShoalDigest pair[2] = { waiting[level], node };
          hash_pair (pair, &node);
        }
      waiting[level] = node;
    }

  ShoalDigest filler;
  missing_piece_root (&filler);
  ShoalDigest node;
  gboolean has_node = FALSE;
  guint top = 0;
  while (((guint64) 1 << top) < n_pieces)
    top++;
  for (guint level = 0; level < top; level++)
    {
      gboolean waits = (n_pieces >> level & 1) != 0;
      ShoalDigest pair[2];
      if (waits || has_node)
        {
          pair[0] = waits ? waiting[level] : node;
          pair[1] = waits && has_node ? node : filler;
          hash_pair (pair, &node);
          has_node = TRUE;
        }
      ShoalDigest fillers[2] = { filler, filler };
      hash_pair (fillers, &filler);
    }
  *id = has_node ? node : waiting[top];
}

gboolean
shoal_merkle_check_layer (GBytes *layer, const ShoalDigest *id, guint64 size, GError **error)
{
  g_return_val_if_fail (layer != NULL && id != NULL, FALSE);

  gsize length;
  const ShoalDigest *roots = g_bytes_get_data (layer, &length);
  ShoalDigest root = { 0 };
  gboolean right = FALSE;
  if (size <= SHOAL_MAX_FILE_SIZE && length == shoal_piece_count (size) * sizeof *roots)
    {
      if (size > 0)
        shoal_merkle_root_of_layer (roots, shoal_piece_count (size), &root);
      right = shoal_digest_equal (&root, id);
    }
  if (!right)
    g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_CORRUPT,
                         _ ("The hashes of the pieces do not match the content id"));
  return right;
}
