/* shoal-piece-cells.c: many pieces summed up into few cells, and the colours of where they come
 * from
 *
 * Cell i holds the pieces from i·n/cells to (i+1)·n/cells: sizes differ by one at most, and up to
 * eight million pieces are walked once.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-piece-cells"

#include "config.h"

#include "shoal-piece-cells.h"

#include <string.h>

#include "shoal-transfer.h"

/* One byte tells a piece: so many different ones there are. */
#define N_VALUES 256

static guint32
cell_start (gsize n_pieces, guint n_cells, guint cell)
{
  return (guint32) ((guint64) n_pieces * cell / n_cells);
}

static void
fill_cell (const guint8 *pieces, ShoalPieceCell *cell)
{
  guint32 counts[N_VALUES] = { 0 };
  guint32 by_user[N_VALUES / 2 + 1] = { 0 };
  guint32 most = 0;

  for (guint32 i = 0; i < cell->count; i++)
    counts[pieces[cell->first + i]]++;
  cell->n_here = 0;
  cell->n_coming = 0;
  cell->user = -1;
  for (guint value = 1; value < N_VALUES; value++)
    {
      int user = SHOAL_PIECE_USER (value);

      if (counts[value] == 0)
        continue;
      if (SHOAL_PIECE_IS_HERE (value))
        cell->n_here += counts[value];
      else
        cell->n_coming += counts[value];
      by_user[user + 1] += counts[value];
      if (by_user[user + 1] > most)
        {
          most = by_user[user + 1];
          cell->user = user;
        }
    }
}

/* Few pieces to a cell are counted without the table. */
static void
fill_single (guint8 piece, ShoalPieceCell *cell)
{
  cell->n_here = SHOAL_PIECE_IS_HERE (piece) ? 1 : 0;
  cell->n_coming = !SHOAL_PIECE_IS_HERE (piece) && piece != SHOAL_PIECE_MISSING ? 1 : 0;
  cell->user = SHOAL_PIECE_USER (piece);
}

guint
shoal_piece_cells_fill (const guint8 *pieces,
                        gsize n_pieces,
                        ShoalPieceCell *cells,
                        guint max_cells)
{
  guint n_cells = (guint) MIN (n_pieces, (gsize) max_cells);

  for (guint i = 0; i < n_cells; i++)
    {
      cells[i].first = cell_start (n_pieces, n_cells, i);
      cells[i].count = cell_start (n_pieces, n_cells, i + 1) - cells[i].first;
      if (cells[i].count == 1)
        fill_single (pieces[cells[i].first], &cells[i]);
      else
        fill_cell (pieces, &cells[i]);
    }
  return n_cells;
}

guint
shoal_piece_cells_find (gsize n_pieces, guint n_cells, gsize piece)
{
  g_return_val_if_fail (n_cells > 0 && piece < n_pieces, 0);

  guint cell = (guint) ((guint64) piece * n_cells / n_pieces);

  /* Rounding may be one off. */
  while (cell > 0 && cell_start (n_pieces, n_cells, cell) > piece)
    cell--;
  while (cell + 1 < n_cells && cell_start (n_pieces, n_cells, cell + 1) <= piece)
    cell++;
  return cell;
}

void
shoal_piece_color (int user, gboolean dark, GdkRGBA *color)
{
  /* No two are equally light, so that they can be told apart without their hue. */
  static const char *const on_light[SHOAL_PIECE_COLORS]
      = { "#1a5fb4", "#e66100", "#4a1f6b", "#2ec27e", "#d02030", "#e5b800" };
  static const char *const on_dark[SHOAL_PIECE_COLORS]
      = { "#78aeed", "#ffb35c", "#a347ba", "#8ff0a4", "#f66151", "#f9f06b" };
  const char *text;

  if (user < 0)
    text = dark ? "#9a9996" : "#3d3846";
  else if (user >= SHOAL_PIECE_COLORS)
    text = dark ? "#6f6d78" : "#8d8c92";
  else
    text = dark ? on_dark[user] : on_light[user];
  gdk_rgba_parse (color, text);
}
