/* test-content.h: a content made up from its piece numbers, so that any piece can be made when
 * needed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-hasher.h"
#include "shoal-limits.h"
#include "shoal-merkle.h"

#include <string.h>

/** TestContent: @seed and @size decide about every byte */
typedef struct
{
  guint64 seed;
  guint64 size;
  guint32 n_pieces;
  ShoalDigest id;
  GBytes *layer;
} TestContent;

/** test_content_fill: the bytes of @piece, of which the length is returned, into @buffer */
static inline gsize
test_content_fill (const TestContent *self, guint32 piece, guint8 *buffer)
{
  gsize length = shoal_piece_length (self->size, piece);
  guint64 state = (self->seed + 1) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) + piece;

  for (gsize i = 0; i < length; i += 8)
    {
      state ^= state << 13;
      state ^= state >> 7;
      state ^= state << 17;
      memcpy (buffer + i, &state, MIN (8, length - i));
    }
  return length;
}

static inline TestContent *
test_content_new (guint64 seed, guint64 size)
{
  TestContent *self = g_new0 (TestContent, 1);
  g_autofree guint8 *buffer = g_malloc (SHOAL_PIECE_SIZE);

  self->seed = seed;
  self->size = size;
  self->n_pieces = shoal_piece_count (size);
  ShoalDigest *layer = g_new (ShoalDigest, self->n_pieces);
  for (guint32 i = 0; i < self->n_pieces; i++)
    shoal_merkle_piece_root (buffer, test_content_fill (self, i, buffer), size, &layer[i]);
  shoal_merkle_root_of_layer (layer, self->n_pieces, &self->id);
  self->layer = g_bytes_new_take (layer, self->n_pieces * sizeof *layer);
  return self;
}

static inline void
test_content_free (TestContent *self)
{
  g_bytes_unref (self->layer);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestContent, test_content_free)

/** test_content_check_file: that the file @path is this content and nothing else */
static inline void
test_content_check_file (const TestContent *self, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *data = NULL;
  g_autofree guint8 *buffer = g_malloc (SHOAL_PIECE_SIZE);
  gsize size;

  g_file_get_contents (path, &data, &size, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (size, ==, self->size);
  for (guint32 i = 0; i < self->n_pieces; i++)
    {
      gsize length = test_content_fill (self, i, buffer);
      g_assert_true (memcmp (data + (gsize) i * SHOAL_PIECE_SIZE, buffer, length) == 0);
    }
}
