/* shoal-sidebar-layout.c: a sidebar beside the content where there is room, one over the other
 * where not
 *
 * The decision is made while space is given out; "collapsed" is notified right after, from an idle
 * handler, because whoever listens changes what is shown.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-sidebar-layout"

#include "config.h"

#include "shoal-sidebar-layout.h"

#include <adwaita.h>

/* Below this one is seen at a time. */
#define MIN_WIDE_WIDTH (720)
#define SIDEBAR_WIDTH (220)
#define SLIDE_MS (200)

struct _ShoalSidebarLayout
{
  GtkWidget parent_instance;

  GtkWidget *sidebar;
  GtkWidget *content;
  gboolean collapsed;
  gboolean notified;
  guint notify_id;
  gboolean show_content;
  AdwAnimation *slide;
  double position; /* 0: the sidebar is seen, 1: the content; in between: both pass by */
};

G_DEFINE_FINAL_TYPE (ShoalSidebarLayout, shoal_sidebar_layout, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_SIDEBAR,
  PROP_CONTENT,
  PROP_COLLAPSED,
  PROP_SHOW_CONTENT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static gboolean
on_notify_cb (gpointer user_data)
{
  ShoalSidebarLayout *self = user_data;

  self->notify_id = 0;
  if (self->notified != self->collapsed)
    {
      self->notified = self->collapsed;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_COLLAPSED]);
    }
  return G_SOURCE_REMOVE;
}

static int
sidebar_width (ShoalSidebarLayout *self)
{
  int minimum = 0;

  gtk_widget_measure (self->sidebar, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  return MAX (minimum, SIDEBAR_WIDTH);
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
  ShoalSidebarLayout *self = SHOAL_SIDEBAR_LAYOUT (widget);
  int min = 0;
  int nat = 0;

  gtk_widget_measure (self->content, orientation, -1, &min, &nat, NULL, NULL);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      int side = sidebar_width (self);

      min = MAX (min, side);
      nat += side;
    }
  else
    {
      int side_min = 0;
      int side_nat = 0;

      gtk_widget_measure (self->sidebar, orientation, -1, &side_min, &side_nat, NULL, NULL);
      min = MAX (min, side_min);
      nat = MAX (nat, side_nat);
    }
  *minimum = min;
  *natural = MAX (min, nat);
}

/* The one that comes pushes the other out: from the side where reading ends. */
static void
allocate_in_turn (ShoalSidebarLayout *self, int width, int height, int baseline)
{
  gboolean reversed = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  int gone = (int) (self->position * width);
  /* From the first moment on, in which the one that comes may have the focus already. */
  gboolean sliding = adw_animation_get_state (self->slide) == ADW_ANIMATION_PLAYING;
  gboolean sidebar = sliding || self->position < 1;
  gboolean content = sliding || self->position > 0;

  gtk_widget_set_child_visible (self->sidebar, sidebar);
  gtk_widget_set_child_visible (self->content, content);
  if (sidebar)
    gtk_widget_size_allocate (self->sidebar,
                              &(GtkAllocation){ reversed ? gone : -gone, 0, width, height }, -1);
  if (content)
    gtk_widget_size_allocate (
        self->content, &(GtkAllocation){ reversed ? gone - width : width - gone, 0, width, height },
        baseline);
}

static void
size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  ShoalSidebarLayout *self = SHOAL_SIDEBAR_LAYOUT (widget);
  int side = sidebar_width (self);
  int content_min = 0;

  gtk_widget_measure (self->content, GTK_ORIENTATION_HORIZONTAL, -1, &content_min, NULL, NULL,
                      NULL);

  gboolean collapsed = width < MAX (MIN_WIDE_WIDTH, side + content_min);
  gboolean reversed = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;

  self->collapsed = collapsed;
  if (self->collapsed != self->notified && self->notify_id == 0)
    self->notify_id = g_idle_add_full (G_PRIORITY_HIGH_IDLE, on_notify_cb, self, NULL);

  if (collapsed)
    {
      allocate_in_turn (self, width, height, baseline);
      return;
    }
  gtk_widget_set_child_visible (self->sidebar, TRUE);
  gtk_widget_set_child_visible (self->content, TRUE);
  gtk_widget_size_allocate (self->sidebar,
                            &(GtkAllocation){ reversed ? width - side : 0, 0, side, height }, -1);
  gtk_widget_size_allocate (
      self->content, &(GtkAllocation){ reversed ? 0 : side, 0, width - side, height }, baseline);
}

