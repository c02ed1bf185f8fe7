/* shoal-transfer-details.c: what there is to see about one transfer: its pieces and its speed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfer-details"

#include "config.h"

#include "shoal-transfer-details.h"

#include <glib/gi18n.h>
#include <string.h>

#include "shoal-display-name.h"
#include "shoal-piece-cells.h"
#include "shoal-piece-map.h"
#include "shoal-speed-graph.h"
#include "shoal-transfer.h"
#include "shoal-upload.h"

struct _ShoalTransferDetails
{
  AdwBin parent_instance;

  GtkLabel *title;
  GtkLabel *facts;
  GtkWidget *pieces_box;
  GtkLabel *pieces_label;
  ShoalPieceMap *map;
  GtkFlowBox *legend;
  ShoalSpeedGraph *graph;

  GObject *source;
  char **names; /* that the legend shows */
};

G_DEFINE_FINAL_TYPE (ShoalTransferDetails, shoal_transfer_details, ADW_TYPE_BIN)

/* ---- Legend ---- */

static void
add_to_legend (ShoalTransferDetails *self, GtkWidget *swatch, const char *text)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new (text);
  GtkWidget *child = gtk_flow_box_child_new ();

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 20);
  gtk_widget_add_css_class (label, "caption");
  gtk_box_append (GTK_BOX (box), swatch);
  gtk_box_append (GTK_BOX (box), label);
  gtk_flow_box_child_set_child (GTK_FLOW_BOX_CHILD (child), box);
  gtk_widget_set_focusable (child, FALSE);
  gtk_flow_box_append (self->legend, child);
}

static void
fill_legend (ShoalTransferDetails *self)
{
  const char *const *names = shoal_piece_map_get_names (self->map);
  GtkWidget *child;

  if (self->names != NULL && g_strv_equal (names, (const char *const *) self->names))
    return;
  g_strfreev (self->names);
  self->names = g_strdupv ((char **) names);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->legend))) != NULL)
    gtk_flow_box_remove (self->legend, child);
  for (int i = 0; names[i] != NULL && i < SHOAL_PIECE_COLORS; i++)
    add_to_legend (self, shoal_piece_swatch_new (1, 0, 1, i), names[i]);
  if (g_strv_length (self->names) > SHOAL_PIECE_COLORS)
    add_to_legend (self, shoal_piece_swatch_new (1, 0, 1, SHOAL_PIECE_COLORS), _ ("Others"));
  add_to_legend (self, shoal_piece_swatch_new (1, 0, 1, -1), _ ("Here from before"));
  add_to_legend (self, shoal_piece_swatch_new (0, 1, 1, 0), _ ("On the way"));
  add_to_legend (self, shoal_piece_swatch_new (1, 0, 2, 0), _ ("Partly here"));
  add_to_legend (self, shoal_piece_swatch_new (0, 0, 1, 0), _ ("Missing"));
}

/* ---- Values ---- */

static void
show_pieces (ShoalTransferDetails *self, ShoalTransfer *transfer)
{
  g_auto (GStrv) users = NULL;
  g_autoptr (GBytes) pieces = shoal_transfer_dup_pieces (transfer, &users);
  gboolean finished = shoal_transfer_get_state (transfer) == SHOAL_TRANSFER_FINISHED;
  gsize here, coming, all;

  if (pieces != NULL)
    shoal_piece_map_set_pieces (self->map, pieces, (const char *const *) users);
  shoal_piece_map_get_counts (self->map, &here, &coming, &all);
  /* What was drawn last stays until all is known to be here. */
  if (pieces == NULL && finished && here < all)
    {
      guint8 *whole = g_malloc (all);

      memset (whole, SHOAL_PIECE_HERE, all);
      pieces = g_bytes_new_take (whole, all);
      shoal_piece_map_set_pieces (self->map, pieces, NULL);
      here = all;
      coming = 0;
    }
  gtk_widget_set_visible (self->pieces_box, all > 0);
  if (all > 0)
    {
      g_autofree char *text = g_strdup_printf (
          /* Translators: numbers of pieces */
          _ ("%lu of %lu pieces here"), (gulong) here, (gulong) all);

      gtk_label_set_text (self->pieces_label, text);
      fill_legend (self);
    }
}

