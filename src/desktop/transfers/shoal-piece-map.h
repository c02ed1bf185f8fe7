/* shoal-piece-map.h: draws which pieces are here, on the way, and from whom
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** ShoalPieceMap: a widget of cells, each for one or for many pieces: filled from below as far as
 * its pieces are here, framed while some are on the way, both in the colour of whom they come from
 */
#define SHOAL_TYPE_PIECE_MAP (shoal_piece_map_get_type ())
G_DECLARE_FINAL_TYPE (ShoalPieceMap, shoal_piece_map, SHOAL, PIECE_MAP, GtkWidget)

/** shoal_piece_map_set_pieces: @pieces: (nullable): see shoal_transfer_dup_pieces(); @users:
 * (nullable) (array zero-terminated=1): their names; equal names get the same colour */
void shoal_piece_map_set_pieces (ShoalPieceMap *self, GBytes *pieces, const char *const *users);
/** shoal_piece_map_get_names: Returns: (transfer none) (array zero-terminated=1): whose colours are
 * in the map, in the order of the colours */
const char *const *shoal_piece_map_get_names (ShoalPieceMap *self);
/** shoal_piece_map_get_counts: of pieces */
void shoal_piece_map_get_counts (ShoalPieceMap *self, gsize *here, gsize *coming, gsize *all);

/** ShoalPieceSwatch: a cell of a piece map alone, for its legend */
#define SHOAL_TYPE_PIECE_SWATCH (shoal_piece_swatch_get_type ())
G_DECLARE_FINAL_TYPE (ShoalPieceSwatch, shoal_piece_swatch, SHOAL, PIECE_SWATCH, GtkWidget)

/** shoal_piece_swatch_new: @n_here and @n_coming of @count pieces from the one with colour @user */
GtkWidget *shoal_piece_swatch_new (guint32 n_here, guint32 n_coming, guint32 count, int user);

G_END_DECLS