static GtkWidget **
child_of (ShoalSidebarLayout *self, guint id)
{
  return id == PROP_SIDEBAR ? &self->sidebar : &self->content;
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  ShoalSidebarLayout *self = SHOAL_SIDEBAR_LAYOUT (object);

  if (id == PROP_SIDEBAR || id == PROP_CONTENT)
    g_value_set_object (value, *child_of (self, id));
  else if (id == PROP_COLLAPSED)
    g_value_set_boolean (value, self->notified);
  else if (id == PROP_SHOW_CONTENT)
    g_value_set_boolean (value, self->show_content);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  ShoalSidebarLayout *self = SHOAL_SIDEBAR_LAYOUT (object);

  if (id == PROP_SHOW_CONTENT)
    {
      shoal_sidebar_layout_set_show_content (self, g_value_get_boolean (value));
      return;
    }
  if (id != PROP_SIDEBAR && id != PROP_CONTENT)
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      return;
    }
  GtkWidget **child = child_of (self, id);

  g_return_if_fail (*child == NULL);
  *child = g_value_get_object (value);
  if (*child != NULL)
    gtk_widget_insert_before (*child, GTK_WIDGET (self), id == PROP_SIDEBAR ? self->content : NULL);
}

static void
dispose (GObject *object)
{
  ShoalSidebarLayout *self = SHOAL_SIDEBAR_LAYOUT (object);

  g_clear_handle_id (&self->notify_id, g_source_remove);
  if (self->slide != NULL)
    adw_animation_pause (self->slide);
  g_clear_object (&self->slide);
  g_clear_pointer (&self->sidebar, gtk_widget_unparent);
  g_clear_pointer (&self->content, gtk_widget_unparent);
  G_OBJECT_CLASS (shoal_sidebar_layout_parent_class)->dispose (object);
}

static void
shoal_sidebar_layout_class_init (ShoalSidebarLayoutClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = get_property;
  object_class->set_property = set_property;
  object_class->dispose = dispose;
  widget_class->measure = measure;
  widget_class->size_allocate = size_allocate;

  properties[PROP_SIDEBAR] = g_param_spec_object ("sidebar", NULL, NULL, GTK_TYPE_WIDGET,
                                                  G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_CONTENT] = g_param_spec_object ("content", NULL, NULL, GTK_TYPE_WIDGET,
                                                  G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_COLLAPSED]
      = g_param_spec_boolean ("collapsed", NULL, NULL, FALSE,
                              G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_SHOW_CONTENT]
      = g_param_spec_boolean ("show-content", NULL, NULL, TRUE,
                              G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_css_name (widget_class, "sidebarlayout");
}

static void
on_slide_cb (double value, gpointer user_data)
{
  ShoalSidebarLayout *self = user_data;

  self->position = value;
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

static void
shoal_sidebar_layout_init (ShoalSidebarLayout *self)
{
  self->show_content = TRUE;
  self->position = 1;
  self->slide
      = adw_timed_animation_new (GTK_WIDGET (self), 0, 1, SLIDE_MS,
                                 adw_callback_animation_target_new (on_slide_cb, self, NULL));
  g_signal_connect_object (self->slide, "done", G_CALLBACK (gtk_widget_queue_allocate), self,
                           G_CONNECT_SWAPPED);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

gboolean
shoal_sidebar_layout_get_collapsed (ShoalSidebarLayout *self)
{
  g_return_val_if_fail (SHOAL_IS_SIDEBAR_LAYOUT (self), FALSE);
  return self->notified;
}

void
shoal_sidebar_layout_set_show_content (ShoalSidebarLayout *self, gboolean show_content)
{
  g_return_if_fail (SHOAL_IS_SIDEBAR_LAYOUT (self));

  AdwTimedAnimation *slide = ADW_TIMED_ANIMATION (self->slide);

  if (self->show_content == !!show_content)
    return;
  self->show_content = !!show_content;
  /* The one that comes can take the focus at once. */
  gtk_widget_set_child_visible (self->sidebar, TRUE);
  gtk_widget_set_child_visible (self->content, TRUE);
  if (self->collapsed)
    {
      adw_timed_animation_set_value_from (slide, self->position);
      adw_timed_animation_set_value_to (slide, self->show_content ? 1 : 0);
      adw_animation_reset (self->slide);
      adw_animation_play (self->slide);
    }
  else
    on_slide_cb (self->show_content ? 1 : 0, self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SHOW_CONTENT]);
}

gboolean
shoal_sidebar_layout_get_show_content (ShoalSidebarLayout *self)
{
  g_return_val_if_fail (SHOAL_IS_SIDEBAR_LAYOUT (self), FALSE);
  return self->show_content;
}