static void
show_transfer (ShoalTransferDetails *self, ShoalTransfer *transfer)
{
  g_autofree char *users = shoal_transfer_dup_users (transfer);
  g_autofree char *bad = shoal_transfer_dup_bad_sources (transfer);
  const char *destination = shoal_transfer_get_destination (transfer);
  g_autoptr (GString) facts = g_string_new (NULL);
  g_autofree char *name = shoal_display_name (shoal_transfer_get_name (transfer));

  gtk_label_set_text (self->title, name);
  if (*users != '\0')
    /* Translators: %s are names of people */
    g_string_append_printf (facts, _ ("From %s"), users);
  if (bad != NULL)
    {
      g_string_append (facts, facts->len > 0 ? " · " : "");
      /* Translators: %s are names of people */
      g_string_append_printf (facts, _ ("Wrong data from %s was thrown away"), bad);
    }
  if (destination != NULL)
    g_string_append_printf (facts, "%s%s", facts->len > 0 ? " · " : "", destination);
  gtk_label_set_text (self->facts, facts->str);
  gtk_widget_set_visible (GTK_WIDGET (self->facts), facts->len > 0);
  show_pieces (self, transfer);
}

void
shoal_transfer_details_update (ShoalTransferDetails *self)
{
  g_return_if_fail (SHOAL_IS_TRANSFER_DETAILS (self));

  if (self->source == NULL)
    return;
  if (SHOAL_IS_TRANSFER (self->source))
    show_transfer (self, SHOAL_TRANSFER (self->source));
  else
    {
      ShoalUpload *upload = SHOAL_UPLOAD (self->source);
      g_autofree char *name = shoal_display_name (shoal_upload_get_name (upload));
      g_autofree char *user = shoal_display_name (shoal_upload_get_user (upload));
      g_autofree char *text = g_strdup_printf (_ ("To %s"), user);

      gtk_label_set_text (self->title, name);
      gtk_label_set_text (self->facts, text);
      gtk_widget_set_visible (GTK_WIDGET (self->facts), TRUE);
      gtk_widget_set_visible (self->pieces_box, FALSE);
    }
  shoal_speed_graph_set_object (self->graph, self->source);
}

void
shoal_transfer_details_set_source (ShoalTransferDetails *self, GObject *source)
{
  g_return_if_fail (SHOAL_IS_TRANSFER_DETAILS (self));

  if (!g_set_object (&self->source, source))
    return;
  shoal_piece_map_set_pieces (self->map, NULL, NULL);
  shoal_speed_graph_set_object (self->graph, source);
  shoal_transfer_details_update (self);
}

static void
dispose (GObject *object)
{
  ShoalTransferDetails *self = SHOAL_TRANSFER_DETAILS (object);

  g_clear_object (&self->source);
  g_clear_pointer (&self->names, g_strfreev);
  G_OBJECT_CLASS (shoal_transfer_details_parent_class)->dispose (object);
}

static void
shoal_transfer_details_class_init (ShoalTransferDetailsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  g_type_ensure (SHOAL_TYPE_PIECE_MAP);
  g_type_ensure (SHOAL_TYPE_SPEED_GRAPH);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/shoal_app/Shoal/ui/shoal-transfer-details.ui");
  gtk_widget_class_bind_template_child (widget_class, ShoalTransferDetails, title);
  gtk_widget_class_bind_template_child (widget_class, ShoalTransferDetails, facts);
  gtk_widget_class_bind_template_child (widget_class, ShoalTransferDetails, pieces_box);
  gtk_widget_class_bind_template_child (widget_class, ShoalTransferDetails, pieces_label);
  gtk_widget_class_bind_template_child (widget_class, ShoalTransferDetails, map);
  gtk_widget_class_bind_template_child (widget_class, ShoalTransferDetails, legend);
  gtk_widget_class_bind_template_child (widget_class, ShoalTransferDetails, graph);
}

static void
shoal_transfer_details_init (ShoalTransferDetails *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
