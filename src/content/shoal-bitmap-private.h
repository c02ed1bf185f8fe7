/* shoal-bitmap-private.h: bits in bytes, the first one the highest, as they are also told to peers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

static inline gsize
shoal_bitmap_size (guint32 n_bits)
{
  return ((gsize) n_bits + 7) / 8;
}

static inline gboolean
shoal_bitmap_get (const guint8 *bits, guint32 index)
{
  return (bits[index / 8] & (0x80 >> index % 8)) != 0;
}

static inline void
shoal_bitmap_set (guint8 *bits, guint32 index)
{
  bits[index / 8] |= (guint8) (0x80 >> index % 8);
}

static inline void
shoal_bitmap_clear (guint8 *bits, guint32 index)
{
  bits[index / 8] &= (guint8) ~(0x80 >> index % 8);
}

G_END_DECLS
