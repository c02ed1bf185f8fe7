/* shoal-digest.h: 32 bytes of SHA-256, as a type
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SHOAL_DIGEST_SIZE 32
#define SHOAL_DIGEST_HEX_SIZE 65 /* with the NUL */

/** ShoalDigest: a content id, a piece's root or a block's hash; compare with shoal_digest_equal()
 */
typedef struct
{
  guint8 bytes[SHOAL_DIGEST_SIZE];
} ShoalDigest;

/** shoal_digest_equal: a #GEqualFunc */
gboolean shoal_digest_equal (gconstpointer a, gconstpointer b);
/** shoal_digest_hash: a #GHashFunc */
guint shoal_digest_hash (gconstpointer digest);
/** shoal_digest_is_zero: the id of the empty file, and the padding of a tree's leaves */
gboolean shoal_digest_is_zero (const ShoalDigest *self);
/** shoal_digest_from_hex: @hex: exactly 64 lower-case digits. Returns: whether it was */
gboolean shoal_digest_from_hex (ShoalDigest *self, const char *hex);
/** shoal_digest_to_hex: writes 64 digits and a NUL */
void shoal_digest_to_hex (const ShoalDigest *self, char hex[SHOAL_DIGEST_HEX_SIZE]);
/** shoal_digest_dup_hex: Returns: (transfer full): 64 digits */
char *shoal_digest_dup_hex (const ShoalDigest *self);
/** shoal_digest_dup: Returns: (transfer full): a copy for g_free() */
ShoalDigest *shoal_digest_dup (const ShoalDigest *self);
/** shoal_digest_of: SHA-256 of @size bytes at @data */
void shoal_digest_of (gconstpointer data, gsize size, ShoalDigest *digest);

G_END_DECLS
