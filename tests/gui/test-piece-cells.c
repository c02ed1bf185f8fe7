/* test-piece-cells.c: pieces summed up into cells
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "shoal-piece-cells.h"
#include "shoal-transfer.h"

static void
test_few (void)
{
  const guint8 pieces[] = { SHOAL_PIECE_MISSING, SHOAL_PIECE_HERE, SHOAL_PIECE_COMING_FROM (0),
                            SHOAL_PIECE_HERE_FROM (3) };
  ShoalPieceCell cells[10];

  g_assert_cmpuint (shoal_piece_cells_fill (pieces, G_N_ELEMENTS (pieces), cells, 10), ==, 4);
  g_assert_cmpuint (cells[0].n_here + cells[0].n_coming, ==, 0);
  g_assert_cmpint (cells[0].user, ==, -1);
  g_assert_cmpuint (cells[1].n_here, ==, 1);
  g_assert_cmpint (cells[1].user, ==, -1);
  g_assert_cmpuint (cells[2].n_here, ==, 0);
  g_assert_cmpuint (cells[2].n_coming, ==, 1);
  g_assert_cmpint (cells[2].user, ==, 0);
  g_assert_cmpuint (cells[3].n_here, ==, 1);
  g_assert_cmpint (cells[3].user, ==, 3);
  g_assert_cmpuint (shoal_piece_cells_fill (pieces, 0, cells, 10), ==, 0);
  g_assert_cmpuint (shoal_piece_cells_fill (pieces, 4, cells, 0), ==, 0);
}

/* Every piece is in exactly one cell, whatever the numbers. */
static void
test_sums (void)
{
  const struct
  {
    gsize n_pieces;
    guint max;
  } cases[] = { { 1, 1 },       { 2, 1 },       { 7, 3 },        { 1000, 999 },  { 1000, 7 },
                { 8192, 8192 }, { 8193, 8192 }, { 100003, 640 }, { 8388608, 1 }, { 8388608, 613 } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree guint8 *pieces = g_malloc0 (cases[i].n_pieces);
      g_autofree ShoalPieceCell *cells = g_new (ShoalPieceCell, cases[i].max);
      gsize next = 0, here = 0, coming = 0;

      for (gsize piece = 0; piece < cases[i].n_pieces; piece++)
        pieces[piece] = piece % 3 == 0   ? SHOAL_PIECE_HERE_FROM (5)
                        : piece % 3 == 1 ? SHOAL_PIECE_COMING_FROM (1)
                                         : SHOAL_PIECE_MISSING;

      guint n_cells = shoal_piece_cells_fill (pieces, cases[i].n_pieces, cells, cases[i].max);

      g_assert_cmpuint (n_cells, ==, MIN (cases[i].n_pieces, cases[i].max));
      for (guint cell = 0; cell < n_cells; cell++)
        {
          g_assert_cmpuint (cells[cell].first, ==, next);
          g_assert_cmpuint (cells[cell].count, >, 0);
          g_assert_cmpuint (shoal_piece_cells_find (cases[i].n_pieces, n_cells, cells[cell].first),
                            ==, cell);
          next += cells[cell].count;
          g_assert_cmpuint (shoal_piece_cells_find (cases[i].n_pieces, n_cells, next - 1), ==,
                            cell);
          here += cells[cell].n_here;
          coming += cells[cell].n_coming;
        }
      g_assert_cmpuint (next, ==, cases[i].n_pieces);
      g_assert_cmpuint (here, ==, (cases[i].n_pieces + 2) / 3);
      g_assert_cmpuint (coming, ==, (cases[i].n_pieces + 1) / 3);
    }
}

static void
test_majority (void)
{
  guint8 pieces[10];
  ShoalPieceCell cell;

  memset (pieces, SHOAL_PIECE_HERE_FROM (2), sizeof pieces);
  pieces[0] = pieces[1] = SHOAL_PIECE_HERE;
  pieces[2] = SHOAL_PIECE_HERE_FROM (63);
  g_assert_cmpuint (shoal_piece_cells_fill (pieces, sizeof pieces, &cell, 1), ==, 1);
  g_assert_cmpint (cell.user, ==, 2);
  g_assert_cmpuint (cell.n_here, ==, 10);
}

static void
test_colors (void)
{
  for (int dark = 0; dark < 2; dark++)
    for (int a = 0; a < SHOAL_PIECE_COLORS; a++)
      for (int b = 0; b < a; b++)
        {
          GdkRGBA one, other;

          shoal_piece_color (a, dark, &one);
          shoal_piece_color (b, dark, &other);

          float light_one = 0.2126f * one.red + 0.7152f * one.green + 0.0722f * one.blue;
          float light_other = 0.2126f * other.red + 0.7152f * other.green + 0.0722f * other.blue;

          g_assert_cmpfloat (ABS (light_one - light_other), >, 0.05);
        }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/piece-cells/few", test_few);
  g_test_add_func ("/piece-cells/sums", test_sums);
  g_test_add_func ("/piece-cells/majority", test_majority);
  g_test_add_func ("/piece-cells/colors", test_colors);
  return g_test_run ();
}
