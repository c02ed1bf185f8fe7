/* shoal-piece-map.c: draws which pieces are here, on the way, and from whom
 *
 * The cells are summed up when the pieces or the size change, not when it is drawn; a frame only
 * appends a few hundred colours.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-piece-map"

#include "config.h"

#include "shoal-piece-map.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

#include "shoal-display-name.h"
#include "shoal-piece-cells.h"

/* A cell with its gap; larger where there are few. */
#define CELL_PITCH 12
#define MAX_PITCH 24
#define CELL_GAP 2
#define MAP_HEIGHT 72
#define SWATCH_SIZE 12
/* No screen shows more cells of this size than that. */
#define MAX_CELLS 8192

struct _ShoalPieceMap
{
  GtkWidget parent_instance;

  GBytes *pieces;
  GPtrArray *names; /* NULL-terminated */
  ShoalPieceCell *cells;
  guint n_cells;
  guint columns;
  guint pitch;
  gsize n_here;
  gsize n_coming;
};

G_DEFINE_FINAL_TYPE (ShoalPieceMap, shoal_piece_map, GTK_TYPE_WIDGET)

/* ---- A cell ---- */

static void
append_cell (GtkSnapshot *snapshot,
             const ShoalPieceCell *cell,
             float x,
             float y,
             float size,
             gboolean dark,
             gboolean contrast)
{
  const graphene_rect_t whole = GRAPHENE_RECT_INIT (x, y, size, size);
  GdkRGBA empty = dark ? (GdkRGBA){ 1, 1, 1, contrast ? 0.3f : 0.13f }
                       : (GdkRGBA){ 0, 0, 0, contrast ? 0.25f : 0.1f };
  GdkRGBA color;

  shoal_piece_color (cell->user, dark, &color);
  if (cell->n_here < cell->count)
    gtk_snapshot_append_color (snapshot, &empty, &whole);
  if (cell->n_here > 0)
    {
      float height = size * (float) cell->n_here / (float) cell->count;
      const graphene_rect_t part
          = GRAPHENE_RECT_INIT (x, y + size - MAX (height, 1), size, MAX (height, 1));

      gtk_snapshot_append_color (snapshot, &color, &part);
    }
  if (cell->n_coming > 0)
    {
      const float widths[4] = { 2, 2, 2, 2 };
      const GdkRGBA colors[4] = { color, color, color, color };
      GskRoundedRect outline;

      gsk_rounded_rect_init_from_rect (&outline, &whole, 0);
      gtk_snapshot_append_border (snapshot, &outline, widths, colors);
    }
}

/* ---- The map ---- */

static void
sum_up (ShoalPieceMap *self)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self));
  int height = gtk_widget_get_height (GTK_WIDGET (self));
  gsize n_pieces = 0;
  const guint8 *pieces = self->pieces != NULL ? g_bytes_get_data (self->pieces, &n_pieces) : NULL;

  self->n_cells = 0;
  if (n_pieces == 0 || width < CELL_PITCH || height < CELL_PITCH)
    return;
  for (self->pitch = MAX_PITCH; self->pitch > CELL_PITCH; self->pitch--)
    if ((gsize) (width / (int) self->pitch) * (gsize) (height / (int) self->pitch) >= n_pieces)
      break;
  self->columns = (guint) width / self->pitch;
  self->n_cells
      = shoal_piece_cells_fill (pieces, n_pieces, self->cells,
                                MIN (self->columns * ((guint) height / self->pitch), MAX_CELLS));
}

static void
snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  ShoalPieceMap *self = SHOAL_PIECE_MAP (widget);
  AdwStyleManager *style = adw_style_manager_get_default ();
  gboolean dark = adw_style_manager_get_dark (style);
  gboolean contrast = adw_style_manager_get_high_contrast (style);
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  float size = (float) self->pitch - CELL_GAP;

  for (guint i = 0; i < self->n_cells; i++)
    {
      guint column = i % self->columns;
      guint row = i / self->columns;
      float x = (float) (column * self->pitch);

      if (rtl)
        x = (float) gtk_widget_get_width (widget) - x - size;
      append_cell (snapshot, &self->cells[i], x, (float) (row * self->pitch), size, dark, contrast);
    }
}

