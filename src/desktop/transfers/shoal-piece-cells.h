/* shoal-piece-cells.h: many pieces summed up into few cells, and the colours of where they come
 * from
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

/* So many people get a colour of their own; the others share one. */
#define SHOAL_PIECE_COLORS 6

/** ShoalPieceCell: @count pieces from @first on; @user: who most of those that are here or coming
 * come from, -1 for those of an earlier time, or if there are none */
typedef struct
{
  guint32 first;
  guint32 count;
  guint32 n_here;
  guint32 n_coming;
  int user;
} ShoalPieceCell;

/** shoal_piece_cells_fill: sums @pieces (see shoal_transfer_dup_pieces()) up into at most
 * @max_cells cells of nearly the same size. @cells: (out caller-allocates) (array
 * length=max_cells). Returns: how many cells there are */
guint shoal_piece_cells_fill (const guint8 *pieces,
                              gsize n_pieces,
                              ShoalPieceCell *cells,
                              guint max_cells);
/** shoal_piece_cells_find: Returns: the index of the cell that piece number @piece is in */
guint shoal_piece_cells_find (gsize n_pieces, guint n_cells, gsize piece);
/** shoal_piece_color: of what comes from @user (-1: was here before). Colours differ in lightness
 * as well as in hue */
void shoal_piece_color (int user, gboolean dark, GdkRGBA *color);

G_END_DECLS
