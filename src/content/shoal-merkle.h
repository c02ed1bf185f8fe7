/* shoal-merkle.h: the hash tree of BitTorrent v2 (BEP 52)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-digest.h"

G_BEGIN_DECLS

/* Leaves are SHA-256 of 16 KiB blocks (the last may be short), missing leaves are 32 zero bytes. A
 * file of at most one piece has a tree as wide as the next power of two of its blocks; in a longer
 * file each piece has 64 leaves, the layer of piece roots is padded with the root of 64 zero
 * leaves. The empty file has the id of 64 zero digits and no tree. Thread-safe. */

/** shoal_piece_count: Returns: pieces of a file of @size bytes; 0 for the empty file */
guint32 shoal_piece_count (guint64 size);
/** shoal_piece_length: Returns: the length of piece @index in a file of @size bytes */
gsize shoal_piece_length (guint64 size, guint32 index);

/** shoal_merkle_piece_root: the root of one piece of @length bytes at @data, belonging to a file of
 * @file_size bytes (which decides how it is padded) */
void
shoal_merkle_piece_root (gconstpointer data, gsize length, guint64 file_size, ShoalDigest *root);

/** shoal_merkle_root_of_layer: the content id of a file with the @n_pieces (≥ 1) piece roots @layer
 */
void shoal_merkle_root_of_layer (const ShoalDigest *layer, guint32 n_pieces, ShoalDigest *id);

/** shoal_merkle_check_layer: whether the bytes @layer are the piece layer of (@id, @size): right
 * length and right root; %SHOAL_ERROR_CORRUPT if not. For one piece the layer is the id itself. */
gboolean
shoal_merkle_check_layer (GBytes *layer, const ShoalDigest *id, guint64 size, GError **error);

G_END_DECLS