static void
measure (GtkWidget *widget,
         GtkOrientation orientation,
         int for_size,
         int *minimum,
         int *natural,
         int *minimum_baseline,
         int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_VERTICAL ? MAP_HEIGHT : CELL_PITCH;
  *natural = *minimum;
}

static void
size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  sum_up (SHOAL_PIECE_MAP (widget));
}

static gboolean
query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  ShoalPieceMap *self = SHOAL_PIECE_MAP (widget);
  g_autofree char *from = NULL;

  if (keyboard || self->n_cells == 0 || x < 0 || y < 0)
    return FALSE;
  if (gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL)
    x = gtk_widget_get_width (widget) - x - 1;

  guint column = (guint) x / self->pitch;
  guint index = (guint) y / self->pitch * self->columns + column;

  if (column >= self->columns || index >= self->n_cells)
    return FALSE;

  const ShoalPieceCell *cell = &self->cells[index];

  if (cell->user >= 0 && (guint) cell->user + 1 < self->names->len)
    {
      g_autofree char *user = shoal_display_name (g_ptr_array_index (self->names, cell->user));

      /* Translators: %s is somebody's name */
      from = g_strdup_printf (_ (", mostly from %s"), user);
    }
  g_autofree char *text = g_strdup_printf (
      /* Translators: numbers of pieces; the last %s is empty or tells a person */
      _ ("Pieces %u to %u: %u here, %u on the way%s"), cell->first + 1, cell->first + cell->count,
      cell->n_here, cell->n_coming, from != NULL ? from : "");
  gtk_tooltip_set_text (tooltip, text);
  return TRUE;
}

static void
dispose (GObject *object)
{
  ShoalPieceMap *self = SHOAL_PIECE_MAP (object);

  g_signal_handlers_disconnect_by_data (adw_style_manager_get_default (), self);
  G_OBJECT_CLASS (shoal_piece_map_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  ShoalPieceMap *self = SHOAL_PIECE_MAP (object);

  g_clear_pointer (&self->pieces, g_bytes_unref);
  g_clear_pointer (&self->names, g_ptr_array_unref);
  g_clear_pointer (&self->cells, g_free);
  G_OBJECT_CLASS (shoal_piece_map_parent_class)->finalize (object);
}

static void
shoal_piece_map_class_init (ShoalPieceMapClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = dispose;
  object_class->finalize = finalize;
  widget_class->snapshot = snapshot;
  widget_class->measure = measure;
  widget_class->size_allocate = size_allocate;
  widget_class->query_tooltip = query_tooltip;
  gtk_widget_class_set_css_name (widget_class, "piecemap");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
shoal_piece_map_init (ShoalPieceMap *self)
{
  self->cells = g_new0 (ShoalPieceCell, MAX_CELLS);
  self->names = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->names, NULL);
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Pieces"), -1);
  g_signal_connect_swapped (adw_style_manager_get_default (), "notify",
                            G_CALLBACK (gtk_widget_queue_draw), self);
}

/* The number of a colour for each device: the same for the devices of one person. */
static void
take_names (ShoalPieceMap *self, const char *const *users, int *colors, guint max)
{
  g_ptr_array_set_size (self->names, 0);
  for (guint i = 0; users != NULL && users[i] != NULL && i < max; i++)
    {
      guint index;

      if (!g_ptr_array_find_with_equal_func (self->names, users[i], g_str_equal, &index))
        {
          index = self->names->len;
          g_ptr_array_add (self->names, g_strdup (users[i]));
        }
      colors[i] = (int) index;
    }
  g_ptr_array_add (self->names, NULL);
}

static void
count_pieces (ShoalPieceMap *self)
{
  gsize n_pieces = 0;
  const guint8 *pieces = self->pieces != NULL ? g_bytes_get_data (self->pieces, &n_pieces) : NULL;
  ShoalPieceCell all = { 0 };

  if (n_pieces > 0)
    shoal_piece_cells_fill (pieces, n_pieces, &all, 1);
  self->n_here = all.n_here;
  self->n_coming = all.n_coming;

  g_autofree char *text
      = g_strdup_printf (_ ("%lu of %lu pieces are here, %lu on the way"), (gulong) self->n_here,
                         (gulong) n_pieces, (gulong) self->n_coming);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text,
                                  -1);
}

