/* shoal-row.c: the frame of a row in a list view, with its context menu
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-row"

#include "config.h"

#include "shoal-row.h"

#define DRAG_KEY "shoal-row-drag"

struct _ShoalRow
{
  AdwBin parent_instance;

  guint position;
  GMenuModel *menu_model;
  GtkWidget *menu;
};

G_DEFINE_FINAL_TYPE (ShoalRow, shoal_row, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_POSITION,
  PROP_MENU_MODEL,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
select_this (ShoalRow *self)
{
  GtkWidget *view = gtk_widget_get_ancestor (GTK_WIDGET (self), GTK_TYPE_LIST_VIEW);
  GtkSelectionModel *model = view != NULL ? gtk_list_view_get_model (GTK_LIST_VIEW (view)) : NULL;

  if (model != NULL && !gtk_selection_model_is_selected (model, self->position))
    gtk_selection_model_select_item (model, self->position, TRUE);
}

static void
show_menu (ShoalRow *self, double x, double y)
{
  const GdkRectangle at = { (int) x, (int) y, 1, 1 };

  if (self->menu_model == NULL)
    return;
  select_this (self);
  if (self->menu == NULL)
    {
      self->menu = gtk_popover_menu_new_from_model (self->menu_model);
      gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), FALSE);
      gtk_widget_set_halign (self->menu, GTK_ALIGN_START);
      gtk_widget_set_parent (self->menu, GTK_WIDGET (self));
    }
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), &at);
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

static void
on_pressed_cb (ShoalRow *self, int n_press, double x, double y, GtkGesture *gesture)
{
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  show_menu (self, x, y);
}

static void
on_long_pressed_cb (ShoalRow *self, double x, double y)
{
  show_menu (self, x, y);
}

static GdkContentProvider *
on_prepare_drag_cb (ShoalRow *self, double x, double y, GtkDragSource *source)
{
  GtkWidget *view = gtk_widget_get_ancestor (GTK_WIDGET (self), GTK_TYPE_LIST_VIEW);
  ShoalColumnsPathFunc get_path
      = view != NULL ? (ShoalColumnsPathFunc) g_object_get_data (G_OBJECT (view), DRAG_KEY) : NULL;

  return get_path != NULL ? shoal_columns_make_files (
             gtk_list_view_get_model (GTK_LIST_VIEW (view)), self->position, get_path, view)
                          : NULL;
}

void
shoal_row_add_drag (GtkListView *view, ShoalColumnsPathFunc get_path)
{
  g_return_if_fail (GTK_IS_LIST_VIEW (view));

  g_object_set_data (G_OBJECT (view), DRAG_KEY, (gpointer) get_path);
}

static void
size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  ShoalRow *self = SHOAL_ROW (widget);

  GTK_WIDGET_CLASS (shoal_row_parent_class)->size_allocate (widget, width, height, baseline);
  if (self->menu != NULL)
    gtk_popover_present (GTK_POPOVER (self->menu));
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  ShoalRow *self = SHOAL_ROW (object);

  if (id == PROP_POSITION)
    g_value_set_uint (value, self->position);
  else if (id == PROP_MENU_MODEL)
    g_value_set_object (value, self->menu_model);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  ShoalRow *self = SHOAL_ROW (object);

  if (id == PROP_POSITION)
    self->position = g_value_get_uint (value);
  else if (id == PROP_MENU_MODEL)
    g_set_object (&self->menu_model, g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
dispose (GObject *object)
{
  ShoalRow *self = SHOAL_ROW (object);

  g_clear_pointer (&self->menu, gtk_widget_unparent);
  g_clear_object (&self->menu_model);
  G_OBJECT_CLASS (shoal_row_parent_class)->dispose (object);
}

static void
shoal_row_class_init (ShoalRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = get_property;
  object_class->set_property = set_property;
  object_class->dispose = dispose;
  GTK_WIDGET_CLASS (klass)->size_allocate = size_allocate;

  properties[PROP_POSITION] = g_param_spec_uint ("position", NULL, NULL, 0, G_MAXUINT, 0,
                                                 G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_MENU_MODEL] = g_param_spec_object ("menu-model", NULL, NULL, G_TYPE_MENU_MODEL,
                                                     G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
shoal_row_init (ShoalRow *self)
{
  GtkGesture *click = gtk_gesture_click_new ();
  GtkGesture *press = gtk_gesture_long_press_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (on_pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  GtkDragSource *drag = gtk_drag_source_new ();
  gtk_drag_source_set_actions (drag, GDK_ACTION_COPY);
  g_signal_connect_swapped (drag, "prepare", G_CALLBACK (on_prepare_drag_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_gesture_single_set_touch_only (GTK_GESTURE_SINGLE (press), TRUE);
  g_signal_connect_swapped (press, "pressed", G_CALLBACK (on_long_pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (press));
}
