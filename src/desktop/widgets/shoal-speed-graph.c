/* shoal-speed-graph.c: draws the speed of the last minutes
 *
 * Columns of colour, no path and no surface: what GtkSnapshot has on every version.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-speed-graph"

#include "config.h"

#include "shoal-speed-graph.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "shoal-units.h"

#define GRAPH_HEIGHT 72
#define LOG_KEY "shoal-speed-log"
#define GRID_LINES 3

struct _ShoalSpeedLog
{
  float samples[SHOAL_SPEED_LOG_SAMPLES];
  guint n;
};

ShoalSpeedLog *
shoal_speed_log_of (GObject *object)
{
  ShoalSpeedLog *self = g_object_get_data (object, LOG_KEY);

  if (self == NULL)
    {
      self = g_new0 (ShoalSpeedLog, 1);
      g_object_set_data_full (object, LOG_KEY, self, g_free);
    }
  return self;
}

void
shoal_speed_log_add (ShoalSpeedLog *self, double bytes_per_second)
{
  self->samples[self->n % SHOAL_SPEED_LOG_SAMPLES] = (float) MAX (bytes_per_second, 0);
  self->n++;
}

static double
speed_log_get (ShoalSpeedLog *self, guint ago)
{
  if (ago >= self->n || ago >= SHOAL_SPEED_LOG_SAMPLES)
    return 0;
  return self->samples[(self->n - 1 - ago) % SHOAL_SPEED_LOG_SAMPLES];
}

struct _ShoalSpeedGraph
{
  GtkWidget parent_instance;

  GObject *object;
  double peak;
  PangoLayout *layout;
};

G_DEFINE_FINAL_TYPE (ShoalSpeedGraph, shoal_speed_graph, GTK_TYPE_WIDGET)

/* The scale ends at the next 1, 2 or 5 times a power of ten. */
static double
nice_top (double peak)
{
  double top = 1000;

  while (top < peak)
    {
      if (top * 2 >= peak)
        return top * 2;
      if (top * 5 >= peak)
        return top * 5;
      top *= 10;
    }
  return top;
}

static void
append_columns (ShoalSpeedGraph *self, GtkSnapshot *snapshot, float width, float height, double top)
{
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  ShoalSpeedLog *log = shoal_speed_log_of (self->object);
  GdkRGBA area, line;
  float step = width / SHOAL_SPEED_LOG_SAMPLES;

  gdk_rgba_parse (&line, dark ? "#62a0ea" : "#1a5fb4");
  area = line;
  area.alpha = 0.3f;
  for (guint i = 0; i < SHOAL_SPEED_LOG_SAMPLES; i++)
    {
      float value = (float) (speed_log_get (log, i) / top) * height;
      float x = rtl ? (float) i * step : width - (float) (i + 1) * step;

      if (value <= 0)
        continue;
      gtk_snapshot_append_color (snapshot, &area,
                                 &GRAPHENE_RECT_INIT (x, height - value, step, value));
      gtk_snapshot_append_color (snapshot, &line,
                                 &GRAPHENE_RECT_INIT (x, height - MAX (value, 2), step, 2));
    }
}

static void
snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  ShoalSpeedGraph *self = SHOAL_SPEED_GRAPH (widget);
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  float width = (float) gtk_widget_get_width (widget);
  float height = (float) gtk_widget_get_height (widget);
  double top = nice_top (self->peak);
  GdkRGBA grid = dark ? (GdkRGBA){ 1, 1, 1, 0.15f } : (GdkRGBA){ 0, 0, 0, 0.12f };
  GdkRGBA text = dark ? (GdkRGBA){ 1, 1, 1, 0.8f } : (GdkRGBA){ 0, 0, 0, 0.8f };

  for (int i = 0; i <= GRID_LINES; i++)
    gtk_snapshot_append_color (
        snapshot, &grid,
        &GRAPHENE_RECT_INIT (0, (float) (int) ((height - 1) * (float) i / GRID_LINES), width, 1));
  if (self->object == NULL)
    return;
  append_columns (self, snapshot, width, height, top);

  g_autofree char *label = shoal_format_rate (top);

  if (self->layout == NULL)
    self->layout = gtk_widget_create_pango_layout (widget, NULL);
  pango_layout_set_text (self->layout, label, -1);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (4, 3));
  gtk_snapshot_append_layout (snapshot, self->layout, &text);
  gtk_snapshot_restore (snapshot);
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
  *minimum = orientation == GTK_ORIENTATION_VERTICAL ? GRAPH_HEIGHT : GRAPH_HEIGHT * 2;
  *natural = *minimum;
}

static void
css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (shoal_speed_graph_parent_class)->css_changed (widget, change);
  /* The font may be another one. */
  g_clear_object (&SHOAL_SPEED_GRAPH (widget)->layout);
}

static void
dispose (GObject *object)
{
  ShoalSpeedGraph *self = SHOAL_SPEED_GRAPH (object);

  g_signal_handlers_disconnect_by_data (adw_style_manager_get_default (), self);
  g_clear_object (&self->object);
  g_clear_object (&self->layout);
  G_OBJECT_CLASS (shoal_speed_graph_parent_class)->dispose (object);
}

static void
shoal_speed_graph_class_init (ShoalSpeedGraphClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  widget_class->snapshot = snapshot;
  widget_class->measure = measure;
  widget_class->css_changed = css_changed;
  gtk_widget_class_set_css_name (widget_class, "speedgraph");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
shoal_speed_graph_init (ShoalSpeedGraph *self)
{
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Speed of the last five minutes"), -1);
  g_signal_connect_swapped (adw_style_manager_get_default (), "notify",
                            G_CALLBACK (gtk_widget_queue_draw), self);
}

void
shoal_speed_graph_set_object (ShoalSpeedGraph *self, GObject *object)
{
  g_return_if_fail (SHOAL_IS_SPEED_GRAPH (self));

  g_set_object (&self->object, object);
  self->peak = 0;
  if (object != NULL)
    {
      ShoalSpeedLog *log = shoal_speed_log_of (object);
      g_autofree char *now = shoal_format_rate (speed_log_get (log, 0));

      for (guint i = 0; i < SHOAL_SPEED_LOG_SAMPLES; i++)
        self->peak = MAX (self->peak, speed_log_get (log, i));

      g_autofree char *most = shoal_format_rate (self->peak);
      g_autofree char *text = g_strdup_printf (_ ("Now %s, at most %s"), now, most);

      gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                      text, -1);
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
