/* shoal-speed-graph.h: draws the speed of the last minutes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** ShoalSpeedLog: one sample a second of the last five minutes */
typedef struct _ShoalSpeedLog ShoalSpeedLog;

#define SHOAL_SPEED_LOG_SAMPLES 300

/** shoal_speed_log_of: Returns: (transfer none): the log that lives as long as @object; made at the
 * first call */
ShoalSpeedLog *shoal_speed_log_of (GObject *object);
void shoal_speed_log_add (ShoalSpeedLog *self, double bytes_per_second);

/** ShoalSpeedGraph: a widget */
#define SHOAL_TYPE_SPEED_GRAPH (shoal_speed_graph_get_type ())
G_DECLARE_FINAL_TYPE (ShoalSpeedGraph, shoal_speed_graph, SHOAL, SPEED_GRAPH, GtkWidget)

/** shoal_speed_graph_set_object: @object: (nullable): what has the log. Call again to show new
 * samples */
void shoal_speed_graph_set_object (ShoalSpeedGraph *self, GObject *object);

G_END_DECLS