void
shoal_piece_map_set_pieces (ShoalPieceMap *self, GBytes *pieces, const char *const *users)
{
  int colors[128] = { 0 };
  guint8 table[256];

  g_return_if_fail (SHOAL_IS_PIECE_MAP (self));

  take_names (self, users, colors, G_N_ELEMENTS (colors) - 1);
  g_clear_pointer (&self->pieces, g_bytes_unref);
  if (pieces != NULL)
    {
      gsize n_pieces;
      const guint8 *data = g_bytes_get_data (pieces, &n_pieces);
      guint8 *mapped = g_malloc (MAX (n_pieces, 1));

      /* From devices to people. */
      for (guint value = 0; value < G_N_ELEMENTS (table); value++)
        {
          guint device = value / 2;

          table[value] = device == 0 ? (guint8) value
                                     : (guint8) (2 * colors[device - 1] + 2 + (int) (value & 1));
        }
      for (gsize i = 0; i < n_pieces; i++)
        mapped[i] = table[data[i]];
      self->pieces = g_bytes_new_take (mapped, n_pieces);
    }
  count_pieces (self);
  sum_up (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

const char *const *
shoal_piece_map_get_names (ShoalPieceMap *self)
{
  g_return_val_if_fail (SHOAL_IS_PIECE_MAP (self), NULL);
  return (const char *const *) self->names->pdata;
}

void
shoal_piece_map_get_counts (ShoalPieceMap *self, gsize *here, gsize *coming, gsize *all)
{
  g_return_if_fail (SHOAL_IS_PIECE_MAP (self));

  *here = self->n_here;
  *coming = self->n_coming;
  *all = self->pieces != NULL ? g_bytes_get_size (self->pieces) : 0;
}

/* ---- A swatch ---- */

struct _ShoalPieceSwatch
{
  GtkWidget parent_instance;

  ShoalPieceCell cell;
};

G_DEFINE_FINAL_TYPE (ShoalPieceSwatch, shoal_piece_swatch, GTK_TYPE_WIDGET)

static void
swatch_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  AdwStyleManager *style = adw_style_manager_get_default ();

  append_cell (snapshot, &SHOAL_PIECE_SWATCH (widget)->cell, 0, 0, SWATCH_SIZE,
               adw_style_manager_get_dark (style), adw_style_manager_get_high_contrast (style));
}

static void
swatch_measure (GtkWidget *widget,
                GtkOrientation orientation,
                int for_size,
                int *minimum,
                int *natural,
                int *minimum_baseline,
                int *natural_baseline)
{
  *minimum = SWATCH_SIZE;
  *natural = SWATCH_SIZE;
}

static void
shoal_piece_swatch_class_init (ShoalPieceSwatchClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->snapshot = swatch_snapshot;
  widget_class->measure = swatch_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
shoal_piece_swatch_init (ShoalPieceSwatch *self)
{
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
}

GtkWidget *
shoal_piece_swatch_new (guint32 n_here, guint32 n_coming, guint32 count, int user)
{
  ShoalPieceSwatch *self = g_object_new (SHOAL_TYPE_PIECE_SWATCH, NULL);

  self->cell = (ShoalPieceCell){ 0, count, n_here, n_coming, user };
  return GTK_WIDGET (self);
}
